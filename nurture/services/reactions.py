"""What the house itself does on certain events, before any workflow has a say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from nurture.db import deals, mail_fates, outcomes, touched
from nurture.db.touched import Arrival
from nurture.services.batch import Batch, Person
from nurture.services.enrol import enrol

Reaction = Callable[[Batch, Person, Arrival], None]

#: `deal.*` event → stage of the deal
DEAL_STAGES: Mapping[str, str] = {
    "deal.opened": "open",
    "deal.meeting_set": "meeting",
    "deal.met": "meeting",
    "deal.proposed": "proposal",
    "deal.won": "won",
    "deal.lost": "lost",
    "deal.reopened": "open",
    "deal.advanced": "meeting",
}

#: kinds of tasks that a logged call completes
_CALLS = ("call",)

#: a reply wants an answer within this time
_ANSWER_WITHIN = timedelta(hours=24)


def react(batch: Batch, person: Person) -> None:
    """Run the house's own reactions to a person's arrivals, in order."""
    for arrival in person.arrivals:
        if arrival.type in DEAL_STAGES:
            _follow_deal(batch, person, arrival)
        reaction = _REACTIONS.get(arrival.type)
        if reaction is not None:
            reaction(batch, person, arrival)
        # A walk that emitted this event waits for it.
        if arrival.source == "engine" and "enrolment" in arrival.properties:
            batch.woken.add(int(arrival.properties["enrolment"]))


def _follow_deal(batch: Batch, person: Person, arrival: Arrival) -> None:
    stage = DEAL_STAGES[arrival.type]
    named = arrival.properties.get("stage")
    if arrival.type == "deal.advanced" and named in DEAL_STAGES.values():
        stage = str(named)
    deals.follow(
        batch.connection,
        person.id,
        person.row.account_id,
        stage,
        arrival.properties,
        arrival.occurred_at,
        reopened=arrival.type == "deal.reopened",
    )
    if batch.lookups.needs_deal:
        # As it stands now: this may have been old news.
        person.facts.deal = touched.newest_deals(batch.connection, [person.id]).get(person.id, {})


def _log_call(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Complete the open call task with what was learnt on the phone."""
    done = outcomes.complete_tasks(
        batch.connection, person.id, _CALLS, arrival.properties, batch.now
    )
    if done:
        batch.decide(person, "task_done", "task_done", {"task": done[0]}, event_id=arrival.id)


def _complete_task(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Complete the task that a person, or their CRM, reports as done."""
    number = arrival.properties.get("task")
    if isinstance(number, int) and not isinstance(number, bool):
        result = {name: value for name, value in arrival.properties.items() if name != "task"}
        if outcomes.complete_task(batch.connection, person.id, number, result, batch.now):
            batch.decide(person, "task_done", "task_done", {"task": number}, event_id=arrival.id)


def _take_reply(batch: Batch, person: Person, arrival: Arrival) -> None:
    """A reply is the best answer there is: stop that journey's queued mails, tell the owner."""
    for journey in person.journeys:
        if journey.id == arrival.properties.get("enrolment_id"):
            cancelled = outcomes.cancel_unsent(batch.connection, [journey.id], "replied")
            for message_id in cancelled:
                columns = {"message_id": message_id, "enrolment_id": journey.id}
                columns |= {"workflow": journey.row.workflow, "event_id": arrival.id}
                batch.decide(person, "dropped", "replied", {}, **columns)
            mail_fates.tell_enrolments(batch.connection, cancelled, batch.now)
    batch.tasks.append(
        {
            "dedupe_key": f"reply/{arrival.id}",
            "contact_id": person.id,
            "account_id": person.row.account_id,
            "enrolment_id": None,
            "kind": "reply",
            "title": _reply_title(person, arrival.properties),
            "assignee": "owner",
            "assignee_id": person.row.owner_id,
            "due_at": batch.now + _ANSWER_WITHIN,
            "created_at": batch.now,
        }
    )


def _reply_title(person: Person, properties: Mapping[str, Any]) -> str:
    subject = str(properties.get("subject", ""))[:120]
    locale = person.row.locale or "ja"
    return f"返信への対応:{subject}" if locale.startswith("ja") else f"Answer the reply: {subject}"


def _request_workflow(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Start the workflow that another one asked for."""
    name = str(arrival.properties.get("workflow", ""))
    workflow = batch.release.definitions.workflows.get(name)
    if workflow is None:
        detail = {"workflow": name}
        batch.decide(person, "not_enrolled", "unknown_workflow", detail, event_id=arrival.id)
        return
    enrol(batch, person, workflow, arrival)


_REACTIONS: Mapping[str, Reaction] = {
    "call.logged": _log_call,
    "email.replied": _take_reply,
    "task.completed": _complete_task,
    "workflow.requested": _request_workflow,
}
