"""Who may train, choose the run that everyone sees first, delete a run, and download MNIST.

`MNIST_RETRAIN` decides: with `on` (the default) everyone, with `off` no visitor, with `login` those
who have signed in through Streamlit's own login; if `MNIST_TRAINERS` lists e-mail addresses, only
those. If the value is not recognised, or no login is set up, nobody may.
"""

import logging
import os
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from mnist_models.errors import ExpectedError
from mnist_models.text import t, translated

_LOG = logging.getLogger(__name__)
_NOT_SET_UP = t(
    "Only people who have signed in may train, and no sign-in is set up here. If this is your "
    "site, add the section `[auth]` to `.streamlit/secrets.toml`, as described in the README."
)
_NOT_SIGNED_IN = t("Sign in to train, or to choose or delete runs for everyone.")
_NO_SIGN_IN = t(
    "Signing in does not work here because its settings are incomplete. The owner of this site can "
    "find what is missing in the server's log."
)
_NOT_LISTED = t("Your address is not among those that may train here. The site's owner can add it.")
_NOT_VERIFIED = t(
    "Your address may train here, but your sign-in does not say that it is verified, so it could "
    "be anyone's. Verify it with the service that you signed in with, or ask the owner of this "
    "site."
)
_NOT_ALLOWED = t("You are not allowed to do that here, or no longer. Nothing was changed.")


def may_retrain() -> bool:
    """Whether this visitor may do all that, at this moment."""
    rule = _rule()
    return rule == "on" or (rule == "login" and _is_signed_in() and _is_listed() and _is_verified())


def attempt(action: Callable[[], object]) -> bool:
    """Do something that affects everyone, and return whether it was done.

    All such actions of pages go through here, whatever buttons were drawn. If the action is not
    allowed or fails, the page says so.
    """
    if not may_retrain():
        _LOG.warning("A visitor asked for what only those may who may train")
        st.error(translated(_NOT_ALLOWED), icon=":material/block:")
        return False
    try:
        action()
    except ExpectedError as error:
        st.error(error.text, icon=":material/error:")
        return False
    return True


def draw_sign_in() -> None:
    """If the rule is `login`: sign in or out, and the reason why this visitor may not train."""
    if _rule() != "login":
        return
    with st.container(key="sign_in"):
        if "is_logged_in" not in st.user:  # it is if the secrets have a section [auth]
            st.info(translated(_NOT_SET_UP), icon=":material/lock:")
        elif _is_signed_in():
            _draw_signed_in()
        else:
            st.caption(translated(_NOT_SIGNED_IN))
            if st.button(t("Sign in"), icon=":material/login:", width="stretch"):
                _sign_in()


def _draw_signed_in() -> None:
    # Plain text: the address comes from outside.
    st.text(t("Signed in as {email}", email=_email()) if _email() else t("Signed in"))
    if not _is_listed():
        st.caption(translated(_NOT_LISTED))
    elif not _is_verified():
        st.caption(translated(_NOT_VERIFIED))
    st.button(t("Sign out"), icon=":material/logout:", width="stretch", on_click=st.logout)


def _sign_in() -> None:
    try:
        st.login()
    except StreamlitAPIException as error:
        _LOG.warning("Nobody can sign in: %s", " ".join(str(error).split()))
        st.error(translated(_NO_SIGN_IN), icon=":material/error:")


def _rule() -> Literal["on", "off", "login"]:
    text = os.environ.get("MNIST_RETRAIN", "").strip().lower() or "on"
    if text == "login":
        return "login"
    return "on" if text in ("on", "1", "yes", "true") else "off"


def _is_signed_in() -> bool:
    return st.user.get("is_logged_in") is True


def _is_listed() -> bool:
    """Whether `MNIST_TRAINERS` lists the visitor's address, or is not set at all."""
    listed = {address.strip().casefold() for address in _trainers().split(",")} - {""}
    return not _trainers() or _email().casefold() in listed


def _is_verified() -> bool:
    """Whether the address is known to be the visitor's; it matters only if there is a list."""
    return not _trainers() or str(st.user.get("email_verified")).casefold() == "true"


def _trainers() -> str:
    return os.environ.get("MNIST_TRAINERS", "").strip()


def _email() -> str:
    email = st.user.get("email")
    return email if isinstance(email, str) else ""
