"""The curves of a training that is under way: small in the sidebar, large on Training."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.formatting import commas, number_text
from mnist_models.jobs.job import Job
from mnist_models.jobs.progress import is_second_pass
from mnist_models.learning.approaches import APPROACHES, TITLES
from mnist_models.text import Text, Texts, paragraph, t
from ui.widgets.charts import DASHED, SHARE, Layered, share_axis, show_chart, version_of
from ui.widgets.contender_style import COLOURS

_METRICS = {"accuracy": ("accuracy", "val_accuracy"), "loss": ("loss", "val_loss")}
_TITLES = Texts({"accuracy": t("accuracy"), "loss": t("loss")})
_FORMS = {"accuracy": SHARE, "loss": ".4f"}  # of their numbers, as D3 and Python write them
_AXES = {"accuracy": share_axis(), "loss": alt.Axis()}
SMALL = 130  # pixels

_Value = tuple[str, bool, float | None]  # the line that it is of, whether that is dashed


def show_live_curves(job: Job) -> None:
    """Accuracy and loss so far, and on demand those of each binary model."""
    epochs = job.epochs
    each = any(len(e.get("member_loss", ())) > 1 for e in epochs) and st.toggle(
        t("Each binary model"), key="live_members"
    )
    for name in _METRICS:
        show_live_chart(job, name, tuple(APPROACHES), SMALL, each_member=each)
    st.caption(line_text(job))


def line_text(job: Job) -> Text:
    """What the lines of a training stand for at this moment."""
    return paragraph(
        t("Solid: on the training pictures. Dashed: on held-out pictures."),
        t("Faint: the first pass. No pictures are held out in the second.")
        if any(is_second_pass(e["stage"]) for e in job.epochs)
        else "",
    )


def show_live_chart(
    job: Job, name: str, approaches: Sequence[str], height: int, *, each_member: bool = False
) -> None:
    """One chart of a training that has told of an epoch; all who watch see the same one.

    Args:
        job: the training.
        name: "accuracy" or "loss".
        approaches: whose lines.
        height: in pixels.
        each_member: a line for each binary model in place of their mean.
    """
    epochs, last = [e for e in job.epochs if e["approach"] in approaches], job.order.epochs
    latest = {e["approach"]: e.get(name) for e in epochs}
    figures = [
        f"{TITLES[a]} {number_text(v, _FORMS[name])}" for a, v in latest.items() if v is not None
    ]
    texts = {
        "accuracy": t("Accuracy per epoch so far, {latest}", latest=commas(figures)),
        "loss": t("Loss per epoch so far, {latest}", latest=commas(figures)),
    }
    low = _lowest(job.epochs) if name == "accuracy" else None
    show_chart(
        partial(live_chart, epochs, name, last, height, low=low, each_member=each_member),
        *("live", version_of(job.epochs), name, *approaches, str(height), str(each_member)),
        text=texts[name],
    )


def live_chart(
    epochs: Sequence[dict[str, Any]],
    name: str,
    last: int,
    height: int,
    *,
    low: float | None = None,
    each_member: bool = False,
) -> Layered:
    """Lines over the epochs in the colour of each approach, thin ones for its members.

    The lines of the second pass begin at the first epoch again; those of the first are faint then.

    Args:
        epochs: what a `Job` has told of its epochs.
        name: "accuracy" or "loss".
        last: epoch of a pass, where the axis ends.
        height: in pixels.
        low: where the axis of the accuracy begins.
        each_member: a line for each binary model in place of their mean.
    """
    again = {e["approach"] for e in epochs if is_second_pass(e["stage"])}
    rows = [
        (e["epoch"], e["approach"], TITLES[e["approach"]], line, dashed, faint, value)
        for e in epochs
        for faint in [e["approach"] in again and not is_second_pass(e["stage"])]
        for line, dashed, value in _values(e, name, each_member)
        if value is not None
    ]
    columns = ["epoch", "approach", "title", "line", "dashed", "faint", name]
    frame = pd.DataFrame(rows, columns=columns)
    colours = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    # The frame stays as it is while the lines grow.
    whole = alt.Scale(domain=[1, max(2, last)], nice=False)
    y = alt.Scale(zero=False) if low is None else alt.Scale(domain=[low, 1], nice=False)
    base = alt.Chart(frame).encode(
        x=alt.X(
            "epoch:Q",
            title=t("epoch") if height > SMALL else None,
            scale=whole,
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        ),
        y=alt.Y(f"{name}:Q", title=_TITLES[name], scale=y, axis=_AXES[name]),
        color=alt.Color("approach:N", scale=colours, legend=None),
        opacity=alt.when(alt.datum.faint).then(alt.value(0.3)).otherwise(alt.value(1)),
        detail="line:N",
        tooltip=[
            alt.Tooltip("title:N", title=t("approach")),
            alt.Tooltip("line:N", title=t("line")),
            alt.Tooltip("epoch:Q", title=t("epoch")),
            alt.Tooltip(f"{name}:Q", title=_TITLES[name], format=_FORMS[name]),
        ],
    )
    dashed = alt.datum.dashed
    width = (1 if each_member else 2) * (1 if height == SMALL else 1.5)
    lines = base.mark_line(strokeWidth=width).transform_filter(~dashed)
    held_out = base.mark_line(strokeDash=DASHED, strokeWidth=width).transform_filter(dashed)
    dots = base.mark_point(filled=True, size=6 * width)  # a line of one epoch is not to be seen
    return alt.layer(lines, held_out, dots).properties(height=height)


def _values(epoch: dict[str, Any], name: str, each_member: bool) -> list[_Value]:
    training, held_out = _METRICS[name]
    members, second = epoch.get(f"member_{name}", ()), is_second_pass(epoch["stage"])
    if each_member and len(members) > 1:
        return [(_member_line(k, again=second), False, value) for k, value in enumerate(members)]
    if second:
        return [(t("training, second pass"), False, epoch.get(training))]
    return [
        (t("training"), False, epoch.get(training)),
        (t("held-out"), True, epoch.get(held_out)),
    ]


def _member_line(digit: int, *, again: bool) -> Text:
    if again:
        return t("model {digit}, second pass", digit=digit)
    return t("model {digit}", digit=digit)


def _lowest(epochs: Sequence[dict[str, Any]]) -> float:
    """Where an axis of accuracies begins that shows all of them."""
    keys = ("accuracy", "val_accuracy")
    values = [v for e in epochs for v in (*(e.get(k) for k in keys), *e.get("member_accuracy", ()))]
    smallest = min((v for v in values if v is not None), default=0.0)
    return max(0.0, int(smallest * 20) / 20)
