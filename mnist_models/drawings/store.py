"""The kept drawings as one visitor may see and change them, or as the owner of the site may."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_models.drawings.database import TEXTS, table, transaction
from mnist_models.drawings.drawing import (
    MAX_OF_ONE_VISITOR,
    MAX_PICTURE_BYTES,
    CorrectionError,
    Drawing,
)
from mnist_models.learning.approaches import PAIR
from mnist_models.pictures import SIDE
from mnist_models.settings import limits
from mnist_models.text import t

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select

_AT_ONCE = 100  # rows with their pictures, 3 MB at most


class Store:
    """The kept drawings, oldest and too many of them gone.

    Every method raises CorrectionError where the database cannot be used, and SettingsError where
    the limits are not numbers.
    """

    def __init__(self, engine: "Engine", visitor: str, *, shared: bool = False) -> None:
        """The table is made when it is first used.

        Args:
            engine: of the database.
            visitor: a secret of the visitor's; drawings belong to whoever has it. The database
                holds what it is hashed to, so nobody who reads that becomes the visitor.
            shared: show everyone's drawings. Only their owner can delete them in any case.
        """
        self._engine = engine
        self._owner = hashlib.sha256(f"drawings:{visitor}".encode()).hexdigest()
        self._shared = shared

    def add(self, drawing: Drawing) -> None:
        """Keep a drawing. The same drawing again replaces its earlier label.

        If the visitor has kept MAX_OF_ONE_VISITOR already, their oldest goes; if all visitors
        together have kept as many as there is room for, the oldest of all.

        Raises:
            CorrectionError: also where it is too large.
        """
        if len(drawing.picture) > MAX_PICTURE_BYTES:
            raise CorrectionError(t("The drawing is too large to be kept."))
        values: dict[str, Any] = {name: getattr(drawing, name) for name in TEXTS}
        values |= {str(approach): answer for approach, answer in drawing.answers.items()}
        values |= {"image": drawing.image.tobytes(), "picture": drawing.picture}
        values["owner"] = self._owner
        with transaction(self._engine) as connection:
            # Writing first waits for its turn; a reader who then writes may be turned away.
            _delete_expired(connection)
            self._delete(connection, table().c.digest == drawing.digest)
            self._make_room(connection)
            connection.execute(table().insert(), values)

    def drawings(self) -> list[Drawing]:
        """Those that the visitor may see, newest first, without the pictures as drawn."""
        from sqlalchemy import select

        query = select(*(c for c in table().c if c.name != "picture"))
        with transaction(self._engine) as connection:
            return [self._drawing(row) for row in connection.execute(self._seen(query)).mappings()]

    def whole_drawings(self) -> Iterator[Drawing]:
        """The same with the pictures as drawn, of which few are in memory at a time."""
        from sqlalchemy import select

        before: list[ColumnElement[bool]] = []
        while True:
            query = self._seen(select(table())).where(*before).limit(_AT_ONCE)
            with transaction(self._engine) as connection:
                some = [self._drawing(row) for row in connection.execute(query).mappings()]
            yield from some
            if len(some) < _AT_ONCE:
                return
            before = [table().c.number < some[-1].number]

    def labels_of(self, digests: Collection[str]) -> dict[str, str]:
        """The labels that the visitor gave to those of these drawings that are kept."""
        from sqlalchemy import select

        columns = table().c
        query = select(columns.digest, columns.label).where(columns.owner == self._owner)
        with transaction(self._engine) as connection:
            rows = connection.execute(query.where(columns.digest.in_(digests)))
            return {row.digest: row.label for row in rows}

    def forget(self, digest: str) -> None:
        """Delete a drawing of the visitor's, if it is kept."""
        with transaction(self._engine) as connection:
            self._delete(connection, table().c.digest == digest)

    def forget_all(self) -> None:
        """Delete all of the visitor's drawings."""
        with transaction(self._engine) as connection:
            self._delete(connection)

    def _delete(self, connection: "Connection", *which: Any) -> None:
        connection.execute(table().delete().where(table().c.owner == self._owner, *which))

    def _make_room(self, connection: "Connection") -> None:
        from sqlalchemy import func, select

        number = table().c.number
        mine = select(number).where(table().c.owner == self._owner)
        newest = mine.order_by(number.desc()).limit(MAX_OF_ONE_VISITOR - 1)
        keep = connection.scalars(newest).all()
        self._delete(connection, number < min(keep, default=0))
        too_many = (connection.scalar(select(func.count(number))) or 0) + 1 - limits().drawings
        if too_many > 0:
            oldest = connection.scalars(select(number).order_by(number).limit(too_many)).all()
            connection.execute(table().delete().where(number <= max(oldest)))

    def _seen(self, query: "Select[Any]") -> "Select[Any]":
        columns = table().c
        if not self._shared:
            query = query.where(columns.owner == self._owner)
        return query.where(columns.created >= _oldest()).order_by(columns.number.desc())

    def _drawing(self, row: "RowMapping") -> Drawing:
        return Drawing(
            **{name: row[name] for name in TEXTS},
            image=np.frombuffer(row["image"], np.uint8).reshape(SIDE, SIDE),
            picture=row.get("picture", b""),
            answers={a: row[a] for a in PAIR if row[a] is not None},
            number=row["number"],
            mine=row["owner"] == self._owner,
        )


def delete_expired(engine: "Engine") -> None:
    """Delete the drawings that are older than `MNIST_KEEP_DAYS` allows."""
    with transaction(engine) as connection:
        _delete_expired(connection)


def _delete_expired(connection: "Connection") -> None:
    connection.execute(table().delete().where(table().c.created < _oldest()))


def delete_everyones(engine: "Engine") -> None:
    """Delete all drawings of all visitors."""
    with transaction(engine) as connection:
        connection.execute(table().delete())


def delete_exactly(engine: "Engine", drawings: Iterable[Drawing]) -> None:
    """Delete these rows and no others, not even one that has got the number of one that is gone."""
    from sqlalchemy import bindparam

    names = ("number", "digest", "label", "created")
    which = [{f"its_{name}": getattr(drawing, name) for name in names} for drawing in drawings]
    same = (table().c[name] == bindparam(f"its_{name}") for name in names)
    if which:
        with transaction(engine) as connection:
            connection.execute(table().delete().where(*same), which)


def count_of_visitors(engine: "Engine") -> int:
    """How many visitors have drawings there."""
    from sqlalchemy import distinct, func, select

    with transaction(engine) as connection:
        return connection.scalar(select(func.count(distinct(table().c.owner)))) or 0


def _oldest() -> str:
    """When the oldest drawing that is still kept may have been drawn, as `Drawing.created`."""
    return (datetime.now(UTC) - timedelta(days=limits().days)).isoformat(timespec="seconds")
