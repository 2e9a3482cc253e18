"""Who may train, choose the run that all see first, delete one, and download MNIST.

`MNIST_RETRAIN` says it: `on` (the default) everyone, `off` no visitor, `login` those who have
signed in through Streamlit's own login, and of these, where `MNIST_TRAINERS` lists e-mail
addresses, only the listed ones. Any unrecognised value, or a login that is not set up, lets nobody.
"""

import logging
import os
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from mnist_models.errors import ExpectedError

_NOT_SET_UP = (
    "Training is for people who sign in, and no sign-in is set up here. For the owner of this "
    "site: put the section `[auth]` into `.streamlit/secrets.toml`, as the README says."
)
_NOT_SIGNED_IN = "Training, and choosing or deleting runs for everyone, is for who signs in."
_NO_SIGN_IN = (
    "Signing in does not work here: its settings are not complete. The owner of this site finds "
    "what is missing in the server's log."
)
_NOT_LISTED = "This address is not among those that may train here; the owner can add it."
_NOT_VERIFIED = (
    "This address may train here, but the sign-in does not say that it is verified, so it could be "
    "anyone's. Verify it with whoever you signed in through, or ask the owner of this site."
)
_NOT_ALLOWED = "That is not for you to do here, or no longer. Nothing was changed."


def may_retrain() -> bool:
    """Whether this visitor may, at this moment."""
    rule = _rule()
    return rule == "on" or (rule == "login" and _is_signed_in() and _is_listed() and _is_verified())


def attempt(action: Callable[[], object]) -> bool:
    """Do what changes something for everyone, and return whether it was done.

    All such actions of pages come through here, whatever buttons were drawn. What is not allowed or
    goes wrong is said on the page.
    """
    if not may_retrain():
        st.error(_NOT_ALLOWED, icon=":material/block:")
        return False
    try:
        action()
    except ExpectedError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


def draw_sign_in() -> None:
    """Where the rule is `login`: sign in or out, and why this visitor may not train, if so."""
    if _rule() != "login":
        return
    with st.container(key="sign_in"):
        if "is_logged_in" not in st.user:  # it is, wherever the secrets have a section [auth]
            st.info(_NOT_SET_UP, icon=":material/lock:")
        elif _is_signed_in():
            _draw_signed_in()
        else:
            st.caption(_NOT_SIGNED_IN)
            if st.button("Sign in", icon=":material/login:", width="stretch"):
                _sign_in()


def _draw_signed_in() -> None:
    as_whom = f" as {_email()}" if _email() else ""
    st.text(f"Signed in{as_whom}")  # plain text: who is behind the address chose it
    if not _is_listed():
        st.caption(_NOT_LISTED)
    elif not _is_verified():
        st.caption(_NOT_VERIFIED)
    st.button("Sign out", icon=":material/logout:", width="stretch", on_click=st.logout)


def _sign_in() -> None:
    try:
        st.login()
    except StreamlitAPIException as error:
        logging.getLogger(__name__).warning("Nobody can sign in: %s", " ".join(str(error).split()))
        st.error(_NO_SIGN_IN, icon=":material/error:")


def _rule() -> Literal["on", "off", "login"]:
    text = os.environ.get("MNIST_RETRAIN", "").strip().lower() or "on"
    if text == "login":
        return "login"
    return "on" if text in ("on", "1", "yes", "true") else "off"


def _is_signed_in() -> bool:
    return st.user.get("is_logged_in") is True


def _is_listed() -> bool:
    """Whether the visitor's address is one of `MNIST_TRAINERS`; where that is not set, any is."""
    listed = {address.strip().casefold() for address in _trainers().split(",")} - {""}
    return not _trainers() or _email().casefold() in listed


def _is_verified() -> bool:
    """Whether the address is known to be the visitor's, where it matters: any can be claimed."""
    return not _trainers() or str(st.user.get("email_verified")).casefold() == "true"


def _trainers() -> str:
    return os.environ.get("MNIST_TRAINERS", "").strip()


def _email() -> str:
    email = st.user.get("email")
    return email if isinstance(email, str) else ""
