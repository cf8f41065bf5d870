"""The keys of a seminar's file."""

from __future__ import annotations

from datetime import date, datetime

from nurture.compiler.condition_maps import CONDITION
from nurture.compiler.moments import Clock, Span, WallTime
from nurture.compiler.names import HTTPS, NAME
from nurture.compiler.nodes import Node, Scalar
from nurture.compiler.records import Key, ListOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Flag, Localized, Schema, SharedParts, Text, Whole
from nurture.compiler.topics import TOPIC as TOPIC_NAME
from nurture.language import say

_TEMPLATE = Text(say("a template such as seminar/invitation"), longest=150)

#: with what its mailings are called, at most the 100 characters of a journey
_SEMINAR = Text(
    say("a name such as 2026-12-clinic (a-z, 0-9, hyphens)"), r"[a-z0-9][a-z0-9_-]*", 75
)

NAMED = Key("seminar", _SEMINAR, say("Its name, as events call it."), required=True)
TITLE = Key("title", Localized(), say("What readers call it."), required=True)
SUMMARY = Key("summary", Localized(), say("What it is about, in a sentence or two."))
STARTS = Key(
    "starts", WallTime(), say("Date and time, e.g. 2026-12-10 15:00, in the calendar's zone."),
    required=True,
)  # fmt: skip


class _Ends(WallTime):
    """A moment, or a time of the day on which it starts."""

    def read(self, node: Node, report: Report) -> datetime | None:
        """Return a moment without a zone; with a time alone, on the first day there is."""
        if isinstance(node, Scalar) and ":" in node.value and "-" not in node.value:
            clock = Clock().read(node, report)
            return datetime.combine(date.min, clock) if clock is not None else None
        return super().read(node, report)

    def schema(self, shared: SharedParts) -> Schema:
        """Return either form."""
        return {"anyOf": [super().schema(shared), Clock().schema(shared)]}


ENDS = Key("ends", _Ends(), say("The same, or a time of that day alone."), required=True)
PLACE = Key("place", Localized(), say("Where: a room, or e.g. Online (Zoom)."))
URL = Key("url", HTTPS, say("The page where people register."))
JOIN = Key("join", HTTPS, say("The online room; only registered people ever see it."))
SEATS = Key("seats", Whole(1, 100_000), say("So many registered: invitations stop."))
HOST = Key("host", NAME, say("The sender of the policy who invites and is named; else the owner."))
TOPIC = Key("topic", TOPIC_NAME, say("Topic of the policy that readers may turn off."))
CANCELLED = Key("cancelled", Flag(), say("true: it does not take place."))
MATERIALS = Key("materials", ListOf(NAME), say("Items of the library that the thanks may offer."))

WINDOW = Key("window", NAME, say("Window of the calendar in which it leaves."))
INVITATION_SEND = Key("send", _TEMPLATE, say("The invitation's template."), required=True)
TO = Key(
    "to", CONDITION, say("Who is invited; who registered is left out by itself."), required=True
)
AT = Key("at", WallTime(), say("When it goes out, e.g. 2026-11-24 10:00."), required=True)
EXPIRES = Key("expires", Span(), say("Held back longer than this: dropped. Without it, 5d."))
INVITATION = Key(
    "invitation",
    Record(say("an invitation"), (TO, AT, INVITATION_SEND, WINDOW, EXPIRES)),
    say("Who is invited, when, and with which mail."),
)
BEFORE = Key("before", Span(), say("How long before it starts."), required=True)
CLOCK = Key("at", Clock(), say("… at this time of day; without it, at the time it starts."))
REMINDER_SEND = Key("send", _TEMPLATE, say("The reminder's template."), required=True)
REMINDER = Key(
    "reminder",
    Record(say("a reminder"), (BEFORE, CLOCK, REMINDER_SEND, WINDOW)),
    say("Goes to everybody who is registered (purpose service)."),
)
MOVED = Key("moved", _TEMPLATE, say("Template that tells of another time or place."))
CALLED_OFF = Key("cancelled", _TEMPLATE, say("Template that tells that it is off."))
CORRECTION = Key(
    "correction",
    Record(say("a correction"), (MOVED, CALLED_OFF)),
    say(
        "Sent by itself where what people were told changes; to those who were told, "
        "and registered."
    ),
)

SEMINAR = Record(
    say("a seminar"),
    (
        NAMED, TITLE, SUMMARY, STARTS, ENDS, PLACE, URL, JOIN, SEATS, HOST, TOPIC,
        CANCELLED, INVITATION, REMINDER, CORRECTION, MATERIALS,
    ),
)  # fmt: skip
