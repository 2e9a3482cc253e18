"""Several works of a job at once, each in a thread of its own, heard as one.

Networks that know nothing of each other need not wait for each other. What computes releases
Python's lock: TensorFlow's programs and NumPy's products.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from mnist_models.jobs.progress import Event, OnEvent

K = TypeVar("K")
R = TypeVar("R")


class _GivenUp(BaseException):
    """The other works have ended before their time; no `except Exception` stops it on the way."""


def side_by_side(
    works: Mapping[K, Callable[[OnEvent], R]], on_event: OnEvent, at_once: int
) -> dict[K, R]:
    """Do all works, as many at once as may be, begun in their order.

    Args:
        works: each is given a listener, and ends when that raises.
        on_event: told, in this thread, of what each work tells; an exception from it ends all.
        at_once: 1 or more.

    Returns:
        What came of each. An exception of one ends all others, and is raised here.
    """
    news: SimpleQueue[Event | None] = SimpleQueue()  # None: a work is over
    given_up = threading.Event()

    def tell(event: Event) -> None:
        if given_up.is_set():
            raise _GivenUp
        news.put(event)

    with ThreadPoolExecutor(at_once) as threads:
        try:
            results = {key: threads.submit(work, tell) for key, work in works.items()}
            for result in results.values():
                result.add_done_callback(lambda _: news.put(None))
            over = 0
            while over < len(results):
                if event := news.get():
                    on_event(event)
                    continue
                over += 1
                for result in results.values():
                    if result.done():
                        result.result()
        except BaseException:
            given_up.set()  # or the threads would be waited for until they are through
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    return {key: result.result() for key, result in results.items()}
