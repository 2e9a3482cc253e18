"""The command line: python -m mnist_models train | runs | evaluate | export."""

import argparse
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from mnist_models import jobs
from mnist_models.data import DATASETS, DatasetError, load_dataset
from mnist_models.evaluation import Metrics, evaluate
from mnist_models.publishing import activate, remove_leftovers
from mnist_models.recipes import APPROACHES, RECIPES, TITLES, Approach, TrainingError
from mnist_models.runs import Run, RunError, active_name, load_run, run_names
from mnist_models.workflow import FITTING_STAGES, Event, Request, train_run, with_settings


class Cancelled(BaseException):
    """Somebody asked the training to end; no `except Exception` stops it on the way."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status = options.command(options)
        sys.stdout.flush()  # a pipe that was closed is noticed here and not after the last line
        return status
    except (DatasetError, RunError, jobs.Busy) as error:
        print(error, file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):  # before or after what it would have interrupted
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def train(options: argparse.Namespace) -> int:
    """Train a recipe and publish it as a run."""
    recipe = with_settings(RECIPES[options.recipe], epochs=options.epochs)
    approaches: tuple[Approach, ...] = (
        APPROACHES if options.approach == "both" else (options.approach,)
    )
    request = Request(
        recipe=recipe,
        approaches=approaches,
        dataset=options.dataset,
        seed=options.seed,
        name=options.name,
        again=options.again,
        scores_only=tuple(options.scores_only),
    )
    with contextlib.suppress(ValueError):  # signals belong to the main thread
        signal.signal(signal.SIGTERM, _cancel)
    with jobs.exclusive():
        remove_leftovers()
        tell = _listener(request, job=options.job)
        try:
            run = _train(request, tell)
        except (Cancelled, KeyboardInterrupt):
            tell(Event("cancelled", message="Cancelled. The runs that were there are unchanged."))
            return 130
    if run and not options.job:
        _print_run(run)
    return 0 if run else 1


def _train(request: Request, tell: Callable[[Event], None]) -> Run | None:
    """The new run, or None when `tell` was told why there is none."""
    try:
        return train_run(request, tell)
    except MemoryError:
        tell(Event("failed", message="There is not enough memory to train; nothing was changed."))
    except (DatasetError, RunError, TrainingError) as error:
        tell(Event("failed", message=str(error)))
    except Exception as error:
        tell(Event("failed", message=f"The training failed: {type(error).__name__}: {error}"))
        raise
    return None


def runs(options: argparse.Namespace) -> int:
    """List the runs, or choose the active one."""
    if options.activate:
        activate(options.activate)
    names = run_names()
    if not names:
        load_run()  # says what to do
    active = active_name()
    for name in names:
        mark = "*" if name == active else " "
        try:
            run = load_run(name)
            run.verify()
            figures = "  ".join(f"{a} {run.metrics(a).accuracy:.4f}" for a in run.approaches)
            print(f"{mark} {name:24} {run.dataset:7} test accuracy: {figures}")
        except RunError as error:
            print(f"{mark} {name:24} {error}")
    return 0


def evaluate_run(options: argparse.Namespace) -> int:
    """Score a run's weights on its data once more and print the tables."""
    run = load_run(options.run)
    run.verify()
    dataset = load_dataset(run.dataset, progress=_download_progress)
    print(f"{run.label}, scored on {len(dataset.y_test):,} test pictures of {run.dataset}\n")
    same = True
    for approach in run.approaches:
        if approach not in run.with_weights:
            print(f"{TITLES[approach]}: the run holds its scores only, there is nothing to score\n")
            continue
        stack = run.stack(approach)
        metrics = evaluate(
            stack.predict_proba(dataset.x_test),
            dataset.y_test,
            stack.classes_,
            one_vs_rest=stack.members > 1,
        )
        _print_metrics(run, approach, metrics)
        same &= metrics == run.metrics(approach)
    print("These are the figures stored with the run." if same else _DIFFERENT, end="\n")
    return 0 if same else 1


_DIFFERENT = (
    "These are NOT the figures stored with the run: the data or the arithmetic on this machine "
    "differ from where it was trained."
)


def export(options: argparse.Namespace) -> int:
    """Write a run's models as .keras files."""
    run = load_run(options.run)
    stacks = {a: run.stack(a) for a in run.with_weights or run.approaches}
    folder = Path(options.dir)
    from mnist_models.training import export_keras  # imports TensorFlow, so not before it must

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for approach, stack in stacks.items():
            for path in export_keras(stack, folder / approach):
                print(path)
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return 0


