"""A duplicate's answers, asks, rewards and introductions are those of the contact it became."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nurture.db import referral_figures, referrer_records, touched
from nurture.db import tables as t
from nurture.db.engine import read
from nurture.domain.kpi_book import Period
from nurture.domain.referral import AskAnswer, State
from nurture.domain.referral_program import RewardLimits
from nurture.domain.steps import SurveyQuestion
from nurture.domain.survey_rhythm import YEAR
from nurture.services import ask_list, asking, nps_report
from nurture.services.ask_answers import answer as answer_ask
from nurture.services.refer_desk import desk_of_contact, gifts, stories
from nurture.services.survey_guard import SurveyGuard
from tests.services import rewarding
from tests.services.asking import answered, asked, files, happy
from tests.services.house import House

SURVEY = b"survey: nps\ntitle: NPS\nlimits: {per_contact: 2, apart: 30d}\n"


def merged(house: House, old: int, into: int) -> int:
    """Two records turn out to be one person; return who they are now."""
    house.change(t.contact, old, merged_into=into)
    return into


@pytest.fixture
def chain(house: House) -> tuple[int, int, int]:
    """Somebody who was three records, one after the other: the living one last."""
    made = files("timings: [result_reported, by_hand]\n")
    house.publish({**made, "workflows/nps.yaml": SURVEY})
    oldest = happy(house, "a@aozora.example", score=None)
    middle = house.person("b@aozora.example", ["referral"], lifecycle="customer")
    living = house.person("c@aozora.example", ["referral"], lifecycle="customer")
    merged(house, oldest, middle)
    merged(house, middle, living)
    return oldest, middle, living


def survey_refusal(house: House, who: int) -> Any:
    now = house.clock.now()
    with read(house.engine) as connection:
        people = {row.id: row for row in touched.contact_rows(connection, [who])}
        release = house.runtime.releases.live(connection)
        guard = SurveyGuard(connection, release.definitions, people, now)
        found = guard.refuse(who, SurveyQuestion("nps"))
    return found.reason if found is not None else None


def test_limits_of_surveys_count_what_duplicates_were_asked(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, middle, living = chain
    assert survey_refusal(house, living) is None
    answered(house, oldest, 9, days_ago=200)
    answered(house, middle, 9, days_ago=100)
    assert survey_refusal(house, living) == "survey_contact_limit"


def test_an_unhappy_answer_of_a_duplicate_is_unhappy(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, _, living = chain
    asked_as = answered(house, oldest, 2, days_ago=100)
    house.add(
        t.survey_loop, invitation_id=asked_as, contact_id=oldest, state="open",
        opened_at=house.clock.now() - timedelta(days=100),
    )  # fmt: skip
    assert survey_refusal(house, living) == "survey_loop_open"
    assert ask_list.candidate(house.runtime, living).refusal is not None


def test_guards_of_asks_see_scores_results_and_asks_of_duplicates(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, middle, living = chain
    refusal = ask_list.candidate(house.runtime, living).refusal
    assert refusal is not None  # nobody knows their score
    answered(house, middle, 10)
    # Result and hearing were heard of as the oldest record, the answer came as the second.
    assert ask_list.candidate(house.runtime, living).refusal is None
    asked(house, oldest, 20)
    refusal = ask_list.candidate(house.runtime, living).refusal
    assert refusal is not None
    assert asking.note_answer(house.runtime, living, AskAnswer.NOT_NOW, "sato")
    (row,) = house.rows(t.referral_ask)
    assert row.answer == "not_now"
    assert [one.contact_id for one in house.events("referral.ask_answered")] == [living]


def test_who_said_never_as_a_duplicate_is_never_asked(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, middle, living = chain
    answered(house, middle, 10)
    ask_id = asked(house, oldest, 400)
    answer_ask(house.runtime, ask_id, oldest, AskAnswer.NEVER)
    refusal = ask_list.candidate(house.runtime, living).refusal
    assert refusal is not None
    assert refusal.reason == "ask_do_not_ask"
    asking.describe(house.runtime, living, ask_again=True)
    assert not any(row.do_not_ask for row in house.rows(t.referrer))


def test_a_new_record_keeps_what_they_were_as_a_referrer(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, _, living = chain
    asking.describe(house.runtime, living, kind="customer")
    (first,) = house.rows(t.referrer)
    house.change(t.contact, oldest, merged_into=None)
    asking.describe(house.runtime, oldest, kind="partner", reach=3, motive="trusted")
    with_oldest = house.person("d@aozora.example")
    merged(house, oldest, with_oldest)
    asking.describe(house.runtime, with_oldest)
    row = next(one for one in house.rows(t.referrer) if one.contact_id == with_oldest)
    assert (row.kind, row.network_reach, row.motive) == ("partner", 3, "trusted")
    assert row.code not in (first.code, "")


def test_the_report_counts_one_person_however_many_records(
    house: House, chain: tuple[int, int, int]
) -> None:
    oldest, middle, living = chain
    answered(house, oldest, 3, days_ago=90)
    answered(house, middle, 9, days_ago=40)
    for days in (30, 20):
        asked(house, oldest if days == 30 else middle, days)
    found = nps_report.report(house.runtime)
    assert (found.today.answers, found.today.promoters) == (1, 1)
    (one,) = found.promoters
    assert (one.contact_id, one.asks) == (living, 2)


# -- rewards and introductions -----------------------------------------------------------


def test_page_limits_and_figures_of_a_referrer_hold_what_their_duplicate_brought(
    house: House,
) -> None:
    world = rewarding.Referring(house)
    world.program(rewards=RewardLimits(hold=timedelta(days=14), per_month=1))
    old = world.referrer
    first = world.won()
    living = house.person("mori@new.example", ["referral"], lifecycle="customer")
    merged(house, old, living)
    second = world.won(living)
    reward = world.reward(second)
    assert (reward.held, reward.reason) == (True, "limit_month")
    with read(house.engine) as connection:
        desk = desk_of_contact(house.runtime, connection, old)
        assert desk is not None
        assert desk.referrer.id == living
        assert len(stories(connection, desk, house.clock.now())) == 2
        assert len(gifts(connection, desk)) == 2
        records = referrer_records.records(connection)
        assert (records[living].introduced, records[living].won) == (2, 2)
        assert [row.contact_id for row in referrer_records.listed(connection)] == [living]
        span = Period(house.clock.now() - YEAR, house.clock.now() + timedelta(days=1))
        facts = referral_figures.referrals(connection, span, (), {})
        assert {one.referrer_id for one in facts} == {living}
        assert [one.first for one in facts] == [True, False]
        assert [one.contact_id for one in referral_figures.referrers(connection)] == [living]
    assert world.reward(first).contact_id == old


def test_a_promise_about_a_duplicates_introduction_is_kept_by_a_mail_to_who_they_became(
    house: House,
) -> None:
    world = rewarding.Referring(house)
    found = world.referral()
    living = house.person("mori@new.example", ["referral"])
    merged(house, world.referrer, living)
    world.agrees(found)
    house.until(house.clock.now() + timedelta(days=4))
    # Nobody wrote to them: the promise broke, and its task is about the contact of today.
    tasks = [row for row in house.rows(t.task) if row.dedupe_key.startswith("referral/")]
    assert tasks
    assert {row.contact_id for row in tasks} & {world.referrer} == set()
    assert world.house.row(t.referral, found).state == State.RECEIVED
