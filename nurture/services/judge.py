"""Judging clicks at the end of their hold, and again when later evidence comes."""

from __future__ import annotations

from nurture.db import clicks as stored
from nurture.db.clicks import StoredClick
from nurture.db.events import DEEPEST
from nurture.domain.evidence import Kind, at_hold_end
from nurture.domain.facts import EventFact
from nurture.services.batch import Batch, Person

_CLICKED = "email.clicked"


def judge_clicks(batch: Batch) -> None:
    """Judge every click of the batch by its company and take back what was thought human.

    A click that turns out to be a machine's no longer counts; clicks of the same mail that
    were taken for a person's are judged again, and what they started is undone.
    """
    arrived = {
        arrival.id: arrival
        for person in batch.people.values()
        for arrival in person.arrivals
        if arrival.type == _CLICKED and arrival.message_id is not None
    }
    if not arrived:
        return
    policy = batch.evidence_policy
    mails = sorted({one.message_id for one in arrived.values() if one.message_id is not None})
    known = stored.of_messages(batch.connection, mails)
    first, last = stored.sweep_span([one.click.at for one in known], policy.sweep_within)
    networks = stored.recipients_by_network(
        batch.connection, sorted({one.click.network for one in known}), first, last
    )
    revised: list[StoredClick] = []
    for one in known:
        if one.verdict not in (Kind.UNKNOWN, Kind.HUMAN):
            continue
        if one.verdict == Kind.UNKNOWN and one.id not in arrived:
            # Its own hold is not over yet.
            continue
        same_mail = [
            other.click for other in known if other.click.message_id == one.click.message_id
        ]
        hidden = any(o.hidden for o in known if o.click.message_id == one.click.message_id)
        verdict = at_hold_end(
            one.click, same_mail, hidden, networks.get(one.click.network, 0), policy
        )
        if verdict.kind != one.verdict:
            batch.evidence.append((one.id, str(verdict.kind), verdict.reason))
            _count(batch, one, verdict.kind is Kind.HUMAN)
            if one.verdict == Kind.HUMAN:
                revised.append(one)
    if revised:
        _take_back(batch, revised)


def _count(batch: Batch, one: StoredClick, human: bool) -> None:
    """Let conditions and scores of this batch see the new verdict."""
    person = batch.people.get(one.contact_id)
    if person is None:
        return
    for index, event in enumerate(person.scored):
        if event.id == one.id:
            fact = EventFact(
                event.id, event.type, event.occurred_at, event.properties, one.click.message_id
            )
            person.scored[index] = type(event)(
                event.id, event.type, event.occurred_at, event.properties, human, event.message_id
            )
            facts = dict(person.facts.events)
            others = [known for known in facts.get(_CLICKED, ()) if known.id != one.id]
            facts[_CLICKED] = sorted(
                [*others, fact] if human else others,
                key=lambda known: (known.occurred_at, known.id),
                reverse=True,
            )
            person.facts.events = facts


def _take_back(batch: Batch, revised: list[StoredClick]) -> None:
    """End what clicks of a machine started, cancel what is unsent, report what was sent."""
    ids = [one.id for one in revised]
    chain = [*ids, *stored.descendants(batch.connection, ids, DEEPEST)]
    started = set(stored.enrolments_caused_by(batch.connection, chain))
    for one in revised:
        person = batch.people.get(one.contact_id)
        if person is None:
            continue
        for journey in person.journeys:
            if journey.id in started and not journey.ended:
                batch.end(person, journey, "revised", "evidence_revised", {})
        sent = stored.sent_because_of(batch.connection, chain)
        if sent:
            batch.emit(person, "evidence.revised", {"click": one.id, "sent": sent}, None, act=False)


def of_machine(batch: Batch, person: Person) -> set[int]:
    """Return the arrivals of a person that no trigger, wait or exit may act on."""
    verdicts = {event: verdict for event, verdict, _ in batch.evidence}
    return {
        arrival.id
        for arrival in person.arrivals
        if (verdicts.get(arrival.id) or arrival.verdict) in (Kind.MACHINE, Kind.PREFETCH)
    }
