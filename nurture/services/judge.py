"""Judging clicks at the end of their hold, and again when later evidence comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from nurture.db import clicks as stored
from nurture.db import mail_fates
from nurture.db.clicks import Hit, StoredClick
from nurture.db.events import DEEPEST, put_back
from nurture.db.touched import counts
from nurture.domain.evidence import Click, Kind, at_hold_end
from nurture.domain.facts import EventFact
from nurture.services.batch import Batch, Person

_CLICKED = "email.clicked"
_SWEEP = "sweep"


def judge_clicks(batch: Batch) -> None:
    """Judge every click of the batch by its company and take back what was thought human.

    A click that turns out to be a machine's no longer counts; clicks of the same mail that
    were taken for a person's are judged again, and what they started is undone. Where one
    network swept many recipients, its earlier clicks on other people's mails come back to
    the inbox for another look.
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
    fresh = [one.click for one in known if one.id in arrived]
    hits = stored.hits_of_networks(
        batch.connection,
        [click.network for click in fresh],
        _spans((click.at for click in fresh), policy.sweep_within),
    )
    revised: list[StoredClick] = []
    swept: list[Click] = []
    for one in known:
        if one.verdict not in (Kind.UNKNOWN, Kind.HUMAN):
            continue
        if one.verdict == Kind.UNKNOWN and one.id not in arrived:
            # Its own hold is not over yet.
            continue
        company = [o for o in known if o.click.message_id == one.click.message_id]
        verdict = at_hold_end(
            one.click,
            [other.click for other in company],
            any(other.hidden for other in company),
            _recipients(hits, one.click, policy.sweep_within) if one.id in arrived else 0,
            policy,
        )
        if verdict.kind == one.verdict:
            continue
        batch.evidence.append((one.id, str(verdict.kind), verdict.reason))
        _count(batch, one, verdict.kind is Kind.HUMAN)
        if one.verdict == Kind.HUMAN:
            revised.append(one)
        if verdict.reason == _SWEEP:
            swept.append(one.click)
    _look_at_sweep(batch, swept, hits)
    for one in revised:
        _take_back(batch, one)


def _spans(moments: Iterable[datetime], within: timedelta) -> list[tuple[datetime, datetime]]:
    """Return the spans around moments, joined where they overlap."""
    spans: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        first, last = moment - within, moment + within
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _recipients(hits: Mapping[str, Sequence[Hit]], click: Click, within: timedelta) -> int:
    """Return how many people's mails the click's network touched around it."""
    near = (hit for hit in hits.get(click.network, ()) if abs(hit.at - click.at) <= within)
    return len({hit.contact_id for hit in near})


def _look_at_sweep(batch: Batch, swept: Sequence[Click], hits: Mapping[str, Sequence[Hit]]) -> None:
    """Let the clicks of a sweep that were taken for a person's be looked at again."""
    within = batch.evidence_policy.sweep_within
    judged = {event for event, _, _ in batch.evidence}
    again = {
        (hit.id, hit.contact_id)
        for click in swept
        for hit in hits.get(click.network, ())
        if hit.verdict == Kind.HUMAN
        and hit.contact_id is not None
        and hit.id not in judged
        and abs(hit.at - click.at) <= within
    }
    put_back(batch.connection, sorted(again), batch.now)


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


def _take_back(batch: Batch, click: StoredClick) -> None:
    """End what a machine's click started, cancel what is unsent, report what was sent."""
    person = batch.people.get(click.contact_id)
    if person is None:
        return
    connection = batch.connection
    chain = [click.id, *stored.descendants(connection, [click.id], DEEPEST)]
    started = set(stored.enrolments_caused_by(connection, chain))
    for journey in person.journeys:
        if journey.id in started and not journey.ended:
            batch.end(person, journey, "revised", "evidence_revised", {})
    cancelled = stored.cancel_because_of(connection, chain, "evidence_revised")
    for message_id in cancelled:
        batch.decide(person, "dropped", "evidence_revised", {}, message_id=message_id)
    mail_fates.tell_enrolments(connection, cancelled, batch.now)
    sent = stored.sent_because_of(connection, chain)
    if sent:
        batch.emit(person, "evidence.revised", {"click": click.id, "sent": sent}, None, act=False)


def not_acted_on(batch: Batch, person: Person) -> set[int]:
    """Return the arrivals that no trigger, wait or exit may act on.

    Those of machines, those that the policy does not count, and clicks that were acted on
    before and came back for another look.
    """
    verdicts = {event: verdict for event, verdict, _ in batch.evidence}
    unknown_counts = batch.evidence_policy.count_unknown_opens
    return {
        arrival.id
        for arrival in person.arrivals
        if not counts(arrival.type, verdicts.get(arrival.id, arrival.verdict), unknown_counts)
        or (arrival.type == _CLICKED and arrival.verdict == Kind.HUMAN)
    }
