"""Advance: walk what is due and write each walk in the transaction that decided it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nurture.db import calls, messages, notices, outcomes, touched
from nurture.db import contacts as people
from nurture.db.engine import write
from nurture.db.events import DEEPEST, NewEvent, record
from nurture.domain import advance as pure
from nurture.domain.calendar import shift
from nurture.domain.enrolment import Standing
from nurture.domain.facts import StepFact
from nurture.domain.guard import NOT_ASKED
from nurture.domain.lookups import awaits_clicks
from nurture.domain.owners import assignee
from nurture.domain.policy import Calendar
from nurture.domain.purpose import OWN_AFFAIR
from nurture.domain.steps import Send
from nurture.services import mail_timing, team_rows
from nurture.services.batch import Batch, Journey, Person, load_people
from nurture.services.changes import Changes
from nurture.services.divisions import Divisions
from nurture.services.glances import Glances
from nurture.services.guards import WalkGuards
from nurture.services.places import zone_of
from nurture.services.promised_tasks import PromisedTasks
from nurture.services.rescore import journey_review
from nurture.services.runtime import Runtime
from nurture.services.shelf import Shelf
from nurture.services.subjects import subject_columns

#: enrolments per transaction
BATCH = 200


class Walks:
    """The walks of one batch and all that they want done."""

    def __init__(
        self, batch: Batch, calendar: Calendar, due: Sequence[tuple[Person, Journey]]
    ) -> None:
        self._batch = batch
        self._divisions = Divisions(batch, due)
        self._guards = WalkGuards(batch, due)
        self._calendar = calendar
        self._walked: list[tuple[Person, Journey, pure.Decision]] = []
        self._mails: list[dict[str, Any]] = []
        #: lines for chat rooms
        self._lines: list[dict[str, Any]] = []
        #: calls of other systems
        self._calls: list[dict[str, Any]] = []
        self._emits: list[tuple[Person, Journey, pure.Decision, pure.Emit]] = []
        self._shelf = Shelf(batch)
        self._glances = Glances(batch)
        self._promised = PromisedTasks(batch)
        self._changes = Changes()
        #: contact → the events that led to its changes
        self._changed_by: dict[int, set[int | None]] = {}

    def walk(self, person: Person, journey: Journey) -> None:
        """Walk one enrolment and collect its decision."""
        batch, row = self._batch, journey.row
        if person.row.erased:
            batch.end(person, journey, "erased", "no_address", {})
            return
        if journey.workflow is None:
            batch.end(person, journey, "lost", "unknown_workflow", {})
            return
        zone = zone_of(person.row, self._calendar)
        standing = Standing(
            row.id,
            person.id,
            row.step,
            row.due_at,
            row.started_at,
            journey.memory,
            row.subject,
            row.caused_by,
        )
        person.facts.trigger = row.trigger or {}
        person.facts.event = None
        person.facts.splits = self._divisions.facts(person, journey)
        person.facts.refusals = self._guards.refusals(person, journey)
        decision = pure.advance(
            journey.workflow, standing, person.facts, batch.now, self._calendar, zone
        )
        journey.ended = decision.outcome is not None
        self._walked.append((person, journey, decision))
        for effect in decision.effects:
            self._do(person, journey, decision, effect, zone)

    def _do(
        self,
        person: Person,
        journey: Journey,
        decision: pure.Decision,
        effect: pure.Effect,
        zone: ZoneInfo,
    ) -> None:
        batch = self._batch
        match effect:
            case pure.QueueMail(step, visit):
                self._mails.append(self._mail(person, journey, decision, step, visit, zone))
                if step.question is not None:
                    self._guards.ask(person, journey, step, f"{journey.id}/{step.id}/{visit}")
            case pure.LeaveUnasked(step, refusal):
                detail = {"workflow": journey.row.workflow, **refusal.detail}
                batch.decide(
                    person,
                    NOT_ASKED,
                    refusal.reason,
                    detail,
                    enrolment_id=journey.id,
                    workflow=journey.row.workflow,
                    step=step.id,
                )
            case pure.MakeTask(step, visit):
                task = {
                    "dedupe_key": f"{journey.id}/{step.id}/{visit}",
                    "contact_id": person.id,
                    "account_id": person.row.account_id,
                    "enrolment_id": journey.id,
                    "kind": step.kind,
                    "title": step.title,
                    "assignee": step.assignee,
                    "assignee_id": self._assignee(person, step.assignee),
                    "due_at": shift(self._calendar, batch.now, step.due, zone),
                    "created_at": batch.now,
                }
                if step.promised:
                    self._promised.add(task, journey)
                else:
                    batch.tasks.append(task)
            case pure.NotifyTeam(step, visit) if step.chat:
                self._lines.append(team_rows.line(person, journey, step, visit))
            case pure.NotifyTeam(step, visit):
                self._mails.append(team_rows.notice(batch, person, journey, step, visit))
            case pure.CallWebhook(step, visit):
                self._calls.append(team_rows.call(journey, decision, step, visit))
            case pure.Emit():
                self._emits.append((person, journey, decision, effect))
            case pure.ChangeContact(step):
                self._changes.add(person, step)
                cause = decision.cause or journey.row.caused_by
                self._changed_by.setdefault(person.id, set()).add(cause)
            case pure.Divide():
                self._divisions.take(person, journey, effect)
            case pure.StopOther(name):
                for other in person.journeys:
                    if other.row.workflow == name and other.id != journey.id and not other.ended:
                        by = {"by": journey.row.workflow}
                        batch.end(person, other, "stopped", "stopped", by)

    def _assignee(self, person: Person, named: str) -> int | None:
        policy, team = self._batch.release.definitions.policy, self._batch.colleagues
        found = assignee(named, person.row.owner_id, person.facts, policy, team)
        return found.id if found is not None else None

    def _mail(
        self,
        person: Person,
        journey: Journey,
        decision: pure.Decision,
        step: Send,
        visit: int,
        zone: ZoneInfo,
    ) -> dict[str, Any]:
        workflow = journey.workflow
        assert workflow is not None  # walk() returned early otherwise
        first = journey.row.step is None
        purpose = workflow.purpose_of(step)
        mail = {
            "dedupe_key": f"{journey.id}/{step.id}/{visit}",
            "contact_id": person.id,
            "account_id": person.row.account_id,
            "enrolment_id": journey.id,
            "workflow": workflow.name,
            "step": step.id,
            "caused_by": decision.cause or (journey.row.caused_by if first else None),
            "recipient": person.row.email,
            "purpose": str(purpose),
            **subject_columns(step, person.row, self._batch.release.definitions.policy),
            "sender": step.sender or workflow.sender,
            **mail_timing.of_step(workflow, step),
            "priority": workflow.priority,
            # What somebody asked for is under no topic that they could have turned off.
            "topic": None if purpose in OWN_AFFAIR else workflow.topic,
            "expires_at": shift(self._calendar, self._batch.now, step.expires, zone),
            "attach": list(step.attach),
            **self._shelf.columns(person, journey, step, visit, zone),
        }
        return mail | self._glances.columns(person, journey, step, mail, zone)

    def save(self) -> None:
        """Write mails, events, positions and reasons."""
        batch = self._batch
        queued = messages.queue(batch.connection, self._mails, batch.release.id, batch.now)
        self._glances.save(queued)
        self._promised.save()
        self._guards.save()
        notices.keep(batch.connection, self._lines, batch.now)
        calls.keep(batch.connection, self._calls, batch.now)
        rows = []
        for person, journey, decision in self._walked:
            self._remember_mails(journey, decision, queued)
            self._explain(person, journey, decision)
            if journey.id in batch.ended:
                # Another walk of this batch stopped it.
                continue
            rows.append(self._position(person, journey, decision))
        outcomes.save_walks(batch.connection, rows)
        over = [journey.id for _, journey, decision in self._walked if decision.outcome]
        outcomes.cancel_unsent(batch.connection, over, "enrolment_over")
        self._shelf.explain(queued)
        self._divisions.save()
        self._emit()
        batch.save_effects()

    def _remember_mails(
        self, journey: Journey, decision: pure.Decision, queued: dict[str, int]
    ) -> None:
        for effect in decision.effects:
            if isinstance(effect, pure.QueueMail):
                step = effect.step.id
                message_id = queued[f"{journey.id}/{step}/{effect.visit}"]
                fact = decision.memory.steps.get(step, StepFact())
                decision.memory.steps[step] = replace(fact, message_id=message_id)

    def _position(
        self, person: Person, journey: Journey, decision: pure.Decision
    ) -> dict[str, Any]:
        over = decision.outcome is not None
        moment: datetime | None = None
        if not over and journey.workflow is not None:
            moment = journey_review(person, journey.workflow, self._batch.half_life)
        return {
            "id": journey.id,
            "step": decision.step,
            "due_at": None if over else decision.due_at,
            "review_at": moment,
            "memory": decision.memory.as_json(),
            "state": "ended" if over else "active",
            "outcome": decision.outcome,
            "ended_at": self._batch.now if over else None,
        }

    def _explain(self, person: Person, journey: Journey, decision: pure.Decision) -> None:
        self._batch.decide(
            person,
            "ended" if decision.outcome else "walked",
            decision.reason,
            {
                **decision.detail,
                "workflow": journey.row.workflow,
                "trail": decision.trail,
                **({"outcome": decision.outcome} if decision.outcome else {}),
            },
            enrolment_id=journey.id,
            workflow=journey.row.workflow,
            step=decision.step,
            event_id=decision.cause,
        )

    def _emit(self) -> None:
        """Emit the walks' events; one that is too deep is stored, and its walk goes on."""
        batch = self._batch
        changed = self._changes.save(batch.connection)
        causes = {
            decision.cause or journey.row.caused_by for _, journey, decision, _ in self._emits
        }
        for contact_id in changed:
            causes |= self._changed_by[contact_id]
        known = sorted(cause for cause in causes if cause is not None)
        depth = messages.depths(batch.connection, known) if known else {}
        new = []
        for person, journey, decision, effect in self._emits:
            cause = decision.cause or journey.row.caused_by
            deep = depth.get(cause, 0) + 1 if cause is not None else 0
            if deep > DEEPEST:
                batch.decide(person, "failed", "too_deep", {"event": effect.type})
                batch.woken.add(journey.id)
            new.append(
                NewEvent(
                    effect.type,
                    person.id,
                    batch.now,
                    "engine",
                    effect.properties,
                    key=f"{journey.id}/{effect.step}/{effect.visit}",
                    caused_by=cause,
                    depth=deep,
                    act=deep <= DEEPEST,
                )
            )
        for contact_id, fields in sorted(changed.items()):
            new.append(self._updated(contact_id, fields, depth))
        record(batch.connection, new, batch.now)

    def _updated(self, contact_id: int, fields: list[str], depth: dict[int, int]) -> NewEvent:
        """Return the event of a change, as deep as the deepest of what led to it."""
        causes = [cause for cause in self._changed_by[contact_id] if cause is not None]
        cause = max(causes, key=lambda one: depth.get(one, 0), default=None)
        deep = depth.get(cause, 0) + 1 if cause is not None else 0
        if deep > DEEPEST:
            person = self._batch.people[contact_id]
            self._batch.decide(person, "failed", "too_deep", {"event": "contact.updated"})
        return NewEvent(
            "contact.updated",
            contact_id,
            self._batch.now,
            "engine",
            {"by": "workflow", "fields": fields},
            caused_by=cause,
            depth=deep,
            act=deep <= DEEPEST,
        )


