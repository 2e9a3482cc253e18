"""The hidden units that spoke for both answers, live: their weights, and the sum of each.

The browser computes all of it, while the pen moves and of the picture that the server has read.
"""

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.formatting import count_text
from mnist_models.learning.approaches import Approach
from mnist_models.metrics.scores import YES
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, paragraph, t, translated
from ui.live.networks import UNAVAILABLE, networks_of
from ui.live.relevance import AGAINST, FOR, MEANING
from ui.live.scripts import component_script, scripts
from ui.widgets.answers import DOUBT, NOTHING

_MOST = 6  # units shown of each network, for the answer and against it

_mount = st.components.v2.component(
    "hidden_units",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=component_script(Path(__file__).with_suffix(".js")),
    isolate_styles=False,  # so that the text has the page's font and colour
)

# What the browser writes. The fields are filled in there.
_WORDS: Texts[str] = Texts(
    {
        "empty": t("Draw a digit, and its hidden units light up."),
        "loading": t("The networks are on their way to your browser."),
        "failed": t("The networks could not be fetched. Reload the page to try again."),
        "answer": t("Answer: {label}", label="{label}"),
        "doubted": t("No member says yes. The nearest is {label}", label="{label}"),
        "margin": t(
            "Yellow ink spoke for {answer}, violet ink for {other}.",
            answer="{answer}",
            other="{other}",
        ),
        "pinned": t(
            "Yellow ink spoke for the yes of member {label}, violet ink for its no.",
            label="{label}",
        ),
        "total": t(
            "Logit of {label}: {units} from all {count} units, {rest} from biases, together "
            "{logit}.",
            **{field: f"{{{field}}}" for field in ("label", "units", "count", "rest", "logit")},
        ),
        "for": t("Spoke most for {label}", label="{label}"),
        "against": t("Spoke most against {label}", label="{label}"),
        "unit": t("Unit {number} of {count}", number="{number}", count="{count}"),
        "unit_of": t(
            "Unit {number} of {count} of member {label}",
            **{field: f"{{{field}}}" for field in ("number", "count", "label")},
        ),
        "yes": t("yes"),
        "no": t("no"),
        "nothing": NOTHING,
        "doubt": DOUBT,
    }
)
_LEGEND = t(
    "Each small picture is the weights of one hidden unit, one for each pixel: :yellow[**yellow**] "
    "where ink adds to its sum, :violet[**violet**] where ink takes from it. The number below is "
    "what the unit says for the answer."
)
_PICTURES: Texts[str] = Texts(
    {
        "weights": t("its weights"),
        "ink": t("ink"),
        "products": t("weights × ink"),
    }
)


def show_hidden_units(run: Run, image: NDArray[np.uint8] | None) -> None:
    """The units of the one network beside those of the ten.

    Args:
        run: whose networks are looked into.
        image: (28, 28) that they have read, shown where no pen moves; None while there is none.
    """
    networks, modules = networks_of(run), scripts()
    if not networks or not modules:
        st.markdown(translated(UNAVAILABLE))
        return
    layers = {approach: run.manifest["approaches"][approach]["layers"] for approach in networks}
    most = max(map(len, layers.values())) - 2  # hidden
    if min(map(len, layers.values())) < 3:
        st.markdown(t("The networks of this run have no hidden units. Choose another run."))
        return
    st.markdown(
        t("Hidden units light up where your ink meets their weights. Press one to see its sum.")
    )
    _mount(
        key="hidden_units",
        data={
            "content": "".join(_section(run, *each) for each in layers.items()),
            "classes": tuple(map(str, run.classes)),
            "networks": networks,
            "scripts": modules,
            "picture": None if image is None else base64.b64encode(image.tobytes()).decode(),
            "words": dict(_WORDS.items()),
            "colours": {"for": FOR, "against": AGAINST},
            "yes": YES,
        },
    )
    st.caption(paragraph(_LEGEND, MEANING, *([_several_layers(most)] if most > 1 else [])))


