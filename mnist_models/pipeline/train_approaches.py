"""Each approach of a request is trained: judged by rows that are held out, then on all rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_models.data.dataset import Dataset
from mnist_models.jobs.progress import REFITTING, Event, OnEvent
from mnist_models.learning.approaches import PAIR, Approach
from mnist_models.learning.sampling import stream
from mnist_models.learning.stack import Floats, Stack
from mnist_models.pictures import Images
from mnist_models.pipeline.request import Request
from mnist_models.pipeline.side_by_side import side_by_side
from mnist_models.settings import job_cores


@dataclass(frozen=True)
class Trained:
    """One approach as it was trained.

    Attributes:
        stack: rounded as it will be stored, so that the scores are those of what is shipped.
        history: of the fit that was judged.
        epochs: of the fit that is kept.
        rows: per member the rows of an epoch.
        seen: per member the numbers of the distinct training rows that it ever learned from.
        seconds: of the fit that is kept.
        predict_proba: of the same stack, faster.
    """

    stack: Stack
    history: dict[str, list[Any]]
    epochs: int
    rows: list[int]
    seen: list[NDArray]
    seconds: float
    predict_proba: Callable[[Images], Floats]


def train_approaches(
    request: Request, dataset: Dataset, on_event: OnEvent
) -> dict[Approach, Trained]:
    """Both approaches at once where there are cores for that; neither knows of the other."""
    works = {a: partial(_train_one, request, dataset, a) for a in request.approaches}
    return side_by_side(works, on_event, job_cores())


def _train_one(
    request: Request, dataset: Dataset, approach: Approach, on_event: OnEvent
) -> Trained:
    from mnist_models.learning.training import fit  # seconds and 700 MB, so only when needed

    recipe = request.recipe
    held_out = held_out_rows(len(dataset.y_train), recipe.validation_split, request.seed)
    x, y = dataset.x_train, dataset.y_train
    telling = partial(_Telling, on_event, approach, request.fits)
    first = telling("training", 0, recipe.epochs)
    judged = fit(
        recipe,
        approach,
        x[~held_out],
        y[~held_out],
        seed=request.seed,
        validation=(x[held_out], y[held_out]) if held_out.any() else None,
        on_progress=first.share,
        on_epoch=first.epoch,
    )
    result, rows = judged, np.flatnonzero(~held_out)
    if recipe.refit:
        second = telling(REFITTING, 1, judged.epochs)
        # As many epochs as were best, and no validation rows by which to choose again.
        result = fit(
            replace(recipe, epochs=judged.epochs, patience=None),
            approach,
            x,
            y,
            seed=request.seed,
            program=judged.program,
            on_progress=second.share,
            on_epoch=second.epoch,
        )
        rows = np.arange(len(y))
    on_event(Event(REFITTING if recipe.refit else "training", 1.0, approach))
    stack = result.rounded()
    result.program.become(stack)
    return Trained(
        stack=stack,
        epochs=result.epochs,
        history=judged.history,
        rows=result.rows,
        seen=[rows[seen] for seen in result.seen],
        seconds=result.seconds,
        predict_proba=result.program.predict_proba,
    )


class _Telling:
    """What one fit of an approach tells."""

    def __init__(
        self, on_event: OnEvent, approach: Approach, fits: int, stage: str, done: int, epochs: int
    ) -> None:
        """Begin to tell: the first step is seconds away.

        Args:
            on_event: told.
            approach: that is fitted.
            fits: of the approach.
            stage: of this one.
            done: fits of it before.
            epochs: of this one.
        """
        self._on_event, self._approach, self._stage = on_event, approach, stage
        self._fits, self._done, self._epochs = fits, done, epochs
        self.share(0.0)

    def share(self, share: float, news: dict[str, Any] | None = None) -> None:
        """How much of it is done, 0 to 1."""
        whole = (self._done + share) / self._fits
        self._on_event(Event(self._stage, whole, self._approach, news))

    def epoch(self, epoch: dict[str, Any]) -> None:
        """The figures of an epoch."""
        # 45 pairs would fill the file that all this is told in, and no page draws them.
        is_told = self._approach in PAIR
        news = {k: v for k, v in epoch.items() if is_told or not k.startswith("member_")}
        self.share(epoch["epoch"] / self._epochs, news)


def held_out_rows(n_rows: int, share: float, seed: int) -> NDArray[np.bool_]:
    """Which rows are kept for validation: (n_rows,) true, drawn before any sampling."""
    mask = np.zeros(n_rows, dtype=bool)
    size = round(n_rows * share)
    mask[stream(seed, "validation", "rows").choice(n_rows, size=size, replace=False)] = True
    return mask