def advance(runtime: Runtime, limit: int = BATCH, only: Sequence[int] | None = None) -> int:
    """Walk up to `limit` due enrolments in one transaction; return how many were walked.

    `only` names the contacts whose due enrolments are walked.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        if only is None:
            due = messages.due_enrolment_contacts(connection, now, limit)
        else:
            due = list(only)
        if not due:
            return 0
        held = people.lock(connection, due)
        if not held:
            return 0
        release = runtime.releases.live(connection)
        calendar = release.definitions.calendar
        batch = Batch(connection, release, runtime.releases, release.lookups, now)
        load_people(batch, held)
        due_now = [
            (person, journey)
            for person in batch.people.values()
            for journey in person.journeys
            if journey.row.due_at is not None and journey.row.due_at <= now
        ]
        _load_on_hold(batch, due_now)
        walks = Walks(batch, calendar, due_now)
        count = 0
        for person, journey in due_now:
            # An earlier walk of this batch may have stopped it.
            if not journey.ended:
                walks.walk(person, journey)
                count += 1
        walks.save()
        return count


def _load_on_hold(batch: Batch, due: Sequence[tuple[Person, Journey]]) -> None:
    """Load what is not judged yet for those whose wait it may end."""
    waiting = {
        person.id
        for person, journey in due
        if journey.workflow is not None and awaits_clicks(journey.workflow)
    }
    for contact_id, held in touched.on_hold(batch.connection, sorted(waiting)).items():
        batch.people[contact_id].facts.on_hold = held
