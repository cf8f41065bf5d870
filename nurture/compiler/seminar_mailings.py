"""The mailings that a seminar's file makes: the invitation and the reminder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.compiler import seminar_keys as keys
from nurture.compiler.condition_maps import read_condition
from nurture.compiler.durations import is_whole_days, write_duration
from nurture.compiler.nodes import Node
from nurture.compiler.records import Fields
from nurture.compiler.report import Placed, Report
from nurture.compiler.scope import ConditionScope
from nurture.domain.calendar import NoOpeningError, at_wall, next_opening, shift
from nurture.domain.conditions import ALWAYS, All, Condition, Not, Scope
from nurture.domain.mailing import Mailing
from nurture.domain.policy import Calendar
from nurture.domain.reads import reads
from nurture.domain.seminar import (
    INVITATION,
    Seminar,
    ever_registered_for,
    registered_for,
)
from nurture.domain.seminar_mail import reminder_of
from nurture.domain.steps import Duration
from nurture.domain.workflow import Purpose
from nurture.language import say

#: an invitation may be put off by a cap for a while and is still of use
_EXPIRES = Duration(days=5)
#: a reminder goes before everything else of its day
_FIRST = 95


def invitation(
    fields: Fields, seminar: Seminar, calendar: Calendar, scope: ConditionScope, window: str
) -> Mailing | None:
    """Return the mailing to those of `to:` who have not registered; None where it has no time."""
    report, zone = scope.report, ZoneInfo(calendar.zone)
    wall = fields.get(keys.AT)
    condition = _invited(fields.get(keys.TO), scope)
    if wall is None:
        return None
    at = at_wall(wall.date(), wall.time(), zone)
    if at >= seminar.starts_at:
        message = say(
            "the invitation goes out at {at}, when the seminar has started", at=_said(at, zone)
        )
        report.error(fields.at(keys.AT), "too-late", message)
    return replace(
        _mailing(seminar, INVITATION, fields.get_or(keys.INVITATION_SEND, ""), at),
        condition=All((condition, Not(ever_registered_for(seminar.name)))),
        topic=seminar.topic,
        window=window,
        expires=fields.get_or(keys.EXPIRES, _EXPIRES),
    )


def _invited(to: Node | None, scope: ConditionScope) -> Condition:
    if to is None:
        return ALWAYS
    condition = read_condition(to, scope)
    found = reads(condition)
    if found.steps or any(one not in (Scope.CONTACT, Scope.ACCOUNT) for one, _ in found.fields):
        message = say("an invitation cannot ask for deals, steps or events: nobody is in a journey")
        hint = say("ask for fields, tags and counts of events")
        scope.report.error(to, "not-selectable", message, hint)
    return condition


def reminder(
    fields: Fields, seminar: Seminar, calendar: Calendar, report: Report, window: str
) -> Mailing | None:
    """Return the mailing to everybody registered.

    Its name holds the day of the seminar: who was reminded of a day hears of it once, and of
    another day again.
    """
    zone = ZoneInfo(calendar.zone)
    before, clock = fields.get(keys.BEFORE), fields.get(keys.CLOCK)
    if before is None:
        return None
    at = shift(calendar, seminar.starts_at, before, zone, back=True)
    if clock is not None and not is_whole_days(before):
        message = say(
            "{before} before it starts is a time of day already", before=write_duration(before)
        )
        report.error(
            fields.at(keys.CLOCK), "two-times", message, say("write days, or leave `at` out")
        )
    elif clock is not None:
        at = at_wall(_day(at, zone), clock, zone)
    return replace(
        _mailing(seminar, reminder_of(seminar, zone), fields.get_or(keys.REMINDER_SEND, ""), at),
        condition=registered_for(seminar.name),
        purpose=Purpose.SERVICE,
        priority=_FIRST,
        window=window,
        expires=Duration(elapsed=max(seminar.starts_at - at, timedelta(minutes=1))),
    )


def check_reminder(
    mailing: Mailing,
    invited: Mailing | None,
    seminar: Seminar,
    calendar: Calendar,
    at: Placed,
    report: Report,
) -> None:
    """Report a reminder before the invitation, after the start, or in hours that never come."""
    zone = ZoneInfo(calendar.zone)
    if mailing.at >= seminar.starts_at:
        said = _said(mailing.at, zone)
        message = say("the reminder goes out at {at}, when the seminar has started", at=said)
        report.error(at, "too-late", message)
        return
    if invited is not None and mailing.at <= invited.at:
        message = say(
            "the reminder goes out at {at}, not after the invitation ({invited})",
            at=_said(mailing.at, zone),
            invited=_said(invited.at, zone),
        )
        report.error(at, "reminder-first", message)
    hours = calendar.windows.get(mailing.window)
    try:
        opens = next_opening(calendar, hours, zone, mailing.at) if hours else mailing.at
    except NoOpeningError:
        opens = seminar.starts_at
    if opens >= seminar.starts_at:
        message = say(
            "window '{window}' does not open between the reminder and the start",
            window=mailing.window,
        )
        report.error(at, "promise", message, say("remind earlier, or choose another window"))


def _mailing(seminar: Seminar, what: str, template: str, at: datetime) -> Mailing:
    return Mailing(
        name=f"{seminar.name}/{what}",
        title=next(iter(seminar.title.values()), seminar.name),
        template=template,
        condition=ALWAYS,
        at=at,
        sender=seminar.host or "owner",
        seminar=seminar.name,
        file=seminar.file,
    )


def _said(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
