"""What a row changes about a person, decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nurture.domain.account_match import Companies, Company
from nurture.domain.contact_merge import Member, Person, Team, merge
from nurture.domain.contact_row import (
    PURPOSES,
    Basis,
    ContactRow,
    Grant,
    Remark,
    default_purposes,
)
from nurture.domain.row_remarks import SENTENCES, sentence

MARCH = datetime(2026, 3, 12, tzinfo=UTC)
JANUARY = datetime(2026, 1, 5, tzinfo=UTC)
CARD = Grant(Basis.BUSINESS_CARD, "展示会", MARCH, PURPOSES)


def row(**said: Any) -> ContactRow:
    return ContactRow(**{"address": "a@example.com", "email": "a@example.com", **said})


def take(person: Person, *rows: ContactRow, overwrite: bool = False) -> list[Remark]:
    person.spoken = False
    person.settle()
    companies = Companies([person.company] if person.company else [])
    return [remark for one in rows for remark in merge(person, one, companies, Team(), overwrite)]


def test_an_opt_in_covers_marketing_and_the_exceptions_of_the_law_cover_all() -> None:
    assert default_purposes(Basis.OPT_IN) == ("marketing",)
    for basis in set(Basis) - {Basis.OPT_IN}:
        assert default_purposes(basis) == PURPOSES


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_row_of_nothing_changes_nothing(overwrite: bool) -> None:
    person = Person(1, {"email": "a@example.com", "title": "部長"}, {"budget": "今期"})
    assert take(person, row(), overwrite=overwrite) == []
    assert person.changed == set()


def test_the_spelling_of_the_address_is_overwritten_and_another_address_is_not() -> None:
    person = Person(1, {"email": "a@example.com"})
    take(person, row(email="A@Example.com"), overwrite=True)
    assert person.values["email"] == "A@Example.com"
    take(person, row(address="old@example.com", email="old@example.com"), overwrite=True)
    assert person.values["email"] == "A@Example.com"


@pytest.mark.parametrize(
    ("known", "said", "overwrite", "then"),
    [
        (None, MARCH, False, MARCH),
        # whoever names an earlier meeting remembers better
        (MARCH, JANUARY, False, JANUARY),
        (JANUARY, MARCH, False, JANUARY),
        (JANUARY, MARCH, True, MARCH),
        (JANUARY, None, True, JANUARY),
    ],
)
def test_the_earliest_first_contact_stands(
    known: datetime | None, said: datetime | None, overwrite: bool, then: datetime
) -> None:
    person = Person(1, first_touch_at=known)
    take(person, row(first_touch_at=said), overwrite=overwrite)
    assert person.first_touch_at == then


def test_one_consent_is_written_down_once() -> None:
    person = Person(1)
    take(person, row(grant=CARD))
    assert [purpose for purpose, _ in person.new_grants] == list(PURPOSES)
    take(person, row(grant=CARD))
    assert person.new_grants == []


def test_a_withdrawn_purpose_stays_withdrawn_and_the_others_are_granted() -> None:
    person = Person(1, consents={"marketing": "withdrawn"})
    remarks = take(person, row(grant=CARD), overwrite=True)
    assert remarks == [Remark("withdrawn", {"purpose": "marketing"})]
    assert person.consents == {
        "marketing": "withdrawn", "survey": "granted", "referral": "granted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("overwrite", "company", "codes"),
    [(False, "A社", ["other_company"]), (True, "B社", [])],
)
def test_a_person_changes_companies_only_when_asked_to(
    overwrite: bool, company: str, codes: list[str]
) -> None:
    person = Person(1, company=Company(1, "A社", "a.example"))
    said = row(account={"name": "B社", "industry": "medical"})
    assert [remark.code for remark in take(person, said, overwrite=overwrite)] == codes
    assert person.company is not None
    assert person.company.name == company


def test_facts_of_a_company_without_a_name_have_nowhere_to_go() -> None:
    person = Person(None)
    assert take(person, row(account={"employees": 10})) == [Remark("no_company")]


def test_an_owner_of_two_names_is_not_guessed() -> None:
    team = Team([Member(1, "中村健", "k1@x.example"), Member(2, "中村 健", "k2@x.example")])
    assert team.find("中村　健") == {1, 2}
    assert team.find("K2@x.example") == {2}


TITLES = st.sampled_from(["", "部長", "課長"])


@st.composite
def lists(draw: st.DrawFn) -> list[ContactRow]:
    def one() -> ContactRow:
        company = draw(st.sampled_from(["", "A社", "B社"]))
        heads = draw(st.sampled_from([0, 10, 20]))
        account = {"name": company, "employees": heads}
        return row(
            contact={"title": title} if (title := draw(TITLES)) else {},
            account={key: value for key, value in account.items() if value},
            tags=tuple(draw(st.sets(st.sampled_from("xyz")))),
            first_touch_at=draw(st.sampled_from([None, JANUARY, MARCH])),
            grant=draw(st.sampled_from([None, CARD])),
        )

    return [one() for _ in range(draw(st.integers(1, 5)))]


# what a row says of a company waits for the row that names it
@example([], [row(account={"employees": 10}), row(account={"name": "A社"})], False)
@example(
    [], [row(account={"employees": n}) for n in (10, 20)] + [row(account={"name": "A社"})], True
)
@given(lists(), lists(), st.booleans())
def test_any_list_taken_in_again_changes_nothing(
    earlier: list[ContactRow], rows: list[ContactRow], overwrite: bool
) -> None:
    companies = Companies()
    person = Person(None)
    for one in earlier:
        merge(person, one, companies, Team(), False)
    for turn in range(2):
        person.spoken = False
        person.settle()
        for company in companies:
            company.settle()
            company.spoken.clear()
        for one in rows:
            merge(person, one, companies, Team(), overwrite)
        if turn:
            assert person.changed == set()
            assert not person.new_grants
            assert not person.new_tags
            assert not any(company.changed for company in companies)


DETAIL = {
    "value": "値", "why": "x", "field": "部署", "length": 1_048_576, "limit": 200, "example": "ja",
    "found": 3, "expected": 5, "purpose": "marketing", "kept": "A社", "metric": "転記の時間",
    "unit": "時間", "known": "A社, B社", "near": "A社", "direction": "down",
    "way": "減らす", "month": "2026-06", "line": 12,
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_remark_has_a_sentence_in_both_languages(code: str) -> None:
    # What another line says of the same is a figure.
    detail = DETAIL | ({"known": 1_200.0} if code.startswith("said_otherwise") else {})
    japanese, english = (sentence(Remark(code, detail), locale) for locale in ("ja", "en"))
    assert japanese != english
    assert "{" not in japanese + english
