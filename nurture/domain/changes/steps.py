"""Steps of a workflow: added, removed, moved, renamed, changed, or followed by others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from nurture.domain.changes.alignment import Alignment, How, content, differing, made_up_name
from nurture.domain.changes.change import Both, Change, Labels, Sign, both, entries, label, part
from nurture.domain.changes.values import value_text
from nurture.domain.condition_words import duration_text
from nurture.domain.conditions import Condition
from nurture.domain.split_words import decided_by
from nurture.domain.step_words import step_text, until_text
from nurture.domain.steps import Branch, Graph, Split, Step, WaitUntil, followers

LABELS: Labels = {
    "duration": ("待機", "wait"),
    "template": ("テンプレート", "template"),
    "subject": ("件名", "subject"),
    "subjects": ("言語別の件名", "subject by language"),
    "variants": ("パターン", "variant"),
    "winner": ("決め方", "winner"),
    "sender": ("差出人", "from"),
    "window": ("配信時間帯", "window"),
    "expires": ("期限", "expires"),
    "pick": ("選定", "pick"),
    "attach": ("添付", "attach"),
    "purpose": ("目的", "purpose"),
    "question": ("質問", "question"),
    "within": ("待つ期間", "within"),
    "events": ("待つ行動", "waits for"),
    "since": ("起点", "since"),
    "cases": ("条件", "condition"),
    "title": ("タイトル", "title"),
    "assignee": ("担当", "for"),
    "due": ("期限", "due"),
    "kind": ("種類", "kind"),
    "text": ("文面", "text"),
    "points": ("点数", "points"),
    "reason": ("理由", "reason"),
    "outcome": ("結果", "outcome"),
    "at_most": ("最大回数", "at most"),
    "target": ("戻り先", "goes to"),
    "until": ("時点", "until"),
    "kind_of_step": ("種類", "kind of step"),
    "next": ("次のステップ", "then"),
    "place": ("位置", "place"),
}


def step_changes(old: Graph, new: Graph, alignment: Alignment) -> Iterator[Change]:
    """Yield what changed in the steps, in the order of the new file, what is gone first."""
    names = alignment.names
    back = {pair.new: pair.old for pair in alignment.pairs.values()}
    moved = _moved(old, new, alignment)
    for one in alignment.removed:
        yield Change(Sign.REMOVED, "step", one, _removed(old.steps[one], one, alignment))
    for step in new.steps.values():
        before = back.get(step.id)
        if before is None:
            yield Change(Sign.ADDED, "step", step.id, both(lambda at, s=step: _what(s, at)))  # type: ignore[misc]
            continue
        parts = (
            *_renamed(alignment, before),
            *_place(new, step, before, moved, back),
            *_parts(old.steps[before], step, names),
            *(() if moved else _flow(old, new, before, alignment)),
        )
        if parts:
            yield Change(Sign.CHANGED, "step", step.id, _called(step), parts)


def _what(step: Step, locale: str) -> str:
    said = step_text(step, locale)
    return f"{said.title} {said.what}".rstrip()


def _called(step: Step) -> Both:
    return both(lambda at: step_text(step, at).title)


def _removed(step: Step, one: str, alignment: Alignment) -> Both:
    maybe = alignment.maybe.get(one)
    if maybe is None:
        return both(lambda at: _what(step, at))
    return Both(
        f"{_what(step, 'ja')}（「{maybe}」に改名なら renamed: {{{one}: {maybe}}}）",
        f"{_what(step, 'en')} (renamed to {maybe}? then write renamed: {{{one}: {maybe}}})",
    )


def _renamed(alignment: Alignment, old: str) -> Iterator[Change]:
    pair = alignment.pairs[old]
    # Ordinals that shift are nobody's names.
    if pair.how is How.WRITTEN or (pair.old != pair.new and not made_up_name(old)):
        said = Both(f"旧名 {pair.old}", f"was called {pair.old}")
        yield Change(Sign.CHANGED, "part", "renamed", said)


def _place(
    new: Graph, step: Step, before: str, moved: Collection[str], back: Mapping[str, str]
) -> Iterator[Change]:
    if before not in moved:
        return
    order = list(new.steps)
    ahead = order[order.index(step.id) - 1] if order[0] != step.id else None
    if ahead is None:
        said = Both("先頭へ移動", "moved to the beginning")
    else:
        said = Both(f"{ahead} の後へ移動", f"moved behind {ahead}")
    yield Change(Sign.CHANGED, "part", "moved", said)


def _moved(old: Graph, new: Graph, alignment: Alignment) -> frozenset[str]:
    """Return the fewest steps (old ids) that have to be moved to get the new order."""
    order = list(new.steps)
    kept = [one for one in old.steps if one in alignment.pairs]
    places = [order.index(alignment.pairs[one].new) for one in kept]
    stay = _longest_rising(places)
    return frozenset(one for number, one in enumerate(kept) if number not in stay)


def _longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """Return the indexes of a longest rising subsequence."""
    ends: list[int] = []
    at: list[int] = []
    came_from: list[int | None] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        came_from.append(at[place - 1] if place else None)
        if place == len(ends):
            ends.append(number)
            at.append(index)
        else:
            ends[place], at[place] = number, index
    found: set[int] = set()
    current: int | None = at[-1] if at else None
    while current is not None:
        found.add(current)
        current = came_from[current]
    return frozenset(found)


def _parts(old: Step, new: Step, names: Mapping[str, str]) -> Iterator[Change]:
    if type(old) is not type(new):
        yield from part(LABELS, "kind_of_step", old, new, _what)
        return
    ours: Any = content(old, names)
    theirs: Any = content(new, {})
    if isinstance(theirs, WaitUntil):
        if ours != theirs:
            yield from part(LABELS, "until", ours, theirs, until_text)
        return
    for name in differing(ours, theirs):
        before, after = getattr(ours, name), getattr(theirs, name)
        if isinstance(theirs, Branch) and name == "cases":
            yield from _cases(before, after)
        elif isinstance(theirs, Split) and name == "variants":
            yield from entries(
                LABELS, name, before, after, lambda one, _at: f"{one.name} {one.share}"
            )
        elif isinstance(theirs, Split) and name == "winner":
            yield from part(LABELS, name, before, after, decided_by)
        elif name == "duration":
            # Said as its author would: wait 5 days → 7 days.
            called = label(LABELS, name)
            said = both(
                lambda at: (
                    f"{called.of(at)} {duration_text(before, at)} → {duration_text(after, at)}"  # noqa: B023
                )
            )
            yield Change(Sign.CHANGED, "part", name, said)
        elif isinstance(before, tuple) and isinstance(after, tuple):
            yield from entries(LABELS, name, before, after, value_text)
        else:
            yield from part(LABELS, name, before, after, value_text)


def _cases(
    old: Sequence[tuple[Condition, None]], new: Sequence[tuple[Condition, None]]
) -> Iterator[Change]:
    ours, theirs = [case for case, _ in old], [case for case, _ in new]
    found = list(entries(LABELS, "cases", ours, theirs, value_text))
    yield from found
    if not found and ours != theirs:
        said = Both("条件の順番が変わりました", "conditions are asked in another order")
        yield Change(Sign.CHANGED, "part", "order", said)


def _flow(old: Graph, new: Graph, one: str, alignment: Alignment) -> Iterator[Change]:
    """Yield where a step leads elsewhere though neither end of the way was added or removed."""
    names = alignment.names
    before, after = old.steps[one], new.steps[names[one]]
    if type(before) is not type(after) or isinstance(before, Branch | Split):
        return
    kept = frozenset(names.values())
    ways = zip(followers(before), followers(after), strict=False)
    for was, now in ways:
        ours = _survivor(old, was, frozenset(names))
        theirs = _survivor(new, now, kept)
        if ours is _UNKNOWN or theirs is _UNKNOWN:
            continue
        mapped = names.get(ours) if isinstance(ours, str) else None
        if mapped != theirs:
            shown = [str(end) if isinstance(end, str) else None for end in (mapped, theirs)]
            yield from part(
                LABELS, "next", shown[0], shown[1],
                lambda end, at: end or ("終了" if at == "ja" else "the end"),
            )  # fmt: skip


_UNKNOWN = object()


def _survivor(graph: Graph, start: str | None, kept: Collection[str]) -> object:
    """Return the first step that stays on a straight way; `_UNKNOWN` where the way parts."""
    current, seen = start, set()
    while current is not None and current not in kept:
        ways = followers(graph.steps[current])
        if len(ways) != 1 or current in seen:
            return _UNKNOWN
        seen.add(current)
        current = ways[0]
    return current
