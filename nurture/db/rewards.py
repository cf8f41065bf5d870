"""Rewards and their ledger: rows, what they add up to, what is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, exists, func, insert, select, update

from nurture.db.contacts import current, everyone
from nurture.db.engine import is_sqlite
from nurture.db.tables import (
    account,
    contact,
    referral,
    referrer,
    reward,
    reward_entry,
    task,
    team_member,
)
from nurture.db.upsert import insert_new
from nurture.domain.referral import RewardState
from nurture.domain.rewards import OWED, STANDS

#: what releasing a held reward is called in the ledger
RELEASED = "released"

#: the newest moment at which a reward came to count: earned, or released after a hold
_COUNTS_FROM = (
    select(func.max(reward_entry.c.at))
    .where(reward_entry.c.reward_id == reward.c.id, reward_entry.c.to_state == RewardState.EARNED)
    .correlate(reward)
    .scalar_subquery()
)
_GIVEN = exists().where(
    reward_entry.c.reward_id == reward.c.id, reward_entry.c.to_state == RewardState.DELIVERED
)
#: a person looked at what held it, and let it go
_CLEARED = exists().where(
    reward_entry.c.reward_id == reward.c.id, reward_entry.c.reason.startswith(RELEASED)
)


def _standing() -> Select[Any]:
    return select(
        reward, _COUNTS_FROM.label("counts_from"), _GIVEN.label("given"), _CLEARED.label("cleared")
    )


def hold_referrers(connection: Connection, contact_ids: Collection[int]) -> None:
    """Lock referrers' rows, after contacts: who counts their rewards against limits is alone."""
    if contact_ids and not is_sqlite(connection):
        query = select(referrer.c.contact_id).where(referrer.c.contact_id.in_(contact_ids))
        connection.execute(query.order_by(referrer.c.contact_id).with_for_update()).all()


def story_of(connection: Connection, referral_id: int) -> Any:
    """Return a referral with what its rewards depend on: who, industries, languages, motive."""
    giver, taker = contact.alias("giver"), contact.alias("taker")
    firm, other = account.alias("firm"), account.alias("other")
    query = (
        select(
            referral.c.id,
            referral.c.ref,
            referral.c.program,
            referral.c.referrer_id,
            referral.c.contact_id,
            referral.c.channel,
            referral.c.way,
            referral.c.offer,
            referral.c.flags,
            referral.c.state,
            referral.c.locale,
            referral.c.owner_id,
            referrer.c.motive,
            giver.c.locale.label("giver_locale"),
            taker.c.locale.label("taker_locale"),
            firm.c.industry.label("giver_industry"),
            other.c.industry.label("taker_industry"),
        )
        .join(giver, giver.c.id == referral.c.referrer_id)
        .outerjoin(firm, firm.c.id == giver.c.account_id)
        .outerjoin(taker, taker.c.id == referral.c.contact_id)
        .outerjoin(other, other.c.id == taker.c.account_id)
        .outerjoin(referrer, referrer.c.contact_id == referral.c.referrer_id)
        .where(referral.c.id == referral_id)
    )
    return connection.execute(query).one()


def receiver(connection: Connection, contact_id: int) -> Any:
    """Return (owner_id, account_id, erased) of who receives a reward."""
    query = select(contact.c.owner_id, contact.c.account_id, contact.c.erased)
    return connection.execute(query.where(contact.c.id == contact_id)).one()


def open_tasks(connection: Connection, key: str) -> list[int]:
    """Return the open tasks whose keys begin so, oldest first."""
    query = select(task.c.id).where(task.c.state == "open", task.c.dedupe_key.startswith(key))
    return list(connection.scalars(query.order_by(task.c.id)))


