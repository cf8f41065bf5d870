"""`kpis` of `policy.yaml`: how the house counts referrals, money and customers."""

from __future__ import annotations

from nurture.compiler.moments import Clock
from nurture.compiler.names import NAME
from nurture.compiler.records import Fields, Key, ListOf, MapOf, Record
from nurture.compiler.report import Report
from nurture.compiler.shapes import Choice, Localized, Number, Text, Whole
from nurture.domain.kpi_policy import DEFAULT, PLACES, RESERVED, KpiPolicy, Lifetime, Source
from nurture.domain.kpi_values import Rates
from nurture.language import say

_CURRENCY_SHAPE = Text(say("a currency such as JPY or USD"), r"[A-Z]{3}", 3)

_OWNER = Key("owner", NAME, say("The sender who looks at the figures; gets the review task."))
_REPORT_AT = Key(
    "report_at", Clock(), say("When the monthly report goes, on a month's first business day.")
)
_CURRENCY = Key("currency", _CURRENCY_SHAPE, say("Currency of all sums: JPY."))
_RATES = Key(
    "rates",
    MapOf(Number(0.0001, 1_000_000), _CURRENCY_SHAPE),
    say("Worth of one of a currency in ours; those without stay apart."),
)
_YEARS = Key("years", Whole(1, 50), say("How many years of a customer count."))
_DEALS = Key("deals_per_year", Number(0, 1000), say("Deals of a customer in a year."))
_RETENTION = Key(
    "retention", Number(0, 1), say("Share of customers who stay a year, until it is measured.")
)
_MEASURED = Key(
    "measured_from", Whole(1, 10**6), say("Customers of a source from which on it is measured.")
)
_MARGIN = Key("margin", Number(0, 1), say("Share of the revenue that counts: 1, or your margin."))
_LTV = Key(
    "ltv",
    Record(say("an LTV"), (_YEARS, _DEALS, _RETENTION, _MEASURED, _MARGIN)),
    say("What a customer is worth, by your own definition."),
)
_KEY = Key("source", NAME, say("Name that costs are written down under."), required=True)
_TITLE = Key("title", Localized(longest=100), say("What people call it."), required=True)
_PLACE = Key("place", Choice(*PLACES), say("Whose place it is, and where."), required=True)
_MATCHES = Key(
    "matches",
    ListOf(Text(say("a pattern such as *展*"), longest=200), or_one=True),
    say("Patterns over the source of contacts; * is anything."),
    required=True,
)
_SOURCES = Key(
    "sources",
    ListOf(Record(say("a source"), (_KEY, _TITLE, _PLACE, _MATCHES))),
    say("Where leads come from; the first match wins, referrals stand by themselves."),
)
_RATE_BELOW = Key(
    "referral_rate_below", Number(0, 1), say("A referral rate below this raises an alarm.")
)
_RESPONSE = Key("response_target", Number(0, 1), say("Response rate of surveys that you aim at."))

KPIS = Key(
    "kpis",
    Record(
        say("rules for KPIs"),
        (_OWNER, _REPORT_AT, _CURRENCY, _RATES, _LTV, _SOURCES, _RATE_BELOW, _RESPONSE),
    ),
    say("How referrals, revenue, costs and customers are counted: `nurture kpis`."),
)


def kpis_of(fields: Fields, senders: dict[str, object], report: Report) -> KpiPolicy:
    """Return how the house counts; what is not said stays as it is by default."""
    said = fields.get(KPIS)
    if said is None:
        return DEFAULT
    owner = said.get_or(_OWNER, "")
    if owner and owner not in senders and senders:
        hint = report.suggest(owner, senders)
        message = say("no sender '{name}'", name=owner)
        report.error(said.at(_OWNER), "unknown-sender", message, hint)
        owner = ""
    currency = said.get_or(_CURRENCY, DEFAULT.rates.currency)
    worth = {one.name: one.value for one in said.get_or(_RATES, [])}
    if worth.get(currency, 1) != 1:
        report.error(
            said.at(_RATES),
            "rate-of-own-currency",
            say("one {currency} is worth one {currency}", currency=currency),
            say("leave it out, or set `currency` to the one that all sums are in"),
        )
    return KpiPolicy(
        owner=owner,
        report_at=said.get(_REPORT_AT),
        rates=Rates(currency, worth),
        lifetime=_lifetime(said.get(_LTV)),
        sources=_sources(said, report),
        referral_rate_below=said.get_or(_RATE_BELOW, DEFAULT.referral_rate_below),
        response_target=said.get(_RESPONSE),
    )


def _lifetime(said: Fields | None) -> Lifetime:
    rules = DEFAULT.lifetime
    if said is None:
        return rules
    return Lifetime(
        years=said.get_or(_YEARS, rules.years),
        deals_per_year=said.get_or(_DEALS, rules.deals_per_year),
        retention=said.get(_RETENTION),
        measured_from=said.get_or(_MEASURED, rules.measured_from),
        margin=said.get_or(_MARGIN, rules.margin),
    )


def _sources(said: Fields, report: Report) -> tuple[Source, ...]:
    found: dict[str, Source] = {}
    for one in said.get_or(_SOURCES, []):
        key = one.get_or(_KEY, "")
        if key in found or key in RESERVED:
            message = (
                say("a source '{name}' stands above already", name=key)
                if key in found
                else say("'{name}' is a source by itself already", name=key)
            )
            report.error(one.at(_KEY), "duplicate-id", message, say("choose another name"))
        found[key] = Source(
            key,
            one.get_or(_TITLE, {"": key}),
            one.get_or(_PLACE, PLACES[0]),
            tuple(one.get_or(_MATCHES, [])),
        )
    return tuple(found.values())
