"""The curves of a training that is under way, small enough for the sidebar."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.learning.approaches import APPROACHES, TITLES
from mnist_models.text import t
from ui.widgets.charts import DASHED, Layered, show_chart, version_of
from ui.widgets.contender_style import COLOURS

_METRICS = {"accuracy": ("accuracy", "val_accuracy"), "loss": ("loss", "val_loss")}
_TITLES = {"accuracy": t("accuracy"), "loss": t("loss")}
_HEIGHT = 130

_Value = tuple[str, bool, float | None]  # the line that it is of, whether that is dashed


def show_live_curves(epochs: Sequence[dict[str, Any]]) -> None:
    """Accuracy and loss so far, and on demand those of each binary model.

    Args:
        epochs: what a `Job` has told of its epochs, at least one.
    """
    each = any(len(e.get("member_loss", ())) > 1 for e in epochs) and st.toggle(
        t("Each binary model"), key="live_members"
    )
    version = version_of(epochs)  # all who watch see the same, so each chart is made once
    latest = {name: _last(epochs, name) for name in _METRICS}
    alt_texts = {
        "accuracy": t("Accuracy per epoch so far, {latest}", latest=latest["accuracy"]),
        "loss": t("Loss per epoch so far, {latest}", latest=latest["loss"]),
    }
    for name in _METRICS:
        show_chart(
            partial(live_chart, epochs, name, each_member=each),
            *("live", version, name, str(each)),
            text=alt_texts[name],
        )
    st.caption(t("Solid: on the training pictures. Dashed: on held-out pictures."))


def live_chart(epochs: Sequence[dict[str, Any]], name: str, *, each_member: bool) -> Layered:
    """Lines over the epochs: blue the single model, orange the multi-model, thin its members.

    Args:
        epochs: as above.
        name: "accuracy" or "loss".
        each_member: a line for each binary model in place of their mean.
    """
    rows = [
        (e["epoch"], e["approach"], TITLES[e["approach"]], line, dashed, value)
        for e in epochs
        for line, dashed, value in _values(e, name, each_member)
        if value is not None
    ]
    frame = pd.DataFrame(rows, columns=["epoch", "approach", "title", "line", "dashed", name])
    scale = alt.Scale(domain=list(APPROACHES), range=[COLOURS[a] for a in APPROACHES])
    base = alt.Chart(frame).encode(
        x=alt.X("epoch:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d", grid=False)),
        y=alt.Y(f"{name}:Q", title=_TITLES[name], scale=alt.Scale(zero=False)),
        color=alt.Color("approach:N", scale=scale, legend=None),
        detail="line:N",
        tooltip=[
            alt.Tooltip("title:N", title=t("approach")),
            alt.Tooltip("line:N", title=t("line")),
            alt.Tooltip("epoch:Q", title=t("epoch")),
            alt.Tooltip(f"{name}:Q", title=_TITLES[name], format=".4f"),
        ],
    )
    dashed = alt.datum.dashed
    lines = base.mark_line(strokeWidth=1 if each_member else 2).transform_filter(~dashed)
    held_out = base.mark_line(strokeDash=DASHED)
    dots = base.mark_point(filled=True, size=12)  # a line of one epoch is not to be seen
    layers = (lines, held_out.transform_filter(dashed), dots)
    return alt.layer(*layers).properties(height=_HEIGHT)


def _values(epoch: dict[str, Any], name: str, each_member: bool) -> list[_Value]:
    training, held_out = _METRICS[name]
    members = epoch.get(f"member_{name}", ())
    if each_member and len(members) > 1:
        return [(t("model {digit}", digit=k), False, value) for k, value in enumerate(members)]
    return [
        (t("training"), False, epoch.get(training)),
        (t("held-out"), True, epoch.get(held_out)),
    ]


def _last(epochs: Sequence[dict[str, Any]], name: str) -> str:
    latest = {e["approach"]: e.get(name) for e in epochs}
    return ", ".join(f"{TITLES[a]} {v:.4f}" for a, v in latest.items() if v is not None)
