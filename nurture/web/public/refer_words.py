"""Words of a referral as its referrer reads them."""

from __future__ import annotations

from nurture.domain.glossary import word
from nurture.domain.loop_words import CONTACTED_BY, REFERRAL_STATES, TOLD_REASONS
from nurture.domain.referral import State
from nurture.services.refer_desk import Desk
from nurture.web.languages import language, translate


def stage_label(state: State, locale: str) -> str:
    """Return a stage in a word: 面談, Meeting."""
    return word(REFERRAL_STATES, str(state), locale)


def how_told(contacted_by: str, locale: str) -> str:
    """Return how a first contact was made, as part of a sentence; "" where unknown."""
    if contacted_by not in CONTACTED_BY:
        return ""
    said = word(CONTACTED_BY, contacted_by, locale)
    return said if locale == "ja" else said[:1].lower() + said[1:]


def why_told(reason: str, locale: str) -> str:
    """Return a reason that may be told, as a sentence; "" for none."""
    if reason not in TOLD_REASONS:
        return ""
    return translate("The reason: %(why)s.") % {"why": word(TOLD_REASONS, reason, locale)}


def name_of(desk: Desk) -> str:
    """Return how their own page calls a referrer: 田中様, Taro."""
    person = desk.referrer.person
    family, given = person.family_name or "", person.given_name or ""
    if language() == "ja":
        return f"{family or given}様" if family or given else ""
    return given or family
