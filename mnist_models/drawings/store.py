"""The table of drawings with their true labels, in any database that SQLAlchemy knows.

SQLAlchemy costs 14 MB and a quarter of a second, so it is imported by the first visitor who needs
it, and its ORM, another 6 MB, never.
"""

import contextlib
import functools
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_models.drawings.drawing import (
    MAX_DRAWINGS,
    MAX_OF_ONE_VISITOR,
    MAX_PICTURE_BYTES,
    CorrectionError,
    Drawing,
)
from mnist_models.learning.approaches import APPROACHES
from mnist_models.pictures import PIXELS, SIDE
from mnist_models.text import t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, RowMapping, Table

_TEXTS = ("digest", "label", "run", "version", "created")
_LOG = logging.getLogger(__name__)


class Store:
    """The kept drawings as one visitor may see and change them.

    Every method raises CorrectionError where the database cannot be used.
    """

    def __init__(self, engine: "Engine", visitor: str, *, shared: bool = False) -> None:
        """The table is made when it is first used.

        Args:
            engine: of the database.
            visitor: a secret of the visitor's; drawings belong to whoever has it.
            shared: show everyone's drawings. Only their owner can delete them in any case.
        """
        self._engine = engine
        self._visitor = visitor
        self._shared = shared

    def add(self, drawing: Drawing) -> None:
        """Keep a drawing. The same drawing again replaces its earlier label.

        If the visitor has kept MAX_OF_ONE_VISITOR already, the oldest goes.

        Raises:
            CorrectionError: also where MAX_DRAWINGS are kept.
        """
        if len(drawing.picture) > MAX_PICTURE_BYTES:
            raise CorrectionError(t("The drawing is too large to be kept."))
        values: dict[str, Any] = {name: getattr(drawing, name) for name in _TEXTS}
        values |= {str(approach): answer for approach, answer in drawing.answers.items()}
        values |= {"image": drawing.image.tobytes(), "picture": drawing.picture}
        values["owner"] = self._visitor
        with self._transaction() as connection:
            # Writing first waits for its turn; a reader who then writes may be turned away.
            self._delete(connection, _table().c.digest == drawing.digest)
            self._make_room(connection)
            connection.execute(_table().insert(), values)

    def drawings(self, *, pictures: bool = False) -> list[Drawing]:
        """Those that the visitor may see, newest first.

        Args:
            pictures: include the drawings themselves, which few callers need.
        """
        from sqlalchemy import select

        table = _table()
        query = select(*(c for c in table.c if pictures or c.name != "picture"))
        if not self._shared:
            query = query.where(table.c.owner == self._visitor)
        with self._transaction() as connection:
            rows = connection.execute(query.order_by(table.c.number.desc())).mappings()
            return [self._drawing(row) for row in rows]

    def label_of(self, digest: str) -> str | None:
        """The label that the visitor gave a drawing, if it is kept."""
        from sqlalchemy import select

        columns = _table().c
        query = select(columns.label).where(columns.owner == self._visitor)
        with self._transaction() as connection:
            return connection.scalar(query.where(columns.digest == digest))

    def forget(self, digest: str) -> None:
        """Delete a drawing of the visitor's, if it is kept."""
        with self._transaction() as connection:
            self._delete(connection, _table().c.digest == digest)

    def forget_all(self) -> None:
        """Delete all of the visitor's drawings."""
        with self._transaction() as connection:
            self._delete(connection)

    def _delete(self, connection: "Connection", *which: Any) -> None:
        connection.execute(_table().delete().where(_table().c.owner == self._visitor, *which))

    def _make_room(self, connection: "Connection") -> None:
        from sqlalchemy import func, select

        columns = _table().c
        mine = select(columns.number).where(columns.owner == self._visitor)
        newest = mine.order_by(columns.number.desc()).limit(MAX_OF_ONE_VISITOR - 1)
        keep = connection.scalars(newest).all()
        self._delete(connection, columns.number < min(keep, default=0))
        if (connection.scalar(select(func.count(columns.number))) or 0) >= MAX_DRAWINGS:
            raise CorrectionError(
                t(
                    "Your drawing was not kept: there is room for {count:,} drawings, and all of "
                    "it is taken. The owner of this site can make room.",
                    count=MAX_DRAWINGS,
                )
            )

    def _drawing(self, row: "RowMapping") -> Drawing:
        return Drawing(
            **{name: row[name] for name in _TEXTS},
            image=np.frombuffer(row["image"], np.uint8).reshape(SIDE, SIDE),
            picture=row.get("picture", b""),
            answers={a: row[a] for a in APPROACHES if row[a] is not None},
            number=row["number"],
            mine=row["owner"] == self._visitor,
        )

    @contextlib.contextmanager
    def _transaction(self) -> "Iterator[Connection]":
        with database_errors(self._engine), self._engine.begin() as connection:
            _table().create(connection, checkfirst=True)
            yield connection


@functools.cache
def _table() -> "Table":
    from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

    return Table(
        "mnist_corrections",
        MetaData(),
        Column("number", Integer, primary_key=True),
        Column("owner", String(64), nullable=False),
        *(Column(name, String(64), nullable=False) for name in _TEXTS),
        *(Column(approach, String(64)) for approach in APPROACHES),
        Column("image", LargeBinary(PIXELS), nullable=False),
        Column("picture", LargeBinary(MAX_PICTURE_BYTES), nullable=False),
        UniqueConstraint("owner", "digest"),
    )


@contextlib.contextmanager
def database_errors(engine: "Engine | None" = None) -> Iterator[None]:
    """Turn whatever goes wrong into one sentence; only the log says where the database is."""
    try:
        yield
    except CorrectionError:
        raise
    except Exception as error:  # drivers, damaged files and foreign tables raise what they like
        _LOG.warning("The database of corrections cannot be used: %s", error)
        if engine is not None:
            engine.dispose()  # a connection that broke is not tried again
        raise CorrectionError(
            t(
                "Drawings cannot be kept or shown now: their database cannot be read or written. "
                "Everything else works. The owner of this site finds the reason in the server's "
                "log."
            )
        ) from error
