"""What this site keeps of a visitor, said in plain sentences, and "Forget me"."""

import streamlit as st

from mnist_models.errors import ExpectedError
from mnist_models.incremental.lessons import forget_jobs_and_runs
from mnist_models.settings import keeps_drawings, limits
from mnist_models.text import Text, paragraph, t
from ui.my_drawings.session import has_kept, open_store
from ui.shared.visitor import cookie_days, forget_visitor, known_visitor, stays_known

_FORGOTTEN = "_visitor_is_forgotten"  # until they make something again
_SHARED = t("Trainings that have ended are shared with everyone: they stay.")


def say_what_is_kept() -> None:
    """What is stored, where and for how long; who has something here can have it deleted.

    Raises:
        SettingsError: how long is not a number.
    """
    with st.container(key="what_is_kept"):
        st.header(t("What this site keeps"), anchor=False)
        who = known_visitor()
        if who is None:
            if _FORGOTTEN in st.session_state:
                st.info(t("You are forgotten here."), icon=":material/check:")
            st.caption(_about_strangers())
            return
        st.session_state.pop(_FORGOTTEN, None)
        st.caption(paragraph(_about_cookie(), _how_long()))
        with st.popover(t("Forget me …"), icon=":material/person_off:"):
            st.markdown(
                t(
                    "Delete your drawings, your lesson, the runs that you keep and the cookie, and "
                    "cancel your jobs that wait? This cannot be undone."
                )
            )
            st.caption(_SHARED)
            if st.button(t("Forget me"), type="primary", key="forget_me"):
                _forget(who)


def _about_strangers() -> Text:
    return t(
        "Nothing of yours is stored here. When you keep a drawing, teach a class or train, your "
        "browser gets a cookie with a random number and nothing else, for {days}. By it you are "
        "known again after a reload.",
        days=_days(cookie_days()),
    )


def _about_cookie() -> Text:
    if not stays_known():
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
    return t(
        "Your drawings and your last lesson are kept for {days}, and runs that you keep until "
        "there is no more room: then the oldest give way.",
        days=_days(limits().days),
    )


def _days(count: int) -> Text:
    return t("{count:,} day", "{count:,} days", count=count)


def _forget(who: str) -> None:
    try:
        if keeps_drawings() and has_kept():
            open_store().forget_all()
        forget_jobs_and_runs(who)
    except ExpectedError as error:  # the visitor stays known, and can try again
        st.error(error.text, icon=":material/error:")
        return
    forget_visitor()
    st.session_state[_FORGOTTEN] = True
    st.rerun()
