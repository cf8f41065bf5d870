"""The first day after a publication, played through by the engine itself on a copy in memory.

Two worlds are made of the house as it stands: in one the files are published, the other runs
on as it is. Nobody opens, clicks or answers. Only the people whom the publication may concern
come along, with their colleagues, whose mails count for the caps of an account; where they are
many, some of them, and the numbers are estimates that say so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from nurture.db import tables as t
from nurture.db import under_way
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain.forecast import FirstDay, NamedMail
from nurture.domain.message import State
from nurture.services.concern import FIRST_DAY, concerned
from nurture.services.planning import Plan, make_plan
from nurture.services.publish import carry_out
from nurture.services.runtime import Runtime
from nurture.simulate.world import World

#: people who are played through at most; a sample of so many tells a share to about 7 points
MOST_PLAYED = 200

#: mails that are shown by name
_NAMES = 10

#: with more people than this, the clock stops every half hour rather than at each second
_MANY = 100
_TICK = timedelta(minutes=30)

_LEFT = (State.SENT, State.DELIVERED, State.IN_DOUBT)

#: why a journey's mail goes, the most telling first
_WHY = ("enrolled_at_publish", "crossed", "crossed_on")
_TURN: tuple[str, Mapping[str, Any]] = ("turn_comes", {})
_MAILING: tuple[str, Mapping[str, Any]] = ("mailing_begins", {})


def first_day(runtime: Runtime, plan: Plan, most: int = MOST_PLAYED) -> FirstDay | None:
    """Return what the first 24 hours bring, by playing them; None where it cannot be carried out.

    Reads the house in one transaction per world and writes to nothing. A plan that cannot be
    carried out (people without a place) has no first day either.
    """
    if plan.without_place:
        return None
    people = concerned(runtime, plan)
    played = _some(people, most, plan.digest)
    with read(runtime.engine) as connection:
        along = set(played) | under_way.colleagues_of(connection, played)
        everybody = under_way.everybody(connection) <= len(people)
    scale = len(people) / len(played) if played else 1.0
    # Before the first publication nothing goes out.
    without = _play(runtime, None, along, played) if plan.live is not None else []
    mails = _play(runtime, plan, along, played)
    before, after = (Counter(one.called for one in found) for found in (without, mails))
    by_mail = {
        mail: (round(before[mail] * scale), round(after[mail] * scale))
        for mail, _ in (before | after).most_common()
    }
    definitions = plan.definitions
    return FirstDay(
        mails=round(len(mails) * scale),
        without=round(len(without) * scale),
        concerned=len(people),
        played=len(played),
        everybody=everybody,
        by_mail=by_mail,
        names=tuple(_names(mails, without)),
        titles={
            **{name: one.title or name for name, one in definitions.workflows.items()},
            **{name: one.title or name for name, one in definitions.mailings.items()},
        },
    )


def _some(people: Iterable[int], most: int, seed: str) -> list[int]:
    """Return at most so many of the people, the same ones for the same plan."""
    ordered = sorted(people)
    if len(ordered) <= most:
        return ordered

    def lot(contact_id: int) -> bytes:
        return hashlib.sha256(f"{seed}/{contact_id}".encode()).digest()

    return sorted(sorted(ordered, key=lot)[:most])


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail that left in a world, and why."""

    row: Any
    reason: str
    detail: Mapping[str, Any]

    @property
    def key(self) -> tuple[int, str, str]:
        """The same in both worlds, whatever ids they gave and what steps are called."""
        row = self.row
        return row.contact_id, row.mailing or row.workflow or "", row.template

    @property
    def called(self) -> str:
        """What goes out: `warm-nurture · warm/hearing`."""
        of = self.row.mailing or self.row.workflow
        return f"{of} · {self.row.template}" if of else str(self.row.template)


def _play(
    runtime: Runtime, plan: Plan | None, along: set[int], played: Sequence[int]
) -> list[_Mail]:
    """Return the mails to people who count, of a day in a copy of the house."""
    if not played:
        return []
    with closing(World.clone(runtime, contact_ids=along, unpublished=True)) as world:
        start = world.now
        if plan is not None:
            again = make_plan(world.runtime, plan.files, plan.back_to, (plan.definitions, ()))
            carry_out(world.runtime, again, "plan", again.counts.total)
        world.run_until(start + FIRST_DAY, _TICK if len(played) > _MANY else None)
        return _mails(world, start, set(played))


def _mails(world: World, start: datetime, played: set[int]) -> list[_Mail]:
    m, c, a = t.message, t.contact, t.account
    query = (
        select(
            m.c.sent_at, m.c.contact_id, m.c.template, m.c.workflow, m.c.step, m.c.mailing,
            m.c.enrolment_id, c.c.family_name, c.c.given_name, c.c.locale, c.c.email,
            a.c.name.label("company"),
        )
        .join(c, c.c.id == m.c.contact_id)
        .outerjoin(a, a.c.id == c.c.account_id)
        .where(m.c.state.in_(_LEFT), m.c.sent_at >= start, m.c.sent_at <= start + FIRST_DAY)
        .order_by(m.c.sent_at, m.c.id)
    )  # fmt: skip
    d = t.decision
    reasons = select(d.c.enrolment_id, d.c.reason, d.c.detail).where(
        d.c.reason.in_(_WHY), d.c.enrolment_id.is_not(None)
    )
    with read(world.engine) as connection:
        why = {row.enrolment_id: (row.reason, row.detail) for row in connection.execute(reasons)}
        rows = connection.execute(query).all()
    return [
        _Mail(row, *(_MAILING if row.mailing else why.get(row.enrolment_id, _TURN)))
        for row in rows
        if row.contact_id in played
    ]


def _names(mails: Sequence[_Mail], without: Sequence[_Mail]) -> list[NamedMail]:
    """Return some mails by name: of each kind in turn, those first that are news."""
    known = {one.key for one in without}
    kinds: dict[str, list[_Mail]] = {}
    for one in sorted(mails, key=lambda one: one.key in known):
        kinds.setdefault(one.called, []).append(one)
    chosen: list[_Mail] = []
    while len(chosen) < _NAMES and any(kinds.values()):
        for kind in kinds.values():
            if kind and len(chosen) < _NAMES:
                chosen.append(kind.pop(0))
    chosen.sort(key=lambda one: one.row.sent_at)
    return [_named(one, one.key not in known) for one in chosen]


def _named(one: _Mail, news: bool) -> NamedMail:
    row = one.row
    # Who would get it anyway gets it because its turn has come, whatever changes beside.
    reason, detail = (one.reason, one.detail) if news or row.mailing else _TURN
    name = full_name(row.family_name, row.given_name, row.locale or "ja")
    return NamedMail(
        at=row.sent_at,
        contact_id=row.contact_id,
        name=name or row.email or "",
        company=row.company or "",
        mail=row.template,
        workflow=row.mailing or row.workflow or "",
        reason=reason,
        detail=detail,
        news=news,
    )
