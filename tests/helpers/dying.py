"""Die at each step of writing to `trained/`, and say what each death has left: a script of tests.

python -m tests.helpers.dying publish|activate|delete|upgrade

The operating system is told of every file that is opened, renamed or removed; Python's audit
events say so before it happens, and nothing in the program has to know of it. A copy of this
process does the writing and kills itself at the first of them, the next copy at the second, until
one survives. What is left is looked at in between, in JSON, a line each.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import sklearn.metrics  # noqa: F401 - here, so that its own files are no steps of the writing

from mnist_models.runs.publishing import activate, delete_run, publish, remove_leftovers
from mnist_models.runs.registry import load_run, run_names
from mnist_models.runs.upgrade import upgrade_run
from mnist_models.settings import trained_folder

_STEPS = ("open", "os.", "shutil.", "tempfile.")


def _contents() -> tuple[Any, ...]:
    run = load_run("reference")
    manifest = {k: v for k, v in run.manifest.items() if k not in ("format", "name", "files")}
    arrays = {"test_scores.npz": run.test_scores}
    return manifest, {"single": run.single, "multi": run.multi}, arrays, {"h.json": run.history}


def _die_at(step: int) -> None:
    steps = count(1)

    def watch(event: str, _arguments: tuple[Any, ...]) -> None:
        if event.startswith(_STEPS) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _survives(step: int, write: Callable[[], object]) -> bool:
    child = os.fork()
    if not child:
        _die_at(step)
        write()
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _state() -> dict[str, Any]:
    """All that visitors can see, and what they cannot."""
    for name in run_names():
        load_run(name).verify()
    active = load_run()
    return {
        "runs": run_names(),
        "active": [active.name, active.version],
        "upgraded": [name for name in run_names() if load_run(name).has_curves],
        "hidden": [path.name for path in trained_folder().glob(".*")],
    }


def main(action: str) -> None:
    """Write a line for each step: what is there after the death, and after the cleaning up."""
    contents = _contents()
    writes: dict[str, Callable[[], object]] = {
        "publish": lambda: publish("next", *contents),
        "activate": lambda: activate("other"),
        "delete": lambda: delete_run("next"),
        "upgrade": lambda: upgrade_run("next"),
    }
    for step in count(1):
        activate("next" if action == "delete" else "reference")
        survived = _survives(step, writes[action])
        state = _state()
        for path in trained_folder().glob(".incoming-*"):
            os.utime(path, (0, 0))  # single files are removed when they are old
        remove_leftovers()
        seen = {"survived": survived, **state, "cleaned": _state()}
        sys.stdout.write(json.dumps(seen) + "\n")
        if survived:
            return
        if action in ("publish", "upgrade") and "next" in run_names():
            delete_run("next")
        if action in ("delete", "upgrade") and "next" not in run_names():
            publish("next", *contents)


if __name__ == "__main__":
    main(sys.argv[1])
