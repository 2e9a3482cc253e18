"""The address of what a visitor sees, as others reach it."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.shared.navigation import page_names
from ui.sharing.parameters import STREAMLITS


def page_address(seen: str, page: str, base: str = "") -> str:
    """Where a page is, as the browser sees it: behind a proxy, on a path of its own.

    Args:
        seen: an address of this app in the browser's address line, of any of its pages: on the way
            to another it may still be that of the one before.
        page: by its address, which of the first one is empty.
        base: the path of the app that Streamlit was started with, if any.
    """
    parts = urlsplit(seen)
    path = parts.path.rstrip("/")
    *before, last = path.split("/")
    is_base = base.strip("/") and path.strip("/") == base.strip("/")
    # One that ends in a slash is that of a folder, and so of the first page.
    if last in page_names() and not is_base and not parts.path.endswith("/"):
        path = "/".join(before)
    return f"{parts.scheme}://{parts.netloc}{path}/{page}"


def link(address: str, query: Mapping[str, str], *, embedded: bool = False) -> str:
    """An address with these parameters.

    Args:
        address: of a page.
        query: the parameters that the app reads.
        embedded: for a frame on another site.
    """
    written = dict(query) | ({STREAMLITS[0]: "true"} if embedded else {})
    # Commas and tildes stay as they are, so that people can read and change a link.
    return f"{address}?{urlencode(written, safe=',~')}" if written else address


def seen_address() -> str:
    """What stands in the browser's address line, without the parameters; empty if nobody says.

    `st.context.url` takes what ends like the address of a page for one, be it "/big-data".
    """
    context = get_script_run_ctx()
    url = getattr(getattr(context, "context_info", None), "url", "")
    return url or st.context.url or ""
