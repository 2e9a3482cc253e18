"""From a recipe to a published run: the stages that a person watches.

Load the data, train each approach, score it on the train and test rows, publish. Every stage
is told as an `Event`; the command line prints them and the sidebar draws them.
"""

import platform
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.data.loading import load_dataset
from mnist_models.embedding.arrays import embedding_arrays
from mnist_models.jobs.progress import PUBLISHING, Event, OnEvent
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.sampling import pack_rows
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.side_by_side import side_by_side
from mnist_models.pipeline.train_approaches import Trained, train_approaches
from mnist_models.runs.evaluation import Evaluation, evaluate_stack
from mnist_models.runs.publishing import check_name, free_name, publish
from mnist_models.runs.quota import check_room
from mnist_models.runs.registry import find_run
from mnist_models.runs.run import EMBEDDING, UNLISTED, Run, RunError
from mnist_models.runs.upgrade import derived_arrays
from mnist_models.settings import job_cores
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
    importing = _begin_import("mnist_models.learning.training")  # TensorFlow, beside the data
    dataset = load_dataset(request.dataset, progress=_download_progress(on_event))
    fingerprint = request.fingerprint(dataset)
    if run := find_trained(request, fingerprint):
        on_event(found(run))
        return run
    check_room(request.name or free_name(request.default_name(fingerprint)))
    on_event(Event("importing"))
    importing.result()
    # Not before: until then the programs are traced, and Python does one thing at a time.
    begin = partial(_begin_import, "sklearn.decomposition", "sklearn.discriminant_analysis")
    trained = train_approaches(request, dataset, _after_first_epoch(on_event, begin))
    on_event(Event("scoring"))
    scored, places = _score(request, dataset, trained)
    manifest = _manifest(request, dataset, fingerprint, trained, scored)
    stacks = {a: trained[a].stack for a in _kept(request)}
    arrays = _arrays(dataset, manifest, trained, scored)
    if any(a in PAIR for a in stacks):
        arrays[EMBEDDING] = places
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


def _begin_import(*modules: str) -> Future[list[ModuleType]]:
    """Import in a thread what takes seconds; whoever needs one of these meanwhile waits for it."""
    thread = ThreadPoolExecutor(max_workers=1)
    imported = thread.submit(lambda: [import_module(module) for module in modules])
    thread.shutdown(wait=False)
    return imported


def _after_first_epoch(on_event: OnEvent, begin: Callable[[], object]) -> OnEvent:
    """The same listener, which begins something when the first epoch is told."""
    has_begun = False

    def tell(event: Event) -> None:
        nonlocal has_begun
        if event.news and not has_begun:
            has_begun = True
            begin()
        on_event(event)

    return tell


def _kept(request: Request) -> tuple[Approach, ...]:
    return tuple(a for a in request.approaches if a not in request.scores_only)


def _score(
    request: Request, dataset: Dataset, trained: dict[Approach, Trained]
) -> tuple[dict[Approach, Evaluation], dict[str, NDArray]]:
    """The figures of each approach, and the arrays of the embedding; what is largest begins."""
    pictures = dataset.x_train, dataset.y_train, dataset.x_test
    works: dict[tuple[str, Approach], Callable[[OnEvent], Any]] = {}

    def place(approach: Approach, _: OnEvent) -> dict[str, NDArray]:
        return embedding_arrays({approach: trained[approach].stack}, *pictures, seed=request.seed)

    def score(approach: Approach, _: OnEvent) -> Evaluation:
        return evaluate_stack(trained[approach].stack, dataset, trained[approach].predict_proba)

    for approach in sorted(trained, key=lambda a: -trained[a].stack.parameters):
        works["figures", approach] = partial(score, approach)
        if approach in PAIR and approach in _kept(request):
            works["places", approach] = partial(place, approach)
    found = side_by_side(works, on_event=lambda _: None, at_once=job_cores())
    scored = {approach: found["figures", approach] for approach in trained}
    arrays = [found["places", a] for a in trained if ("places", a) in found]
    return scored, {name: array for part in arrays for name, array in part.items()}


def _manifest(
    request: Request,
    dataset: Dataset,
    fingerprint: str,
    trained: dict[Approach, Trained],
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


def _approach_entry(trained: Trained, scored: Evaluation) -> dict[str, Any]:
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
    trained: dict[Approach, Trained],
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
