"""The way to a cluster's scheduler; all that the side that asks knows of Dask stands here.

Dask runs whatever code it is sent. Only one function of ours is ever sent, by its name, with bytes
and JSON; what comes back is bytes and JSON as well, and is checked before it is used.
"""

import contextlib
import logging
import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from mnist_models.jobs.cluster import remote_job

if TYPE_CHECKING:
    from distributed import Client, Future

_TIMEOUT_S = 5
_FETCH_S = 20
_EVERY_S = 2.0  # between two attempts to reach it
_LOG = logging.getLogger(__name__)


class Unreachable(Exception):  # noqa: N818 - a state of the cluster's
    """The scheduler does not answer, or has gone meanwhile."""


class Connection:
    """Keeps in touch with one scheduler; of one thread alone."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Client | None = None
        self._futures: dict[str, Future] = {}
        self._news: dict[str, deque[Any]] = defaultdict(deque)
        self._tried = -_EVERY_S
        self._there = time.monotonic()  # when it last was, or began to be looked for
        self._said = False

    def reach(self) -> bool:
        """Whether the scheduler is there; tries now and then where it is not."""
        if self._client and self._client.status == "running":
            self._there = time.monotonic()
            return True
        if time.monotonic() - self._tried > _EVERY_S:
            self._close()
            self._open()
            self._tried = time.monotonic()
        return self._client is not None

    def away_s(self) -> float:
        """For how many seconds it has been away."""
        return time.monotonic() - self._there

    def expect(self) -> None:
        """There is something to do again: what was before is no time in which it was missed."""
        self._there, self._said = time.monotonic(), False

    def workers(self) -> dict[str, int]:
        """How many jobs each worker does at once, by its address."""
        return self._ask(lambda client: client.nthreads())

    def processing(self) -> dict[str, tuple[str, ...]]:
        """The keys of the tasks that each worker has, ours and others', by its address."""
        return self._ask(lambda client: client.processing())

    def send(self, parcel: remote_job.Parcel, worker: str) -> None:
        """Have a job done, by this worker if one is named and there.

        It stays with the scheduler until it is forgotten, whatever becomes of this process.
        """
        key = parcel["key"]

        def submit(client: "Client") -> None:
            client.subscribe_topic(remote_job.topic(key), self._news[key].append)
            self._futures[key] = future = client.submit(
                remote_job.do_job,
                parcel,
                key=key,
                pure=False,
                workers=worker or None,
                allow_other_workers=bool(worker),  # or it waits for ever for one that is gone
            )
            client.publish_dataset(future, name=key, override=True)

        self._ask(submit)

    def find(self, key: str) -> bool:
        """Whether the scheduler knows a job; its news from before are told again."""
        if key in self._futures and not self._futures[key].cancelled():
            return True

        def look(client: "Client") -> bool:
            if key not in client.list_datasets():
                return False
            future = client.get_dataset(key)
            topic, news = remote_job.topic(key), self._news[key]
            client.subscribe_topic(topic, news.append)
            news.extendleft(reversed(client.get_events(topic) or ()))
            self._futures[key] = future
            return not future.cancelled()

        return self._ask(look)

    def news(self, key: str) -> list[Any]:
        """What a job has told since."""
        waiting, found = self._news[key], []
        while waiting:
            found.append(waiting.popleft()[1])
        return found

    def outcome(self, key: str) -> Any:
        """What came of a job; None while it goes on, an exception if it could not be done."""
        future = self._futures[key]
        if future.status in ("finished", "error"):
            fetch = future.result if future.status == "finished" else future.exception
            try:
                return self._ask(lambda _: fetch(timeout=_FETCH_S))
            except Unreachable as error:
                if isinstance(error.__cause__, TimeoutError):
                    return None  # what had it is gone, and it is done again
                raise
        if future.status == "cancelled":
            raise Unreachable("forgotten")
        return None

    def cancel(self, key: str) -> None:
        """Ask whichever worker has it to end it, without waiting for that."""
        threading.Thread(target=self._cancel, args=[self._client, key], daemon=True).start()

    def forget(self, key: str) -> None:
        """Let go of a job that has ended, or should not begin."""
        future = self._futures.pop(key, None)
        self._news.pop(key, None)
        with contextlib.suppress(Unreachable):
            self._ask(lambda client: client.unpublish_dataset(key))
            self._ask(lambda client: _without(client, remote_job.topic(key)))
            if future and future.status == "pending":
                self.cancel(key)  # it may have begun just now
                self._ask(lambda _: future.cancel())

    def _cancel(self, client: "Client | None", key: str) -> None:
        with contextlib.suppress(Exception):  # who asked looks whether it ends
            if client:
                client.run(remote_job.cancel, key, on_error="ignore")

    def _ask(self, question: Any) -> Any:
        if self._client is None:
            raise Unreachable("unconnected")
        try:
            return question(self._client)
        # Dask's own errors are of many kinds, and those of its connections too.
        except Exception as error:
            _LOG.warning("The cluster: %s: %s", type(error).__name__, error)
            if not isinstance(error, TimeoutError):
                self._close()
            raise Unreachable(str(error)) from error

    def _open(self) -> None:
        try:
            from distributed import Client

            self._client = Client(self._address, timeout=_TIMEOUT_S, set_as_default=False)
            self._said = False
        except Exception as error:  # not installed, no such host, another version, no answer
            if not self._said:
                _LOG.warning("The cluster at %s cannot be reached: %s", self._address, error)
            self._said = True

    def _close(self) -> None:
        client, self._client = self._client, None
        self._futures.clear()
        if client:
            # A connection that is broken may take its time.
            threading.Thread(target=_closed, args=[client], daemon=True).start()


def _without(client: "Client", topic: str) -> None:
    with contextlib.suppress(ValueError):  # one that is new has never heard of it
        client.unsubscribe_topic(topic)


def _closed(client: "Client") -> None:
    with contextlib.suppress(Exception):
        client.close(timeout=_TIMEOUT_S)
