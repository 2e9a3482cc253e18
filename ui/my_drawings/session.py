"""What this visitor has kept, and the database that holds it.

The database is configured like any Streamlit connection: `[connections.corrections]` in
secrets.toml, with the URL of any database that SQLAlchemy knows. Without it, it is a SQLite file in
`trained/`.
"""

import secrets
from typing import Any

import streamlit as st

from mnist_models.drawings.drawing import Drawing
from mnist_models.drawings.store import Store, database_errors
from mnist_models.settings import keeps_drawings, trained_folder, who_sees_drawings

_CONNECTION = "corrections"
_LOCKED_S = 2  # how long to wait while others write; a write takes a few milliseconds
_VISITOR = "_visitor"


def has_kept() -> bool:
    """Whether this visitor may have kept a drawing, without asking the database."""
    return _VISITOR in st.session_state


def own_drawings() -> list[Drawing]:
    """The drawings that this visitor has kept, the newest first.

    Raises:
        CorrectionError: the database cannot be used.
    """
    if not (keeps_drawings() and has_kept()):
        return []
    return [drawing for drawing in open_store().drawings() if drawing.mine]


def open_store() -> Store:
    """The kept drawings as this visitor may see and change them.

    Raises:
        CorrectionError: the database cannot be used.
    """
    # Never shown to anyone, and gone with the session: a visitor who returns is a new one.
    visitor = st.session_state.setdefault(_VISITOR, secrets.token_urlsafe(16))
    with database_errors():
        connection = st.connection(_CONNECTION, type="sql", **_settings())
        return Store(connection.engine, visitor, shared=who_sees_drawings() == "everyone")


def _settings() -> dict[str, Any]:
    """Settings of the connection: the configured database, or else SQLite beside the runs."""
    settings: dict[str, Any] = {"hide_parameters": True}  # errors go to the log, drawings do not
    if st.secrets.load_if_toml_exists() and _CONNECTION in st.secrets.get("connections", {}):
        return settings
    from sqlalchemy import URL

    folder = trained_folder().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(folder / ".corrections.db"))
    return {**settings, "url": url.render_as_string(), "connect_args": {"timeout": _LOCKED_S}}
