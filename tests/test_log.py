"""Log lines say what happened, and never who in person or with which key."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from nurture import log
from nurture.clock import machine_seconds

TOKEN = "AQIAAAAAAAAB4gAAAAAAAAAqAAF3mHq0dMZk0Yh8mWb1"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configured = structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


def lines(form: str = "json", level: str = "info") -> tuple[io.StringIO, Any]:
    stream = io.StringIO()
    log.configure(form, level, stream)
    return stream, structlog.get_logger("nurture.test")


def test_a_json_line_can_be_read_by_machines() -> None:
    stream, logger = lines()
    logger.info("message sent", message=7, contact=42)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["message"], line["contact"]) == ("message sent", 7, 42)
    assert (line["level"], line["logger"]) == ("info", "nurture.test")
    assert line["at"].endswith("+00:00")


def test_a_console_line_can_be_read_by_people() -> None:
    stream, logger = lines("console")
    logger.warning("配信を停止しました", workflow="warm-nurture")
    assert "配信を停止しました" in stream.getvalue()
    assert "warm-nurture" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_lines_below_the_level_are_not_written() -> None:
    stream, logger = lines(level="warning")
    logger.info("quiet")
    logging.getLogger("rq.worker").info("quiet")
    assert stream.getvalue() == ""


HIDDEN = [
    # (what a careless line would hold, what must not be seen)
    ({"to": "tanaka@example.co.jp"}, "tanaka"),
    ({"event_text": "550 <tanaka@example.co.jp>: user unknown"}, "example.co.jp"),
    ({"text": "田中@例え.jp"}, "田中"),
    # as it stands in a query
    ({"path": "/contacts?email=tanaka%40example.co.jp"}, "tanaka"),
    ({"url": "postgresql://nurture:hunter2@db/nurture"}, "hunter2"),
    ({"path": f"/c/{TOKEN}"}, TOKEN),
    ({"password": "hunter2"}, "hunter2"),
    ({"headers": {"Authorization": "Bearer hunter2"}}, "hunter2"),
    ({"headers": {"X-Api-Key": 1, "api_key": "hunter2"}}, "hunter2"),
    ({"values": [{"contact": ("tanaka@example.co.jp",)}]}, "tanaka"),
    # an object that says it in its own words
    ({"error": ValueError("no mailbox tanaka@example.co.jp")}, "tanaka"),
    # as a key
    ({"counts": {"tanaka@example.co.jp": 3}}, "tanaka"),
]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(("fields", "hidden"), HIDDEN)
def test_secrets_and_addresses_are_taken_out(form: str, fields: Any, hidden: str) -> None:
    stream, logger = lines(form)
    logger.info("something happened", **fields)
    assert "something happened" in stream.getvalue()
    assert hidden not in stream.getvalue()


def test_the_text_of_exceptions_is_cleaned_too() -> None:
    stream, logger = lines()
    try:
        raise ValueError("cannot mail tanaka@example.co.jp")
    except ValueError:
        logger.exception("failed")
    assert "ValueError: cannot mail <address>" in stream.getvalue()
    assert "tanaka" not in stream.getvalue()


def test_lines_of_libraries_are_cleaned_too() -> None:
    stream, _ = lines()
    logging.getLogger("aiosmtpd").warning("rejected %s", "tanaka@example.co.jp")
    line = json.loads(stream.getvalue())
    assert line["event"] == "rejected <address>"
    assert line["logger"] == "aiosmtpd"


@pytest.mark.parametrize(
    "text",
    [
        "workflow warm-nurture moved 3 enrolments to step hearing-reminder",
        "12:30:00 until 2026-05-01T09:00:00+09:00",
        "https://nurture.example/u",
        "release 4f2a9c",
        "3 @ 5 per day",
    ],
)
def test_what_is_neither_secret_nor_address_stays(text: str) -> None:
    assert log.clean(None, "info", {"event": text}) == {"event": text}


def test_a_megabyte_without_a_space_is_cleaned_at_once() -> None:
    started = machine_seconds()
    log.clean(None, "info", {"event": "x" * 1_000_000})
    log.clean(None, "info", {"event": "://" + ":" * 1_000_000})
    assert machine_seconds() - started < 10


@given(st.emails(), st.text(alphabet="あ (<:,'\"/=;", max_size=3))
def test_no_address_survives_whatever_stands_around_it(address: str, around: str) -> None:
    said = log.clean(None, "info", {"event": f"{around}{address}{around}"})["event"]
    assert address not in said
    assert address.rpartition("@")[2] not in said
