"""What happens without a mail: people who find the site by themselves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nurture.demo.dice import Dice, pick
from nurture.demo.hours import Hours
from nurture.demo.readers import Person
from nurture.demo.site import Deed, Site
from nurture.demo.temperament import Mood

#: mood → chances to come by once, and once more
_COMES = {Mood.KEEN: (0.85, 0.6), Mood.CURIOUS: (0.35, 0.2), Mood.BUSY: (0.10, 0.0)}

#: where visitors arrive whom a search or a colleague sent
_DOORS = {
    "/documents/automation-guide": 5.0,
    "/documents/inventory-checklist": 3.0,
    "/documents/rollout-steps": 1.5,
    "/webinars/online": 3.0,
    "/product": 2.0,
    "/pricing": 1.5,
    "/roi": 0.8,
    "/forms/consultation": 0.7,
    "/forms/quote": 0.6,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody does something at a moment; `path` leads on over the site from there."""

    at: datetime
    deed: Deed
    path: str = ""


def spontaneous(
    dice: Dice, hours: Hours, site: Site, person: Person, start: datetime, days: int
) -> Iterator[Visit]:
    """Yield the visits that nothing of ours causes."""
    rng = dice.about("comes by", person.address)
    for chance in _COMES.get(person.temperament.mood, ()):
        if rng.random() >= chance:
            return
        moment = _some_moment(rng, hours, start, days)
        door = pick(rng, {path: weight for path, weight in _DOORS.items() if path in site.pages})
        if site.pages[door].does:
            yield Visit(moment, site.deed(door, person.address, person.locale), door)
        else:
            seen = Deed("page.viewed", person.address, {"page": site.pages[door].name})
            yield Visit(moment, seen, door)


def is_customer(dice: Dice, address: str, basis: str | None) -> bool:
    """Say whether somebody we have long been in touch with has bought before."""
    return basis == "business_relationship" and dice.happens(0.85, "bought", address.lower())


def _some_moment(rng: random.Random, hours: Hours, start: datetime, days: int) -> datetime:
    since = start + timedelta(days=rng.uniform(0, max(1, days - 3)))
    return hours.nth(since, 1)
