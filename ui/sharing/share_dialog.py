"""“Share this view”: a link to what is seen, with what it leaves out, and its QR code.

In a dialog: what is shared cannot change behind it, and the code is large enough to be read from a
wall. A link names all that the address holds, and nothing that belongs to the visitor.
"""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mnist_models.text import t
from mnist_models.translation import language, languages
from ui.shared.current_run import chosen_run_name
from ui.shared.navigation import name_of
from ui.shared.translation import LANGUAGE
from ui.sharing.hiding import HIDEABLE, names_in
from ui.sharing.links import link, page_address, seen_address
from ui.sharing.parameters import HIDE, PRESENT, RUN, shared_parameters
from ui.sharing.qr_code import qr_code

_READERS_OWN = "reader"  # no language in the link: each reader's browser decides


def offer_to_share(page: StreamlitPage) -> None:
    """The button that opens the dialog."""
    if st.button(t("Share this view"), icon=":material/share:", width="stretch", key="share"):
        st.dialog(t("Share this view"), width="medium")(_draw)(page)


def _draw(page: StreamlitPage) -> None:
    seen = seen_address()
    if not seen:
        st.info(
            t("Your browser does not say what this address is. Copy it from the address line."),
            icon=":material/link_off:",
        )
        return
    query = shared_parameters(name_of(page), st.query_params.to_dict())
    query, embedded = _choose(query)
    base = str(st.get_option("server.baseUrlPath") or "")
    address = link(page_address(seen, page.url_path, base), query, embedded=embedded)
    with st.container(key="share_link"):
        st.code(address, language=None, wrap_lines=True)
    with st.container(key="share_code"):
        st.html(qr_code(address, t("QR code of the link above")))


def _choose(query: dict[str, str]) -> tuple[dict[str, str], bool]:
    """The parameters of the link as its author changes them, and whether it is for a frame."""
    tag = st.selectbox(
        t("Language"),
        [_READERS_OWN, *languages()],
        index=list(languages()).index(language()) + 1 if LANGUAGE in query else 0,
        format_func=lambda tag: languages().get(tag) or t("that of the reader's browser"),
        key="share_language",
    )
    left_out = st.multiselect(
        t("Leave out"),
        list(HIDEABLE),
        names_in(query.get(HIDE, ""))[0],
        format_func=HIDEABLE.__getitem__,
        placeholder=t("nothing"),
        key="share_hide",
    )
    with st.container(horizontal=True):
        fixed = st.checkbox(t("This run"), RUN in query, key="share_run")
        present = st.checkbox(t("For a projector"), PRESENT in query, key="share_present")
        embedded = st.checkbox(
            t("For a frame in another page"),
            bool(st.context.is_embedded),
            key="share_embed",
            on_change=_make_room,
        )
    chosen = {
        LANGUAGE: "" if tag == _READERS_OWN else tag,
        HIDE: ",".join(left_out),
        PRESENT: "true" if present else "",
        RUN: chosen_run_name() if fixed else "",
    }
    return {name: value for name, value in (query | chosen).items() if value}, embedded


def _make_room() -> None:
    """A frame has room for one thing; whoever wants the sidebar there leaves it in."""
    if st.session_state["share_embed"]:
        left_out = {*st.session_state["share_hide"], "sidebar"}
        st.session_state["share_hide"] = [name for name in HIDEABLE if name in left_out]
