"""A run's full report as one self-contained HTML file: no network, no script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mnist_models.comparison.contenders import Duel, contenders_of
from mnist_models.comparison.sentences import (
    accuracy_text,
    data_text,
    mcnemar_sentence,
    verdict_sentence,
)
from mnist_models.evidence.experiments import Spread, load_evidence
from mnist_models.evidence.networks.training_studies import seeds_spread
from mnist_models.formatting import count_text, interval_text, percent_text, seconds_text
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.learning.recipes import RECIPES
from mnist_models.metrics.scores import Metrics
from mnist_models.runs.run import Run
from mnist_models.text import Texts, t, translated
from mnist_models.translation import language

_FOLDER = Path(__file__).resolve().parent
_STRONGEST = 0.85  # opacity of the most frequent mistake, whose number must stay legible
_ROWS = Texts({"training": t("training"), "validation": t("validation")})


@dataclass(frozen=True)
class Axis:
    """Numbers from `low` to `high` laid on `start` to `end` units of a drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a number lies."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self, parts: int = 5) -> list[float]:
        """Numbers from one end to the other, in equal steps."""
        return np.linspace(self.low, self.high, parts + 1).tolist()


def report_html(run: Run) -> str:
    """The report: one HTML document with its style and its charts (as SVG) inside.

    Raises:
        RunError: a file of the run is damaged.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    duel = Duel.of(*contenders_of(run)[:2]) if len(run.pair) > 1 else None
    recipe = RECIPES.get(run.manifest["recipe"]["name"])
    test = {a: run.metrics(a) for a in run.approaches}
    return environment.get_template("report.html").render(
        t=t,
        language=language(),
        run=run,
        titles=TITLES,
        rows_titles=_ROWS,
        test=test,
        train={a: run.metrics(a, "train") for a in run.approaches},
        entries=run.manifest["approaches"],
        summary=translated(recipe.summary) if recipe else "",
        sentence=verdict_sentence(duel) if duel else "",
        paired=duel.paired if duel else None,
        mcnemar=mcnemar_sentence(duel) if duel else "",
        judged=data_text(run),
        accuracy_text=accuracy_text,
        percent=percent_text,
        interval_text=interval_text,
        count=count_text,
        seconds=seconds_text,
        published=run.published,
        spreads=_spreads(run),
        recalls=_recalls(run, test),
        curves=list(_curves(run)),
        strength=_strength(test),
    )


def _spreads(run: Run) -> dict[Approach, Spread | None]:
    seeds = load_evidence("seeds")
    return {a: seeds_spread(seeds, run, a) for a in run.approaches}


def _recalls(run: Run, metrics: dict[Approach, Metrics]) -> dict[str, Any]:
    """The chart of recall per class: a dot and an interval per class and approach."""
    lowest = min(low for m in metrics.values() for low, _ in m.recall_interval)
    y = Axis(max(0.0, np.floor(lowest * 50 - 1e-9) / 50), 1.0, 200, 10)
    x = Axis(-0.5, len(run.classes) - 0.5, 50, 690)
    shift = {a: 0.18 * (2 * k - len(metrics) + 1) for k, a in enumerate(metrics)}
    marks = [
        {
            "approach": approach,
            "x": x.at(k + shift[approach]),
            "y": y.at(m.recall[k]),
            "low": y.at(m.recall_interval[k][0]),
            "high": y.at(m.recall_interval[k][1]),
            "title": t(
                "{approach}, {label}: {recall}",
                approach=TITLES[approach],
                label=label,
                recall=percent_text(m.recall[k]),
            ),
        }
        for approach, m in metrics.items()
        for k, label in enumerate(run.classes)
    ]
    return {"x": x, "y": y, "marks": marks}


def _curves(run: Run) -> Iterator[dict[str, Any]]:
    """Accuracy over the epochs, a chart per approach."""
    for approach in run.approaches:
        history = run.history.get(approach, {})
        lines = {
            name: history[key]
            for name, key in (("training", "accuracy"), ("validation", "val_accuracy"))
            if history.get(key)
        }
        if not lines:
            continue
        lowest = min(min(values) for values in lines.values())
        y = Axis(max(0.0, np.floor(lowest * 20 - 1e-9) / 20), 1.0, 150, 10)
        x = Axis(1, max(2, *(len(values) for values in lines.values())), 50, 340)
        yield {
            "approach": approach,
            "x": x,
            "y": y,
            "lines": {name: _points(values, x, y) for name, values in lines.items()},
        }


def _points(values: Sequence[float], x: Axis, y: Axis) -> str:
    """An SVG path through the values of epochs 1, 2, …"""
    places = [f"{x.at(epoch)} {y.at(value)}" for epoch, value in enumerate(values, 1)]
    if len(places) == 1:
        places *= 2
    return f"M{places[0]}" + "".join(f"L{end}" for _, end in pairwise(places))


def _strength(metrics: dict[Approach, Metrics]) -> dict[Approach, list[list[float]]]:
    """How opaque the red of each cell off the diagonal is, (K, K), on one scale for all."""
    matrices = {a: np.array(m.confusion, dtype=float) for a, m in metrics.items()}
    mistakes = {a: m - np.diag(m.diagonal()) for a, m in matrices.items()}
    largest = max(1.0, *(float(m.max()) for m in mistakes.values()))
    return {a: (_STRONGEST * m / largest).round(3).tolist() for a, m in mistakes.items()}
