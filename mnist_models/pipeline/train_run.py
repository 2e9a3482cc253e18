"""From a recipe to a published run: the stages that a person watches.

Load the data, train each approach, score it on the train and test rows, publish. Every stage
is told as an `Event`; the command line prints them and the sidebar draws them.
"""

import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import load_dataset
from mnist_models.embedding.arrays import embedding_arrays
from mnist_models.jobs.progress import PUBLISHING, REFITTING, Event, OnEvent
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.sampling import pack_rows, stream
from mnist_models.learning.stack import Stack
from mnist_models.pipeline.request import Request
from mnist_models.runs.evaluation import Evaluation, evaluate_stack
from mnist_models.runs.publishing import check_name, free_name, publish
from mnist_models.runs.quota import check_room
from mnist_models.runs.registry import find_run
from mnist_models.runs.run import EMBEDDING, UNLISTED, Run, RunError
from mnist_models.runs.upgrade import derived_arrays
from mnist_models.text import t


def train_run(request: Request, on_event: OnEvent) -> Run:
    """Train, score and publish what is requested, or find it among the runs.

    Args:
        request: what to train.
        on_event: told of every stage; an exception from it ends the training, and then
            nothing is published.

    Raises:
        DatasetError: the data are absent or damaged.
        TrainingError: the training has blown up.
        RunError: its name is taken, or there is no room for it.
        WriteError: the run cannot be written.
        SettingsError: the limits of this machine are no numbers.
    """
    check_request(request)
    on_event(Event("loading"))
    importing = _begin_imports()
    dataset = load_dataset(request.dataset, progress=_download_progress(on_event))
    fingerprint = request.fingerprint(dataset)
    if run := find_trained(request, fingerprint):
        on_event(found(run))
        return run
    check_room(request.name or free_name(request.default_name(fingerprint)))
    on_event(Event("importing"))
    importing.result()
    trained = _train(request, dataset, on_event)
    on_event(Event("scoring"))
    scored = {a: evaluate_stack(t.stack, dataset) for a, t in trained.items()}
    manifest = _manifest(request, dataset, fingerprint, trained, scored)
    stacks = {a: trained[a].stack for a in _kept(request)}
    arrays = _arrays(dataset, manifest, trained, scored)
    if mapped := {a: stack for a, stack in stacks.items() if a in PAIR}:
        pictures = dataset.x_train, dataset.y_train, dataset.x_test
        arrays[EMBEDDING] = embedding_arrays(mapped, *pictures, seed=request.seed)
    on_event(Event(PUBLISHING))
    run = publish(
        request.name or free_name(request.default_name(fingerprint)),
        manifest,
        stacks,
        arrays,
        {"history.json": {approach: t.history for approach, t in trained.items()}},
    )
    on_event(ready(run))
    return run


def check_request(request: Request) -> None:
    """Refuse a name that a run cannot have.

    Raises:
        RunError: it is taken, for others, or not a plain name.
    """
    if request.name:
        check_name(request.name)
        if request.name.startswith(UNLISTED):
            raise RunError(
                t("Names that begin with {begin} are for what visitors teach.", begin=UNLISTED)
            )


def find_trained(request: Request, fingerprint: str) -> Run | None:
    """The run that holds what is requested, unless it is wanted once more."""
    if request.again:
        return None
    return find_run(fingerprint, request.approaches, _kept(request))


def ready(run: Run) -> Event:
    """How a training ends that is published."""
    sentence = t("The new run is ready: {run}.", run=run.label)
    return Event("done", 1.0, message=sentence, run=run.name)


def found(run: Run) -> Event:
    """How one ends that was trained before."""
    sentence = t(
        "The run {name} was trained with the same settings, data and seed. To train another, "
        "change the seed or the epochs.",
        name=run.label,
    )
    return Event("found", 1.0, message=sentence, run=run.name)


def _begin_imports() -> Future[ModuleType]:
    """Import TensorFlow while the data are loaded, and then what scores while the first fit runs.

    Returns:
        What is there when TensorFlow is.
    """
    with_tensorflow = "mnist_models.learning.training"
    thread = ThreadPoolExecutor(max_workers=1)
    modules = (with_tensorflow, "sklearn.decomposition", "sklearn.discriminant_analysis")
    first, *_ = [thread.submit(import_module, module) for module in modules]
    thread.shutdown(wait=False)
    return first


def _kept(request: Request) -> tuple[Approach, ...]:
    return tuple(a for a in request.approaches if a not in request.scores_only)


@dataclass(frozen=True)
class _Trained:
    stack: Stack  # rounded as it will be stored, so that the scores are those of what is shipped
    history: dict[str, list[Any]]
    epochs: int
    rows: list[int]
    seen: list[NDArray]
    seconds: float


