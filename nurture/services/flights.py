"""People under way in a workflow that changes: where they stand, and what becomes of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from nurture.db import crossings
from nurture.db.crossings import Rule
from nurture.domain.changes.diff import Diff
from nurture.domain.changes.workflows import WorkflowChange
from nurture.domain.crossing import Crossing, suggested
from nurture.services.releases import Releases


class Mode(enum.StrEnum):
    """What becomes of people under way."""

    #: they keep the steps they started with
    PIN = "pin"
    #: they go over to the new steps
    MIGRATE = "migrate"
    #: they leave
    EXIT = "exit"
    #: a rollback takes back those who went over
    BACK = "back"


class Fate(enum.StrEnum):
    """What becomes of the people at one step."""

    #: stay where they are, on the steps of their release
    KEEP = "keep"
    #: go on resting at the same step of the new graph
    STAY = "stay"
    #: go on at another step, or arrive at theirs anew
    GO = "go"
    LEAVE = "leave"
    #: their step is gone, and nobody said where they go
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True)
class Stand:
    """People who stand at one step of one release."""

    #: None: before the first step
    step: str | None
    release_id: int
    people: int
    fate: Fate
    #: where they go on
    to: str | None = None
    #: where they might go, for who has no place
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """Everybody under way in one workflow."""

    workflow: str
    mode: Mode
    stands: tuple[Stand, ...]
    #: `renamed:` names steps that nobody's release has: a slip, or an old line
    unknown: tuple[str, ...] = ()
    #: for who goes over
    rule: Rule | None = None
    #: release → the way from it
    ways: Mapping[int, Crossing] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many are under way, of those whom it concerns."""
        return sum(one.people for one in self.stands)

    @property
    def concerned(self) -> int:
        """How many do not simply keep what they have."""
        if self.mode is Mode.PIN:
            return 0
        return sum(one.people for one in self.stands if one.fate is not Fate.KEEP)

    @property
    def without_place(self) -> tuple[Stand, ...]:
        """The people for whom somebody has to say where they go on."""
        return tuple(one for one in self.stands if one.fate is Fate.NO_PLACE)


def flights_of(
    connection: Connection,
    releases: Releases,
    found: Diff,
    live_id: int | None,
    back_to: int | None = None,
) -> list[Flight]:
    """Return the flights of all workflows that change and have people under way.

    `back_to`: the release whose files a rollback publishes again; None: a publication. Compiles
    the releases that people follow: not for a transaction in which others wait.
    """
    changed = {one.name: one for one in found.workflows if one.old is not None}
    if back_to is not None and live_id is not None:
        return _back(connection, releases, changed, live_id, back_to)
    stands: dict[str, list[tuple[int, str | None, int]]] = {}
    for row in crossings.standing(connection, changed):
        stands.setdefault(row.workflow, []).append((row.release_id, row.step, row.people))
    flights = []
    for name, rows in sorted(stands.items()):
        after = changed[name].new
        mode = Mode(after.in_flight) if after is not None else Mode.PIN
        if mode is Mode.MIGRATE:
            flights.append(_migrating(connection, releases, changed[name], rows))
        else:
            fate = Fate.LEAVE if mode is Mode.EXIT else Fate.KEEP
            kept = tuple(Stand(step, at, people, fate) for at, step, people in rows)
            flights.append(Flight(name, mode, kept))
    return flights


def _migrating(
    connection: Connection,
    releases: Releases,
    change: WorkflowChange,
    rows: Sequence[tuple[int, str | None, int]],
) -> Flight:
    after = change.new
    assert after is not None  # what is no more has no in_flight
    rule = Rule(_NEXT, change.name, after.renamed)
    ways: dict[int, Crossing] = {}
    known: set[str] = set()
    stands = []
    for release_id, step, people in rows:
        if release_id not in ways:
            before = releases.workflow(connection, release_id, change.name)
            if before is None:
                continue
            ways[release_id] = releases.crossing(before.graph, after.graph, after.renamed)
            known |= set(before.graph.steps)
        stands.append(_stand(ways[release_id], step, release_id, people))
    if change.old is not None:
        known |= set(change.old.graph.steps)
    unknown = tuple(one for one in after.renamed if one not in known)
    return Flight(change.name, Mode.MIGRATE, tuple(stands), unknown, rule, ways)


#: the release that a plan is for, which has no number yet
_NEXT = 2**62


def _stand(way: Crossing, step: str | None, release_id: int, people: int) -> Stand:
    if step is None:
        return Stand(None, release_id, people, Fate.STAY)
    if step in way.same:
        return Stand(step, release_id, people, Fate.STAY, way.places[step])
    if step in way.places:
        return Stand(step, release_id, people, Fate.GO, way.places[step])
    return Stand(step, release_id, people, Fate.NO_PLACE, None, suggested(way, step))


def _back(
    connection: Connection,
    releases: Releases,
    changed: Mapping[str, WorkflowChange],
    live_id: int,
    back_to: int,
) -> list[Flight]:
    """Return who goes back: those who went over since the release that is to be live again."""
    first: dict[str, tuple[int, int]] = {}
    renamed: dict[str, dict[str, str]] = {}
    for row in crossings.after(connection, back_to):
        first.setdefault(row.workflow, (row.release_id, row.up_to))
        renamed.setdefault(row.workflow, {}).update(row.renamed)
    flights = []
    for name, change in sorted(changed.items()):
        target = change.new
        if name not in first or target is None:
            rows = crossings.standing(connection, [name])
            kept = tuple(Stand(r.step, r.release_id, r.people, Fate.KEEP) for r in rows)
            if kept:
                flights.append(Flight(name, Mode.PIN, kept))
            continue
        since, up_to = first[name]
        sources = frozenset(range(since, live_id + 1))
        names = {new: old for old, new in renamed[name].items()}
        rule = Rule(_NEXT, name, names, sources, up_to)
        ways: dict[int, Crossing] = {}
        stands = []
        for row in crossings.standing_back(connection, name, sources, up_to):
            before = releases.workflow(connection, row.release_id, name)
            if before is None:
                continue
            if row.release_id not in ways:
                ways[row.release_id] = releases.crossing(before.graph, target.graph, names)
            found = _stand(ways[row.release_id], row.step, row.release_id, row.people)
            if found.fate is Fate.NO_PLACE:
                # Back where possible; nobody is asked in the middle of an accident.
                found = Stand(row.step, row.release_id, row.people, Fate.KEEP)
            stands.append(found)
        # Who has not been looked at since the publication never goes over at all.
        stands += [
            Stand(row.step, row.release_id, row.people, Fate.KEEP)
            for row in crossings.standing(connection, [name])
            if row.release_id < since
        ]
        flights.append(Flight(name, Mode.BACK, tuple(stands), (), rule, ways))
    return flights
