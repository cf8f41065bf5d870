"""States of a mail: every pair of states either is a transition or is refused."""

from __future__ import annotations

import itertools

import pytest

from nurture.domain.message import COUNTED, FATES, UNSENT, State, may_become, outcome_of

Q, C, S, OK, ARRIVED = State.QUEUED, State.CLAIMED, State.SENDING, State.SENT, State.DELIVERED
LATER, FAILED, GONE = State.DEFERRED, State.FAILED, State.CANCELLED
BACK, SPAM, DOUBT = State.BOUNCED, State.COMPLAINED, State.IN_DOUBT

#: from each state, where to
TABLE: dict[State, set[State]] = {
    # waits: is claimed, put off or dropped
    Q: {C, LATER, GONE},
    # put off: once more, made due, claimed or dropped
    LATER: {C, LATER, GONE, Q},
    # held by a worker: on the wire, given back, put off, dropped, given up
    C: {S, Q, LATER, GONE, FAILED},
    # on the wire: yes, later, no, came back, nobody knows; never just queued again
    S: {OK, LATER, FAILED, BACK, DOUBT},
    # sent: what reports say later
    OK: {ARRIVED, BACK, SPAM},
    ARRIVED: {BACK, SPAM},
    # in doubt: what a later event or a person says; never on the wire again
    DOUBT: {OK, ARRIVED, BACK, SPAM, FAILED},
    # the ends
    FAILED: set(),
    GONE: set(),
    BACK: set(),
    SPAM: set(),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(State, State)))
def test_a_mail_moves_only_along_the_table(old, new):
    assert may_become(old, new) is (new in TABLE[old])


def test_what_may_have_left_the_house_never_gets_ready_to_be_sent_again_by_itself():
    """The one way back is a server's 'later', which says that it did not take the mail."""
    for old in (S, OK, ARRIVED, DOUBT, BACK, SPAM):
        assert not TABLE[old] & {Q, C}
    assert [old for old in TABLE if S in TABLE[old]] == [C]


def test_every_state_is_reached_and_every_fate_is_one():
    reached = set().union(*TABLE.values())
    assert reached == set(State)
    assert set(State) - {Q, C, S, LATER} == FATES


def test_whatever_was_or_may_have_been_sent_uses_up_a_slot():
    assert set(COUNTED) == {C, S, OK, ARRIVED, BACK, SPAM, DOUBT}
    assert set(UNSENT) == {Q, LATER, C}


#: state, reason, what `steps.ID.outcome` says
OUTCOMES = [
    (OK, None, "sent"),
    (ARRIVED, None, "sent"),
    (SPAM, None, "sent"),
    (DOUBT, "in_doubt", "in_doubt"),
    (GONE, "expired", "expired"),
    (GONE, "unsubscribed", "dropped"),
    (GONE, None, "dropped"),
    (FAILED, "too_many_tries", "failed"),
    (BACK, "rejected", "failed"),
]


@pytest.mark.parametrize(("state", "reason", "expected"), OUTCOMES)
def test_a_fate_has_an_outcome_for_the_journey(state, reason, expected):
    assert outcome_of(state, reason) == expected
