"""What stands beside a run's own figures: the shipped experiments, and what others published."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Self

from mnist_models.data.pen_digits import WIDTHS
from mnist_models.learning.recipes import APPROACHES, RECIPES, TITLES, Approach, Published
from mnist_models.learning.sampling import STRATEGIES
from mnist_models.runs.run import Run, RunError, load_run, run_names

Evidence = dict[str, Any]

PEN_DIGITS = "pen digits"  # how the names of all pictures of them begin

FOLDER = Path(__file__).resolve().parents[2] / "experiments"
_MAX_BYTES = 4 * 2**20

_SCORES = {"seed", "train_accuracy", "test_accuracy"}
_COMMANDS = {"drawing": "benchmarks.drawing --out experiments/drawing.json"}
_LISTS = {  # per file its lists, and what each of their entries has
    "overfitting": {
        "dropout": {*_SCORES, "dropout", "accuracy", "val_accuracy"},
        "rows": {*_SCORES, "rows"},
    },
    "sampling": {"runs": {*_SCORES, "strategy", "distinct_rows", "seconds", "calibration"}},
    "drawing": {"rows": {"pictures", "preparation", "accuracy"}},
    "writers": {"runs": {"fold", "pictures", "preparation", "rows", "right"}},
    "seeds": {"runs": {*_SCORES, "recipe", "approach", "fingerprint"}},
    "fairness": {
        "runs": {
            *("approach", "hidden", "sampling", "seed", "test_accuracy", "balanced_accuracy"),
            *("parameters", "distinct_rows", "rows_per_epoch", "seconds", "cpu_seconds"),
            *("bytes", "milliseconds"),
        }
    },
    "no_digit": {
        "answers": {
            *("run", "version", "approach", "kind", "pictures", "none", "one", "several"),
            *("median_largest", "sure", "threshold", "refused", "area", "answers"),
        },
        "examples": {"kind", "picture"},
    },
    "new_class": {
        "left_out": {"seed", "digit", "way", "seconds", "rows", "accuracy"},
        "growing": {"seed", "classes", "way", "seconds", "rows", "accuracy"},
        "examples": {"digit", "examples", "way", "old", "new"},
        "drawings": {"digit", "lesson", "way", "seconds", "before", "old", "new"},
    },
}
_CALIBRATION = {"predicted", "observed", "count", "error"}
_FACTS: dict[str, dict[str, type | tuple[type, ...]]] = {  # per file what stands beside its lists
    "overfitting": {"network": str, "epochs": int},
    "fairness": {"command": str, "epochs": int},
    "new_class": {"command": str, "threads": int},
    "no_digit": {
        **{"command": str, "letters": str},
        **dict.fromkeys(("refused_digits", "sure"), (int, float)),
    },
}


@dataclass(frozen=True)
class Spread:
    """The same measurement with several seeds: its median, smallest and largest value."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))

    def text(self, form: str) -> str:
        """ "0.9565 (0.9550 to 0.9571)" with the form ".4f"; of one value no range."""
        if self.low == self.high:
            return f"{self.median:{form}}"
        return f"{self.median:{form}} ({self.low:{form}} to {self.high:{form}})"


def load_evidence(name: str) -> Evidence | None:
    """The contents of `experiments/<name>.json`; None where it is absent or damaged."""
    path = FOLDER / f"{name}.json"
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        contents = json.loads(path.read_bytes())
        return contents if _is_complete(name, contents) else None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def command(name: str) -> str:
    """The command that makes `experiments/<name>.json`."""
    return f"python -m {_COMMANDS.get(name, f'experiments.{name}')}"


