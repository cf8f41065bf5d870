"""Referrals, asks, answers and referrers of a span, as facts for the KPIs.

Read from `referral`, `referral_step`, `referral_ask`, `referrer`, `survey_invitation`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from nurture.db.surveys import has_left
from nurture.db.survivors import everybody
from nurture.db.tables import (
    account,
    contact,
    deal,
    referral,
    referral_ask,
    referral_step,
    referrer,
    survey_invitation,
)
from nurture.domain.kpi_book import (
    AskFact,
    CustomerKey,
    InvitationFact,
    Period,
    ReferralFact,
    ReferrerFact,
)
from nurture.domain.referral import Channel, State

#: answers after which nobody takes part
_REFUSED = ("never", "company_policy")


def customer_of(account_id: int | None, contact_id: int | None) -> CustomerKey:
    """Return who buys: an account, or a contact who has none."""
    return ("account", account_id) if account_id is not None else ("contact", contact_id or 0)


def referrals(
    connection: Connection,
    period: Period,
    rewarded: Mapping[tuple[str, str], str],
    types: Mapping[str, str],
) -> list[ReferralFact]:
    """Return the referrals that came in a span, oldest first, each with every state it was in.

    `rewarded`: (programme, offer) with a reward for the referrer → its kind; `types`: programme →
    what its file calls it.
    """
    mine = referral.c.created_at >= period.since, referral.c.created_at < period.until
    reached: dict[int, set[str]] = {}
    steps = select(referral_step.c.referral_id, referral_step.c.to_state).join(
        referral, referral.c.id == referral_step.c.referral_id
    )
    for referral_id, state in connection.execute(steps.where(*mine)):
        reached.setdefault(referral_id, set()).add(state)
    firsts = (
        select(func.min(referral.c.id), referral.c.referrer_id)
        .where(referral.c.state != State.DUPLICATE, referral.c.way != "outbound")
        .group_by(referral.c.referrer_id)
    )
    who = everybody(connection)
    earliest: dict[int, int] = {}
    for referral_id, referrer_id in connection.execute(firsts):
        mine_first = earliest.setdefault(who.who(referrer_id), referral_id)
        earliest[who.who(referrer_id)] = min(mine_first, referral_id)
    first = set(earliest.values())
    # Not a join: nothing indexes what deals say, and few of them say anything.
    said = set(
        connection.execute(select(deal.c.referral).where(deal.c.referral.is_not(None))).scalars()
    )
    rows = connection.execute(
        select(
            referral,
            referral_ask.c.timing,
            referral_ask.c.channel.label("ask_channel"),
            referral_ask.c.asked_at,
        )
        .outerjoin(referral_ask, referral_ask.c.id == referral.c.ask_id)
        .where(*mine)
        .order_by(referral.c.created_at, referral.c.id)
    )
    return [
        ReferralFact(
            id=row.id,
            program=row.program,
            referrer_id=who.who(row.referrer_id),
            channel=row.channel,
            way=row.way,
            state=row.state,
            created_at=row.created_at,
            offer=row.offer or "",
            ask_id=row.ask_id,
            timing=row.timing or "",
            ask_channel=row.ask_channel or "",
            asked_at=row.asked_at,
            reached=frozenset(reached.get(row.id, ())),
            flags=tuple(row.flags or ()),
            reason=row.reason or "",
            consented_at=row.consented_at,
            contacted_at=row.contacted_at,
            contacted_by=row.contacted_by or "",
            contact_by=row.contact_by,
            has_deal=row.deal_id is not None or row.ref in said,
            rewarded=(row.program, row.offer or "") in rewarded,
            program_type=types.get(row.program, "customer_matching"),
            first=row.id in first,
        )
        for row in rows
    ]


def asks(
    connection: Connection, period: Period, rewarded: Mapping[tuple[str, str], str]
) -> list[AskFact]:
    """Return the asks of a span whose mail was not dropped."""
    rows = connection.execute(
        select(referral_ask)
        .where(
            referral_ask.c.asked_at >= period.since,
            referral_ask.c.asked_at < period.until,
            referral_ask.c.void.is_(False),
        )
        .order_by(referral_ask.c.id)
    )
    who = everybody(connection)
    return [
        AskFact(
            row.id,
            row.program,
            who.who(row.contact_id),
            row.offer,
            row.timing,
            row.channel,
            row.mode,
            row.asked_at,
            row.answer,
            row.answered_at,
            rewarded.get((row.program, row.offer), ""),
        )
        for row in rows
    ]


def invitations(connection: Connection, period: Period) -> list[InvitationFact]:
    """Return who was asked the NPS question in a span, and what they answered by now."""
    one = survey_invitation.c
    rows = connection.execute(
        select(one.contact_id, one.asked_at, one.answered_at, one.score, has_left()).where(
            one.asked_at >= period.since, one.asked_at < period.until, one.void.is_(False)
        )
    )
    who = everybody(connection)
    return [InvitationFact(who.who(row[0]), *row[1:]) for row in rows]


def newest_scores(connection: Connection, until: datetime) -> dict[int, int]:
    """Return contact → their newest NPS answer before a moment."""
    one = survey_invitation.c
    rows = connection.execute(
        select(one.contact_id, one.score)
        .where(one.answered_at < until, one.score.is_not(None))
        .order_by(one.answered_at, one.id)
    )
    who = everybody(connection)
    return {who.who(row.contact_id): row.score for row in rows}


def referrers(connection: Connection) -> list[ReferrerFact]:
    """Return everybody who may refer, once; a customer's people with whose they are."""
    refused = exists().where(
        referral_ask.c.contact_id == referrer.c.contact_id, referral_ask.c.answer.in_(_REFUSED)
    )
    rows = connection.execute(
        select(
            referrer.c.contact_id,
            referrer.c.kind,
            referrer.c.created_at,
            referrer.c.do_not_ask,
            refused.label("refused"),
            contact.c.account_id,
        )
        .join(contact, contact.c.id == referrer.c.contact_id)
        .where(contact.c.erased.is_(False))
        .order_by(referrer.c.created_at, referrer.c.contact_id)
    )
    who = everybody(connection)
    found: dict[int, ReferrerFact] = {}
    for row in rows:
        one = who.who(row.contact_id)
        of = customer_of(row.account_id, one) if row.kind == Channel.CUSTOMER else None
        fact = ReferrerFact(
            one, of, row.kind, row.created_at, bool(row.do_not_ask), bool(row.refused)
        )
        if (known := found.get(one)) is not None:
            # Their own row says what they are; what was said as a duplicate holds as well.
            fact = replace(
                fact if row.contact_id == one else known,
                created_at=min(known.created_at, fact.created_at),
                do_not_ask=known.do_not_ask or fact.do_not_ask,
                refused=known.refused or fact.refused,
            )
        found[one] = fact
    return list(found.values())


def names(connection: Connection, contact_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return contact → (name, company) for a list of referrers."""
    rows = connection.execute(
        select(
            contact.c.id,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.email,
            account.c.name,
        )
        .outerjoin(account, account.c.id == contact.c.account_id)
        .where(contact.c.id.in_(sorted(contact_ids)))
    )
    return {
        row[0]: (" ".join(part for part in (row[1], row[2]) if part) or row[3] or "", row[4] or "")
        for row in rows
    }