def expect(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert rewards, one per referral and side; return the ids of the new ones."""
    return sorted(one[0] for one in insert_new(connection, reward, rows, "id"))


def of_referral(connection: Connection, referral_id: int) -> list[Row[Any]]:
    """Return a referral's rewards with `given`, `cleared` and `counts_from`, locked."""
    query = _standing().where(reward.c.referral_id == referral_id).order_by(reward.c.id)
    if not is_sqlite(connection):
        query = query.with_for_update(of=reward)
    return list(connection.execute(query))


def locked(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Return rewards by id, locked in the order of ids, waiting for whoever has them."""
    query = _standing().where(reward.c.id.in_(ids)).order_by(reward.c.id)
    if not is_sqlite(connection):
        query = query.with_for_update(of=reward)
    return list(connection.execute(query))


def due(
    connection: Connection, now: datetime, limit: int, only: Sequence[int] | None = None
) -> list[Row[Any]]:
    """Return (id, contact_id, referrer_id) of rewards about which something is due.

    Those that have been due the longest come first.
    """
    query = select(reward.c.id, reward.c.contact_id, referral.c.referrer_id)
    query = query.join(referral).where(reward.c.review_at <= now)
    if only is not None:
        query = query.where(reward.c.id.in_(only))
    return list(connection.execute(query.order_by(reward.c.review_at).limit(limit)))


def save(connection: Connection, reward_id: int, now: datetime, **values: Any) -> None:
    """Change a reward's row."""
    connection.execute(
        update(reward).where(reward.c.id == reward_id).values(updated_at=now, **values)
    )


def enter(connection: Connection, reward_id: int, **values: Any) -> int:
    """Append a line to the ledger and return its id."""
    done = connection.execute(
        insert(reward_entry).values(reward_id=reward_id, **values).returning(reward_entry.c.id)
    )
    return int(done.scalar_one())


def counts(
    connection: Connection, contact_id: int, but: int, since: datetime, until: datetime
) -> tuple[int, int]:
    """Return how many rewards of a referrer stand and are not held: of a month, and in all.

    The month begins at `since` and ends before `until`; `but` is not counted. What a duplicate
    got counts against the limits of who they became.
    """
    everybody = everyone(connection, current(connection, contact_id) or contact_id)
    mine = (
        select(_COUNTS_FROM.label("at"))
        .where(
            reward.c.contact_id.in_(everybody),
            reward.c.side == "referrer",
            reward.c.state.in_(STANDS),
            reward.c.held.is_(False),
            reward.c.id != but,
        )
        .subquery()
    )
    within = and_(mine.c.at >= since, mine.c.at < until)
    row = connection.execute(
        select(func.count().filter(within), func.count()).select_from(mine)
    ).one()
    return int(row[0]), int(row[1])


def ledger(connection: Connection, reward_id: int) -> list[Row[Any]]:
    """Return the lines of a reward's ledger in the order they came."""
    query = select(reward_entry).where(reward_entry.c.reward_id == reward_id)
    return list(connection.execute(query.order_by(reward_entry.c.id)))


def books(connection: Connection, since: datetime | None) -> list[Row[Any]]:
    """Return the whole ledger, from a moment on, with what each line is about."""
    query = (
        select(
            reward_entry,
            reward.c.side,
            reward.c.kind,
            reward.c.title,
            reward.c.recipient,
            referral.c.ref,
            referral.c.program,
            contact.c.family_name,
            contact.c.given_name,
            contact.c.locale,
            contact.c.email,
            account.c.name.label("account_name"),
        )
        .join(reward, reward.c.id == reward_entry.c.reward_id)
        .join(referral, referral.c.id == reward.c.referral_id)
        .outerjoin(contact, contact.c.id == reward.c.contact_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .order_by(reward_entry.c.id)
    )
    if since is not None:
        query = query.where(reward_entry.c.at >= since)
    return list(connection.execute(query))


#: what lists, pages and the books show of a reward
_SHOWN = (
    reward,
    referral.c.ref,
    referral.c.program,
    referral.c.channel,
    referral.c.state.label("referral_state"),
    referral.c.referrer_id,
    contact.c.email,
    contact.c.family_name,
    contact.c.given_name,
    contact.c.locale,
    contact.c.erased,
    account.c.name.label("account_name"),
    team_member.c.name.label("owner_name"),
)


def _shown() -> Select[Any]:
    return (
        select(*_SHOWN, _COUNTS_FROM.label("counts_from"), _GIVEN.label("given"))
        .join(referral, referral.c.id == reward.c.referral_id)
        .outerjoin(contact, contact.c.id == reward.c.contact_id)
        .outerjoin(account, account.c.id == contact.c.account_id)
        .outerjoin(
            team_member, team_member.c.id == func.coalesce(contact.c.owner_id, referral.c.owner_id)
        )
    )


def listed(
    connection: Connection,
    states: Collection[str],
    contact_id: int | None = None,
    ref: str = "",
    limit: int = 500,
) -> list[Row[Any]]:
    """Return rewards of these states: those promised soonest first, then what changed last."""
    query = _shown().where(reward.c.state.in_(states))
    if contact_id is not None:
        query = query.where(reward.c.contact_id == contact_id)
    if ref:
        query = query.where(referral.c.ref == ref)
    promised = case((reward.c.state.in_(OWED), reward.c.due_at))
    order = (promised.is_(None), promised, reward.c.updated_at.desc(), reward.c.id)
    return list(connection.execute(query.order_by(*order).limit(limit)))


def page(
    connection: Connection, states: Collection[str], ref: str, before: int | None, limit: int
) -> list[Row[Any]]:
    """Return rewards of these states, newest first, of those with a smaller id than one."""
    query = _shown().where(reward.c.state.in_(states))
    if ref:
        query = query.where(referral.c.ref == ref)
    if before is not None:
        query = query.where(reward.c.id < before)
    return list(connection.execute(query.order_by(reward.c.id.desc()).limit(limit)))


def shown(connection: Connection, reward_id: int) -> Row[Any] | None:
    """Return one reward as lists show it, or None."""
    return connection.execute(_shown().where(reward.c.id == reward_id)).first()


def standing(connection: Connection) -> list[Row[Any]]:
    """Return what stands (earned, due, delivered) with its amount and promised day."""
    columns = ("state", "held", "kind", "amount", "currency", "due_at")
    query = select(*(reward.c[name] for name in columns)).where(reward.c.state.in_(STANDS))
    return list(connection.execute(query))


def states(connection: Connection) -> Mapping[str, int]:
    """Return how many rewards there are of each state."""
    rows = connection.execute(select(reward.c.state, func.count()).group_by(reward.c.state))
    return {row[0]: int(row[1]) for row in rows}


def to_tell(
    connection: Connection, reward_ids: Collection[int], refs: Collection[str]
) -> list[Row[Any]]:
    """Return what mails say of rewards: those of these ids, and those of these referrals."""
    query = select(
        reward, referral.c.ref, _COUNTS_FROM.label("counts_from"), _GIVEN.label("given")
    ).join(referral, referral.c.id == reward.c.referral_id)
    found = query.where(reward.c.id.in_(reward_ids) | referral.c.ref.in_(refs))
    return list(connection.execute(found.order_by(reward.c.id)))
