"""How templates write moments, numbers and the words for codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.numbers import format_decimal, format_percent
from flask import Flask, g, request
from sqlalchemy.exc import SQLAlchemyError

from nurture.db.engine import read
from nurture.domain import erasure_words, glossary, loop_words
from nurture.domain.condition_words import (
    condition_text,
    deadline_text,
    duration_text,
    match_text,
    span_text,
)
from nurture.domain.event_words import name_of
from nurture.domain.split_words import held_out, lifted, measured, ruled, standing
from nurture.domain.steps import Step
from nurture.errors import NurtureError
from nurture.services import sentences
from nurture.services.house import house_at
from nurture.services.runtime import Runtime
from nurture.services.split_results import SplitResult
from nurture.web.languages import language

#: ids that the compiler makes: kind and ordinal, after the block they stand in
_MADE_UP = re.compile(r"(^|/)[a-z_]+-\d+$")

_WORDS = {
    "temperature": glossary.TEMPERATURES,
    "lifecycle": glossary.STAGES,
    "purpose": glossary.PURPOSES,
    "message_state": glossary.MESSAGE_STATES,
    "verdict": glossary.VERDICTS,
    "outcome": glossary.OUTCOMES,
    "consent_state": glossary.CONSENT_STATES,
    "task_state": glossary.TASK_STATES,
    "task_kind": glossary.TASK_KINDS,
    "task_outcome": glossary.TASK_OUTCOMES,
    "mailing_state": glossary.MAILING_STATES,
    "basis": glossary.BASES,
    "seminar_mail": glossary.SEMINAR_MAILS,
    "industry": glossary.INDUSTRIES,
    "decision": glossary.DECISIONS,
    "field": glossary.FIELDS,
    "role": glossary.ROLES,
    "return": glossary.RETURNS,
    "item": glossary.ITEMS,
    "match": glossary.MATCHES,
    "experiment_state": glossary.EXPERIMENT_STATES,
    "group": glossary.GROUPS,
    "lift_state": glossary.LIFT_STATES,
    "reward_state": loop_words.REWARD_STATES,
    "reward_kind": loop_words.REWARD_KINDS,
    "reward_side": loop_words.REWARD_SIDES,
    "reward_action": loop_words.REWARD_ACTIONS,
    "mover": loop_words.MOVERS,
    "channel": loop_words.CHANNELS,
    "tier": loop_words.TIERS,
    "referral_state": loop_words.REFERRAL_STATES,
    "referral_way": loop_words.WAYS,
    "referral_channel": loop_words.CHANNELS,
    "referral_flag": loop_words.FLAGS,
    "referral_reason": loop_words.REFERRAL_REASONS,
    "referral_promise": loop_words.REFERRAL_TIMERS,
    "contacted_by": loop_words.CONTACTED_BY,
    "ask_channel": loop_words.ASK_CHANNELS,
    "ask_answer": loop_words.ASK_ANSWERS,
    "why_not": loop_words.WHY_NOT,
    "ask_mode": loop_words.ASK_MODES,
    "lever": loop_words.LEVERS,
    "dimension": loop_words.DIMENSIONS,
    "motive": loop_words.MOTIVES,
    "reach": loop_words.REACHES,
    "readiness": loop_words.READINESS,
    "referrer_kind": loop_words.CHANNELS,
    "timing": loop_words.TIMINGS,
    "band": loop_words.BANDS,
    "loop_state": loop_words.LOOP_STATES,
    "corner": loop_words.CORNERS,
    "reader_role": loop_words.READER_ROLES,
    "erasure_kind": erasure_words.KINDS,
    "erasure_fate": erasure_words.FATES,
}


def furnish(app: Flask, runtime: Runtime) -> None:
    """Give an application's templates their filters, and every page the business time."""
    app.jinja_env.filters.update(
        word=_word,
        moment=_moment,
        day=_day,
        number=_number,
        percent=_percent,
        points=_points,
        size=_size,
        event=lambda code: name_of(code, language()),
        condition=lambda condition: condition_text(condition, language()),
        match=lambda match: match_text(match, language()),
        duration=lambda span: duration_text(span, language()),
        span=_span,
        deadline=lambda span: deadline_text(span, language()),
        weekday=_weekday,
        own_name=_own_name,
        text_of=_text_of,
        dict=dict,
        clock=_clock,
        holdout_rule=lambda one: held_out(one.share, one.within, language()),
        lifted=lambda lift: lifted(lift, language()),
        split_rule=_split_rule,
        split_standing=lambda one: standing(one.verdict, one.split.winner, language()),
        split_why=lambda one, decision: one.why(decision, language()),
    )
    app.jinja_env.globals.update(here=_here, words_of=_words_of)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def business_time() -> dict[str, Any]:
        try:
            now = runtime.clock.now()
            with read(runtime.engine) as connection:
                house = house_at(runtime, connection)
        except (SQLAlchemyError, NurtureError):
            return {"business_now": None, "zone": ZoneInfo("UTC")}
        return {"business_now": now, "zone": _zone(house.zone)}


def _zone(fallback: ZoneInfo) -> ZoneInfo:
    zone: ZoneInfo = g.setdefault("zone", fallback)
    return zone


def _word(code: str | None, kind: str) -> str:
    return glossary.word(_WORDS[kind], code, language())


def _words_of(kind: str) -> list[tuple[str, str]]:
    return [(code, _word(code, kind)) for code in _WORDS[kind]]


def _clock(at: datetime) -> str:
    """Return the time of day of a moment, for the end of a span that begins with a date."""
    return f"{at.astimezone(g.get('zone', ZoneInfo('UTC'))):%H:%M}"


def _text_of(texts: Mapping[str, str]) -> str:
    """Return a text in the page's language, else in any."""
    return texts.get(language()) or next(iter(texts.values()), "")


def _moment(at: datetime | None, year: bool = False) -> str:
    return sentences.moment(at, language(), g.get("zone", ZoneInfo("UTC")), year)


def _day(at: datetime | None) -> str:
    return sentences.day(at, language(), g.get("zone", ZoneInfo("UTC")))


def _number(value: float) -> str:
    return str(format_decimal(value, locale=language()))


def _percent(share: float) -> str:
    return str(format_percent(share, "#,##0.#%", locale=language()))


def _points(value: float, sign: bool = False) -> str:
    text = format_decimal(abs(value), "#,##0.0", locale=language())
    if value < 0:
        return f"−{text}"
    return f"+{text}" if sign and value else str(text)


def _size(octets: int) -> str:
    return f"{octets / 1024:,.1f} KB" if octets >= 1024 else f"{octets} B"


def _span(span: timedelta) -> str:
    return span_text(span, language())


def _weekday(number: int) -> str:
    return str(get_day_names(locale=language())[number])


def _own_name(step: Step) -> str:
    """Return the name that a workflow's author gave a step, empty for one made up."""
    made_up = _MADE_UP.search(step.id) or step.id == getattr(step, "template", None)
    return "" if made_up else step.id


def _split_rule(one: SplitResult) -> str:
    """Return what a split measures and when it is decided."""
    rule = ruled(one.split.winner, language())
    return f"{measured(one.measure, language())} · {rule}"


def _here(**changes: Any) -> str:
    """Return this page's address with some of its query changed; None takes a part away."""
    query = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return "?" + urlencode(kept)
