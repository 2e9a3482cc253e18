"""The command that trains, and what it tells a terminal meanwhile."""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import fields

from mnist_models.command_line.scoring import print_metrics
from mnist_models.formatting import percent_text
from mnist_models.jobs.progress import Event, is_second_pass
from mnist_models.pipeline.options import TrainingOptions
from mnist_models.pipeline.train_job import train_here
from mnist_models.runs.registry import load_run


def train(options: argparse.Namespace) -> int:
    """Train a recipe and publish it as a run."""
    chosen = {field.name: getattr(options, field.name) for field in fields(TrainingOptions)}
    if options.scheduler:
        os.environ["MNIST_SCHEDULER"] = options.scheduler
    asked = TrainingOptions.from_json(chosen)
    event = train_here(asked, _terminal_listener(asked.request().recipe.epochs))
    if not event.run:
        return 130 if event.stage == "cancelled" else 1
    run = load_run(event.run)
    print(f"{run.name}: {run.label}\n")
    for approach in run.approaches:
        print_metrics(run, approach, run.metrics(approach))
    return 0


def _terminal_listener(epochs: int) -> Callable[[Event], None]:
    live = sys.stderr.isatty()

    def tell(event: Event) -> None:
        if event.news and "epoch" in event.news:
            e = event.news
            line = f"{event.part:6} "
            line += "second pass, " if is_second_pass(event.stage) else ""
            line += f"epoch {e['epoch']:3}/{epochs}  loss {e['loss']:.4f}"
            line += f"  accuracy {percent_text(e['accuracy'])}"
            if "val_accuracy" in e:
                line += f"  validation {percent_text(e['val_accuracy'])}"
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)
        elif event.part or event.stage == "loading":
            if live and event.share is not None:
                print(f"\r\033[K{event.stage} {event.share:4.0%}", end="", file=sys.stderr)
        else:
            line = event.message or event.stage
            print(f"\r\033[K{line}" if live else line, file=sys.stderr)

    return tell
