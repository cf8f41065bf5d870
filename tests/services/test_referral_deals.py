"""News of deals that comes twice, late, out of order or from a second deal, and referrals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from nurture.db import tables
from nurture.db.engine import make_engine
from nurture.domain.referral import State
from tests.services.house import START, make_house
from tests.services.referring import TEXT, Referring, referring


@pytest.fixture
def refers(tmp_path: Path) -> Iterator[Referring]:
    engine = make_engine(f"sqlite:///{tmp_path / 'deals.sqlite'}")
    tables.metadata.create_all(engine)
    yield referring(make_house(engine))
    engine.dispose()


def _agreed(refers: Referring) -> tuple[int, str, int]:
    made = refers.introduce(consented=True, consent_text=TEXT)
    refers.house.turn()
    return made.id, made.ref, refers.row(made.id).contact_id


def _told(refers: Referring, contact: int, *news: tuple[str, dict[str, str]]) -> None:
    house = refers.house
    for kind, said in news:
        house.clock.move_to(house.clock.now() + timedelta(hours=1))
        house.happens(contact, kind, **said)
        house.turn()


def test_a_second_deal_that_is_lost_takes_no_contract_back(refers: Referring) -> None:
    number, ref, contact = _agreed(refers)
    _told(
        refers,
        contact,
        ("deal.won", {"deal": "D1", "referral": ref}),
        ("deal.opened", {"deal": "D2", "referral": ref}),
        ("deal.met", {"deal": "D2", "referral": ref}),
        ("deal.lost", {"deal": "D2", "referral": ref, "reason": "no_budget"}),
    )
    assert refers.steps(number) == ["awaiting_consent", "received", "won"]
    # Its own deal's loss does: that is a reversal.
    _told(refers, contact, ("deal.lost", {"deal": "D1", "reason": "no_budget"}))
    assert refers.row(number).state == "lost"


def test_a_second_deal_wins_what_the_first_one_lost(refers: Referring) -> None:
    number, ref, contact = _agreed(refers)
    _told(
        refers,
        contact,
        ("deal.lost", {"deal": "D1", "referral": ref, "reason": "later"}),
        ("deal.won", {"deal": "D2", "referral": ref}),
    )
    second = refers.house.rows(tables.deal, external_id="D2")[0]
    assert (refers.row(number).state, refers.row(number).deal_id) == ("won", second.id)


def test_a_kick_off_meeting_and_news_that_comes_twice_undo_no_contract(refers: Referring) -> None:
    number, _, contact = _agreed(refers)
    _told(refers, contact, ("deal.won", {"deal": "D1"}))
    won_at = refers.house.rows(tables.deal)[0].closed_at
    _told(refers, contact, ("deal.met", {"deal": "D1"}), ("deal.won", {"deal": "D1"}))
    (deal,) = refers.house.rows(tables.deal)
    assert (deal.stage, deal.closed_at) == ("won", won_at)
    assert refers.steps(number) == ["awaiting_consent", "received", "won"]
    # Who corrects the stage means it.
    _told(refers, contact, ("deal.advanced", {"deal": "D1", "stage": "proposal"}))
    assert refers.house.rows(tables.deal)[0].stage == "proposal"
    assert refers.row(number).state == "proposal"


@pytest.mark.parametrize("end", ["expired", "declined"])
def test_a_deal_of_somebody_who_never_agreed_is_won_all_the_same(
    refers: Referring, end: str
) -> None:
    made = refers.introduce()
    if end == "declined":
        refers.refuse(made.id)
    else:
        refers.house.until(START + timedelta(days=22))
    assert refers.row(made.id).state == end
    talks = refers.house.person("suzuki@kigyou.example", consent=[])
    _told(refers, talks, ("deal.won", {"deal": "D1", "referral": made.ref}))
    row = refers.row(made.id)
    assert (row.state, row.contact_id) == ("won", talks)
    assert refers.steps(made.id)[-3:] == ["awaiting_consent", "received", "won"]


def test_a_deal_that_was_open_before_is_no_referrals_unless_it_says_so(refers: Referring) -> None:
    known = refers.house.person("suzuki@kigyou.example", consent=[])
    _told(refers, known, ("deal.opened", {"deal": "OLD"}))
    refers.house.clock.move_to(refers.house.clock.now() + timedelta(days=30))
    made = refers.introduce(consented=True, consent_text=TEXT)
    _told(refers, known, ("deal.proposed", {"deal": "OLD"}))
    assert refers.row(made.id).deal_id is None
    assert refers.row(made.id).state == "received"
    _told(refers, known, ("deal.won", {"deal": "OLD", "referral": made.ref}))
    assert refers.row(made.id).state == "won"


def test_a_deal_that_names_a_duplicate_moves_what_is_followed(refers: Referring) -> None:
    first = refers.introduce()
    other = refers.house.person("sasaki@betsu.example", family_name="佐々木")
    second = refers.introduce(referrer_id=other)
    contact = refers.agree(second.id).contact_id
    assert refers.row(second.id).state == State.DUPLICATE
    _told(refers, contact, ("deal.won", {"deal": "D1", "referral": second.ref}))
    assert refers.row(first.id).state == "won"
    assert refers.row(second.id).state == "duplicate"
