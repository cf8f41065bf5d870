"""Introductions in a world: people introduce others, and what comes of it; mails looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from nurture.compiler.scenario_referrals import REOPENED
from nurture.db import tables
from nurture.db.engine import read, write
from nurture.domain.referral import CLOSED, State, Way
from nurture.domain.scenario import Introduce, Refer
from nurture.domain.scenario_match import fits
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import glances, referrals
from nurture.services.task_actions import act

if TYPE_CHECKING:
    from nurture.simulate.world import World

#: who moves introductions here, and what the introduced person saw
_BY = "scenario"


def introduce(world: World, contact_id: int, said: Introduce) -> None:
    """Let a person introduce somebody. Raises NurtureError where that cannot be."""
    it = referrals.Introduction(
        program=said.program,
        referrer_id=contact_id,
        way=Way.INTRODUCE,
        name=said.name,
        company=said.company,
        email=said.email,
        why=said.why,
        offer=said.offer,
    )
    with write(world.engine) as connection:
        referrals.introduce(world.runtime, connection, it, world.now, _BY)


def move(world: World, contact_id: int, said: Refer) -> None:
    """Bring a person's newest introduction to a state, as its owner or the introduced one does.

    Raises NurtureError where they made none, or where it may not become that.
    """
    runtime, now = world.runtime, world.now
    row = _newest(world, contact_id, said.state)
    with write(world.engine) as connection:
        match said.state:
            case State.RECEIVED:
                referrals.agree(runtime, connection, row.id, now, _BY, numbers=said.numbers)
            case str(state) if state == REOPENED:
                referrals.reopen(runtime, connection, row.id, now, _BY)
            case State.DECLINED if said.reason == "refused":
                referrals.refuse(runtime, connection, row.id, now)
            case state:
                referrals.advance(
                    runtime,
                    connection,
                    row.id,
                    State(state),
                    now,
                    _BY,
                    reason=said.reason,
                    contacted_by=said.contacted_by,
                    result=said.result,
                )


def _newest(world: World, contact_id: int, state: str) -> Row[Any]:
    table = tables.referral
    query = select(table).where(table.c.referrer_id == contact_id).order_by(table.c.id.desc())
    with read(world.engine) as connection:
        rows = connection.execute(query).all()
    if not rows:
        raise NurtureError(
            say("they have introduced nobody by then"), say("write `introduce: {…}` above")
        )
    closed = state == REOPENED
    return next((row for row in rows if (row.state in CLOSED) is closed), rows[0])


def glance(world: World, contact_id: int, verb: str, mail: str) -> None:
    """Let a mail go that waits for a look, or keep it back, as the buttons of its task do.

    Raises NurtureError where no such mail waits.
    """
    task, message = tables.task, tables.message
    asked = (
        select(task.c.id, task.c.result)
        .where(task.c.contact_id == contact_id, task.c.kind == glances.KIND)
        .where(task.c.state == "open")
        .order_by(task.c.id.desc())
    )
    held = select(message.c.id, message.c.template).where(
        message.c.contact_id == contact_id, message.c.reason == glances.REASON
    )
    with read(world.engine) as connection:
        templates = {row.id: row.template for row in connection.execute(held)}
        waiting = {
            row.id: templates[row.result["message"]]
            for row in connection.execute(asked)
            if (row.result or {}).get("message") in templates
        }
    found = next((one for one, template in waiting.items() if fits(mail, template)), None)
    if found is None:
        hint = say("nothing waits for a look by then")
        if waiting:
            hint = say("what waits by then is {mails}", mails=sorted(set(waiting.values())))
        raise NurtureError(say("no mail {mail} waits for a look", mail=mail), hint)
    by = world.definitions.policy.default_sender
    act(world.runtime, found, verb, {}, by, _BY)
