"""The commands that give a run's figures and networks: evaluate, report, export."""

import argparse
import sys
from pathlib import Path

from mnist_models.atomic_files import file_errors
from mnist_models.data.loading import load_dataset
from mnist_models.formatting import interval_text, listing, percent_text
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.scores import Metrics, evaluate
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import Run, RunError
from mnist_models.text import t


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
            one_vs_rest=stack.scheme.is_independent,
        )
        print_metrics(run, approach, metrics)
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


def _download_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[KDownloading MNIST: {done / total:4.0%}", end="", file=sys.stderr)


def print_metrics(run: Run, approach: Approach, metrics: Metrics) -> None:
    """What an approach of a run scored: its accuracy, and a line per class."""
    accuracy = interval_text(metrics.accuracy, metrics.accuracy_interval)
    print(f"{TITLES[approach]}: test accuracy {accuracy}")
    binary = metrics.binary.balanced_accuracy if metrics.binary else None
    known = run.published.binary_test if run.published else ()
    print("  class  precision    recall        f1" + ("  balanced 1:1" if binary else ""), end="")
    print("  published" if binary and known else "")
    for k, label in enumerate(run.classes):
        line = f"  {label!s:>5}  {percent_text(metrics.precision[k]):>9}"
        line += f"  {percent_text(metrics.recall[k]):>8}  {percent_text(metrics.f1[k]):>8}"
        line += f"  {percent_text(binary[k]):>12}" if binary else ""
        line += f"  {percent_text(known[k]):>9}" if binary and k < len(known) else ""
        print(line)
    print()
