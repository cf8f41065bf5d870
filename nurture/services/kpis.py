"""The KPIs of a span of months: facts in a fixed number of queries, then pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from nurture.db import ask_results, referral_figures, value_figures
from nurture.db.engine import read
from nurture.domain import glossary, kpi_words, referral_kpis
from nurture.domain.calendar import at_wall
from nurture.domain.definitions import Definitions
from nurture.domain.kpi_book import Book, Period, ReferralFact
from nurture.domain.kpi_list import KPIS, figures
from nurture.domain.kpi_text import plain
from nurture.domain.return_kpis import Happened, happened
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

#: months that are looked at where nobody says which
MONTHS = 12
#: longest span, in months
MOST_MONTHS = 60

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months, the last one included."""

    first: date
    last: date

    @property
    def months(self) -> int:
        """How many."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    @property
    def each(self) -> list[date]:
        """The first day of each."""
        return [moved(self.first, number) for number in range(self.months)]

    @property
    def earlier(self) -> Span:
        """As many months that end where this begins."""
        return Span(moved(self.first, -self.months), moved(self.first, -1))


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the trend."""

    month: date
    figures: Happened


@dataclass(frozen=True, slots=True)
class Kpis:
    """All figures of a span, and the facts they were computed from."""

    now: datetime
    zone: ZoneInfo
    span: Span
    book: Book
    #: key → figure
    figures: Mapping[str, Any]
    trend: Sequence[Month]
    definitions: Definitions
    #: contact → (name, company) of the referrers
    referrers: Mapping[int, tuple[str, str]]

    def label(self, by: str, key: str, locale: str) -> str:
        """Return what a row of a table is called."""
        if by == "referrer":
            name, company = self.referrers.get(int(key), (key, ""))
            return " ".join(part for part in (company, name) if part)
        if by in ("source", "route"):
            base, _, channel = key.partition("/")
            titles = {**self.definitions.policy.kpis.titles(locale)}
            text = titles.get(base) or glossary.word(kpi_words.SOURCES, base, locale)
            if not channel:
                return text
            return (
                f"{text}：{glossary.word(kpi_words.ROWS['channel'], channel, locale)}"
                if (locale.startswith("ja"))
                else f"{text}: {glossary.word(kpi_words.ROWS['channel'], channel, locale)}"
            )
        if by == "program":
            program = self.definitions.programs.get(key)
            return _text(program.title, locale, key) if program is not None else key
        if by == "offer":
            for program in self.definitions.programs.values():
                if key in program.offers:
                    return _text(program.offers[key].title, locale, key)
        return glossary.word(kpi_words.ROWS.get(by, {}), key, locale)


def _text(texts: Mapping[str, str], locale: str, otherwise: str) -> str:
    return texts.get(locale) or next(iter(texts.values()), otherwise)


def kpis(runtime: Runtime, span: Span | None = None) -> Kpis:
    """Return the figures of a span, the newest twelve months by default.

    Raises NurtureError before anything is published: the policy says how to count.
    """
    with read(runtime.engine) as connection:
        return kpis_at(runtime, connection, runtime.clock.now(), span)


def kpis_at(
    runtime: Runtime, connection: Connection, now: datetime, span: Span | None = None
) -> Kpis:
    """Return the same in somebody's transaction."""
    definitions = runtime.releases.live(connection).definitions
    zone = ZoneInfo(definitions.calendar.zone)
    today = now.astimezone(zone).date()
    span = span or newest(today)
    book = _book(connection, definitions, span, now, zone)
    book = replace(book, earlier=_earlier(connection, definitions, book, span, zone))
    who = {one.referrer_id for one in book.counted}
    return Kpis(
        now=now,
        zone=zone,
        span=span,
        book=book,
        figures=figures(book),
        trend=[
            Month(month, happened(book.within(_period(Span(month, month), zone))))
            for month in span.each
        ],
        definitions=definitions,
        referrers=referral_figures.names(connection, who),
    )


