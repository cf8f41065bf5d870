"""How often people are asked a survey's question: rounds, limits, unhappy answers first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nurture.domain.guard import Refusal
from nurture.domain.survey import Survey, SurveyLimits

#: the limits count in any span as long as this, not in calendar years
YEAR = timedelta(days=365)
#: days are counted, not seconds: the clock asks at ten o'clock each quarter, some seconds or
#: minutes later than last year or earlier, and nobody may lose a quarter over those
_SAME_DAY = timedelta(hours=12)

#: ends the name of a round in which people are asked again after an unhappy answer was followed
AGAIN = "+"


@dataclass(frozen=True, slots=True)
class PastAsk:
    """An invitation that counts: its mail was neither dropped nor failed."""

    survey: str
    round: str
    at: datetime
    contact_id: int


@dataclass(frozen=True, slots=True)
class LoopFact:
    """An unhappy answer of a contact that is not closed yet."""

    #: open | contacted | resolved
    state: str
    #: round in which it was given
    round: str
    resolved_at: datetime | None = None

    @property
    def waits_for_us(self) -> bool:
        """Whether it is still ours to do something: nothing is asked before."""
        return self.state in ("open", "contacted")


def round_of(now: datetime, zone: ZoneInfo) -> str:
    """Return the name of the round that an invitation of this moment belongs to: `2026-Q4`.

    Rounds are the quarters of the calendar's zone, so that everybody of an account who is
    asked within one is compared with the others, and the next quarter's with theirs.
    """
    local = now.astimezone(zone)
    return f"{local.year}-Q{(local.month + 2) // 3}"


def round_for(
    now: datetime, zone: ZoneInfo, loop: LoopFact | None, mine: Iterable[PastAsk] = ()
) -> str:
    """Return the round of an ask: `2026-Q4+` where it follows an unhappy answer of 2026-Q4.

    Those who are asked again were chosen for being unhappy: counted with the others they
    would distort both rounds. That is one ask: whoever leaves it unanswered belongs to the
    ordinary rounds again, or nobody would ever count them. `mine`: what they were asked.
    """
    if loop is not None and loop.state == "resolved":
        resolved = loop.resolved_at
        if resolved is None or not any(resolved <= one.at <= now for one in mine):
            return f"{loop.round.removesuffix(AGAIN)}{AGAIN}"
    return round_of(now, zone)


def is_again(name: str) -> bool:
    """Say whether a round is one of people asked again."""
    return name.endswith(AGAIN)


def may_ask(
    survey: Survey,
    name: str,
    mine: Iterable[PastAsk],
    account: Iterable[PastAsk],
    loop: LoopFact | None,
    now: datetime,
) -> Refusal | None:
    """Return why a contact is not asked now, or None.

    `name`: the round it would belong to. `mine` and `account`: what counts of the contact and
    of all contacts of its account, at least since 365 days ago (or `apart`, where that is
    longer). Whoever is followed up after an unhappy answer is asked again without keeping
    `apart` from the ask that brought the answer, once.
    """
    if loop is not None and loop.waits_for_us:
        return Refusal("survey_loop_open", {"survey": survey.name})
    limits = survey.limits
    own = [one for one in mine if one.at <= now]
    year = [one for one in own if _within_a_year(one, now)]
    if len(year) >= limits.per_contact:
        frees = sorted(one.at for one in year)[-limits.per_contact] + YEAR
        detail = {"survey": survey.name, "asked": len(year), "until": frees.isoformat()}
        return Refusal("survey_contact_limit", detail)
    followed = loop.resolved_at if loop is not None else None
    counted = [one.at for one in own if followed is None or one.at >= followed]
    newest = max(counted, default=None)
    if newest is not None and now - newest < limits.apart - _SAME_DAY:
        detail = {
            "survey": survey.name,
            "days": limits.apart / timedelta(days=1),
            "until": (newest + limits.apart).isoformat(),
        }
        return Refusal("survey_too_soon", detail)
    return _round(survey, name, account, limits, now)


def _within_a_year(one: PastAsk, now: datetime) -> bool:
    return now - one.at < YEAR - _SAME_DAY


def _round(
    survey: Survey, name: str, account: Iterable[PastAsk], limits: SurveyLimits, now: datetime
) -> Refusal | None:
    if is_again(name):
        # One person is followed up: no round of the account.
        return None
    rounds = rounds_of([one for one in account if one.at <= now and _within_a_year(one, now)])
    if (survey.name, name) in rounds or len(rounds) < limits.per_account:
        return None
    ends = sorted(rounds.values())[-limits.per_account] + YEAR
    detail = {"survey": survey.name, "rounds": len(rounds), "until": ends.isoformat()}
    return Refusal("survey_account_limit", detail)


def rounds_of(asks: Sequence[PastAsk]) -> dict[tuple[str, str], datetime]:
    """Return (survey, round) → when it was asked last, without those who were asked again."""
    found: dict[tuple[str, str], datetime] = {}
    for one in asks:
        if not is_again(one.round):
            key = (one.survey, one.round)
            found[key] = max(one.at, found.get(key, one.at))
    return found
