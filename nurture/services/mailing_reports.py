"""Broadcasts and the mailings of seminars: which there are, where they stand, what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import mailing_counts, mailings
from nurture.db.engine import read
from nurture.db.mailing_counts import MailingCount
from nurture.domain.condition_words import condition_text
from nurture.domain.conditions import All, Condition
from nurture.domain.definitions import Definitions
from nurture.domain.mailing import Mailing, MailingState, phase_of
from nurture.errors import NotFoundError
from nurture.language import Said, say
from nurture.language.hints import did_you_mean
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

#: a mailing whose time had passed is shown among those to come for so long
_MISSED_LATELY = timedelta(days=14)

#: mailings that are over and shown in the list, the newest
LISTED = 50


#: who gets a seminar's mails that nobody writes a condition for
_TOLD = {
    "reminder": ("お申し込みの方", "those who registered"),
    "correction": ("ご案内またはお申し込み済みの方", "those who were invited or registered"),
}


@dataclass(frozen=True, slots=True)
class MailingLine:
    """A mailing, where it stands, and its figures."""

    row: Row[Any]
    title: str
    #: a state of MailingState, or `sending`: all are queued and some wait to leave
    phase: str
    count: MailingCount
    #: None: no file of the live release says it any more
    mailing: Mailing | None
    #: segments of the live release, by which `to` is said
    segments: Mapping[str, Condition]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.row.name)

    @property
    def part(self) -> str:
        """What it is of its seminar: invitation, reminder, correction; empty for a broadcast."""
        return self.name.partition("/")[2].partition("-")[0]

    def to(self, locale: str) -> str:
        """Return who gets it, in words; empty where no file says it any more."""
        if self.part in _TOLD:
            return _TOLD[self.part][0 if locale.startswith("ja") else 1]
        if self.mailing is None:
            return ""
        condition = self.mailing.condition
        if self.part == "invitation" and isinstance(condition, All) and condition.parts:
            # Those who have registered are left out of every invitation: no word of it here.
            return audience(condition.parts[0], self.segments, locale)
        return audience(self.mailing.condition, self.segments, locale)

    @property
    def at(self) -> datetime:
        """When it begins or began."""
        found: datetime = self.row.at
        return found


@dataclass(frozen=True, slots=True)
class Mailings:
    """All mailings, by how far they are."""

    coming: Sequence[MailingLine]
    running: Sequence[MailingLine]
    over: Sequence[MailingLine]


@dataclass(frozen=True, slots=True)
class MailingReport:
    """One mailing with why its mails wait or were given up."""

    line: MailingLine
    #: (state of the mail, reason code, how many), the most frequent first
    held: Sequence[tuple[str, str, int]]


def listed(runtime: Runtime) -> Mailings:
    """Return all mailings that are not over, and the newest that are."""
    with read(runtime.engine) as connection:
        house = house_at(runtime, connection)
        rows = mailings.all_rows(connection)
        ended = (MailingState.DONE, MailingState.CANCELLED)
        over = sorted((r for r in rows if r.state in ended), key=lambda r: r.at, reverse=True)
        shown = [row for row in rows if row.state not in ended] + over[:LISTED]
        names = [row.name for row in shown]
        counts = mailing_counts.of_mailings(connection, names, house.count_unknown_opens)
        known = _written(runtime, connection, house.release_id)
        lines = [_line(row, counts, known) for row in shown]
    recent = runtime.clock.now() - _MISSED_LATELY
    coming = [
        one
        for one in lines
        if one.phase == "scheduled" or _waits(one) or (one.phase == "missed" and one.at > recent)
    ]
    running = [one for one in lines if one.phase in ("running", "sending", "paused")]
    running = [one for one in running if not _waits(one)]
    rest = [one for one in lines if one not in coming and one not in running]
    return Mailings(
        coming=sorted(coming, key=lambda one: one.at),
        running=sorted(running, key=lambda one: one.at, reverse=True),
        over=sorted(rest, key=lambda one: one.at, reverse=True),
    )


def report(runtime: Runtime, name: str) -> MailingReport:
    """Return one mailing; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        row = mailings.find(connection, name)
        if row is None:
            known_names = [one.name for one in mailings.all_rows(connection)]
            raise NotFoundError(*unknown(name, known_names))
        house = house_at(runtime, connection)
        counts = mailing_counts.of_mailings(connection, [name], house.count_unknown_opens)
        held = mailing_counts.reasons(connection, name)
        known = _written(runtime, connection, house.release_id)
        return MailingReport(
            line=_line(row, counts, known),
            held=[(one.state, one.reason or "", one.number) for one in held],
        )


def unknown(name: str, known: Iterable[str]) -> tuple[Said, Said]:
    """Return message and hint for a name that no mailing has."""
    hint = did_you_mean(name, known) or say("`nurture broadcast list` shows what there is")
    return say("there is no broadcast '{name}'", name=name), hint


def audience(condition: Condition, segments: Mapping[str, Condition], locale: str) -> str:
    """Return who gets a mailing in words; a segment by its name, not by all that it means."""
    for name, means in segments.items():
        if means == condition:
            return f"セグメント「{name}」" if locale.startswith("ja") else f"segment {name}"
    if isinstance(condition, All) and condition.parts:
        by = " かつ " if locale.startswith("ja") else " and "
        return by.join(audience(part, segments, locale) for part in condition.parts)
    return condition_text(condition, locale)


def definitions_of(runtime: Runtime) -> Definitions:
    """Return the definitions of the live release; NurtureError where nothing is published."""
    with read(runtime.engine) as connection:
        return runtime.releases.live(connection).definitions


def _waits(line: MailingLine) -> bool:
    """Say whether a mailing was paused before it began."""
    return line.phase == "paused" and line.row.started_at is None


def _written(
    runtime: Runtime, connection: Connection, release_id: int | None
) -> tuple[Mapping[str, Mailing], Mapping[str, Condition]]:
    """Return mailings and segments of a release; none where nothing is published."""
    if release_id is None:
        return {}, {}
    found = runtime.releases.get(connection, release_id).definitions
    return found.mailings, found.segments


def _line(
    row: Row[Any],
    counts: Mapping[str, MailingCount],
    known: tuple[Mapping[str, Mailing], Mapping[str, Condition]],
) -> MailingLine:
    written = known[0].get(row.name)
    count = counts.get(row.name, MailingCount())
    return MailingLine(
        row=row,
        title=written.title if written is not None else row.name,
        phase=phase_of(MailingState(row.state), count.waiting),
        count=count,
        mailing=written,
        segments=known[1],
    )
