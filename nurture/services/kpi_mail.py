"""What the monthly report says: the month, the year behind it, charts, and what to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import format_skeleton
from sqlalchemy import Connection, Row

from nurture.charts.figures import Chart, Funnel
from nurture.charts.pictures import picture
from nurture.db import kpi_setup, team
from nurture.db.engine import read
from nurture.domain import kpi_aims, kpi_text, kpi_words, referral_kpis
from nurture.domain.kpi_text import percent, shown
from nurture.emails.pictures import InlinePicture
from nurture.emails.tokens import Purpose as TokenPurpose
from nurture.emails.tokens import Token
from nurture.language import Word, in_language, language_of, say
from nurture.services import kpi_charts
from nurture.services.kpi_readiness import Readiness, readiness_at
from nurture.services.kpi_report import review_key
from nurture.services.kpis import MONTHS, Kpis, Span, kpis_at, month_of, moved
from nurture.services.runtime import Runtime

#: figures of the year, in the order of the mail
_YEAR = (
    "referral_to_deal", "referral_to_win", "quality", "participation_rate", "referral_rate",
    "survey_response", "crv", "referral_cac_share", "lead_time",
)  # fmt: skip
_SOURCES = ("revenue_by_source", "cac_by_source", "ltv_by_source", "cac_to_ltv_by_source")
#: referrers and things to look at that a mail names
_MOST = 5
#: records below this share are something to look at
_RECORDED = 0.9


def report_values(runtime: Runtime, message: Row[Any], locale: str) -> dict[str, Any]:
    """Return what a member's report says, as things stand when it is written."""
    said = message.values or {}
    month = month_of(str(said.get("month", "")))
    span = Span(moved(month, 1 - MONTHS), month)
    with read(runtime.engine) as connection:
        now = runtime.clock.now()
        found = kpis_at(runtime, connection, now, span)
        ready = readiness_at(runtime, connection, found)
        link = _review_link(runtime, connection, month, str(said.get("member", "")))
    return {"kpis": _Report(found, ready, month, locale, link).values()}


class _Report:
    """The report of a month as values of a template."""

    def __init__(self, found: Kpis, ready: Readiness, month: date, locale: str, link: str) -> None:
        self._found, self._ready, self._month = found, ready, month
        self._locale, self._link = locale, link

    def values(self) -> dict[str, Any]:
        """Return plain values and pictures."""
        found = self._found
        charts: list[Chart | Funnel] = []
        if found.figures["referrals"].number:
            charts = [
                kpi_charts.referrals_by_month(found, self._locale),
                kpi_charts.how_far(found, self._locale),
            ]
        return {
            "month": _month(self._month, self._locale),
            "since": _month(found.span.first, self._locale),
            "headline": self._headline(),
            "figures": [self._figure(key) for key in _YEAR],
            "charts": [_drawn(one) for one in charts],
            "sources": self._sources(),
            "currency": found.book.policy.rates.currency,
            "columns": [kpi_words.KPI_WORDS[key].in_language(self._locale)[0] for key in _SOURCES],
            "referrers": self._referrers(),
            "to_do": self._to_do(),
            "expected": self._expected(),
            "checks": [
                {
                    "title": self._said(one.title),
                    "done": one.done,
                    "of": one.of,
                    "ready": one.done == one.of,
                }
                for one in self._ready.checklists
            ],
            "url": self._link,
        }

    def _headline(self) -> list[dict[str, str]]:
        """Return the month's own counts, each with the month before."""
        now, before = self._found.trend[-1].figures, self._found.trend[-2].figures
        names = (
            ("ご紹介", "Referrals"),
            ("商談", "Deals"),
            ("成約", "Won"),
            ("売上", "Revenue"),
        )
        at = 0 if language_of(self._locale) == "ja" else 1
        rows = []
        for name, one, other in zip(
            names,
            (now.referrals, now.deals, now.wins, now.revenue),
            (before.referrals, before.deals, before.wins, before.revenue),
            strict=True,
        ):
            values = [
                f"{value:,}" if isinstance(value, int) else self._money(value)
                for value in (one, other)
            ]
            rows.append({"name": name[at], "value": values[0], "before": values[1]})
        return rows

    def _money(self, money: Any) -> str:
        return kpi_text.money(money.amount, money.currency, self._locale)

    def _figure(self, key: str) -> dict[str, Any]:
        one = shown(self._found.figures[key], self._locale, key)
        low = kpi_aims.is_low(self._found.book, key)
        name, means = kpi_words.KPI_WORDS[key].in_language(self._locale)
        return {
            "name": name, "means": means, "value": one.main, "basis": one.basis, "low": low,
            "known": one.known,
        }  # fmt: skip

    def _sources(self) -> list[dict[str, Any]]:
        found = self._found
        rows = []
        for source in found.book.sources:
            cells = [
                shown(found.figures[key].get(source), self._locale, key).main for key in _SOURCES
            ]
            name = found.label("source", source, self._locale)
            rows.append({"name": name, "cells": cells, "own": source == "referral"})
        return rows

    def _referrers(self) -> list[dict[str, str]]:
        rows = list(self._found.figures["referrer_scorecard"].rows.items())[:_MOST]
        return [
            {
                "who": self._found.label("referrer", key, self._locale),
                "counts": f"{one.referrals} → {one.deals} → {one.wins}",
                "revenue": self._money(one.revenue),
            }
            for key, one in rows
        ]

    def _expected(self) -> str:
        expected = referral_kpis.expected_wins(self._found.book)
        return kpi_text.NOT_AVAILABLE if expected is None else f"{expected:.1f}"

    def _to_do(self) -> list[str]:
        """Return what somebody should look at, the most pressing first."""
        return [self._said(one) for one in remarks(self._found, self._ready)][:_MOST]

    def _said(self, text: str) -> str:
        return in_language(text, self._locale).replace("`", "")


