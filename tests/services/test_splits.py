"""Splits on a real database: who gets what, what counts, and when a variant wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from nurture.db import tables
from nurture.db.engine import read
from nurture.domain.evidence import Kind
from nurture.domain.steps import Split
from nurture.domain.variants import assign
from nurture.errors import NotFoundError, NurtureError
from nurture.services.experiments import counts_of, decide_by_hand, due_looks, reopen, trial_of
from tests.services.house import House
from tests.services.project import POLICY, letter, project, workflow

SUBJECTS = """
- id: test
  split:
    variants:
      plain: {share: 50, steps: [{id: mail-a, send: x/plain}]}
      question: {share: 50, steps: [{id: mail-b, send: x/question}]}
    winner: {RULE}
- wait: 60d
"""


def subjects(rule: str = "by: clicked, after: 3, within: 2d, confidence: 0.8") -> str:
    return workflow("letters", SUBJECTS.replace("{RULE}", f"{{{rule}}}"))


def people(house: House, number: int, first: int = 0) -> list[int]:
    """Add people and let them come to the split."""
    found = [house.person(f"p{first + n}@aozora.example") for n in range(number)]
    for one in found:
        house.happens(one)
    return found


def variants(house: House) -> dict[int, str]:
    """Return who is in which variant, by the newest experiment."""
    return {row.contact_id: row.variant for row in house.rows(tables.experiment_member)}


def mail_of(house: House, contact_id: int) -> int:
    return int(house.rows(tables.message, contact_id=contact_id)[-1].id)


def counted(house: House) -> dict[str, tuple[int, int, int]]:
    """Return (people, observed, successes) by variant as they are counted now."""
    with read(house.engine) as connection:
        (row,) = house.rows(tables.experiment)
        trial = trial_of(house.runtime, connection, row)
        assert trial is not None
        found = counts_of(connection, trial, house.clock.now())
    return {name: (one.people, one.observed, one.successes) for name, one in found.items()}


def click(house: House, contact_ids: list[int], verdict: str = "unknown") -> list[int]:
    return [
        house.click(mail_of(house, one), network=f"192.0.{n}.0/24", verdict=verdict)
        for n, one in enumerate(contact_ids)
    ]


def test_clicks_of_people_within_their_time_decide_and_newcomers_get_the_winner(
    house: House,
) -> None:
    house.publish(project(subjects()))
    first = people(house, 24)
    house.turn()
    before = variants(house)
    liked = [one for one in first if before[one] == "question"]
    other = [one for one in first if before[one] == "plain"]
    assert min(len(liked), len(other)) >= 6
    house.after(hours=1)
    click(house, liked)
    click(house, other, verdict=Kind.MACHINE)
    house.after(hours=1)
    assert counted(house) == {"plain": (len(other), 0, 0), "question": (len(liked), 0, 0)}

    house.after(days=3)
    (row,) = house.rows(tables.experiment)
    assert row.winner == "question"
    (decision,) = house.rows(tables.experiment_decision)
    assert (decision.reason, decision.by) == ("split_sure", "engine")
    assert decision.figures["question"] == [len(liked), len(liked), len(liked)]
    assert decision.figures["plain"] == [len(other), len(other), 0]

    late = people(house, 8, first=100)
    house.turn()
    now = variants(house)
    assert {now[one] for one in late} == {"question"}
    assert {one: now[one] for one in first} == before
    assert counted(house)["question"][0] == len(liked)
    said = {row.reason for row in house.rows(tables.decision, kind="divided", contact_id=late[0])}
    assert said == {"split_winner"}


def test_a_click_that_turns_out_to_be_a_machines_is_gone_from_the_next_count(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    (one,) = people(house, 1)
    house.turn()
    house.after(hours=1)
    click(house, [one])
    house.after(days=3)
    name = variants(house)[one]
    assert counted(house)[name] == (1, 1, 1)
    house.click(mail_of(house, one), link=9, network="192.0.0.0/24", hidden=True)
    event = house.events("email.clicked")[0]
    house.add(
        tables.event_evidence,
        event_id=event.id, verdict="machine", reason="sweep", at=house.clock.now(),
    )  # fmt: skip
    house.add(
        tables.event_evidence,
        event_id=house.events("email.clicked")[1].id,
        verdict="machine", reason="hidden_link", at=house.clock.now(),
    )  # fmt: skip
    assert counted(house)[name] == (1, 1, 0)


def test_a_click_after_its_time_counts_for_nothing(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    (one,) = people(house, 1)
    house.after(days=3)
    click(house, [one])
    house.after(hours=1)
    assert counted(house)[variants(house)[one]] == (1, 1, 0)


#: what decides → what a person does
DEEDS = [
    ("by: {form: hearing}, within: 5d", {"form": "hearing"}, 1),
    ("by: {form: hearing}, within: 5d", {"form": "other"}, 0),
    ("by: {event: form.submitted, where: {seats: 3}}, within: 5d", {"seats": 3}, 1),
    ("by: {event: form.submitted}, within: 1h", {"form": "hearing"}, 0),
]


@pytest.mark.parametrize(("rule", "properties", "successes"), DEEDS)
def test_an_event_is_counted_from_the_split_on(
    house: House, rule: str, properties: dict[str, str], successes: int
) -> None:
    house.publish(project(subjects(f"{rule}, after: 100")))
    (one,) = people(house, 1)
    house.happens(one, "form.submitted", at=house.clock.now() - timedelta(days=1), **properties)
    house.after(hours=2)
    house.happens(one, "form.submitted", **properties)
    house.after(days=6)
    assert counted(house)[variants(house)[one]] == (1, 1, successes)


def test_who_comes_back_keeps_the_variant_and_is_counted_once(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    first = people(house, 6)
    house.after(days=70)
    before = variants(house)
    for one in first:
        house.happens(one)
    house.turn()
    assert variants(house) == before
    assert len(house.rows(tables.enrolment)) == 12
    reasons = [row.reason for row in house.rows(tables.decision, kind="divided")]
    assert (reasons.count("split_share"), reasons.count("split_kept")) == (6, 6)


def test_a_release_with_other_variants_begins_another_experiment_and_moves_nobody(
    house: House,
) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    first = people(house, 8)
    house.after(days=70)
    before = variants(house)
    fact = "fact: {share: 900, steps: [{id: mail-c, send: x/fact}]}"
    third = subjects("by: clicked, after: 100, within: 2d").replace(
        "        question:", f"        {fact}\n        question:"
    )
    house.publish(project(third))
    for one in first:
        house.happens(one)
    newcomers = people(house, 8, first=100)
    house.turn()
    old, new = house.rows(tables.experiment)
    assert (old.step, new.step) == ("test", "test")
    again = house.rows(tables.experiment_member, experiment_id=new.id)
    assert {row.contact_id: row.variant for row in again if row.contact_id in first} == before
    assert {row.contact_id for row in again if row.counted} == set(newcomers)
    assert "fact" in {row.variant for row in again if row.counted}


def test_a_release_that_changes_only_when_it_is_decided_goes_on_with_the_experiment(
    house: House,
) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    people(house, 2)
    house.turn()
    house.publish(project(subjects("by: clicked, after: 5, within: 2d, confidence: 0.9")))
    people(house, 2, first=50)
    house.turn()
    (row,) = house.rows(tables.experiment)
    with read(house.engine) as connection:
        trial = trial_of(house.runtime, connection, row)
    assert trial is not None
    assert trial.split.winner is not None
    assert trial.split.winner.after == 5


def test_a_person_decides_and_reopens(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    decide_by_hand(house.runtime, "letters", "test", "plain", "法務の確認", "mori")
    assert set(variants_of_newcomers(house, 6, 0)) == {"plain"}
    with pytest.raises(NurtureError, match="already"):
        decide_by_hand(house.runtime, "letters", "test", "question", "x", "mori")
    reopen(house.runtime, "letters", "test", "まだ早い", "mori")
    assert len(set(variants_of_newcomers(house, 12, 50))) == 2
    with pytest.raises(NurtureError, match="nothing to reopen"):
        reopen(house.runtime, "letters", "test", "x", "mori")
    found = house.rows(tables.experiment_decision)
    assert [(row.winner, row.reason, row.by, row.note) for row in found] == [
        ("plain", "split_by_hand", "mori", "法務の確認"),
        (None, "split_reopened", "mori", "まだ早い"),
    ]


def variants_of_newcomers(house: House, number: int, first: int) -> list[str]:
    came = people(house, number, first)
    house.turn()
    found = variants(house)
    return [found[one] for one in came]


#: what is wrong → what is said
WRONG = [
    (("leters", "test", "plain", "x"), "did you mean 'letters'"),
    (("letters", "tset", "plain", "x"), "did you mean 'test'"),
    (("letters", "test", "plan", "x"), "did you mean 'plain'"),
    (("letters", "test", "plain", " "), "--reason"),
]


@pytest.mark.parametrize(("said", "hint"), WRONG)
def test_what_cannot_be_decided_by_hand_says_what_to_do(
    house: House, said: tuple[str, str, str, str], hint: str
) -> None:
    house.publish(project(subjects()))
    with pytest.raises(NurtureError) as caught:
        decide_by_hand(house.runtime, *said, by="mori")
    assert hint in (caught.value.hint or "")
    assert isinstance(caught.value, NotFoundError) == ("did" in hint)
    assert house.rows(tables.experiment_decision) == []


def test_two_workers_who_look_at_once_decide_once(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d, at_most: 3d")))
    people(house, 6)
    house.turn()
    house.clock.move_to(house.clock.now() + timedelta(days=4))
    together = Barrier(2)

    def look(_: int) -> int:
        together.wait(10)
        return due_looks(house.runtime)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(look, range(2)))
    (decision,) = house.rows(tables.experiment_decision)
    assert decision.reason in ("split_time_over_best", "split_time_over_first")
    (row,) = house.rows(tables.experiment)
    assert (row.winner, row.due_at) == (decision.winner, None)


def test_an_experiment_that_nobody_comes_to_is_not_looked_at_every_day(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    people(house, 2)
    house.after(days=5)
    (row,) = house.rows(tables.experiment)
    assert row.due_at is None
    people(house, 1, first=50)
    house.turn()
    (row,) = house.rows(tables.experiment)
    assert row.due_at == house.clock.now() + timedelta(days=2)


def test_the_order_of_arrivals_changes_nobodys_variant(house: House) -> None:
    house.publish(project(subjects("by: clicked, after: 100, within: 2d")))
    found = [house.person(f"p{n}@aozora.example") for n in range(10)]
    for one in reversed(found):
        house.happens(one)
        house.turn()
    with read(house.engine) as connection:
        workflows = house.runtime.releases.live(connection).definitions.workflows
    step = workflows["letters"].graph.steps["test"]
    assert isinstance(step, Split)
    assert variants(house) == {one: assign(step, "letters", one).name for one in found}


def test_each_reader_gets_the_subject_in_the_language_of_their_mail(house: House) -> None:
    steps = """
- id: test
  split:
    variants:
      own: {share: 1, steps: [{id: mail-a, send: x/letter}]}
      other:
        share: 1000000
        steps: [{id: mail-b, send: x/letter, subject: {ja: 別の件名, en: Another subject}}]
"""
    files = project(
        workflow("letters", steps),
        policy=POLICY.replace("{default: ja}", "{default: ja, also: [en]}"),
    )
    files["templates/email/x/letter.en.md"] = letter(subject="Subject").encode()
    files["templates/email/team/notify.en.md"] = files["templates/email/team/notify.ja.md"]
    house.publish(files)
    for locale in ("ja", "en", "en-GB", "fr"):
        one = house.person(f"{locale}@aozora.example", locale=locale, given_name="Taro")
        house.happens(one)
    house.turn()
    found = {row.recipient.split("@")[0]: row.subject for row in house.rows(tables.message)}
    assert found == {
        "ja": "別の件名",
        "en": "Another subject",
        "en-GB": "Another subject",
        "fr": "別の件名",
    }
