"""Has a change made pages slower? python -m benchmarks.reruns FOLDER [--repeats 30]

FOLDER is another checkout of this project, for instance of the version before a change. Both serve
the same runs, and a session of each has every page run again, in turns, so that whatever else this
machine does slows both. Measured is what the server takes, from the request to the end of the
script; a stroke is one more row. A browser's own time is told by `benchmarks.pages`.
"""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.protocol import ProtocolError, Session, Visitor
from tests.helpers.serving import serve

TARGET = 1.1  # times the seconds before
_PAGES = ("compare", "confusion", "new_class", "training", "data", "my_drawings", "how_it_works")
_WARM = 3  # runs that load what is loaded once


@dataclass
class _Page(Session):
    """One page of a server, run again and again.

    Attributes:
        name: of its script.
    """

    name: str = ""
    _hash: str = ""

    async def run(self) -> float:
        """Seconds until the page has run to its end."""
        message = BackMsg()
        asked = message.rerun_script
        if self._hash:
            asked.page_script_hash = self._hash
        else:
            asked.page_name = self.name
        began = time.perf_counter()
        await self._send(message)
        while True:
            answer = await self._receive()
            if answer.HasField("navigation"):
                self._hash = answer.navigation.page_script_hash
            elif answer.HasField("delta") and answer.delta.new_element.HasField("exception"):
                raise ProtocolError(f"{self.name} shows an exception")
            ended = answer.HasField("script_finished")
            if ended and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.perf_counter() - began


async def compare_page(before: str, after: str, page: str, repeats: int) -> list[float]:
    """How many times the seconds before a page takes, once for each turn."""
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(_Page(u, name=page)) for u in (before, after)]
        for session in sessions:
            for _ in range(_WARM):
                await session.run()
        return [(await sessions[1].run()) / (await sessions[0].run()) for _ in range(repeats)]


async def compare_strokes(before: str, after: str, repeats: int) -> list[float]:
    """The same of a stroke on Draw, to both verdicts."""
    async with AsyncExitStack() as stack:
        visitors = [await stack.enter_async_context(Visitor(u)) for u in (before, after)]
        ratios = []
        for number in range(_WARM + repeats):
            first, second = [(await v.draw(80 + 3 * (number % 40)))[0] for v in visitors]
            ratios.append(second / first)
        return ratios[_WARM:]


def main() -> None:
    """Measure, and print a row for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="another checkout of this project")
    parser.add_argument("--repeats", type=int, default=30, help="turns that count")
    options = parser.parse_args()
    app = options.folder.resolve() / "app.py"
    if not app.is_file():
        parser.error(f"there is no app.py in {options.folder}")
    with serve({}, str(app)) as before, serve({}) as after:
        rows = {"a stroke": asyncio.run(compare_strokes(before.url, after.url, options.repeats))}
        for page in _PAGES:
            task = compare_page(before.url, after.url, page, options.repeats)
            rows[page] = asyncio.run(task)
    print(f"Times the seconds before, median of {options.repeats} turns (half of them within):")
    for title, ratios in rows.items():
        low, _, high = quantiles(ratios, n=4)
        said = "" if median(ratios) <= TARGET else f"  above {TARGET}"
        print(f"{title:14} {median(ratios):.2f} ({low:.2f} to {high:.2f}){said}")


if __name__ == "__main__":
    main()