def _cut(span: Span, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return where the earlier span ends too, where this one is not over yet."""
    if _period(span, zone).until <= now:
        return None
    local = now.astimezone(zone)
    day = moved(local.date(), -span.months)
    return at_wall(day, local.time(), zone)


def _book(
    connection: Connection,
    definitions: Definitions,
    span: Span,
    now: datetime,
    zone: ZoneInfo,
) -> Book:
    policy = definitions.policy.kpis
    period = _period(span, zone)
    # What happens at this very moment is in.
    period = Period(period.since, min(period.until, now + timedelta(seconds=1)))
    rewarded = _rewarded(definitions)
    # Many contacts share few sources, and patterns are slow.
    group = cache(policy.group)
    found = value_figures.deals(connection, period, group, now)
    return Book(
        period=period,
        now=now,
        policy=policy,
        referrals=_credited(
            connection,
            definitions,
            referral_figures.referrals(connection, period, rewarded, _types(definitions)),
        ),
        deals=found.of_period,
        open_deals=found.open,
        won_ever=found.won_ever,
        leads=value_figures.leads(connection, period, group),
        asks=referral_figures.asks(connection, period, rewarded),
        invitations=referral_figures.invitations(connection, period),
        scores=referral_figures.newest_scores(connection, period.until),
        referrers=referral_figures.referrers(connection),
        customers=value_figures.customers(connection, found.won_ever, group),
        costs=value_figures.costs(connection, span.first, moved(span.last, 1)),
        rewards=value_figures.rewards(connection, period),
        channel_of=found.channel_of,
    )


def _credited(
    connection: Connection, definitions: Definitions, found: Sequence[ReferralFact]
) -> list[ReferralFact]:
    """Return referrals, those that name no ask with the one they are credited to."""
    windows = {name: one.window for name, one in definitions.programs.items()}
    asks = ask_results.credited(connection, windows)
    return [
        replace(
            one,
            ask_id=asks[one.id].id,
            timing=asks[one.id].timing or "",
            ask_channel=asks[one.id].channel or "",
            asked_at=asks[one.id].asked_at,
        )
        if one.id in asks
        else one
        for one in found
    ]


def _earlier(
    connection: Connection, definitions: Definitions, book: Book, span: Span, zone: ZoneInfo
) -> Book:
    """Return of the span before what a comparison needs: referrals, costs, who bought."""
    before = _period(span.earlier, zone)
    period = Period(before.since, min(before.until, _cut(span, book.now, zone) or before.until))
    return replace(
        book,
        period=period,
        referrals=referral_figures.referrals(
            connection, period, _rewarded(definitions), _types(definitions)
        ),
        costs=value_figures.costs(connection, span.earlier.first, span.first),
        rewards=value_figures.rewards(connection, period),
        deals=(),
        leads=(),
        asks=(),
        invitations=(),
    )


def _rewarded(definitions: Definitions) -> dict[tuple[str, str], str]:
    """Return (programme, offer) with a reward for the referrer → its kind."""
    return {
        (program.name, offer.key): offer.referrer.kind
        for program in definitions.programs.values()
        for offer in program.offers.values()
        if offer.referrer is not None
    }


def _types(definitions: Definitions) -> dict[str, str]:
    return {program.name: program.type for program in definitions.programs.values()}


def as_json(found: Kpis) -> dict[str, Any]:
    """Return everything for programs: numerators, denominators, null where there is no rate."""
    rates = found.book.policy.rates
    return {
        "from": found.span.first.strftime("%Y-%m"),
        "to": found.span.last.strftime("%Y-%m"),
        "until": found.book.period.until.astimezone(found.zone).isoformat(),
        "currency": rates.currency,
        "rates": dict(rates.worth),
        "kpis": {
            one.key: {
                "value": plain(found.figures[one.key]),
                "computed_from": one.read_from.split(", "),
            }
            for one in KPIS
        },
        "expected_wins": referral_kpis.expected_wins(found.book),
        "trend": [
            {
                "month": one.month.strftime("%Y-%m"),
                "referrals": one.figures.referrals,
                "deals": one.figures.deals,
                "wins": one.figures.wins,
                "revenue": plain(one.figures.revenue),
            }
            for one in found.trend
        ],
    }


# -- months ----------------------------------------------------------------------------------


def newest(today: date, months: int = MONTHS) -> Span:
    """Return the newest months, this one included."""
    last = today.replace(day=1)
    return Span(moved(last, 1 - months), last)


def moved(day: date, months: int) -> date:
    """Return a day so many months on; a day that a month lacks becomes its last."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def asked(runtime: Runtime, first: str, last: str) -> Span | None:
    """Return the span that somebody asked for; None where they named no month.

    Raises NurtureError as `span_of` does.
    """
    if not first and not last:
        return None
    with read(runtime.engine) as connection:
        zone = house_at(runtime, connection).zone
    return span_of(first, last, runtime.clock.now().astimezone(zone).date())


def span_of(first: str, last: str, today: date) -> Span:
    """Return the span that two months as written say, each "" for what is usual.

    Raises NurtureError for what is no month, for an end before its beginning, and for spans
    longer than five years.
    """
    end = month_of(last) if last else today.replace(day=1)
    begin = month_of(first) if first else moved(end, 1 - MONTHS)
    if begin > end:
        raise NurtureError(
            say("{first} comes after {last}", first=f"{begin:%Y-%m}", last=f"{end:%Y-%m}"),
            say("name the earlier month first"),
        )
    span = Span(begin, end)
    if span.months > MOST_MONTHS:
        raise NurtureError(
            say("{months} months are too many", months=span.months),
            say("at most {most}", most=MOST_MONTHS),
        )
    return span


def month_of(text: str) -> date:
    """Return the first day of a month such as 2026-05; NurtureError where it is none."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 9000:
        raise NurtureError(say("'{text}' is no month", text=text), say("write it as 2026-05"))
    return date(int(found[1]), int(found[2]), 1)


def _period(span: Span, zone: ZoneInfo) -> Period:
    return Period(at_wall(span.first, time(), zone), at_wall(moved(span.last, 1), time(), zone))
