"""Templates: which languages, subject and preheader, and the first lines that differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from nurture.domain.changes.change import Both, Change, Labels, Sign, part, same
from nurture.domain.changes.side import Side, TemplateText
from nurture.domain.changes.values import quoted, short

LABELS: Labels = {
    "subject": ("件名", "subject"),
    "preheader": ("プリヘッダー", "preheader"),
}

#: lines of a text that are shown; the rest is counted
_SHOWN = 4


def template_changes(old: Side, new: Side) -> Iterator[Change]:
    """Yield templates that are new, gone or changed, with the languages concerned."""
    ours, theirs = _by_name(old), _by_name(new)
    for name in sorted({*ours, *theirs}):
        before, after = ours.get(name, {}), theirs.get(name, {})
        if not before:
            yield Change(Sign.ADDED, "template", name, _locales(after))
        elif not after:
            yield Change(Sign.REMOVED, "template", name, _locales(before))
        elif parts := tuple(_parts(before, after)):
            yield Change(Sign.CHANGED, "template", name, same(""), parts)


def _by_name(side: Side) -> dict[str, dict[str, TemplateText]]:
    found: dict[str, dict[str, TemplateText]] = {}
    for path, one in side.templates.items():
        found.setdefault(one.name, {})[path] = one
    return found


def _locales(files: Mapping[str, TemplateText]) -> Both:
    names = sorted({one.locale for one in files.values() if one.locale})
    return same(", ".join(names))


def _parts(
    before: Mapping[str, TemplateText], after: Mapping[str, TemplateText]
) -> Iterator[Change]:
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        one = new or old
        assert one is not None  # the path is of either
        where = " ".join(word for word in (one.locale, one.kind) if word) or path
        if old is None:
            yield Change(Sign.ADDED, "file", path, same(where))
        elif new is None:
            yield Change(Sign.REMOVED, "file", path, same(where))
        elif old != new:
            parts = (
                *part(LABELS, "subject", old.subject, new.subject, quoted),
                *part(LABELS, "preheader", old.preheader, new.preheader, quoted),
                *_lines(old.body, new.body),
            )
            yield Change(Sign.CHANGED, "file", path, same(where), parts)


def _lines(old: str, new: str) -> Iterator[Change]:
    """Yield the lines that differ, as an author reads them, the first few of them."""
    found = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
        if line.startswith(("---", "+++", "@@")) or not line[1:].strip():
            continue
        sign = Sign.ADDED if line[0] == "+" else Sign.REMOVED
        found.append(Change(sign, "line", "", same(short(line[1:]))))
    yield from found[:_SHOWN]
    if (more := len(found) - _SHOWN) > 0:
        said = Both(f"ほか{more}行", f"{more} more lines")
        yield Change(Sign.CHANGED, "more", "", said)
