"""What an SMTP server answers: bytes to replies, replies to outcomes, words to a wait.

Sources: RFC 5321 section 4.2 (replies), RFC 3463 (enhanced codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from nurture.providers.base import Answer, Outcome, Stage

#: RFC 5321 allows 512 octets a line; servers with long explanations exist, hostile ones too.
LINE_LIMIT = 4096
#: All lines of one reply together, in octets.
REPLY_LIMIT = 65_536

_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)

#: A wait beyond this is no hint but a mistake (or a way to silence us).
LONGEST_HINT = timedelta(days=1)

_WORDS_BEFORE = r"(?:retry|try|wait|again|later|back|delay|for|in|after|within|=|:)"
_UNITS = {"s": 1, "m": 60, "h": 3600}
_CLOCK = re.compile(rf"\b{_WORDS_BEFORE}\W{{1,3}}(\d{{1,2}}):(\d\d):(\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(
    rf"\b{_WORDS_BEFORE}\W{{0,3}}(\d{{1,6}})\s*"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b",
    re.IGNORECASE,
)


class GarbledReply(Exception):  # noqa: N818 - an event in a conversation, not a programming error
    """The server said something that is no SMTP reply; the conversation cannot go on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One complete reply: the code of its lines and their texts."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines, joined by a blank."""
        return " ".join(self.lines)


class ReplyReader:
    """Cuts a stream of bytes into replies, and refuses what is none."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._code = 0
        self._lines: list[str] = []
        self._size = 0

    @property
    def pending(self) -> bool:
        """Whether bytes are left over; without a question asked they are a breach of order."""
        return bool(self._buffer or self._lines)

    def feed(self, data: bytes) -> Reply | None:
        """Take `data`; return the reply it completes, if any. Raises `GarbledReply`."""
        self._buffer += data
        while True:
            end = self._buffer.find(b"\n")
            if end < 0:
                if len(self._buffer) > LINE_LIMIT:
                    raise GarbledReply("a reply line without an end")
                return None
            line = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            reply = self._line(line)
            if reply is not None:
                return reply

    def _line(self, line: bytes) -> Reply | None:
        self._size += len(line)
        if len(line) > LINE_LIMIT or self._size > REPLY_LIMIT:
            raise GarbledReply("a reply longer than any server's")
        found = _LINE.fullmatch(line.rstrip(b"\r\n"))
        if found is None:
            raise GarbledReply(f"not an SMTP reply: {line[:80].decode('utf-8', 'replace')}")
        code, more, text = int(found[1]), found[2] == b"-", found[3] or b""
        if self._lines and code != self._code:
            raise GarbledReply(f"a reply that begins with {self._code} and goes on with {code}")
        self._code = code
        self._lines.append(text.decode("utf-8", "replace"))
        if more:
            return None
        reply = Reply(code, tuple(self._lines))
        self._lines, self._size = [], 0
        return reply


def refusal(reply: Reply, stage: Stage) -> Answer:
    """Return the answer that a reply other than the hoped-for one means at this stage.

    4xx defers. 5xx rejects, if it is about the mail: what is said about the relay or our account
    (greeting, EHLO, TLS, AUTH; 530, 534, 535 and 538 of RFC 4954 anywhere) defers, because a
    wrong password must not end the mails of a day. Anything else is a breach of the protocol:
    before the body it is `NOT_SENT`, after it nobody knows.
    """
    if 400 <= reply.code < 500:
        outcome = Outcome.DEFERRED
    elif 500 <= reply.code < 600:
        about_us = stage is Stage.SESSION or reply.code in (530, 534, 535, 538)
        outcome = Outcome.DEFERRED if about_us else Outcome.REJECTED
    else:
        outcome = Outcome.IN_DOUBT if stage is Stage.BODY else Outcome.NOT_SENT
    wait = retry_hint(reply.text) if outcome is Outcome.DEFERRED else None
    return Answer(outcome, reply.code, reply.text, wait, stage)


def retry_hint(text: str) -> timedelta | None:
    """Return the wait that a refusal names, as greylisting servers do, at most a day.

    Understood are spans (`retry in 300 seconds`, `try again after 5 minutes`, `retry=60s`) and
    clock notation (`come back in 00:04:59`); a number without a unit says nothing.
    """
    text = text[:1000]
    if clock := _CLOCK.search(text):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        wait = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    elif span := _SPAN.search(text):
        wait = timedelta(seconds=int(span[1]) * _UNITS[span[2][0].lower()])
    else:
        return None
    return wait if timedelta() < wait <= LONGEST_HINT else None
