"""The language that a visitor reads: asked of the address, of them, of a cookie, of the browser.

Text is said in the language of whom a thread draws for (`mnist_models.translation`), and Streamlit
has threads of their own for each visitor; so two who read different ones never meet.
"""

import json

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_models.text import t
from mnist_models.translation import (
    ENGLISH,
    ask_for_language,
    fitting_language,
    language,
    languages,
    speak,
)

LANGUAGE = "lang"  # in the address
_COOKIE = "mnist_language"
_SPOKEN = "_language"
_CHOSEN = "_language_chosen"  # whether the address or the visitor named it
_KEEP = "_language_keep"  # whether the browser has to remember it
_COOKIE_S = 400 * 86_400  # a browser keeps no cookie for longer


def settle_language() -> None:
    """Find out what to speak, before anything is drawn; the address comes first."""
    asked = st.query_params.get(LANGUAGE)
    if fits := fitting_language(asked):  # whoever writes zh-Hant or zh_TW means what a browser does
        st.session_state.update({_SPOKEN: fits, _CHOSEN: True})
    elif asked is not None:
        del st.query_params[LANGUAGE]
    speak(_language_of_session())


def keep_language_in_address() -> None:
    """Carry the choice from page to page, since Streamlit drops the parameters of the address."""
    if st.session_state.get(_CHOSEN):
        st.query_params[LANGUAGE] = language()


def offer_languages() -> None:
    """A choice of all languages, each by its own name, if there are several."""
    if len(languages()) > 1:
        st.session_state["language"] = language()
        st.segmented_control(
            t("Language"),
            list(languages()),
            format_func=languages().__getitem__,
            required=True,
            key="language",
            on_change=_choose,
            label_visibility="collapsed",
        )


def language_script() -> str:
    """Has the browser know the language, for its voice and its fonts, and keep a choice."""
    said = f"document.documentElement.lang = {json.dumps(language())};"
    if st.session_state.get(_KEEP):
        path = "/" + (st.get_option("server.baseUrlPath") or "").strip("/")
        kept = f"{_COOKIE}={language()}; Max-Age={_COOKIE_S}; Path={path}; SameSite=Lax"
        said += f"document.cookie = {json.dumps(kept)};"
    return said


def _choose() -> None:
    chosen = st.session_state["language"]
    st.session_state.update({_SPOKEN: chosen, _CHOSEN: True, _KEEP: True})
    st.query_params[LANGUAGE] = chosen
    speak(chosen)


def _language_of_session() -> str:
    if _SPOKEN not in st.session_state:  # once: Streamlit has lost the locale on later pages
        kept = st.context.cookies.get(_COOKIE) if runtime.exists() else None
        st.session_state[_SPOKEN] = (
            fitting_language(kept) or fitting_language(st.context.locale) or ENGLISH
        )
    return st.session_state[_SPOKEN]


def _language_of_thread() -> str | None:
    """That of the visitor whom this thread draws for; None if it draws for nobody."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    speak(spoken := _language_of_session())
    return spoken


ask_for_language(_language_of_thread)
