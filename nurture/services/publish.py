"""Publish: all files become one release, or nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import existing, pausing, publications, releases, team
from nurture.db.engine import read, write
from nurture.domain.conditions import Condition
from nurture.domain.definitions import Definitions
from nurture.domain.lookups import look_up
from nurture.domain.workflow import Workflow
from nurture.errors import NurtureError, Problem, Severity
from nurture.language import say, say_number
from nurture.services import firing_plans, mailing_plans, seminars
from nurture.services.check import Checked
from nurture.services.check import check as check
from nurture.services.confirmation import ConfirmationNeededError as ConfirmationNeededError
from nurture.services.confirmation import WrongNumberError
from nurture.services.digest import plan_digest
from nurture.services.holdouts import hold_out_existing
from nurture.services.kpi_report import plan_report
from nurture.services.mailing_plans import Remark
from nurture.services.offer_reviews import plan_reviews
from nurture.services.planning import (
    Live,
    Plan,
    StalePlanError,
    live_release,
    make_plan,
    refuse_stale,
    taking_in,
)
from nurture.services.results_monthly import plan_reports
from nurture.services.runtime import DECIDE, SEND, Runtime
from nurture.services.still_needed import StillNeeded
from nurture.services.takeoff import take_off


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
    #: what was carried out
    plan: Plan | None = None


def publish(
    runtime: Runtime,
    files: Mapping[str, bytes],
    by: str,
    yes: int | None = None,
    checked: Checked | None = None,
    named: str | None = None,
) -> Published:
    """Store the files as the live release and enrol those whom `existing: enrol` names.

    Raises DefinitionError where the check finds errors, ConfirmationNeededError where more
    people than the policy's `publish.confirm_above` would be enrolled, moved to other steps,
    ended, written to by a broadcast or an invitation within a day, or begin by a schedule
    within a day, and `yes` is not that very number. What a publication said yes to is not
    asked of the next one. `named` is the plan (its id) that is to be carried out:
    StalePlanError where it is not what would be done.
    `checked`: what `check` said of these very files. People under way keep the steps they
    started with, unless their workflow says otherwise.
    """
    return carry_out(runtime, make_plan(runtime, files, checked=checked), by, yes, named)


def carry_out(
    runtime: Runtime, plan: Plan, by: str, yes: int | None = None, named: str | None = None
) -> Published:
    """Do what a plan says in one transaction, or nothing; raises as `publish` does.

    Another publication in between makes the plan stale, whoever looked at it first.
    """
    if named is not None:
        refuse_stale(plan, named)
    _refuse_without_place(plan)
    if yes is not None and yes != plan.counts.total:
        raise WrongNumberError(plan.counts, yes)
    if named is None and yes is None and plan.counts.total > plan.definitions.policy.publish_limit:
        raise ConfirmationNeededError(plan.counts)
    definitions, releases_ = plan.definitions, runtime.releases
    hearers = seminars.count_hearers(runtime, definitions)
    # Compiled here, so that no writer waits for it.
    with read(runtime.engine) as connection:
        mailing_plans.compile_begun(connection, releases_)
        readers = mailing_plans.about(connection, definitions, runtime.clock.now())
    with write(runtime.engine) as connection:
        mailing_plans.hold(connection)
        firing_plans.hold(connection)
        releases.hold_turn(connection)
        now = runtime.clock.now()
        live = live_release(connection)
        _refuse_overtaken(plan, live)
        was = releases_.get(connection, live.id) if live is not None else None
        said = was.definitions if was is not None else None
        release_id = live.id if live is not None and plan.unchanged else None
        if release_id is None:
            release_id = releases.store(connection, plan.files, by, now)
        leaving = tuple(team.leaving(connection, definitions.policy))
        team.sync(connection, definitions.policy)
        plan_digest(connection, definitions, now)
        plan_report(connection, definitions, now)
        plan_reports(connection, definitions, now)
        plan_reviews(connection, definitions, now)
        take_off(connection, plan, release_id, now)
        enrolled = _enrol(connection, plan, said, release_id, now)
        _refuse_other_people(plan, enrolled, yes, named)
        changed = seminars.sync(runtime, connection, definitions, said, release_id, now, hearers)
        remarks = mailing_plans.sync(
            connection, definitions, said, release_id, now, releases_, readers
        )
        firing_plans.sync(connection, definitions, now)
        before = was.lookups.trigger_segments if was is not None else {}
        _enter_segments(connection, definitions, before, now)
        # What had no window to leave in may have one now.
        woken = pausing.wake_windowless(connection, now)
        _write_down(connection, plan, release_id, by, now)
    runtime.ring(DECIDE)
    if woken:
        runtime.ring(SEND)
    warnings = tuple(one for one in plan.warnings if one.severity is Severity.WARNING)
    return Published(
        release_id, plan.unchanged, enrolled, warnings, plan.needed, tuple(remarks),
        tuple(changed), tuple(firing_plans.planned(runtime, definitions, said)), leaving, plan,
    )  # fmt: skip


def _refuse_without_place(plan: Plan) -> None:
    """Raise where people stand at steps that are gone, and nobody said where they go on."""
    for flight in plan.without_place:
        rows = flight.without_place
        people = sum(one.people for one in rows)
        names = sorted({one.step or "" for one in rows})
        suggestion = next((one for one in rows if one.suggestion), rows[0])
        raise NurtureError(
            say_number(
                "{workflow}: {number} person stands at a step that is gone: {steps}",
                "{workflow}: {number} people stand at steps that are gone: {steps}",
                people,
                workflow=flight.workflow,
                steps=names,
            ),
            say(
                "say in the file where they go on, e.g. renamed: {old}: {new}",
                old=suggestion.step,
                new=suggestion.suggestion or "STEP",
            ),
        )


def _refuse_overtaken(plan: Plan, live: Live | None) -> None:
    """Raise where another publication came first."""
    if (live.id if live is not None else None) == (plan.live.id if plan.live is not None else None):
        return
    assert live is not None  # releases do not go away
    raise StalePlanError(
        say("{by} has just published release {number}", by=live.by, number=live.id),
        say("look at what your files change now: `nurture plan`"),
    )


def _refuse_other_people(
    plan: Plan, enrolled: Mapping[str, int], yes: int | None, named: str | None
) -> None:
    """Raise where other people match by now than those who were counted a moment ago."""
    found = {name: number for name, number in enrolled.items() if number}
    if found == plan.counts.enrolled:
        return
    counts = replace(plan.counts, enrolled=found)
    limit = plan.definitions.policy.publish_limit
    if named is not None or yes is not None or counts.total > limit:
        raise ConfirmationNeededError(counts)


def _write_down(
    connection: Connection, plan: Plan, release_id: int, by: str, now: datetime
) -> None:
    """Append the publication to the history; one that changed nothing for nobody is none."""
    if plan.nothing_to_do:
        return
    publications.add(
        connection,
        now,
        release_id=release_id,
        before_id=plan.live.id if plan.live is not None else None,
        kind="rollback" if plan.back_to is not None else "publish",
        of_id=plan.back_to,
        by=by,
        plan=plan.id,
        headline={"ja": plan.headline.ja, "en": plan.headline.en},
        counts=plan.counts.as_json(),
    )


def _enrol(
    connection: Connection, plan: Plan, was: Definitions | None, release_id: int, now: datetime
) -> dict[str, int]:
    """Enrol those who match already; nobody is looked for again where nothing is new.

    The share that is held out of a workflow counts as enrolled: their journeys end here.
    """
    enrolled = {}
    for workflow, triggers in taking_in(plan.definitions):
        enrolled[workflow.name] = 0
        if workflow.name in plan.counts.enrolled or _takes_in_others(workflow, was):
            enrolled[workflow.name] = existing.enrol_existing(
                connection, plan.definitions, workflow, triggers, release_id, now
            )
            hold_out_existing(connection, workflow, release_id, now)
    return enrolled


def _takes_in_others(workflow: Workflow, was: Definitions | None) -> bool:
    """Say whether a workflow takes in other people than the live release's.

    Where it does not, and nobody matched a moment ago, whoever matches by now has come in by
    an event of their own: the writer does not wait while all contacts are asked once more.
    """
    before = was.workflows.get(workflow.name) if was is not None else None
    return (
        before is None
        or before.state_triggers != workflow.state_triggers
        or before.only_if != workflow.only_if
    )


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
