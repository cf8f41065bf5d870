"""What a golden ticket promises its bearer is kept, whichever friend is credited with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.db.engine import read, write
from nurture.domain.referral import State, Way
from nurture.domain.referral_program import Reward
from nurture.services.refer_intake import Came, Person, redeem
from nurture.services.referral_mail import values_of
from nurture.services.referrals import Introduction, introduce
from nurture.services.tickets import make_ticket, ticket_of
from tests.services.house import House
from tests.services.rewarding import OFFER, PROGRAM, Referring

EMAIL = "sato@minami.example"
ON_TICKET = replace(
    OFFER, key="golden", referred=Reward("discount", {"ja": "初期費用の半額"}, 80000, "JPY")
)
WITH_TICKETS = replace(
    PROGRAM, offers={"support": OFFER, "golden": ON_TICKET}, ticket_for=timedelta(days=60)
)


@pytest.fixture
def at(house: House) -> Referring:
    return Referring(house, program=WITH_TICKETS)


def _introduced(at: Referring) -> int:
    """Somebody whose address we know is introduced by the first friend."""
    it = Introduction("main", at.referrer, Way.INTRODUCE, "佐藤 誠", email=EMAIL, offer="support")
    with write(at.house.engine) as connection:
        done = introduce(at.house.runtime, connection, it, at.house.clock.now(), "referrer")
    at.house.decide()
    at.house.after(hours=1)
    return done.id


def _uses_ticket_of(at: Referring, referrer: int) -> None:
    runtime = at.house.runtime
    code = make_ticket(runtime, referrer, offer="golden")
    with read(at.house.engine) as connection:
        ticket = ticket_of(runtime, connection, code or "", at.house.clock.now())
    assert ticket is not None
    person = Person("佐藤 誠", "みなみ製作所", EMAIL, "", "ja", "同意します")
    assert redeem(runtime, ticket, person) is Came.TAKEN
    at.house.decide()


def _promised(at: Referring, referral: int) -> tuple[str, float | None, str]:
    found = at.reward(referral, "referred")
    return found.title, found.amount, found.state


def test_who_uses_the_ticket_of_one_and_was_introduced_by_another_first(at: Referring) -> None:
    first = _introduced(at)
    _uses_ticket_of(at, at.refers("abe@higashi.example"))
    (followed,) = [one for one in at.house.rows(tables.referral) if one.state == "received"]
    assert followed.id == first
    assert _promised(at, first) == ("初期費用の半額", 80000, "pending")
    # The friend who is credited gets what their own offer says.
    assert at.reward(first).offer == "support"
    at.comes(first, State.WON)
    assert _promised(at, first)[2] == "earned"
    assert [line[2] for line in at.ledger(at.reward(first, "referred").id)] == [None, 80000]


@pytest.mark.parametrize("own", [True, False])
def test_who_is_looked_after_already_and_comes_with_a_ticket(at: Referring, own: bool) -> None:
    first = _introduced(at)
    at.agrees(first, EMAIL)
    assert _promised(at, first)[1] == 30000
    _uses_ticket_of(at, at.referrer if own else at.refers("abe@higashi.example"))
    assert _promised(at, first) == ("初期費用の半額", 80000, "pending")


def test_their_letters_name_what_the_ticket_promised(at: Referring) -> None:
    first = _introduced(at)
    _uses_ticket_of(at, at.refers("abe@higashi.example"))
    runtime = at.house.runtime
    (row,) = at.house.rows(tables.referral, id=first)
    with read(at.house.engine) as connection:
        definitions = runtime.releases.live(connection).definitions
        assert values_of(runtime, connection, definitions, row, "ja")["perk"] == "初期費用の半額"


def test_what_was_earned_stays_as_it_was_earned(at: Referring) -> None:
    first = _introduced(at)
    at.agrees(first, EMAIL)
    at.comes(first, State.WON)
    assert _promised(at, first) == ("初期費用の割引", 30000, "earned")
    _uses_ticket_of(at, at.refers("abe@higashi.example"))
    assert _promised(at, first) == ("初期費用の割引", 30000, "earned")


def test_a_ticket_of_an_offer_that_gives_nothing_takes_nothing_away(at: Referring) -> None:
    at.program(offers={"support": OFFER, "golden": replace(ON_TICKET, referred=None)})
    first = _introduced(at)
    _uses_ticket_of(at, at.refers("abe@higashi.example"))
    assert _promised(at, first) == ("初期費用の割引", 30000, "pending")