def remarks(found: Kpis, ready: Readiness) -> Sequence[str]:
    """Return what figures and checklists say should be looked at, the most pressing first."""
    said: list[str] = []
    if referral_kpis.is_low(found.book):
        rate = found.figures["referral_rate"]
        said.append(
            say(
                "The referral rate is low ({part} of {whole}): look at the benefit and at whom "
                "we ask",
                part=rate.part,
                whole=rate.whole,
            )
        )
    if kpi_aims.is_low(found.book, "survey_response"):
        said.append(
            say(
                "{rate} answered the survey ({aim}): look at whom you ask, when, and "
                "who follows up",
                rate=percent(found.figures["survey_response"].rate),
                aim=kpi_aims.aim(found.book, "survey_response"),
            )
        )
    kept = found.figures["first_contact_in_time"]
    if kept.rate is not None and kept.rate < 1:
        said.append(
            say(
                "{late} of {whole} first contacts were late: what a referrer has to lose is face",
                late=kept.whole - kept.part,
                whole=kept.whole,
            )
        )
    for key, share in found.figures["completeness"].rows.items():
        if share.rate is not None and share.rate < _RECORDED:
            word = kpi_words.RECORDS[key]
            said.append(
                say(
                    "{share} of what the KPI {name} needs is written down",
                    share=percent(share.rate),
                    name=Word(*word),
                )
            )
    if not found.book.costs:
        said.append(say("No costs are on record: without them every CAC is n/a."))
    old = sum(one.old for one in ready.aged)
    if old:
        said.append(say("Offers and kits to look through again: {number}", number=old))
    first: dict[str, None] = {}
    for one in ready.checklists:
        for item in one.items:
            if item.to_do is not None:
                first.setdefault(item.to_do)
    return [*said, *first]


def _drawn(chart: Chart | Funnel) -> dict[str, Any]:
    made = picture(chart)
    return {"src": InlinePicture.of(made.png), "alt": made.alt, "width": made.width}


def _month(month: date, locale: str) -> str:
    return str(format_skeleton("yMMMM", month, locale=language_of(locale)))


def _review_link(runtime: Runtime, connection: Connection, month: date, member: str) -> str:
    """Return where the owner of the figures closes their review; "" for everybody else."""
    who = team.member_of(connection, member)
    task = kpi_setup.review_task(connection, review_key(month))
    if who is None or task is None or task.assignee_id != who.id or task.state != "open":
        return ""
    token = Token(TokenPurpose.TASK, task.id, who.id)
    return f"{runtime.public_url}/t/{runtime.keyring.sign(token)}"
