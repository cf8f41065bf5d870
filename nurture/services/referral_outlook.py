"""What a move of a referral by hand will lead to, said before it is made.

A press too many writes to somebody outside the house and makes a reward certain: so commands
and pages say which letter goes to whom and what becomes certain, and ask where a move skips
what usually comes before it. The API, which systems use, asks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row

from nurture.db import referral_list
from nurture.db import rewards as rows
from nurture.db.contact_facts import full_name
from nurture.db.engine import read
from nurture.domain.glossary import coded
from nurture.domain.loop_words import REWARD_REASONS
from nurture.domain.referral import CLOSED, PROGRESS, RewardState, State, Way
from nurture.domain.referral_life import further, is_reviewed, is_told
from nurture.domain.rewards import Move, change
from nurture.language import Said, say
from nurture.services import reward_promises, rewards
from nurture.services.referral_moves import desk_of
from nurture.services.referrals import state_word
from nurture.services.runtime import Runtime

#: what is to have been before, where somebody comes to a later one
_USUAL = (State.MEETING, State.PROPOSAL)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a move leads to."""

    #: letters and rewards, a sentence each
    follows: tuple[Said, ...] = ()
    #: what usually comes before it and is not there; a person confirms it
    unusual: tuple[Said, ...] = ()


def outlook(runtime: Runtime, ref: str, to: str, happened: datetime | None = None) -> Outlook:
    """Return what a move will lead to; nothing where it changes nothing or is not known.

    Whether it may be made at all is `referral_desk.move`'s to say.
    """
    if to not in {str(one) for one in State}:
        return Outlook()
    with read(runtime.engine) as connection:
        row = referral_list.line(connection, ref)
        if row is None:
            return Outlook()
        old, new = State(row.state), State(to)
        if old in CLOSED or old is new or (new not in CLOSED and further([old, new]) is old):
            return Outlook()
        unusual = _unusual(row, old, new)
        if row.way == Way.OUTBOUND:
            return Outlook(unusual=unusual)
        follows = (_letter(runtime, connection, row, new, happened),)
        return Outlook((*follows, *_rewards(runtime, connection, row, new)), unusual)


def reopened(runtime: Runtime, ref: str) -> tuple[Said, ...]:
    """Return what became of a referral that was just opened again, a sentence each."""
    with read(runtime.engine) as connection:
        row = referral_list.line(connection, ref)
        if row is None:
            return ()
        found = referral_list.rewards_of(connection, row.id)
    told = [say("Open again: {ref} stands at {state}.", ref=row.ref, state=_word(row.state))]
    waiting = [one.title for one in found if one.state == RewardState.PENDING]
    given = [one.title for one in found if one.state == RewardState.DELIVERED]
    if waiting:
        told.append(say("Rewards that are expected again: {titles}.", titles=waiting))
    if given:
        told.append(say("Delivered already, and left as they are: {titles}.", titles=given))
    return tuple(told)


def _word(state: str) -> object:
    return state_word(State(state))


def _unusual(row: Row[tuple[object, ...]], old: State, new: State) -> tuple[Said, ...]:
    known = row._mapping
    if new not in PROGRESS:
        return ()
    between = PROGRESS[PROGRESS.index(old) + 1 : PROGRESS.index(new)]
    skipped = [state_word(one) for one in between if one in _USUAL]
    found = []
    if skipped:
        found.append(say("Nothing was recorded of: {states}.", states=skipped))
    if new is State.WON and known["deal_id"] is None:
        found.append(say("No deal is linked with it."))
    return tuple(found)


def _letter(
    runtime: Runtime,
    connection: Connection,
    row: Row[tuple[object, ...]],
    new: State,
    happened: datetime | None,
) -> Said:
    known, now = row._mapping, runtime.clock.now()
    terms = desk_of(runtime, connection, now, "").terms(known["program"])
    name = full_name(known["giver_family"], known["giver_given"], known["giver_locale"] or "ja")
    whom = name or known["giver_email"] or "—"
    if known["giver_erased"] or not is_told(new, terms, happened or now, now):
        return say("No letter about it goes to who referred.")
    if is_reviewed(new, terms):
        return say(
            "{name} will be written a letter: {state}. It waits for a look of its sender first.",
            name=whom,
            state=state_word(new),
        )
    return say(
        "{name} will be written a letter: {state}. It goes without a look.",
        name=whom,
        state=state_word(new),
    )


def _rewards(
    runtime: Runtime, connection: Connection, row: Row[tuple[object, ...]], new: State
) -> list[Said]:
    """Return which rewards become certain, and which are held or off."""
    if not runtime.releases.published(connection):
        return []
    known, found = row._mapping, []
    release = runtime.releases.live(connection)
    desk = reward_promises.Desk(connection, release, runtime.clock.now(), "")
    story = rows.story_of(connection, known["id"])
    program = desk.program(story.program)
    for one in rows.of_referral(connection, known["id"]):
        offer = program.offers.get(one.offer) if program is not None else None
        stage = State(offer.stage) if offer is not None else State.WON
        move = change(rewards.standing_of(one), stage, new).move
        if move is Move.REVERSE:
            found.append(say("A reward is off: {title}.", title=one.title))
        if move is not Move.EARN:
            continue
        why = rewards.hold_reason(desk, story, program, one) if program is not None else None
        if why is None:
            found.append(say("A reward becomes certain: {title}.", title=one.title))
        else:
            reason = coded(REWARD_REASONS, why)
            found.append(
                say("A reward is earned, and held: {title} ({why}).", title=one.title, why=reason)
            )
    return found
