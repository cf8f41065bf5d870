"""What referrers choose on their own page: their name, no more requests, no more mails."""

from __future__ import annotations

from datetime import timedelta

from nurture.db import ask_answers, messages, referrers
from nurture.db.engine import write
from nurture.db.events import NewEvent, record
from nurture.domain.referral import AskAnswer
from nurture.domain.referrer_view import ShownAs
from nurture.domain.sending import ALWAYS_OPEN
from nurture.services import referrals
from nurture.services.refer_desk import Desk
from nurture.services.runtime import DECIDE, SEND, Runtime

#: the letter that brings a fresh link
NEW_LINK = "referrer/new-link"

#: choices of the page
CHOICES = ("never", "ask", "silence", "updates")


def be_named(runtime: Runtime, desk: Desk, wish: ShownAs) -> None:
    """Keep how a referrer wants to be named to those they refer."""
    with write(runtime.engine) as connection:
        referrers.choose_name(connection, desk.referrer.row.contact_id, str(wish))


def choose(runtime: Runtime, desk: Desk, choice: str) -> bool:
    """Do one of CHOICES; False where it is so already, and nothing is written.

    `never`: no ask any more, told as the answer of that name; `ask` makes it "not now", also
    where it was the answer to an ask; `silence`
    and `updates` stop and start the mails about their referrals.
    """
    now = runtime.clock.now()
    with write(runtime.engine) as connection:
        if choice in ("never", "ask"):
            never = choice == "never"
            # The guards look at the contact of today, not at the duplicate they once were.
            referrals.ensure_referrer(connection, desk.referrer.id, desk.kind, now)
            changed = referrers.stop_asking(connection, desk.referrer.ids, never)
            if not never:
                changed |= ask_answers.take_back_never(connection, desk.referrer.ids)
            if not changed:
                return False
            said = {"answer": str(AskAnswer.NEVER if never else AskAnswer.NOT_NOW)}
            told = NewEvent("referral.ask_answered", desk.referrer.id, now, "web", said)
            record(connection, [told], now)
        else:
            stopped = now if choice == "silence" else None
            if not referrers.stop_updates(connection, desk.referrer.row.contact_id, stopped):
                return False
    runtime.ring(DECIDE)
    return True


def send_link(runtime: Runtime, desk: Desk) -> bool:
    """Send a referrer a fresh link to their page, to the address we know; one an hour at most.

    False where the release has no letter for it, or we know no address.
    """
    now = runtime.clock.now()
    person = desk.referrer.person
    if not person.email or not desk.release.templates.has(NEW_LINK):
        return False
    with write(runtime.engine) as connection:
        row = {
            "dedupe_key": f"refer-link/{person.id}/{now:%Y-%m-%dT%H}",
            "contact_id": person.id,
            "recipient": person.email,
            "purpose": "service",
            "template": NEW_LINK,
            "window": ALWAYS_OPEN,
            "priority": 95,
            "expires_at": now + timedelta(days=1),
        }
        messages.queue(connection, [row], desk.release.id, now)
    runtime.ring(SEND)
    return True
