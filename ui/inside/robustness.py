"""How much a drawing can be disturbed until each approach answers otherwise.

The browser computes all of it: four disturbances with a slider each, and the smallest change.
"""

import base64
import html
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.evidence.experiments import load_evidence
from mnist_models.learning.approaches import TITLES, Approach
from mnist_models.metrics.scores import YES
from mnist_models.robustness.noise import noise_fields
from mnist_models.robustness.perturbations import PERTURBATIONS, Perturbation
from mnist_models.runs.run import Run
from mnist_models.text import Text, Texts, in_english, paragraph, t, translated
from ui.live.networks import UNAVAILABLE, networks_of
from ui.live.relevance import AGAINST, FOR
from ui.live.scripts import component_script, scripts
from ui.shared.navigation import page_path
from ui.widgets.answers import DOUBT, NOTHING

_mount = st.components.v2.component(
    "robustness",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=component_script(Path(__file__).with_suffix(".js")),
    isolate_styles=False,  # so that the text has the page's font and colour
)


# What the browser writes, of each approach. It fills in the fields.
_CHANGE = {"length": "{length}", "label": "{label}"}
_SAYS: Mapping[str, Texts[Approach]] = {
    "breaks": Texts(
        {
            "single": t("Single model gives way: {strength}", strength="{strength}"),
            "multi": t("Multi-model gives way: {strength}", strength="{strength}"),
        }
    ),
    "holds": Texts(
        {
            "single": t("Single model holds throughout"),
            "multi": t("Multi-model holds throughout"),
        }
    ),
    "smallest": Texts(
        {
            "single": t("Single model: length {length}, now read as {label}", **_CHANGE),
            "multi": t("Multi-model: length {length}, now read as {label}", **_CHANGE),
        }
    ),
    "none": Texts(
        {
            "single": t("Single model: no change was found"),
            "multi": t("Multi-model: no change was found"),
        }
    ),
}
_WORDS: Texts[str] = Texts(
    {
        "empty": t("Draw a digit, then try to have it read as another."),
        "loading": t("The networks are on their way to your browser."),
        "failed": t("The networks could not be fetched. Reload the page to try again."),
        "computing": t("Looking for where each gives way…"),
        "verdict": t(
            "Of {count} trials, the single model gives way first in {single}, the multi-model in "
            "{multi}.",
            **{field: f"{{{field}}}" for field in ("count", "single", "multi")},
        ),
        "before": t("was {label}", label="{label}"),
    }
)
# How a strength is written: of each disturbance below 0, at 0 and above it.
_AMOUNT = {"amount": "{amount}"}
_STRENGTHS: Mapping[str, tuple[Text, Text, Text]] = {
    "noise": (t("none"), t("none"), t("{amount}\N{NO-BREAK SPACE}%", **_AMOUNT)),
    "square": (t("none"), t("none"), t("{amount} × {amount} pixels", **_AMOUNT)),
    "pen": (
        t("{amount} pixels thinner", **_AMOUNT),
        t("as drawn"),
        t("{amount} pixels thicker", **_AMOUNT),
    ),
    "turn": (t("{amount}° left", **_AMOUNT), t("upright"), t("{amount}° right", **_AMOUNT)),
}
_SCALES = {"noise": 100}  # of a strength that is written; 1 for the others
_DIGITS = {"pen": 1}  # after the point; none for the others
_ABOUT = t(
    "To give way is to read another digit than in your drawing. Below each slider a line shows "
    "where an approach still reads the same, and a button leads to where it gives way. At a "
    "question mark no member says yes."
)
_SMALLEST = t(
    "The smallest change that gradient steps find (DeepFool): :yellow[**yellow**] pixels became "
    "lighter, :violet[**violet**] ones darker. Its length is 1 for one pixel from black to white. "
    "In the multi-model another member has the largest output then."
)


def show_robustness(run: Run, image: NDArray[np.uint8] | None) -> None:
    """The sliders, what both answer, and the smallest change.

    Args:
        run: whose networks are asked.
        image: (28, 28) that they have read, shown where no pen moves; None while there is none.
    """
    networks, modules = networks_of(run), scripts()
    if not networks or not modules:
        st.markdown(translated(UNAVAILABLE))
        return
    st.markdown(t("Disturb the digit until an answer gives way: whose does first?"))
    _mount(
        key="robustness",
        data={
            "content": _content(networks),
            "classes": [str(label) for label in run.classes],
            "networks": networks,
            "scripts": modules,
            "picture": None if image is None else base64.b64encode(image.tobytes()).decode(),
            "noise": base64.b64encode(noise_fields(1).tobytes()).decode(),
            "trials": {
                name: {
                    "strengths": perturbation.strengths(perturbation.step),
                    "texts": tuple(map(translated, _STRENGTHS[name])),
                    "scale": _SCALES.get(name, 1),
                    "digits": _DIGITS.get(name, 0),
                }
                for name, perturbation in PERTURBATIONS.items()
            },
            "says": {kind: dict(texts.items()) for kind, texts in _SAYS.items()},
            "words": dict(_WORDS.items()),
            "colours": {"for": FOR, "against": AGAINST},
            "yes": YES,
            "nothing": NOTHING,
            "doubt": DOUBT,
        },
    )
    st.caption(paragraph(_ABOUT, _SMALLEST))
    if found := load_evidence("robustness"):
        st.page_link(
            page_path("compare"),
            label=t("The same with {count:,} test pictures", count=found["pictures"]),
            icon=":material/arrow_forward:",
            query_params={"evidence": in_english(t("Robustness"))},
        )


def _content(approaches: Iterable[Approach]) -> str:
    """The section without a picture, as HTML; its script fills in pixels, texts and lines."""
    trials = "".join(_trial(name, each, approaches) for name, each in PERTURBATIONS.items())
    changes = "".join(
        f"<div class='{approach}'><div class='pair'>{_picture('changed')}{_picture('difference')}"
        "</div><p></p></div>"
        for approach in approaches
    )
    return (
        "<p class='result' role='status'></p>"
        f"<div class='trials'>{trials}</div>"
        f"<section><h2>{_safe(t('Smallest change'))}</h2>"
        f"<div class='changes'>{changes}</div></section>"
    )


def _trial(name: str, perturbation: Perturbation, approaches: Iterable[Approach]) -> str:
    answers = "".join(
        f"<div class='{a}'><span>{_safe(TITLES[a])}</span><b>{NOTHING}</b><small></small></div>"
        for a in approaches
    )
    lines = "".join(f"<i class='{a}'></i>" for a in approaches)
    points = "".join(
        f"<button type='button' class='{a}' disabled>{NOTHING}</button>" for a in approaches
    )
    last = len(perturbation.strengths(perturbation.step)) - 1
    start = perturbation.strengths(perturbation.step).index(0)
    return (
        f"<section data-name='{name}'><h2>{_safe(translated(perturbation.title))}</h2>"
        f"<div class='seen'>{_picture('disturbed')}<div class='answers'>{answers}</div></div>"
        f"<div class='strength'><input type='range' min='0' max='{last}' value='{start}' "
        f"aria-label='{_safe(translated(perturbation.title))}'><output></output>"
        f"<div class='lines' aria-hidden='true'>{lines}</div></div>"
        f"<div class='points'>{points}</div></section>"
    )


def _picture(name: str) -> str:
    """Pixels that say nothing to a screen reader which the texts beside them do not."""
    return f"<canvas class='{name}' width='28' height='28' aria-hidden='true'></canvas>"


def _safe(text: Any) -> str:
    return html.escape(str(text))
