"""The commands that list, choose, delete and upgrade runs."""

import argparse
import sys

from mnist_models.errors import ExpectedError
from mnist_models.formatting import percent_text
from mnist_models.jobs.lock import exclusive
from mnist_models.runs.publishing import activate, delete_run, remove_leftovers
from mnist_models.runs.registry import active_name, load_run, run_names, unlisted_run_names
from mnist_models.runs.run import RunError
from mnist_models.runs.upgrade import add_map, round_weights, upgrade_run


def runs(options: argparse.Namespace) -> int:
    """List the runs, after choosing the active one or deleting one."""
    if options.activate:
        activate(options.activate)
    if options.delete:
        delete_run(options.delete)
    names = run_names()
    if not names:
        load_run()  # says what to do
    for name in (*names, *(unlisted_run_names() if options.kept else ())):
        mark = "*" if name == active_name() else " "
        try:
            run = load_run(name)
            run.verify()
            accuracies = {a: percent_text(run.metrics(a).accuracy) for a in run.approaches}
            figures = "  ".join(f"{a} {text}" for a, text in accuracies.items())
            about = f"  {run.label}" if run.made_here else ""  # the name may be a number
            print(f"{mark} {name:24} {run.dataset:7} test accuracy: {figures}{about}")
        except RunError as error:
            print(f"{mark} {name:24} {error}")
    return 0


def upgrade(options: argparse.Namespace) -> int:
    """Turn runs of before into what is stored today; each is upgraded by itself.

    What visitors taught and kept is left out where pictures are needed: their drawings are gone.
    """
    failed = 0
    with exclusive():
        remove_leftovers()
        for name in options.runs or (
            *run_names(),
            *([] if options.round or options.map else unlisted_run_names()),
        ):
            try:
                done = ["curves added"] if upgrade_run(name) else []
                if options.round and round_weights(name):
                    done.append("weights rounded and scored anew")
                if options.map and add_map(name):
                    done.append("map added")
                print(f"{name}: {', '.join(done) or 'nothing is missing'}")
            except ExpectedError as error:
                print(error, file=sys.stderr)
                failed = 1
    return failed
