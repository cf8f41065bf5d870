"""Rewards as referrals live: earned, held, due, delivered, reversed; each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nurture.db import tables
from nurture.domain.referral import State
from nurture.domain.referral_program import Cadence, Reward, RewardLimits
from nurture.domain.rewards import totals
from nurture.errors import NotFoundError, NurtureError
from nurture.services import reward_desk
from nurture.services.rewards import due_rewards, follow
from tests.services.asking import asked
from tests.services.house import START, House
from tests.services.project import letter, workflow
from tests.services.rewarding import OFFER, PROGRAM, TITLE, Referring

#: the same statements run on both; who holds which row is another test's
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_both_sides_are_promised_and_earn_at_the_stage_and_are_told(house: House) -> None:
    at = Referring(house)
    one = at.referral()
    assert [r.state for r in house.rows(tables.reward)] == ["pending", "pending"]
    assert at.reward(one, "referred").contact_id is None
    taker = at.agrees(one)
    at.comes(one, State.MEETING)
    assert house.events("reward.earned") == []
    at.comes(one, State.WON)
    at.comes(one, State.WON)
    mine, theirs = at.reward(one), at.reward(one, "referred")
    assert (mine.state, mine.contact_id, mine.title) == ("earned", at.referrer, "導入支援1日")
    assert (theirs.state, theirs.contact_id, theirs.amount) == ("earned", taker, 30000)
    told = {row.contact_id: row.properties for row in house.events("reward.earned")}
    assert set(told) == {at.referrer, taker}
    assert told[at.referrer]["due"] == "2026-06-11"
    assert at.ledger(mine.id) == [
        (None, "pending", None, None),
        ("pending", "earned", 50000, None),
    ]


@SQLITE
@pytest.mark.parametrize(
    ("stage", "alone"), [(State.RECEIVED, True), (State.MEETING, False), (State.WON, False)]
)
def test_a_reward_has_a_letter_of_its_own_only_where_no_letter_about_the_step_tells_of_it(
    house: House, stage: State, alone: bool
) -> None:
    program = replace(PROGRAM, offers={"support": replace(OFFER, stage=stage)})
    at = Referring(house, program=program)
    one = at.referral()
    at.agrees(one)
    for state in (State.CONTACTED, State.MEETING, State.WON):
        at.comes(one, state)
    told = {row.contact_id: row.properties for row in house.events("reward.earned")}
    assert told[at.referrer]["alone"] is alone


@SQLITE
def test_what_somebody_was_told_when_they_were_asked_is_what_they_get(house: House) -> None:
    other = replace(OFFER, key="donation", title={"ja": "寄付"})
    program = replace(PROGRAM, offers={"support": OFFER, "donation": other})
    at = Referring(house, program=program)
    asked(house, at.referrer, 30, program="main", offer="support")
    asked(house, at.referrer, 9, program="main", offer="donation", dedupe_key="void", void=True)
    asked(house, at.referrer, 10, program="main", offer="donation")
    one = at.referral(offer="")
    assert {row.offer for row in house.rows(tables.reward, referral_id=one)} == {"donation"}
    two = at.referral(offer="support")
    assert {row.offer for row in house.rows(tables.reward, referral_id=two)} == {"support"}


def test_the_wait_ends_in_a_task_with_the_promised_day_and_its_end_delivers(house: House) -> None:
    at = Referring(house)
    one = at.won()
    house.after(days=13)
    assert at.reward(one).state == "earned"
    house.after(days=2)
    mine = at.reward(one)
    assert mine.state == "due"
    (task,) = house.rows(tables.task, contact_id=at.referrer, kind="reward")
    assert (task.title, task.due_at) == ("特典「導入支援1日」のお届け", mine.due_at)
    house.happens(at.referrer, "task.completed", task=task.id, by="sato")
    house.decide()
    house.happens(at.referrer, "task.completed", task=task.id, by="sato")
    house.decide()
    assert at.reward(one).state == "delivered"
    assert house.row(tables.task, task.id).state == "done"
    assert len(house.events("reward.delivered")) == 1
    assert at.ledger(mine.id)[-1] == ("due", "delivered", None, None)


def test_a_broken_promise_is_told_to_somebody_once(house: House) -> None:
    at = Referring(house)
    one = at.won()
    house.after(days=40)
    late = house.rows(tables.task, kind="escalation", contact_id=at.referrer)
    assert [task.title for task in late] == [
        "お約束の日を過ぎています: 特典「導入支援1日」（担当 佐藤花子）"
    ]
    assert ("moved", "reward_overdue") in house.reasons(contact_id=at.referrer)
    assert reward_desk.overview(house.runtime).overdue == 2
    reward_desk.deliver(house.runtime, at.reward(one).id, "sato")
    assert reward_desk.overview(house.runtime).overdue == 1
    assert house.row(tables.task, late[0].id).state == "done"


def test_a_reopened_deal_takes_back_what_was_not_delivered_with_the_other_sign(
    house: House,
) -> None:
    at = Referring(house)
    one = at.won()
    mine = at.reward(one).id
    house.after(days=15)
    at.reopens(one)
    # Taken back, and expected again in the same breath: the referral is under way.
    assert (at.reward(one).state, at.reward(one).reason) == ("pending", None)
    assert at.ledger(mine)[-2:] == [
        ("due", "reversed", -50000, "reopened"),
        ("reversed", "pending", None, None),
    ]
    (task,) = house.rows(tables.task, kind="reward", contact_id=at.referrer)
    assert task.state == "cancelled"
    assert {row.properties["told"] for row in house.events("reward.reversed")} == {True}
    at.comes(one, State.WON)
    assert at.reward(one).state == "earned"
    assert len([line for line in at.ledger(mine) if line[1] == "earned"]) == 2
    lines = house.rows(tables.reward_entry)
    assert totals((line.currency or "", line.amount) for line in lines) == {"JPY": 80000}


def test_a_delivered_reward_is_never_taken_silently(house: House) -> None:
    at = Referring(house)
    one = at.won()
    mine = at.reward(one).id
    house.after(days=15)
    reward_desk.deliver(house.runtime, mine, "sato")
    at.reopens(one)
    assert at.reward(one).state == "delivered"
    (task,) = house.rows(tables.task, kind="follow-up", contact_id=at.referrer)
    assert task.title == "お届け済みの特典「導入支援1日」の扱いをご相談（商談が再開しました）"
    # Won again: it was given already.
    at.comes(one, State.WON)
    assert len(house.events("reward.delivered")) == 1
    assert reward_desk.reverse(house.runtime, mine, "ishida", "ご返却いただきました")
    assert at.ledger(mine)[-1] == ("delivered", "reversed", -50000, "ご返却いただきました")
    at.reopens(one)
    at.comes(one, State.WON)
    assert at.reward(one).state == "reversed"


def test_over_the_months_limit_waits_for_the_next_month_and_is_not_lost(house: House) -> None:
    at = Referring(house)
    at.program(rewards=RewardLimits(per_month=1, hold=timedelta(days=14)))
    one, two = at.won(), at.won()
    assert at.reward(one).held is False
    second = at.reward(two)
    assert (second.state, second.held, second.reason) == ("earned", True, "limit_month")
    # The referred person is not to blame.
    assert at.reward(two, "referred").held is False
    earned = [row.properties["reward"] for row in house.events("reward.earned")]
    assert second.id not in earned
    house.until(START + timedelta(days=21))
    second = at.reward(two)
    assert (second.held, second.reason) == (False, None)
    # 1 June in Tokyo, and 30 days: the promise begins when it counts.
    assert house.events("reward.earned")[-1].properties["due"] == "2026-07-01"


def test_over_the_limit_in_all_waits_for_a_person(house: House) -> None:
    at = Referring(house)
    at.program(rewards=RewardLimits(in_all=1, hold=timedelta(0)))
    at.won()
    two = at.won()
    house.after(days=100)
    assert at.reward(two).reason == "limit_all"
    assert reward_desk.release(house.runtime, at.reward(two).id, "ishida", "部長承認")
    house.turn()
    assert at.reward(two).state == "due"


@SQLITE
def test_cash_waits_for_legal_which_no_person_can_replace_and_goes_on_once_cleared(
    house: House,
) -> None:
    at = Referring(house)
    money = replace(OFFER, referrer=Reward("cash", TITLE, 10000, "JPY"), referred=None)
    at.program(offers={"support": money})
    one = at.won()
    assert at.reward(one).reason == "legal"
    with pytest.raises(NurtureError, match="legal"):
        reward_desk.release(house.runtime, at.reward(one).id, "ishida")
    house.after(days=3)
    assert at.reward(one).held
    at.program(rewards=RewardLimits(legal_approved=True, hold=timedelta(0)))
    house.after(days=2)
    assert at.reward(one).state == "due"


@SQLITE
def test_a_regulated_sector_and_a_doubt_are_held_and_say_why(house: House) -> None:
    at = Referring(house)
    clinic = house.company("北クリニック", industry="medical")
    doctor = at.refers("doctor@clinic.example", account_id=clinic)
    one = at.won(doctor)
    two = at.won(flags=["same_domain"])
    assert (at.reward(one).reason, at.reward(two).reason) == ("regulated", "doubt")
    assert ("moved", "reward_held") in house.reasons(contact_id=doctor)


@SQLITE
def test_a_referral_to_a_partner_brings_no_reward(house: House) -> None:
    at = Referring(house)
    one = at.referral()
    house.change(tables.referral, one, way="outbound")
    with house.engine.begin() as connection:
        connection.execute(tables.reward_entry.delete())
        connection.execute(tables.reward.delete())
        follow(house.runtime, connection, one, State.RECEIVED, State.WON, START, "engine")
    assert house.rows(tables.reward) == []


@SQLITE
def test_a_lost_or_expired_referral_ends_the_expectation_without_an_entry_of_money(
    house: House,
) -> None:
    at = Referring(house)
    one = at.referral()
    at.comes(one, State.EXPIRED)
    assert at.ledger(at.reward(one).id) == [
        (None, "pending", None, None),
        ("pending", "reversed", None, "expired"),
    ]
    assert house.events("reward.reversed") == []


@SQLITE
def test_an_early_delivery_is_refused_with_the_way_to_it(house: House) -> None:
    at = Referring(house)
    mine = at.reward(at.won()).id
    with pytest.raises(NurtureError) as refused:
        reward_desk.deliver(house.runtime, mine, "sato")
    assert f"nurture rewards release {mine}" in str(refused.value.hint)
    assert reward_desk.release(house.runtime, mine, "sato")
    assert not reward_desk.release(house.runtime, mine, "sato")
    house.turn()
    assert reward_desk.deliver(house.runtime, mine, "sato")
    assert not reward_desk.deliver(house.runtime, mine, "sato")
    assert len(house.events("reward.delivered")) == 1


@SQLITE
def test_holding_and_reversing_need_a_reason_and_holding_stops_the_task(house: House) -> None:
    at = Referring(house)
    mine = at.reward(at.won()).id
    with pytest.raises(NurtureError, match="reason"):
        reward_desk.hold(house.runtime, mine, "sato", "  ")
    house.after(days=15)
    assert reward_desk.hold(house.runtime, mine, "sato", "住所の確認")
    with pytest.raises(NurtureError, match="held: 住所の確認"):
        reward_desk.deliver(house.runtime, mine, "sato")
    (task,) = house.rows(tables.task, kind="reward", contact_id=at.referrer)
    assert task.state == "cancelled"
    assert reward_desk.release(house.runtime, mine, "sato", "確認済み")
    states = [t.state for t in house.rows(tables.task, kind="reward", contact_id=at.referrer)]
    assert states == ["cancelled", "open"]
    with pytest.raises(NotFoundError):
        reward_desk.deliver(house.runtime, 999, "sato")


@SQLITE
def test_a_worker_that_comes_second_finds_nothing_to_do(house: House) -> None:
    at = Referring(house)
    at.won()
    house.clock.move(timedelta(days=15))
    assert due_rewards(house.runtime) == 2
    assert due_rewards(house.runtime) == 0
    assert len(house.rows(tables.task, kind="reward")) == 2


@SQLITE
def test_nobody_is_given_what_an_erased_person_had_earned(house: House) -> None:
    at = Referring(house)
    one = at.won()
    house.change(tables.contact, at.referrer, erased=True)
    house.after(days=15)
    assert (at.reward(one).state, at.reward(one).reason) == ("reversed", "erased")
    assert house.rows(tables.task, contact_id=at.referrer) == []


@SQLITE
def test_a_promise_stands_when_the_programme_changes_afterwards(house: House) -> None:
    at = Referring(house)
    one = at.referral()
    at.program(offers={})
    at.agrees(one)
    at.comes(one, State.WON)
    assert (at.reward(one).state, at.reward(one).amount) == ("earned", 50000)


@SQLITE
def test_an_event_that_no_move_made_earns_nothing(house: House) -> None:
    at = Referring(house)
    one = at.referral()
    ref = house.row(tables.referral, one).ref
    house.happens(at.referrer, "referral.won", referral=ref, state="won")
    house.decide()
    assert at.reward(one).state == "pending"


@SQLITE
def test_the_ledger_says_who_moved_what(house: House) -> None:
    at = Referring(house)
    one = at.won()
    lines = house.rows(tables.reward_entry, reward_id=at.reward(one).id)
    assert [line.by for line in lines] == ["referrer", "yoshida"]


NEWS = workflow(
    "reward-news",
    "- {send: x/reward}",
    "trigger: [{event: reward.earned, where: {side: referrer, alone: true}}]\n"
    "per: event.reward\npurpose: referral",
)
REWARD = letter("{{ reward.title }} {{ reward.due | date }} {{ reward.kind_name }}")


@SQLITE
def test_where_no_letter_about_the_referral_says_it_the_reward_has_one_of_its_own(
    house: House,
) -> None:
    at = Referring(house, NEWS, t_x__reward=REWARD)
    # Won: the letter about the end of the referral says it.
    at.won()
    house.turn()
    assert [row.properties["alone"] for row in house.events("reward.earned")] == [False, True]
    assert house.to() == []
    # At a proposal, under a cadence of three letters, nobody else says it.
    at.program(
        cadence=Cadence.THREE, offers={"support": replace(OFFER, stage="proposal", referred=None)}
    )
    two = at.referral()
    at.agrees(two, "two@minami.example")
    at.comes(two, State.PROPOSAL)
    house.turn()
    assert house.to() == ["mori@kita.example"]
    (mail,) = house.rows(tables.message, step="x/reward")
    assert mail.values["reward"]["title"] == "導入支援1日"


@SQLITE
def test_what_is_held_is_told_only_once_it_is_let_go(house: House) -> None:
    at = Referring(house, NEWS, t_x__reward=REWARD)
    one = at.won(flags=["same_domain"])
    house.turn()
    assert house.to() == []
    reward_desk.release(house.runtime, at.reward(one).id, "ishida", "別部署と確認")
    house.turn()
    assert house.to() == ["mori@kita.example"]
