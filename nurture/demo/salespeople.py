"""The company's salespeople: they call, note what they learnt, and move deals on. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nurture.db.demo_people import OpenTask
from nurture.demo.dice import Dice, pick
from nurture.demo.hours import Hours
from nurture.demo.site import Deed
from nurture.demo.temperament import Mood, temperament_of
from nurture.demo.visitors import Visit

#: moments at the desk until a task of a kind is taken up, from and to
_TAKES = {"call": (1, 5), "escalation": (1, 2), "reply": (1, 5), "quote": (2, 6)}
_TAKES_LONG = (4, 14)

#: how a first conversation goes, by mood
_CALLS: Mapping[Mood, Mapping[str, float]] = {
    Mood.KEEN: {"qualified": 0.75, "later": 0.15, "talked": 0.10},
    Mood.CURIOUS: {"qualified": 0.40, "later": 0.35, "talked": 0.15, "no_answer": 0.10},
    Mood.BUSY: {"qualified": 0.15, "later": 0.30, "talked": 0.15, "no_answer": 0.40},
    Mood.SILENT: {"later": 0.2, "no_answer": 0.8},
    Mood.ANNOYED: {"not_now": 0.6, "no_answer": 0.4},
}

_BANT: Mapping[str, Mapping[str, Sequence[str]]] = {
    "ja": {
        "budget": ("今期の予算で確保済み", "来期の予算に計上予定", "300万円まで部門で決裁可"),
        "authority": ("社長が最終決裁", "部長決裁", "情報システム部門と共同で決裁"),
        "need": ("月末の転記に3名で2日", "紙の日報の集計が負担", "拠点ごとに様式が違う"),
        "timeline": ("3か月以内に導入", "半年以内に試行", "来期の初めから"),
    },
    "en": {
        "budget": ("approved this term", "planned for next year", "up to 30,000 at team level"),
        "authority": ("the president decides", "head of operations", "together with IT"),
        "need": ("three people copy for two days a month", "paper reports", "one form per site"),
        "timeline": ("within three months", "a trial within half a year", "next fiscal year"),
    },
}
#: what those say who ask us to come back
_NEXT_TERM = {
    "ja": {"budget": "来期の予算に計上予定", "timeline": "来期の初めから"},
    "en": {"budget": "planned for next year", "timeline": "next fiscal year"},
}
_LOST = {
    "ja": ("予算の見送り", "現行システムを継続", "時期の見直し"),
    "en": ("budget postponed", "stays with what they have", "not the right time"),
}
_DECLINED = {"ja": "ご要望の範囲が弊社のサービスと異なること", "en": "outside our service"}


@dataclass(frozen=True, slots=True)
class Salespeople:
    """Takes tasks up in working hours; what follows from a call comes later by itself."""

    dice: Dice
    hours: Hours

    def work(self, tasks: Sequence[OpenTask], now: datetime) -> Iterator[Visit]:
        """Yield what is done now and what will follow, for the tasks whose turn has come."""
        for task in tasks:
            rng = self.dice.about("task", task.email.lower(), task.kind, task.created_at)
            least, most = _TAKES.get(task.kind, _TAKES_LONG)
            if self.hours.nth(task.created_at, rng.randint(least, most)) > now:
                continue
            if task.workflow == "referrer-updates" and task.kind in ("call", "escalation"):
                yield from self._call_referred(task, now, rng)
            elif task.kind == "call":
                yield from self._call(task, now, rng)
            if task.kind != "call":
                yield Visit(now, Deed("task.completed", task.email, {"task": task.id}))

    def _call(self, task: OpenTask, now: datetime, rng: random.Random) -> Iterator[Visit]:
        mood = temperament_of(self.dice, task.email).mood
        result = pick(rng, _CALLS[mood])
        lead = task.lifecycle in ("prospect", "lead", "mql")
        if result == "qualified" and task.lifecycle != "mql":
            result = "talked"
        learnt: dict[str, Any] = {"result": result, "task": task.id}
        if result in ("qualified", "later"):
            texts = _BANT.get(task.locale, _BANT["en"])
            learnt |= {name: rng.choice(choices) for name, choices in texts.items()}
        if result == "later":
            learnt |= _NEXT_TERM.get(task.locale, _NEXT_TERM["en"])
        yield Visit(now, Deed("call.logged", task.email, learnt))
        if result == "qualified" and lead:
            yield from self._pursue(task, now, rng)

    def _pursue(self, task: OpenTask, now: datetime, rng: random.Random) -> Iterator[Visit]:
        """Yield the way of a lead whom inside sales has confirmed."""
        email, which = task.email, rng.randrange(100)
        days = rng.randint(1, 2)
        if rng.random() < 0.12:
            why = {"reason": "scope" if rng.random() < 0.5 else "budget"}
            yield self._on(now, days, which, Deed("lead.returned", email, why))
            return
        yield self._on(now, days, which, Deed("lead.accepted", email, {}))
        deal = {
            "deal": f"D-{rng.randrange(5000, 10000)}",
            "amount": rng.randint(6, 60) * 100_000,
            "currency": "JPY",
            "product": "業務自動化プラン",
        }
        days += rng.randint(1, 3)
        yield self._on(now, days, which + 1, Deed("deal.opened", email, deal))
        days += rng.randint(1, 4)
        yield self._on(now, days, which + 2, Deed("deal.meeting_set", email, deal))
        if rng.random() < 0.15:
            return
        days += rng.randint(3, 8)
        yield self._on(now, days, which + 3, Deed("deal.advanced", email, deal))
        days += rng.randint(8, 20)
        if rng.random() < 0.55:
            yield self._on(now, days, which + 4, Deed("deal.won", email, deal))
        else:
            texts = _LOST.get(task.locale, _LOST["en"])
            lost = {**deal, "reason": rng.choice(texts)}
            yield self._on(now, days, which + 4, Deed("deal.lost", email, lost))

    def _call_referred(self, task: OpenTask, now: datetime, rng: random.Random) -> Iterator[Visit]:
        """Yield the first contact with somebody who was introduced, and how it ends."""
        referral = {"referral": task.subject}
        if task.kind == "call":
            talked = {"result": "introduced", "task": task.id, **referral}
            yield Visit(now, Deed("call.logged", task.email, talked))
        yield Visit(now, Deed("referral.contacted", task.email, referral))
        end = pick(rng, {"referral.won": 5.0, "referral.lost": 3.0, "referral.declined": 2.0})
        texts = _LOST.get(task.locale, _LOST["en"])
        why = {
            "referral.won": {},
            "referral.lost": {"reason": rng.choice(texts)},
            "referral.declined": {"reason": _DECLINED.get(task.locale, _DECLINED["en"])},
        }[end]
        days = rng.randint(8, 25)
        yield self._on(now, days, rng.randrange(6), Deed(end, task.email, {**referral, **why}))

    def _on(self, now: datetime, days: int, which: int, deed: Deed) -> Visit:
        return Visit(self.hours.on_business_day(now, days, which), deed)
