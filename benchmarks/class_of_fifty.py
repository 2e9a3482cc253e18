"""Does one server answer a class of fifty? python -m benchmarks.class_of_fifty [--write]

Fifty sessions speak Streamlit's protocol (`benchmarks.protocol`); each draws a stroke every three
seconds, for two minutes. Measured is the time from the stroke to both verdicts: of one session
alone, of all, and of all while a training runs: of one server, and of two behind the proxy, as
compose.yaml starts them; and what a server takes of memory and processor. The sessions and the
training run on the same machine as the servers, so servers of their own answer sooner. Without
nginx there are no figures of two. `--write` puts the table into docs/deploy.md.

    python -m benchmarks.class_of_fifty [--sessions N] [--seconds N] [--every N] [--write]
    python -m benchmarks.class_of_fifty --ask URL    one stroke; fails unless it is answered
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.protocol import ProtocolError, Visitor
from mnist_models.settings import PROJECT
from tests.helpers.memory import status_bytes

TARGETS = {"no training": 2.0, "a training runs": 4.0}  # times the p95 of one session alone
SITES = {1: "one server", 2: "two behind the proxy"}
DOCUMENT = PROJECT / "docs" / "deploy.md"
MARKS = "<!-- class of fifty -->", "<!-- /class of fifty -->"
_START_S = 300  # until TensorFlow is there and has begun
_FIRST = 3  # strokes of each session that are not counted: they load what is loaded once


@dataclass(frozen=True)
class Site:
    """What visitors see of it, and the processes behind."""

    url: str
    pids: Sequence[int]


@dataclass(frozen=True)
class Load:
    """What sessions saw and the server took.

    Attributes:
        seconds: of each stroke.
        errors: what went wrong, a line each.
        megabytes: resident memory of all servers at the end.
        cores: processor seconds of all servers per second.
    """

    seconds: Sequence[float]
    errors: Sequence[str]
    megabytes: float
    cores: float

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 strokes do not exceed."""
        return quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else float("nan")


async def _draw_for(site: Site, sessions: int, seconds: float, every: float) -> Load:
    """Have sessions draw, once all of them are open."""
    took: list[float] = []
    errors: list[str] = []
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        visitors = [
            await stack.enter_async_context(Visitor(site.url, _cookie(k, sessions)))
            for k in range(sessions)
        ]
        for visitor in visitors:
            for x in range(_FIRST):
                await visitor.draw(100 + x)

        async def draw(visitor: Visitor, seed: int) -> None:
            rng = random.Random(seed)
            due = loop.time() + rng.random() * every
            end = loop.time() + seconds
            while due < end:
                await asyncio.sleep(max(0.0, due - loop.time()))
                try:
                    spent, answers = await visitor.draw(rng.randrange(60, 220))
                except (ProtocolError, OSError, TimeoutError) as error:
                    errors.append(str(error) or type(error).__name__)
                    return
                took.append(spent)
                if len(answers) != 2:
                    errors.append(f"{len(answers)} verdicts")
                due = max(due + every, loop.time())

        before = sum(map(_processor_s, site.pids))
        await asyncio.gather(*(draw(visitor, k) for k, visitor in enumerate(visitors)))
        cores = (sum(map(_processor_s, site.pids)) - before) / seconds
        memory = sum(status_bytes("VmRSS", pid) for pid in site.pids)
        return Load(took, errors, memory / 1e6, cores)


def _cookie(number: int, sessions: int) -> dict[str, str]:
    """Which server the proxy sends a visitor to, see deploy/nginx.conf."""
    return {"Cookie": f"mnist_server={number * 256 // sessions:02x}"}


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _training() -> Iterator[None]:
    """While the reference is trained; on the sample where MNIST is missing."""
    from mnist_models.data.mnist import find_mnist
    from mnist_models.jobs.executor import executor
    from mnist_models.pipeline.options import TrainingOptions
    from mnist_models.pipeline.train_job import order_training

    dataset = None if find_mnist() else "sample"
    options = TrainingOptions(dataset=dataset, epochs=10_000, again=True)
    job_id = order_training(options, "benchmark", lambda: True)

    def stage() -> str:
        job = executor().follow(job_id)
        return job.latest.stage if job and job.place != "ended" else "ended"

    deadline = time.monotonic() + _START_S
    while stage() != "training":
        if stage() == "ended" or time.monotonic() > deadline:
            raise ProtocolError("The training did not begin.")
        time.sleep(0.2)
    try:
        yield
        if stage() != "training":
            raise ProtocolError("The training ended before the strokes did.")
    finally:
        executor().cancel(job_id)
        while stage() != "ended" and time.monotonic() < deadline + _START_S:
            time.sleep(0.2)  # what is measured next has the machine to itself


