"""Where a picture to read comes from: the canvas, a file, the camera or the test set."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_models.errors import ExpectedError
from mnist_models.preprocessing.decoding import read_picture
from mnist_models.preprocessing.picture_files import UnreadablePicture
from mnist_models.preprocessing.rasterise import Drawn, Stroke, rasterise_steps
from mnist_models.preprocessing.to_mnist import BlankDrawing, Steps, to_mnist_steps
from mnist_models.runs.run import Run
from mnist_models.segmentation.found import TooManyDigits
from mnist_models.text import paragraph, t, translated
from ui.draw.canvas import CANVAS_SIDE, draw_canvas_buttons, draw_on_canvas
from ui.draw.numbers.number_picture import show_picture
from ui.draw.numbers.opened_digit import close
from ui.draw.numbers.reading import Reading, read
from ui.draw.way_back import offer_way_back
from ui.shared.current_run import pictures

Picture = NDArray[np.uint8]

SMALL, LARGE = 84, 196  # widths in pixels: three and seven per pixel of the models' picture
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
_TOO_MANY = t("These are too many digits.")
_PLAIN = t("One digit or several, dark on plain paper or light on dark.")

# So many files are read at once, whoever sent them: a core is left for those who draw.
_READING = threading.BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))

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
        reading: what both read in it, if it shows several digits; then there is no image.
    """

    image: Picture | None = None
    original: Picture | None = None
    steps: Drawn | Steps | None = None
    truth: int | None = None
    hint: str = ""
    reading: Reading | None = None


Answer = Callable[[Subject], Subject]


def from_canvas(
    place: str,
    hint: str,
    without_pointer: str,
    *,
    read_number: Callable[[Picture, list[Stroke]], Subject] | None = None,
    answer: Answer = lambda subject: subject,
    draw_below: Callable[[Picture | None], None] = lambda _: None,
    draw_beside: Callable[[], None] = lambda: None,
) -> Subject:
    """The visitor's drawing, with Undo, Clear and the pen below it.

    Args:
        place: where in the app; each has a drawing of its own.
        hint: what to do while nothing is drawn.
        without_pointer: what to do for who cannot draw.
        read_number: of a canvas for numbers, which is as wide as its place: what to make of a
            drawing as it looks and of its strokes, of which there is at least one.
        answer: shows what is made of it, before the rest is drawn: somebody waits for that; returns
            what the page goes on with, if that is something else.
        draw_below: draws something between the canvas and its buttons, given what the models see.
        draw_beside: draws another button beside those of the canvas.
    """
    subject = Subject(hint=hint)
    label = paragraph(t("Canvas for a mouse, a pen or a finger."), without_pointer)
    try:
        drawing = draw_on_canvas(place, label, wide=read_number is not None)
        if drawing is not None and drawing[1]:  # not everything was undone
            make = read_number or _one_digit
            subject = make(*drawing)
    except UnreadablePicture as error:
        _show_error(t("The drawing could not be read."), error, t("Press *Clear* to start over."))
    except TooManyDigits as error:
        _show_error(translated(_TOO_MANY), error)
    answered = answer(subject)
    draw_below(subject.image)
    with st.container(
        key="beside_canvas", horizontal=True, vertical_alignment="center", gap="xsmall"
    ):
        draw_canvas_buttons(place)
        draw_beside()
        if subject.image is not None:
            show_model_input(subject.image, SMALL)
    return answered


def _one_digit(seen: Picture, strokes: list[Stroke]) -> Subject:
    steps = rasterise_steps(strokes, CANVAS_SIDE)
    return Subject(steps.centred, seen, steps)


def from_file(run: Run) -> Subject:
    """A picture file: a scan, a photo, a drawing from a paint program.

    Args:
        run: its models choose where touching digits are cut.
    """
    with st.container(key="upload", gap=None):
        _keep_last_file(key="keep_last_file")
        file = st.file_uploader(
            # Of any type: what is refused is told why, and by whom can read it.
            t("A picture of a digit or a number"),
            key="upload_file",
            on_change=close,
            help=translated(_PLAIN),
        )
    hint = paragraph(t("Choose a picture file."), _PLAIN)
    return _from_bytes(run, file.getvalue() if file else None, hint)


def from_camera(run: Run) -> Subject:
    """A photo that the visitor takes now.

    Args:
        run: its models choose where touching digits are cut.
    """
    if not may_have_camera(st.context.url or ""):
        st.caption(
            t(
                "Browsers allow the camera only on https pages and on localhost. Choose *Upload* "
                "instead: phones offer their camera there too."
            )
        )
    with st.container(key="photo"):
        photo = st.camera_input(
            t("A photo of a digit or a number"),
            key="photo_file",
            on_change=close,
            help=translated(_PLAIN),
        )
    hint = paragraph(t("Take a photo."), _PLAIN)
    return _from_bytes(run, photo.getvalue() if photo else None, hint)


def may_have_camera(url: str) -> bool:
    """Whether browsers allow a page at this address the camera: by https, or on localhost.

    Source: W3C Secure Contexts, "potentially trustworthy origins".
    """
    address = urlsplit(url)
    return address.scheme != "http" or address.hostname in _OWN_MACHINE


def from_test_set(run: Run) -> Subject:
    """A picture of the test set, which no model has learned from.

    Args:
        run: of its test set.
    """
    name = run.test_set
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
    show_model_input(image, LARGE)
    st.markdown(t("Its label is **{truth}**.", truth=truth))
    return Subject(image, truth=truth)


def _from_bytes(run: Run, data: bytes | None, hint: str) -> Subject:
    if data is None:
        return Subject(hint=hint)
    found = _read_file(data, run, run.version)
    if isinstance(found, Subject):
        if found.reading is not None:
            show_picture(found.reading)
        elif found.image is not None:
            show_model_input(found.image, LARGE)
        return found
    if isinstance(found, UnreadablePicture):
        _show_error(found.heading, found)
    elif isinstance(found, TooManyDigits):
        _show_error(translated(_TOO_MANY), found)
    else:
        _show_error(t("No digit was found."), found, t("Try another picture."))
    return Subject(hint=hint)


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _read_file(
    data: bytes,
    _run: Run,
    version: str,  # noqa: ARG001 - of the run, which is not hashed
) -> Subject | UnreadablePicture | BlankDrawing | TooManyDigits:
    """What was read, or why nothing was.

    Cached: every rerun of the page asks again, and a large photo takes half a second. As it is, and
    not as a copy for each: nobody changes it.
    """
    try:
        with _READING:
            picture = read_picture(data)
            reading = read(_run, picture)
            if reading.is_number:
                return Subject(reading=reading)
            steps = to_mnist_steps(picture)
    except (UnreadablePicture, BlankDrawing, TooManyDigits) as error:
        return error.with_traceback(None)  # which would keep the picture
    return Subject(steps.centred, picture, steps)


def _show_error(what: str, why: ExpectedError, *next_step: str) -> None:
    st.error(paragraph(what, why.text, *next_step), icon=":material/error:")


def show_model_input(image: Picture, width: int) -> None:
    """What the models see, `width` pixels wide."""
    with st.container(key="model_input", width="content"):
        alt = t("The 28 × 28 pixels that the models see")
        st.image(image, width=width, output_format="PNG", alt=alt)
    st.caption(t("what the models see"), width="content")
