"""Conditions and waits as short texts, for pages that show a workflow."""

from __future__ import annotations

from datetime import timedelta

from nurture.domain.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Op,
    Scalar,
    Scope,
    StepEvents,
    Truthy,
    Value,
)
from nurture.domain.event_words import name_of
from nurture.domain.glossary import (
    CODED,
    DEAL_FIELDS,
    FIELDS,
    PROPERTIES,
    PROPERTY_VALUES,
    word,
)
from nurture.domain.steps import Duration, EventMatch

_SIGNS = {
    Op.EQ: "=",
    Op.NE: "≠",
    Op.LE: "≤",
    Op.GE: "≥",
    Op.IN: "=",
    Op.NOT_IN: "≠",
    Op.CONTAINS: "∋",
}


def condition_text(condition: Condition, locale: str) -> str:
    """Return a condition as a person reads it: スコア ≥ 40 かつ タグ「vip」."""
    ja = locale.startswith("ja")
    match condition:
        case All(()):
            return "常に" if ja else "always"
        case All(parts):
            return _joined(parts, " かつ " if ja else " and ", locale)
        case AnyOf(parts):
            return _joined(parts, " または " if ja else " or ", locale)
        case Not(part):
            inner = condition_text(part, locale)
            return f"（{inner}）ではない" if ja else f"not ({inner})"
        case HasTag(tag):
            return f"タグ「{tag}」" if ja else f"tag {tag}"
        case Truthy(Field(Scope.DEAL) as value):
            # Most say yes or no, and their names say what yes means.
            return _value(value, locale)
        case Truthy(value):
            text = _value(value, locale)
            return f"{text}あり" if ja else f"has {text}"
        case Compare(Count() | StepEvents() as value, Op.GT, Literal(0)):
            return _value(value, locale)
        case Compare(Count() | StepEvents() as value, Op.GE, Literal(1)):
            return _value(value, locale)
        case Compare(Count(event, where, within), Op.GE, Literal(int() as times)):
            return _times(name_of(event, locale) + _filters(where, locale), within, times, locale)
        case Compare(left, op, right):
            values = right if isinstance(right, tuple) else (right,)
            said = " / ".join(_right(left, value, locale) for value in values)
            return f"{_value(left, locale)} {_SIGNS.get(op, str(op))} {said}"


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """Return the parts of which one is enough, for a list; of other conditions the whole."""
    if isinstance(condition, AnyOf) and condition.parts:
        return condition.parts
    return (condition,)


def match_text(match: EventMatch, locale: str) -> str:
    """Return an event that something waits for: フォーム送信（form = hearing）."""
    text = name_of(match.event, locale)
    ja = locale.startswith("ja")
    if match.step is not None:
        text += f"「{match.step}」" if ja else f" to {match.step}"
    if match.where != All(()):
        where = condition_text(match.where, locale)
        text += f"（{where}）" if ja else f" ({where})"
    return text


def duration_text(span: Duration, locale: str) -> str:
    """Return a span: 3営業日, 14 days, 1 hour 30 minutes."""
    ja = locale.startswith("ja")
    if span.business_days:
        return f"{span.business_days}営業日" if ja else _count(span.business_days, "business day")
    if span.days:
        return f"{span.days}日" if ja else _count(span.days, "day")
    return span_text(span.elapsed, locale)


def span_text(span: timedelta, locale: str) -> str:
    """Return elapsed time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    ja = locale.startswith("ja")
    parts = []
    for size, japanese, english in ((1440, "日", "day"), (60, "時間", "hour"), (1, "分", "minute")):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count}{japanese}" if ja else _count(count, english))
    return ("" if ja else " ").join(parts[:2]) or ("0分" if ja else "0 minutes")


def deadline_text(span: timedelta, locale: str) -> str:
    """Return a time allowed, in hours up to two days, as deadlines are spoken of: 24時間."""
    hours, rest = divmod(span, timedelta(hours=1))
    if rest or not 1 <= hours <= 48:
        return span_text(span, locale)
    return f"{hours}時間" if locale.startswith("ja") else _count(hours, "hour")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' if number != 1 else ''}"


def _joined(parts: tuple[Condition, ...], by: str, locale: str) -> str:
    texts = []
    for part in parts:
        text = condition_text(part, locale)
        compound = isinstance(part, All | AnyOf) and len(part.parts) > 1
        texts.append(f"({text})" if compound else text)
    return by.join(texts) or ("なし" if locale.startswith("ja") else "none")


def _value(value: Value, locale: str) -> str:
    ja = locale.startswith("ja")
    match value:
        case Literal(inner):
            return _literal(inner)
        case Field(scope, path):
            return _field(scope, path, locale)
        case Count(event, where, within):
            return _in_span(name_of(event, locale) + _filters(where, locale), within, locale)
        case DaysSince(event, where):
            name = name_of(event, locale) + _filters(where, locale)
            return f"{name}からの日数" if ja else f"days since {name}"
        case StepEvents(event, step):
            return (
                f"{name_of(event, locale)}「{step}」" if ja else f"{name_of(event, locale)} {step}"
            )


def _right(left: Value, value: Value | Scalar, locale: str) -> str:
    """Return the right side, in words where the left side's values are codes."""
    if not isinstance(value, Value):
        value = Literal(value)
    if isinstance(left, Field) and isinstance(value, Literal) and len(left.path) == 1:
        return word(CODED.get(left.path[0], {}), _literal(value.value), locale)
    return _value(value, locale)


def _field(scope: Scope, path: tuple[str, ...], locale: str) -> str:
    name = ".".join(path)
    if scope in (Scope.CONTACT, Scope.ACCOUNT):
        return word(FIELDS, name, locale)
    if scope is Scope.DEAL and name in DEAL_FIELDS:
        return word(DEAL_FIELDS, name, locale)
    if scope is Scope.STEP:
        return _left_behind(path, locale)
    # Beside the event's own name, its fields speak for themselves.
    return name if scope is Scope.EVENT else f"{scope}.{name}"


def _left_behind(path: tuple[str, ...], locale: str) -> str:
    """Return what a step left behind: 「conversation」のフォーム, outcome of introduction."""
    ja = locale.startswith("ja")
    step, kind, *of = path
    if kind == "outcome" or not of:
        return f"「{step}」の結果" if ja else f"outcome of {step}"
    name = word(PROPERTIES, of[0], locale) if of[0] != "type" else "反応" if ja else "event"
    return f"「{step}」の{name}" if ja else f"{name} of {step}"


def _times(name: str, within: timedelta | None, times: int, locale: str) -> str:
    """Return how often something happened: 30日以内にページ閲覧3回以上."""
    often = f"{times}回以上" if locale.startswith("ja") else f" {times} times or more"
    return _in_span(name + often, within, locale)


def _filters(where: tuple[tuple[str, object], ...], locale: str) -> str:
    if not where:
        return ""
    ja = locale.startswith("ja")
    said = [
        f"{word(PROPERTIES, name, locale)} = {word(PROPERTY_VALUES, _literal(value), locale)}"
        for name, value in where
    ]
    return f"（{'、'.join(said)}）" if ja else f" ({', '.join(said)})"


def _in_span(text: str, within: timedelta | None, locale: str) -> str:
    if within is None:
        return text
    span = span_text(within, locale)
    return f"{span}以内に{text}" if locale.startswith("ja") else f"{text} within {span}"


def _literal(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
