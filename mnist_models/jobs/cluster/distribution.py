"""The executor of a cluster: as many jobs at once as its workers do, each followed by its file.

What a visitor orders waits in the queue as ever, and is sent when a worker is free. Where the
scheduler is away the job is told so, or is done on this machine if its owner allows that.
"""

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mnist_models.jobs import queue
from mnist_models.jobs.cluster.connection import Connection, Unreachable
from mnist_models.jobs.cluster.markers import (
    Marker,
    away_ids,
    is_to_end,
    read_marker,
    remove_marker,
    wish_to_cancel,
    write_marker,
)
from mnist_models.jobs.cluster.parcels import elsewhere
from mnist_models.jobs.cluster.placement import Placement
from mnist_models.jobs.cluster.trip import MAX_ATTEMPTS, Trip
from mnist_models.jobs.here import Here, Starter
from mnist_models.jobs.interruption import GRACE_S, ending, is_expected
from mnist_models.jobs.job import CANCELLED, UNREADABLE, Job, Order
from mnist_models.jobs.lock import job_file_errors
from mnist_models.jobs.progress import Event
from mnist_models.settings import runs_here_without_cluster
from mnist_models.text import Text, t

_PATIENCE_S = 15  # so long a scheduler may be away, which may be starting anew
_LOG = logging.getLogger(__name__)
_BEFORE_ITS_TURN = t("Cancelled before its turn.")
_AWAY = t(
    "The cluster that trains for this site does not answer; nothing was changed. Try again later, "
    "or tell whoever runs it."
)
_DIED = t(
    "The cluster has lost this twice, since the worker that did it ended on the way; nothing was "
    "changed. Something smaller may need less memory."
)


