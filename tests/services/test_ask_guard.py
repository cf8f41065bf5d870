"""Asks on a real database: who is asked, with what, and who is not and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import event as sql_event

from nurture.db import tables
from nurture.domain.referral import AskAnswer
from nurture.services.advance import advance
from nurture.services.ask_answers import answer
from nurture.services.ask_mail import _change
from nurture.services.explain import explain
from nurture.services.ingest import ingest
from tests.services.asking import STEP, answered, files, happy
from tests.services.house import House


def refusals(house: House) -> list[str]:
    return [reason for kind, reason in house.reasons() if kind == "not_asked"]


def test_who_is_asked_has_a_row_with_offer_and_readiness_and_becomes_a_referrer(
    house: House,
) -> None:
    account = house.company(industry="manufacturing")
    person = happy(house, account=account)
    house.publish(files())
    house.happens(person)
    house.turn()
    (row,) = house.rows(tables.referral_ask)
    (mail,) = house.rows(tables.message)
    assert (mail.state, mail.purpose, mail.dedupe_key) == ("sent", "referral", row.dedupe_key)
    assert (row.program, row.offer, row.timing, row.channel) == (
        "default",
        "thanks",
        "result_reported",
        "mail",
    )
    assert (row.contact_id, row.account_id, row.void, row.pilot) == (person, account, False, False)
    assert 40 < row.readiness < 60
    (referrer,) = house.rows(tables.referrer)
    assert (referrer.contact_id, referrer.kind) == (person, "customer")
    assert len(referrer.code) >= 12
    (told,) = [one for one in house.rows(tables.event) if one.type == "referral.asked"]
    assert told.properties["ask"] == row.id
    assert told.properties["offer"] == "thanks"


def test_the_mail_tells_result_benefit_cadence_and_leads_to_a_polite_no(house: House) -> None:
    person = happy(house)
    house.publish(files())
    house.happens(person)
    house.turn()
    (row,) = house.rows(tables.message)
    ask = row.values["ask"]
    assert ask["result"] == "転記の時間を42%削減"
    assert ask["metric"] == "転記時間"
    assert ask["change"] == "42%削減"
    assert _change(-42.4, "ja") == "42%削減"
    assert _change(3.46, "en") == "3.5% more"
    assert ask["people"] == "転記にお困りの方"
    assert ask["benefit"] == "勉強会にお招きします"
    assert ask["nobody"].endswith("?as=nobody_in_mind")
    assert "/a/" in ask["answer"]
    assert "/r/" in ask["page"]


def test_a_second_ask_within_the_cool_down_is_left_out_and_explained(house: House) -> None:
    person = happy(house)
    house.publish(files())
    house.happens(person)
    house.turn()
    house.after(days=30)
    house.happens(person)
    house.after(days=1)
    assert house.enrolments() == [("ask", "ended", "completed"), ("ask", "ended", "not-asked")]
    assert refusals(house) == ["ask_cool_down"]
    said = [one.text for one in explain(house.runtime, person, "ja").timeline]
    assert any("前回のお願いから180日たっていない" in one for one in said)
    english = [one.text for one in explain(house.runtime, person, "en").timeline]
    assert any("less than 180 days since the last ask" in one for one in english)


def test_a_detractor_a_complaint_and_a_loop_are_found_in_the_tables(house: House) -> None:
    unhappy = happy(house, "a@aozora.example", score=6)
    # the newest answer counts: it was a nine before
    answered(house, unhappy, 9, days_ago=200)
    complaining = happy(house, "b@aozora.example")
    house.happens(complaining, "complaint.received")
    followed = happy(house, "c@aozora.example")
    invitation = answered(house, followed, 9, days_ago=1)
    house.add(
        tables.survey_loop,
        invitation_id=invitation,
        contact_id=followed,
        state="contacted",
        opened_at=house.clock.now(),
    )
    house.publish(files())
    for person in (unhappy, complaining, followed):
        house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_detractor", "ask_complaint_open", "ask_loop_open"]
    assert house.rows(tables.message) == []


def test_an_answer_of_another_survey_system_counts_as_one_of_ours(house: House) -> None:
    person = happy(house, score=None)
    house.publish(files())
    house.happens(person)
    house.turn()
    house.happens(person, "nps.responded", score=9, at=house.clock.now() - timedelta(days=1))
    house.happens(person)
    house.turn()
    house.happens(person, "nps.responded", score="3")
    house.after(days=181)
    house.happens(person, "results.reported")
    house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_no_score", "ask_detractor"]
    assert len(house.rows(tables.referral_ask)) == 1


def test_a_colleagues_open_complaint_keeps_us_silent_and_a_resolved_one_does_not(
    house: House,
) -> None:
    account = house.company()
    person = happy(house, account=account)
    colleague = house.person("suzuki@aozora.example", account_id=account)
    house.happens(colleague, "complaint.received", at=house.clock.now() - timedelta(days=3))
    house.publish(files())
    house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_complaint_open"]
    house.happens(colleague, "complaint.resolved")
    house.happens(person)
    house.turn()
    assert [row.state for row in house.rows(tables.message)] == ["sent"]


def test_somebody_who_left_their_company_is_not_asked(house: House) -> None:
    person = happy(house)
    house.happens(person, "contact.left")
    house.publish(files())
    house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_unreachable"]


def test_the_limit_of_an_account_counts_colleagues_of_the_same_batch(house: House) -> None:
    account = house.company()
    people = [happy(house, f"p{n}@aozora.example", account=account) for n in range(3)]
    house.publish(files("asks: {per_contact: 1, per_account: 2}\n"))
    for one in people:
        house.happens(one)
    house.turn()
    assert len(house.rows(tables.referral_ask)) == 2
    assert refusals(house) == ["ask_account_limit"]


def test_a_pilot_asks_three_and_numbers_them(house: House) -> None:
    people = [happy(house, f"p{n}@aozora.example") for n in range(4)]
    house.publish(files("pilot: {people: 3, review_after: 21d}\n"))
    for one in people:
        house.happens(one)
    house.turn()
    rows = house.rows(tables.referral_ask)
    assert [row.pilot for row in rows] == [True] * 3
    assert refusals(house) == ["ask_pilot_full"]
    told = [one.properties for one in house.rows(tables.event) if one.type == "referral.asked"]
    assert [one["pilot"] for one in told] == [1, 2, 3]
    # when to look back is the programme's word; a journey waits for that day
    assert datetime.fromisoformat(told[0]["review_at"]) == rows[0].asked_at + timedelta(days=21)


def test_never_again_is_kept_for_good_and_taken_back_on_the_same_page(house: House) -> None:
    person = happy(house)
    house.publish(files())
    house.happens(person)
    house.turn()
    (row,) = house.rows(tables.referral_ask)
    answer(house.runtime, row.id, person, AskAnswer.NEVER)
    answer(house.runtime, row.id, person, AskAnswer.NEVER)
    assert house.rows(tables.referrer)[0].do_not_ask
    events = [one for one in house.rows(tables.event) if one.type == "referral.ask_answered"]
    assert [one.properties["answer"] for one in events] == ["never"]
    house.after(days=700)
    answered(house, person, 10, days_ago=1)
    house.happens(person, "results.reported")
    house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_do_not_ask"]
    answer(house.runtime, row.id, person, AskAnswer.NOT_NOW)
    assert not house.rows(tables.referrer)[0].do_not_ask


def test_an_answer_after_erasure_or_by_another_reader_does_nothing(house: House) -> None:
    person = happy(house)
    other = house.person("other@aozora.example")
    house.publish(files())
    house.happens(person)
    house.turn()
    (row,) = house.rows(tables.referral_ask)
    assert answer(house.runtime, row.id, other, AskAnswer.NEVER) is None
    house.change(tables.contact, person, erased=True)
    assert answer(house.runtime, row.id, person, AskAnswer.NEVER) is None
    assert house.rows(tables.referral_ask)[0].answer is None


def test_what_came_up_meanwhile_drops_the_mail_and_the_ask_counts_for_nothing(
    house: House,
) -> None:
    person = happy(house)
    house.publish(files())
    house.happens(person)
    house.decide()
    answered(house, person, 2, days_ago=0)
    house.turn()
    assert house.mails() == [("ask", "cancelled", "ask_detractor")]
    assert house.rows(tables.referral_ask)[0].void


def test_the_reason_of_a_step_goes_with_the_ask_in_the_readers_language(house: House) -> None:
    steps = STEP.replace(
        "timing: result_reported",
        "timing: result_reported\n  mode: named\n  named: 青海工業の工場長様\n"
        "  reason: 長年お付き合いのある方だからです",
    )
    person = happy(house)
    house.publish(files(steps=steps))
    house.happens(person)
    house.turn()
    (row,) = house.rows(tables.referral_ask)
    assert (row.mode, row.named, row.reason) == (
        "named",
        "青海工業の工場長様",
        "長年お付き合いのある方だからです",
    )


def test_a_batch_costs_as_many_queries_as_one_person(house: House) -> None:
    people = [happy(house, f"p{n}@aozora.example") for n in range(12)]
    house.publish(files())
    counts = []
    for some in (people[:1], people[1:]):
        for one in some:
            house.happens(one)
        ingest(house.runtime)
        counts.append(_queries(house))
    assert counts[1] <= counts[0] + 2


def _queries(house: House) -> int:
    """Return how many statements one round of walks costs."""
    seen: list[str] = []

    def count(*args: object) -> None:
        seen.append(str(args[2]))

    sql_event.listen(house.engine, "before_cursor_execute", count)
    advance(house.runtime)
    sql_event.remove(house.engine, "before_cursor_execute", count)
    return len(seen)


def test_after_a_report_of_nothing_better_the_good_one_before_it_opens_no_ask(
    house: House,
) -> None:
    person = happy(house)
    house.happens(person, "results.reviewed", at=house.clock.now() - timedelta(days=1))
    house.publish(files())
    house.happens(person)
    house.turn()
    assert refusals(house) == ["ask_result_worse"]
    assert house.rows(tables.message) == []


def test_figures_of_half_a_year_ago_are_no_fresh_result(house: House) -> None:
    person = happy(house)
    with_month = {"result": "転記の時間を42%削減", "month": "2025-10"}
    old = house.person("old@aozora.example", consent=["referral"], lifecycle="customer")
    house.happens(old, "hearing.held", at=house.clock.now() - timedelta(days=60))
    answered(house, old, 10)
    house.happens(old, "results.reported", **with_month)
    house.publish(files())
    house.happens(person)
    house.happens(old)
    house.turn()
    assert refusals(house) == ["ask_no_result"]
    assert [row.contact_id for row in house.rows(tables.referral_ask)] == [person]
