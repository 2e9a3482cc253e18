"""What this site keeps of a visitor, said in plain sentences, and "Forget me"."""

from collections.abc import Callable

import streamlit as st

from mnist_models.errors import ExpectedError
from mnist_models.incremental.lessons import forget_jobs_and_runs
from mnist_models.settings import SettingsError, keeps_drawings, limits
from mnist_models.text import Text, paragraph, t, translated
from ui.my_drawings.session import open_store
from ui.shared.visitor import browser_answer, cookie_days, forget_visitor, known_visitor

_FORGOTTEN = "_visitor_is_forgotten"  # until they make something again
_SHARED = t("Trainings that have ended are shared with everyone: they stay.")


def say_what_is_kept() -> None:
    """What is stored, where and for how long; who has something here can have it deleted."""
    with st.container(key="what_is_kept"):
        st.header(t("What this site keeps"), anchor=False)
        who = known_visitor()
        if who is None:
            if _FORGOTTEN in st.session_state:
                st.info(t("You are forgotten here."), icon=":material/check:")
            _say(_about_strangers)
            return
        st.session_state.pop(_FORGOTTEN, None)
        _say(lambda: paragraph(_about_cookie(), _how_long()))
        with st.popover(t("Forget me …"), icon=":material/person_off:"):
            st.markdown(
                t(
                    "Delete your drawings, your examples in this tab, your lesson, the runs that "
                    "you keep and the cookie, and cancel your jobs that wait? This cannot be "
                    "undone."
                )
            )
            st.caption(translated(_SHARED))
            if st.button(t("Forget me"), type="primary", key="forget_me"):
                _forget(who)


def _say(text: Callable[[], str]) -> None:
    try:
        st.caption(text())
    except SettingsError as error:  # who asks to be forgotten is, for however long things are kept
        st.error(error.text, icon=":material/error:")


def _about_strangers() -> Text:
    return t(
        "Nothing of yours is stored here. When you keep a drawing, teach a class or train, your "
        "browser gets a cookie with a random number and nothing else, for {days}. By it you are "
        "known again after a reload.",
        days=_days(cookie_days()),
    )


def _about_cookie() -> Text:
    answer = browser_answer()
    if answer == "another":
        return t(
            "Two tabs made something at the same moment, and your browser knows you by what the "
            "other one made. What you keep in this tab is yours only until you reload or close it."
        )
    if answer == "refused":
        return t(
            "Your browser stores nothing for this site, perhaps because it is private or because "
            "the page is part of another site's. So what you keep is yours only until you reload "
            "or close the page."
        )
    return t(
        "A cookie in your browser holds a random number and nothing else, for {days} after you "
        "last made something here. By it you are known again after a reload, in this browser only.",
        days=_days(cookie_days()),
    )


def _how_long() -> Text:
    if not keeps_drawings():
        return t(
            "Your last lesson is kept for {days}. After that nobody sees it, and it is deleted "
            "when anybody next orders a job. Runs that you keep stay until there is no more room: "
            "then the oldest give way.",
            days=_days(limits().days),
        )
    return t(
        "Your drawings and your last lesson are kept for {days}. After that nobody sees them, and "
        "they are deleted when anybody next keeps a drawing or orders a job. Runs that you keep "
        "stay until there is no more room: then the oldest give way.",
        days=_days(limits().days),
    )


def _days(count: int) -> Text:
    return t("{count:,} day", "{count:,} days", count=count)


def _forget(who: str) -> None:
    try:
        open_store().forget_all()
        forget_jobs_and_runs(who)
    except ExpectedError as error:  # the visitor stays known, and can try again
        st.error(error.text, icon=":material/error:")
        return
    forget_visitor()
    st.session_state[_FORGOTTEN] = True
    st.rerun()
