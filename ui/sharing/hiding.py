"""What an address can leave out: controls that a lesson does not need."""

from collections.abc import Iterable, Mapping

import streamlit as st

from mnist_models.formatting import commas
from mnist_models.text import Texts, t
from ui.sharing.parameters import HIDE

HIDEABLE = Texts(
    {
        "sidebar": t("the whole sidebar"),
        "pages": t("the list of pages"),
        "runs": t("the choice of a run"),
        "retrain": t("Retrain and its settings"),
        "language": t("the choice of a language"),
        "share": t("the button “Share this view”"),
        "title": t("the title of the page and what stands below it"),
        "tabs": t("the other tabs of a page"),
        "sources": t("other sources than the one that is open, on Draw"),
        "correct": t("“It was …”, on Draw"),
        "inside": t("“See inside”, on Draw"),
        "contenders": t("the choice of the two who are compared"),
        "options": t("how matrices are shown, on Confusion"),
    }
)
# By name, what it is in the page.
SELECTORS: Mapping[str, str] = {
    "sidebar": "[data-testid=stSidebar], [data-testid=stExpandSidebarButton]",
    "pages": "[data-testid=stSidebarNav]",
    "runs": ".st-key-run_panel",
    "retrain": ".st-key-retrain_panel",
    "language": ".st-key-language",
    "share": ".st-key-share",
    "title": ".st-key-page_title",
    "tabs": "[data-testid=stMain] [role=tablist]",
    "sources": ".st-key-source, .st-key-number_canvas",
    "correct": ".st-key-correct",
    "inside": ".st-key-inside",
    "contenders": ".st-key-duel",
    "options": ".st-key-options",
}


def names_in(asked: str) -> tuple[list[str], list[str]]:
    """The names in a parameter that there are, and those that there are not.

    Args:
        asked: like "sidebar,retrain".
    """
    names = list(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    return [n for n in names if n in SELECTORS], [n for n in names if n not in SELECTORS]


def hidden() -> list[str]:
    """What is left out now."""
    return names_in(st.query_params.get(HIDE, ""))[0]


def hiding_style(names: Iterable[str]) -> str:
    """The style that leaves these out, for all: what is not displayed cannot be reached by key."""
    selectors = ", ".join(SELECTORS[name] for name in names)
    return f"{selectors} {{display: none !important}}" if selectors else ""


def say_what_is_unknown() -> None:
    """Tell whoever wrote the address what it asks for in vain."""
    unknown = names_in(st.query_params.get(HIDE, ""))[1]
    if unknown:
        st.warning(
            t(
                "The address asks to hide {unknown}, which there is not. It can hide {known}.",
                unknown=commas([f"`{name[:40]}`" for name in unknown[:5]]),
                known=commas([f"`{name}`" for name in SELECTORS]),
            ),
            icon=":material/link_off:",
        )
