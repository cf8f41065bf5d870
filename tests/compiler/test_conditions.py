# ruff: noqa: E501 - a case stands on one line
"""Both ways of writing conditions, one tree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.compiler.condition_maps import read_condition
from nurture.compiler.expressions import read_expression
from nurture.compiler.fields import Catalogue, FieldType
from nurture.compiler.nodes import Scalar
from nurture.compiler.report import Report
from nurture.compiler.scope import ConditionScope, StepNames
from nurture.compiler.yaml_source import read_yaml
from nurture.domain.conditions import (
    ALWAYS,
    All,
    AnyOf,
    Compare,
    Condition,
    Count,
    DaysSince,
    Field,
    HasTag,
    Literal,
    Not,
    Op,
    Scope,
    StepEvents,
    Truthy,
    Value,
)

LARGE = Compare(Field(Scope.ACCOUNT, ("employees",)), Op.GE, Literal(300))
STEPS = StepNames.of({"warm/hearing": "send", "a-b": "send", "answer": "wait_for", "x/c": "send"})


def scope() -> ConditionScope:
    return ConditionScope(
        Report("f"),
        Catalogue({"vip": FieldType.BOOLEAN, "budget": FieldType.NUMBER}, {"plan": FieldType.TEXT}),
        lambda name, _at, _report: LARGE if name == "large" else None,
        steps=STEPS,
        trigger=True,
        event=True,
    )


def from_map(text: str) -> Condition:
    inside = scope()
    node = read_yaml(text, inside.report)
    assert node is not None
    condition = read_condition(node, inside)
    assert inside.report.problems == ()
    return condition


def from_expr(text: str) -> Condition:
    inside = scope()
    condition = read_expression(Scalar(1, 1, text, plain=True), inside)
    assert inside.report.problems == (), inside.report.problems
    return condition


def contact(name: str) -> Field:
    return Field(Scope.CONTACT, (name,))


def account(name: str) -> Field:
    return Field(Scope.ACCOUNT, (name,))


def some(value: Value) -> Condition:
    return Compare(value, Op.GT, Literal(0))


INDUSTRY = account("industry")
MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        # fields: equality, lists, operators; the account's by their bare name
        ("{title: 部長}", Compare(contact("title"), Op.EQ, Literal("部長"))),
        ("{industry: [medical, care]}", Compare(INDUSTRY, Op.IN, ("medical", "care"))),
        ('{industry: "!= medical"}', Compare(INDUSTRY, Op.NE, Literal("medical"))),
        ("{company: A社}", Compare(account("name"), Op.EQ, Literal("A社"))),
        ("{plan: gold}", Compare(account("plan"), Op.EQ, Literal("gold"))),
        ('{score: ">= 60"}', Compare(contact("score"), Op.GE, Literal(60))),
        ('{score: "＞＝６０"}', Compare(contact("score"), Op.GE, Literal(60))),
        ("{employees: 100}", Compare(account("employees"), Op.EQ, Literal(100))),
        ('{budget: "< 1.5"}', Compare(contact("budget"), Op.LT, Literal(1.5))),
        ("{vip: true}", Compare(contact("vip"), Op.EQ, Literal(True))),
        # presence of a field that is no boolean
        ("{phone: true}", Truthy(contact("phone"))),
        ("{first_touch: false}", Not(Truthy(contact("first_touch")))),
        # tags, segments, customer
        ("{tag: vip}", HasTag("vip")),
        ("{tag: [a, b]}", AnyOf((HasTag("a"), HasTag("b")))),
        ("{segment: large}", LARGE),
        ("{customer: true}", Compare(contact("lifecycle"), Op.EQ, Literal("customer"))),
        ("{customer: false}", Not(Compare(contact("lifecycle"), Op.EQ, Literal("customer")))),
        # steps of this journey, by id, template, or its last part
        ("{clicked: warm/hearing}", some(StepEvents("email.clicked", "warm/hearing"))),
        ("{clicked: hearing}", some(StepEvents("email.clicked", "warm/hearing"))),
        ("{opened: a-b}", some(StepEvents("email.opened", "a-b"))),
        ("{reply: {step: c, times: 2}}", Compare(StepEvents("email.replied", "x/c"), Op.GE, Literal(2))),
        # counts over all mails
        ("{clicked: true}", some(Count("email.clicked"))),
        ("{opened: false}", Not(some(Count("email.opened")))),
        ("{opened: {times: 3, within: 30d}}", Compare(Count("email.opened", (), MONTH), Op.GE, Literal(3))),
        # events
        ("{downloaded: paper}", some(Count("document.downloaded", (("kind", "paper"),)))),
        ("{downloaded: true}", some(Count("document.downloaded"))),
        ("{form: {name: quote, within: 30d}}", some(Count("form.submitted", (("form", "quote"),), MONTH))),
        ("{attended: 2026-06-clinic}", some(Count("seminar.attended", (("seminar", "2026-06-clinic"),)))),
        ("{event: page.viewed}", some(Count("page.viewed"))),
        (
            "{event: {type: page.viewed, where: {page: price, n: 3}, times: 2}}",
            Compare(Count("page.viewed", (("page", "price"), ("n", 3))), Op.GE, Literal(2)),
        ),
        # all keys must hold; any, all, not
        ("{tag: a, segment: large}", All((HasTag("a"), LARGE))),
        ("{any: [{tag: a}, {tag: b}]}", AnyOf((HasTag("a"), HasTag("b")))),
        ("{all: [{tag: a}, {not: {tag: b}}]}", All((HasTag("a"), Not(HasTag("b"))))),
        ("{expr: has_tag('a')}", HasTag("a")),
    ],
)  # fmt: skip
def test_a_map_means(text: str, condition: Condition) -> None:
    assert from_map(text) == condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("contact.employees > 300", Compare(account("employees"), Op.GT, Literal(300))),
        ("300 < account.employees", Compare(account("employees"), Op.GT, Literal(300))),
        ("score >= -1.5", Compare(contact("score"), Op.GE, Literal(-1.5))),
        (
            "10 < score <= 20",
            All((Compare(contact("score"), Op.GT, Literal(10)), Compare(contact("score"), Op.LE, Literal(20)))),
        ),
        ("temperature in ['warm', 'hot']", Compare(contact("temperature"), Op.IN, ("warm", "hot"))),
        ("contact.role not in ('it', 'user')", Compare(contact("role"), Op.NOT_IN, ("it", "user"))),
        ("'部' in contact.title", Compare(contact("title"), Op.CONTAINS, Literal("部"))),
        ("'部' not in contact.title", Not(Compare(contact("title"), Op.CONTAINS, Literal("部")))),
        ("contact.phone", Truthy(contact("phone"))),
        ("not contact['phone']", Not(Truthy(contact("phone")))),
        ("contact.vip == true", Compare(contact("vip"), Op.EQ, Literal(True))),
        ("deal.amount > 5", Compare(Field(Scope.DEAL, ("amount",)), Op.GT, Literal(5))),
        (
            "event.form == trigger.form",
            Compare(Field(Scope.EVENT, ("form",)), Op.EQ, Field(Scope.TRIGGER, ("form",))),
        ),
        (
            "steps.hearing.outcome == 'sent'",
            Compare(Field(Scope.STEP, ("warm/hearing", "outcome")), Op.EQ, Literal("sent")),
        ),
        ("steps['a-b'].outcome", Truthy(Field(Scope.STEP, ("a-b", "outcome")))),
        (
            "steps.answer.event.form != 'x'",
            Compare(Field(Scope.STEP, ("answer", "event", "form")), Op.NE, Literal("x")),
        ),
        ("days_since('page.viewed') < 7", Compare(DaysSince("page.viewed"), Op.LT, Literal(7))),
        (
            "count('page.viewed', days=30, page='price') >= 3",
            Compare(Count("page.viewed", (("page", "price"),), MONTH), Op.GE, Literal(3)),
        ),
        ("count('page.viewed')", Truthy(Count("page.viewed"))),
        ("has_tag('a') and in_segment('large')", All((HasTag("a"), LARGE))),
        ("has_tag('a') or has_tag('b') or customer", AnyOf((
            HasTag("a"), HasTag("b"), Compare(contact("lifecycle"), Op.EQ, Literal("customer")),
        ))),
        ("has_tag('}}')", HasTag("}}")),
    ],
)  # fmt: skip
def test_an_expression_means(text: str, condition: Condition) -> None:
    assert from_expr(text) == condition


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 400 + "score" + ")" * 400 + " > 1", "expr-too-deep"),
        ("-" * 900 + "1 < score", "expr-unsupported"),
        ("not " * 200 + "score > 1", "expr-too-deep"),
        ("score > 1 and " * 80 + "score > 1", "expr-too-long"),
        ("score > 1e999", "expr-unsupported"),
        ("contact.email.__init__.__globals__", "forbidden"),
        ("self._TemplateReference__context", "forbidden"),
        ("cycler.__init__", "forbidden"),
        ("lipsum()", "unknown-function"),
        ("range(999999999) > 1", "unknown-function"),
        ("count(*['a']) > 1", "expr-syntax"),
        ("count('a.b', **score) > 1", "expr-syntax"),
        ("contact[score] == 1", "expr-unsupported"),
        ("contact.email[0:1] == 'a'", "expr-unsupported"),
        ("{'a': 1} == score", "expr-unsupported"),
        ("score ~ 'x' == 'y'", "expr-unsupported"),
        ("2 ** 999999 > score", "expr-unsupported"),
        ("('a' if score else 'b') == 'a'", "expr-unsupported"),
        ("score > 1 # comment", "expr-syntax"),
        ("(score > 1) == (score > 2)", "expr-unsupported"),
        ("['a'] == score", "expr-unsupported"),
        ("'a' in ['a', 'b']", "expr-constant"),
    ],
)
def test_a_hostile_or_meaningless_expression_is_refused(text: str, code: str) -> None:
    inside = scope()
    assert read_expression(Scalar(1, 1, text, plain=True), inside) == ALWAYS
    assert [problem.code for problem in inside.report.problems] == [code]


def test_a_long_chain_of_ands_is_flat() -> None:
    condition = from_expr(" and ".join(["has_tag('a')"] * 40))
    assert condition == All((HasTag("a"),) * 40)


WORDS = st.sampled_from(
    ["score", "contact", ".", "email", "(", ")", "[", "]", "'a.b'", "1", "<", "==", "in", "not",
     "and", "or", "count", "days_since", "has_tag", ",", "-", "|", "~", "steps", "x", "{", "}",
     "if", "else", "is", "none", "true", "=", "*", "**", ":", "a-b", "%}", "}}", "{{", "#}", "\n"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join)))
def test_any_text_is_a_condition_or_a_problem(text: str) -> None:
    inside = scope()
    condition = read_expression(Scalar(1, 1, text, plain=True), inside)
    assert isinstance(condition, Condition)
    assert condition != ALWAYS or inside.report.problems
