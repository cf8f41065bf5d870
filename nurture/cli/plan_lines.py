"""A plan as lines: the one text that the terminal colours and Markdown quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nurture.cli.plan_words import fate_words, say_plan
from nurture.domain.changes.change import Change, Sign
from nurture.domain.changes.diff import NAMES
from nurture.domain.glossary import word
from nurture.services.flights import Fate, Flight, Mode, Stand
from nurture.services.planning import Plan

#: steps of one workflow whose people are shown one by one
_MOST_STANDS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan."""

    depth: int
    #: "" for a remark
    sign: str
    text: str
    #: name of the thing, shown boldly before the text
    name: str = ""
    #: remark | alarm | ""
    tone: str = ""


def change_lines(plan: Plan, locale: str) -> Iterator[Line]:
    """Yield what changes, with the people whom each change concerns below it."""
    if plan.live is None:
        yield from _first_lines(plan, locale)
        return
    flights = {one.workflow: one for one in plan.flights}
    for change in plan.diff.changes:
        yield from _lines(change, 0, locale)
        if change.noun == "workflow" and change.name in flights:
            yield from _flight(flights[change.name], locale)
        if change.noun == "template" and (mails := plan.waiting.get(change.name)):
            code = "waiting" if mails > 1 else "waiting_one"
            yield Line(1, "", say_plan(code, locale, mails=mails), tone="remark")


def _first_lines(plan: Plan, locale: str) -> Iterator[Line]:
    """Yield what the first publication holds, kind by kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for change in plan.diff.changes:
        kinds[change.noun].append(change.name.rpartition("workflows/files/")[2])
    for noun, names in kinds.items():
        shown = ", ".join(names) if names != [noun] else ""
        yield Line(0, Sign.ADDED, shown, word(NAMES, noun, locale))


def at_once_lines(plan: Plan, locale: str) -> Iterator[Line]:
    """Yield what publishing does to people by itself."""
    counts = plan.counts
    moved = "moved_back" if plan.back_to is not None else "moved"
    for code, sign, found in (
        ("enrolled", Sign.ADDED, counts.enrolled),
        (moved, Sign.CHANGED, counts.moved),
        ("ended", Sign.REMOVED, counts.ended),
        ("written", Sign.ADDED, counts.written),
        ("scheduled", Sign.ADDED, counts.scheduled),
    ):
        for name, people in found.items():
            yield Line(0, sign, say_plan(code, locale, name=name, people=people))


def _lines(change: Change, depth: int, locale: str) -> Iterator[Line]:
    said = change.said.of(locale)
    if change.noun in ("part", "line", "more"):
        yield Line(depth, change.sign, said)
    else:
        noun = word(NAMES, change.noun, locale) if depth == 0 else ""
        name = "" if change.noun == change.name else change.name
        text = said
        if change.noun == "file" and depth:
            name, text = said, ""
        yield Line(depth, change.sign, text, f"{noun}  {name}".strip() if noun else name)
    for part in change.parts:
        yield from _lines(part, depth + 1, locale)


def _flight(flight: Flight, locale: str) -> Iterator[Line]:
    fate = fate_words(flight.mode, locale)
    code = "under_way" if flight.people != 1 else "under_way_one"
    alarm = "alarm" if flight.without_place else "remark"
    yield Line(1, "", say_plan(code, locale, people=flight.people, fate=fate), tone=alarm)
    stands = _joined(flight)
    if flight.mode in (Mode.PIN, Mode.EXIT):
        shown = [
            f"{one.step or say_plan('not_begun', locale)} {one.people:,}"
            for one in stands[:_MOST_STANDS]
        ]
        rest = len(stands) - _MOST_STANDS
        if rest > 0:
            shown.append("…")
        yield Line(2, "", " · ".join(shown), tone="remark")
    else:
        for one in stands:
            yield _stand(one, locale)
    if flight.unknown:
        names = ", ".join(flight.unknown)
        yield Line(2, "", say_plan("unknown", locale, names=names), tone="remark")


def _stand(one: Stand, locale: str) -> Line:
    step = one.step or say_plan("not_begun", locale)
    if one.fate is Fate.NO_PLACE:
        hint = say_plan("no_place_hint", locale, old=step, new=one.suggestion or "…")
        no_place = say_plan("no_place", locale)
        return Line(2, "!", f"{step} {one.people:,} → {no_place}: {hint}", tone="alarm")
    if one.fate is Fate.GO or (one.to is not None and one.to != one.step):
        return Line(2, "", f"{step} {one.people:,} → {one.to}", tone="remark")
    return Line(2, "", f"{step} {one.people:,}", tone="remark")


def _joined(flight: Flight) -> list[Stand]:
    """Return the stands of all releases, those of one step with one fate together."""
    people: dict[tuple[str | None, Fate, str | None, str | None], int] = defaultdict(int)
    for one in flight.stands:
        people[one.step, one.fate, one.to, one.suggestion] += one.people
    return [
        Stand(step, 0, number, fate, to, suggestion)
        for (step, fate, to, suggestion), number in people.items()
    ]
