"""What the house itself does on certain events, before any workflow has a say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from nurture.db import mail_fates, outcomes
from nurture.db.task_writes import REPLY
from nurture.db.touched import Arrival
from nurture.domain.deal_news import STAGES
from nurture.domain.lifecycle import Stage
from nurture.services import reward_desk
from nurture.services.batch import Batch, Person
from nurture.services.calls import log_call
from nurture.services.deal_reactions import follow_deal
from nurture.services.enrol import enrol
from nurture.services.glances import approve, withhold
from nurture.services.handoff import accept, close_own, give_back, house_title, task_row
from nurture.services.lifecycle import set_stage
from nurture.services.loop_contacts import got_in_touch
from nurture.services.owners import hand_over
from nurture.services.referral_deals import spoken_to

Reaction = Callable[[Batch, Person, Arrival], None]

#: what a reply's task is called: no subject, which may name the person for ever
_ANSWER = ("返信への対応", "Answer the reply")

#: a reply wants an answer within this time
_ANSWER_WITHIN = timedelta(hours=24)


def react(batch: Batch, person: Person) -> None:
    """Run the house's own reactions to a person's arrivals, in order."""
    for arrival in person.arrivals:
        if arrival.type in STAGES:
            follow_deal(batch, person, arrival)
        reaction = _REACTIONS.get(arrival.type)
        if reaction is not None:
            reaction(batch, person, arrival)
        # A walk that emitted this event waits for it.
        if arrival.source == "engine" and "enrolment" in arrival.properties:
            batch.woken.add(int(arrival.properties["enrolment"]))


def _complete_task(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Complete the task that a person, or their CRM, reports as done."""
    number = arrival.properties.get("task")
    if isinstance(number, int) and not isinstance(number, bool):
        close_own(batch, person, [number], "done", arrival)
        reward_desk.task_done(batch, person, arrival)
        got_in_touch(batch, person, arrival)


def _take_reply(batch: Batch, person: Person, arrival: Arrival) -> None:
    """A reply is the best answer there is: stop that journey's queued mails, tell the owner."""
    about: int | None = None
    for journey in person.journeys:
        if journey.id == arrival.properties.get("enrolment_id"):
            about = journey.id
            cancelled = outcomes.cancel_unsent(batch.connection, [journey.id], "replied")
            for message_id in cancelled:
                columns = {"message_id": message_id, "enrolment_id": journey.id}
                columns |= {"workflow": journey.row.workflow, "event_id": arrival.id}
                batch.decide(person, "dropped", "replied", {}, **columns)
            mail_fates.tell_enrolments(batch.connection, cancelled, batch.now)
    due_at = batch.now + _ANSWER_WITHIN
    title = house_title(batch, _ANSWER)
    key = f"{REPLY}{arrival.id}"
    batch.tasks.append(
        task_row(batch, person, key, "reply", title, "owner", due_at, enrolment_id=about)
    )


def _request_workflow(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Start the workflow that another one asked for."""
    name = str(arrival.properties.get("workflow", ""))
    workflow = batch.release.definitions.workflows.get(name)
    if workflow is None:
        detail = {"workflow": name}
        batch.decide(person, "not_enrolled", "unknown_workflow", detail, event_id=arrival.id)
        return
    enrol(batch, person, workflow, arrival)


def _take_call(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Take in a call; the referral they came by, and who follows up an unhappy answer, hear."""
    log_call(batch, person, arrival)
    spoken_to(batch, person, arrival)
    got_in_touch(batch, person, arrival)


def _become_lead(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Who agreed to be introduced has acted: a prospect is a lead now."""
    if person.state["lifecycle"] == Stage.PROSPECT:
        why = house_title(batch, ("ご紹介", "introduced"))
        set_stage(batch, person, batch.release.definitions.scoring, Stage.LEAD, why, arrival)


_REACTIONS: Mapping[str, Reaction] = {
    "call.logged": _take_call,
    "email.approved": approve,
    "email.replied": _take_reply,
    "email.withheld": withhold,
    "introduction.accepted": _become_lead,
    "introduction.contacted": spoken_to,
    "lead.accepted": accept,
    "lead.returned": give_back,
    "owner.changed": hand_over,
    "task.completed": _complete_task,
    "workflow.requested": _request_workflow,
}
