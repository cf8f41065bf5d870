"""What to look at when offers are looked through: their age, and what asks with each brought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import Connection

from nurture.db import ask_results
from nurture.db import offer_reviews as rows
from nurture.domain.definitions import Definitions
from nurture.domain.offer_review import Look, looks
from nurture.domain.playbook import AskResult, Tally
from nurture.domain.referral import AskAnswer
from nurture.domain.referral_program import Program
from nurture.language import Said, in_language, language_of, say, say_number
from nurture.services.ask_mail import text_in

_COMMUNITY = "community"
#: guests are counted over a month, the span between two looks
_MONTH = timedelta(days=30)


def results_of(connection: Connection, programs: Mapping[str, Program]) -> list[AskResult]:
    """Return what came of every ask that counts."""
    windows = {name: one.window for name, one in programs.items()}
    return [
        AskResult(
            one.row.offer,
            one.row.timing,
            one.row.channel,
            one.row.mode,
            _lever(programs, one.row.program, one.row.offer),
            one.row.program,
            AskAnswer(one.row.answer) if one.row.answer else None,
            one.referrals,
            one.won,
        )
        for one in ask_results.results(connection, windows)
    ]


def looks_now(
    connection: Connection, definitions: Definitions, program: Program, now: datetime
) -> tuple[Look, ...]:
    """Return a programme's offers as they stand, those that waited longest first."""
    zone = ZoneInfo(definitions.calendar.zone)
    done = rows.looked_at(connection, program.name)
    noted = done.astimezone(zone).date() if done is not None else None
    asks = results_of(connection, definitions.programs)
    return looks(program, asks, noted, now.astimezone(zone).date())


def points(
    connection: Connection,
    definitions: Definitions,
    dedupe_key: str,
    now: datetime,
    locale: str,
) -> tuple[tuple[str, str], ...]:
    """Return what the task of a key is to look at: an offer, and its age and figures in words.

    Nothing for other tasks, or where the programme is gone.
    """
    program = definitions.programs.get(rows.program_of(dedupe_key) or "")
    if program is None:
        return ()
    found = [
        (text_in(one.offer.title, locale), in_language(_said(one, locale), locale))
        for one in looks_now(connection, definitions, program, now)
    ]
    if _COMMUNITY in program.kinds:
        guests = rows.guests(connection, now - _MONTH, now)
        said = say_number(
            "{number} guest of seminars and events within 30 days; next themes and dates?",
            "{number} guests of seminars and events within 30 days; next themes and dates?",
            guests,
        )
        name = in_language(say("Community"), locale)
        found.append((name, in_language(said, locale)))
    return tuple(found)


def _said(one: Look, locale: str) -> Said:
    seen = say("nobody has looked it through yet")
    if one.on is not None:
        seen = say_number(
            "looked through on {day}, {number} day ago",
            "looked through on {day}, {number} days ago",
            one.days or 0,
            day=format_date(one.on, "medium", locale=language_of(locale)),
        )
    return say("{seen}; {brought}", seen=seen, brought=_brought(one.tally))


def _brought(tally: Tally | None) -> Said:
    if tally is None:
        return say("nobody was asked with it so far")
    figures = say(
        "asked {asked}, answers {answered}, introductions {referrals}, won {won}",
        asked=tally.asked,
        answered=tally.answered,
        referrals=tally.referrals,
        won=tally.won,
    )
    return say("{figures} (brings the most)", figures=figures) if tally.best else figures


def _lever(programs: Mapping[str, Program], program: str, offer: str) -> str:
    found = programs.get(program)
    known = found.offers.get(offer) if found is not None else None
    return known.lever if known is not None else ""
