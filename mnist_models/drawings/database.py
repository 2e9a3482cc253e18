"""The database of drawings: where it is, its one table, and what is said where it cannot be used.

SQLAlchemy is large and slow to import, so the first visitor who needs it imports it, and nobody its
ORM. A database that does not answer is waited for a few seconds, and then left alone for a while,
so that a page does without it.
"""

import contextlib
import functools
import logging
import threading
import time
import tomllib
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_models.drawings.drawing import MAX_PICTURE_BYTES, CorrectionError
from mnist_models.learning.approaches import PAIR
from mnist_models.pictures import PIXELS
from mnist_models.settings import SettingsError, trained_folder
from mnist_models.text import t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

CONNECTION = "corrections"  # its section in secrets.toml is [connections.corrections]
TEXTS = ("digest", "label", "run", "version", "created")  # columns of the same name in a Drawing
LOCKED_S = 2  # how long to wait while others write; a write takes a few milliseconds
SILENT_S = 4  # how long a database may be silent; a page asks it twice before it gives up
REST_S = 15.0  # so long it is left alone then
CHECKED: dict[str, Any] = {"pool_pre_ping": True}  # a connection is tried, since a server restarts
_LOG = logging.getLogger(__name__)
_patient: "weakref.WeakSet[Engine]" = weakref.WeakSet()  # those whose driver does not wait for ever
_ready: "weakref.WeakSet[Engine]" = weakref.WeakSet()  # those whose table is there
_resting: "weakref.WeakKeyDictionary[Engine, float]" = weakref.WeakKeyDictionary()  # until when
_making = threading.Lock()
_UNUSABLE = t(
    "Drawings cannot be kept or shown now: their database cannot be read or written. Everything "
    "else works. The owner of this site finds the reason in the server's log."
)


def beside_the_runs() -> str:
    """The address of the SQLite file in `trained/`, where no other database is configured."""
    from sqlalchemy import URL

    folder = trained_folder().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(folder / ".corrections.db"))
    return url.render_as_string()


def open_database(secrets: Sequence[Path]) -> "Engine":
    """The database of the site, as the command line finds it.

    Args:
        secrets: the files that may configure it; as Streamlit has it, a section of a later one
            replaces that of an earlier one as a whole.

    Raises:
        CorrectionError: it cannot be opened, or not from here.
    """
    with database_errors():
        from sqlalchemy import create_engine

        found: dict[str, Any] = {}
        for path in secrets:
            if path.is_file():
                with path.open("rb") as file:
                    found |= tomllib.load(file)
        section = found.get("connections", {}).get(CONNECTION, {})
        if section and not isinstance(section.get("url"), str):
            raise CorrectionError(
                t(
                    "The command line finds the database of drawings by its url, and there is none "
                    "under [connections.corrections] in secrets.toml. Add one."
                )
            )
        url = str(section.get("url") or beside_the_runs())
        return create_engine(url, hide_parameters=True, **CHECKED)


@functools.cache
def table() -> "Table":
    """The table of drawings."""
    from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

    return Table(
        "mnist_corrections",
        MetaData(),
        Column("number", Integer, primary_key=True),
        Column("owner", String(64), nullable=False),
        *(Column(name, String(64), nullable=False) for name in TEXTS),
        *(Column(approach, String(64)) for approach in PAIR),
        Column("image", LargeBinary(PIXELS), nullable=False),
        Column("picture", LargeBinary(MAX_PICTURE_BYTES), nullable=False),
        UniqueConstraint("owner", "digest"),
    )


@contextlib.contextmanager
def transaction(engine: "Engine") -> "Iterator[Connection]":
    """A connection whose changes are kept if nothing goes wrong; the table is there.

    Raises:
        CorrectionError: the database cannot be used.
    """
    with database_errors(engine):
        _make_table(engine)
        _let_rest(engine)
        with engine.begin() as connection:
            yield connection


def _make_table(engine: "Engine") -> None:
    """Make the table, once per process: another server may be doing the same at this moment."""
    with _making:
        if engine in _ready:
            return
        _let_rest(engine)
        _teach_patience(engine)
        try:
            with engine.begin() as connection:
                table().create(connection, checkfirst=True)
        except Exception:  # each database has its own error for a table that is there by now
            from sqlalchemy import inspect

            if not inspect(engine).has_table(table().name):
                raise
        _ready.add(engine)


def _teach_patience(engine: "Engine") -> None:
    """Have its driver give up where the server is silent; what the owner has set stays.

    Only pg8000 and PyMySQL give up on whatever they wait for. psycopg asks the server to keep to
    the limit, which one that hangs does not.
    """
    from sqlalchemy import event

    if engine in _patient:
        return
    asked = {"connect_timeout": SILENT_S, "options": f"-c statement_timeout={1000 * SILENT_S}"}
    ways = ("connect_timeout", "read_timeout", "write_timeout")
    limits: dict[str, dict[str, Any]] = {
        "pg8000": {"timeout": SILENT_S},
        "psycopg": asked,
        "psycopg2": asked,
        "pymysql": dict.fromkeys(ways, SILENT_S),
        "pysqlite": {"timeout": LOCKED_S},
    }

    @event.listens_for(engine, "do_connect")
    def _limit(dialect: Any, _record: object, _positional: object, named: dict[str, Any]) -> None:
        named |= limits.get(dialect.driver, {}) | named

    _patient.add(engine)


def _let_rest(engine: "Engine") -> None:
    """Ask nothing of a database that has just been silent.

    Raises:
        CorrectionError: it has been.
    """
    if time.monotonic() < _resting.get(engine, 0.0):
        raise CorrectionError(_UNUSABLE)


@contextlib.contextmanager
def database_errors(engine: "Engine | None" = None) -> Iterator[None]:
    """Turn whatever goes wrong into one sentence; only the log says where the database is.

    Raises:
        CorrectionError: the database cannot be used.
        SettingsError: a setting is wrong, which has a sentence of its own.
    """
    began = time.monotonic()
    try:
        yield
    except (CorrectionError, SettingsError):
        raise
    except Exception as error:  # drivers, damaged files and foreign tables raise what they like
        _LOG.warning("The database of corrections cannot be used: %s", error)
        if engine is not None:
            engine.dispose()  # a connection that broke is not tried again
            _ready.discard(engine)
            if time.monotonic() - began >= SILENT_S:
                _resting[engine] = time.monotonic() + REST_S
        raise CorrectionError(_UNUSABLE) from error
