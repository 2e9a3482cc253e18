"""What this visitor has kept, and the database that holds it.

The database is configured like any Streamlit connection: `[connections.corrections]` in
secrets.toml, with the URL of any database that SQLAlchemy knows. Without it, it is a SQLite file in
`trained/`.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from mnist_models.drawings.drawing import CorrectionError, Drawing
from mnist_models.drawings.store import Store, database_errors
from mnist_models.settings import keeps_drawings, trained_folder, who_sees_drawings
from mnist_models.text import t
from ui.shared.visitor import visitor

_CONNECTION = "corrections"
_OPENED = "_drawings_opened"  # in the session state of whoever has used the database
_LOCKED_S = 2  # how long to wait while others write; a write takes a few milliseconds


def has_kept() -> bool:
    """Whether this visitor may have kept a drawing, without asking the database."""
    return _OPENED in st.session_state


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
    st.session_state[_OPENED] = True
    with database_errors():
        connection = st.connection(_CONNECTION, type="sql", **_settings())
        return Store(connection.engine, visitor(), shared=who_sees_drawings() == "everyone")


def _settings() -> dict[str, Any]:
    """Settings of the connection: the configured database, or else SQLite beside the runs."""
    settings: dict[str, Any] = {"hide_parameters": True}  # errors go to the log, drawings do not
    if _has_secrets() and _CONNECTION in st.secrets.get("connections", {}):
        return settings
    from sqlalchemy import URL

    folder = trained_folder().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(folder / ".corrections.db"))
    return {**settings, "url": url.render_as_string(), "connect_args": {"timeout": _LOCKED_S}}


def _has_secrets() -> bool:
    """Whether there are any; a file that cannot be read is not taken for none.

    Raises:
        CorrectionError: the file is there and damaged: drawings would go to another database.
    """
    try:
        found = st.secrets.load_if_toml_exists()
    except UnicodeDecodeError:
        found = False
    if not found and any(Path(file).is_file() for file in st.get_option("secrets.files")):
        raise CorrectionError(
            t(
                "Drawings cannot be kept: the file secrets.toml of this site is damaged. Its owner "
                "finds the line in the server's log."
            )
        )
    return found
