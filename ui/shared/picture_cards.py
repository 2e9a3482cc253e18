"""Test pictures with the answers of two contenders, in a dialog; each opens on Draw."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mnist_models.comparison.contenders import Duel
from mnist_models.comparison.mistakes import PictureRows
from mnist_models.data.mnist import find_mnist
from mnist_models.formatting import share_text
from mnist_models.pictures import Grey
from mnist_models.text import Text, Texts, paragraph, t
from ui.shared.current_run import chosen_run_name, pictures
from ui.shared.mnist_download import offer_download
from ui.shared.navigation import ORIGIN, TEST_PICTURE, Origin, is_short, page_path
from ui.widgets.contender_style import Look, Looks, looks
from ui.widgets.controls import page_of
from ui.widgets.images import picture_url
from ui.widgets.tables import offer_csv

PER_PAGE = 12

_CARD_WIDTH = 140  # pixels
_BREAK = "  \n"  # a new line in Markdown
_ORDER = Texts(
    {
        True: t("The least confident answers come first."),
        False: t("The most confident mistakes come first."),
    }
)


@dataclass(frozen=True, eq=False)
class Found:
    """Test pictures that a visitor asks for.

    Attributes:
        title: what they have in common, and how many there are.
        rows: (m,) their numbers, in the order to show them.
        right: whether the answers to them are right, which decides their order.
        more: another sentence about them.
    """

    title: Text
    rows: PictureRows
    right: bool
    more: str = ""


def asked_for(parameter: str) -> tuple[str, int]:
    """What the address asks for, and the page of these pictures: "both_wrong~2"."""
    what, _, page = st.query_params.get(parameter, "").partition("~")
    return what, max(1, int(page)) if is_short(page) else 1


def ask_for(parameter: str, what: str, page: int = 1) -> None:
    """Put into the address whose pictures are shown; the browser's Back then leads out again."""
    st.query_params[parameter] = what if page == 1 else f"{what}~{page}"


def show_pictures(duel: Duel, found: Found, *, page: str, parameter: str, key: str) -> None:
    """Pages of test pictures with the answers of both contenders, in a dialog above the page.

    So they are where the eye is, wherever that was, and what opened them is there again after.
    Clicking a picture opens it on Draw. If the pictures are not on this machine, the answers are
    shown without them, and a sentence says how to get them.

    Args:
        duel: whose answers and probabilities are shown.
        found: the pictures.
        page: that shows them, by the name of its script.
        parameter: of the address, see `ask_for`; closing the dialog takes it out.
        key: of the container, and the beginning of the keys of everything in it.

    Raises:
        RunError: the file of the scores is damaged.
    """

    def draw() -> None:
        with st.container(key=key):
            if len(found.rows):
                _show_page(duel, found, page, parameter, key)
            else:
                st.info(t("There are no such pictures."), icon=":material/search_off:")

    def forget() -> None:
        st.query_params.pop(parameter, None)

    st.dialog(found.title, width="large", on_dismiss=forget)(draw)()


def _show_page(duel: Duel, found: Found, page: str, parameter: str, key: str) -> None:
    st.markdown(paragraph(found.more, _ORDER[found.right]))
    rows = found.rows
    what, asked = asked_for(parameter)  # the address decides, so Back works
    turn = partial(ask_for, parameter, what)
    images = find_pictures(duel, key)
    shown = page_of(len(rows), PER_PAGE, f"{parameter}_page", asked=asked, turn=turn)
    show_cards(duel, rows[shown], images, page=page, key=key, of=len(rows))
    offer_csv(lambda: answers_table(duel, rows), file_name=f"{key}.csv")


def show_cards(
    duel: Duel, rows: PictureRows, images: Grey | None, *, page: str, key: str, of: int = 0
) -> None:
    """A card for each test picture with the answers of both contenders; each opens on Draw.

    Args:
        duel: whose answers and probabilities are shown.
        rows: (m,) the numbers of the pictures.
        images: all test pictures, see `find_pictures`; None shows the answers without them.
        page: that shows them, by the name of its script.
        key: of their container, before "_cards".
        of: how many pictures these are part of; if 0, they are all.

    Raises:
        RunError: the file of the scores is damaged.
    """
    pair = looks(duel)
    query, run = dict(st.query_params), _run_of_draw(duel)
    with st.container(key=f"{key}_cards", horizontal=True, gap="small"):
        for row in rows.tolist():
            origin = Origin(page, query, of or len(rows), row).to_parameter()
            draws = {"source": TEST_PICTURE, "test_picture": str(row), ORIGIN: origin}
            _show_card(duel, pair, row, run | draws, None if images is None else images[row])
    legend = t(
        "{names}. Each line shows the answer, whether it is right (✓) or wrong (✗), and its "
        "probability; after a wrong answer, the probability of the true digit as well.",
        names=" · ".join(f"{look.sign} {look.name}" for look in pair),
    )
    opens = t("Click a picture to open it on the page Draw.")
    st.caption(legend if images is None else paragraph(legend, opens))


def answers_table(duel: Duel, rows: PictureRows) -> pd.DataFrame:
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


def _run_of_draw(duel: Duel) -> dict[str, str]:
    """What Draw's address says of the run: the visitor's if it is one of the duel's."""
    runs = [contender.run.name for contender in (duel.first, duel.second)]
    shown = chosen_run_name()
    run = shown if shown in runs else runs[0]
    # Who has chosen no run follows the default of this site, there as here.
    return {"run": run} if run != shown or "run" in st.query_params else {}


def find_pictures(duel: Duel, key: str) -> Grey | None:
    """The test pictures, (n, 28, 28); or None after a sentence that says why there are none.

    Args:
        duel: whose test pictures.
        key: the beginning of the keys of a button that downloads them.
    """
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


def _show_card(
    duel: Duel, pair: Looks, row: int, query: dict[str, str], image: Grey | None
) -> None:
    lines = [
        t("**{digit}** no. {number:,}", digit=duel.labels[row], number=row),
        *(_answer(look, duel, row) for look in pair),
    ]
    if image is None:
        st.markdown(_BREAK.join(lines), width=_CARD_WIDTH)
        return
    # Streamlit shows pictures in labels, so the whole card can be the link. Unlike a button with
    # `st.switch_page`, a link leaves the address of this page in the browser's history as it is.
    picture = f"![{t('Test picture {number}', number=row)}]({picture_url(image)})"
    st.page_link(
        page_path("draw"),
        label=f"{picture} {_BREAK.join(lines)}",
        icon="",
        width=_CARD_WIDTH,
        query_params=query,
    )


def _answer(look: Look, duel: Duel, row: int) -> str:
    """One line: the contender's sign and colour, its answer, and the probability it gave it."""
    proba, true = look.contender.proba[row], duel.labels[row]
    answer = duel.classes[int(proba.argmax())]
    right = answer == true
    share = share_text(proba.max(), ">99.9\N{NO-BREAK SPACE}%")  # a card is narrow
    said = f":{look.tint}[{look.sign}] {answer} {'✓' if right else '✗'} {share}"
    if not right:
        said += f", {true}: {share_text(proba[duel.classes.index(true)])}"
    return said
