"""Referrers: marked by hand, measured by what came of it, and referred to in turn."""

from __future__ import annotations

import pytest

from nurture.db import tables
from nurture.domain.referral import State
from nurture.domain.referrer_record import Tier
from nurture.errors import NotFoundError, NurtureError
from nurture.services.referrers import cards, mark, refer_out
from tests.services.house import House
from tests.services.rewarding import Referring

#: the same statements run on both
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_contact_is_marked_once_and_what_is_not_said_stays(house: House) -> None:
    at = Referring(house)
    who = house.person("lee@kanto.example", ())
    assert mark(
        house.runtime, "Lee@Kanto.example", "sato", kind="partner", certifications=["medical"]
    )
    assert mark(house.runtime, "lee@kanto.example", "sato", reach=3, motive="relation")
    assert not mark(house.runtime, "lee@kanto.example", "sato", kind="partner", reach=3)
    (row,) = house.rows(tables.referrer, contact_id=who)
    assert (row.kind, row.certifications, row.network_reach) == ("partner", ["medical"], 3)
    assert [one.tag for one in house.rows(tables.contact_tag, contact_id=who)] == ["partner"]
    assert len(house.events("referrer.marked")) == 2
    mark(house.runtime, "lee@kanto.example", "sato", kind="community")
    assert [one.tag for one in house.rows(tables.contact_tag, contact_id=who)] == ["community"]
    with pytest.raises(NurtureError) as slip:
        mark(house.runtime, "lee@kanto.example", "sato", kind="partners")
    assert "partner" in str(slip.value.hint)
    with pytest.raises(NotFoundError):
        mark(house.runtime, "nobody", "sato", kind="partner")
    assert at.referrer


def test_a_customer_is_referred_to_the_certified_partner_to_whom_we_owe_most(
    house: House,
) -> None:
    at = Referring(house)
    lee, kim = (at.refers(f"{one}@partner.example", "partner") for one in ("lee", "kim"))
    for one in ("lee", "kim"):
        mark(house.runtime, f"{one}@partner.example", "sato", certifications=["medical"])
    at.agrees(at.referral(kim), "new@minami.example")
    customer = house.person("doctor@clinic.example", (), account_id=house.company("北クリニック"))
    sent = refer_out(house.runtime, "doctor@clinic.example", "Medical", "お電話でご了承", "sato")
    assert sent.partner_id == kim
    house.turn()
    (row,) = house.rows(tables.referral, way="outbound")
    assert (row.referrer_id, row.contact_id, row.state) == (kim, customer, "received")
    (told,) = house.events("partner.referred")
    assert told.contact_id == kim
    assert told.properties["company"] == "北クリニック"
    assert "doctor" not in str(told.properties)
    # Neither a reward, nor a letter about a referral of theirs.
    assert house.rows(tables.reward, referral_id=row.id) == []
    assert [e for e in house.events("referral.received") if e.properties["way"] == "outbound"] == []
    # Now both are even: the one who has been there longer.
    house.person("second@clinic.example", ())
    assert (
        refer_out(house.runtime, "second@clinic.example", "medical", "面談で", "sato").partner_id
        == lee
    )
    sent_to = {card.row.contact_id: card.record.sent for card in cards(house.runtime, "partner")}
    assert sent_to == {lee: 1, kim: 1}


@SQLITE
def test_without_consent_or_a_certified_partner_nothing_goes_out(house: House) -> None:
    at = Referring(house)
    house.person("doctor@clinic.example", ())
    with pytest.raises(NurtureError, match="agreed"):
        refer_out(house.runtime, "doctor@clinic.example", "medical", " ", "sato")
    at.refers("lee@partner.example", "partner")
    with pytest.raises(NotFoundError, match="no partner is certified"):
        refer_out(house.runtime, "doctor@clinic.example", "medical", "面談で", "sato")
    mark(house.runtime, "lee@partner.example", "sato", certifications=["medical"])
    with pytest.raises(NotFoundError) as slip:
        refer_out(house.runtime, "doctor@clinic.example", "medicl", "面談で", "sato")
    assert "medical" in str(slip.value.hint)
    assert house.rows(tables.referral) == []


@SQLITE
def test_the_scorecard_ranks_by_what_came_of_it(house: House) -> None:
    at = Referring(house)
    many = at.refers("many@busy.example")
    for number in range(4):
        one = at.referral(many)
        at.agrees(one, f"m{number}@minami.example")
        at.comes(one, State.LOST, "timing")
    won = at.won()
    deal = house.add(
        tables.deal,
        contact_id=at.referrer,
        stage="won",
        amount=1_200_000,
        currency="JPY",
        created_at=house.clock.now(),
        updated_at=house.clock.now(),
    )
    house.change(tables.referral, won, deal_id=deal)
    first, second = cards(house.runtime)
    assert (first.row.contact_id, first.record.tier) == (at.referrer, Tier.TRUSTED)
    assert first.record.revenue == {"JPY": 1_200_000}
    assert (second.record.introduced, second.record.win_rate) == (4, 0.0)
    assert second.record.tier is Tier.NEW
