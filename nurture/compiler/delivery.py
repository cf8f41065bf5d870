"""`delivery:` of a workflow or broadcast: window, sender, spread and hour of its mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nurture.compiler.moments import Elapsed
from nurture.compiler.names import NAME
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields, Key, Record
from nurture.compiler.references import References
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice
from nurture.domain.purpose import OWN_AFFAIR, Purpose
from nurture.language import say

BEST_HOUR = "best_hour"

#: over more than a day the last mail would be news no more
LONGEST_SPREAD = timedelta(hours=24)

_WINDOW = Key("window", NAME, say("Window of the calendar in which its mails may leave; business."))
_FROM = Key("from", NAME, say("`owner` (without it) or a sender of the policy."))
SPREAD = Key(
    "spread",
    Elapsed(),
    say("Mails that fall due together leave over this span, never past the window's end."),
)
_AT = Key(
    "at",
    Choice(BEST_HOUR),
    say("best_hour: each at the hour its reader reads, learnt from opens, inside the window."),
)
DELIVERY = Key(
    "delivery", Record(say("delivery"), (_WINDOW, _FROM, SPREAD, _AT)), say("How its mails leave.")
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the mails of a workflow or broadcast leave."""

    window: str = "business"
    sender: str = "owner"
    spread: timedelta | None = None
    at_best_hour: bool = False


def read_delivery(
    fields: Fields, purpose: Purpose, references: References, report: Report
) -> Delivery:
    """Return what `delivery` says; what it lacks is as without it."""
    delivery = fields.get(DELIVERY)
    if delivery is None:
        return Delivery()
    window, sender = delivery.get(_WINDOW), delivery.get(_FROM)
    if window is not None:
        references.check_window(window, delivery.at(_WINDOW), report)
    if sender is not None:
        references.check_sender(sender, delivery.at(_FROM), report)
    spread = delivery.get(SPREAD)
    if spread is not None:
        check_spread(spread, delivery.at(SPREAD), report)
    at_best_hour = delivery.get(_AT) is not None
    if at_best_hour and purpose in OWN_AFFAIR:
        message = say("mails of purpose service wait for no hour: their readers wait for them")
        report.warn(delivery.at(_AT), "best-hour-of-service", message, say("delete the line"))
    elif at_best_hour and not references.policy.tracking:
        message = say("nothing is measured here (`tracking: false`), so nobody has a best hour")
        report.warn(delivery.at(_AT), "nothing-measured", message, say("delete the line"))
    return Delivery(window or "business", sender or "owner", spread, at_best_hour)


def check_spread(spread: timedelta, at: Node, report: Report) -> None:
    """Report a spread of more than a day."""
    if spread > LONGEST_SPREAD:
        message = say("a spread of more than 24 hours")
        hint = say("mails that leave on several days are several broadcasts")
        report.error(at, "out-of-range", message, hint)
