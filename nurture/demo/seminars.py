"""The seminars of the files, as the company's website offers them and as people come to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from nurture.demo.dice import Dice
from nurture.demo.temperament import Mood, temperament_of
from nurture.domain.seminar import Seminar

#: how likely somebody comes who registered
_COMES = {Mood.KEEN: 0.85, Mood.CURIOUS: 0.75, Mood.BUSY: 0.45}


class Seminars:
    """The sessions that one can register for, and who did."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._all: dict[str, Seminar] = {}
        #: seminar → addresses in the order in which they registered
        self._registered: dict[str, list[str]] = {}

    def publish(self, seminars: Iterable[Seminar]) -> None:
        """Show the sessions as the files say them now."""
        self._all = {one.name: one for one in seminars}

    def next_session(self, series: str, now: datetime) -> Seminar | None:
        """Return the next session of a series with a seat left; None: the page offers none.

        The sessions of `paper-and-excel` are called `paper-and-excel-2026-05-21` and so on.
        """
        ahead = [
            one
            for one in self._all.values()
            if one.name.startswith(f"{series}-") and not one.cancelled
            # Registration closes the evening before.
            if one.starts_at - now > timedelta(hours=18)
            if one.seats is None or len(self._registered.get(one.name, ())) < one.seats
        ]
        return min(ahead, key=lambda one: one.starts_at, default=None)

    def register(self, seminar: Seminar, email: str) -> bool:
        """Note who registered; False where they had."""
        guests = self._registered.setdefault(seminar.name, [])
        if email in guests:
            return False
        guests.append(email)
        return True

    def ends(self, name: str) -> datetime | None:
        """Return when a session is over, None where it does not take place."""
        found = self._all.get(name)
        return found.ends_at if found is not None and not found.cancelled else None

    def guests(self, name: str) -> list[str]:
        """Return who came to a session, of those who had registered."""
        return [
            email
            for email in self._registered.get(name, ())
            if self._dice.happens(
                _COMES.get(temperament_of(self._dice, email).mood, 0.3), "comes", email, name
            )
        ]

    @property
    def names(self) -> list[str]:
        """All sessions."""
        return sorted(self._all)