def _several_layers(count: int) -> Text:
    return t(
        "These networks have {count} hidden layers, and the units are those of the first. What one "
        "says is its activation times the gradient by which it moves the logit through the later "
        "layers; with the share of the later biases it all sums to the logit.",
        count=count,
    )


def _section(run: Run, approach: Approach, layers: Sequence[int]) -> str:
    """One approach without a picture, as HTML; its script fills in numbers, texts and pixels."""
    units = count_text(layers[1])
    if approach == "single":
        title = t("Single model: one network, {units} hidden units", units=units)
        members = ""
    else:
        title = t(
            "Multi-model: {members} networks of {units} hidden units, each asked about its own "
            "digit",
            members=len(run.classes),
            units=units,
        )
        chips = "".join(
            f"<button class='member' type='button' aria-pressed='false'><b>{_safe(label)}</b>"
            f"<span>{NOTHING}</span><small></small></button>"
            for label in run.classes
        )
        group = _safe(t("Members and their answers"))
        members = f"<div class='members' role='group' aria-label='{group}'>{chips}</div>"
    return (
        f"<section class='{approach}' data-approach='{approach}' data-units='{layers[1]}'>"
        f"<h2>{_safe(title)}</h2><div class='answer'>{_picture('ink')}"
        "<div><p class='says'><span></span><b></b><span></span></p>"
        "<p class='margin'></p><p class='total'></p></div></div>"
        f"{members}{_units('for')}{_units('against')}"
        f"{_sum(run, approach, layers)}</section>"
    )


def _units(side: str) -> str:
    unit = (
        "<button class='unit' type='button' aria-expanded='false' disabled>"
        f"<span></span>{_picture('weights')}<i></i><b>{NOTHING}</b></button>"
    )
    return f"<h3 class='{side}'></h3><div class='units {side}'>{unit * _MOST}</div>"


def _sum(run: Run, approach: Approach, layers: Sequence[int]) -> str:
    """The sum of one unit, line by line: its pictures, and what each number is called."""
    slope, is_deep = run.manifest["recipe"]["negative_slope"], len(layers) > 3
    label, total = "{label}", count_text(layers[1])
    lines: Mapping[str, Text] = {
        "products": t("Weights × ink, summed over {count} inked pixels", count="{count}"),
        "bias": t("+ bias of the unit"),
        "sum": t("= its sum"),
        "activation": t("→ activation: below 0 it is {slope} times the sum", slope=slope)
        if slope
        else t("→ activation: below 0 it is 0"),
        "slope": t("× gradient of the logit of {label}", label=label)
        if is_deep
        else t("× its weight to the logit of {label}", label=label),
        "said": t("= what it says for {label}", label=label),
        "units": t("All {count} units together", count=total),
        "rest": t("+ share of the later biases") if is_deep else t("+ bias of the logit"),
        "logit": t("= logit of {label}", label=label),
        "proba": t("→ probability, by a sigmoid: yes from a logit of 0 on")
        if approach == "multi"
        else t("→ probability, by a softmax over all {count} logits", count=len(run.classes)),
    }
    rows = "".join(
        f"<tr data-name='{name}'><th scope='row' data-text='{_safe(text)}'></th><td></td></tr>"
        for name, text in lines.items()
    )
    signs = {"weights": "", "ink": "×", "products": "="}
    pictures = "".join(
        f"<span>{sign}</span><figure>{_picture(name)}<figcaption>{_safe(_PICTURES[name])}"
        "</figcaption></figure>"
        for name, sign in signs.items()
    )
    return (
        "<div class='sum' role='group' hidden><div class='title'><h3></h3>"
        f"<button class='close' type='button' aria-label='{_safe(t('Close'))}'>×</button></div>"
        f"<div class='pictures'>{pictures}</div><table>{rows}</table></div>"
    )


def _picture(name: str) -> str:
    """Pixels that say nothing to a screen reader which the numbers beside them do not."""
    return f"<canvas class='{name}' width='28' height='28' aria-hidden='true'></canvas>"


def _safe(text: Any) -> str:
    return html.escape(str(text))
