"""Which worker gets which job.

Dask decides by how long a task takes, which it learns from tasks that have ended; trainings take
minutes, each takes another time, and the first of them has none before it. So a job is sent to the
worker with the most room, and one that waits there is taken back when another could begin it.
"""

from collections.abc import Collection, Iterable, Mapping


class Placement:
    """What each worker has to do.

    Attributes:
        threads: how many jobs each worker does at once, by its address.
    """

    def __init__(
        self,
        threads: Mapping[str, int],
        tasks: Mapping[str, Collection[str]],
        meant: Mapping[str, str] | None = None,
    ) -> None:
        """Begin with what the scheduler says.

        Args:
            threads: see `threads`.
            tasks: the keys of what each worker has, ours and others', by its address.
            meant: the worker of each of our jobs, by its key, see `add`.
        """
        self.threads = threads
        self._keys = {address: set(tasks.get(address, ())) for address in threads}
        for key, worker in (meant or {}).items():
            self.add(key, worker)

    def add(self, key: str, worker: str) -> None:
        """A job is on its way to a worker, if it is anywhere and the scheduler does not say so."""
        if key and worker in self._keys and not self._where(key):
            self._keys[worker].add(key)

    def remove(self, key: str) -> None:
        """A job is taken back."""
        for keys in self._keys.values():
            keys.discard(key)

    def is_lost(self, key: str, worker: str) -> bool:
        """Whether a job was sent to a worker that is gone, and no other has it.

        What was meant for a worker, and finds none at all, Dask does not give to one that comes.
        """
        return worker not in self._keys and bool(self._keys) and not self._where(key)

    def room(self) -> int:
        """How many jobs more could begin at once; negative where some wait."""
        return sum(map(self._free, self.threads))

    def best(self, workers: Iterable[str]) -> str:
        """Which of these workers has the most room; empty where there is none of them."""
        return max(workers, key=self._free, default="")

    def could_begin(self, key: str, begun: Collection[str], workers: Iterable[str]) -> bool:
        """Whether a job that waits at its worker could begin at another.

        Args:
            key: of the job.
            begun: the keys of all that are known to have begun.
            workers: those that may do it.
        """
        here = self._where(key)
        if here is None or self._free(here) >= 0:
            return False
        # What has not begun may just do so, unless others are known to fill the worker.
        if len(self._keys[here] & set(begun)) < self.threads[here]:
            return False
        return any(self._free(address) > 0 for address in workers)

    def _where(self, key: str) -> str | None:
        return next((address for address, keys in self._keys.items() if key in keys), None)

    def _free(self, address: str) -> int:
        return self.threads[address] - len(self._keys[address])
