"""Numbers that vendors and books claim, and beliefs that do not hold: shown, never computed with.

They stand beside our own figures and are labelled as what they are: nobody can check them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nurture.domain.kpi import NEW_TO_KEPT_COST
from nurture.domain.kpi_book import AskFact, Book
from nurture.domain.kpi_values import Share
from nurture.domain.referral_kpis import (
    ask_to_referral,
    first_contact_in_time,
    participation_rate,
)
from nurture.language import Said, say


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A line beside a figure of our own."""

    #: KPI that it stands beside
    beside: str
    #: 0 to 1, where it is a share that can be drawn; None: words alone
    value: float | None
    #: who says so
    claimed_by: str
    text: Said


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        "participation_rate",
        0.2,
        "CustomerGauge",
        say(
            "Fewer than 20% of B2B companies find new customers by happy ones of their CX programme"
        ),
    ),
    Benchmark(
        "survey_response",
        0.124,
        "CustomerGauge",
        say("12.4% answer a B2B NPS survey on average"),
    ),
    Benchmark(
        "survey_response",
        1.0,
        "ICON Communications",
        say("One company reached 100%"),
    ),
    Benchmark(
        "survey_response",
        None,
        "CustomerGauge",
        say("Asking key accounts up to four times a year is said to raise retention by up to 51%"),
    ),
    Benchmark(
        "cac_by_source",
        None,
        say("rule of thumb"),
        say(
            "Winning a new customer costs about {times} times as much as keeping one",
            times=NEW_TO_KEPT_COST,
        ),
    ),
)


def beside(key: str) -> list[Benchmark]:
    """Return the lines that stand beside a KPI."""
    return [one for one in BENCHMARKS if one.beside == key]


@dataclass(frozen=True, slots=True)
class Advice:
    """A belief that does not hold, and what our own figures say of it."""

    belief: Said
    instead: Said
    #: our own numbers, where they say something
    own: Said | None = None


def advice(book: Book) -> list[Advice]:
    """Return the five wrong beliefs about referrals, with our own numbers beside them (003)."""
    asked = {one.contact_id for one in book.asks}
    unasked = [one for one in book.referrers if one.contact_id not in asked and not one.do_not_ask]
    rewarded = _brought([one for one in book.asks if one.rewarded], book)
    plain = _brought([one for one in book.asks if not one.rewarded], book)
    kept = first_contact_in_time(book)
    found = ask_to_referral(book)
    taking_part = participation_rate(book)
    return [
        Advice(
            say("A good service brings referrals by itself"),
            say("Say that you welcome introductions, and whom you want to meet"),
            say(
                "{asks} asks in the period; {unasked} referrers were not asked",
                asks=len(book.asks),
                unasked=len(unasked),
            ),
        ),
        Advice(
            say("Favours come back as referrals"),
            say("People refer whom they trust to treat their acquaintance well: report to them"),
            say(
                "{part} of {whole} first contacts were in time",
                part=kept.part,
                whole=kept.whole,
            ),
        ),
        Advice(
            say("A reward is enough"),
            say("A reward alone lowers quality: show the result first, the benefit after it"),
            say(
                "With a reward {with_reward} of {asked_with} asks brought somebody, "
                "without {without_reward} of {asked_without}",
                with_reward=rewarded.part,
                asked_with=rewarded.whole,
                without_reward=plain.part,
                asked_without=plain.whole,
            ),
        ),
        Advice(
            say("Influencers bring customers"),
            say("Ask satisfied people with a network of their own, and make it easy"),
            say("{part} of {whole} asks brought somebody", part=found.part, whole=found.whole),
        ),
        Advice(
            say("Friends refer out of friendship"),
            say("Never press: a polite no must be as easy as a yes"),
            say(
                "{part} of {whole} customers take part",
                part=taking_part.part,
                whole=taking_part.whole,
            ),
        ),
    ]


def _brought(asks: Sequence[AskFact], book: Book) -> Share:
    referred = {one.ask_id for one in book.counted}
    return Share(sum(one.id in referred for one in asks), len(asks))
