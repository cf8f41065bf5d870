"""Introductions in a world: people introduce others, and what comes of it; mails looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from nurture.compiler.scenario_referrals import REOPENED
from nurture.db.engine import read, write
from nurture.db.simulated import introduced_by, looked_at
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
    with read(world.engine) as connection:
        rows = introduced_by(connection, contact_id)
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
    with read(world.engine) as connection:
        waiting = looked_at(connection, contact_id, glances.KIND, glances.REASON)
    found = next((one for one, template in waiting.items() if fits(mail, template)), None)
    if found is None:
        hint = say("nothing waits for a look by then")
        if waiting:
            hint = say("what waits by then is {mails}", mails=sorted(set(waiting.values())))
        raise NurtureError(say("no mail {mail} waits for a look", mail=mail), hint)
    by = world.definitions.policy.default_sender
    act(world.runtime, found, verb, {}, by, _BY)
