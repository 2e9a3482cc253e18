"""Test pictures with the answers of two contenders, page by page; each opens on Draw."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_models.comparison.contenders import Duel
from mnist_models.data.mnist import find_mnist
from mnist_models.formatting import share_text
from mnist_models.pictures import Grey
from mnist_models.text import paragraph, t
from ui.shared.current_run import chosen_run_name, pictures
from ui.shared.mnist_download import offer_download
from ui.shared.navigation import TEST_PICTURE, page_path
from ui.widgets.contender_style import Look, Looks, looks
from ui.widgets.controls import page_of
from ui.widgets.images import picture_url
from ui.widgets.tables import offer_csv

PER_PAGE = 12

_CARD_WIDTH = 140  # pixels
_BREAK = "  \n"  # a new line in Markdown


def show_digits(duel: Duel, rows: NDArray[np.intp], *, key: str, caption: str = "") -> None:
    """Pages of test pictures with their true digit and the answers of both contenders.

    Clicking a picture opens it on Draw. If the pictures are not on this machine, the answers are
    shown without them, and a sentence says how to get them.

    Args:
        duel: whose answers and probabilities are shown.
        rows: the numbers of the test pictures, in the order to show them.
        key: of the container, and the beginning of the keys of everything in it.
        caption: what the pictures have in common, shown above them.

    Raises:
        RunError: the file of the scores is damaged.
    """
    with st.container(key=key):
        if caption:
            st.markdown(caption)
        if not len(rows):
            st.info(t("There are no such pictures."), icon=":material/search_off:")
            return
        images = _pictures(duel, key)
        # Other pictures start at their first page again.
        shown = rows[page_of(len(rows), PER_PAGE, f"{key}_page_{len(rows)}_{rows[0]}")]
        pair = looks(duel)
        legend = t(
            "{names}. Each line shows the answer, whether it is right (✓) or wrong (✗), and its "
            "probability; after a wrong answer, the probability of the true digit as well.",
            names=" · ".join(f"{look.sign} {look.name}" for look in pair),
        )
        opens = t("Click a picture to open it on the page Draw.")
        st.caption(legend if images is None else paragraph(legend, opens))
        with st.container(key=f"{key}_cards", horizontal=True, gap="small"):
            for row in shown:
                _show_card(duel, pair, row, None if images is None else images[row], key)
        offer_csv(lambda: answers_table(duel, rows), file_name=f"{key}.csv")


def answers_table(duel: Duel, rows: NDArray[np.intp]) -> pd.DataFrame:
    """A row per picture: its number, its true digit, and the answers of both contenders.

    Args:
        duel: whose answers and probabilities to list.
        rows: (m,) numbers of test pictures.

    Raises:
        RunError: the file of the scores is damaged.
    """
    columns: dict[str, Any] = {t("test picture"): rows, t("true"): duel.labels[rows]}
    for look in looks(duel):
        proba = look.contender.proba[rows]
        columns[t("{name}: answer", name=look.name)] = look.contender.answers[rows]
        for k, label in enumerate(duel.classes):
            title = t("{name}: probability of {label}", name=look.name, label=label)
            columns[title] = proba[:, k]
    return pd.DataFrame(columns)


def open_on_draw(duel: Duel, row: int) -> None:
    """Go to Draw to read a test picture, with the visitor's run if it is one of the duel's."""
    runs = [contender.run.name for contender in (duel.first, duel.second)]
    run = chosen_run_name()
    st.switch_page(
        page_path("draw"),
        query_params={
            "run": run if run in runs else runs[0],
            "source": TEST_PICTURE,
            "test_picture": str(row),
        },
    )


def _pictures(duel: Duel, key: str) -> Grey | None:
    """The test pictures, (n, 28, 28); or None after a sentence that says why there are none."""
    test_set = duel.first.run.test_set
    if test_set == "mnist" and find_mnist() is None:
        st.info(
            t(
                "These pictures are from MNIST, which is not on this machine. The answers are "
                "stored with the run, so they are shown without the pictures."
            ),
            icon=":material/image_not_supported:",
        )
        offer_download(f"{key}_")
        return None
    dataset = pictures(test_set)
    if np.array_equal(dataset.y_test, duel.labels):
        return dataset.x_test
    st.info(
        t(
            "The pictures that this run was tested on are not on this machine. The answers are "
            "stored with the run, so they are shown without the pictures."
        ),
        icon=":material/image_not_supported:",
    )
    return None


def _show_card(duel: Duel, pair: Looks, row: int, image: Grey | None, key: str) -> None:
    lines = [
        t("**{digit}** no. {number:,}", digit=duel.labels[row], number=row),
        *(_answer(look, duel, row) for look in pair),
    ]
    if image is None:
        st.markdown(_BREAK.join(lines), width=_CARD_WIDTH)
        return
    # Streamlit shows pictures in labels, so the whole card can be the button.
    picture = f"![{t('Test picture {number}', number=row)}]({picture_url(image)})"
    if st.button(f"{picture} {_BREAK.join(lines)}", key=f"{key}_open_{row}", width=_CARD_WIDTH):
        open_on_draw(duel, row)


def _answer(look: Look, duel: Duel, row: int) -> str:
    """One line: the contender's sign and colour, its answer, and the probability it gave it."""
    proba, true = look.contender.proba[row], duel.labels[row]
    answer = duel.classes[int(proba.argmax())]
    right = answer == true
    share = share_text(proba.max(), ">99.9 %")  # a card is narrow
    said = f":{look.tint}[{look.sign}] {answer} {'✓' if right else '✗'} {share}"
    if not right:
        said += f", {true}: {share_text(proba[duel.classes.index(true)])}"
    return said
