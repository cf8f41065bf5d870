"""Who takes care of whom, and who is meant by a word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nurture.domain.conditions import Compare, Condition, Field, Literal, Op, Scope
from nurture.domain.facts import Facts
from nurture.domain.owners import Colleague, Colleagues, assignee, choose_owner
from nurture.domain.policy import LegalIdentity, OwnerRule, Policy

SATO = Colleague(1, "sato", "佐藤花子", "sato@sample.example", "inside-sales", True)
NAKAMURA = Colleague(2, "nakamura", "中村健", "nakamura@sample.example", "sales", True)
LEFT = Colleague(3, "yoshida", "吉田美咲", "yoshida@sample.example", "sales", False)
OTHER_SATO = Colleague(4, None, "佐藤 花子", "hanako@sample.example", "marketing", True)
TEAM = Colleagues([LEFT, OTHER_SATO, NAKAMURA, SATO])


def trade(name: str) -> Condition:
    return Compare(Field(Scope.ACCOUNT, ("industry",)), Op.EQ, Literal(name))


POLICY = Policy(
    senders={},
    default_sender="sato",
    legal=LegalIdentity({}, {}, ""),
    owners=(
        OwnerRule(trade("medical"), "yoshida"),
        OwnerRule(trade("manufacturing"), "nakamura"),
        OwnerRule(trade("manufacturing"), "sato"),
    ),
)

#: owner, industry, who takes care, why
CHOICES = [
    (NAKAMURA.id, "medical", NAKAMURA, "owner"),
    # nobody yet: the first rule that fits
    (None, "manufacturing", NAKAMURA, "rule"),
    # an owner who left gives way to the rules
    (LEFT.id, "manufacturing", NAKAMURA, "rule"),
    # a rule for somebody who left is passed over
    (None, "medical", SATO, "default"),
    (None, "", SATO, "default"),
    # an owner nobody knows any more
    (99, "", SATO, "default"),
]


@pytest.mark.parametrize(("owner_id", "industry", "who", "why"), CHOICES)
def test_who_takes_care_of_a_contact(
    owner_id: int | None, industry: str, who: Colleague, why: str
) -> None:
    facts = Facts(1, datetime(2026, 5, 12, tzinfo=UTC), {}, account={"industry": industry})
    found = choose_owner(owner_id, facts, POLICY, TEAM)
    assert found is not None
    assert (found.who, found.why) == (who, why)


#: whom a task is for, who gets it
ASSIGNEES = [
    ("owner", NAKAMURA),
    ("sales", NAKAMURA),
    ("inside-sales", SATO),
    # a sender's key
    ("sato", SATO),
    # nobody has it
    ("sales-manager", None),
    ("yoshida", None),
]


@pytest.mark.parametrize(("named", "who"), ASSIGNEES)
def test_whom_a_task_goes_to(named: str, who: Colleague | None) -> None:
    facts = Facts(1, datetime(2026, 5, 12, tzinfo=UTC), {})
    assert assignee(named, NAKAMURA.id, facts, POLICY, TEAM) == who


#: a word, who answers to it
WORDS = [
    ("sato", [SATO]),
    ("SATO@sample.example", [SATO]),
    # a name may mean two, in whatever way its blank is written
    ("佐藤　花子", [SATO, OTHER_SATO]),
    # who left is found as long as nobody else is meant
    ("yoshida", [LEFT]),
    ("吉田美咲", [LEFT]),
    ("nobody", []),
    ("", []),
    (7, []),
]


@pytest.mark.parametrize(("word", "found"), WORDS)
def test_who_answers_to_a_word(word: object, found: list[Colleague]) -> None:
    assert TEAM.find(word) == found


def test_who_left_is_named_by_their_address() -> None:
    assert (SATO.word, LEFT.word, OTHER_SATO.word) == (
        "sato",
        "yoshida@sample.example",
        "hanako@sample.example",
    )
