"""How readers behave, learnt from what has happened in a real house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from nurture.db import simulated
from nurture.db.engine import read
from nurture.domain.audience import Audience, MailRates
from nurture.domain.lifecycle import Temperature
from nurture.services.runtime import Runtime

#: how far back is looked: older readers were other readers
_WITHIN = timedelta(days=365)

#: mails whose fate is settled: younger ones may still be opened
_SETTLED = timedelta(days=3)

#: mails of the shipped audience that a temperature's history is mixed with, so that thin
#: history says little: with as many mails of one's own, both count alike
WEIGHT = 500


def learn(house: Runtime, otherwise: Audience) -> Audience:
    """Return `otherwise` with the rates of mails as a house's history has them.

    Per temperature (the reader's when the mail left) a rate is
    (happened + WEIGHT · otherwise) / (mails + WEIGHT): with little history the shipped
    numbers speak, with much one's own. Machines and prefetches never count. `convert`,
    arrivals and the team stay as `otherwise` has them.
    """
    now = house.clock.now()
    with read(house.engine) as connection:
        counts = simulated.reading_habits(connection, now - _WITHIN, now - _SETTLED)
    mail = {one: mixed(otherwise.mail[one], counts.get(str(one), {})) for one in Temperature}
    return replace(
        otherwise,
        name=f"{otherwise.name}+history",
        mail=mail,
        learnt={one: counts.get(str(one), {}).get("sent", 0) for one in Temperature},
    )


def mixed(usual: MailRates, seen: Mapping[str, int]) -> MailRates:
    """Return the rates of a temperature: `seen` (`sent` and event type → mails) among `usual`."""
    mails = seen.get("sent", 0)

    def rate(event: str, prior: float) -> float:
        return (seen.get(event, 0) + WEIGHT * prior) / (mails + WEIGHT)

    opened = rate("email.opened", usual.open)
    return replace(
        usual,
        open=opened,
        # Where pictures are blocked, clicks may be more than opens: who clicks has opened.
        click=min(opened, rate("email.clicked", usual.click)),
        reply=rate("email.replied", usual.reply),
        unsubscribe=rate("contact.unsubscribed", usual.unsubscribe),
        bounce=rate("email.bounced", usual.bounce),
        complaint=rate("email.complained", usual.complaint),
    )
