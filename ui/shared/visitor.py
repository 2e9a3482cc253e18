"""Who a visitor is: a random secret in a cookie, shown to nobody, by which they are known again.

The cookie is written when something is first made that belongs to a visitor, not before; who only
looks gets none. A session reads it when it begins. Where a session without one may make something,
a script asks the browser, which may have got one in another tab; where the browser keeps none, the
secret is gone with the session.
"""

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_models.jobs.job import is_visitor, mark_of, new_visitor
from mnist_models.settings import SettingsError, limits

_COOKIE = "mnist_visitor"
_SECRET = "_visitor"  # None: what the browser sent is not to be looked at again
_BROWSER = "_visitor_browser"  # a `Browser`; absent: it was told nothing, or sent it itself
_REPLACED = "_visitor_replaced"  # the secret that the browser has to forget
_MOST_DAYS = 400  # a browser keeps no cookie for longer
# What a browser does with the secret; of two tabs that make something at the same moment, the
# browser of both keeps what it has got first, which is "another" one to the second.
Browser = Literal["asked", "kept", "refused", "another"]

_sessions: dict[str, str] = {}  # this server's, with the marks of their visitors, where known
_MANY_SESSIONS = 1000
_forgotten: deque[str] = deque(maxlen=1000)  # marks: other tabs still have these secrets

_mount = st.components.v2.component(
    "visitor", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def known_visitor() -> str | None:
    """The visitor's secret; None if they have none, and so own nothing."""
    if _SECRET not in st.session_state and runtime.exists():
        _meet_again(st.context.cookies.get(_COOKIE))  # sent when the page was opened
    secret = st.session_state.get(_SECRET)
    if secret is None or mark_of(secret) in _forgotten:
        return None
    _note_session(mark_of(secret))
    return secret


def visitor() -> str:
    """The secret to make something under; the browser is asked to keep it as long as that."""
    secret = known_visitor()
    if secret is None:  # or another tab has had them forgotten
        secret = st.session_state[_SECRET] = new_visitor()
        st.session_state[_BROWSER] = "asked"
    st.session_state.setdefault(_BROWSER, "asked")
    _note_session(mark_of(secret))
    return secret


def _meet_again(sent: object) -> None:
    """Take what a browser sent for the visitor's secret; one that was forgotten has to go."""
    if not is_visitor(sent):
        return
    if mark_of(sent) in _forgotten:
        st.session_state.update({_SECRET: None, _REPLACED: sent})
    else:
        st.session_state[_SECRET] = sent


def owns(mark: str) -> bool:
    """Whether a job or run with this mark is this visitor's."""
    secret = known_visitor()
    return secret is not None and mark == mark_of(secret)


def browser_answer() -> Browser:
    """What the browser of a known visitor has said of their secret: by it a reload knows them."""
    return st.session_state.get(_BROWSER, "kept")


def cookie_days() -> int:
    """How long a browser keeps the secret after something was made.

    Raises:
        SettingsError: the setting is not a number.
    """
    return min(limits().days, _MOST_DAYS)


def meet_browser(place: str, *, before_making: bool = False) -> None:
    """Let the browser write or delete the cookie, if it has to; it takes no room.

    Args:
        place: where on the page this is called.
        before_making: whether something may be made here next: then a visitor who is not known is
            looked for in the browser, too.
    """
    state, secret = st.session_state, known_visitor()
    to_write = secret is not None and state.get(_BROWSER) == "asked"
    if not (to_write or _REPLACED in state or (before_making and secret is None)):
        return
    try:
        seconds = cookie_days() * 86_400
    except SettingsError:  # what is wrong is said where something is made
        return
    asked = {
        "secret": secret if to_write else "",
        "replaces": state.get(_REPLACED, ""),
        "seconds": seconds,
        "path": "/" + (st.get_option("server.baseUrlPath") or "").strip("/"),
    }
    key = f"visitor_{place}"
    with st.container(key=f"hidden_{key}"):
        # As text in a list: of a dict, and of text alone, Streamlit asks whether it is a table, and
        # imports pandas for that.
        _mount(key=key, data=[json.dumps(asked)], on_answer_change=lambda: _hear(state[key].answer))


def _hear(answer: object) -> None:
    state = st.session_state
    word, _, found = answer.partition(" ") if isinstance(answer, str) else ("", "", "")
    asked_to_forget = state.pop(_REPLACED, None)
    if word in ("kept", "refused") and known_visitor():
        state[_BROWSER] = word
    elif word == "found" and is_visitor(found):
        if mark_of(found) in _forgotten:
            if found == asked_to_forget:
                state[_BROWSER] = "refused"  # it does not even forget
            else:
                state[_REPLACED] = found
            return
        if known_visitor() is None:
            _meet_again(found)
        # Else something was made under another secret at the same moment, and stays the session's.
        state[_BROWSER] = "kept" if known_visitor() == found else "another"


def forget_visitor() -> None:
    """Be a stranger from now on, in every tab of this server; the browser deletes the cookie.

    This session keeps nothing else either, be it an example or a choice.
    """
    if secret := known_visitor():
        _forgotten.append(mark_of(secret))
        st.session_state.clear()
        st.session_state.update({_SECRET: None, _REPLACED: secret})


def presence() -> Callable[[], bool]:
    """What says later, from any thread, whether a browser of this visitor's is still connected."""
    mark = mark_of(visitor())
    return lambda: (
        not runtime.exists()
        or any(_is_active(session) for session, of in list(_sessions.items()) if of == mark)
    )


def _note_session(mark: str) -> None:
    """Remember that a session is of this visitor, who may have another in another tab."""
    if context := get_script_run_ctx():
        if len(_sessions) > _MANY_SESSIONS:
            for session in [*_sessions]:
                if not _is_active(session):
                    _sessions.pop(session, None)
        _sessions[context.session_id] = mark


def _is_active(session: str) -> bool:
    return runtime.get_instance().is_active_session(session)
