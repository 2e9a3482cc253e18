"""The page Compare: what each contender costs to train, to keep and to ask."""

import time
from html import escape
from statistics import median

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import cost_sentence
from mnist_models.comparison.tables import cost_row
from mnist_models.formatting import bytes_text, count_text, milliseconds_text, seconds_text
from mnist_models.learning.approaches import Approach
from mnist_models.pictures import SIDE
from mnist_models.runs.run import Run, RunError
from mnist_models.text import paragraph, t, translated
from ui.widgets.contender_style import Looks, looks
from ui.widgets.tables import Column, offer_table

_DRAWN = {  # fields of `cost_row`, and what is measured here
    "seconds": Column(t("training time"), seconds_text),
    "looked_at": Column(t("pictures looked at"), count_text),
    "parameters": Column(t("parameters"), count_text),
    "memory": Column(t("memory"), bytes_text),
    "milliseconds": Column(t("time to answer"), milliseconds_text),
}
_COLUMNS = {
    "name": Column(t("contender")),
    **_DRAWN,
    "networks": Column(t("networks")),
    "distinct": Column(t("different pictures"), count_text),
    "file": Column(t("file"), bytes_text),
}
_CALLS = 30
_ABOUT = t(
    "In each row the longer bar is the larger cost. Training time: all networks together, on the "
    "machine that trained the run. Pictures looked at: by all networks, in all passes over the "
    "training pictures. Parameters: the numbers that training sets; memory: what they take while "
    "the app runs. Time to answer: one picture on this server, the median of {calls} calls beside "
    "whatever else it does.",
    calls=_CALLS,
)
_ABOUT_TABLE = t(
    "Different pictures: how many of the training pictures were used at all. File: the parameters "
    "as they are stored, in half the memory. A dash stands for what nobody measured."
)
_ABOUT_LESSON = t(
    "For a run that was taught on the page New class, training time is that of the lesson, with "
    "what its networks had learned before it where the run says so."
)


def show_cost(duel: Duel) -> None:
    """A sentence, a bar for each thing that both contenders take, and all of it as a table."""
    pair = looks(duel)
    rows = [{"name": look.name, **_costs(look.contender)} for look in pair]
    costs = pd.DataFrame(rows, columns=list(_COLUMNS))
    st.markdown(f"**{cost_sentence(duel)}**")
    st.html(cost_bars(costs, pair))
    taught = any("lesson" in look.contender.run.manifest for look in pair)
    st.caption(paragraph(_ABOUT, _ABOUT_LESSON if taught else ""))
    offer_table(
        t("As a table"),
        lambda: costs,
        key="costs_table",
        file_name="costs.csv",
        alt=t("What both contenders cost, a row for each"),
        columns=_COLUMNS,
        about=translated(_ABOUT_TABLE),
    )


def cost_bars(costs: pd.DataFrame, pair: Looks) -> str:
    """HTML: a pair of bars for each cost, as long as shares of the larger one, and the numbers.

    Args:
        costs: a row per contender with the fields that are drawn.
        pair: the looks of the two.
    """
    keys = (f"<span style='--accent:{look.colour}'>{escape(look.name)}</span>" for look in pair)
    rows = []
    for field, cost in _DRAWN.items():
        bars = []
        for look, value in zip(pair, costs[field], strict=True):
            share = value / (costs[field].max() or 1) if pd.notna(value) else 0
            number = (cost.write or str)(value) if pd.notna(value) else "–"
            said = escape(t("{name}: {number}", name=look.name, number=number), quote=True)
            bars.append(
                f"<div role='img' aria-label='{said}' style='--accent:{look.colour}'>"
                f"<i style='width:{share:.1%}'></i>{number}</div>"
            )
        rows.append(f"<b>{escape(translated(cost.title))}</b><div>{''.join(bars)}</div>")
    return f"<div class='c-costs'><div class='keys'>{''.join(keys)}</div>{''.join(rows)}</div>"


def _costs(contender: Contender) -> dict[str, float | None]:
    """What a contender takes; what cannot be measured is None, and a damaged file an error."""
    run, approach = contender.run, contender.approach
    milliseconds = None
    if approach in run.with_weights:
        try:
            milliseconds = _milliseconds(run.version, approach, run)
        except RunError as error:
            st.error(error.text, icon=":material/error:")
    return {**cost_row(contender), "milliseconds": milliseconds}


@st.cache_data(max_entries=32, show_spinner=False)
def _milliseconds(
    version: str,  # noqa: ARG001 - the cache's key, with the approach
    approach: Approach,
    _run: Run,
) -> float:
    """How long a contender takes for one picture, here and now.

    Raises:
        RunError: the file of its networks is damaged.
    """
    stack = _run.stack(approach)
    picture = np.zeros((1, SIDE, SIDE), np.uint8)
    times = []
    for _ in range(_CALLS):
        started = time.perf_counter()
        stack.predict_proba(picture)
        times.append(time.perf_counter() - started)
    return 1000 * median(times)
