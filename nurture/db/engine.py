"""Engines and units of work for SQLite and PostgreSQL from the same code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import LRUCache

from nurture.db.expressions import score_on_sqlite
from nurture.db.json_text import read_json, write_json
from nurture.db.tables import metadata
from nurture.errors import NurtureError
from nurture.language import say

#: compiled statements that a process keeps for SQLite: a few megabytes where all are in use
_STATEMENTS = 2_000


def make_engine(url: str, pool_size: int = 5) -> Engine:
    """Return an engine for `url` (sqlite:///path or postgresql://…).

    SQLite: WAL, `synchronous=FULL` (NORMAL can forget `sending` at a power cut and mail
    again), five seconds of patience, and transactions that begin as writers where asked
    for by `write`. PostgreSQL: psycopg 3. Raises NurtureError on other databases.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise NurtureError(
            say("DATABASE_URL is not a database address"),
            say("write sqlite:///var/nurture.sqlite or postgresql://user:password@host/name"),
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url, parsed.database)
    if backend == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        return create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            json_serializer=write_json,
        )
    raise NurtureError(
        say("DATABASE_URL names '{backend}', which Nurture does not speak", backend=backend),
        say("use sqlite:///… or postgresql://…"),
    )


def _sqlite(url: str, database: str | None) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False},
        json_serializer=write_json,
        json_deserializer=read_json,
    )
    share_statements(engine, _first_on_sqlite())
    _begin_as_told(
        engine, ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON")
    )
    return engine


@cache
def _first_on_sqlite() -> Engine:
    """Return an engine that has connected: only then a dialect knows its database."""
    engine = create_engine("sqlite://", json_serializer=write_json, json_deserializer=read_json)
    with engine.connect():
        pass
    engine.dispose()
    engine.update_execution_options(compiled_cache=LRUCache(_STATEMENTS))
    return engine


def share_statements(engine: Engine, first: Engine) -> None:
    """Let an engine take the statements that others of its kind have compiled, and add its own.

    Worlds of virtual time come by the hundred, each with an engine of its own; to compile its
    statements takes longer than to run them. `first` has connected to a database of the same
    kind, and has a `compiled_cache`.
    """
    engine.dialect = first.dialect  # a compiled statement belongs to a dialect
    engine.update_execution_options(compiled_cache=first.get_execution_options()["compiled_cache"])


def _begin_as_told(engine: Engine, pragmas: Sequence[str]) -> None:
    """Set every connection up, and let transactions begin as `write` and `read` say."""

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself (see `begin`), so the driver must not.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.create_function("nurture_score", 5, score_on_sqlite, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("nurture_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def make_memory_engine() -> Engine:
    """Return an engine on an empty SQLite database in memory, with all tables made.

    One connection that all transactions share, one after another: a world of virtual time
    has one thread. Nothing touches a disk, and nothing outlives the engine. References
    between rows are not checked, so that part of a database may be copied in.
    """
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "cached_statements": 1024},
        json_serializer=write_json,
        json_deserializer=read_json,
    )
    share_statements(engine, _first_on_sqlite())
    _begin_as_told(engine, ("journal_mode=MEMORY", "synchronous=OFF", "temp_store=MEMORY"))
    metadata.create_all(engine)
    return engine


class Snapshot:
    """What a memory engine's database held at a moment, to be put back any number of times.

    The statements that the engine has compiled stay: one world after another on the same
    engine costs a fraction of an engine for each.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept = sqlite3.connect(":memory:")
        self._copy(to_engine=False)

    def put_back(self) -> None:
        """Let the engine's database hold what it held then; no transaction may be open."""
        self._copy(to_engine=True)

    def close(self) -> None:
        """Forget it."""
        self._kept.close()

    def _copy(self, to_engine: bool) -> None:
        connection = self._engine.raw_connection()
        try:
            ours = connection.driver_connection
            assert isinstance(ours, sqlite3.Connection)  # a memory engine is SQLite's
            # Page by page: SQLite notices, and prepares its statements anew.
            if to_engine:
                self._kept.backup(ours)
            else:
                ours.backup(self._kept)
        finally:
            connection.close()


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that will write: commit at the end, roll back on an exception.

    On SQLite it holds the only write lock from the start (BEGIN IMMEDIATE), so nothing
    slow — rendering, sockets — may happen inside.
    """
    with engine.connect().execution_options(nurture_write=True) as connection, connection.begin():
        yield connection


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a read-only look at one consistent state."""
    with engine.connect() as connection, connection.begin():
        yield connection


def is_away(error: BaseException) -> bool:
    """Say whether an error comes from a database that is away, locked or at its limits.

    A deadlock is one too: nothing is half done, and the same work may succeed later.
    """
    if isinstance(error, DBAPIError):
        away = isinstance(error, OperationalError | InterfaceError)
        return away or bool(error.connection_invalidated)
    return isinstance(error, PoolTimeoutError)


def is_sqlite(connection: Connection) -> bool:
    """Say whether row locks are unnecessary because one writer holds the whole file."""
    return connection.dialect.name == "sqlite"
