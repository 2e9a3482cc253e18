"""The page Compare: every approach that a run has, a row each."""

from functools import partial

import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.tables import approach_rows
from mnist_models.formatting import (
    bytes_text,
    count_text,
    number_writer,
    p_value_cell,
    percent_text,
    points_text,
    seconds_text,
)
from mnist_models.learning.approaches import NAMES
from mnist_models.runs.run import Run, RunError
from mnist_models.text import paragraph, t, translated
from ui.widgets.tables import Column, offer_table

_COLUMNS = {
    "approach": Column(t("approach")),
    "accuracy": Column(t("test accuracy"), percent_text),
    "low": Column(t("interval from"), percent_text),
    "high": Column(t("interval to"), percent_text),
    "more": Column(t("more right than the first"), number_writer("+,.0f")),
    "p": Column(t("p"), p_value_cell),
    "calibration": Column(t("calibration error, points"), points_text),
    "seconds": Column(t("training time"), seconds_text),
    "networks": Column(t("networks")),
    "parameters": Column(t("parameters"), count_text),
    "file": Column(t("file"), bytes_text),
    "about": Column(t("what it is")),
}
_ABOUT = t(
    "The interval is Wilson's, at 95 %. More right than the first: how many more test pictures it "
    "reads than the approach in the first row, and the p value of McNemar's exact test of that. "
    "Calibration error: how far the probability of an answer is from how often it is right, on "
    "average, in percentage points."
)


def offer_approaches(duel: Duel) -> None:
    """A table for each run of the duel that has more approaches than the two that are compared."""
    for run in dict.fromkeys((duel.first.run, duel.second.run)):
        if len(run.approaches) > 2:
            offer_table(
                t("All {count} approaches of *{run}*", count=len(run.approaches), run=run.label),
                partial(_table, run),
                key=f"approaches_{run.name}",
                file_name=f"approaches_{run.name}.csv",
                alt=t("What every approach of a run reads and costs"),
                columns=_COLUMNS,
                about=paragraph(translated(_ABOUT), _without_weights(run)),
            )


def _table(run: Run) -> pd.DataFrame:
    try:
        return pd.DataFrame(approach_rows(run), columns=list(_COLUMNS))
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        return pd.DataFrame(columns=list(_COLUMNS))


def _without_weights(run: Run) -> str:
    """The command that trains what is in a run as scores only."""
    missing = [approach for approach in run.approaches if approach not in run.with_weights]
    return paragraph(
        *(
            t(
                "Of the {name} the run has the scores, but not the weights; this trains them: "
                "`python -m mnist_models train --recipe {recipe} --approach {approach}`",
                name=NAMES[approach],
                recipe=run.manifest["recipe"]["name"],
                approach=approach,
            )
            for approach in missing
        )
    )
