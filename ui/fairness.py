"""The page Compare, the same comparison at equal size: the shipped experiment "fairness"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.contenders import Duel
from mnist_models.evidence import Evidence, Spread, load_evidence
from mnist_models.recipes import APPROACHES, TITLES
from ui.charts import COLOURS, NEUTRAL, Layered, legend_on_top, show_chart
from ui.tables import show_table

Entry = dict[str, Any]

_ABOUT = (
    "The reference recipe for {epochs} epochs, with one thing changed at a time: the hidden units "
    "of the networks, and whether each of the ten learns from all pictures or from a 1:1 "
    "undersample. Each trained with {seeds} seeds and scored on MNIST's test pictures: a dot per "
    "seed, a line at the median. Made with `{command}`."
)
_ABOUT_FAIR = (
    "Median test accuracies; difference: ten − one with the same seed, its median, smallest and "
    "largest value. Positive: the ten read more."
)
_ABOUT_SIZES = (
    "Test accuracy: median, lowest and highest over the seeds; medians of the rest. Rows per "
    "epoch: pictures that all networks together learn from in one pass. Processor seconds: of "
    "training. Seconds and milliseconds are those of the machine that measured, on one core: their "
    "ratios say more than they do."
)
_SAMPLING = {"all": "all pictures", "undersample": "a 1:1 undersample"}
_SAME = 0.05  # numbers of parameters that differ by less are called equal


@dataclass(frozen=True)
class Fair:
    """A single model and a multi-model that have something in common.

    Attributes:
        equal: what: "128 hidden units each".
        sampling: what the ten learn from, a key of the sampling strategies.
        single, multi: their entries, the same seeds in the same order.
    """

    equal: str
    sampling: str
    single: Sequence[Entry]
    multi: Sequence[Entry]

    @property
    def difference(self) -> Spread:
        """Test accuracy of the ten less that of the single model, over the seeds."""
        pairs = zip(self.multi, self.single, strict=True)
        return Spread.of([m["test_accuracy"] - s["test_accuracy"] for m, s in pairs])


def show_fairness(_: Duel) -> None:
    """What remains of the difference at equal hidden units and at equal parameters."""
    found = load_evidence("fairness")
    if not found:
        st.info("Not measured, or damaged. Make it with: `python -m experiments.fairness`")
        return
    variants = _variants(found)
    comparisons = list(fair_comparisons(variants))
    for sampling in dict.fromkeys(fair.sampling for fair in comparisons):
        st.markdown(fair_sentence([fair for fair in comparisons if fair.sampling == sampling]))
    seeds = len({entry["seed"] for entry in found["runs"]})
    show_chart(
        lambda: accuracy_dots(found["runs"]),
        *("fairness", str(hash(str(found)))),
        text="Test accuracy of each variant, a dot per seed",
    )
    st.caption(_ABOUT.format(**found, seeds=seeds))
    show_table(
        fair_table(comparisons),
        file_name="fairness.csv",
        alt="The single model and ten binary models at equal hidden units and equal parameters",
        columns=dict.fromkeys(_FIGURES, st.column_config.NumberColumn(format="%.4f")),
    )
    st.caption(_ABOUT_FAIR)
    st.markdown("**What each variant takes**")
    show_table(
        sizes_table(variants),
        file_name="sizes.csv",
        alt="Parameters, rows, seconds, size and time per picture of each variant",
        columns={
            **dict.fromkeys(_SIZES, st.column_config.NumberColumn(format="localized")),
            **dict.fromkeys(_SPREAD, st.column_config.NumberColumn(format="%.4f")),
            "processor seconds": st.column_config.NumberColumn(format="%.1f"),
            "ms per picture": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption(_ABOUT_SIZES)


def _variants(found: Evidence) -> dict[str, list[Entry]]:
    """The entries of each variant, by what it is called."""
    variants: dict[str, list[Entry]] = {}
    for entry in found["runs"]:
        variants.setdefault(_title(entry), []).append(entry)
    return variants


def _title(entry: Entry) -> str:
    if entry["approach"] == "single":
        return f"one of {entry['hidden']:,} units"
    rows = _learned(entry["sampling"])
    return f"ten of {entry['hidden']:,} units, {rows}"


def _learned(sampling: str) -> str:
    """What each of the ten learned from."""
    return _SAMPLING.get(sampling, sampling)


def fair_comparisons(variants: dict[str, list[Entry]]) -> Iterator[Fair]:
    """Every single model with every multi-model of as many hidden units, or parameters."""
    singles = [v for v in variants.values() if v[0]["approach"] == "single"]
    multis = [v for v in variants.values() if v[0]["approach"] == "multi"]
    for single in singles:
        for multi in multis:
            units, ours, theirs = (
                single[0]["hidden"],
                single[0]["parameters"],
                multi[0]["parameters"],
            )
            if multi[0]["hidden"] == units:
                yield Fair(f"{units:,} hidden units each", multi[0]["sampling"], single, multi)
            if abs(theirs - ours) < _SAME * ours:
                equal = f"about {round(ours, -3):,} parameters"
                yield Fair(equal, multi[0]["sampling"], single, multi)


def fair_sentence(comparisons: Sequence[Fair]) -> str:
    """Who reads more at which size, where it holds with every seed.

    Args:
        comparisons: at least one, all of the same sampling.
    """
    findings = ", ".join(f"with {fair.equal} {_finding(fair.difference)}" for fair in comparisons)
    return f"Where each of the ten learns from {_learned(comparisons[0].sampling)}: {findings}."


def _finding(difference: Spread) -> str:
    if difference.low <= 0 <= difference.high:
        return "neither reads more with every seed"
    who = "the ten read" if difference.low > 0 else "the single model reads"
    return f"{who} {abs(100 * difference.median):.2f} points more"


_FIGURES = ("one", "ten", "difference", "smallest", "largest")


def fair_table(comparisons: Sequence[Fair]) -> pd.DataFrame:
    """A row per comparison: median accuracies, and the difference with its range."""
    rows = []
    for fair in comparisons:
        one, ten = (
            Spread.of([entry["test_accuracy"] for entry in entries]).median
            for entries in (fair.single, fair.multi)
        )
        difference = fair.difference
        figures = (one, ten, difference.median, difference.low, difference.high)
        learn = _learned(fair.sampling)
        rows.append((fair.equal, learn, *figures))
    return pd.DataFrame(rows, columns=["equal", "the ten learn from", *_FIGURES])


_SIZES = {  # titles, and the keys of an entry
    "parameters": "parameters",
    "distinct rows per network": "distinct_rows",
    "rows per epoch": "rows_per_epoch",
    "processor seconds": "cpu_seconds",
    "file, bytes": "bytes",
    "ms per picture": "milliseconds",
}


def sizes_table(variants: dict[str, list[Entry]]) -> pd.DataFrame:
    """A row per variant: its test accuracy with the range over the seeds, medians of the rest."""
    rows = []
    for title, entries in variants.items():
        accuracy = Spread.of([entry["test_accuracy"] for entry in entries])
        sizes = (Spread.of([e[key] for e in entries]).median for key in _SIZES.values())
        rows.append((title, accuracy.median, accuracy.low, accuracy.high, *sizes))
    return pd.DataFrame(rows, columns=["networks", *_SPREAD, *_SIZES])


_SPREAD = ("test accuracy", "lowest", "highest")


def accuracy_dots(runs: Sequence[Entry]) -> Layered:
    """Test accuracy per variant: a dot per seed, a bar at their median."""
    frame = pd.DataFrame(
        [(_title(e), TITLES[e["approach"]], e["seed"], e["test_accuracy"]) for e in runs],
        columns=["networks", "approach", "seed", "accuracy"],
    )
    order = list(dict.fromkeys(frame["networks"]))
    base = alt.Chart(frame).encode(
        y=alt.Y("networks:N", sort=order, title=None, axis=alt.Axis(ticks=False, labelLimit=220))
    )
    scale = alt.Scale(zero=False, padding=12)
    colours = alt.Scale(
        domain=[TITLES[a] for a in APPROACHES], range=[COLOURS[a] for a in APPROACHES]
    )
    dots = base.mark_point(filled=True, size=80, opacity=0.8).encode(
        x=alt.X("accuracy:Q", scale=scale, title="test accuracy"),
        color=alt.Color("approach:N", scale=colours, legend=legend_on_top(symbolOpacity=1)),
        tooltip=["networks", "seed", alt.Tooltip("accuracy", format=".4f")],
    )
    ticks = base.mark_tick(color=NEUTRAL, thickness=2, size=22).encode(
        x=alt.X("median(accuracy):Q", scale=scale)
    )
    return alt.layer(ticks, dots).properties(height=alt.Step(38))
