"""Mails on the wire and replies from it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.providers.base import one_line
from nurture.providers.reply import GarbledReply, Reply, ReplyReader, retry_hint
from nurture.providers.wire import to_wire

#: Bytes that matter on the wire come often.
MAILS = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\0", b"\x85", b" "])
).map(b"".join)


@given(MAILS)
@example(b"")
@example(b".")
@example(b"\r\n.\r\n")
@example(b"\n.\r\n")
@example(b"\r.\r")
def test_nothing_on_the_wire_ends_a_mail_early(data: bytes) -> None:
    wire = to_wire(data)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    assert wire.endswith(b"\r\n.\r\n")
    assert wire.find(b"\r\n.\r\n") == len(wire) - 5
    assert not wire.startswith(b".\r\n")


@given(MAILS)
def test_a_receiver_reads_the_lines_that_were_written(data: bytes) -> None:
    lines = to_wire(data).removesuffix(b".\r\n").split(b"\r\n")[:-1]
    assert [line.removeprefix(b".") for line in lines] == (data.splitlines() or [b""])


def test_a_reply_may_have_lines_and_come_in_pieces() -> None:
    data = b"250-mx.example\r\n250-SIZE 100\r\n250 HELP\r\n"
    for size in range(1, len(data) + 1):
        reader = ReplyReader()
        replies = [reader.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert [r for r in replies if r] == [Reply(250, ("mx.example", "SIZE 100", "HELP"))]
        assert not reader.pending


def test_what_follows_a_reply_is_told() -> None:
    reader = ReplyReader()
    assert reader.feed(b"250 ok\r\n421 b") == Reply(250, ("ok",))
    assert reader.pending


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_none_or_garbled(data: bytes) -> None:
    reader = ReplyReader()
    try:
        reply = reader.feed(data)
    except GarbledReply as error:
        assert "\n" not in one_line(str(error))
    else:
        assert reply is None or 200 <= reply.code <= 599


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        # greylisting servers, each in its own words
        ("4.7.1 Greylisting in action, please come back in 00:04:59", 299),
        ("4.2.0 Greylisted, try again in 300 seconds", 300),
        ("Greylisted for 5 minutes", 300),
        ("Please retry after 90s", 90),
        ("rate limited; retry=60 sec", 60),
        ("Too many messages, please try again after 1 hour", 3600),
        ("wait 15 min and try again", 900),
        # no wait named
        ("4.3.2 Please try again later", None),
        ("Greylisted, see http://greylist.example/300s", None),
        ("mailbox for 5 users is full", None),
        ("try again in 20", None),
        # waits that nobody means
        ("retry in 0 seconds", None),
        ("retry in 999999 hours", None),
        ("", None),
    ],
)
def test_a_wait_that_the_server_asks_for_is_read(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_hint(text) == expected


@given(st.text(max_size=2000))
def test_any_text_becomes_one_bounded_line(text: str) -> None:
    line = one_line(text, 100)
    assert len(line) <= 100
    assert line.isprintable()
