"""Plan: what a publication would change, and for whom, before anything is done."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from nurture.compiler.release import compile_files
from nurture.db import existing, mail_states, publications
from nurture.db import releases as rows
from nurture.db.engine import read
from nurture.domain.changes.change import Both
from nurture.domain.changes.diff import Diff, diff, headline
from nurture.domain.changes.side import Side
from nurture.domain.definitions import Definitions, require
from nurture.domain.workflow import Existing, StateTrigger, Workflow
from nurture.errors import DefinitionError, NotFoundError, NurtureError, Problem, Severity
from nurture.language import say
from nurture.services import firing_plans, mailing_plans
from nurture.services.check import Checked, check
from nurture.services.flights import Flight, Mode, flights_of
from nurture.services.runtime import Runtime
from nurture.services.sides import side_of
from nurture.services.still_needed import StillNeeded, still_needed

#: characters of digests in a plan's id: enough to tell files apart, few enough to read out
_SHORT = 8

_ID = re.compile(r"(?P<live>\d+)-(?P<files>[0-9a-f]+)-(?P<facts>[0-9a-f]+)-(?P<people>\d+)")


@dataclass(frozen=True, slots=True)
class Live:
    """The release that is live when a plan is made."""

    id: int
    digest: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Whom a publication concerns by itself, by name; what wants a word of whoever publishes."""

    #: workflow → people who match already and are enrolled
    enrolled: Mapping[str, int] = field(default_factory=dict)
    #: broadcast or invitation that begins within a day → readers
    written: Mapping[str, int] = field(default_factory=dict)
    #: workflow → people who begin by a schedule within a day
    scheduled: Mapping[str, int] = field(default_factory=dict)
    #: workflow → people who go over to other steps
    moved: Mapping[str, int] = field(default_factory=dict)
    #: workflow → people who leave
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number that `--yes` confirms."""
        return sum(sum(one.values()) for one in self.as_json().values())

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return what is stored and hashed."""
        return {
            "enrolled": dict(self.enrolled),
            "written": dict(self.written),
            "scheduled": dict(self.scheduled),
            "moved": dict(self.moved),
            "ended": dict(self.ended),
        }


@dataclass(frozen=True)
class Plan:
    """What publishing some files would do now."""

    files: Mapping[str, bytes]
    digest: str
    definitions: Definitions
    #: None: nothing is published yet
    live: Live | None
    #: what is live, as a side of the comparison
    old: Side
    flights: tuple[Flight, ...] = ()
    counts: Counts = field(default_factory=Counts)
    #: changed template → mails that wait and will go out as it is written now
    waiting: Mapping[str, int] = field(default_factory=dict)
    needed: StillNeeded = field(default_factory=StillNeeded)
    warnings: tuple[Problem, ...] = ()
    #: the release whose files go live again
    back_to: int | None = None
    #: people whom publications since then ended; nobody brings them back
    ended_since: int = 0

    @cached_property
    def diff(self) -> Diff:
        """What differs from what is live."""
        return diff(self.old, side_of(self.files, self.definitions))

    @property
    def headline(self) -> Both:
        """What changes, in one line."""
        if self.live is None:
            number = len(self.definitions.workflows)
            return Both(f"初回の公開（シナリオ{number}件）", f"the first one, {number} workflows")
        return headline(self.diff)

    @property
    def unchanged(self) -> bool:
        """Say whether the live release has these very files."""
        return self.live is not None and self.live.digest == self.digest

    @property
    def nothing_to_do(self) -> bool:
        """Say whether publishing would change nothing, for nobody."""
        return self.unchanged and not self.counts.total

    @property
    def id(self) -> str:
        """The plan's name: live release, files, whom it concerns, how many they are."""
        facts = json.dumps(self.counts.as_json(), sort_keys=True, ensure_ascii=False)
        facts_hash = hashlib.sha256(facts.encode()).hexdigest()[:4]
        live = self.live.id if self.live is not None else 0
        return f"{live}-{self.digest[:_SHORT]}-{facts_hash}-{self.counts.total}"

    @property
    def without_place(self) -> tuple[Flight, ...]:
        """Workflows with people at steps that are gone: not to be published like this."""
        return tuple(one for one in self.flights if one.without_place)


class StalePlanError(NurtureError):
    """What was planned is not what would happen now."""


def make_plan(
    runtime: Runtime,
    files: Mapping[str, bytes],
    back_to: int | None = None,
    checked: Checked | None = None,
) -> Plan:
    """Return what publishing these files would do; nothing is changed.

    Raises DefinitionError where they cannot be published. `back_to`: the release that they are
    the files of, for a rollback, whose files were checked when it was live. `checked`: what
    `check` said of these very files.
    """
    definitions, warnings = _checked(runtime, files, back_to, checked)
    runtime.releases.warm(runtime.engine)
    now = runtime.clock.now()
    with read(runtime.engine) as connection:
        live = live_release(connection)
        digest, old = rows.digest_of(files), _live_side(runtime, connection, live)
        plan = Plan(files, digest, definitions, live, old, warnings=warnings, back_to=back_to)
        flights: tuple[Flight, ...] = ()
        waiting: Mapping[str, int] = {}
        if live is not None and not plan.unchanged:
            flights = tuple(flights_of(connection, runtime.releases, plan.diff, live.id, back_to))
            changed = [one.name for one in plan.diff.others if one.noun == "template"]
            waiting = mail_states.waiting_by_template(connection, changed)
        was = old.definitions if live is not None else None
        leaving = {one.workflow for one in flights if one.mode in (Mode.MIGRATE, Mode.EXIT)}
        needed = still_needed(connection, runtime.releases, definitions, files.keys(), leaving)
        return replace(
            plan,
            flights=flights,
            counts=count(connection, definitions, was, flights, now),
            waiting=waiting,
            needed=needed,
            ended_since=_ended_since(connection, back_to),
        )