def _listener(request: Request, *, job: bool) -> Callable[[Event], None]:
    """Pages can follow every training; one from the command line is told on the terminal too."""
    progress = jobs.ProgressFile(f"{request.recipe.name} on {request.dataset}")
    if job:
        os.nice(10)  # pages come first
        return progress.tell
    terminal = _terminal_listener(request.recipe.epochs)

    def tell(event: Event) -> None:
        progress.tell(event)
        terminal(event)

    return tell


def _terminal_listener(epochs: int) -> Callable[[Event], None]:
    live = sys.stderr.isatty()

    def tell(event: Event) -> None:
        if event.stage == "training" and event.epoch:
            e = event.epoch
            line = f"{event.approach:6} epoch {e['epoch']:3}/{epochs}  loss {e['loss']:.4f}"
            line += f"  accuracy {e['accuracy']:.4f}"
            line += f"  validation {e['val_accuracy']:.4f}" if "val_accuracy" in e else ""
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)
        elif event.stage in ("loading", *FITTING_STAGES):
            if live and event.share is not None:
                print(f"\r\033[K{event.stage} {event.share:4.0%}", end="", file=sys.stderr)
        else:
            line = event.message or event.stage
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)

    return tell


def _cancel(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Cancelled


def _download_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[KDownloading MNIST: {done / total:4.0%}", end="", file=sys.stderr)


def _print_run(run: Run) -> None:
    print(f"{run.label}:\n")
    for approach in run.approaches:
        _print_metrics(run, approach, run.metrics(approach))


def _print_metrics(run: Run, approach: Approach, metrics: Metrics) -> None:
    low, high = metrics.accuracy_interval
    print(f"{TITLES[approach]}: test accuracy {metrics.accuracy:.4f} (95 % {low:.4f}-{high:.4f})")
    binary = metrics.binary.balanced_accuracy if metrics.binary else None
    known = run.published.binary_test if run.published else ()
    print("  class  precision  recall      f1" + ("  balanced 1:1" if binary else ""), end="")
    print("  published" if binary and known else "")
    for k, label in enumerate(run.classes):
        line = f"  {label!s:>5}  {metrics.precision[k]:9.4f}  {metrics.recall[k]:6.4f}"
        line += f"  {metrics.f1[k]:6.4f}"
        line += f"  {binary[k]:12.5f}" if binary else ""
        line += f"  {known[k]:9.5f}" if binary and k < len(known) else ""
        print(line)
    print()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mnist_models", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("train", help="train a recipe and publish it as a run")
    command.set_defaults(command=train)
    command.add_argument("--recipe", choices=sorted(RECIPES), default="reference")
    command.add_argument("--approach", choices=(*APPROACHES, "both"), default="both")
    command.add_argument("--dataset", choices=DATASETS, default="mnist")
    command.add_argument("--epochs", type=_whole(1, 10_000), help="instead of the recipe's")
    command.add_argument("--seed", type=_whole(0, 2**32 - 1), default=0)
    command.add_argument("--name", default="", help="of the run (default: from the recipe)")
    command.add_argument(
        "--again", action="store_true", help="train even if the same was trained before"
    )
    command.add_argument(
        "--scores-only",
        nargs="*",
        choices=APPROACHES,
        default=[],
        metavar="APPROACH",
        help="keep scores and history of these approaches, but not their weights",
    )
    command.add_argument("--job", action="store_true", help=argparse.SUPPRESS)

    command = commands.add_parser("runs", help="list the runs, or choose the active one")
    command.set_defaults(command=runs)
    command.add_argument("--activate", metavar="RUN", help="show this run by default")

    command = commands.add_parser("evaluate", help="score a run's weights on its data once more")
    command.set_defaults(command=evaluate_run)
    command.add_argument("run", nargs="?", help="default: the active run")

    command = commands.add_parser("export", help="write a run's models as .keras files")
    command.set_defaults(command=export)
    command.add_argument("run")
    command.add_argument("dir")
    return parser


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if len(text) > 12 or not text.isdecimal() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number between {low:,} and {high:,}")
        return int(text)

    return parse


if __name__ == "__main__":
    sys.exit(main())
