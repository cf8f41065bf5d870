"""A batch of contacts with all that is known of them, and all that was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import contact_facts, deals, outcomes, team, touched
from nurture.db.events import DEEPEST, NewEvent, record
from nurture.db.touched import Arrival
from nurture.domain.enrolment import Memory
from nurture.domain.facts import Facts
from nurture.domain.lookups import Lookups
from nurture.domain.owners import Colleagues
from nurture.domain.policy import EvidencePolicy
from nurture.domain.scoring import Engagement, LedgerEntry, ScoredEvent
from nurture.domain.workflow import Workflow
from nurture.services.crossings import finish_crossings
from nurture.services.releases import LiveRelease, Releases
from nurture.services.task_book import write_tasks


@dataclass(slots=True)
class Journey:
    """An active enrolment and the steps it follows."""

    row: Row[Any]
    #: None: the release it follows no longer has the workflow
    workflow: Workflow | None
    memory: Memory
    ended: bool = False

    @property
    def id(self) -> int:
        """The enrolment's id."""
        return int(self.row.id)


@dataclass(slots=True)
class Person:
    """One contact of a batch; `state` is what a rescore may change."""

    row: Row[Any]
    state: dict[str, Any]
    facts: Facts
    arrivals: list[Arrival] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)
    scored: list[ScoredEvent] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    #: ledger rows since the moment from which on things count for the lifecycle
    gains: list[LedgerEntry] = field(default_factory=list)
    segments: set[str] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The contact's id."""
        return int(self.row.id)

    @property
    def moved(self) -> bool:
        """Whether anything of what a rescore may change is another than before."""
        before = self.row._mapping
        return any(before[name] != value for name, value in self.state.items())

    @property
    def engagement(self) -> Engagement:
        """The faded ledger sum as it stands."""
        return Engagement(self.state["engagement"], self.state["scored_at"])


@dataclass(slots=True)
class Batch:
    """Contacts whose rows we hold, and what is to be written when all is decided."""

    connection: Connection
    release: LiveRelease
    releases: Releases
    lookups: Lookups
    now: datetime
    people: dict[int, Person] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[tuple[int, LedgerEntry]] = field(default_factory=list)
    evidence: list[tuple[int, str, str]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    #: contact → the key of the task of its hand-off
    handoffs: dict[int, str] = field(default_factory=dict)
    #: contact → its custom fields, where they change
    fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    woken: set[int] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)
    reviews: dict[int, datetime | None] = field(default_factory=dict)
    entered: list[tuple[int, str]] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)
    #: (contact, workflow, subject) → what asks for the enrolment
    wanted: dict[tuple[int, str, str], tuple[Workflow, Arrival | None]] = field(
        default_factory=dict
    )
    _colleagues: Colleagues | None = None

    @property
    def colleagues(self) -> Colleagues:
        """Our own people, loaded when the first one is asked for."""
        if self._colleagues is None:
            self._colleagues = team.colleagues(self.connection)
        return self._colleagues

    @property
    def evidence_policy(self) -> EvidencePolicy:
        """How opens and clicks are judged in this release."""
        return self.release.definitions.policy.evidence

    @property
    def half_life(self) -> timedelta:
        """How fast engagement fades in this release."""
        return self.release.definitions.scoring.half_life

    def emit(
        self,
        person: Person,
        kind: str,
        properties: dict[str, Any],
        cause: Arrival | None,
        act: bool = True,
    ) -> None:
        """Emit an event of our own; a chain that is too deep is stored and not acted on."""
        depth = cause.depth + 1 if cause is not None else 0
        if depth > DEEPEST:
            self.decide(person, "failed", "too_deep", {"event": kind}, event_id=cause and cause.id)
            act = False
        self.events.append(
            NewEvent(
                type=kind,
                contact_id=person.id,
                occurred_at=self.now,
                source="engine",
                properties=properties,
                caused_by=cause.id if cause is not None else None,
                depth=depth,
                act=act,
            )
        )

    def decide(
        self, person: Person, kind: str, reason: str, detail: dict[str, Any], **columns: Any
    ) -> None:
        """Remember a decision about a contact with its reason."""
        row = {"contact_id": person.id, "kind": kind, "reason": reason, "detail": detail}
        self.decisions.append({**row, **columns})

    def end(
        self,
        person: Person,
        journey: Journey,
        outcome: str,
        reason: str,
        detail: dict[str, Any],
        cause: Arrival | None = None,
    ) -> None:
        """End an enrolment with its reason."""
        journey.ended = True
        self.ended[journey.id] = outcome
        self.decide(
            person,
            "ended",
            reason,
            {"workflow": journey.row.workflow, "outcome": outcome, **detail},
            enrolment_id=journey.id,
            workflow=journey.row.workflow,
            step=journey.row.step,
            event_id=cause.id if cause is not None else None,
        )

    def save(self) -> None:
        """Write everything that was decided about scores and stages, and its effects."""
        outcomes.append_evidence(self.connection, self.evidence, self.now)
        outcomes.append_ledger(self.connection, self.ledger, self.release.id)
        outcomes.save_states(self.connection, [p.state for p in self.people.values() if p.moved])
        outcomes.change_segments(self.connection, self.entered, self.left)
        outcomes.change_fields(
            self.connection, [{"id": one, "fields": known} for one, known in self.fields.items()]
        )
        self.save_effects()

    def write_ends(self) -> None:
        """Write the journeys that ended so far."""
        outcomes.end_enrolments(self.connection, self.ended, self.now)

    def save_effects(self) -> None:
        """Write ended and woken journeys, tasks, emitted events and the reasons."""
        self.write_ends()
        outcomes.wake(self.connection, self.woken - set(self.ended), self.now)
        reviews = {one: at for one, at in self.reviews.items() if one not in self.ended}
        outcomes.review_enrolments(self.connection, reviews)
        write_tasks(self.connection, self.release, self.tasks, self.now)
        record(self.connection, self.events, self.now)
        outcomes.append_decisions(self.connection, self.decisions, self.now)


