"""What a run stores beside its test scores, added to an older run without any training."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from mnist_models.metrics.roc import curve_arrays, threshold_curves
from mnist_models.runs.manifest import damaged
from mnist_models.runs.publishing import (
    files_in,
    incoming_folder,
    sync,
    write_arrays,
    write_json,
)
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import CURVES, RunError


def derived_arrays(
    manifest: Mapping[str, Any], test_scores: Mapping[str, NDArray]
) -> dict[str, dict[str, NDArray]]:
    """The files that are calculated from a run's test scores, as `publish` takes them.

    Args:
        manifest: with the `classes`, and with the `members` of each of the `approaches`.
        test_scores: `labels` (n,) and per approach (n, K) probabilities.
    """
    labels, classes = test_scores["labels"], manifest["classes"]
    curves = {
        approach: threshold_curves(test_scores[approach], labels, classes)
        for approach, entry in manifest["approaches"].items()
        if entry["members"] > 1
    }
    return {CURVES: curve_arrays(curves)} if curves else {}


def upgrade_run(name: str) -> bool:
    """Add to a run what newer ones store beside their test scores; no other file changes.

    The files come first and run.json, which alone makes them part of the run, last: anybody who
    reads in between, or is killed, has the run as it was. Call it while nobody else writes.

    Returns:
        Whether anything was missing.

    Raises:
        RunError: there is no such run, or it is damaged.
        WriteError: the files cannot be written; the run stays as it was.
    """
    run = load_run(name)
    run.verify()
    files = run.manifest["files"]
    try:
        derived = derived_arrays(run.manifest, run.test_scores)
    except (KeyError, ValueError) as error:
        raise RunError(damaged(run.path / "test_scores.npz")) from error
    missing = {file: arrays for file, arrays in derived.items() if file not in files}
    if not missing:
        return False
    with incoming_folder() as incoming:
        write_arrays(incoming, missing)
        listed = dict(sorted({**files, **files_in(incoming)}.items()))
        write_json(incoming / "run.json", {**run.manifest, "files": listed})
        sync(*incoming.iterdir())
        for file in (*missing, "run.json"):
            (incoming / file).replace(run.path / file)
            sync(run.path)
    return True
