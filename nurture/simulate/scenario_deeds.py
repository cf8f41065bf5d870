"""What happens in a scenario, told to a world the way it is told in production."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from nurture.db import tables
from nurture.db.engine import read, write
from nurture.db.events import NewEvent, record
from nurture.db.upsert import insert_new
from nurture.domain.lifecycle import Temperature
from nurture.domain.purpose import Purpose
from nurture.domain.scenario import (
    Answer,
    Become,
    Deed,
    Event,
    Glance,
    Introduce,
    Loop,
    Reaction,
    Refer,
    Unsubscribe,
)
from nurture.domain.scenario_match import fits
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.capture import Happening, capture
from nurture.services.unsubscribe import unsubscribe
from nurture.simulate import answering, gestures, referring
from nurture.simulate.scenario_people import (
    account_columns,
    contact_columns,
    member_id,
    new_account,
    points_for,
    show_intent,
)
from nurture.simulate.world import World

#: events of the engine's own that a scenario may tell of: an import, the preference page
_TOLD = frozenset({"contact.created", "contact.preferences_changed", "contact.resubscribed"})

_SOURCE = "scenario"


def do(world: World, contact_id: int, deed: Deed) -> None:
    """Let something happen to a contact now; acted on at the next turn.

    Raises NurtureError where it cannot happen: no such mail has gone out, an event that only
    the engine makes.
    """
    match deed:
        case Event():
            _event(world, contact_id, deed)
        case Reaction():
            _react(world, contact_id, deed)
        case Answer(score, drivers, comment):
            answering.answer(world, contact_id, score, drivers, comment)
        case Loop(state):
            answering.follow_up(world, contact_id, state)
        case Glance(verb, mail):
            referring.glance(world, contact_id, verb, mail)
        case Introduce():
            referring.introduce(world, contact_id, deed)
        case Refer():
            referring.move(world, contact_id, deed)
        case Unsubscribe(purposes):
            unsubscribe(world.runtime, contact_id, 0, [Purpose(one) for one in purposes])
        case Become():
            _become(world, contact_id, deed)


def _event(world: World, contact_id: int, deed: Event) -> None:
    if deed.type in _TOLD:
        event = NewEvent(deed.type, contact_id, world.now, _SOURCE, deed.properties)
        contact = tables.contact
        with write(world.engine) as connection:
            if deed.type == "contact.created":
                # Somebody new, of whom nobody has said yet how keen they are.
                statement = update(contact).where(contact.c.id == contact_id)
                connection.execute(statement.values(temperature_at=None))
            record(connection, [event], world.now)
        return
    told = Happening(deed.type, contact_id=contact_id, properties=deed.properties)
    capture(world.runtime, [told], "api")


def _react(world: World, contact_id: int, deed: Reaction) -> None:
    table = tables.message
    query = (
        select(table.c.id, table.c.template)
        .where(table.c.contact_id == contact_id, table.c.sent_at.is_not(None))
        .order_by(table.c.id.desc())
    )
    with read(world.engine) as connection:
        rows = connection.execute(query).all()
    found = next((row.id for row in rows if fits(deed.mail, row.template)), None)
    if found is None:
        gone = [row.template for row in reversed(rows)]
        if gone:
            hint = say("what has gone out by then is {mails}", mails=gone)
        else:
            hint = say("no mail has gone out by then")
        raise NurtureError(say("no mail {mail} has gone out yet", mail=deed.mail), hint)
    match deed.verb:
        case "opened":
            gestures.open_mail(world, found)
        case "clicked":
            gestures.click(world, found)
        case "replied":
            gestures.reply(world, found)
        case _:
            gestures.bounce(world, found)


def _become(world: World, contact_id: int, deed: Become) -> None:
    """Change fields and tell of it; temperature and score by points, so that all follows."""
    now, contact = world.now, tables.contact
    events: list[NewEvent] = []

    def tell(kind: str, **properties: Any) -> None:
        events.append(NewEvent(kind, contact_id, now, _SOURCE, properties))

    scoring = world.definitions.scoring
    with write(world.engine) as connection:
        row = connection.execute(select(contact).where(contact.c.id == contact_id)).one()
        values: dict[str, Any] = {}
        changed = [*deed.fields]
        if deed.fields:
            new = contact_columns(deed.fields)
            values |= new | {"fields": {**(row.fields or {}), **new["fields"]}}
        if deed.owner is not None:
            values["owner_id"] = member_id(connection, deed.owner)
            changed.append("owner")
        score = deed.score
        if deed.temperature is not None:
            score = points_for(deed.temperature, scoring)
            if deed.temperature == Temperature.HOT:
                show_intent(connection, contact_id, scoring, now)
        if score is not None:
            values |= {"engagement": score - row.fit, "scored_at": now, "review_at": now}
        if values:
            connection.execute(update(contact).where(contact.c.id == contact_id).values(**values))
        tag = tables.contact_tag
        rows = [{"contact_id": contact_id, "tag": one} for one in deed.add_tags]
        insert_new(connection, tag, rows, "tag")
        if deed.remove_tags:
            connection.execute(
                delete(tag).where(tag.c.contact_id == contact_id, tag.c.tag.in_(deed.remove_tags))
            )
        if deed.add_tags or deed.remove_tags:
            changed.append("tags")
        if changed:
            tell("contact.updated", fields=changed, by=_SOURCE)
        if deed.account:
            _change_account(connection, contact_id, row.account_id, deed, now)
            tell("account.updated", fields=[*deed.account])
        if deed.lifecycle is not None:
            tell("lifecycle.assigned", stage=deed.lifecycle, reason=_SOURCE)
        record(connection, events, now)


def _change_account(
    connection: Connection, contact_id: int, account_id: int | None, deed: Become, now: datetime
) -> None:
    """Change a contact's company; who has none gets one."""
    account, contact = tables.account, tables.contact
    new = account_columns(deed.account)
    if account_id is None:
        account_id = new_account(connection, new, now)
        statement = update(contact).where(contact.c.id == contact_id)
        connection.execute(statement.values(account_id=account_id))
        return
    known = connection.execute(select(account.c.fields).where(account.c.id == account_id)).scalar()
    new["fields"] = {**(known or {}), **new["fields"]}
    connection.execute(update(account).where(account.c.id == account_id).values(**new))
