"""Surveys: the one question, what its answers are called, and how often it may be asked."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

#: lowest and highest answer
LOWEST, HIGHEST = 0, 10

#: the question is fixed: another wording is another survey and cannot be compared
#: (Reichheld, "The One Number You Need to Grow", 2003)
QUESTION = {
    "ja": "このサービスを、お知り合いや同僚の方にお薦めになる可能性はどのくらいありますか。",
    "en": "How likely are you to recommend this service to a friend or colleague?",
}


#: what the two ends mean, by language: (0, 10)
ENDS = {
    "ja": ("まったく薦めない", "強く薦める"),
    "en": ("Not at all likely", "Extremely likely"),
}


class Band(enum.StrEnum):
    """What an answer says."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"


def band(score: int) -> Band:
    """Return the band of an answer: 9-10 promoter, 7-8 passive, 0-6 detractor.

    ValueError for anything that is not a whole number from 0 to 10. The bands are fixed; who
    is a *candidate* for an ask is a setting of the survey (`Survey.candidate_from`).
    """
    if isinstance(score, bool) or not isinstance(score, int) or not LOWEST <= score <= HIGHEST:
        raise ValueError(f"{score!r} is no answer: whole numbers from 0 to 10 are")
    if score >= 9:
        return Band.PROMOTER
    return Band.PASSIVE if score >= 7 else Band.DETRACTOR


@dataclass(frozen=True, slots=True)
class Driver:
    """A reason that people tick beside their answer."""

    key: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SurveyLimits:
    """How often people are asked, in any 365 days: the founding documents' four."""

    per_contact: int = 4
    #: rounds of an account
    per_account: int = 4
    #: between two asks of one contact
    apart: timedelta = timedelta(days=80)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many people of an account should be asked: 9 of an account of USD 1M a year."""

    contacts: int = 9
    #: of accounts worth so much a year
    revenue: float = 1_000_000
    currency: str = "USD"
    #: every one of these should be among them
    roles: tuple[str, ...] = ("decision-maker", "user", "it")


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey's file (`survey:`)."""

    name: str
    title: Mapping[str, str]
    drivers: tuple[Driver, ...] = ()
    #: from this answer on somebody is a candidate for an ask (8 or 9); the bands stay
    candidate_from: int = 9
    limits: SurveyLimits = SurveyLimits()
    coverage: Coverage = Coverage()
    #: how long an invitation can be answered
    open_for: timedelta = timedelta(days=60)
    #: what response rates are held against, 0 to 1 (000: 12.4 % on average)
    expected_response: float = 0.124
    #: what is said after the answer, by band and locale
    thanks: Mapping[Band, Mapping[str, str]] = field(default_factory=dict)
    file: str = ""
