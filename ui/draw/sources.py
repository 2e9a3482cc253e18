"""Where a picture to read comes from: the canvas, a file, the camera or the test set."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.preprocessing.decoding import read_picture
from mnist_models.preprocessing.picture_files import UnreadablePicture
from mnist_models.preprocessing.rasterise import Drawn, rasterise_steps
from mnist_models.preprocessing.to_mnist import BlankDrawing, Steps, to_mnist_steps
from mnist_models.text import paragraph, t
from ui.draw.canvas import CANVAS_SIDE, draw_canvas_buttons, draw_on_canvas
from ui.draw.way_back import offer_way_back
from ui.shared.current_run import pictures

Picture = NDArray[np.uint8]

SMALL, LARGE = 84, 196  # widths in pixels: three and seven per pixel of the models' picture
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
_PLAIN = t("One digit that fills most of the picture, dark on plain paper or light on dark.")

_keep_last_file = st.components.v2.component(
    "keep_last_file",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it is beside the uploader and has to find it
)


@dataclass(frozen=True, eq=False)
class Subject:
    """What the models are asked about.

    Attributes:
        image: (28, 28) uint8 as the models see it, or None while there is nothing to read.
        original: what it was made from, as `to_mnist` takes it; None for a picture of MNIST's.
        steps: how it was made, of strokes or of a picture; None if `original` is.
        truth: the digit that it shows, if that is known.
        hint: what to do while there is nothing to read.
    """

    image: Picture | None = None
    original: Picture | None = None
    steps: Drawn | Steps | None = None
    truth: int | None = None
    hint: str = ""


def from_canvas(place: str, hint: str, without_pointer: str) -> Subject:
    """The visitor's drawing, with Undo, Clear and the pen below it.

    Args:
        place: where in the app; each has a drawing of its own.
        hint: what to do while nothing is drawn.
        without_pointer: what to do for who cannot draw.
    """
    subject = Subject(hint=hint)
    label = paragraph(t("Canvas for a mouse, a pen or a finger."), without_pointer)
    try:
        drawing = draw_on_canvas(place, label)
        if drawing is not None:
            seen, strokes = drawing
            steps = rasterise_steps(strokes, CANVAS_SIDE)
            subject = Subject(steps.centred, seen, steps)
    except BlankDrawing:
        pass  # everything was undone
    except UnreadablePicture as error:
        _show_error(t("The drawing could not be read."), error, t("Press *Clear* to start over."))
    with st.container(
        key="beside_canvas", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        draw_canvas_buttons(place)
        if subject.image is not None:
            _show(subject.image, SMALL)
    return subject


def from_file() -> Subject:
    """A picture file: a scan, a photo, a drawing from a paint program."""
    with st.container(key="upload", gap=None):
        _keep_last_file(key="keep_last_file")
        file = st.file_uploader(
            # Of any type: what is refused is told why, and by whom can read it.
            t("A picture of one digit"),
            key="upload_file",
            help=_PLAIN,
        )
    hint = paragraph(t("Choose a picture file."), _PLAIN)
    return _from_bytes(file.getvalue() if file else None, hint)


def from_camera() -> Subject:
    """A photo that the visitor takes now."""
    if not may_have_camera(st.context.url or ""):
        st.caption(
            t(
                "Browsers allow the camera only on https pages and on localhost. Choose *Upload* "
                "instead: phones offer their camera there too."
            )
        )
    with st.container(key="photo"):
        photo = st.camera_input(t("A photo of one digit"), key="photo_file", help=_PLAIN)
    hint = paragraph(t("Take a photo."), _PLAIN)
    return _from_bytes(photo.getvalue() if photo else None, hint)


def may_have_camera(url: str) -> bool:
    """Whether browsers allow a page at this address the camera: by https, or on localhost.

    Source: W3C Secure Contexts, "potentially trustworthy origins".
    """
    address = urlsplit(url)
    return address.scheme != "http" or address.hostname in _OWN_MACHINE


def from_test_set(name: str) -> Subject:
    """A picture of the test set, which no model has learned from.

    Args:
        name: of the data set, "mnist" or "sample".
    """
    dataset = pictures(name)
    if dataset.name != "mnist":
        st.caption(
            paragraph(
                t("MNIST is not on this machine.") if name == "mnist" else "",
                t(
                    "These are scikit-learn's digits: other pictures, by other writers, than those "
                    "the models learned from."
                ),
            )
        )
    last = len(dataset.y_test) - 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        if st.button(t("Another picture"), icon=":material/shuffle:"):
            st.session_state["test_picture"] = int(np.random.default_rng().integers(last + 1))
        if st.session_state.get("test_picture", 0) > last:
            st.session_state["test_picture"] = last
        number = st.number_input(
            t("Test picture, 0 to {last:,}", last=last),
            0,
            last,
            key="test_picture",
            width=170,
            bind="query-params",
        )
    offer_way_back(number)
    image, truth = dataset.x_test[number], int(dataset.y_test[number])
    _show(image, LARGE)
    st.markdown(t("Its label is **{truth}**.", truth=truth))
    return Subject(image, truth=truth)


def _from_bytes(data: bytes | None, hint: str) -> Subject:
    if data is None:
        return Subject(hint=hint)
    read = _decoded(data)
    if isinstance(read, Subject):
        if read.image is not None:
            _show(read.image, LARGE)
        return read
    if isinstance(read, UnreadablePicture):
        _show_error(read.heading, read)
    else:
        _show_error(t("No digit was found."), read, t("Try another picture."))
    return Subject(hint=hint)


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def _decoded(data: bytes) -> Subject | UnreadablePicture | BlankDrawing:
    """What was read, or why nothing was.

    Cached: every rerun of the page asks again, and a large photo takes half a second.
    """
    try:
        original = read_picture(data)
        steps = to_mnist_steps(original)
    except (UnreadablePicture, BlankDrawing) as error:
        return error
    return Subject(steps.centred, original, steps)


def _show_error(what: str, why: ExpectedError, *next_step: str) -> None:
    st.error(paragraph(what, why.text, *next_step), icon=":material/error:")


def _show(image: Picture, width: int) -> None:
    with st.container(key="model_input", width="content"):
        alt = t("The 28 × 28 pixels that the models see")
        st.image(image, width=width, output_format="PNG", alt=alt)
    st.caption(t("what the models see"), width="content")