def load_people(batch: Batch, contact_ids: Sequence[int], extra_types: Iterable[str] = ()) -> None:
    """Load contacts into a batch with the facts that the release's conditions read."""
    connection, now = batch.connection, batch.now
    rows = touched.contact_rows(connection, contact_ids)
    ids = [row.id for row in rows]
    finish_crossings(connection, batch.release, batch.releases, ids, now)
    journeys: dict[int, list[Journey]] = {}
    types = set(batch.lookups.event_types) | set(extra_types)
    for row in touched.active_enrolments(connection, ids):
        workflow = batch.releases.workflow(connection, row.release_id, row.workflow)
        journeys.setdefault(row.contact_id, []).append(
            Journey(row, workflow, Memory.from_json(row.memory))
        )
        if workflow is not None:
            followed = batch.releases.get(connection, row.release_id).lookups
            types |= followed.journey_types[row.workflow]
    count_unknown = batch.evidence_policy.count_unknown_opens
    past = touched.history(connection, ids, types, count_unknown)
    tags = touched.tags_of(connection, ids)
    latest = deals.newest(connection, ids) if batch.lookups.needs_deal else {}
    segments = touched.segments_of(connection, ids) if batch.lookups.trigger_segments else {}
    half_life = batch.half_life
    locale = batch.release.definitions.policy.default_locale
    for row in rows:
        stored = row._asdict()
        state = {name: stored[name] for name in ("id", *outcomes.STATE)}
        facts = Facts(
            contact_id=row.id,
            now=now,
            contact=contact_facts.contact_values(stored, now, half_life, locale),
            account=contact_facts.account_values(stored),
            deal=latest.get(row.id, {}),
            tags=tags.get(row.id, frozenset()),
            events=past.facts.get(row.id, {}),
            count_unknown_opens=count_unknown,
        )
        batch.people[row.id] = Person(
            row=row,
            state=state,
            facts=facts,
            journeys=journeys.get(row.id, []),
            scored=past.scored.get(row.id, []),
            segments=segments.get(row.id, set()),
        )
