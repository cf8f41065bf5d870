"""People and their mail: when they read it, and what they do with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from nurture.demo.dice import Dice
from nurture.demo.hours import Hours
from nurture.demo.temperament import Gateway, Mood, Temperament, gateway_of, temperament_of
from nurture.demo.wishes import Wish, wish_of

#: who is away for a while in the run, share of all
_TRAVELLERS = 0.12


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the audience."""

    address: str
    locale: str
    temperament: Temperament
    gateway: Gateway | None
    #: first and last day of a holiday of their own; None: none
    away: tuple[date, date] | None

    @property
    def office(self) -> str:
        """Where they reach the web from, and whose gateway sees their mail."""
        return self.address.rpartition("@")[2]

    def is_away(self, day: date) -> bool:
        """Say whether an out-of-office answers for them."""
        return self.away is not None and self.away[0] <= day <= self.away[1]


def person_of(dice: Dice, address: str, locale: str, first: date, days: int) -> Person:
    """Return who reads an address; `first` and `days` say when they may be on holiday."""
    address = address.lower()
    rng = dice.about("holiday", address)
    away = None
    if rng.random() < _TRAVELLERS:
        leaves = first + timedelta(days=rng.randrange(max(1, days - 5)))
        away = (leaves, leaves + timedelta(days=rng.randint(3, 10)))
    gateway = gateway_of(dice, address.rpartition("@")[2])
    return Person(address, locale, temperament_of(dice, address), gateway, away)


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody will do with one mail, and when."""

    at: datetime
    number: int
    address: str
    #: loads the pictures
    opens: bool = True
    clicks: bool = False
    replies: bool = False
    #: leaves: by the button of the mail program, or by way of the page
    leaves: bool = False
    by_page: bool = False
    #: what is changed in the preference centre
    wishes: Wish | None = None


@dataclass(slots=True)
class Reader:
    """A person with what they remember of our mails."""

    person: Person
    #: mails that arrived, by subject
    seen: dict[str, int] = field(default_factory=dict)
    left: bool = False
    said_away: bool = False
    #: mails that were read
    read: int = 0

    def receives(
        self, dice: Dice, hours: Hours, number: int, subject: str, now: datetime
    ) -> Reading | None:
        """Take a mail; return what will be done with it, None where nothing will.

        What happens depends on the seed, the address and how often this subject came.
        Somebody who has left, or is about to, never leaves a second time.
        """
        count = self.seen[subject] = self.seen.get(subject, 0) + 1
        if self.left:
            return None
        person, habits = self.person, self.person.temperament
        rng = dice.about("reads", person.address, subject, count)
        opens, clicks, replies = (rng.random() for _ in range(3))
        wait, by_page = rng.randint(*habits.delay), rng.random() < 0.5
        tired = 0 < habits.patience <= sum(self.seen.values())
        if opens >= habits.opens and not tired:
            return None
        since = now
        if person.away is not None and person.is_away(hours.day_of(now)):
            since = hours.at(person.away[1] + timedelta(days=1), time(0))
        self.left = tired
        self.read += 1
        wish = wish_of(dice, person.address, habits.mood)
        return Reading(
            at=hours.nth(since, wait, habits.evenings),
            number=number,
            address=person.address,
            # Some read without pictures; nobody will ever know.
            opens=habits.mood is Mood.KEEN or rng.random() < 0.85,
            clicks=clicks < habits.clicks and not tired,
            replies=replies < habits.replies and not tired,
            leaves=tired,
            by_page=by_page,
            wishes=wish[0] if wish is not None and wish[1] == self.read and not tired else None,
        )

    def answers_away(self, now: date) -> bool:
        """Say whether an out-of-office goes out; it does once in a holiday (RFC 3834)."""
        if not self.person.is_away(now) or self.said_away:
            return False
        self.said_away = True
        return True
