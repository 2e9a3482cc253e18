"""The command line: python -m mnist_models train | runs | queue | evaluate | report | export | …"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from mnist_models.atomic_files import file_errors
from mnist_models.data.dataset import DATASETS
from mnist_models.data.loading import load_dataset
from mnist_models.errors import ExpectedError
from mnist_models.formatting import duration_text, listing
from mnist_models.jobs.executor import executor
from mnist_models.jobs.interruption import Cancelled
from mnist_models.jobs.job import JobError
from mnist_models.jobs.lock import exclusive, running_id
from mnist_models.jobs.progress import Event
from mnist_models.jobs.queue import waiting_ids
from mnist_models.learning.approaches import APPROACHES, TITLES, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import train_here
from mnist_models.runs.publishing import activate, delete_run
from mnist_models.runs.registry import active_name, load_run, run_names, unlisted_run_names
from mnist_models.runs.run import Run, RunError
from mnist_models.runs.upgrade import upgrade_run
from mnist_models.settings import Bounds, limits
from mnist_models.text import t


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        options = _parser().parse_args(arguments)
        status = options.command(options)
        sys.stdout.flush()  # a pipe that was closed is noticed here and not after the last line
        return status
    except ExpectedError as error:
        print(error, file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):  # before or after what it would have interrupted
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def train(options: argparse.Namespace) -> int:
    """Train a recipe and publish it as a run."""
    chosen = {field.name: getattr(options, field.name) for field in fields(TrainingOptions)}
    asked = TrainingOptions.from_json(chosen)
    event = train_here(asked, _terminal_listener(asked.request().recipe.epochs))
    if not event.run:
        return 130 if event.stage == "cancelled" else 1
    run = load_run(event.run)
    print(f"{run.label}:\n")
    for approach in run.approaches:
        _print_metrics(run, approach, run.metrics(approach))
    return 0


def runs(options: argparse.Namespace) -> int:
    """List the runs, after choosing the active one or deleting one."""
    if options.activate:
        activate(options.activate)
    if options.delete:
        delete_run(options.delete)
    names = run_names()
    if not names:
        load_run()  # says what to do
    for name in names:
        mark = "*" if name == active_name() else " "
        try:
            run = load_run(name)
            run.verify()
            figures = "  ".join(f"{a} {run.metrics(a).accuracy:.4f}" for a in run.approaches)
            print(f"{mark} {name:24} {run.dataset:7} test accuracy: {figures}")
        except RunError as error:
            print(f"{mark} {name:24} {error}")
    return 0


def upgrade(options: argparse.Namespace) -> int:
    """Add to runs of before what those of today store beside; each is upgraded by itself."""
    failed = 0
    with exclusive():
        for name in options.runs or (*run_names(), *unlisted_run_names()):
            try:
                added = upgrade_run(name)
                print(f"{name}: {'curves added' if added else 'nothing is missing'}")
            except ExpectedError as error:
                print(error, file=sys.stderr)
                failed = 1
    return failed


def queue(options: argparse.Namespace) -> int:
    """List the job that is being done and those that wait, after cancelling one."""
    if options.cancel and executor().follow(options.cancel) is None:
        raise JobError(t("There is no job {job}.", job=options.cancel))
    if options.cancel:
        executor().cancel(options.cancel)
    jobs = [*filter(None, map(executor().follow, [running_id(), *waiting_ids()]))]
    for job in jobs:
        seconds = job.wait if job.place == "waiting" else job.outlook().seconds_left
        left = "" if seconds is None else f"about {duration_text(seconds)} to go"
        print(f"{job.id}  {job.place:8} {job.order.title:30} {left}")
    if not jobs:
        print("No job is running or waiting.")
    return 0


def evaluate_run(options: argparse.Namespace) -> int:
    """Score a run's weights on its data once more and print the tables."""
    run = load_run(options.run)
    run.verify()
    if unknown := sorted({str(label) for label in run.classes} - set("0123456789")):
        raise RunError(
            t(
                "The run {run} cannot be scored again: no data set has test pictures of {labels}. "
                "For its stored figures: python -m mnist_models report {run}",
                run=run.name,
                labels=listing(unknown),
            )
        )
    dataset = load_dataset(run.test_set, progress=_download_progress)
    print(f"{run.label}, scored on {len(dataset.y_test):,} test pictures of {run.test_set}\n")
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
        same &= metrics.agrees_with(run.metrics(approach))
    print("These are the figures stored with the run." if same else _DIFFERENT)
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
    from mnist_models.runs.keras_export import export_keras

    with file_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for approach, stack in stacks.items():
            for path in export_keras(stack, folder / approach):
                print(path)
    return 0


