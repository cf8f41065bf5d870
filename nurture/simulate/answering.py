"""Surveys in a world: people answer on their page, and we follow up who is unhappy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from nurture.db.engine import read
from nurture.db.tables import survey_invitation, survey_loop
from nurture.domain.survey_answers import Answer
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import survey_answers, survey_loops

if TYPE_CHECKING:
    from nurture.simulate.world import World

#: how customers of a company that does well answer: share of each score, 0 to 10
_USUAL = (0.01, 0.01, 0.01, 0.02, 0.03, 0.06, 0.08, 0.14, 0.22, 0.20, 0.22)


def usual_score(draw: float) -> int:
    """Return the score of somebody, for a number drawn evenly from 0 to 1."""
    for score, share in enumerate(_USUAL):
        draw -= share
        if draw < 0:
            return score
    return len(_USUAL) - 1


def answer(
    world: World, contact_id: int, score: int, drivers: Sequence[str] = (), comment: str = ""
) -> None:
    """Let a person answer the newest survey that they were asked.

    Raises NurtureError where they were asked none.
    """
    table = survey_invitation
    query = (
        select(table.c.id)
        .where(table.c.contact_id == contact_id, table.c.void.is_(False))
        .order_by(table.c.id.desc())
    )
    with read(world.engine) as connection:
        found = connection.execute(query.limit(1)).scalar()
    if found is None:
        raise NurtureError(say("they have been asked no survey by then"))
    sent = Answer(score, tuple(drivers), comment)
    survey_answers.answer(world.runtime, found, sent, "ja")


def follow_up(world: World, contact_id: int, state: str) -> None:
    """Move what is followed up with a person: contacted, resolved, closed.

    Raises NurtureError where nothing is followed up.
    """
    table = survey_loop
    query = (
        select(table.c.id)
        .where(table.c.contact_id == contact_id, table.c.state != "closed")
        .order_by(table.c.id.desc())
    )
    with read(world.engine) as connection:
        found = connection.execute(query.limit(1)).scalar()
    if found is None:
        raise NurtureError(say("nothing is followed up with them by then"))
    survey_loops.move(world.runtime, found, state, "scenario", "scenario")
