"""The company's salespeople: when they take a task mail up, and which button they press. Pure.

What they do goes through the forms behind the buttons of their mails. News of a deal for which
no task waits goes through `nurture deal`, and what only a CRM would know is reported by one.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nurture.db.demo_people import OpenDeal, OpenTask
from nurture.demo import talk
from nurture.demo.dice import Dice, pick
from nurture.demo.hours import Hours
from nurture.demo.site import Deed
from nurture.demo.temperament import Mood, temperament_of
from nurture.demo.visitors import Visit

#: moments at the desk until a task of a kind is taken up, from and to
_TAKES = {
    "call": (1, 5),
    "first-contact": (1, 4),
    "escalation": (1, 2),
    "reply": (1, 5),
    "quote": (2, 6),
    "record": (1, 6),
}
_TAKES_LONG = (4, 14)

#: who is too busy to call in time, and who lets other tasks lie until somebody asks
_LATE, _LEFT_LYING = 0.14, 0.08


@dataclass(frozen=True, slots=True)
class Press:
    """A button of a task mail, and what its form is answered with."""

    action: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class News:
    """A salesperson tells of a deal by herself."""

    at: datetime
    email: str
    locale: str
    #: met | end | decline
    what: str
    #: ref of the referral that is declined
    referral: str = ""


@dataclass(frozen=True, slots=True)
class Salespeople:
    """Take tasks up in working hours; what follows from a talk comes later by itself."""

    dice: Dice
    hours: Hours
    #: addresses of those who are not whom the programme wants to meet
    outside: Collection[str] = ()

    def takes_up(self, task: OpenTask, what: str, now: datetime) -> datetime | None:
        """Return when a mail about a task is acted on; None: it is read and left.

        `what` is what the mail tells: made, reminder, reassigned …
        """
        rng = self.dice.about("takes up", task.email.lower(), task.kind, task.created_at, what)
        chance, which = rng.random(), rng.randrange(6)
        if what == "reminder":
            return self.hours.nth(now, 1) if chance < 0.6 else None
        least, most = _TAKES.get(task.kind, _TAKES_LONG)
        if what == "made" and task.kind == "call" and chance < _LATE:
            return self.hours.on_business_day(now, rng.randint(2, 4), which)
        if what == "made" and task.kind not in ("call", "escalation") and chance < _LEFT_LYING:
            return None
        return self.hours.nth(now, rng.randint(least, most))

    def presses(self, task: OpenTask, offered: Collection[str], now: datetime) -> Press | None:
        """Return the button that is pressed; None where none of those offered fits."""
        rng = self.dice.about("presses", task.email.lower(), task.kind, task.created_at)
        made = self._wish(task, offered, now, rng)
        if made is not None and made.action in offered:
            return made
        return Press("done", {}) if "done" in offered else None

    def _wish(
        self, task: OpenTask, offered: Collection[str], now: datetime, rng: random.Random
    ) -> Press | None:
        match task.kind:
            case "first-contact":
                return Press("contacted", {"how": "phone", "note": talk.introduced(task.locale)})
            case "call":
                return self._first_talk(task, offered, now, rng)
            case "escalation" if rng.random() < 0.6:
                return self._first_talk(task, ("called",), now, rng)
            case "meeting":
                return Press("meeting_set", self._meeting(task, now, rng))
            case "record" if task.deal is not None:
                return self._record(task, task.deal, now, rng)
            case "quote":
                return Press("proposed", {"amount": talk.amount(rng)})
            case "approval-pack":
                return Press("send_pack", {})
        return Press("done", {"note": talk.done(rng, task.kind, task.locale)})

    def _first_talk(
        self, task: OpenTask, offered: Collection[str], now: datetime, rng: random.Random
    ) -> Press:
        mood = temperament_of(self.dice, task.email).mood
        if "returned" in offered and rng.random() < 0.12:
            return Press("returned", self._why_back(task, now, rng))
        keen = mood in (Mood.KEEN, Mood.CURIOUS)
        if "accepted" in offered and keen and task.lifecycle == "mql" and rng.random() < 0.3:
            return Press("accepted", {})
        result = pick(rng, talk.CALLS[mood])
        if result == "qualified" and task.lifecycle != "mql":
            result = "talked"
        answers = {"result": result, **talk.learnt(rng, result, task.locale)}
        if result == "later":
            answers["revisit_at"] = self._day(now, rng.randint(12, 28))
        return Press("called", answers)

    def _why_back(self, task: OpenTask, now: datetime, rng: random.Random) -> dict[str, str]:
        reason = pick(rng, {"no_budget": 3.0, "later": 3.0, "no_need": 2.0, "no_fit": 1.0})
        answers = {"reason": reason, "note": talk.returned(reason, task.locale)}
        if reason in ("later", "no_budget"):
            answers["revisit_at"] = self._day(now, rng.randint(12, 28))
        return answers

    def _meeting(self, task: OpenTask, now: datetime, rng: random.Random) -> dict[str, str]:
        return {
            "day": self._day(now, rng.randint(3, 7)),
            "time": "14:00",
            "attendees": talk.attendees(task.locale),
            "decider": "yes" if rng.random() < 0.75 else "no",
        }

    def _record(self, task: OpenTask, deal: OpenDeal, now: datetime, rng: random.Random) -> Press:
        if not deal.met:
            return Press("met", self.after_meeting(task.email, task.locale, now))
        return Press("proposed", {"amount": talk.amount(rng)})

    def after_meeting(self, email: str, locale: str, now: datetime) -> dict[str, str]:
        """Return what is written down of a meeting."""
        rng = self.dice.about("meets", email.lower(), now)
        answers = {
            name: "yes"
            for name, chance in (("decider_met", 0.85), ("requirements", 0.8), ("budget", 0.5))
            if rng.random() < chance
        }
        step = {"next_step": talk.next_step(locale), "next_at": self._day(now, rng.randint(3, 6))}
        return {**answers, **step}

    def ends(self, email: str, locale: str, now: datetime) -> Press:
        """Return how a deal ends."""
        rng = self.dice.about("ends", email.lower(), now)
        if rng.random() < 0.6:
            return Press("won", {"amount": talk.amount(rng)})
        reason = pick(rng, {"later": 3.0, "no_budget": 3.0, "competitor": 2.0, "no_decision": 1.0})
        answers = {"reason": reason, "note": talk.lost(reason, locale)}
        if reason in ("later", "no_budget"):
            answers["revisit_at"] = self._day(now, rng.randint(12, 25))
        return Press("lost", answers)

    def goes_on(self, task: OpenTask, press: Press, now: datetime) -> Iterator[Visit | News]:
        """Yield what follows from a button that was pressed, beyond what the house asks for."""
        rng = self.dice.about("goes on", task.email.lower(), task.kind, task.created_at)
        which, email = rng.randrange(6), task.email
        if task.kind == "first-contact":
            yield from self._introduced(task, now, rng)
        elif press.action == "called" and press.answers.get("result") == "qualified":
            # The call's task is over: it is the CRM that tells who took the lead on.
            taken: dict[str, Any] = {"by": task.holder} if task.holder else {}
            at = self.hours.on_business_day(now, rng.randint(1, 2), which)
            yield Visit(at, Deed("lead.accepted", email, taken))
        elif press.action == "meeting_set" and rng.random() < 0.6:
            # The others forget to write down what was said, and are asked.
            day = date.fromisoformat(press.answers["day"])
            yield News(self.hours.on_day(day, 5), email, task.locale, "met")
        elif press.action == "proposed":
            at = self.hours.on_business_day(now, rng.randint(5, 12), which)
            yield News(at, email, task.locale, "end")

    def _introduced(
        self, task: OpenTask, now: datetime, rng: random.Random
    ) -> Iterator[Visit | News]:
        """Yield what comes of the first talk with somebody who was introduced to us."""
        if task.email in self.outside:
            at = self.hours.on_business_day(now, 1, 3)
            yield News(at, task.email, task.locale, "decline", task.subject or "")
            return
        if rng.random() < 0.15:
            return  # not now: it stays where it is
        number = f"D-R{rng.randrange(1000, 10000)}"
        at = self.hours.on_business_day(now, rng.randint(1, 2), rng.randrange(6))
        given = {"deal": number, "product": "現場の記録"}
        yield Visit(at, Deed("deal.opened", task.email, given))
        met = self.hours.on_business_day(at, rng.randint(2, 5), 5)
        yield News(met, task.email, task.locale, "met")
        ends = self.hours.on_business_day(met, rng.randint(5, 16), rng.randrange(6))
        yield News(ends, task.email, task.locale, "end")

    def _day(self, now: datetime, days: int) -> str:
        """Return a business day so many ahead, as a form wants it."""
        return self.hours.day_of(self.hours.on_business_day(now, days, 0)).isoformat()
