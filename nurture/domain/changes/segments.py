"""Segments, and what names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nurture.domain.changes.change import Both, Change, Labels, Sign, both
from nurture.domain.changes.rewriting import with_segments_named
from nurture.domain.changes.side import Side
from nurture.domain.changes.values import SEGMENT_MARK, value_text
from nurture.domain.changes.workflows import condition_part
from nurture.domain.conditions import Condition

_OF_SEGMENTS = re.compile(r"^segments?\s*:", re.MULTILINE)

LABELS: Labels = {"if": ("条件", "condition")}


def segment_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield the segments that are new, gone or say something else, each with what names it."""
    ours, theirs = dict(old.definitions.segments), dict(new.definitions.segments)
    for name in sorted({*ours, *theirs}):
        if name not in ours:
            yield Change(Sign.ADDED, "segment", name, _said(_own(theirs, name)))
        elif name not in theirs:
            yield Change(Sign.REMOVED, "segment", name, _said(_own(ours, name)))
        elif ours[name] != theirs[name]:
            before, after = _own(ours, name), _own(theirs, name)
            parts = tuple(condition_part("if", before, after, LABELS))
            if parts:
                yield Change(Sign.CHANGED, "segment", name, _used(name, new), parts)


def _own(segments: Mapping[str, Condition], name: str) -> Condition:
    """Return what a segment itself says, with those that it names by their names."""
    others = {one: other for other, one in segments.items() if other != name}
    return with_segments_named(segments[name], others)


def _said(condition: Condition) -> Both:
    return both(lambda at: value_text(condition, at))


def _used(name: str, side: Side) -> Both:
    where = sorted({*_named_in(name, side.texts), *_part_of(name, side)})
    if not where:
        return Both("使われていません", "nothing uses it")
    return Both(f"使用: {'、'.join(where)}", f"used by {', '.join(where)}")


def _part_of(name: str, side: Side) -> Iterator[str]:
    """Yield the segments that name a segment."""
    mark = repr(f"{SEGMENT_MARK}{name}{SEGMENT_MARK}")
    for other in side.definitions.segments:
        if other != name and mark in repr(_own(side.definitions.segments, other)):
            yield other


def _named_in(name: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what the files that name a segment are called: `warm-nurture`, `2026-12-news`."""
    names = re.compile(rf"\bsegment\s*:\s*(\[[^\]]*\b|[\"']?)(?<![\w-]){re.escape(name)}(?![\w-])")
    for path, text in texts.items():
        # A file of segments names those it writes down too.
        if not _OF_SEGMENTS.search(text) and names.search(text):
            yield path.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
