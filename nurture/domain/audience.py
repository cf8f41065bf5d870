"""How readers behave, as shares: what a simulation supposes, and what history teaches it.

All shares are from 0 to 1 and of what the field says; moods follow the temperature that a
reader has when a mail arrives, so a world that warms people up reads better later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import TypeAlias

from nurture.domain.lifecycle import Temperature

#: temperature → a share
ByTemperature: TypeAlias = Mapping[Temperature, float]


@dataclass(frozen=True, slots=True)
class MailRates:
    """What readers of one temperature do with the mails that reach them."""

    #: of the mails sent: opened, so that the pixel tells
    open: float = 0.0
    #: of the mails sent: a link followed; never more than are opened
    click: float = 0.0
    #: of the mails sent: answered by hand
    reply: float = 0.0
    #: of those who clicked: do what the mail asks for (its step's `wait_for`, its seminar)
    convert: float = 0.0
    #: of the mails sent: unsubscribed
    unsubscribe: float = 0.0
    #: of the mails sent: came back for good
    bounce: float = 0.0
    #: of the mails sent: called spam
    complaint: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that people do by themselves, whatever we send."""

    #: `noun.verbed`, not one that only the engine makes
    event: str
    properties: Mapping[str, str | int | float | bool]
    #: span that the shares are of
    per: timedelta
    #: of the contacts of a temperature: do it in such a span (on average)
    shares: ByTemperature


@dataclass(frozen=True, slots=True)
class Reading:
    """When mails are read."""

    #: half of the opens have come so long after the mail
    median: timedelta = timedelta(hours=4)
    #: nobody reads a mail that is older
    longest: timedelta = timedelta(days=10)
    #: hours of the day in which people read, in the calendar's zone
    awake: tuple[time, time] = (time(7), time(23))


@dataclass(frozen=True, slots=True)
class Team:
    """What our own people do with their tasks."""

    #: of the tasks: done
    done: float = 0.9
    #: half of them are done in so many working hours
    median: timedelta = timedelta(hours=6)
    #: of the calls made: qualified by budget, authority, need and timeline
    qualified: float = 0.25
    #: of the calls made: nobody answered
    no_answer: float = 0.2


@dataclass(frozen=True, slots=True)
class Audience:
    """A model of readers, and of those who answer them."""

    name: str
    mail: Mapping[Temperature, MailRates]
    arrivals: tuple[Arrival, ...] = ()
    reading: Reading = Reading()
    team: Team = Team()
    #: of those registered for a seminar: come
    attend: float = 0.6
    #: how many mails each temperature's rates were learnt from; empty: nothing was learnt
    learnt: Mapping[Temperature, int] = field(default_factory=dict)
