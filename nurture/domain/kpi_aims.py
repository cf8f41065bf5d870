"""What a house aims at, beside its own figures: `kpis` of the policy says it."""

from __future__ import annotations

from nurture.domain import referral_kpis
from nurture.domain.kpi_book import Book
from nurture.domain.kpi_text import percent
from nurture.domain.nps import is_below
from nurture.language import NOTHING, Said, say


def is_low(book: Book, key: str) -> bool:
    """Say whether a figure is below what the policy calls too low, or aims at."""
    if key == "referral_rate":
        return referral_kpis.is_low(book)
    if key == "survey_response":
        return is_below(referral_kpis.survey_response(book).rate, book.policy.response_target)
    return False


def aim(book: Book, key: str) -> Said:
    """Return what the house aims at with a figure, to stand beside it; nothing for others."""
    target = book.policy.response_target
    if key == "survey_response" and target is not None:
        return say("your target: {rate}", rate=percent(target))
    return NOTHING


def remedy(key: str) -> Said:
    """Return what to look at where a figure is low."""
    if key == "survey_response":
        return say("low: look at whom and when you ask")
    return say("low: look at the benefit and at whom we ask")
