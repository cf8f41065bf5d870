"""Moments come back from the database as the instant that went in, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, exc, insert, literal, select

from nurture.db.engine import write
from nurture.db.types import BigKey, UtcDateTime

FIRST, LAST = datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01")
NAIVE = datetime.fromisoformat("2026-04-01")

moments = Table(
    "moment",
    MetaData(),
    Column("id", BigKey, primary_key=True),
    Column("at", UtcDateTime),
)

#: as written, as read
ROUND_TRIPS = [
    (datetime(2026, 4, 1, 9, tzinfo=UTC), datetime(2026, 4, 1, 9, tzinfo=UTC)),
    # any zone goes in, UTC comes out
    (
        datetime(2026, 4, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(2026, 4, 1, 0, tzinfo=UTC),
    ),
    # the second of two 01:30s in New York
    (
        datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=ZoneInfo("America/New_York")),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ),
    # microseconds stay
    (
        datetime(2026, 4, 1, 9, 0, 0, 999_999, tzinfo=UTC),
        datetime(2026, 4, 1, 9, 0, 0, 999_999, tzinfo=UTC),
    ),
    # before 1970 an integer is negative and must not round towards zero
    (
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ),
    (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
    (None, None),
]


@pytest.fixture
def connection(engine):
    with write(engine) as connection:
        moments.create(connection)
        yield connection


@pytest.mark.parametrize(("written", "read"), ROUND_TRIPS)
def test_a_moment_comes_back_in_utc(connection, written, read):
    connection.execute(insert(moments).values(at=written))
    found = connection.scalar(select(moments.c.at))
    assert found == read
    assert found is None or found.utcoffset() == timedelta(0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wall=st.datetimes(FIRST, LAST),
    offset=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_every_moment_comes_back_as_the_same_instant(connection, wall, offset):
    moment = wall.replace(tzinfo=offset)
    assert connection.scalar(select(literal(moment, UtcDateTime()))) == moment


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.datetimes(FIRST, LAST), min_size=1, max_size=5))
def test_moments_sort_in_the_database_as_in_time(connection, walls):
    connection.execute(moments.delete())
    stored = [wall.replace(tzinfo=UTC) for wall in walls]
    connection.execute(insert(moments), [{"at": moment} for moment in stored])
    assert connection.scalars(select(moments.c.at).order_by(moments.c.at)).all() == sorted(stored)


@pytest.mark.parametrize("naive", [NAIVE, NAIVE.replace(fold=1)])
def test_a_naive_moment_is_refused_on_its_way_in(connection, naive):
    with pytest.raises(exc.StatementError, match="naive datetime"):
        connection.execute(insert(moments).values(at=naive))


def test_a_naive_moment_is_refused_in_a_condition_too(connection):
    with pytest.raises(exc.StatementError, match="naive datetime"):
        connection.execute(select(moments).where(moments.c.at < NAIVE))


#: what neither database would give back, in some zone
UNREADABLE = [
    datetime.min.replace(tzinfo=UTC),
    # year 0 in UTC
    datetime.min.replace(tzinfo=timezone(timedelta(hours=9))),
    datetime.max.replace(tzinfo=UTC),
    # year 10000 in UTC
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-9))),
]


@pytest.mark.parametrize("moment", UNREADABLE)
def test_a_moment_that_could_not_be_read_back_is_refused(connection, moment):
    with pytest.raises(exc.StatementError, match="too far away") as refused:
        connection.execute(insert(moments).values(at=moment))
    assert isinstance(refused.value.orig, ValueError)


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, 23, 59, tzinfo=UTC)]
)
def test_the_first_and_the_last_moment_come_back(connection, moment):
    connection.execute(insert(moments).values(at=moment))
    assert connection.scalar(select(moments.c.at)) == moment