def files_of(runtime: Runtime, release_id: int) -> dict[str, bytes]:
    """Return the files of a release; raise NotFoundError where there is none of that number."""
    with read(runtime.engine) as connection:
        files = rows.files_of(connection, release_id)
    if not files:
        raise NotFoundError(
            say("there is no release {number}", number=release_id),
            say("`nurture releases` lists them"),
        )
    return files


def live_release(connection: Connection) -> Live | None:
    """Return the live release, None where nothing was published yet."""
    newest = rows.newest(connection)
    if newest is None:
        return None
    row = publications.of_release(connection, newest[0])
    assert row is not None  # it is the newest
    return Live(newest[0], newest[1], row.published_at, row.published_by)


def count(
    connection: Connection,
    definitions: Definitions,
    was: Definitions | None,
    flights: tuple[Flight, ...],
    now: datetime,
) -> Counts:
    """Return whom a publication concerns by itself; `was` is what is live."""
    matching = {
        workflow.name: existing.how_many(connection, definitions, workflow, triggers, now)
        for workflow, triggers in taking_in(definitions)
    }
    return Counts(
        enrolled={name: number for name, number in matching.items() if number},
        written=mailing_plans.beginning_soon(connection, definitions, was, now),
        scheduled=firing_plans.beginning_soon(connection, definitions, was, now),
        moved=_concerned(flights, Mode.MIGRATE, Mode.BACK),
        ended=_concerned(flights, Mode.EXIT),
    )


def taking_in(definitions: Definitions) -> Iterator[tuple[Workflow, list[StateTrigger]]]:
    """Yield the workflows that take in who matches already, with the triggers that say so."""
    for workflow in definitions.workflows.values():
        triggers = [one for one in workflow.state_triggers if one.existing is Existing.ENROL]
        if triggers:
            yield workflow, triggers


def refuse_stale(plan: Plan, named: str) -> None:
    """Raise StalePlanError where a plan of that name is not what would be done now."""
    found = _ID.fullmatch(named.strip())
    if found is None:
        raise StalePlanError(
            say("'{plan}' is not the name of a plan", plan=named),
            say("copy it from the last line of `nurture plan`"),
        )
    again = say("look at it again: `nurture plan`")
    live = plan.live.id if plan.live is not None else 0
    if int(found["live"]) != live:
        if plan.live is None:
            raise StalePlanError(say("the plan is for another database"), again)
        raise StalePlanError(
            say(
                "the plan was made when release {old} was live; since then {by} published "
                "release {new}",
                old=found["live"],
                new=live,
                by=plan.live.by,
            ),
            again,
        )
    if found["files"] != plan.digest[:_SHORT]:
        raise StalePlanError(say("the files have changed since the plan was made"), again)
    if int(found["people"]) != plan.counts.total:
        raise StalePlanError(
            say(
                "the plan concerned {old} people, now it would be {new}: {each}",
                old=found["people"],
                new=plan.counts.total,
                each=each(plan.counts) or "0",
            ),
            again,
        )
    if plan.id != named.strip():
        raise StalePlanError(
            say("the plan concerned as many people, but not these: {each}", each=each(plan.counts)),
            again,
        )


def each(counts: Counts) -> str:
    """Return all counts by name: `warm-nurture: 12, news: 300`."""
    return ", ".join(
        f"{name}: {number}" for one in counts.as_json().values() for name, number in one.items()
    )


def _checked(
    runtime: Runtime, files: Mapping[str, bytes], back_to: int | None, checked: Checked | None
) -> tuple[Definitions, tuple[Problem, ...]]:
    if back_to is not None:
        return require(compile_files(files)), ()
    definitions, problems = checked or check(files, runtime.clock.now(), runtime.public_url)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise DefinitionError(errors)
    return require(definitions), tuple(problems)


def _live_side(runtime: Runtime, connection: Connection, live: Live | None) -> Side:
    if live is None:
        return Side(compile_files({}))
    compiled = runtime.releases.get(connection, live.id)
    return side_of(rows.files_of(connection, live.id), compiled.definitions)


def _concerned(flights: tuple[Flight, ...], *modes: Mode) -> dict[str, int]:
    return {one.workflow: one.concerned for one in flights if one.mode in modes and one.concerned}


def _ended_since(connection: Connection, back_to: int | None) -> int:
    if back_to is None:
        return 0
    since = publications.counts_since(connection, back_to)
    return sum(sum(one.get("ended", {}).values()) for one in since)
