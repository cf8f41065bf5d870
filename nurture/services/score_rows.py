"""A score, taken apart: every row with what it is worth now, adding up to what is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contact_facts, portraits, touched
from nurture.domain.condition_words import condition_text
from nurture.domain.evaluate import holds
from nurture.domain.event_words import more_of, name_of
from nurture.domain.facts import Facts
from nurture.domain.scoring import decay
from nurture.services.house import House

#: a row that has faded below this is told of together with the others like it (points)
_FADED = 0.05
#: scores are shown in tenths
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One reason for points."""

    #: points | fit | faded | unknown
    kind: str
    rule: str
    #: what happened, or which condition holds
    text: str
    #: when it happened; None: it does not fade
    at: datetime | None
    #: when it was earned
    points: float
    #: now, in tenths that add up to the score shown
    worth: float
    #: rows behind this line
    count: int = 1


def score_rows(
    connection: Connection,
    row: Row[Any],
    house: House,
    score: float,
    now: datetime,
    locale: str,
) -> list[ScoreRow]:
    """Return the rows of a contact's score, newest first, fit last."""
    exact: list[tuple[ScoreRow, float]] = []
    faded: list[float] = []
    for entry in portraits.ledger_rows(connection, row.id):
        worth = entry.points * decay(now - entry.occurred_at, house.half_life)
        if abs(worth) < _FADED:
            faded.append(worth)
            continue
        text = name_of(entry.type, locale)
        more = more_of(entry.type, entry.properties or {}, locale)
        text = f"{text}: {more}" if more else text
        exact.append(
            (ScoreRow("points", entry.rule, text, entry.occurred_at, entry.points, 0.0), worth)
        )
    if faded:
        total = sum(faded)
        exact.append((ScoreRow("faded", "", "", None, total, 0.0, len(faded)), total))
    exact += _fit(connection, row, house, now, locale)
    # What was counted under an older release stands until the contact is looked at again.
    rest = score - sum(worth for _, worth in exact)
    if abs(rest) >= _FADED:
        exact.append((ScoreRow("unknown", "", "", None, rest, 0.0), rest))
    shown = shares([worth for _, worth in exact], score)
    return [
        ScoreRow(one.kind, one.rule, one.text, one.at, one.points, worth, one.count)
        for (one, _), worth in zip(exact, shown, strict=True)
    ]


def _fit(
    connection: Connection, row: Row[Any], house: House, now: datetime, locale: str
) -> list[tuple[ScoreRow, float]]:
    stored = dict(row._mapping)
    facts = Facts(
        contact_id=row.id,
        now=now,
        contact=contact_facts.contact_values(stored, now, house.half_life),
        account=contact_facts.account_values(stored),
        tags=touched.tags_of(connection, [row.id]).get(row.id, frozenset()),
    )
    return [
        (ScoreRow("fit", rule.name, text, None, rule.points, 0.0), rule.points)
        for rule in house.fit
        if holds(rule.condition, facts)
        for text in [condition_text(rule.condition, locale)]
    ]


def shares(values: Sequence[float], total: float) -> list[float]:
    """Return the values rounded to tenths so that they add up to the total rounded so.

    The rows that lose most by rounding down are the ones that get the tenths left over.
    """
    floors = [math.floor(value * _TENTHS) for value in values]
    left = round(total * _TENTHS) - sum(floors)
    order = sorted(range(len(values)), key=lambda n: floors[n] - values[n] * _TENTHS)
    for n in order[:left] if left >= 0 else order[left:]:
        floors[n] += 1 if left > 0 else -1
    return [floor / _TENTHS for floor in floors]
