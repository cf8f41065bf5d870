"""A contact in other hands: tasks and mails follow; history, deals and journeys stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from nurture.db import contacts as people
from nurture.db import owned, task_writes, team
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.touched import Arrival
from nurture.domain.addresses import canonical
from nurture.domain.owners import Colleague, Colleagues
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.batch import Batch, Person
from nurture.services.runtime import DECIDE, Runtime
from nurture.services.telling import What, tell

#: contacts per transaction
BATCH = 200


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What changed hands."""

    to: Colleague
    #: whose contacts they were; None: of one contact, or of nobody
    old: Colleague | None
    contacts: int
    #: open tasks about other people's contacts that changed hands with them
    tasks: int = 0


def change_owner(
    runtime: Runtime, address: str, to: str, reason: str = "", by: str = ""
) -> HandedOver:
    """Give one contact to a colleague (a sender key, an address or a name).

    Raises NotFoundError where nobody is known by the address, NurtureError where `to` is not
    one colleague who is here. A contact that is theirs already changes nothing.
    """
    with write(runtime.engine) as connection:
        now = runtime.clock.now()
        colleagues = team.colleagues(connection)
        new = _here(colleagues, to)
        contact_id = people.find(connection, people.EMAIL, canonical(address))
        if contact_id is None:
            raise NotFoundError(
                say("nobody is known as '{address}'", address=address),
                say("`nurture import` takes lists"),
            )
        before = _give(connection, [contact_id], new, colleagues, now, reason, by)
    runtime.ring(DECIDE)
    old = colleagues.with_id(before[contact_id]) if before else None
    return HandedOver(new, old, len(before))


def change_all(runtime: Runtime, old: str, to: str, reason: str = "", by: str = "") -> HandedOver:
    """Give everything that a colleague has, who may have left, to another one.

    A few hundred contacts per transaction: what a crash leaves is done by the same call again.
    Raises NurtureError as `change_owner` does, and where `old` is not one colleague.
    """
    with read(runtime.engine) as connection:
        colleagues = team.colleagues(connection)
    leaver, new = _known(colleagues, old), _here(colleagues, to)
    if leaver.id == new.id:
        raise NurtureError(say("{name} would hand everything to themselves", name=leaver.name))
    count, after = 0, 0
    while True:
        with write(runtime.engine) as connection:
            now = runtime.clock.now()
            ids = owned.contacts_of(connection, leaver.id, after, BATCH)
            if not ids:
                break
            count += len(_give(connection, ids, new, colleagues, now, reason, by))
        after = ids[-1]
        runtime.ring(DECIDE)
    with write(runtime.engine) as connection:
        moved = owned.hand_over_rest(connection, leaver.id, new.id)
        if moved and runtime.releases.published(connection):
            release = runtime.releases.live(connection)
            tell(connection, release, moved, What.REASSIGNED, runtime.clock.now())
    runtime.ring(DECIDE)
    return HandedOver(new, leaver, count, len(moved))


def _here(colleagues: Colleagues, who: str) -> Colleague:
    found = _known(colleagues, who)
    if not found.active:
        raise NurtureError(
            say("{name} is not here any more", name=found.name),
            say("senders of workflows/policy.yaml are"),
        )
    return found


def _known(colleagues: Colleagues, who: str) -> Colleague:
    found = colleagues.find(who)
    if len(found) == 1:
        return found[0]
    if found:
        many = [one.email for one in found]
        raise NurtureError(
            say("'{who}' may be any of {addresses}", who=who, addresses=many),
            say("say which by their address"),
        )
    keys = [one.key for one in colleagues.all if one.active and one.key]
    hint = (
        say("known: {known}", known=keys)
        if keys
        else say("`nurture publish` makes the policy's senders known")
    )
    raise NotFoundError(say("nobody of ours is known as '{who}'", who=who), hint)


def _give(
    connection: Connection,
    contact_ids: list[int],
    new: Colleague,
    colleagues: Colleagues,
    now: datetime,
    reason: str,
    by: str,
) -> dict[int, int | None]:
    """Give contacts an owner; return those that changed hands with whom they had before."""
    people.lock(connection, contact_ids, wait=True)
    before = owned.owners_of(connection, contact_ids)
    changed = {one: old for one, old in before.items() if old != new.id}
    if not changed:
        return {}
    owned.set_owner(connection, list(changed), new.id)
    events = [
        told(one, colleagues.with_id(old), new, now, by, reason) for one, old in changed.items()
    ]
    record(connection, events, now)
    return changed


def told(
    contact_id: int,
    old: Colleague | None,
    new: Colleague,
    now: datetime,
    by: str,
    reason: str = "",
    source: str = "engine",
) -> NewEvent:
    """Return the event that says that a contact has another owner."""
    said = {"from": old.word if old is not None else "", "to": new.word, "by": by}
    if reason:
        said["reason"] = reason[:500]
    return NewEvent("owner.changed", contact_id, now, source, said)


def hand_over(batch: Batch, person: Person, arrival: Arrival) -> None:
    """Let a contact's open tasks follow to its owner, as that is by now."""
    new = batch.colleagues.with_id(person.state["owner_id"])
    if new is None:
        return
    old = batch.colleagues.one(arrival.properties.get("from"))
    moved = task_writes.reassign(
        batch.connection, person.id, old.id if old is not None else None, new.id
    )
    tell(batch.connection, batch.release, moved, What.REASSIGNED, batch.now)
    if old is None and not moved:
        # Whoever had nobody has somebody: the hand-off or the list has said why.
        return
    detail = {"from": old.name if old is not None else "–", "to": new.name, "tasks": len(moved)}
    detail["why"] = f" ({arrival.properties['reason']})" if arrival.properties.get("reason") else ""
    batch.decide(person, "moved", "owner_changed", detail, event_id=arrival.id)
