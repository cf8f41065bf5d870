"""What news of a deal does: the deal follows, tasks that it answers are done, promises end."""

from __future__ import annotations

from collections.abc import Mapping

from nurture.db import deals, task_writes
from nurture.db.touched import Arrival
from nurture.domain.deal_news import read_news
from nurture.services import referral_deals, stale
from nurture.services.batch import Batch, Person
from nurture.services.handoff import MEETING, close
from nurture.services.revisits import come_back

#: news → what it says became of the hand-off and of the search for a first meeting
_OUTCOMES: Mapping[str, str] = {
    "deal.meeting_set": "accepted",
    "deal.met": "met",
    "deal.advanced": "met",
    "deal.proposed": "proposed",
    "deal.won": "won",
    "deal.lost": "lost",
}

#: news after which we need not come back any more
_UNDER_WAY = frozenset({"deal.opened", "deal.reopened", "deal.won"})


def follow_deal(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Bring a deal to where its news says it is."""
    policy, calendar = batch.release.definitions.policy, batch.release.definitions.calendar
    said, at = arrival.properties, arrival.occurred_at
    news = read_news(arrival.type, said, at, calendar, policy.tasks.stale_after)
    named = said.get("deal")
    followed = deals.follow(batch.connection, person.id, person.row.account_id, news, named, at)
    if batch.lookups.needs_deal:
        # As it stands now: this may have been old news.
        person.facts.deal = deals.newest(batch.connection, [person.id]).get(person.id, {})
    if news.unread:
        detail = {"day": news.unread}
        batch.decide(person, "moved", "meeting_unread", detail, event_id=arrival.id)
    if followed.old_news:
        return
    referral_deals.follow_news(batch, person, arrival, followed.id, news)
    outcome = _OUTCOMES.get(arrival.type)
    if outcome is not None:
        _answer_tasks(batch, person, followed.id, outcome, arrival)
    if not _waits(arrival):
        stale.brought_up_to_date(batch, person, [followed.id], arrival)
    if arrival.type in _UNDER_WAY:
        person.state["revisit_at"] = person.state["revisit_reason"] = None
    if arrival.type == "deal.lost":
        note = str(said.get("note") or said.get("reason") or "").strip()
        come_back(batch, person, arrival, note or "lost")


def _waits(arrival: Arrival) -> bool:
    """Say whether news only sets a date, so that the last meeting's record is still wanted."""
    return arrival.type in ("deal.opened", "deal.meeting_set")


def _answer_tasks(
    batch: Batch, person: Person, deal_id: int, outcome: str, arrival: Arrival
) -> None:
    """Close the first call and the search for a meeting: the deal is beyond both."""
    named = arrival.properties.get("task")
    ids = [
        one.id
        for one in task_writes.open_of(batch.connection, person.id)
        if one.id == named
        or one.dedupe_key.startswith(task_writes.HANDOFF)
        or (one.kind == MEETING and one.deal_id in (None, deal_id))
    ]
    close(batch, person, ids, outcome, arrival)