def report(options: argparse.Namespace) -> int:
    """Write a run's report, one HTML file that needs nothing else."""
    run = load_run(options.run)
    target = Path(options.out or f"report-{run.name}.html")
    from mnist_models.comparison.report import report_html  # its template engine is slow

    contents = report_html(run)
    with file_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(contents, encoding="utf-8")
    print(target)
    return 0


def _terminal_listener(epochs: int) -> Callable[[Event], None]:
    live = sys.stderr.isatty()

    def tell(event: Event) -> None:
        if event.news and "epoch" in event.news:
            e = event.news
            line = f"{event.part:6} epoch {e['epoch']:3}/{epochs}  loss {e['loss']:.4f}"
            line += f"  accuracy {e['accuracy']:.4f}"
            line += f"  validation {e['val_accuracy']:.4f}" if "val_accuracy" in e else ""
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)
        elif event.part or event.stage == "loading":
            if live and event.share is not None:
                print(f"\r\033[K{event.stage} {event.share:4.0%}", end="", file=sys.stderr)
        else:
            line = event.message or event.stage
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)

    return tell


def _download_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[KDownloading MNIST: {done / total:4.0%}", end="", file=sys.stderr)


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

    def add(name: str, function: Callable[..., int], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about)
        command.set_defaults(command=function)
        return command

    _add_choices(add("train", train, "train a recipe and publish it as a run"))
    command = add("runs", runs, "list the runs, choose the active one, delete one")
    command.add_argument("--activate", metavar="RUN", help="show this run by default")
    command.add_argument("--delete", metavar="RUN", help="delete this run, if it was made here")
    command = add("queue", queue, "list the jobs that run and wait, cancel one")
    command.add_argument("--cancel", metavar="JOB", help="end this job, or take it out")
    command = add(
        "upgrade", upgrade, "add to older runs what new runs store beside; nothing is trained"
    )
    command.add_argument("runs", nargs="*", metavar="RUN", help="default: all runs")
    scored = add("evaluate", evaluate_run, "score a run's weights on its data once more")
    told = add("report", report, "write all figures of a run as one HTML file")
    for command in (scored, told):
        command.add_argument("run", nargs="?", help="default: the active run")
    told.add_argument("--out", metavar="FILE", help="default: report-RUN.html")
    exported = add("export", export, "write a run's models as .keras files")
    for name in ("run", "dir"):
        exported.add_argument(name)
    return parser


def _add_choices(command: argparse.ArgumentParser) -> None:
    """The fields of `TrainingOptions`; None, where none is given, is the recipe's."""
    command.add_argument("--recipe", choices=sorted(RECIPES), default="reference")
    command.add_argument("--approach", choices=(*APPROACHES, "both"), default="both")
    command.add_argument("--dataset", choices=DATASETS, help="default: the recipe's")
    for number, about in (
        ("epochs", "passes over the training rows"),
        ("hidden", "units of every hidden layer"),
        ("dropout", "share of hidden units silenced in a step"),
        ("distortions", "0 leaves the pictures as they are, 1 is strong's"),
    ):
        about += " (default: the recipe's)"
        command.add_argument(f"--{number}", type=_within(number), metavar="NUMBER", help=about)
    command.add_argument("--sampling", choices=tuple(STRATEGIES), help="of the binary models' rows")
    command.add_argument("--seed", type=_within("seed"), default=0, metavar="NUMBER")
    command.add_argument("--name", default="", help="of the run (default: from the recipe)")
    command.add_argument(
        "--again", action="store_true", help="train even if the same was trained before"
    )
    command.add_argument(
        "--scores-only",
        nargs="*",
        choices=APPROACHES,
        default=(),
        metavar="APPROACH",
        help="keep scores and history of these approaches, but not their weights",
    )


def _within(name: str) -> Callable[[str], float]:
    """Reads a number within one of the `limits`, which are asked for when there is a number."""

    def parse(text: str) -> float:
        bounds: Bounds = getattr(limits(), name)
        try:
            return bounds.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"must be {bounds}") from error

    return parse


if __name__ == "__main__":
    sys.exit(main())
