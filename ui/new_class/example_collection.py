"""Collecting examples of a new class: its name, the canvas, others' drawings and thumbnails."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mnist_models.data.characters import (
    ALPHABETS,
    DIGITS,
    examples_of,
    find_characters,
    load_characters,
    title_of,
)
from mnist_models.data.download import DatasetError
from mnist_models.errors import ExpectedError
from mnist_models.incremental.lesson import LessonError, check_examples, check_label
from mnist_models.pictures import Grey, Images
from mnist_models.runs.run import Run
from mnist_models.text import Text, paragraph, t
from ui.draw.canvas import CANVAS_SIDE, empty_canvas
from ui.draw.sources import from_canvas
from ui.my_drawings.session import own_drawings
from ui.new_class.examples import (
    Example,
    add_example,
    bring_back,
    delete_examples,
    deleted_count,
    example_images,
    examples,
    look_alike,
    no_images,
    replace_examples,
)
from ui.shared.current_run import sound_stacks
from ui.widgets.controls import page_of
from ui.widgets.images import picture_url

_GOOD = t("5 to 20 examples are a good number.")
EXAMPLES = "examples"  # the place of the canvas
_NOTICE = "_example_notice"
_PER_PAGE = 20


def ask_name(run: Run) -> tuple[str, str]:
    """The name of the new class and what is wrong with it; one of the two is empty."""
    text = st.text_input(
        t("Name of the symbol"),
        placeholder=t("a character or a short word"),
        key="symbol_name",
        persist_state="session",
    )
    try:
        return check_label(text, run.classes), ""
    except LessonError as error:
        if text:
            st.error(error.text, icon=":material/error:")
        return "", error.text


def draw_examples() -> None:
    """The canvas, and the button that makes an example of what is drawn there."""
    subject = from_canvas(
        EXAMPLES,
        "",  # the examples say what to do
        t("By keyboard, keep pictures on the page Draw and use them here."),
    )
    st.button(
        t("Add example"),
        icon=":material/add:",
        shortcut="Ctrl+Enter",  # Enter alone would press it instead of any other button
        width=CANVAS_SIDE,
        on_click=_add_drawn,
        args=(subject.image,),
        key="add_example",
    )
    if notice := st.session_state.pop(_NOTICE, None):
        st.warning(notice, icon=":material/info:")


def offer_kept_drawings() -> None:
    """Let the visitor add all their kept drawings of one label at once."""
    try:
        kept = own_drawings()
    except ExpectedError as error:
        st.error(error.text, icon=":material/error:")
        return
    counts = Counter(drawing.label for drawing in kept)
    if not counts:
        return
    with st.expander(t("Use drawings that you kept")):
        label = st.selectbox(
            t("Kept as"), sorted(counts), format_func=lambda name: f"{name} ({counts[name]})"
        )
        images = [drawing.image for drawing in kept if drawing.label == label]
        st.button(t("Add these"), icon=":material/add:", on_click=_add_all, args=(images,))


def offer_characters() -> None:
    """Let the visitor pick a character of another alphabet, which ten people have drawn."""
    section = st.expander(
        t("Pick a character that others drew"), key="characters", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        if not find_characters() and not _fetched():
            return
        alphabets = [name for name in ALPHABETS if name != DIGITS]
        alphabet = st.selectbox(
            t("Alphabet"), alphabets, format_func=ALPHABETS.__getitem__, key="alphabet"
        )
        try:
            drawings = _characters(alphabet)
        except DatasetError as error:
            st.error(error.text, icon=":material/error:")
            return
        with st.container(key="characters_to_pick", horizontal=True, gap="xsmall"):
            for label, images in drawings.items():
                name = title_of(label)
                st.button(
                    f"![{name}]({picture_url(images[0])})",
                    key=f"character_{label}",
                    on_click=_take_character,
                    args=(name, images),
                )
        st.caption(
            t(
                "A click makes ten people's drawings of it your examples. From Omniglot by Lake, "
                "Salakhutdinov and Tenenbaum (MIT licence)."
            )
        )


def _fetched() -> bool:
    """Offer to download the characters; whether they are there now."""
    st.caption(t("The characters of eight alphabets are not on this machine."))
    if not st.button(
        t("Download them (3 MB)"), icon=":material/download:", key="download_characters"
    ):
        return False
    try:
        with st.spinner(t("Downloading the characters …")):
            load_characters()
    except DatasetError as error:
        st.error(error.text, icon=":material/error:")
        return False
    return True


@st.cache_data(max_entries=len(ALPHABETS), show_spinner=False)
def _characters(alphabet: str) -> dict[str, Images]:
    return examples_of(alphabet)


def _take_character(name: str, images: Images) -> None:
    replace_examples(images)
    st.session_state["symbol_name"] = name


def show_examples(run: Run) -> str:
    """The examples as buttons that delete them; returns a reason if nothing can be learned."""
    mine = examples()
    st.markdown(t("**{count:,} example**", "**{count:,} examples**", count=len(mine)))
    st.caption(_hint(len(mine)))
    if len(mine) > 1:
        _warn_of_look_alikes(run)
    _show_thumbnails(mine)
    try:
        check_examples(example_images())
    except LessonError as error:
        return error.text
    return ""


def _hint(count: int) -> Text:
    if count == 0:
        return paragraph(t("Draw one in the black square and add it."), _GOOD)
    if count == 1:
        return t("One example is enough, but 5 to 20 are better.")
    held_back = t("Every fifth is held back for testing.") if count >= 5 else ""
    return paragraph(_GOOD, held_back, t("Click one to delete it."))


def _warn_of_look_alikes(run: Run) -> None:
    stacks = sound_stacks(run, run.pair_with_weights)
    if len(stacks) < 2 or (found := look_alike(example_images(), stacks)) is None:
        return
    label, count = found
    st.warning(
        paragraph(
            t(
                "Both approaches read {read:,} of your {drawings:,} drawings as {label}.",
                read=count,
                drawings=len(examples()),
                label=label,
            ),
            t("Classes that look the same will be confused."),
        ),
        icon=":material/content_copy:",
    )


def _show_thumbnails(mine: Sequence[Example]) -> None:
    if mine:
        shown = page_of(len(mine), _PER_PAGE, "examples_page")
        with st.container(key="examples", horizontal=True, gap="xsmall"):
            for number, example in enumerate(mine[shown], start=shown.start + 1):
                alt = t("Delete example {number}", number=number)
                st.button(
                    f"![{alt}]({picture_url(example.image)}) ✕",
                    key=f"example_{example.digest}",
                    on_click=delete_examples,
                    args=(example.digest,),
                )
    with st.container(horizontal=True, gap="xsmall"):
        if mine:
            st.button(
                t("Delete all"),
                icon=":material/delete_sweep:",
                type="tertiary",
                on_click=delete_examples,
                args=[example.digest for example in mine],
            )
        if count := deleted_count():
            st.button(
                t("Bring back the example", "Bring back {count} examples", count=count),
                icon=":material/undo:",
                type="tertiary",
                key="bring_back",
                on_click=bring_back,
            )


def _add_drawn(image: Grey | None) -> None:
    if notice := add_example(no_images() if image is None else image):
        st.session_state[_NOTICE] = notice
    else:
        empty_canvas(EXAMPLES)


def _add_all(images: Sequence[Grey]) -> None:
    notices = list(filter(None, map(add_example, images)))
    if notices:
        refused = t(
            "{count} drawing was not added.",
            "{count} drawings were not added.",
            count=len(notices),
        )
        st.session_state[_NOTICE] = paragraph(refused, notices[-1])
