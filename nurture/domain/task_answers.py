"""Answers to a task's form, read: texts in, values or faults out."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nurture.domain import task_actions
from nurture.domain.cell_values import compatible
from nurture.domain.task_actions import LINE, NOTE, Action, Field

#: the largest amount that is believed, in the deal's currency
LARGEST_AMOUNT = 1e12

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2})[:時](\d{2})分?(?::\d{2})?")
_AMOUNT = re.compile(r"[¥￥$€£]?\s*(\d[\d,]*(?:\.\d+)?)\s*(千|万|百万|億)?\s*円?")
_UNITS = {None: 1, "千": 10**3, "万": 10**4, "百万": 10**6, "億": 10**8}
#: control characters but tab and line feed, and halves of characters
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BANT = ("budget", "authority", "need", "timeline")
_YES = frozenset({"yes", "on", "true", "1", "はい"})
_NO = frozenset({"no", "off", "false", "0", "", "いいえ"})


@dataclass(slots=True)
class Reading:
    """What a form said: values for the event, or what is wrong by field."""

    values: dict[str, Any] = field(default_factory=dict)
    #: field → code of `task_words.FAULTS`
    faults: dict[str, str] = field(default_factory=dict)


class FaultError(Exception):
    """An answer that cannot be taken; `code` is one of `task_words.FAULTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(action: Action, answers: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> Reading:
    """Read the answers to an action's questions; names that it does not ask are passed over.

    Answers are texts as a form or a command gives them (numbers and booleans are taken too).
    Days and times are in `zone`; `now` is aware. What was left empty is absent from the
    values, ticks are always there.
    """
    found = Reading()
    today = now.astimezone(zone).date()
    for one in action.fields:
        text = _text(answers.get(one.name))
        try:
            value = _value(one, text, today)
        except FaultError as fault:
            found.faults[one.name] = fault.code
            continue
        if value is not None:
            found.values[one.name] = value
        elif one.required:
            choice = one.kind == task_actions.CHOICE
            found.faults[one.name] = "choose" if choice else "required"
    _check_together(action, found)
    if not found.faults and action.name == "meeting_set":
        _join_moment(found, zone)
    return found


def digest(action: Action, answers: Mapping[str, Any]) -> str:
    """Return what tells a form's answers from others: equal for the same form sent twice.

    What was left empty, and a tick that was not set, says nothing.
    """
    said = {}
    for one in action.fields:
        text = _text(answers.get(one.name))
        if one.kind == task_actions.TICK:
            text = "yes" if text.lower() in _YES else ""
        if text:
            said[one.name] = text
    written = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def texts_of(action: Action, values: Mapping[str, Any], zone: ZoneInfo) -> dict[str, str]:
    """Return an event's properties as the texts that were answered; the way back of `read`."""
    at = values.get("at")
    if action.name == "meeting_set" and isinstance(at, str):
        moment = datetime.fromisoformat(at).astimezone(zone)
        values = {**values, "day": f"{moment:%Y-%m-%d}", "time": f"{moment:%H:%M}"}
    texts = {one.name: _text(values.get(one.name)) for one in action.fields}
    ticks = {one.name for one in action.fields if one.kind == task_actions.TICK}
    return {
        name: text for name, text in texts.items() if text and (name not in ticks or text == "yes")
    }


def _text(answer: object) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, float) and answer.is_integer():
        return str(int(answer))
    if answer is None:
        return ""
    # Invisible, refused by databases (NUL) and by headers of mails: nobody means them.
    return _CONTROLS.sub("", str(answer).replace("\r\n", "\n")).strip()


def _value(one: Field, text: str, today: date) -> Any:
    """Return the value of an answer, None where it is empty; FaultError where it is wrong."""
    if one.kind == task_actions.TICK:
        return _tick(text)
    if not text:
        return None
    match one.kind:
        case task_actions.CHOICE:
            return _choice(one, text)
        case task_actions.DAY:
            return _day(text, today, one).isoformat()
        case task_actions.TIME:
            return _time(text)
        case task_actions.AMOUNT:
            return read_amount(text)
        case _:
            if len(text) > (NOTE if one.kind == task_actions.LONG_TEXT else LINE):
                raise FaultError("too_long")
            return text if one.kind == task_actions.LONG_TEXT else " ".join(text.split())


def _tick(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise FaultError("unknown_choice")


def _choice(one: Field, text: str) -> str | bool:
    choices = one.choices or {}
    if text in choices:
        return text == "yes" if set(choices) == {"yes", "no"} else text
    raise FaultError("unknown_choice")


def _day(text: str, today: date, one: Field) -> date:
    found = _DAY.fullmatch(compatible(text))
    if found is None:
        raise FaultError("not_a_date")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise FaultError("not_a_date") from None
    if day < today or (day == today and not one.today):
        raise FaultError("past_today" if one.today else "past")
    if day - today > timedelta(days=one.ahead):
        raise FaultError("too_far")
    return day


def _time(text: str) -> str:
    found = _TIME.fullmatch(compatible(text))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise FaultError("not_a_time")
    return f"{int(found[1]):02d}:{found[2]}"


def read_amount(text: str) -> float | int:
    """Return an amount as people write it: 1,200,000, １２０万円, ¥50000; FaultError otherwise."""
    found = _AMOUNT.fullmatch(compatible(text))
    if found is None:
        raise FaultError("not_an_amount")
    amount = float(found[1].replace(",", "")) * _UNITS[found[2]]
    if not math.isfinite(amount) or amount > LARGEST_AMOUNT:
        raise FaultError("not_an_amount")
    return int(amount) if amount.is_integer() else amount


def _check_together(action: Action, found: Reading) -> None:
    """Look at answers that only make sense together."""
    values, faults = found.values, found.faults
    match action.name:
        case "called":
            if values.get("result") == "qualified" and not any(n in values for n in _BANT):
                faults.setdefault("budget", "bant")
            if values.get("result") == "later" and "revisit_at" not in values:
                faults.setdefault("revisit_at", "revisit_needed")
        case "returned" | "lost":
            if values.get("reason") == "later" and "revisit_at" not in values:
                faults.setdefault("revisit_at", "revisit_needed")
        case "met":
            none_agreed = values.pop("no_next_step", False)
            if "next_step" in values:
                if none_agreed:
                    faults.setdefault("no_next_step", "next_step_or_none")
                elif "next_at" not in values:
                    faults.setdefault("next_at", "required")
            elif not none_agreed:
                faults.setdefault("next_step", "next_step_needed")
            else:
                values.pop("next_at", None)


def _join_moment(found: Reading, zone: ZoneInfo) -> None:
    """Make one moment of the day and the time of a meeting."""
    day = date.fromisoformat(found.values.pop("day"))
    at = time.fromisoformat(found.values.pop("time"))
    found.values = {"at": datetime.combine(day, at, zone).isoformat(), **found.values}
