"""A run's networks for the browser: the very files that the server computes with."""

from contextlib import suppress
from functools import partial

from mnist_models.learning.approaches import Approach
from mnist_models.runs.run import UNLISTED, Run, RunError
from ui.live.static_files import publish


def networks_of(run: Run) -> dict[Approach, str]:
    """The address of each approach's networks, as far as they are sound and can be published.

    None of a run that a visitor has taught and keeps: a copy would outlive it.
    """
    addresses: dict[Approach, str] = {}
    for approach in () if run.name.startswith(UNLISTED) else run.with_weights:
        with suppress(RunError):  # the verdicts report it
            sha256, read = run.weights_hash(approach), partial(run.weights_file, approach)
            if sha256 and (address := publish(sha256, ".zip", read)):
                addresses[approach] = address
    return addresses
