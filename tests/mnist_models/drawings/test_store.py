"""Drawings kept, replaced, listed, deleted; whose they are; and every way a database fails."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from sqlalchemy import Engine, create_engine, event

from mnist_models.drawings import database
from mnist_models.drawings import store as store_module
from mnist_models.drawings.drawing import MAX_PICTURE_BYTES, CorrectionError, Drawing
from mnist_models.drawings.store import (
    Store,
    count_of_visitors,
    delete_everyones,
    delete_exactly,
    delete_expired,
)
from mnist_models.settings import SettingsError
from tests.helpers.drawings import UNUSABLE


def make(digest: str = "d1", label: str = "4", **changes: Any) -> Drawing:
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    answers = {"single": "4", "multi": "9"}
    values: dict[str, Any] = {"image": image, "picture": b"png", "answers": answers}
    values |= {"run": "reference", "version": "0" * 64} | changes
    return Drawing(digest=digest, label=label, **values)


def labels(store: Store) -> list[str]:
    return [drawing.label for drawing in store.drawings()]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/test.db", connect_args={"timeout": 0.1})
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine, "me")


# What was kept comes back


def test_a_kept_drawing_comes_back_whole_and_its_picture_when_asked_for(store: Store) -> None:
    kept = make()
    store.add(kept)
    [without], [whole] = store.drawings(), [*store.whole_drawings()]
    assert (without.picture, whole.picture) == (b"", b"png")
    assert np.array_equal(whole.image, kept.image)
    for name in ("digest", "label", "answers", "run", "version", "created", "mine"):
        assert getattr(whole, name) == getattr(kept, name)


@settings(max_examples=25)
@given(image=arrays(np.uint8, (28, 28)))
def test_every_picture_comes_back_as_it_was(image: np.ndarray) -> None:
    engine = create_engine("sqlite://")
    store = Store(engine, "me")
    store.add(make(image=image))
    assert np.array_equal(store.drawings()[0].image, image)
    engine.dispose()


def test_the_newest_comes_first(store: Store) -> None:
    for label in ("1", "2", "3"):
        store.add(make(f"d{label}", label))
    assert labels(store) == ["3", "2", "1"]


def test_an_approach_that_gave_no_answer_has_none(store: Store) -> None:
    store.add(make(answers={"single": "4"}))
    assert store.drawings()[0].answers == {"single": "4"}


def test_the_same_drawing_again_replaces_what_was_said_of_it(store: Store) -> None:
    store.add(make("d1", "4"))
    store.add(make("d1", "9"))
    assert labels(store) == ["9"]
    assert store.labels_of(["d0", "d1"]) == {"d1": "9"}


def test_a_forgotten_drawing_is_gone_and_the_others_stay(store: Store) -> None:
    for digest in ("d1", "d2", "d3"):
        store.add(make(digest))
    store.forget("d2")
    assert [drawing.digest for drawing in store.drawings()] == ["d3", "d1"]
    assert store.labels_of(["d2"]) == {}
    store.forget_all()
    assert store.drawings() == []


# Whose they are


def test_visitors_never_see_nor_delete_each_others_drawings(engine: Engine) -> None:
    me, you = Store(engine, "me"), Store(engine, "you")
    me.add(make("same", "1"))
    you.add(make("same", "2"))
    assert (labels(me), labels(you)) == (["1"], ["2"])
    assert Store(engine, "nobody").drawings() == []
    me.forget("same")
    me.forget_all()
    assert (labels(me), labels(you)) == ([], ["2"])
    assert me.labels_of(["same"]) == {}


def test_shared_drawings_are_seen_by_all_and_deleted_by_their_owner_only(engine: Engine) -> None:
    me, you = Store(engine, "me", shared=True), Store(engine, "you", shared=True)
    me.add(make("d1", "1"))
    you.add(make("d2", "2"))
    assert [(d.label, d.mine) for d in me.drawings()] == [("2", False), ("1", True)]
    me.forget("d2")
    me.forget_all()
    assert labels(me) == ["2"]


# Room


def test_of_a_visitor_with_too_many_the_oldest_goes_and_nobody_elses(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_OF_ONE_VISITOR", 3)
    me, you = Store(engine, "me"), Store(engine, "you")
    you.add(make("d0", "0"))
    for label in "12345":
        me.add(make(f"d{label}", label))
    assert (labels(me), labels(you)) == (["5", "4", "3"], ["0"])


def test_where_all_together_have_kept_too_many_the_oldest_of_all_gives_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MAX_DRAWINGS", "3")
    me, you = Store(engine, "me"), Store(engine, "you")
    for number in (1, 2, 3):
        me.add(make(f"d{number}", str(number)))
    you.add(make("d4", "4"))
    assert (labels(me), labels(you)) == (["3", "2"], ["4"])
    me.add(make("d2", "7"))  # the same drawing again is none more
    assert (labels(me), labels(you)) == (["7", "3"], ["4"])
    monkeypatch.setenv("MNIST_MAX_DRAWINGS", "1")  # of more than that, all but the newest go
    you.add(make("d5", "5"))
    assert (labels(me), labels(you)) == ([], ["5"])


def test_what_is_too_old_is_shown_no_more_and_deleted_when_the_next_is_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_KEEP_DAYS", "30")
    store = Store(engine, "me", shared=True)
    for days in (1, 29, 31, 400):
        created = datetime.now(UTC) - timedelta(days=days)
        store.add(make(f"d{days}", str(days), created=created.isoformat(timespec="seconds")))
    assert labels(store) == ["29", "1"]
    assert [drawing.label for drawing in store.whole_drawings()] == ["29", "1"]
    assert _rows(engine) == 3  # the one of 31 days was deleted as the next was kept
    delete_expired(engine)
    assert _rows(engine) == 2


def test_a_setting_that_is_no_number_keeps_nothing_and_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_KEEP_DAYS", "for ever")
    for use in (lambda: store.add(make()), store.drawings):
        with pytest.raises(SettingsError, match="MNIST_KEEP_DAYS must be a whole number"):
            use()
    monkeypatch.delenv("MNIST_KEEP_DAYS")
    assert store.drawings() == []


def test_the_owner_counts_and_deletes_what_all_have_kept(engine: Engine) -> None:
    for who in ("me", "you", "you"):
        Store(engine, who).add(make(who))
    assert count_of_visitors(engine) == 2
    delete_everyones(engine)
    assert _rows(engine) == 0


def test_what_is_deleted_exactly_leaves_what_has_got_its_number(
    store: Store, engine: Engine
) -> None:
    store.add(make("d1"))
    store.add(make("d2"))
    before = store.drawings()
    store.forget("d2")
    store.add(make("d3"))
    assert store.drawings()[0].number == before[0].number  # SQLite gives it to the next
    delete_exactly(engine, before)
    assert [drawing.digest for drawing in store.drawings()] == ["d3"]


def test_the_database_does_not_hold_the_secret(store: Store, engine: Engine) -> None:
    store.add(make())
    with engine.begin() as connection:
        [owner] = connection.exec_driver_sql("SELECT owner FROM mnist_corrections").scalars()
    assert owner != "me"
    assert len(owner) == 64


def _rows(engine: Engine) -> int:
    with engine.begin() as connection:
        counted = connection.exec_driver_sql("SELECT count(*) FROM mnist_corrections")
        return counted.scalar_one()


@pytest.mark.parametrize("kept", [0, 1, 4, 5])
def test_whole_drawings_come_in_parts_and_none_is_missed(
    kept: int, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_AT_ONCE", 2)
    store = Store(engine, "me")
    for number in range(kept):
        store.add(make(f"d{number}", str(number)))
        Store(engine, "you").add(make(f"d{number}", "of another"))
    assert [d.label for d in store.whole_drawings()] == [str(n) for n in reversed(range(kept))]


def test_a_picture_that_is_too_large_is_not_kept(store: Store) -> None:
    with pytest.raises(CorrectionError, match="too large"):
        store.add(make(picture=b"x" * (MAX_PICTURE_BYTES + 1)))
    assert store.drawings() == []


# Databases that fail


def _assert_unusable(store: Store, *, hidden: str) -> None:
    for attempt in (store.drawings, lambda: store.add(make("new")), lambda: store.labels_of(["d"])):
        with pytest.raises(CorrectionError, match=UNUSABLE) as raised:
            attempt()
        assert hidden not in str(raised.value)


def test_a_file_that_is_no_database_is_said_without_naming_it(tmp_path: Path) -> None:
    (tmp_path / "secret-place.db").write_bytes(b"not a database, and long enough to be looked at")
    engine = create_engine(f"sqlite:///{tmp_path}/secret-place.db")
    _assert_unusable(Store(engine, "me"), hidden="secret-place")


def test_a_foreign_table_of_the_same_name_is_said(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mnist_corrections (something INTEGER)")
    _assert_unusable(Store(engine, "me"), hidden="something")


def test_a_row_that_somebody_damaged_is_said(store: Store, engine: Engine) -> None:
    store.add(make())
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mnist_corrections SET image = x'00ff'")
    with pytest.raises(CorrectionError, match=UNUSABLE):
        store.drawings()
    store.forget_all()
    assert store.drawings() == []


def test_a_read_only_database_still_shows_what_it_has(store: Store, tmp_path: Path) -> None:
    store.add(make())
    url = f"sqlite:///file:{tmp_path}/test.db?mode=ro&uri=true"
    read_only = Store(create_engine(url), "me")
    with pytest.raises(CorrectionError, match=UNUSABLE):
        read_only.add(make("d2"))
    assert labels(read_only) == ["4"]


def test_a_full_disk_is_said_and_what_was_kept_stays(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _no_more_pages(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count = 20")  # what SQLite says is what a disk says

    store = Store(engine, "me")
    store.add(make("d1", "1"))
    large = b"x" * MAX_PICTURE_BYTES
    store.add(make("d2", "2", picture=large))
    store.add(make("d3", "3", picture=large))
    with pytest.raises(CorrectionError, match=UNUSABLE):
        store.add(make("d4", "4", picture=large))
    assert labels(store) == ["3", "2", "1"]


def test_a_locked_database_is_said_and_works_again_when_it_is_free(
    store: Store, tmp_path: Path
) -> None:
    store.add(make("d1", "1"))
    with contextlib.closing(sqlite3.connect(tmp_path / "test.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        _assert_unusable(store, hidden="locked")
        other.rollback()
    store.add(make("d2", "2"))
    assert labels(store) == ["2", "1"]


def test_a_database_that_was_removed_while_open_is_made_anew(store: Store, tmp_path: Path) -> None:
    store.add(make("d1", "1"))
    (tmp_path / "test.db").unlink()
    with contextlib.suppress(CorrectionError):
        store.add(make("d2", "2"))  # the old connection may notice or not
    store.add(make("d3", "3"))
    assert labels(store)[0] == "3"


def test_many_who_keep_at_once_all_get_their_turn(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/test.db", connect_args={"timeout": 60})
    Store(engine, "first").add(make())

    def keep(visitor: int) -> None:
        for number in range(4):
            Store(engine, f"visitor {visitor}").add(make(f"d{number}", str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(8)))
    assert [labels(Store(engine, f"visitor {v}")) for v in range(8)] == [["3", "2", "1", "0"]] * 8
    engine.dispose()


FIRST_KEEPS = 40


def test_first_keeps_at_the_same_moment_all_succeed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of as many servers: each finds no table, and only one can make it.

    `MNIST_TEST_DATABASE` is the address of an empty database to use instead of SQLite.
    """
    url = os.environ.get("MNIST_TEST_DATABASE")
    settings: dict[str, Any] = {} if url else {"connect_args": {"timeout": 60}}
    url = url or f"sqlite:///{tmp_path}/new.db"
    engines = [create_engine(url, **settings) for _ in range(FIRST_KEEPS)]
    start = threading.Barrier(FIRST_KEEPS)
    # The lock would let the servers take turns, which are processes of their own elsewhere.
    monkeypatch.setattr(database, "_making", contextlib.nullcontext())

    def keep(number: int) -> None:
        engines[number].connect().close()
        start.wait()
        Store(engines[number], f"visitor {number}").add(make(label=str(number)))

    with ThreadPoolExecutor(FIRST_KEEPS) as pool:
        list(pool.map(keep, range(FIRST_KEEPS)))
    assert count_of_visitors(engines[0]) == FIRST_KEEPS
    delete_everyones(engines[0])
    for engine in engines:
        engine.dispose()
