"""What this visitor has kept, and the database that holds it.

The database is configured like any Streamlit connection: `[connections.corrections]` in
secrets.toml, with the URL of any database that SQLAlchemy knows. Without it, it is a SQLite file in
`trained/`.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_models.drawings.database import (
    CHECKED,
    CONNECTION,
    beside_the_runs,
    database_errors,
)
from mnist_models.drawings.drawing import CorrectionError, Drawing
from mnist_models.drawings.store import Store, delete_expired
from mnist_models.jobs.job import new_visitor
from mnist_models.settings import SettingsError, keeps_drawings, who_sees_drawings
from mnist_models.text import t
from ui.shared.visitor import known_visitor, visitor

if TYPE_CHECKING:
    from sqlalchemy import Engine

_DAY_S = 86_400


def own_drawings() -> list[Drawing]:
    """The drawings that this visitor has kept, the newest first.

    Raises:
        CorrectionError: the database cannot be used.
        SettingsError: the limits are not numbers.
    """
    if not keeps_drawings() or known_visitor() is None:
        return []
    return [drawing for drawing in open_store().drawings() if drawing.mine]


def open_store(*, to_keep: bool = False) -> Store:
    """The kept drawings as this visitor may see and change them.

    Args:
        to_keep: whether one is to be added; else nobody becomes known by looking.

    Raises:
        CorrectionError: the database cannot be used.
    """
    with database_errors():
        engine = st.connection(CONNECTION, type="sql", **_settings()).engine
    who = visitor() if to_keep else known_visitor()
    _delete_expired(engine)
    return Store(engine, who or new_visitor(), shared=who_sees_drawings() == "everyone")


@st.cache_resource(ttl=_DAY_S, show_spinner=False)
def _delete_expired(_engine: "Engine") -> None:
    with suppress(CorrectionError, SettingsError):  # whoever uses the database next is told
        delete_expired(_engine)


def _settings() -> dict[str, Any]:
    """Settings of the connection: the configured database, or else SQLite beside the runs."""
    # Errors go to the log, drawings do not.
    settings: dict[str, Any] = {"hide_parameters": True, **CHECKED}
    if _has_secrets() and CONNECTION in st.secrets.get("connections", {}):
        return settings
    return {**settings, "url": beside_the_runs()}


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
