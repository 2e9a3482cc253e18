"""Collecting examples of a new class: its name, the canvas, kept drawings, thumbnails."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mnist_models.drawings.drawing import CorrectionError
from mnist_models.formatting import count_text
from mnist_models.incremental.lesson import LessonError, check_examples, check_label
from mnist_models.pictures import Grey
from mnist_models.runs.run import Run
from ui.draw.canvas import CANVAS_SIDE, clear_canvas
from ui.draw.sources import from_canvas
from ui.my_drawings.session import own_drawings
from ui.new_class.examples import (
    Example,
    add_example,
    delete_all_examples,
    delete_example,
    example_images,
    examples,
    look_alike,
    no_images,
)
from ui.shared.current_run import sound_stacks
from ui.widgets.controls import page_of
from ui.widgets.images import picture_url

_GOOD = "5 to 20 examples are a good number."
_NOTICE = "_example_notice"
_PER_PAGE = 20


def ask_name(run: Run) -> tuple[str, str]:
    """The name of the new class, and what is wrong with it, one of the two empty."""
    text = st.text_input(
        "Its name",
        placeholder="a character or a short word",
        key="symbol_name",
        persist_state="session",
    )
    try:
        return check_label(text, run.classes), ""
    except LessonError as error:
        if text:
            st.error(str(error), icon=":material/error:")
        return "", str(error)


def draw_examples() -> None:
    """The canvas, and the button that makes an example of what is drawn there."""
    subject = from_canvas()
    with st.container(key="add_example"):
        st.button(
            "Add example",
            icon=":material/add:",
            shortcut="Ctrl+Enter",  # Enter alone would press it in place of any other button
            width=CANVAS_SIDE,
            on_click=_add_drawn,
            args=(subject.image,),
        )
    if notice := st.session_state.pop(_NOTICE, None):
        st.warning(notice, icon=":material/info:")


def offer_kept_drawings() -> None:
    """All drawings of one label that this visitor has kept, to be added at once."""
    try:
        kept = own_drawings()
    except CorrectionError as error:
        st.error(str(error), icon=":material/error:")
        return
    counts = Counter(drawing.label for drawing in kept)
    if not counts:
        return
    with st.expander("Take drawings that you kept"):
        label = st.selectbox(
            "Kept as", sorted(counts), format_func=lambda name: f"{name} ({counts[name]})"
        )
        images = [drawing.image for drawing in kept if drawing.label == label]
        st.button("Add these", icon=":material/add:", on_click=_add_all, args=(images,))


def show_examples(run: Run) -> str:
    """The examples as buttons that delete them; returns why nothing can be learned from them."""
    mine = examples()
    st.markdown(f"**{count_text(len(mine), 'example')}**")
    st.caption(_hint(len(mine)))
    if len(mine) > 1:
        _warn_of_look_alikes(run)
    _show_thumbnails(mine)
    try:
        check_examples(example_images())
    except LessonError as error:
        return str(error)
    return ""


def _hint(count: int) -> str:
    if count == 0:
        return f"None yet: draw one in the black square and add it. {_GOOD}"
    if count == 1:
        return "One example is learned from, but 5 to 20 are better."
    held_back = " Every fifth is kept back, to test with." if count >= 5 else ""
    return f"{_GOOD}{held_back} Click one to delete it."


def _warn_of_look_alikes(run: Run) -> None:
    stacks = sound_stacks(run, run.with_weights)
    if len(stacks) < 2 or (found := look_alike(example_images(), stacks)) is None:
        return
    label, count = found
    st.warning(
        f"Both approaches read {count} of your {len(examples())} drawings as {label}. Two classes "
        "that look the same will be confused.",
        icon=":material/content_copy:",
    )


def _show_thumbnails(mine: Sequence[Example]) -> None:
    if not mine:
        return
    shown = page_of(len(mine), _PER_PAGE, "examples_page")
    with st.container(key="examples", horizontal=True, gap="xsmall"):
        for number, example in enumerate(mine[shown], start=shown.start + 1):
            st.button(
                f"![Delete example {number}]({picture_url(example.image)}) ✕",
                key=f"example_{example.digest}",
                on_click=delete_example,
                args=(example.digest,),
            )
    st.button(
        "Delete all", icon=":material/delete_sweep:", type="tertiary", on_click=delete_all_examples
    )


def _add_drawn(image: Grey | None) -> None:
    if notice := add_example(no_images() if image is None else image):
        st.session_state[_NOTICE] = notice
    else:
        clear_canvas()


def _add_all(images: Sequence[Grey]) -> None:
    notices = list(filter(None, map(add_example, images)))
    if notices:
        st.session_state[_NOTICE] = f"{len(notices)} not added. {notices[-1]}"
