"""What both approaches say while somebody draws, at every movement of the pen.

The browser computes it and tells the server nothing. At the end of a stroke the server answers as
ever, and what it says counts. The browser asks its own networks about the server's picture then: if
they read another digit, one of the two is at fault, and the log says so.
"""

import base64
import html
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.learning.approaches import PAIR, TITLES, Approach
from mnist_models.metrics.scores import YES
from mnist_models.runs.run import Run, RunError
from ui.live.networks import networks_of
from ui.live.scripts import component_script, scripts
from ui.widgets.answers import DOUBT, NOTHING

_KEY = "preview"
_HEIGHT = 112  # pixels, which are there before the browser fills them; ui/style.css has a phone's

_mount = st.components.v2.component(
    "preview",
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=component_script(Path(__file__).with_suffix(".js")),
    isolate_styles=False,  # so that the text has the page's font and colour
)


def show_preview(
    run: Run, given: dict[str, Any], side: int, image: NDArray[np.uint8] | None
) -> None:
    """The picture and both answers, below the canvas of a page; nothing if it cannot be had.

    Args:
        run: whose networks are asked.
        given: what the canvas was told to start with: its strokes as Fabric.js writes them, the
            `objects`, and a `number` that changes whenever it is told anew.
        side: of the canvas, in pixels.
        image: (28, 28) of the whole strokes, as the server answers it; None while there are none.
    """
    networks, modules = networks_of(run), scripts()
    if not networks or not modules:
        return
    with st.container(key="live", height=_HEIGHT, border=False):
        _mount(
            key=_KEY,
            data={
                "content": _content(run.classes, networks),
                "classes": tuple(map(str, run.classes)),  # of a list Streamlit asks pandas
                "networks": networks,
                "scripts": modules,
                "given": given,
                "side": side,
                "yes": YES,
                "doubt": DOUBT,
                "nothing": NOTHING,
                "answered": None if image is None else _answered(run, networks, image),
            },
            on_fault_change=lambda: log_fault(run, st.session_state[_KEY].fault),
        )


def _answered(
    run: Run, approaches: Iterable[Approach], image: NDArray[np.uint8]
) -> dict[str, Any] | None:
    """A picture in base64, and the number of the class that the server reads, by approach."""
    try:
        probas = {a: run.stack(a).predict_proba(image[np.newaxis])[0] for a in approaches}
    except RunError:  # the verdicts report it
        return None
    return {
        "picture": base64.b64encode(image.tobytes()).decode(),
        "best": {approach: int(proba.argmax()) for approach, proba in probas.items()},
    }


def log_fault(run: Run, sent: object) -> None:
    """Note that a browser reads a picture otherwise than the server; once for each visit.

    Args:
        run: whose networks were asked.
        sent: the approach that differs, as the browser says.
    """
    if sent in PAIR and not st.session_state.get("_fault_logged"):
        st.session_state["_fault_logged"] = True
        logging.getLogger(__name__).warning(
            "A browser reads another digit than the server: %s of %s", sent, run.name
        )


def _content(classes: list[Any], approaches: Iterable[Approach]) -> str:
    """The preview of no drawing, as HTML; its script fills in texts and widths.

    Hidden from screen readers: they hear the server's answer, once per stroke.
    """
    verdicts = "".join(
        f"<div class='{a}'><span>{TITLES[a]}</span><b>{NOTHING}</b><small></small></div>"
        for a in approaches
    )
    bars = "".join(f"<i class='{a}'></i>" for a in approaches)
    rows = "".join(
        f"<div><span>{html.escape(str(label))}</span><div>{bars}</div></div>" for label in classes
    )
    return (
        f"<div class='live-preview' aria-hidden='true'><div class='answers'>{verdicts}</div>"
        f"<canvas width='28' height='28'></canvas><div class='rows'>{rows}</div></div>"
    )
