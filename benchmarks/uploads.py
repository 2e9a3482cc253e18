"""Does a flood of broken pictures disturb who draws? python -m benchmarks.uploads [--minutes 10]

Visitors send one picture file after the other, of several formats and up to twelve megapixels, most
of them damaged: bytes changed, cut off, repeated, with another size in their header. One more draws
a stroke every two seconds, before and meanwhile. Every file must be read, or refused with a
sentence; and strokes should take at most twice as long. All visitors speak Streamlit's protocol.

    python -m benchmarks.uploads [--minutes N] [--uploaders N] [--seed N]
"""

import argparse
import asyncio
import io
import random
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles

import httpx
from PIL import Image, ImageDraw

from benchmarks.protocol import ProtocolError, Visitor

TARGET = 2.0  # times the median seconds of a stroke without uploads
_EVERY_S, _ALONE_S = 2.0, 30.0
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_SIZES = {28: _FORMATS, 200: _FORMATS, 900: _FORMATS, 3464: ("PNG", "JPEG")}  # twelve megapixels


def pictures() -> list[bytes]:
    """A seven in each size and format."""
    found = []
    for side, kinds in _SIZES.items():
        seven = [(side * 0.3, side * 0.25), (side * 0.7, side * 0.25), (side * 0.45, side * 0.8)]
        picture = Image.effect_noise((side, side), 12).point(lambda grey: grey // 2 + 150)
        ImageDraw.Draw(picture).line(seven, fill=20, width=max(2, side // 12))
        for kind in kinds:
            file = io.BytesIO()
            picture.convert("RGB").save(file, kind)
            found.append(file.getvalue())
    return found


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file with something wrong, or as it is."""
    changed = bytearray(data)
    way = rng.choice(("none", "bytes", "header", "cut", "repeat", "join"))
    if way == "bytes":
        for _ in range(rng.randint(1, 50)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    elif way == "header":
        for _ in range(rng.randint(1, 6)):
            changed[rng.randrange(min(64, len(changed)))] = rng.randrange(256)
    elif way == "cut":
        del changed[rng.randrange(len(changed)) :]
    elif way == "repeat":
        at = rng.randrange(len(changed))
        changed[at:at] = changed[at : at + rng.randrange(10_000)]
    elif way == "join":
        changed += changed[: rng.randrange(len(changed))]
    return bytes(changed) or b"\0"


async def _send(url: str, files: list[bytes], seed: int, end: float, told: Counter[str]) -> None:
    """Send file after file until then."""
    rng = random.Random(seed)
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        try:
            async with (
                Visitor(url, query="source=Upload") as visitor,
                httpx.AsyncClient() as client,
            ):
                while loop.time() < end:
                    data = await asyncio.to_thread(damaged, rng.choice(files), rng)
                    answers = await visitor.upload(data, client)
                    told["read" if any(a.isdigit() for a in answers) else "not read"] += 1
        except (ProtocolError, OSError, httpx.HTTPError, TimeoutError) as error:
            told[f"error: {type(error).__name__}: {error}"] += 1


async def _draw(visitor: Visitor, end: float) -> list[float]:
    loop, rng = asyncio.get_running_loop(), random.Random(0)
    took = []
    while loop.time() < end:
        took.append((await visitor.draw(rng.randrange(60, 220)))[0])
        await asyncio.sleep(_EVERY_S)
    return took


async def measure(
    url: str, seconds: float, uploaders: int, seed: int
) -> tuple[list[float], list[float], Counter[str]]:
    """The seconds of strokes before and meanwhile, and what became of the files."""
    loop = asyncio.get_running_loop()
    told: Counter[str] = Counter()
    files = pictures()
    async with AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(Visitor(url))
        for x in (100, 120, 140):
            await visitor.draw(x)
        alone = await _draw(visitor, loop.time() + min(_ALONE_S, seconds))
        end = loop.time() + seconds
        async with asyncio.TaskGroup() as group:
            drawing = group.create_task(_draw(visitor, end))
            for k in range(uploaders):
                group.create_task(_send(url, files, seed + k, end, told))
        beside = drawing.result()
    return alone, beside, told


def main() -> None:
    """Measure, print, and fail if anything went wrong."""
    parser = argparse.ArgumentParser("python -m benchmarks.uploads", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=10, help="how long files are sent")
    parser.add_argument("--uploaders", type=int, default=3, help="how many send them")
    parser.add_argument("--seed", type=int, default=0, help="of the damage")
    options = parser.parse_args()
    from tests.helpers.serving import copy_reference, serve

    with tempfile.TemporaryDirectory() as folder:
        runs = {"MNIST_TRAINED": str(copy_reference(Path(folder)))}
        with serve(runs) as server:
            task = measure(server.url, 60 * options.minutes, options.uploaders, options.seed)
            alone, beside, told = asyncio.run(task)
            megabytes = server.memory_mb()
    ratio = median(beside) / median(alone)
    print(f"{sum(told.values())} files of {options.uploaders} visitors: {dict(told)}")
    for name, took in (("before", alone), ("meanwhile", beside)):
        p95 = quantiles(took, n=20)[-1]
        print(f"strokes {name}: {len(took)}, median {median(took):.2f} s, p95 {p95:.2f} s")
    print(f"{ratio:.1f} times the median; target at most {TARGET:g}. Server: {megabytes:.0f} MB.")
    sys.exit(any(what.startswith("error") for what in told))


if __name__ == "__main__":
    main()
