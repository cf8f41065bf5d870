"""A message's states and the transitions that exist; everything else is refused."""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """Where a mail stands, from decision to fate."""

    #: decided, waits for its time
    QUEUED = "queued"
    #: a worker holds it under a lease
    CLAIMED = "claimed"
    #: committed before the body is written: from here on it may have gone out
    SENDING = "sending"
    #: the server said yes
    SENT = "sent"
    #: a later report said that it arrived
    DELIVERED = "delivered"
    #: held back or put off; looked at again at `due_at`
    DEFERRED = "deferred"
    #: given up, or the server said no for good
    FAILED = "failed"
    #: dropped before it was sent
    CANCELLED = "cancelled"
    #: came back
    BOUNCED = "bounced"
    #: the reader called it spam
    COMPLAINED = "complained"
    #: may or may not have gone out; settled by a later event or a person, never resent blindly
    IN_DOUBT = "in_doubt"


#: every transition that exists
TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    {
        (State.QUEUED, State.CLAIMED),
        (State.QUEUED, State.DEFERRED),
        (State.QUEUED, State.CANCELLED),
        (State.DEFERRED, State.CLAIMED),
        (State.DEFERRED, State.DEFERRED),
        (State.DEFERRED, State.CANCELLED),
        (State.DEFERRED, State.QUEUED),
        (State.CLAIMED, State.SENDING),
        (State.CLAIMED, State.QUEUED),
        (State.CLAIMED, State.DEFERRED),
        (State.CLAIMED, State.CANCELLED),
        (State.CLAIMED, State.FAILED),
        (State.SENDING, State.SENT),
        (State.SENDING, State.DEFERRED),
        (State.SENDING, State.FAILED),
        (State.SENDING, State.BOUNCED),
        (State.SENDING, State.IN_DOUBT),
        (State.SENT, State.DELIVERED),
        (State.SENT, State.BOUNCED),
        (State.SENT, State.COMPLAINED),
        (State.DELIVERED, State.COMPLAINED),
        (State.DELIVERED, State.BOUNCED),
        (State.IN_DOUBT, State.SENT),
        (State.IN_DOUBT, State.DELIVERED),
        (State.IN_DOUBT, State.BOUNCED),
        (State.IN_DOUBT, State.COMPLAINED),
        (State.IN_DOUBT, State.FAILED),
    }
)

#: what an enrolment that holds at a `send` waits for
FATES = frozenset(
    {
        State.SENT,
        State.DELIVERED,
        State.FAILED,
        State.CANCELLED,
        State.BOUNCED,
        State.COMPLAINED,
        State.IN_DOUBT,
    }
)

#: states that use up a slot under a cap: sent, or perhaps sent
COUNTED = (
    State.CLAIMED,
    State.SENDING,
    State.SENT,
    State.DELIVERED,
    State.BOUNCED,
    State.COMPLAINED,
    State.IN_DOUBT,
)

#: states in which nothing has left the house
UNSENT = (State.QUEUED, State.DEFERRED, State.CLAIMED)


def may_become(old: State, new: State) -> bool:
    """Say whether a transition exists."""
    return (old, new) in TRANSITIONS


def outcome_of(state: State, reason: str | None) -> str:
    """Return what `steps.ID.outcome` says for a mail that has met its fate."""
    match state:
        case State.SENT | State.DELIVERED | State.COMPLAINED:
            return "sent"
        case State.IN_DOUBT:
            return "in_doubt"
        case State.CANCELLED:
            return "expired" if reason == "expired" else "dropped"
        case _:
            return "failed"
