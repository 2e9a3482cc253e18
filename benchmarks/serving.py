"""How fast does the demo answer, and how much memory does it use, compared with a simple app?

The straightforward app is `apps/plain_app.py`: the same models as Keras files, the same canvas, and
eleven calls of `predict` per stroke. In addition, `apps/least_app.py` shows what Streamlit, the
canvas and the browser take for an app that reads nothing. The apps are started in turns, each time
with a new server; one headless Chromium with an empty tab is already running. For each app:

* the seconds from starting the server to both verdicts on a first stroke. The page is opened as
  soon as the server answers, and the stroke is drawn as soon as the canvas is there;
* the server's resident memory after that;
* the median seconds from the end of a stroke to both verdicts, over ten more strokes, each on an
  empty canvas. The canvas itself waits 200 ms before it sends a stroke; the seconds from then on
  are a row of their own.

All servers use the settings in `.streamlit/config.toml`, and none watches its files.

    python -m benchmarks.serving [--repeats N] [--run NAME] [--out FILE]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mnist_models import Run, RunError, load_run
from mnist_models.learning.approaches import PAIR

Starts = Mapping[str, Sequence[Mapping[str, float]]]  # by app, of `stopwatch.measure`

SCRIPTS = {
    "ours": "app.py",
    "plain": "benchmarks/apps/plain_app.py",
    "least": "benchmarks/apps/least_app.py",
}
TITLES = {
    "start_s": "start to first verdicts, s",
    "memory_mb": "memory after them, MB",
    "stroke_s": "stroke to verdicts, s",
    "answer_s": "stroke sent to verdicts, s",
}
TARGETS = {"start_s": 1 / 3, "memory_mb": 1 / 4, "stroke_s": 1 / 5}  # ours over the plain app's


class BenchmarkError(Exception):
    """The measurement is not possible here; the message says why."""


def ratio(starts: Starts, measure: str) -> float:
    """The median of ours over the median of the plain app."""
    ours, plain = (median(_values(starts[app], measure)) for app in ("ours", "plain"))
    return ours / plain


def table(starts: Starts) -> str:
    """Markdown: a row per measure with median (min to max) of each app, the ratio and the target.

    The ratio is ours over the straightforward app's.
    """
    head = (
        "| | ours | straightforward app | least app | ratio | target |\n|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_row(starts, measure) for measure in TITLES)])


def report(run: Run, starts: Starts) -> dict[str, Any]:
    """What `--out` writes: every start, the ratios, and which targets are reached."""
    return {
        "run": run.name,
        "version": run.version,
        "starts": starts,
        "ratios": {measure: ratio(starts, measure) for measure in TITLES},
        "reached": {m: ratio(starts, m) <= target for m, target in TARGETS.items()},
    }


def _values(starts: Sequence[Mapping[str, float]], measure: str) -> list[float]:
    return [start[measure] for start in starts]


def _row(starts: Starts, measure: str) -> str:
    cells = [_cell(_values(starts[app], measure)) for app in SCRIPTS]
    quotient, target = ratio(starts, measure), TARGETS.get(measure)
    verdict = ""
    if target is not None:
        verdict = f"{target:.3f} {'reached' if quotient <= target else 'not reached'}"
    return f"| {' | '.join([TITLES[measure], *cells, f'{quotient:.3f}', verdict])} |"


def _cell(values: Sequence[float]) -> str:
    middle, low, high = (_figure(of(values)) for of in (median, min, max))
    return f"{middle} ({low} to {high})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def measure_both(run: Run, repeats: int) -> Starts:
    """Measure all apps in turns, `repeats` starts of each, and print which one is next.

    Raises:
        BenchmarkError: something that is needed is missing, or an app does not answer.
        RunError: the run lacks an approach's weights, or is damaged.
    """
    chromium = chromium_path()
    for approach in PAIR:
        run.stack(approach)  # or raises an error that names the command to train it
    with tempfile.TemporaryDirectory() as folder:
        export(run, folder)
        return _take_turns(run, folder, chromium, repeats)


def chromium_path() -> str:
    """The path of the browser to measure with.

    Raises:
        BenchmarkError: there is none, or no Playwright.
    """
    try:
        from tests.helpers.serving import find_chromium
    except ModuleNotFoundError as error:
        raise BenchmarkError("Playwright is missing; install requirements-dev.txt.") from error
    executable = find_chromium()
    if executable is None:
        raise BenchmarkError("There is no Chromium on the path; set CHROMIUM=FILE to use another.")
    return executable


def _take_turns(run: Run, folder: str, chromium: str, repeats: int) -> Starts:
    from playwright.sync_api import Error as PlaywrightError

    from benchmarks.stopwatch import measure
    from tests.helpers.serving import NotServedError, open_browser

    visits: dict[str, dict[str, Any]] = {
        "ours": {"query": f"?run={run.name}"},
        "plain": {"arguments": [folder]},
        "least": {},
    }
    starts: dict[str, list[dict[str, float]]] = {app: [] for app in SCRIPTS}
    try:
        with open_browser(chromium) as browser:
            for app in [*SCRIPTS] * repeats:
                print(f"Measuring {SCRIPTS[app]} …", flush=True)
                starts[app].append(measure(browser, SCRIPTS[app], **visits[app]))
    except NotServedError as error:
        raise BenchmarkError(str(error)) from error
    except (PlaywrightError, AssertionError) as error:
        raise BenchmarkError(f"The browser failed. {str(error).splitlines()[0]}") from error
    return starts


def export(run: Run, folder: str) -> None:
    """Write a run's networks as Keras files, for the straightforward app.

    In a process of its own, since it imports TensorFlow; this also warms the disk cache.

    Raises:
        BenchmarkError: the run could not be exported.
    """
    command = [sys.executable, "-m", "mnist_models", "export", run.name, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip() or "It gave no reason.").splitlines()[-1]
        raise BenchmarkError(f"The run {run.name} could not be exported to Keras. {reason}")


def main() -> None:
    """Measure both, print the table, write JSON with --out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--repeats", type=int, default=3, help="starts of each app")
    parser.add_argument("--run", help="a run in trained/ (default: the active one)")
    parser.add_argument("--out", type=Path, help="write the figures to this JSON file")
    options = parser.parse_args()
    if options.repeats < 1:
        parser.error("--repeats must be 1 or more")
    try:
        run = load_run(options.run)
        starts = measure_both(run, options.repeats)
    except (RunError, BenchmarkError) as error:
        sys.exit(str(error))
    print(
        f"\n{run.label}, {options.repeats} starts of each: median (min to max)\n\n{table(starts)}"
    )
    if options.out:
        text = json.dumps(report(run, starts), indent=1) + "\n"
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
