"""Shapes of names: workflows, steps, events, tags, people."""

from __future__ import annotations

import re

from nurture.compiler.nodes import Node, Scalar, quoted
from nurture.compiler.report import Report
from nurture.compiler.shapes import Schema, Shape, SharedParts, Text, scalar_of
from nurture.language import say

#: a name in lower case with hyphens: `warm-nurture`
NAME = Text(say("a name such as warm-nurture (a-z, 0-9, hyphens)"), r"[a-z0-9][a-z0-9_-]*", 100)

#: the id of a step; letters of any language
STEP_ID = Text(say("an id of letters, digits and hyphens"), r"[^\W_][\w-]*", 80)

#: a tag
TAG = Text(say("a tag"), longest=100)

# RFC 5321, 4.1.2: a dot-string without SMTPUTF8, at most 64 characters (4.5.3.1.1).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# RFC 1035, 2.3.1, and labels of other scripts, which travel as IDNA.
_EDGE, _INNER = r"[^\s!-/:-@\[-`{-~]", r"[^\s!-,./:-@\[-`{-~]"
_LABEL = rf"{_EDGE}(?:{_INNER}{{0,61}}{_EDGE})?"

#: an e-mail address
ADDRESS = Text(
    say("an e-mail address"),
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}",
    254,
)

#: a web address that a reader can trust
HTTPS = Text(say("an address that starts with https://"), r"https://[^\s<>\"]+", 2000)

#: a name in a condition or property: `form`, `amount`
PROPERTY = Text(say("a property name (letters, digits, underscores)"), r"[^\W\d_]\w*", 100)

#: events that this version emits or knows how to receive; any other `noun.verbed` works too
KNOWN_EVENTS = frozenset(
    {
        "account.updated", "advocacy.done", "advocacy.offered", "call.logged", "community.joined",
        "complaint.received", "complaint.resolved", "contact.created", "contact.left",
        "contact.preferences_changed", "contact.resubscribed", "contact.unsubscribed",
        "contact.updated", "deal.advanced", "deal.lost", "deal.meeting_set", "deal.met",
        "deal.opened", "deal.proposed", "deal.reopened", "deal.stale", "deal.updated", "deal.won",
        "document.downloaded", "email.bounced", "email.clicked", "email.complained",
        "email.delivered", "email.opened", "email.replied", "email.sent", "event.attended",
        "form.submitted", "hearing.held", "lead.accepted", "lead.returned", "lifecycle.assigned",
        "lifecycle.changed", "nps.responded", "onboarding.completed", "owner.changed",
        "page.viewed", "referral.ask_answered", "referral.ask_reasoned", "referral.asked",
        "renewal.due", "results.reported",
        "revisit.due", "score.adjusted", "segment.entered", "segment.left", "seminar.attended",
        "seminar.missed", "seminar.registered", "seminar.withdrawn", "signal.observed",
        "task.completed", "task.overdue", "temperature.changed", "upsell.completed",
        "webhook.answered", "webhook.failed", "workflow.requested",
    }
)  # fmt: skip

#: nouns whose events the engine alone emits: what is not in the list never comes
_OURS = frozenset(
    {"email", "lifecycle", "owner", "revisit", "score", "segment", "temperature", "webhook"}
    | {"workflow"}
)

_EVENT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class EventName(Shape[str]):
    """The type of an event: `noun.verbed`."""

    def read(self, node: Node, report: Report) -> str | None:
        """Return the type; warns of a near miss of an event that exists."""
        found = scalar_of(node, report, say("an event such as form.submitted"))
        return check_event_name(found.value, found, report) if found is not None else None

    def schema(self, shared: SharedParts) -> Schema:
        """Return the pattern of an event's type, with the known ones as examples."""
        shared["event"] = {
            "type": "string",
            "pattern": f"^{_EVENT.pattern}$",
            "examples": sorted(KNOWN_EVENTS),
        }
        return {"$ref": "#/$defs/event"}


def check_event_name(name: str, at: Scalar, report: Report) -> str | None:
    """Return an event's type where it is shaped like one, else None and report."""
    if name in KNOWN_EVENTS:
        return name
    if len(name) > 100 or not _EVENT.fullmatch(name):
        message = say(
            "{name} is not an event: events are noun.verbed, e.g. form.submitted", name=quoted(name)
        )
        report.error(at, "bad-event-name", message, report.suggest(name, KNOWN_EVENTS))
        return None
    if _is_slip(name):
        message = say("nothing here emits '{name}'", name=name)
        report.warn(at, "unfamiliar-event", message, report.suggest(name, KNOWN_EVENTS))
    return name


def _is_slip(name: str) -> bool:
    """Say whether a name is nearly a known event, or of a noun that is the engine's own."""
    noun, _, verb = name.partition(".")
    if noun in _OURS:
        return True
    for known in KNOWN_EVENTS:
        known_noun, _, known_verb = known.partition(".")
        same_noun = noun in (known_noun, f"{known_noun}s")
        if same_noun and (known_verb.startswith(verb) or verb.startswith(known_verb[:-1])):
            return True
    return False
