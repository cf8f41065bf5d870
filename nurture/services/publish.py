"""Publish: all files become one release, or nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import existing, pausing, releases, team
from nurture.db.engine import read, write
from nurture.domain.conditions import Condition
from nurture.domain.definitions import Definitions, require
from nurture.domain.lookups import look_up
from nurture.domain.workflow import Existing, StateTrigger, Workflow
from nurture.errors import DefinitionError, NurtureError, Problem, Severity
from nurture.language import Said, say, say_number
from nurture.language.joining import both
from nurture.services import firing_plans, mailing_plans, seminars
from nurture.services.check import Checked
from nurture.services.check import check as check
from nurture.services.digest import plan_digest
from nurture.services.mailing_plans import Remark
from nurture.services.runtime import DECIDE, SEND, Runtime
from nurture.services.still_needed import StillNeeded, still_needed


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did."""

    release_id: int
    #: nothing changed: the live release has the same files
    unchanged: bool
    #: workflow → contacts that matched already and were enrolled
    enrolled: Mapping[str, int] = field(default_factory=dict)
    #: warnings of the check
    warnings: tuple[Problem, ...] = ()
    #: what people under way and mails that wait need, and the release lacks
    needed: StillNeeded = field(default_factory=StillNeeded)
    #: what became of broadcasts and the mailings of seminars
    mailings: tuple[Remark, ...] = ()
    #: seminars that changed since people were told of them
    seminars: tuple[seminars.Remark, ...] = ()
    #: when each schedule fires next, and for how many
    schedules: tuple[firing_plans.Plan, ...] = ()
    #: (key, name, contacts) of senders who left and still own contacts
    leaving: tuple[tuple[str, str, int], ...] = ()


class ConfirmationNeededError(NurtureError):
    """More people would be enrolled or written to than the policy lets pass without a word."""

    def __init__(
        self,
        enrolled: Mapping[str, int],
        written_to: Mapping[str, int],
        scheduled: Mapping[str, int],
    ) -> None:
        #: workflow, broadcast or invitation → people
        self.counts = Counter(enrolled) + Counter(written_to) + Counter(scheduled)
        self.total = self.counts.total()
        does = []
        if enrolled:
            does.append(
                say_number(
                    "enrol {number} person who matches already ({each})",
                    "enrol {number} people who match already ({each})",
                    sum(enrolled.values()),
                    each=_each(enrolled),
                )
            )
        if written_to:
            does.append(
                say_number(
                    "write to {number} person within 24 hours ({each})",
                    "write to {number} people within 24 hours ({each})",
                    sum(written_to.values()),
                    each=_each(written_to),
                )
            )
        if scheduled:
            does.append(
                say_number(
                    "enrol {number} person by a schedule within 24 hours ({each})",
                    "enrol {number} people by a schedule within 24 hours ({each})",
                    sum(scheduled.values()),
                    each=_each(scheduled),
                )
            )
        super().__init__(
            say("publishing would {does}", does=both(does)),
            say("if that is what you want, say --yes {number}", number=self.total),
        )


def _each(counts: Mapping[str, int]) -> list[Said]:
    return [say("{name}: {count}", name=name, count=count) for name, count in counts.items()]


def publish(
    runtime: Runtime,
    files: Mapping[str, bytes],
    by: str,
    yes: int | None = None,
    checked: Checked | None = None,
) -> Published:
    """Store the files as the live release and enrol those whom `existing: enrol` names.

    Raises DefinitionError where the check finds errors, ConfirmationNeededError where more
    people than the policy's `publish.confirm_above` would be enrolled, or written to by a
    broadcast or an invitation within a day, or begin a journey by a schedule within a day,
    and `yes` is not that very number. What a publication said yes to is not asked of the next
    one. People under way keep the steps they started with. `checked`: what `check`
    said of these very files.
    """
    definitions, problems = checked or check(files, runtime.clock.now(), runtime.public_url)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise DefinitionError(errors)
    require(definitions)
    warnings = tuple(problem for problem in problems if problem.severity is Severity.WARNING)
    hearers = seminars.count_hearers(runtime, definitions)
    # Compiled here, so that no writer waits for it.
    runtime.releases.warm(runtime.engine)
    with read(runtime.engine) as connection:
        mailing_plans.compile_begun(connection, runtime.releases)
    with write(runtime.engine) as connection:
        mailing_plans.hold(connection)
        firing_plans.hold(connection)
        now = runtime.clock.now()
        live = releases.newest(connection)
        before: Mapping[str, Condition] = {}
        if live is not None:
            before = runtime.releases.get(connection, live[0]).lookups.trigger_segments
        unchanged = live is not None and live[1] == releases.digest_of(files)
        was = runtime.releases.get(connection, live[0]).definitions if live is not None else None
        needed = ConfirmationNeededError(
            _matching(connection, definitions, now),
            mailing_plans.beginning_soon(connection, definitions, was, now),
            firing_plans.beginning_soon(connection, definitions, was, now),
        )
        if needed.total != yes and needed.total > definitions.policy.publish_limit:
            raise needed
        if live is not None and unchanged:
            release_id = live[0]
        else:
            release_id = releases.store(connection, files, by, now)
        leaving = tuple(team.leaving(connection, definitions.policy))
        team.sync(connection, definitions.policy)
        plan_digest(connection, definitions, now)
        enrolled = _enrol(connection, definitions, release_id, now)
        changed = seminars.sync(runtime, connection, definitions, was, release_id, now, hearers)
        remarks = mailing_plans.sync(
            connection, definitions, was, release_id, now, runtime.releases
        )
        schedules = firing_plans.sync(connection, definitions, now)
        _enter_segments(connection, definitions, before, now)
        # What had no window to leave in may have one now.
        woken = pausing.wake_windowless(connection, now)
    runtime.ring(DECIDE)
    if woken:
        runtime.ring(SEND)
    with read(runtime.engine) as connection:
        lacks = still_needed(connection, runtime.releases, definitions, files.keys())
    return Published(
        release_id,
        unchanged,
        enrolled,
        warnings,
        lacks,
        tuple(remarks),
        tuple(changed),
        tuple(schedules),
        leaving,
    )


def _triggers(definitions: Definitions) -> Iterator[tuple[Workflow, list[StateTrigger]]]:
    """Yield the workflows that take in who matches already, with the triggers that say so."""
    for workflow in definitions.workflows.values():
        triggers = [one for one in workflow.state_triggers if one.existing is Existing.ENROL]
        if triggers:
            yield workflow, triggers


def _matching(connection: Connection, definitions: Definitions, now: datetime) -> dict[str, int]:
    counts = {
        workflow.name: existing.how_many(connection, definitions, workflow, triggers, now)
        for workflow, triggers in _triggers(definitions)
    }
    return {name: count for name, count in counts.items() if count}


def _enrol(
    connection: Connection, definitions: Definitions, release_id: int, now: datetime
) -> dict[str, int]:
    return {
        workflow.name: existing.enrol_existing(
            connection, definitions, workflow, triggers, release_id, now
        )
        for workflow, triggers in _triggers(definitions)
    }


def _enter_segments(
    connection: Connection,
    definitions: Definitions,
    before: Mapping[str, Condition],
    now: datetime,
) -> None:
    """Who is in a segment when it begins to start something does not enter it afterwards."""
    for name, condition in look_up(definitions).trigger_segments.items():
        if before.get(name) != condition:
            existing.enter_segment(connection, definitions, name, condition, now)
