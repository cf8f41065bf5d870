"""The contract of every way to send mail: envelopes go out in waves, each gets one answer.

The caller commits `sending` for all mails of a wave **before** it calls `wave`, and the answers
after; so a mail is known to be on its way before its first byte leaves. What happens between
is told by the outcome, and only `IN_DOUBT` must never be sent again blindly.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

#: Longest text of an answer that is kept, in characters.
TEXT_LIMIT = 500

#: What a mail answers whose caller said stop in time.
STOPPED = "stopped before the body"

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail to one recipient, as it goes over the wire."""

    #: our row, for logs and for the fake's records; a provider never reads meaning into it
    message_id: int
    #: where bounces go (VERP); empty is the null path `<>`
    return_path: str
    #: the one address it goes to
    recipient: str
    #: the whole MIME message, header and body
    data: bytes


class Outcome(enum.StrEnum):
    """What became of a mail in a wave."""

    #: the other side has taken it and is responsible for it now
    ACCEPTED = "accepted"
    #: refused for the moment (4xx), or the relay itself is out of order: try later
    DEFERRED = "deferred"
    #: refused for good (5xx to this mail), or cannot be sent as it is (then `code` is None)
    REJECTED = "rejected"
    #: the conversation ended before the body began: certainly not sent, safe to try again
    NOT_SENT = "not_sent"
    #: the conversation ended between the body's first byte and the answer: nobody knows
    IN_DOUBT = "in_doubt"


class Stage(enum.StrEnum):
    """Where in the conversation an answer was given; says whom a refusal is about."""

    #: no answer of the other side: judged here, before anything was sent
    HERE = "here"
    #: connecting, TLS, greeting, EHLO, AUTH: about the relay and our account, not the mail
    SESSION = "session"
    #: MAIL: about the sender's address
    SENDER = "sender"
    #: RCPT: about the recipient's address
    RECIPIENT = "recipient"
    #: DATA, before the body
    DATA = "data"
    #: from the body's first byte on: about the content
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says about one mail."""

    outcome: Outcome
    #: the SMTP reply code (or its like); None where no answer was received
    code: int | None
    #: the other side's words or ours, one line, at most `TEXT_LIMIT` characters
    text: str
    #: the wait that the other side asked for, if it named one
    retry_after: timedelta | None = None
    #: what the answer is about
    stage: Stage = Stage.HERE

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code of RFC 3463 in the text, e.g. `5.1.1`, if there is one."""
        found = _ENHANCED.search(self.text)
        return found.group(1) if found else None


class Provider(Protocol):
    """A way to send. One wave at a time: a provider is not shared between threads."""

    #: how people and the outbox call it; holds no secret
    name: str
    #: how many mails a wave may hold: the number of connections kept
    width: int

    def wave(self, envelopes: Sequence[Envelope], keep_alive: Callable[[], bool]) -> list[Answer]:
        """Send at most `width` mails, one per connection; answers in the order of envelopes.

        `keep_alive` is asked before the first body of a wave, and then at least every 5
        seconds of machine time while the wave lasts, for the caller to renew its lease. It
        returns False to say "stop before the next body": mails whose body has not begun then
        answer `NOT_SENT`, begun ones are waited for a little longer. What it raises ends the
        wave and passes through, with every connection dropped. Faults of the network and of the
        other side never raise, they are answers; ValueError for more than `width` envelopes.

        A client that pipelines (RFC 2920) can stand behind the same call: nothing here says
        how many commands go out in one write, only that no body begins without leave.
        """
        ...

    def close(self) -> None:
        """Say goodbye on kept connections and drop them; the next wave opens new ones."""
        ...


def one_line(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` on one line without control or invisible characters, at most `limit` long.

    What servers answer is written by strangers and ends in logs, pages and mails.
    """
    # Cut first: a hostile answer must not cost more than a few times the limit.
    words = text[: limit * 4].split()
    clean = "".join(c if c.isprintable() else "�" for c in " ".join(words))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def check_width(envelopes: Sequence[Envelope], width: int) -> None:
    """Raise ValueError where a wave holds more mails than there are connections."""
    if len(envelopes) > width:
        raise ValueError(f"a wave of {len(envelopes)} mails over {width} connections")