class Cluster(Here):
    """Does jobs on the workers of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        """Find what goes on there since before this process began.

        Args:
            address: of the scheduler, "tcp://host:port" or "tls://host:port".
        """
        self._connection = Connection(address)
        super().__init__()
        self._distributor.adopt_orphans()

    def _new_starter(self) -> Starter:
        self._distributor = _Distributor(self.cancel, self._connection)
        return self._distributor

    def refusal(self) -> Text | None:
        """See `Executor`: what trains is installed where the workers are."""
        return super().refusal() if runs_here_without_cluster() else None

    def follow(self, job_id: str) -> Job | None:
        """See `Executor`."""
        self._distributor.adopt_orphans()
        return super().follow(job_id)

    def cancel(self, job_id: str) -> None:
        """See `Executor`."""
        super().cancel(job_id)
        wish_to_cancel(job_id)

    def begin(self, order: Order, files: Mapping[str, bytes] | None = None) -> str:
        """Have a job done for whoever waits in this process, in no queue; returns its id.

        Raises:
            JobError, WriteError: it cannot be ordered.
        """
        with job_file_errors(), queue.guarded():
            marker = Marker(queue.server_token())
            job_id = queue.create(order, files or {})
            write_marker(job_id, marker)
        self._distributor.watch(job_id, lambda: True)
        return job_id

    def _with_place(self, job: Job, waiting: list[str]) -> Job:
        before = self._distributor.ahead_of(job.id)
        before += waiting.index(job.id) if job.id in waiting else 0
        return replace(job, ahead=before, wait=None)


class _Distributor(Starter):
    """Sends what waits, tells what is heard of it, and takes what comes back."""

    def __init__(self, cancel: Callable[[str], None], connection: Connection) -> None:
        super().__init__(cancel)
        self._connection = connection
        self._trips: dict[str, Trip] = {}
        self._all_busy = False

    def ahead_of(self, job_id: str) -> int:
        """How many of the jobs that are on the cluster a job has to wait for."""
        trips = list(self._trips.values())
        sent = sum(trip.id < job_id and not trip.marker.attempt for trip in trips)
        return sent + self._all_busy

    def _run(self) -> None:
        self._connection.expect()
        super()._run()

    def adopt_orphans(self) -> None:
        """See to what is away and whose server is gone."""
        for job_id in away_ids():
            marker = read_marker(job_id)
            if job_id in self._present or marker is None or queue.server_lives(marker.server):
                continue
            with contextlib.suppress(OSError), queue.guarded():
                now = read_marker(job_id)
                if now == marker:  # nobody else was quicker
                    write_marker(job_id, replace(now, server=queue.server_token()))
                    self.watch(job_id, lambda: False)

    def _do_next(self, waiting: list[str]) -> None:
        self._take_up()
        ours = [job_id for job_id in waiting if queue.is_ours(job_id)]
        is_missed = False
        if (self._trips or ours) and self._connection.reach():
            with contextlib.suppress(Unreachable):
                for trip in self._trips.values():
                    self._tend(trip)
                self._send(ours)
        elif self._connection.away_s() > _PATIENCE_S:
            is_missed = True
            self._do_without(ours)
        self._trips = {job_id: trip for job_id, trip in self._trips.items() if not trip.ended}
        super()._do_next(ours if is_missed and runs_here_without_cluster() else [])

    def _take_up(self) -> None:
        """Those that are ours and are not followed yet."""
        for job_id in sorted(set(self._present) & set(away_ids()) - set(self._trips)):
            marker = read_marker(job_id)
            try:
                if marker:
                    self._trips[job_id] = Trip(job_id, marker)
            except UNREADABLE:
                remove_marker(job_id)

    # -- what is away ------------------------------------------------------------------

    def _tend(self, trip: Trip) -> None:
        key = trip.marker.key
        if is_to_end(trip.id) and self._ends(trip):
            return
        if not key:
            return  # it is sent when a worker is free
        if not self._connection.find(key):  # the scheduler has started anew meanwhile
            self._try_once_more(trip)
            return
        for news in self._connection.news(key):
            trip.hear(news)
        if trip.marker.attempts > MAX_ATTEMPTS:  # Dask itself goes on trying
            self._try_once_more(trip)
            return
        outcome = self._connection.outcome(key)
        if outcome is None:
            return
        if isinstance(outcome, BaseException):
            _LOG.warning("Job %s: %s: %s", trip.id, type(outcome).__name__, outcome)
            self._fail(trip, outcome)
        elif "refused" in outcome:
            self._refuse(trip, outcome)
        elif trip.take(outcome):
            self._connection.forget(key)
        else:
            self._try_once_more(trip, outcome["worker"])

    def _ends(self, trip: Trip) -> bool:
        """End one that somebody wants cancelled; returns whether it has ended."""
        now = time.monotonic()
        if trip.marker.key and trip.marker.attempt:
            if trip.cancelled is None:
                trip.cancelled = now
                self._connection.cancel(trip.marker.key)
            if now - trip.cancelled < GRACE_S + 5:
                return False
        if trip.marker.key:
            self._connection.forget(trip.marker.key)
        trip.end(Event("cancelled", message=CANCELLED if trip.cancelled else _BEFORE_ITS_TURN))
        return True

    def _try_once_more(self, trip: Trip, worker: str = "") -> None:
        self._connection.forget(trip.marker.key)
        if trip.cancelled is not None:
            trip.end(Event("cancelled", message=CANCELLED))
        elif not trip.give_up_attempt(worker):
            trip.end(Event("failed", message=_DIED))

    def _fail(self, trip: Trip, error: BaseException) -> None:
        if type(error).__name__ == "KilledWorker":
            if not trip.marker.attempt:  # before it could say that it has begun
                trip.keep(attempts=trip.marker.attempts + 1)
            self._try_once_more(trip)
            return
        self._connection.forget(trip.marker.key)
        sentence = t(
            "A worker of the cluster could not begin: {kind}: {error}",
            kind=type(error).__name__,
            error=str(error)[:500],
        )
        trip.end(Event("failed", message=sentence))

    def _refuse(self, trip: Trip, outcome: dict) -> None:
        """Have another worker do it, if there is one that has not refused."""
        self._connection.forget(trip.marker.key)
        text = Text.from_json(outcome["refused"])
        _LOG.warning("%s: %s", outcome["worker"], text)
        trip.refusals[outcome["worker"]] = text
        trip.keep(key="", attempt="")

    # -- what waits --------------------------------------------------------------------

    def _send(self, waiting: Sequence[str]) -> None:
        trips = [trip for trip in self._trips.values() if not trip.ended]
        meant = {trip.marker.key: trip.worker for trip in trips}
        placement = Placement(self._connection.workers(), self._connection.processing(), meant)
        self._take_back(trips, placement)
        unsent = [trip for trip in trips if not (trip.ended or trip.marker.key)]
        # One more than they do at once waits there: a cluster that grows with its work sees it.
        sent = sum(bool(trip.marker.key) for trip in trips)
        room = min(placement.room(), sum(placement.threads.values()) - sent)
        self._all_busy = room <= 0
        for trip in unsent[: max(0, room + 1)]:
            self._dispatch(trip, placement)
        for job_id in waiting[: max(0, room + 1 - len(unsent))]:
            with contextlib.suppress(OSError):
                with queue.guarded():
                    token = queue.server_token()
                write_marker(job_id, Marker(token))  # first, so that it is never in neither place
                if not queue.leave(job_id):
                    remove_marker(job_id)

    def _take_back(self, trips: Sequence[Trip], placement: Placement) -> None:
        """Those whose worker is gone, or is busy while another is free, are sent anew."""
        begun = {trip.marker.key for trip in trips if trip.marker.attempt}
        for trip in trips:
            key, others = trip.marker.key, trip.preferred(placement.threads)
            if key and placement.is_lost(key, trip.worker):
                self._try_once_more(trip)
            elif key not in begun and placement.could_begin(key, begun, others):
                self._connection.forget(key)
                placement.remove(key)
                trip.keep(key="")

    def _dispatch(self, trip: Trip, placement: Placement) -> None:
        preferred = trip.preferred(placement.threads)
        if trip.refusals and not preferred:
            trip.end(Event("failed", message=list(trip.refusals.values())[-1]))
            return
        try:
            kind = elsewhere(trip.order.work)
            if known := kind.before(trip.order.request):
                trip.end(known)
                return
            # Dask takes the first word for the kind of a task, and learns how long a kind takes.
            key = f"mnist-{trip.id}-{secrets.token_hex(4)}"
            parcel = trip.pack(key)
        except Exception as error:
            if not is_expected(error):
                _LOG.exception("Job %s cannot be sent", trip.id)
            trip.end(ending(error))
            return
        trip.keep(key=key, attempt="")
        trip.worker = placement.best(preferred)
        placement.add(key, trip.worker)
        self._connection.send(parcel, trip.worker)

    def _do_without(self, waiting: Sequence[str]) -> None:
        """The scheduler is away: jobs are done here if the owner allows, or told so."""
        here = runs_here_without_cluster()
        for trip in self._trips.values():
            if is_to_end(trip.id):
                trip.end(Event("cancelled", message=CANCELLED))
            elif here and trip.order.server and trip.give_up_attempt():
                trip.wipe()
                queue.put_back(trip.id)
                trip.ended = True
                remove_marker(trip.id)
            else:
                trip.end(Event("failed", message=_AWAY))
        if not here:
            for job_id in waiting:
                queue.leave(job_id, Event("failed", message=_AWAY))
