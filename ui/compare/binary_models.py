"""The page Compare: the binary models of a multi-model, each judged on its own question."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Contender, Duel
from mnist_models.comparison.sentences import members_sentence
from mnist_models.comparison.tables import member_rows
from mnist_models.formatting import change_text, number_writer, percent_text
from mnist_models.metrics.roc import CurveKind, Curves, ThresholdCurve
from mnist_models.runs.run import RunError
from mnist_models.text import Text, paragraph, t, translated
from ui.compare.roc_charts import PRECISION_RECALL, ROC, Axes, curve_chart
from ui.widgets.charts import (
    NEUTRAL,
    SHARE,
    Layered,
    legend_on_top,
    share_axis,
    show_chart,
    zoomed,
)
from ui.widgets.contender_style import Look, looks
from ui.widgets.controls import pick
from ui.widgets.tables import Column, offer_table

_ABOUT = t(
    "Balanced accuracy: how often a model is right when half of the pictures show its digit and "
    "half do not; 50 % is guessing. It is calculated over all test pictures, with each side "
    "counting half."
)
_ABOUT_TABLE = t(
    "Recall: the share of the pictures of its digit that a model accepts, with a probability of "
    "at least one half. False alarms: the share of the pictures of other digits that it accepts "
    "too."
)
_ABOUT_AREAS = t("ROC area and average precision cover all other thresholds too; 1 is perfect.")
_COLUMNS = {
    "digit": Column(t("digit")),
    "balanced_accuracy": Column(t("balanced accuracy"), percent_text),
    "published": Column(t("published"), percent_text),
    "difference": Column(t("difference"), change_text),
    "recall": Column(t("recall"), percent_text),
    "false_alarms": Column(t("false alarms"), percent_text),
    "roc": Column(t("ROC area"), number_writer(".4f")),
    "precision_recall": Column(t("average precision"), number_writer(".4f")),
}
_ABOUT_CURVES: dict[CurveKind, tuple[Text, Axes, Text]] = {
    "roc": (
        t("ROC"),
        ROC,
        t(
            "Recall against false alarms, for every threshold above which a model could say yes. "
            "The area under the curve is how often a picture of the digit gets a higher "
            "probability than a picture of another digit."
        ),
    ),
    "precision_recall": (
        t("Precision and recall"),
        PRECISION_RECALL,
        t(
            "Precision: the share of the pictures that a model accepts that do show its digit. "
            "With nine other pictures to each of its own, even a few false alarms lower it a lot."
        ),
    ),
}


def show_members(duel: Duel) -> None:
    """The binary models of the duel's multi-model, or of the chosen one where there are two."""
    multis = {look.name: look for look in looks(duel) if look.contender.approach == "multi"}
    if not multis:
        st.info(t("Neither contender is a multi-model, so there are no binary models to show."))
        return
    name = next(iter(multis))
    if len(multis) > 1:
        name = pick(t("Binary models of"), multis, "whose")
    look = multis[name]
    contender = look.contender
    binary = contender.metrics.binary
    if binary is None:  # a run made elsewhere
        name = contender.run.name
        st.info(t("The run {name} has no figures for its binary models.", name=name))
        return
    published = contender.run.published.binary_test if contender.run.published else ()
    st.markdown(members_sentence(binary, published, duel.classes))
    show_chart(
        lambda: binary_dots(binary.balanced_accuracy, published, duel.classes, look.colour),
        *("members", look.version, look.colour),
        text=t("Balanced test accuracy of each binary model, beside any published figure"),
    )
    st.caption(translated(_ABOUT))
    curves = partial(_curves, contender)
    has_curves = contender.run.has_curves
    title = t("As a table, with recall and false alarms")
    alt_text = t("Balanced accuracy, recall and false alarms of each binary model")
    if has_curves:
        title = t("As a table, with recall, false alarms and areas")
        alt_text = t("Balanced accuracy, recall, false alarms and areas of each binary model")
    offer_table(
        title,
        lambda: pd.DataFrame(member_rows(binary, published, duel.classes, curves())),
        key="members_table",
        file_name="binary_models.csv",
        alt=alt_text,
        columns=_COLUMNS,
        about=paragraph(_ABOUT_TABLE, _ABOUT_AREAS if has_curves else ""),
    )
    if has_curves:
        _offer_curves(curves, look)
    else:
        st.info(
            t(
                "The run {name} was made before curves were stored with a run. This command adds "
                "them without any training: `python -m mnist_models upgrade {name}`",
                name=contender.run.name,
            )
        )


