"""The shared fixtures do what tests rely on."""

from __future__ import annotations

from typing import ClassVar

import redis
from sqlalchemy import Connection, Engine, func, insert, inspect, select

from nurture.clock import machine_now
from nurture.db.engine import make_engine
from nurture.db.tables import account, metadata, pause


def _rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(pause)) or 0


def test_a_database_has_all_tables(engine: Engine) -> None:
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())


def test_a_database_for_migrations_has_no_tables(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


class TestTwoTestsShareNothing:
    """Either order of the two would fail if rows or keys stayed."""

    def _leave_a_row(self, engine: Engine) -> None:
        assert _rows(engine) == 0
        with engine.begin() as connection:
            connection.execute(insert(pause), {"kind": "everything", "at": machine_now()})
        assert _rows(engine) == 1

    def test_one(self, engine: Engine) -> None:
        self._leave_a_row(engine)

    def test_other(self, engine: Engine) -> None:
        self._leave_a_row(engine)

    def _leave_ids(self, engine: Engine) -> None:
        with engine.begin() as connection:
            for number in range(1, 4):
                row = {"name": "x", "created_at": machine_now()}
                made = connection.execute(insert(account).returning(account.c.id), row)
                assert made.scalar_one() == number

    def test_one_counts_from_one(self, engine: Engine) -> None:
        self._leave_ids(engine)

    def test_other_counts_from_one(self, engine: Engine) -> None:
        self._leave_ids(engine)

    def _leave_a_column(self, engine: Engine) -> None:
        assert "left" not in {one["name"] for one in inspect(engine).get_columns("pause")}
        with engine.begin() as connection:
            connection.exec_driver_sql('ALTER TABLE pause ADD COLUMN "left" INTEGER')

    def test_one_with_other_tables(self, engine: Engine) -> None:
        self._leave_a_column(engine)

    def test_other_with_other_tables(self, engine: Engine) -> None:
        self._leave_a_column(engine)

    def _leave_somebody_inside(self, engine: Engine) -> None:
        """A connection that nobody closed, in a transaction that nobody ended."""
        assert _rows(engine) == 0
        connection = engine.connect()
        connection.execute(insert(pause), {"kind": "everything", "at": machine_now()})
        engine.dispose()
        self._inside.append(connection)

    _inside: ClassVar[list[Connection]] = []

    def test_one_with_somebody_inside(self, engine: Engine) -> None:
        self._leave_somebody_inside(engine)

    def test_other_with_somebody_inside(self, engine: Engine) -> None:
        self._leave_somebody_inside(engine)

    def _leave_a_key(self, url: str) -> None:
        with redis.Redis.from_url(url) as client:
            assert client.keys() == []
            client.set("left", "behind")

    def test_one_redis(self, valkey_url: str) -> None:
        self._leave_a_key(valkey_url)

    def test_other_redis(self, valkey_url: str) -> None:
        self._leave_a_key(valkey_url)


def test_the_browser_is_a_program(chromium_path: str) -> None:
    assert chromium_path.startswith("/")
