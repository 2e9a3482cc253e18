"""What can be typed after python -m mnist_models."""

import argparse
from collections.abc import Callable

from mnist_models.command_line.drawing_list import drawings
from mnist_models.command_line.job_list import queue
from mnist_models.command_line.run_list import runs, upgrade
from mnist_models.command_line.scoring import evaluate_run, export, report
from mnist_models.command_line.training import train
from mnist_models.data.dataset import DATASETS
from mnist_models.learning.approaches import APPROACHES
from mnist_models.learning.recipes import RECIPES
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.pipeline.options import CHOICES
from mnist_models.settings import Bounds, limits


def parser(about: str) -> argparse.ArgumentParser:
    """The commands with their options; `command` of what it reads is the function to call."""
    whole = argparse.ArgumentParser(prog="python -m mnist_models", description=about)
    commands = whole.add_subparsers(required=True, metavar="command")

    def add(name: str, function: Callable[..., int], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about)
        command.set_defaults(command=function)
        return command

    _add_choices(add("train", train, "train a recipe and publish it as a run"))
    command = add("runs", runs, "list the runs, choose the active one, delete one")
    command.add_argument("--activate", metavar="RUN", help="show this run by default")
    command.add_argument("--delete", metavar="RUN", help="delete this run, if it was made here")
    command.add_argument(
        "--kept", action="store_true", help="list those that visitors taught and kept, too"
    )
    command = add("drawings", drawings, "count the drawings that visitors keep, export or delete")
    command.add_argument("--export", metavar="FILE.zip", help="write all of them to this new file")
    command.add_argument(
        "--empty", action="store_true", help="delete all of them, or those that were written"
    )
    command = add("queue", queue, "list the jobs that run and wait, cancel one")
    command.add_argument("--cancel", metavar="JOB", help="end this job, or take it out")
    command = add(
        "upgrade", upgrade, "add to older runs what new runs store beside; nothing is trained"
    )
    command.add_argument("runs", nargs="*", metavar="RUN", help="default: all runs")
    command.add_argument(
        "--round",
        action="store_true",
        help="also store weights of float16 as a byte each, and score them anew: needs their data",
    )
    command.add_argument(
        "--map", action="store_true", help="also add the test pictures as points: needs their data"
    )
    scored = add("evaluate", evaluate_run, "score a run's weights on its data once more")
    told = add("report", report, "write all figures of a run as one HTML file")
    for command in (scored, told):
        command.add_argument("run", nargs="?", help="default: the active run")
    told.add_argument("--out", metavar="FILE", help="default: report-RUN.html")
    exported = add("export", export, "write a run's models as .keras files")
    for name in ("run", "dir"):
        exported.add_argument(name)
    return whole


def _add_choices(command: argparse.ArgumentParser) -> None:
    """The fields of `TrainingOptions`; None, where none is given, is the recipe's."""
    command.add_argument("--recipe", choices=sorted(RECIPES), default="reference")
    command.add_argument("--approach", choices=CHOICES, default="both")
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
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="train on this Dask cluster, tcp://host:port (default: MNIST_SCHEDULER, or here)",
    )
    command.add_argument(
        "--again", action="store_true", help="train even if the same was trained before"
    )
    command.add_argument(
        "--scores-only",
        nargs="*",
        choices=tuple(APPROACHES),
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