def binary_dots(
    balanced: Sequence[float], published: Sequence[float], classes: Sequence[Any], colour: str
) -> Layered:
    """Balanced accuracy of each binary model, ours in the colour, beside the published figure."""
    digits = [str(label) for label in classes]
    names = [t("ours"), t("published")]
    frame = pd.DataFrame(
        [
            (digit, name, accuracy)
            for name, figures in zip(names, (balanced, published), strict=True)
            for digit, accuracy in zip(digits, figures, strict=False)
        ],
        columns=["digit", "whose", "accuracy"],
    )
    whose = names[: frame["whose"].nunique()]
    scale, legend = zoomed(frame["accuracy"]), legend_on_top()
    base = alt.Chart(frame).encode(
        x=alt.X(
            "digit:N", sort=None, axis=alt.Axis(labelAngle=0), title=t("binary model for digit")
        )
    )
    gaps = base.mark_rule(color=NEUTRAL).encode(
        y=alt.Y("min(accuracy):Q", scale=scale, axis=share_axis(), title=t("balanced accuracy")),
        y2="max(accuracy):Q",
    )
    colours = alt.Scale(domain=whose, range=[colour, NEUTRAL])
    shapes = alt.Scale(domain=whose, range=["circle", "diamond"])
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=scale),
        color=alt.Color("whose:N", legend=legend, scale=colours),
        shape=alt.Shape("whose:N", legend=legend, scale=shapes),
        tooltip=[
            alt.Tooltip("whose", title=t("figure")),
            alt.Tooltip("digit", title=t("digit")),
            alt.Tooltip("accuracy", format=SHARE, title=t("balanced accuracy")),
        ],
    )
    return alt.layer(gaps, dots).properties(height=280)


def _curves(contender: Contender) -> Curves | None:
    """The curves of a multi-model; None, after an error message, if they cannot be read."""
    try:
        return contender.run.curves(contender.approach)
    except RunError as error:
        st.error(error.text, icon=":material/error:")
        return None


@st.fragment
def _offer_curves(curves: Callable[[], Curves | None], look: Look) -> None:
    section = st.expander(
        t("ROC and precision-recall curves"),
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
    """One kind of curve at a time: each costs a browser as much as the rest of the tab."""
    digits = [str(label) for label in look.contender.run.classes]
    with st.container(horizontal=True):
        kind = pick(
            t("Curves"), _ABOUT_CURVES, "curves", title=lambda curve: _ABOUT_CURVES[curve][0]
        )
        chosen = st.segmented_control(t("Highlight the model for"), digits, wrap=True, key="member")
    title, axes, about = _ABOUT_CURVES[kind]
    drawn = {d: curve for d, curve in zip(digits, curves[kind], strict=True) if curve}
    if drawn:
        show_chart(
            partial(curve_chart, drawn, axes, look.colour, chosen),
            *(kind, look.version, look.colour, chosen or ""),
            text=_spoken(title, drawn),
        )
    in_use = t("The dots mark the threshold in use: a probability of one half.")
    st.caption(paragraph(about, in_use))


def _spoken(title: str, curves: dict[str, ThresholdCurve]) -> Text:
    areas = ", ".join(f"{digit}: {curve.area:.4f}" for digit, curve in curves.items())
    return t("{title}, a curve for each binary model. Areas: {areas}.", title=title, areas=areas)
