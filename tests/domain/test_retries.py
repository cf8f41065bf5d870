"""When a server that said 'later' is asked again, and when 'no' means a dead address."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.retries import GIVE_UP_AFTER, is_hard, next_try


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_two_tries_in_the_first_hour_then_every_two_to_three_hours():
    """RFC 5321, 4.5.4.1."""
    asked, at = [], timedelta(0)
    for tries in range(1, 6):
        at += next_try(tries, None)
        asked.append(at)
    assert sum(one <= minutes(60) for one in asked) == 2
    gaps = [later - sooner for sooner, later in pairwise(asked[1:])]
    assert all(minutes(120) <= gap <= minutes(180) for gap in gaps)
    assert timedelta(days=4) <= GIVE_UP_AFTER <= timedelta(days=5)


#: tries, hint, wait
HINTS = [
    # greylisting: come back in five minutes
    (1, minutes(5), minutes(5)),
    (9, minutes(5), minutes(5)),
    # never within the minute, never out of sight
    (1, timedelta(0), minutes(1)),
    (1, timedelta(seconds=-9), minutes(1)),
    (1, timedelta(days=30), timedelta(hours=6)),
]


@pytest.mark.parametrize(("tries", "hint", "expected"), HINTS)
def test_a_hint_of_the_server_is_obeyed_within_reason(tries, hint, expected):
    assert next_try(tries, hint) == expected


@given(st.integers(1, 1000), st.none() | st.timedeltas())
def test_a_mail_is_never_tried_again_at_once_nor_forgotten(tries, hint):
    assert minutes(1) <= next_try(tries, hint) <= timedelta(hours=6)


#: code, enhanced code, text, said about the recipient, dead address
REFUSALS = [
    (550, "5.1.1", "user unknown", True, True),
    (550, "5.1.10", "null MX", True, True),
    (550, "5.1.6", "has moved", True, True),
    (550, None, "No such user here", True, True),
    (550, None, "宛先アドレスが存在しません", True, True),
    (553, None, "sorry, that recipient is unknown: unknown user", True, True),
    # it is us or the mail, not the address
    (550, "5.7.1", "blocked: recipient rejected by policy", True, False),
    (554, None, "user unknown", True, False),
    (550, "5.2.2", "mailbox full", True, False),
    (550, None, "spam refused", True, False),
    (550, "5.1.1", "user unknown", False, False),
    # for the moment only
    (450, "4.1.1", "user unknown", True, False),
    (None, None, "connection lost", True, False),
    # a code that merely begins alike
    (550, "5.1.11", "?", True, False),
]


@pytest.mark.parametrize(("code", "enhanced", "text", "recipient", "expected"), REFUSALS)
def test_a_refusal_for_good_is_about_the_address_or_not(code, enhanced, text, recipient, expected):
    assert is_hard(code, enhanced, text, recipient) is expected
