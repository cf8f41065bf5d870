"""A referred person's deal moves their referral by itself, and so does the first call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from nurture.db import deals, referrals
from nurture.db.touched import Arrival
from nurture.domain.deal_news import DealNews
from nurture.domain.referral import CLOSED, OF_DEAL, Reason, State
from nurture.domain.referral_life import further
from nurture.domain.task_words import SPOKEN
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import referral_moves as moves
from nurture.services.batch import Batch, Person
from nurture.services.referral_consent import reopened

#: stage of a deal → state of its referral; one that is merely open may await its first call
_STATES = {
    "meeting": State.MEETING,
    "proposal": State.PROPOSAL,
    "won": State.WON,
    "lost": State.LOST,
}

#: a deal opened so shortly before its referral came is the referral's: CRMs tell bare dates
_GRACE = timedelta(days=1)


def check_referrals(connection: Connection, told: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Raise NurtureError where a deal names a referral that nobody knows.

    `told` are (event type, properties) of news of deals. A deal whose `source` is `referral`
    has to name one (`referral: R-7K2M9Q`), so that every one of them can be followed.
    """
    named = {}
    for kind, said in told:
        if not kind.startswith("deal."):
            continue
        ref = said.get("referral")
        if isinstance(ref, str) and ref.strip():
            named[ref.strip().upper()] = ref
        elif said.get("source") == "referral":
            raise NurtureError(
                say("a deal whose source is a referral names none"),
                say("add its `referral`, e.g. R-7K2M9Q; `nurture referrals list` shows them"),
            )
    unknown = sorted(set(named) - referrals.known_refs(connection, named)) if named else []
    if unknown:
        raise NurtureError(
            say("there is no referral '{ref}'", ref=named[unknown[0]]),
            say("`nurture referrals list` shows them"),
        )


def follow_news(
    batch: Batch, person: Person, arrival: Arrival, deal_id: int, news: DealNews
) -> None:
    """Bring the referral that a deal came from to where the deal's news says it is.

    What was won is undone by its own deal's loss or correction alone: neither a kick-off
    meeting nor a second deal that comes to nothing takes a contract back.
    """
    row = _referral_of(batch, person, deal_id, news)
    if row is None:
        return
    connection, now = batch.connection, batch.now
    desk = _desk(batch, arrival)
    at = arrival.occurred_at
    state, own = State(row.state), row.deal_id in (None, deal_id)
    to = _STATES.get(news.stage or "")
    if arrival.type == "deal.meeting_set":
        # It is arranged, not held: who arranged it has spoken to them.
        to = State.CONTACTED
    if state is State.WON and (not own or not news.undoes):
        return
    if not own and to is State.LOST:
        return
    if row.deal_id is None or (not own and (state in CLOSED or to is State.WON)):
        referrals.change(connection, row.id, now, deal_id=deal_id)
        referrals.name_in_deal(connection, deal_id, row.ref)
    row = referrals.get(connection, row.id, lock=True)
    assert row is not None
    if State(row.state) in CLOSED:
        if State(row.state) in (to, State.DUPLICATE) or (to is None and not news.reopened):
            return
        row = reopened(desk, row, moves.stood(referrals.steps_of(connection, row.id)))
    if row.contact_id is None:
        _adopt(desk, person, row)
        row = referrals.get(connection, row.id, lock=True)
        assert row is not None
    if to is None:
        if news.stage is not None:
            referrals.change(connection, row.id, now, news_at=max(at, row.news_at or at))
        return
    _go(desk, row, to, at, news)


def spoken_to(batch: Batch, person: Person, arrival: Arrival) -> None:
    """A call, or what somebody noted of the first contact: the referrals by which they came
    are contacted, now that we know when and how."""
    said = arrival.properties
    how = str(said.get("how") or "phone")
    if arrival.type == "call.logged" and str(said.get("result") or "") not in SPOKEN:
        return
    for row in referrals.of_contact(batch.connection, person.id):
        if State(row.state) is State.RECEIVED:
            moves.become(
                _desk(batch, arrival),
                row,
                State.CONTACTED,
                happened=arrival.occurred_at,
                contacted_by=how,
            )


def _desk(batch: Batch, arrival: Arrival) -> moves.Desk:
    by = str(arrival.properties.get("by") or moves.ENGINE)
    return moves.Desk(batch.connection, batch.release, batch.now, by)


def _referral_of(batch: Batch, person: Person, deal_id: int, news: DealNews) -> Row[Any] | None:
    """Return the referral that a deal names, that followed it before, or the person's own.

    Of a duplicate the one that is followed in its place. A deal that was open before somebody
    introduced them came by itself: it is a referral's where it says so, and else is not.
    """
    connection = batch.connection
    named = news.values.get("referral")
    if isinstance(named, str):
        found = referrals.with_ref(connection, named)
        if found is not None and State(found.state) is State.DUPLICATE and found.contact_id:
            followed = referrals.of_contact(connection, found.contact_id)
            going = [one for one in followed if State(one.state) not in CLOSED]
            found = (going or followed or [found])[-1]
        if found is not None:
            return found
    found = referrals.of_deal(connection, deal_id)
    if found is not None:
        return found
    opened = deals.opened_at(connection, deal_id) + _GRACE
    free = [
        one
        for one in referrals.of_contact(connection, person.id)
        if one.deal_id is None and State(one.state) not in CLOSED and one.created_at <= opened
    ]
    return free[0] if free else None


def _adopt(desk: moves.Desk, person: Person, row: Row[Any]) -> None:
    """Tie a referral to the person whose deal names it: they are in talks with us already."""
    if State(row.state) is not State.AWAITING_CONSENT:
        referrals.change(desk.connection, row.id, desk.now, contact_id=person.id)
        return
    contact_by, report_by = desk.promised(row.program)
    moves.become(
        desk,
        row,
        State.RECEIVED,
        reason="by_deal",
        contact_id=person.id,
        contact_by=contact_by,
        report_by=report_by,
    )


def _go(desk: moves.Desk, row: Row[Any], to: State, at: datetime, news: DealNews) -> None:
    old = State(row.state)
    if to not in CLOSED and further([old, to]) is old:
        referrals.change(desk.connection, row.id, desk.now, news_at=max(at, row.news_at or at))
        return
    reason = ""
    columns: dict[str, Any] = {}
    if to is State.LOST:
        code = str(news.values.get("reason") or "")
        reason = str(OF_DEAL.get(code) or code or Reason.OTHER)
    elif row.contacted_at is None:
        columns["contacted_by"] = "phone" if to is State.CONTACTED else "meeting"
    moves.become(desk, row, to, reason=reason, happened=at, **columns)
