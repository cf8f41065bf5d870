"""Engines: what each database is told, and units of work that keep or drop everything."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import OperationalError

from nurture.db.engine import is_sqlite, make_engine, read, write
from nurture.db.tables import team_member
from nurture.errors import NurtureError

#: address, part of the message
REFUSED = [
    ("mysql://host/name", "'mysql', which Nurture does not speak"),
    ("not an address", "not a database address"),
    ("", "not a database address"),
]


@pytest.mark.parametrize(("url", "message"), REFUSED)
def test_an_address_that_cannot_be_used_says_what_to_write(url, message):
    with pytest.raises(NurtureError, match=message) as raised:
        make_engine(url)
    assert "postgresql://" in raised.value.hint


def test_a_postgresql_address_is_spoken_to_by_psycopg_3():
    engine = make_engine("postgresql://nobody@localhost/none")
    assert engine.dialect.driver == "psycopg"
    engine.dispose()


@pytest.mark.usefixtures("careful_disk")
def test_sqlite_forgets_nothing_at_a_power_cut(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/deep/down/nurture.sqlite")
    with read(engine) as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
        assert is_sqlite(connection)
    engine.dispose()
    # 2 is FULL
    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "foreign_keys": 1,
    }


SATO = {"name": "佐藤花子", "email": "sato@nurture.example"}


def test_a_write_keeps_all_or_nothing(engine):
    with pytest.raises(ZeroDivisionError), write(engine) as connection:
        connection.execute(insert(team_member).values(SATO))
        raise ZeroDivisionError
    with read(engine) as connection:
        assert connection.execute(select(team_member)).all() == []
    with write(engine) as connection:
        connection.execute(insert(team_member).values(SATO))
    with read(engine) as connection:
        assert connection.scalars(select(team_member.c.name)).all() == ["佐藤花子"]


def test_on_sqlite_a_writer_holds_the_file_from_its_first_moment(tmp_path):
    """Two that read first and write then would deadlock; the second waits at the door."""
    url = f"sqlite:///{tmp_path}/nurture.sqlite"
    engine = make_engine(url)
    with write(engine):
        other = make_engine(url)
        with other.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.rollback()
            with (
                pytest.raises(OperationalError, match="locked"),
                connection.execution_options(nurture_write=True).begin(),
            ):
                raise AssertionError("the second writer got in")
        # whoever only reads is not kept waiting
        with read(other) as connection:
            connection.execute(text("SELECT 1"))
        other.dispose()
    engine.dispose()