def gap_by_dropout(entries: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Per dropout the train and test accuracy and the gap between them, spread over the seeds.

    Args:
        entries: `dropout` of the experiment "overfitting".
    """
    rows = []
    for dropout in sorted({entry["dropout"] for entry in entries}):
        own = [entry for entry in entries if entry["dropout"] == dropout]
        rows.append({"dropout": f"{dropout:g}", **_accuracies(own)})
    return rows


def table_by_strategy(runs: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Per sampling strategy what its runs measured, spread over the seeds.

    Args:
        runs: `runs` of the experiment "sampling".
    """
    rows = []
    for name in STRATEGIES:
        if own := [run for run in runs if run["strategy"] == name]:
            distinct, seconds = (
                Spread.of([run[key] for run in own]) for key in ("distinct_rows", "seconds")
            )
            rows.append(
                {
                    "strategy": name,
                    **_accuracies(own),
                    "distinct rows": distinct.text(",.0f"),
                    "seconds": seconds.text(".1f"),
                }
            )
    return rows


def reliability_bins(runs: Sequence[dict[str, Any]], strategy: str) -> list[dict[str, Any]]:
    """The reliability diagram of one strategy, the answers of all its seeds in the same bins.

    Args:
        runs: `runs` of the experiment "sampling".
        strategy: whose.

    Returns:
        Per `correction` ("before", "after") and bin that is not empty: `predicted`, the mean
        probability, `observed`, the share of yes among its `answers`.
    """
    own = [run["calibration"] for run in runs if run["strategy"] == strategy]
    rows = []
    for when in ("before", "after"):
        for k, counts in enumerate(zip(*(c[when]["count"] for c in own), strict=True)):
            if answers := sum(counts):
                row: dict[str, Any] = {"correction": when, "answers": answers}
                for axis in ("predicted", "observed"):
                    values = [c[when][axis][k] or 0.0 for c in own]  # null where nothing fell
                    weighted = sum(v * n for v, n in zip(values, counts, strict=True))
                    row[axis] = weighted / answers
                rows.append(row)
    return rows


def calibration_sentence(runs: Sequence[dict[str, Any]], strategy: str) -> str:
    """The expected calibration error of a strategy in words, before and after the correction."""
    own = [run["calibration"] for run in runs if run["strategy"] == strategy]
    before, after = (100 * median(c[when]["error"] for c in own) for when in ("before", "after"))
    sentence = (
        "Expected calibration error, the distance between what the models say and how often it is "
        f"so, averaged over all answers: {before:.2f} percentage points"
    )
    if not STRATEGIES[strategy].balanced:
        return f"{sentence}. Nothing was balanced, so there is nothing to correct."
    reason = (
        "Balancing taught that a yes is as likely as a no; the correction puts back how rare it is."
        if after <= before
        else "The correction overshoots: it assumes that balancing was all that moved the answers."
    )
    return f"{sentence} before the prior correction, {after:.2f} after it. {reason}"


def seeds_spread(found: Evidence | None, run: Run, approach: Approach) -> Spread | None:
    """Test accuracy of a run's approach, trained with several seeds; None where not measured.

    Args:
        found: the experiment "seeds", if it is there.
        run: its settings and its data must be those of the experiment.
        approach: one that the run has.
    """
    entries = [e for e in found["runs"] if e["approach"] == approach] if found else []
    same = [e["recipe"] for e in entries if e["fingerprint"] == run.manifest["fingerprint"]]
    accuracies = [e["test_accuracy"] for e in entries if e["recipe"] in same]
    return Spread.of(accuracies) if len(accuracies) > 1 else None


def pen_pictures_name(pen: int, *, big: bool) -> str:
    """What the benchmark of drawings calls the pen digits drawn with a pen of so many pixels."""
    return f"{PEN_DIGITS}, {'big and centred' if big else 'as drawn'}, {pen} px pen"


def left_out_accuracy(
    found: Evidence | None, pictures: str, preparation: str
) -> dict[Approach, float] | None:
    """How many drawings of writers they never saw the five folds of "pens" read, as a share.

    Args:
        found: the experiment "writers", if it is there.
        pictures, preparation: which drawings, as the benchmark of drawings calls them.

    Returns:
        Right answers of all folds together over all their drawings, per approach; None where it
        was not measured.
    """
    wanted = {"pictures": pictures, "preparation": preparation}
    entries = [e for e in found["runs"] if wanted.items() <= e.items()] if found else []
    if not entries:
        return None
    rows = sum(entry["rows"] for entry in entries)
    return {a: sum(entry["right"][a] for entry in entries) / rows for a in APPROACHES}


def accuracy_by_pen(found: Evidence, *, big: bool) -> list[dict[str, Any]]:
    """What the benchmark of drawings measured with `to_mnist`, an entry per pen and contender.

    Args:
        found: the experiment "drawing".
        big: drawings that fill the canvas, or such as people drew them.

    Returns:
        Per entry `pen` in pixels, `run`, `approach` and `accuracy`.
    """
    entries = []
    for pen in WIDTHS:
        name = pen_pictures_name(pen, big=big)
        rows = (row for row in found["rows"] if row["pictures"] == name)
        accuracy: dict[str, float] = next(
            (r["accuracy"] for r in rows if r["preparation"] == "to_mnist"), {}
        )
        for key, value in accuracy.items():
            run, _, approach = key.rpartition(".")
            entries.append({"pen": pen, "run": run, "approach": approach, "accuracy": value})
    return entries


def published_rows() -> list[dict[str, str]]:
    """Accuracies of all sound runs on MNIST beside the published ones, a row per approach.

    Raises:
        RunError: the folder of the runs cannot be read.
    """
    rows = []
    seeds = load_evidence("seeds")
    for name in run_names():
        with contextlib.suppress(RunError):  # the sidebar offers it, and says that it is damaged
            run = load_run(name)
            if run.test_set == "mnist":
                rows += [_published_row(run, approach, seeds) for approach in run.approaches]
    return rows


def _published_row(run: Run, approach: Approach, seeds: Evidence | None) -> dict[str, str]:
    settings = dict(run.manifest["recipe"])
    name = settings.pop("name")
    changed = name in RECIPES and RECIPES[name].settings() != settings
    published = run.published or Published("–")
    theirs, test = published.test.get(approach), run.metrics(approach)
    low, high = test.accuracy_interval
    spread = seeds_spread(seeds, run, approach)
    return {
        "run": run.name,
        "recipe": f"{name}, other settings" if changed else name,
        "approach": TITLES[approach],
        "published": _printed(theirs),
        "ours": f"{test.accuracy:.4f} ({low:.4f} to {high:.4f})",
        "seeds": spread.text(".4f") if spread else "–",
        "difference": "–" if theirs is None else f"{test.accuracy - theirs:+.4f}",
        "published train": _printed(published.train.get(approach)),
        "our train": f"{run.metrics(approach, 'train').accuracy:.4f}",
        "source": published.source,
    }


def _printed(figure: float | None) -> str:
    return "not printed" if figure is None else f"{figure:.4f}"


def _accuracies(entries: Sequence[dict[str, Any]]) -> dict[str, str]:
    figures = {
        "test accuracy": [e["test_accuracy"] for e in entries],
        "train accuracy": [e["train_accuracy"] for e in entries],
        "gap": [e["train_accuracy"] - e["test_accuracy"] for e in entries],
    }
    return {name: Spread.of(values).text(".4f") for name, values in figures.items()}


def _is_complete(name: str, contents: Evidence) -> bool:
    facts = _FACTS.get(name, {})
    if not all(isinstance(contents[key], kind) for key, kind in facts.items()):
        return False
    for key, fields in _LISTS[name].items():
        entries = contents[key]
        if not entries or not all(fields <= entry.keys() for entry in entries):
            return False
    return all(
        entry["calibration"][when].keys() >= _CALIBRATION
        for key, fields in _LISTS[name].items()
        if "calibration" in fields
        for entry in contents[key]
        for when in ("before", "after")
    )
