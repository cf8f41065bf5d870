"""The shared fixtures do what tests rely on."""

from __future__ import annotations

import redis
from sqlalchemy import Engine, func, insert, inspect, select

from nurture.clock import machine_now
from nurture.db.engine import make_engine
from nurture.db.tables import metadata, pause


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