def _train(request: Request, dataset: Dataset, on_event: OnEvent) -> dict[Approach, _Trained]:
    from mnist_models.learning.training import fit  # seconds and 700 MB, so only when needed

    recipe = request.recipe
    held_out = held_out_rows(len(dataset.y_train), recipe.validation_split, request.seed)
    x, y = dataset.x_train, dataset.y_train

    def on_progress(stage: str, approach: Approach, fits_done: int) -> Callable[[float], None]:
        def tell(share: float) -> None:
            on_event(Event(stage, (fits_done + share) / request.fits, approach))

        tell(0.0)  # the first step is seconds away
        return tell

    def on_epoch(
        stage: str, approach: Approach, fits_done: int, epochs: int
    ) -> Callable[[dict[str, Any]], None]:
        def tell(epoch: dict[str, Any]) -> None:
            share = (fits_done + epoch["epoch"] / epochs) / request.fits
            # 45 pairs would fill the file that all this is told in, and no page draws them.
            is_told = approach in PAIR
            news = {k: v for k, v in epoch.items() if is_told or not k.startswith("member_")}
            on_event(Event(stage, share, approach, news))

        return tell

    trained: dict[Approach, _Trained] = {}
    for approach in request.approaches:
        judged = fit(
            recipe,
            approach,
            x[~held_out],
            y[~held_out],
            seed=request.seed,
            validation=(x[held_out], y[held_out]) if held_out.any() else None,
            on_progress=on_progress("training", approach, 0),
            on_epoch=on_epoch("training", approach, 0, recipe.epochs),
        )
        result, rows = judged, np.flatnonzero(~held_out)
        if recipe.refit:
            # As many epochs as were best, and no validation rows by which to choose again.
            result = fit(
                replace(recipe, epochs=judged.epochs, patience=None),
                approach,
                x,
                y,
                seed=request.seed,
                program=judged.program,
                on_progress=on_progress(REFITTING, approach, 1),
                on_epoch=on_epoch(REFITTING, approach, 1, judged.epochs),
            )
            rows = np.arange(len(y))
        trained[approach] = _Trained(
            stack=result.rounded(),
            epochs=result.epochs,
            history=judged.history,
            rows=result.rows,
            seen=[rows[seen] for seen in result.seen],
            seconds=result.seconds,
        )
    return trained


def held_out_rows(n_rows: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Which rows are kept for validation: (n_rows,) true, drawn before any sampling."""
    mask = np.zeros(n_rows, dtype=bool)
    size = round(n_rows * share)
    mask[stream(seed, "validation", "rows").choice(n_rows, size=size, replace=False)] = True
    return mask


def _manifest(
    request: Request,
    dataset: Dataset,
    fingerprint: str,
    trained: dict[Approach, _Trained],
    scored: dict[Approach, Evaluation],
) -> dict[str, Any]:
    from mnist_models.learning.program import VERSIONS

    classes = next(iter(trained.values())).stack.classes_
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": fingerprint,
        "named": bool(request.name),
        "recipe": request.recipe.to_json(),
        "seed": request.seed,
        "dataset": {
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "train_rows": len(dataset.y_train),
            "test_rows": len(dataset.y_test),
        },
        "versions": {"python": platform.python_version(), "numpy": np.__version__, **VERSIONS},
        "classes": classes.tolist(),
        "approaches": {a: _approach_entry(trained[a], scored[a]) for a in trained},
    }


def _approach_entry(trained: _Trained, scored: Evaluation) -> dict[str, Any]:
    return {
        "layers": list(trained.stack.layers),
        "members": trained.stack.members,
        "parameters": trained.stack.parameters,
        "seconds": round(trained.seconds, 2),
        "epochs": trained.epochs,
        "rows": trained.rows,
        "distinct_rows": len(np.unique(np.concatenate(trained.seen))),
        "metrics": {name: metrics.to_json() for name, metrics in scored.metrics.items()},
    }


def _arrays(
    dataset: Dataset,
    manifest: dict[str, Any],
    trained: dict[Approach, _Trained],
    scored: dict[Approach, Evaluation],
) -> dict[str, dict[str, NDArray]]:
    scores: dict[str, NDArray] = {
        "labels": dataset.y_test,
        **{a: s.test_proba for a, s in scored.items()},
    }
    rows: dict[str, NDArray] = {
        a: pack_rows(t.seen, len(dataset.y_train)) for a, t in trained.items()
    }
    return {"test_scores.npz": scores, **derived_arrays(manifest, scores), "rows.npz": rows}


def _download_progress(on_event: OnEvent) -> Callable[[int, int], None]:
    return lambda done, total: on_event(Event("loading", done / total if total else None))
