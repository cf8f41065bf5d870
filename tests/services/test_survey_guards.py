"""Guarded questions on a real database: who is asked, who is not, what voids an ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sql_event

from nurture.db import tables
from nurture.services.advance import advance
from nurture.services.control import hold
from nurture.services.explain import explain
from tests.services.house import House
from tests.services.project import letter, project, workflow

NPS = "survey: nps\ntitle: お客様アンケート\nlimits: {per_contact: 4, per_account: 4, apart: 80d}\n"

ASK = """
- survey: nps
- branch:
    - if: {expr: "steps.nps.outcome == 'not_asked'"}
      steps: [{end: not-asked}]
- wait: 1d
"""


def files(steps: str = ASK, head: str = "purpose: survey\ntrigger: [{event: page.viewed}]"):
    made = project(
        workflow("ask", steps, head), t_nps__ask=letter("[回答する]({{ survey.link }}?score=10)")
    )
    return {**made, "workflows/nps.yaml": NPS.encode()}


def test_who_is_asked_has_an_invitation_made_with_the_mail(house: House) -> None:
    account = house.company()
    person = house.person(consent=["survey"], account_id=account, role="user")
    house.publish(files())
    house.happens(person)
    house.turn()
    (mail,) = house.rows(tables.message)
    (asked,) = house.rows(tables.survey_invitation)
    assert (mail.state, mail.purpose, mail.step) == ("sent", "survey", "nps")
    assert asked.dedupe_key == mail.dedupe_key
    assert (asked.survey, asked.round, asked.role, asked.locale) == ("nps", "2026-Q2", "user", "ja")
    assert (asked.account_id, asked.contact_id, asked.void) == (account, person, False)


def test_a_second_ask_is_left_out_goes_on_and_is_explained(house: House) -> None:
    person = house.person(consent=["survey"])
    house.publish(files())
    house.happens(person)
    house.after(days=30)
    house.happens(person)
    house.after(days=1)
    assert house.enrolments() == [("ask", "ended", "completed"), ("ask", "ended", "not-asked")]
    assert len(house.rows(tables.message)) == 1
    assert ("not_asked", "survey_too_soon") in house.reasons()
    said = [one.text for one in explain(house.runtime, person, "ja").timeline]
    assert any("前回のアンケートから80日たっていない" in one for one in said)
    english = [one.text for one in explain(house.runtime, person, "en").timeline]
    assert any(
        "less than 80 days since the last survey; again from Fri, 31 Jul" in one for one in english
    )


def test_two_colleagues_in_one_batch_count_for_each_other(house: House) -> None:
    """Four rounds were had: the first of a fifth is not asked, in whatever order they come."""
    account = house.company()
    people = [
        house.person(f"p{n}@aozora.example", consent=["survey"], account_id=account)
        for n in range(3)
    ]
    for number in range(3):
        asked_before(house, people[2], account, f"2025-Q{number + 1}", 100 + 80 * number)
    house.publish(files())
    for one in people[:2]:
        house.happens(one)
    house.turn()
    # both belong to the fourth round
    assert [row.round for row in house.rows(tables.survey_invitation)][3:] == ["2026-Q2"] * 2
    house.until(house.clock.now() + timedelta(days=82))
    for one in people[:2]:
        house.happens(one)
    house.turn()
    assert [reason for kind, reason in house.reasons() if kind == "not_asked"] == [
        "survey_account_limit",
        "survey_account_limit",
    ]


def asked_before(house: House, person: int, account: int, name: str, days_ago: int) -> None:
    house.add(
        tables.survey_invitation, dedupe_key=f"before/{name}", survey="nps", round=name,
        contact_id=person, account_id=account,
        asked_at=house.clock.now() - timedelta(days=days_ago),
    )  # fmt: skip


def test_what_came_up_meanwhile_drops_the_mail_when_it_is_claimed_and_voids_the_ask(
    house: House,
) -> None:
    person = house.person(consent=["survey"])
    house.publish(files())
    house.happens(person)
    house.decide()
    (asked,) = house.rows(tables.survey_invitation)
    house.add(
        tables.survey_loop, invitation_id=asked.id, contact_id=person, state="open",
        opened_at=house.clock.now(),
    )  # fmt: skip
    house.turn()
    assert house.mails() == [("nps", "cancelled", "survey_loop_open")]
    assert house.rows(tables.survey_invitation)[0].void
    assert ("dropped", "survey_loop_open") in house.reasons()


def test_of_two_asks_that_exclude_each_other_the_earlier_leaves(house: House) -> None:
    """Two workers that walked at once may both have asked: one of the mails goes."""
    person = house.person(consent=["survey"])
    house.publish(files())
    house.happens(person)
    house.decide()
    (first,) = house.rows(tables.message)
    copy = {**first._mapping, "dedupe_key": "other/nps/1", "enrolment_id": None}
    del copy["id"]
    house.add(tables.message, **copy)
    asked_before_now(house, person, "other/nps/1")
    house.turn()
    assert [row.state for row in house.rows(tables.message)] == ["sent", "cancelled"]
    assert [row.void for row in house.rows(tables.survey_invitation)] == [False, True]


def asked_before_now(house: House, person: int, key: str) -> None:
    house.add(
        tables.survey_invitation, dedupe_key=key, survey="nps", round="2026-Q2",
        contact_id=person, asked_at=house.clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("how", ["no consent", "expired", "unsubscribed", "goal", "lost template"])
def test_an_ask_whose_mail_never_left_counts_for_nothing(house: House, how: str) -> None:
    goal = "goal: {event: form.submitted}\n" if how == "goal" else ""
    head = f"purpose: survey\ntrigger: [{{event: page.viewed}}]\n{goal}"
    account = house.company(domain="aozora.example")
    person = house.person(consent=[] if how == "no consent" else ["survey"], account_id=account)
    house.publish(files(head=head))
    house.happens(person)
    if how == "expired":
        hold(house.runtime, "aozora.example", "complaint")
    house.decide()
    assert [row.void for row in house.rows(tables.survey_invitation)] == [False]
    match how:
        case "expired":
            house.after(days=8)
        case "unsubscribed":
            house.consent(person, "survey", "withdrawn")
        case "goal":
            house.happens(person, "form.submitted")
            house.decide()
        case "lost template":
            row = house.rows(tables.message)[0]
            house.change(tables.message, row.id, template="nps/gone")
    house.turn()
    assert house.to() == []
    assert [row.void for row in house.rows(tables.survey_invitation)] == [True]


def test_a_survey_that_is_gone_from_the_files_is_not_asked(house: House) -> None:
    person = house.person(consent=["survey"])
    house.publish(files())
    house.happens(person)
    house.decide()
    without = project(workflow("other", "- send: x/a", "trigger: [{event: form.submitted}]"))
    house.publish(without)
    house.turn()
    assert house.mails() == [("nps", "cancelled", "survey_gone")]


def test_batches_without_a_question_ask_the_guards_nothing(house: House) -> None:
    plain = project(
        workflow("plain", "- send: x/a"),
        t_nps__ask=letter("[回答する]({{ survey.link }}?score=10)"),
    )
    house.publish({**plain, "workflows/nps.yaml": NPS.encode()})
    person = house.person(consent=["marketing"])
    house.happens(person)
    seen: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    sql_event.listen(house.engine, "before_cursor_execute", listen)
    try:
        house.turn()
        assert advance(house.runtime) == 0
    finally:
        sql_event.remove(house.engine, "before_cursor_execute", listen)
    assert house.to() == ["tanaka@aozora.example"]
    assert [one for one in seen if "survey_" in one or "referral_ask" in one] == []
