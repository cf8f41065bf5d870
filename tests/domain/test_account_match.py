"""Which account is meant: namesakes stay apart, one company stays one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.account_match import Companies, Company, looks_alike
from nurture.domain.public_mail import is_public


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("株式会社青空商事", "青空商事", True),
        # 前株 and 後株 with one mail domain are one company and a typing mistake
        ("株式会社青空商事", "青空商事株式会社", True),
        ("Brightwater Plastics Ltd", "BRIGHTWATER PLASTICS LTD.", True),
        ("Harbor Freight Lines, Inc.", "Harbor Freight Lines", True),
        ("ＡＢＣ株式会社", "ABC", True),
        # a daughter under its mother's domain is a company of its own at the head of a letter
        ("株式会社青空", "株式会社青空ホームズ", False),
        ("Income Partners", "Partners", False),
        # nothing but a legal form
        ("株式会社", "合同会社", False),
    ],
)
def test_names_differ_in_form_alone(one: str, other: str, alike: bool) -> None:
    assert looks_alike(one, other) is alike
    assert looks_alike(other, one) is alike


A = Company(1, "株式会社A", "a.example")
NAMESAKE = Company(2, "株式会社A", "a2.example")
WITHOUT = Company(3, "B社")


@pytest.mark.parametrize(
    ("name", "domain", "found"),
    [
        ("株式会社A", "a.example", A),
        # the domain tells namesakes apart
        ("株式会社A", "a2.example", NAMESAKE),
        ("株式会社A", "a3.example", None),
        # without a domain two companies bear the name: nobody is guessed
        ("株式会社A", None, None),
        # no name: the domain alone
        ("", "a.example", A),
        ("B社", None, WITHOUT),
        ("B社", "b.example", WITHOUT),
        # another company under the same domain
        ("C社", "a.example", None),
        ("", None, None),
        ("", "unknown.example", None),
    ],
)
def test_an_account_is_found(name: str, domain: str | None, found: Company | None) -> None:
    assert Companies([A, NAMESAKE, WITHOUT]).find(name, domain) is found


def test_a_company_without_a_domain_takes_the_one_its_people_write_from() -> None:
    companies = Companies([Company(1, "B社")])
    company = companies.find_or_found("B社", "b.example")
    assert company is not None
    assert (company.id, company.domain, company.changed) == (1, "b.example", {"domain"})


def test_two_companies_never_hold_one_domain() -> None:
    companies = Companies([Company(1, "株式会社A", "a.example")])
    daughter = companies.find_or_found("株式会社Aホームズ", "a.example")
    assert daughter is not None
    assert (daughter.id, daughter.domain) == (None, None)
    assert companies.find_or_found("株式会社Aホームズ", "a.example") is daughter


def test_a_domain_alone_founds_no_company() -> None:
    assert Companies().find_or_found("", "a.example") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A社", "B社", "株式会社A", ""]),
            st.sampled_from(["a.example", "b.example", None]),
        )
    )
)
def test_no_domain_is_held_twice_and_nobody_lands_at_a_stranger(
    asked: list[tuple[str, str | None]],
) -> None:
    companies = Companies()
    for name, domain in asked:
        company = companies.find_or_found(name, domain)
        assert company is None or not name or looks_alike(company.name, name)
    domains = [one.domain for one in companies if one.domain is not None]
    assert len(domains) == len(set(domains))


@pytest.mark.parametrize(
    ("domain", "public"),
    [
        ("gmail.com", True),
        ("docomo.ne.jp", True),
        # ネットワークサービス: providers' customers, whatever the provider
        ("aa.tnc.ne.jp", True),
        ("mail.yahoo.co.jp", True),
        ("example.co.jp", False),
        ("notgmail.com", False),
        ("gmail.com.example", False),
    ],
)
def test_public_mail_is_known(domain: str, public: bool) -> None:
    assert is_public(domain) is public
