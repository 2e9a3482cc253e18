"""Drawings in PostgreSQL: a real server that is restarted, away, or hangs."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from mnist_models.drawings import database
from mnist_models.drawings.database import open_database
from mnist_models.drawings.drawing import CorrectionError
from mnist_models.drawings.store import Store, count_of_visitors, delete_everyones, delete_expired
from tests.helpers.drawings import UNUSABLE, make_drawing
from tests.helpers.postgres import PostgresServer, postgres

LONGEST_S = 45  # what a page must never wait; far more than it does


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres() as started:
        yield started


@pytest.fixture
def engine(server: PostgresServer, tmp_path: Path) -> Iterator[Engine]:
    """As whoever runs the site writes it into secrets.toml, and empty."""
    opened = engine_of(server.url, tmp_path)
    delete_everyones(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SILENT_S", 1)
    monkeypatch.setattr(database, "REST_S", 2.0)


def engine_of(url: str, folder: Path) -> Engine:
    secrets = folder / "secrets.toml"
    secrets.write_text(f'[connections.corrections]\nurl = "{url}"\n', encoding="utf-8")
    return open_database([secrets])


def labels(store: Store) -> list[str]:
    return [drawing.label for drawing in store.drawings()]


def within(action: Callable[[], object]) -> object:
    """What it returns or raises; it must not hang."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result(timeout=LONGEST_S)


def assert_unusable(store: Store) -> None:
    for attempt in (store.drawings, lambda: store.add(make_drawing(9, "9")), store.forget_all):
        with pytest.raises(CorrectionError, match=UNUSABLE):
            within(attempt)


def test_drawings_are_kept_relabelled_listed_and_deleted_by_their_owner(engine: Engine) -> None:
    mine, yours = Store(engine, "me"), Store(engine, "you")
    for number, label in ((1, "1"), (2, "2"), (1, "7")):
        mine.add(make_drawing(number, label))
    yours.add(make_drawing(1, "4"))
    assert labels(mine) == ["7", "2"]
    assert mine.labels_of(["d1", "d3"]) == {"d1": "7"}
    [whole, _] = mine.whole_drawings()
    kept = make_drawing(1, "7")
    assert whole.picture == kept.picture
    assert (whole.image == kept.image).all()
    assert whole.answers == {"single": "7", "multi": "0"}
    mine.forget("d1")
    assert labels(mine) == ["2"]
    mine.forget_all()
    assert labels(Store(engine, "me", shared=True)) == ["4"]


def test_what_is_too_old_or_too_much_goes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(engine, "me")
    old = datetime.now(UTC) - timedelta(days=181)
    store.add(make_drawing(1, "1", created=old.isoformat(timespec="seconds")))
    store.add(make_drawing(2, "2"))
    assert labels(store) == ["2"]
    monkeypatch.setenv("MNIST_KEEP_DAYS", "1000")
    assert labels(store) == ["2"]  # it has been deleted, and not only hidden
    monkeypatch.setenv("MNIST_MAX_DRAWINGS", "2")
    for number in (3, 4):
        Store(engine, "you").add(make_drawing(number, str(number)))
    assert labels(Store(engine, "", shared=True)) == ["4", "3"]
    delete_expired(engine)


def test_many_servers_begin_and_keep_at_once(server: PostgresServer, tmp_path: Path) -> None:
    """Each finds no table and makes it; then all write."""
    first = engine_of(server.url, tmp_path)
    with first.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS mnist_corrections")
    engines = [engine_of(server.url, tmp_path) for _ in range(8)]
    start = threading.Barrier(len(engines))

    def keep(number: int) -> None:
        start.wait()
        for k in range(5):
            Store(engines[number], f"visitor {number}").add(make_drawing(k, str(k)))

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(engines)) as pool:
        patch.setattr(database, "_making", threading.Semaphore(len(engines)))
        list(pool.map(keep, range(len(engines))))
    assert count_of_visitors(first) == len(engines)
    assert labels(Store(first, "visitor 3")) == ["4", "3", "2", "1", "0"]
    for each in (first, *engines):
        each.dispose()


def test_after_a_restart_of_the_server_nobody_notices(
    engine: Engine, server: PostgresServer
) -> None:
    store = Store(engine, "me")
    store.add(make_drawing(1, "1"))
    server.stop()
    server.start()
    assert labels(store) == ["1"]
    store.add(make_drawing(2, "2"))
    assert labels(store) == ["2", "1"]


def test_while_the_server_is_away_the_page_says_so_and_all_is_there_when_it_is_back(
    engine: Engine, server: PostgresServer
) -> None:
    store = Store(engine, "me")
    store.add(make_drawing(1, "1"))
    server.stop()
    try:
        assert_unusable(store)
    finally:
        server.start()
    assert labels(store) == ["1"]


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.matrix)])
def test_what_was_kept_is_there_however_often_the_server_is_killed(
    kills: int, engine: Engine, server: PostgresServer
) -> None:
    kept: list[int] = []
    refused: list[str] = []
    over = threading.Event()

    def keep() -> None:
        number = 0
        while not over.is_set():
            number += 1
            try:
                Store(engine, f"visitor {number}").add(make_drawing(number, str(number)))
                kept.append(number)
            except CorrectionError as error:
                refused.append(str(error))
                time.sleep(0.02)

    rng = random.Random(7)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(keep)
        try:
            for _ in range(kills):
                time.sleep(rng.uniform(0.05, 0.4))
                server.kill()
                server.start()
            time.sleep(0.3)
        finally:
            over.set()
        writing.result(timeout=LONGEST_S)
    there = labels(Store(engine, "", shared=True))
    assert len(there) == len(set(there))  # none twice
    assert {str(number) for number in kept} <= set(there)  # and none that was kept is lost
    assert kept
    assert refused
    assert all(UNUSABLE in sentence for sentence in refused)


def test_a_server_that_hangs_is_left_alone_and_asked_again_later(
    engine: Engine, server: PostgresServer, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(engine, "me")
    store.add(make_drawing(1, "1"))
    server.hang()
    try:
        assert_unusable(store)
        assert engine in database._resting
        monkeypatch.setattr(database, "REST_S", 1000.0)
        database._resting[engine] = 0.0  # a new connection, too
        assert_unusable(store)
    finally:
        server.go_on()
    assert_unusable(store)  # without being asked
    database._resting[engine] = 0.0
    assert labels(store) == ["1"]


def test_a_server_that_accepts_and_never_answers_is_given_up(
    tmp_path: Path, impatient: None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        silent_engine = engine_of(f"postgresql+pg8000://demo@127.0.0.1:{port}/x", tmp_path)
        assert_unusable(Store(silent_engine, "me"))


def test_what_the_owner_sets_for_the_driver_stays(server: PostgresServer, tmp_path: Path) -> None:
    """In the address of the database, as SQLAlchemy takes it."""
    engine = engine_of(f"{server.url}?application_name=demo", tmp_path)
    with database.transaction(engine) as connection:
        name = connection.exec_driver_sql("SHOW application_name").scalar_one()
    assert name == "demo"
    engine.dispose()
