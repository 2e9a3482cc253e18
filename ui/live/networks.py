"""A run's networks for the browser: the very files that the server computes with."""

from contextlib import suppress
from functools import partial

from mnist_models.learning.approaches import Approach
from mnist_models.runs.run import UNLISTED, Run, RunError
from mnist_models.text import t
from ui.live.static_files import publish

UNAVAILABLE = t(
    "Your browser computes what is shown here, and it cannot get the networks of this run: they "
    "were taught here, or stored by an earlier version, or this server cannot write to its folder "
    "static/. Try another run, in the sidebar."
)
_BYTES_A_WEIGHT, _ARCHIVE = 1.5, 4_000  # at most, of what was rounded; and bytes of the file's own


def networks_of(run: Run) -> dict[Approach, str]:
    """The address of each approach's networks, as far as they are sound and can be published.

    None of a run that a visitor has taught and keeps: a copy would outlive it. None of weights of
    float16: they are twice as large, and few browsers read them; `upgrade --round` rounds them.
    """
    addresses: dict[Approach, str] = {}
    for approach in () if run.name.startswith(UNLISTED) else run.pair_with_weights:
        with suppress(RunError):  # the verdicts report it
            sha256, read = run.weights_hash(approach), partial(run.weights_file, approach)
            if not sha256 or not _is_rounded(run, approach):
                continue
            if address := publish(sha256, ".zip", read):
                addresses[approach] = address
    return addresses


def _is_rounded(run: Run, approach: Approach) -> bool:
    """Whether a byte is stored for each weight, as far as the size of the file can tell."""
    parameters = run.manifest["approaches"][approach]["parameters"]
    most = _BYTES_A_WEIGHT * parameters + _ARCHIVE
    return run.manifest["files"][f"{approach}.npz"]["bytes"] <= most
