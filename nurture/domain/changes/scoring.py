"""Scoring: points, thresholds, stages, the hand-off."""

from __future__ import annotations

from collections.abc import Iterator

from nurture.domain.changes.change import Change, Labels, Sign, entries, part, same, things
from nurture.domain.changes.fields import field_changes
from nurture.domain.changes.side import Side
from nurture.domain.changes.values import value_text
from nurture.domain.condition_words import span_text
from nurture.domain.event_words import name_of
from nurture.domain.glossary import STAGES, word
from nurture.domain.scoring import FitRule, Handoff, LifecycleRule, PointRule, Scoring, Threshold

LABELS: Labels = {
    "half_life": ("半減期", "half-life"),
    "points": ("点数", "points"),
    "event": ("行動", "event"),
    "where": ("条件", "where"),
    "cap": ("上限", "cap"),
    "group": ("グループ", "group"),
    "condition": ("条件", "condition"),
    "warm": ("ウォーム", "warm"),
    "hot": ("ホット", "hot"),
    "intent": ("購買意図", "intent"),
    "intent_within": ("購買意図の有効期間", "intent within"),
    "group_caps": ("グループの上限", "group caps"),
    "come_from": ("遷移元", "from"),
    "reason": ("理由", "reason"),
    "stage": ("ステージ", "stage"),
    "handoff": ("引き継ぎ", "hand-off"),
    "due": ("期限", "due"),
    "remind": ("催促", "reminder"),
    "escalate": ("上長への連絡", "escalation"),
    "escalate_to": ("連絡先", "escalates to"),
    "rest": ("休止期間", "rest"),
    "assignee": ("担当", "for"),
    "title": ("タイトル", "title"),
    "kind": ("種類", "kind"),
}


def scoring_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield the change of the scoring, where there is one."""
    parts = tuple(_parts(old.definitions.scoring, new.definitions.scoring))
    if parts:
        yield Change(Sign.CHANGED, "scoring", "scoring", same(""), parts)


def _parts(old: Scoring, new: Scoring) -> Iterator[Change]:
    yield from part(LABELS, "half_life", old.half_life, new.half_life, span_text)
    yield from things(
        "rule",
        {rule.name: rule for rule in old.rules},
        {rule.name: rule for rule in new.rules},
        _rule,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("name",)),
        lambda rule, at: name_of(rule.event, at),
    )
    yield from things(
        "fit",
        {rule.name: rule for rule in old.fit},
        {rule.name: rule for rule in new.fit},
        _fit,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs, ("name",)),
        lambda _rule, _at: "",
    )
    yield from part(LABELS, "warm", old.warm, new.warm, _threshold)
    yield from part(LABELS, "hot", old.hot, new.hot, _threshold)
    yield from entries(
        LABELS, "intent", old.intent, new.intent, lambda one, at: name_of(one[0], at)
    )
    yield from part(LABELS, "intent_within", old.intent_within, new.intent_within, span_text)
    yield from entries(LABELS, "group_caps", old.group_caps, new.group_caps, value_text)
    yield from things(
        "stage",
        _stages(old),
        _stages(new),
        _stage,
        lambda _name, ours, theirs: field_changes(LABELS, ours, theirs),
        lambda rule, at: word(STAGES, rule.stage, at),
    )
    if old.handoff is None or new.handoff is None:
        yield from part(LABELS, "handoff", old.handoff, new.handoff, _handoff)
    else:
        yield from field_changes(LABELS, old.handoff, new.handoff)


def _rule(rule: PointRule, locale: str) -> str:
    return f"{name_of(rule.event, locale)} {rule.points:+g}"


def _fit(rule: FitRule, locale: str) -> str:
    return f"{value_text(rule.condition, locale)} {rule.points:+g}"


def _threshold(threshold: Threshold, locale: str) -> str:
    if locale.startswith("ja"):
        return f"{threshold.enter:g}点以上（{threshold.leave:g}点未満で解除）"
    return f"from {threshold.enter:g} (left below {threshold.leave:g})"


def _stages(scoring: Scoring) -> dict[str, LifecycleRule]:
    found: dict[str, LifecycleRule] = {}
    for rule in scoring.lifecycle:
        number = sum(1 for one in found.values() if one.stage == rule.stage) + 1
        found[rule.stage if number == 1 else f"{rule.stage} {number}"] = rule
    return found


def _stage(rule: LifecycleRule, locale: str) -> str:
    return f"{word(STAGES, rule.stage, locale)}: {value_text(rule.condition, locale)}"


def _handoff(handoff: Handoff | None, locale: str) -> str:
    return value_text(handoff.title if handoff is not None else None, locale)