@contextmanager
def _site(servers: int) -> Iterator[Site]:
    """One server, or two behind the proxy."""
    from tests.helpers.proxy import proxy
    from tests.helpers.serving import serve

    with ExitStack() as stack:
        started = [stack.enter_context(serve({})) for _ in range(servers)]
        urls = [server.url for server in started]
        url = stack.enter_context(proxy(urls)) if servers > 1 else urls[0]
        yield Site(url, [server.pid for server in started])


def measure(sessions: int, seconds: float, every: float) -> dict[str, dict[str, Load]]:
    """One session alone, all of them, and all while a training runs; a new site for each."""
    from tests.helpers.proxy import find_nginx
    from tests.helpers.serving import copy_reference

    found: dict[str, dict[str, Load]] = {}
    # The thread that looks after jobs may still write its lock there.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["MNIST_TRAINED"] = str(copy_reference(Path(folder)))
        for servers, title in SITES.items():
            if servers > 1 and not find_nginx():
                print(f"There is no nginx here: no figures of {title}.")
                continue
            found[title] = {}
            for name in ("one session", *TARGETS):
                print(f"Measuring {title}: {name} …", flush=True)
                number = 1 if name == "one session" else sessions
                beside = _training() if name == "a training runs" else nullcontext()
                with _site(servers) as site, beside:
                    task = _draw_for(site, number, seconds, every)
                    found[title][name] = asyncio.run(task)
    return found


def table(found: dict[str, dict[str, Load]], sessions: int, seconds: float, every: float) -> str:
    """Markdown: a row per case, and what a hundred visitors of one server take."""
    lines = [
        f"{sessions} sessions, a stroke every {every:g} s each, for {seconds:g} s, on "
        f"{os.cpu_count()} cores that servers, sessions and training share.",
        "",
        "| | | strokes | median, ms | 95 of 100 within, ms | beside one session | errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for title, loads in found.items():
        for name, load in loads.items():
            beside = load.p95 / loads["one session"].p95
            target = TARGETS.get(name)
            said = "" if target is None else f"{beside:.1f} times (target {target:g})"
            lines.append(
                f"| {title} | {name} | {len(load.seconds)} | {median(load.seconds) * 1e3:.0f} | "
                f"{load.p95 * 1e3:.0f} | {said} | {len(load.errors)} |"
            )
    alone, full = found[SITES[1]]["one session"], found[SITES[1]]["no training"]
    memory = max(0.0, full.megabytes - alone.megabytes) / max(1, sessions - 1) * 100
    lines += [
        "",
        f"A server takes {alone.megabytes:,.0f} MB with one visitor, and {memory:,.0f} MB more "
        f"for a hundred. A hundred who draw like that take {full.cores / sessions * 100:.1f} "
        "cores' time.",
    ]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table between its marks in the guide."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    DOCUMENT.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", encoding="utf-8")


async def ask(url: str, patience_s: float = 120) -> list[str]:
    """What the approaches answer to a stroke, once the server is there."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            async with Visitor(url) as visitor:
                return (await visitor.draw(140))[1]
        except (OSError, ProtocolError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.5)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.class_of_fifty", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sessions", type=int, default=50, help="how many draw")
    parser.add_argument("--seconds", type=float, default=120, help="for how long")
    parser.add_argument("--every", type=float, default=3, help="seconds between two strokes of one")
    parser.add_argument("--write", action="store_true", help="put the table into docs/deploy.md")
    parser.add_argument("--ask", metavar="URL", help="only draw one stroke on a server")
    options = parser.parse_args()
    if options.ask:
        answers = asyncio.run(ask(options.ask))
        print(f"{options.ask} answers a stroke: {' and '.join(answers)}")
        sys.exit(answers != ["1", "1"])
    if options.sessions < 2 or options.seconds < 2 * options.every:
        parser.error("there must be two sessions or more, with time for two strokes or more")
    found = measure(options.sessions, options.seconds, options.every)
    text = table(found, options.sessions, options.seconds, options.every)
    print(f"\n{text}")
    loads = [load for site in found.values() for load in site.values()]
    for error in [line for load in loads for line in load.errors][:20]:
        print(f"error: {error}")
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
