"""Older runs as runs are stored today: curves beside the scores, a map, a byte for each weight.

No network is trained for it.
"""

import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import load_dataset
from mnist_models.embedding.arrays import embedding_arrays
from mnist_models.learning.approaches import APPROACHES, PAIR, Approach
from mnist_models.learning.stack import Stack
from mnist_models.metrics.roc import curve_arrays, threshold_curves
from mnist_models.runs.evaluation import evaluate_stack
from mnist_models.runs.manifest import damaged
from mnist_models.runs.publishing import (
    files_in,
    incoming_folder,
    replace_run,
    sync,
    write_arrays,
    write_json,
)
from mnist_models.runs.registry import load_run
from mnist_models.runs.run import CURVES, EMBEDDING, Run, RunError
from mnist_models.text import t


def derived_arrays(
    manifest: Mapping[str, Any], test_scores: Mapping[str, NDArray]
) -> dict[str, dict[str, NDArray]]:
    """The files that are calculated from a run's test scores, as `publish` takes them.

    Args:
        manifest: with the `classes` and the `approaches`.
        test_scores: `labels` (n,) and per approach (n, K) probabilities.
    """
    labels, classes = test_scores["labels"], manifest["classes"]
    curves = {
        approach: threshold_curves(test_scores[approach], labels, classes)
        for approach in manifest["approaches"]
        if approach in APPROACHES and APPROACHES[approach].is_independent
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
    if missing:
        _add_files(run, missing)
    return bool(missing)


def add_map(name: str) -> bool:
    """Add to a run its test pictures as points; no other file changes, as in `upgrade_run`.

    Returns:
        Whether it had none, and has networks to make one.

    Raises:
        RunError: there is no such run, it is damaged, or it learned from other pictures than are
            here.
        DatasetError: the pictures cannot be loaded.
        WriteError: the files cannot be written; the run stays as it was.
    """
    run = load_run(name)
    run.verify()
    own = [approach for approach in run.with_weights if approach in PAIR]
    if EMBEDDING in run.manifest["files"] or not own:
        return False
    stacks = {approach: run.stack(approach) for approach in own}
    _add_files(run, {EMBEDDING: _embedding(run, stacks, _own_pictures(run))})
    return True


def _embedding(run: Run, stacks: Mapping[Approach, Stack], dataset: Dataset) -> dict[str, NDArray]:
    pictures = dataset.x_train, dataset.y_train, dataset.x_test
    own = {approach: stack for approach, stack in stacks.items() if approach in PAIR}
    return embedding_arrays(own, *pictures, seed=run.manifest.get("seed", 0))


def _add_files(run: Run, added: dict[str, dict[str, NDArray]]) -> None:
    with incoming_folder() as incoming:
        write_arrays(incoming, added)
        listed = dict(sorted({**run.manifest["files"], **files_in(incoming)}.items()))
        write_json(incoming / "run.json", {**run.manifest, "files": listed})
        sync(*incoming.iterdir())
        for file in (*added, "run.json"):
            (incoming / file).replace(run.path / file)
            sync(run.path)


def round_weights(name: str) -> bool:
    """Store the weights of a run as `Stack.rounded` makes them, with the figures that they have.

    All of its pictures are scored once more, those that it learned from included. Call it while
    nobody else writes.

    Returns:
        Whether they were not rounded before.

    Raises:
        RunError: there is no such run, it is damaged, or it learned from other pictures than are
            here.
        DatasetError: the pictures cannot be loaded.
        WriteError: the files cannot be written; the run stays as it was.
    """
    run = load_run(name)
    run.verify()
    stacks = {approach: run.stack(approach).rounded() for approach in run.with_weights}
    if all(_have_same_weights(run.stack(a), stack) for a, stack in stacks.items()):
        return False
    _replace_weights(run, stacks, _own_pictures(run))
    return True


def _own_pictures(run: Run) -> Dataset:
    """What a run has learned from, and was judged on."""
    dataset = load_dataset(run.dataset)
    # A visitor's drawings, which a taught run has learned from, are in no data set.
    if (
        "lesson" in run.manifest
        or run.manifest["dataset"].get("fingerprint") != dataset.fingerprint
    ):
        raise RunError(
            t(
                "The run {run} learned from other pictures than are on this machine, so "
                "nothing can be measured anew. It stays as it is, and goes on working.",
                run=run.name,
            )
        )
    return dataset


def _have_same_weights(stack: Stack, other: Stack) -> bool:
    return all(map(np.array_equal, stack.weights, other.weights))


def _replace_weights(run: Run, stacks: Mapping[Approach, Stack], dataset: Dataset) -> None:
    found = {approach: evaluate_stack(stack, dataset) for approach, stack in stacks.items()}
    scores, entries = dict(run.test_scores), dict(run.manifest["approaches"])
    for approach, each in found.items():
        scores[approach] = each.test_proba
        metrics = {rows: metrics.to_json() for rows, metrics in each.metrics.items()}
        entries[approach] = {**entries[approach], "metrics": metrics}
    with incoming_folder() as incoming:
        for file in run.manifest["files"]:
            shutil.copy(run.path / file, incoming)
        for approach, stack in stacks.items():
            stack.save(incoming / f"{approach}.npz")
        derived = derived_arrays(run.manifest, scores)
        if EMBEDDING in run.manifest["files"]:
            derived[EMBEDDING] = _embedding(run, stacks, dataset)
        write_arrays(incoming, {"test_scores.npz": scores, **derived})
        manifest = {**run.manifest, "approaches": entries, "files": files_in(incoming)}
        write_json(incoming / "run.json", manifest)
        replace_run(run.name, incoming)
