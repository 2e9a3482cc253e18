"""The page Compare, the binary models of a multi-model one by one: each judged on its question."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import members_sentence
from mnist_models.comparison.tables import MEMBER_FIGURES, member_rows
from mnist_models.metrics.roc import CurveKind, Curves, ThresholdCurve
from mnist_models.runs.run import RunError
from ui.compare.roc_charts import PRECISION_RECALL, ROC, Axes, curve_chart
from ui.widgets.charts import NEUTRAL, Layered, legend_on_top, show_chart, zoomed
from ui.widgets.contender_style import Look, looks
from ui.widgets.controls import pick
from ui.widgets.tables import FOUR_DIGITS, offer_table

_ABOUT = (
    "Balanced accuracy: how often a model is right when half of the pictures show its digit and "
    "half do not. 50 % is guessing. Calculated over all test pictures, each side counting half."
)
_ABOUT_TABLE = (
    "Recall: of the pictures of its digit, the share that a model accepts, with a probability of "
    "at least one half. False alarms: of the pictures of other digits, the share that it accepts "
    "too."
)
_ABOUT_AREAS = " ROC area and average precision judge all other thresholds as well; 1 is perfect."
_ABOUT_CURVES: dict[str, tuple[CurveKind, Axes, str]] = {
    "ROC": (
        "roc",
        ROC,
        "Recall against false alarms, for every threshold from which a model may say yes. The area "
        "under it is how often a picture of the digit gets a higher probability than another.",
    ),
    "Precision and recall": (
        "precision_recall",
        PRECISION_RECALL,
        "Precision: of the pictures that a model accepts, the share that show its digit. With nine "
        "other pictures to each of its own, a few false alarms cost much of it.",
    ),
}
_NO_CURVES = (
    "The run {0} was made before curves were stored with a run. This adds them, without any "
    "training: `python -m mnist_models upgrade {0}`"
)


def show_members(duel: Duel) -> None:
    """The binary models of the duel's multi-model, or of the chosen one where there are two."""
    multis = {look.name: look for look in looks(duel) if look.contender.approach == "multi"}
    if not multis:
        st.info("Neither is a multi-model: there are no binary models to look at one by one.")
        return
    name = next(iter(multis))
    if len(multis) > 1:
        name = pick("Whose", multis, "whose")
    look = multis[name]
    contender = look.contender
    binary = contender.metrics.binary
    if binary is None:  # a run made elsewhere
        st.info(f"The run {contender.run.name} has no figures of its binary models.")
        return
    published = contender.run.published.binary_test if contender.run.published else ()
    st.markdown(members_sentence(binary, published, duel.classes))
    show_chart(
        lambda: binary_dots(binary.balanced_accuracy, published, duel.classes, look.colour),
        *("members", look.version, look.colour),
        text="Balanced test accuracy of each binary model beside the published figure",
    )
    st.caption(_ABOUT)
    curves = partial(_curves, contender)
    has_curves = contender.run.has_curves
    columns = "recall, false alarms and areas" if has_curves else "recall and false alarms"
    offer_table(
        f"As a table, with {columns}",
        lambda: pd.DataFrame(member_rows(binary, published, duel.classes, curves())),
        key="members_table",
        file_name="binary_models.csv",
        alt=f"Balanced accuracy, {columns} of each binary model",
        columns=dict.fromkeys(MEMBER_FIGURES, FOUR_DIGITS),
        about=_ABOUT_TABLE + (_ABOUT_AREAS if has_curves else ""),
    )
    if has_curves:
        _offer_curves(curves, look)
    else:
        st.info(_NO_CURVES.format(contender.run.name))


def binary_dots(
    balanced: Sequence[float], published: Sequence[float], classes: Sequence[Any], colour: str
) -> Layered:
    """Balanced accuracy of each binary model, ours in the colour beside the published one."""
    digits = [str(label) for label in classes]
    frame = pd.DataFrame(
        [(d, "ours", a) for d, a in zip(digits, balanced, strict=True)]
        + [(d, "published", a) for d, a in zip(digits, published, strict=False)],
        columns=["digit", "whose", "accuracy"],
    )
    whose = ["ours", "published"][: frame["whose"].nunique()]
    scale, legend = zoomed(frame["accuracy"]), legend_on_top()
    base = alt.Chart(frame).encode(
        x=alt.X("digit:N", sort=None, axis=alt.Axis(labelAngle=0), title="binary model for digit")
    )
    gaps = base.mark_rule(color=NEUTRAL).encode(
        y=alt.Y("min(accuracy):Q", scale=scale, title="balanced accuracy"), y2="max(accuracy):Q"
    )
    colours = alt.Scale(domain=whose, range=[colour, NEUTRAL])
    shapes = alt.Scale(domain=whose, range=["circle", "diamond"])
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        color=alt.Color("whose:N", legend=legend, scale=colours),
        shape=alt.Shape("whose:N", legend=legend, scale=shapes),
        tooltip=["whose", "digit", alt.Tooltip("accuracy", format=".5f")],
    )
    return alt.layer(gaps, dots).properties(height=280)


def _curves(contender: Contender) -> Curves | None:
    """The curves of a multi-model; None, after a sentence, where they cannot be read."""
    try:
        return contender.run.curves(contender.approach)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        return None


@st.fragment
def _offer_curves(curves: Callable[[], Curves | None], look: Look) -> None:
    section = st.expander(
        "ROC and precision-recall curves",
        icon=":material/show_chart:",
        key="all_curves",
        on_change="rerun",  # until it is open nothing is read or drawn
        bind="query-params",
    )
    if section.open:
        with section:
            if found := curves():
                _show_curves(found, look)


def _show_curves(curves: Curves, look: Look) -> None:
    """One kind of curve at a time: each is as much work for a browser as the rest of the tab."""
    digits = [str(label) for label in look.contender.run.classes]
    with st.container(horizontal=True):
        kind = pick("Curves", _ABOUT_CURVES, "curves")
        chosen = st.segmented_control(
            "Bring forward the model for", digits, wrap=True, key="member"
        )
    stored_as, axes, about = _ABOUT_CURVES[kind]
    drawn = {d: curve for d, curve in zip(digits, curves[stored_as], strict=True) if curve}
    if drawn:
        show_chart(
            partial(curve_chart, drawn, axes, look.colour, chosen),
            *(kind, look.version, look.colour, chosen or ""),
            text=_spoken(kind, drawn),
        )
    st.caption(
        f"{about} The dots are where the models stand now: yes from a probability of one half."
    )


def _spoken(kind: str, curves: dict[str, ThresholdCurve]) -> str:
    areas = ", ".join(f"{digit} {curve.area:.4f}" for digit, curve in curves.items())
    return f"{kind} of each binary model; areas: {areas}"
