"""Rows become the maps that conditions read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nurture.db.contact_facts import account_values, contact_values, full_name
from nurture.db.tables import account, contact

NOW = datetime(2026, 5, 12, 3, tzinfo=UTC)
HALF_LIFE = timedelta(days=30)

#: family, given, locale → name
NAMES = [
    ("佐藤", "花子", "ja", "佐藤花子"),
    ("佐藤", "花子", "ja-JP", "佐藤花子"),
    ("Sato", "Hanako", "en", "Hanako Sato"),
    ("Sato", "Hanako", "fr", "Hanako Sato"),
    # half a name stands alone
    ("佐藤", None, "ja", "佐藤"),
    ("佐藤", "", "en", "佐藤"),
    (None, "Hanako", "en", "Hanako"),
    # neither: missing, not an empty text
    (None, None, "ja", None),
    ("", "", "ja", None),
]


@pytest.mark.parametrize(("family", "given", "locale", "name"), NAMES)
def test_a_name_stands_in_the_order_of_its_language(family, given, locale, name):
    assert full_name(family, given, locale) == name


def row(**values: Any) -> dict[str, Any]:
    """Return a row of a contact without anything, but for the values given."""
    empty: dict[str, Any] = {column.name: None for column in contact.c}
    empty |= {f"account_{column.name}": None for column in account.c}
    empty |= {"fields": {}, "engagement": 0.0, "fit": 0.0, "scored_at": NOW, "owner_email": None}
    empty |= {"temperature": "cold", "lifecycle": "prospect", "created_at": NOW}
    return empty | values


def test_a_contact_without_anything_has_only_what_is_computed():
    assert contact_values(row(), NOW, HALF_LIFE) == {
        "score": 0.0,
        "temperature": "cold",
        "lifecycle": "prospect",
        "customer": False,
        "created": NOW,
    }
    assert account_values(row()) == {}


def test_the_score_fades_since_it_was_last_computed():
    values = contact_values(
        row(engagement=80.0, scored_at=NOW - 2 * HALF_LIFE, fit=7.5), NOW, HALF_LIFE
    )
    assert values["score"] == 27.5


def test_company_industry_and_size_are_those_of_the_account():
    stored = row(account_name="青空株式会社", account_industry="care", account_employees=120)
    values = contact_values(stored, NOW, HALF_LIFE)
    assert (values["company"], values["industry"], values["employees"]) == (
        "青空株式会社",
        "care",
        120,
    )
    assert account_values(stored) == {
        "name": "青空株式会社",
        "industry": "care",
        "employees": 120,
    }


def test_the_owner_is_the_address_of_the_team_member():
    values = contact_values(row(owner_email="sato@nurture.example"), NOW, HALF_LIFE)
    assert values["owner"] == "sato@nurture.example"


def test_a_customer_is_one_by_lifecycle():
    assert contact_values(row(lifecycle="customer"), NOW, HALF_LIFE)["customer"] is True


def test_custom_fields_keep_their_kind_and_what_does_not_compare_is_missing():
    fields = {
        "budget": "500万円",
        "seats": 30,
        "trial": True,
        "renewal": "2027-03-31",
        "empty": None,
        "list": [1, 2],
        "nested": {"a": 1},
        "huge": 10**400,
    }
    values = contact_values(row(fields=fields), NOW, HALF_LIFE)
    custom = {name: values[name] for name in fields if name in values}
    assert custom == {"budget": "500万円", "seats": 30, "trial": True, "renewal": "2027-03-31"}
    assert values["trial"] is True


def test_a_custom_field_does_not_shadow_a_field_of_ours():
    values = contact_values(row(fields={"score": 999, "role": "boss"}, role="user"), NOW, HALF_LIFE)
    assert (values["score"], values["role"]) == (0.0, "user")


def test_a_contact_without_a_locale_is_named_as_the_policy_says():
    stored = row(family_name="Sato", given_name="Hanako")
    assert contact_values(stored, NOW, HALF_LIFE)["name"] == "SatoHanako"
    assert contact_values(stored, NOW, HALF_LIFE, "en")["name"] == "Hanako Sato"
