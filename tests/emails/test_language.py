"""The template language: what it does with values, and what it cannot be made to do."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.clock import machine_seconds
from nurture.emails.errors import RenderError
from nurture.emails.values import MAX_OUTPUT, MAX_ROUNDS
from nurture.errors import DefinitionError
from tests.emails.mails import VALUES, compiled, letter, main_text, problems_of, rendered


def _says(body: str, **trigger: Any) -> str:
    return main_text(rendered(letter(body), {"trigger": trigger}))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("{{ trigger.n | number }}", "1,234,567.5"),
        ("{{ trigger.n | number(0) }}", "1,234,568"),
        ("{{ trigger.n | number(2) }}", "1,234,567.50"),
        ("{{ trigger.text | number }}", "1,200"),
        ("{{ 0.125 | percent }}", "12%"),
        ("{{ 0.125 | percent(1) }}", "12.5%"),
        ("{{ 112.5 | percent_change(100) }}", "+12.5%"),
        ("{{ 90 | percent_change(100) }}", "-10%"),
        ("{{ 100 | percent_change(100) }}", "±0%"),
        ("{{ trigger.day | date }}", "2026年4月3日"),
        ("{{ trigger.day | date('day') }}", "4月3日（金）"),
        ("{{ trigger.day | date('short_day') }}", "4月3日"),
        ("{{ trigger.day | date('medium') }}", "2026/04/03"),
        # 16:00 UTC is already tomorrow in the contact's zone
        ("{{ trigger.moment | date }}", "2026年4月4日"),
        ("{{ trigger.moment | time }}", "1:00"),
        ("{{ trigger.iso | date('day') }} {{ trigger.iso | time }}", "4月4日（土） 1:00"),
        ("{{ trigger.none | default('なし') }}", "なし"),
        ("{{ trigger.empty | d('なし') }}", "なし"),
        ("{{ trigger.gone | default('なし') }}", "なし"),
        ("{{ trigger.deep.deeper.deepest | default('なし') }}", "なし"),
        ("{{ trigger.zero | default(5) }}", "0"),
        ("{{ trigger.gone or 'なし' }}", "なし"),
        ("{{ trigger.list | join('・') }}", "a・b"),
        ("{{ trigger.list | first }}{{ trigger.list | last }}{{ trigger.list | length }}", "ab2"),
        ("{{ trigger.list[1] }}", "b"),
        ("{{ 'abcdef' | truncate(4) }}", "abc…"),
        ("{{ 'あ b' | urlencode }}", "%E3%81%82%20b"),
        ("{{ 7 // 2 + 1 }} {{ 1 ~ 'a' }}", "4 1a"),
        ("{{ contact | addressee }}", "株式会社青空 佐藤花子様"),
        ("{{ contact | short_name }}", "佐藤様"),
        ("{% for x in trigger.list %}{{ loop.index }}{{ x }}{% endfor %}", "1a2b"),
        # a comparison with something missing is false, != too
        ("{% if trigger.gone != 1 %}a{% else %}b{% endif %}", "b"),
        ("{% if not trigger.gone %}a{% endif %}", "a"),
        ("{% if trigger.gone is defined %}a{% else %}b{% endif %}", "b"),
        ("{% if 'a' in trigger.list %}a{% endif %}", "a"),
        ("{# nothing #}a", "a"),
    ],
)
def test_what_a_tag_says(tag: str, text: str) -> None:
    values = {
        "n": 1234567.5,
        "text": "1200",
        "day": date(2026, 4, 3),
        "moment": datetime(2026, 4, 3, 16, 0, tzinfo=UTC),
        "iso": "2026-04-03T16:00:00+00:00",
        "none": None,
        "empty": "",
        "zero": 0,
        "list": ["a", "b"],
    }
    assert _says(tag, **values) == text


@pytest.mark.parametrize(
    ("tag", "variable"),
    [
        ("{{ trigger.gone }}", "trigger.gone"),
        ("{{ trigger.none }}", "trigger.none"),
        ("{{ contact.title }}", "contact.title"),
        ("{{ contact.title | upper }}", "contact.title"),
        ("{{ trigger.gone | number }}", "trigger.gone"),
        ("{{ trigger.gone | date }}", "trigger.gone"),
        ("{{ trigger.gone + 1 }}", "trigger.gone"),
        ("{{ 'a' ~ trigger.gone }}", "trigger.gone"),
        ("{% for x in trigger.gone %}{% endfor %}", "trigger.gone"),
    ],
)
def test_a_missing_value_stops_that_mail_and_says_which(tag: str, variable: str) -> None:
    with pytest.raises(RenderError) as error:
        _says(tag, none=None)
    assert error.value.template == "x/y"
    assert error.value.variable == variable
    assert f"x/y: {variable} is missing" in str(error.value)


def test_nobody_to_address_stops_the_mail() -> None:
    with pytest.raises(RenderError, match="neither a name nor a company"):
        rendered(letter("{{ contact | addressee }}"), {"contact": {"email": "a@b.example"}})


@pytest.mark.parametrize(
    "tag",
    [
        "{{ trigger.list }}",
        "{{ trigger }}",
        "{{ trigger.text | date }}",
        "{{ '2026-04-03' | date('zzzz') }}",
        "{{ '2026-13-03' | date }}",
        "{{ 'nan' | round }}",
        "{{ 'inf' | int }}",
        "{{ trigger.text | number }}",
        "{{ 1 // 0 }}",
        "{{ trigger.text * 3 }}",
        "{{ trigger.text + 'a' }}",
        "{{ 5 | percent_change(0) }}",
        "{% for x in trigger.text %}{% endfor %}",
        "{{ trigger.text | addressee }}",
    ],
)
def test_a_value_that_does_not_fit_stops_the_mail(tag: str) -> None:
    with pytest.raises(RenderError, match=r"^x/y: "):
        _says(tag, list=["a"], text="text")


@pytest.mark.parametrize(
    "hostile",
    [
        # the known ways out of a Jinja sandbox
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ contact.__class__ }}",
        "{{ contact['__class__'] }}",
        "{{ contact|attr('__class__') }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ config.items() }}",
        "{{ '%s' % contact }}",
        "{{ '{0.__class__}'.format(contact) }}",
        "{{ contact.email.format }}",
        "{{ namespace() }}",
        "{{ range(9) }}",
        "{{ [].append(1) }}",
        "{{ url_for }}",
        "{{ nv_click(1, 'https://evil.example') }}",
        "{{ nv_subject }}",
        "{% include 'letter.mjml' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% set x = 1 %}",
        "{% block a %}{% endblock %}",
        "{% filter upper %}a{% endfilter %}",
        "{% raw %}{% endraw %}",
        "{% for x in contact recursive %}{% endfor %}",
        "{% do 1 %}",
        "{{ contact | tojson }}",
        "{{ contact.email | safe }}",
        "{{ contact.email | replace('a', 'b') }}",
        "{{ 2 ** 999999 }}",
        "{{ caller() }}",
        "{{ contact.email is callable }}",
        "{{ " + "(" * 200 + "1" + ")" * 200 + " }}",
        "{{ " + "1 + " * 400 + "1 }}",
        "{{ unclosed",
        "{{ }}",
        "{% if %}x{% endif %}",
    ],
)
def test_no_way_out_of_the_sandbox(hostile: str) -> None:
    try:
        mail = rendered(letter(hostile))
    except (DefinitionError, RenderError):
        return
    # what is let through is a missing attribute, in a place that prints nothing of Python
    assert "class" not in mail.text
    assert "function" not in mail.text


@pytest.mark.parametrize(
    "body",
    [
        "{{ contact.__class__ | default('x') }}",
        "{{ contact.email.upper | default('x') }}",
        "{{ trigger.list.append | default('x') }}",
        "{{ contact.keys | default('x') }}",
        "{{ contact['email']['__len__'] | default('x') }}",
    ],
)
def test_attributes_of_python_objects_do_not_exist(body: str) -> None:
    try:
        assert _says(body, list=[1]) == "x"
    except DefinitionError as error:
        assert "names do not begin like" in str(error)


@given(st.text(alphabet="<>&\"'{}%# aあ", max_size=30))
def test_a_value_can_never_become_markup(value: str) -> None:
    mail = rendered(letter("これ:{{ trigger.x }}:まで"), {"trigger": {"x": value or "-"}})
    shown = mail.html.partition("これ:")[2].partition(":まで")[0]
    assert not set('<>"') & set(shown)
    assert html.unescape(shown) == (value or "-")
    assert main_text(mail) == f"これ:{value or '-'}:まで"


def test_a_template_in_a_value_is_not_run() -> None:
    assert _says("{{ trigger.x }}", x="{{ contact.email }} {% if %}") == (
        "{{ contact.email }} {% if %}"
    )


def test_loops_and_output_are_bounded() -> None:
    many = ["a" * 100] * (MAX_ROUNDS + 1)
    with pytest.raises(RenderError, match=str(MAX_ROUNDS)):
        _says("{% for x in trigger.x %}a{% endfor %}", x=many)
    nested = "{% for x in trigger.x %}{% for y in trigger.x %}{{ y }}{% endfor %}{% endfor %}"
    start = machine_seconds()
    with pytest.raises(RenderError, match="characters"):
        _says(nested, x=many[:MAX_ROUNDS])
    with pytest.raises(RenderError, match="characters"):
        _says("{{ trigger.x }}", x="a" * (MAX_OUTPUT + 1))
    assert machine_seconds() - start < 5
    deeper = "{% for x in trigger.x %}" * 3 + "{% endfor %}" * 3
    assert {p.code for p in problems_of(letter(deeper))} == {"loops"}


@pytest.mark.parametrize(
    ("body", "message", "column"),
    [
        ("ab {{ contact.email | upcase }}", "no filter 'upcase'", 4),
        ("{{ contact.email | defalt('x') }}", "did you mean 'default'?", 1),
        ("{% fi contact.email %}", "no statement 'fi'", 1),
        ("{{ contact.email() }}", "a template cannot call functions", 1),
        ("あ{{ contact. }}", "expected", 2),
        ("{{ contact.email", "{{ is never closed", 1),
        ("{{ 'a }}", "{{ is never closed", 1),
    ],
)
def test_a_mistake_is_named_with_its_place(body: str, message: str, column: int) -> None:
    (problem,) = problems_of(letter("一行目\n\n" + body))
    assert message.lower() in str(problem).lower()
    assert (problem.place.line, problem.place.column) == (6, column)


def test_the_subject_is_not_escaped_and_stays_on_one_line() -> None:
    mail = rendered(
        letter("a", "{{ trigger.x }} & <{{ contact | short_name }}>"),
        {"trigger": {"x": "a\r\nBcc: b@c.example"}},
    )
    assert mail.subject == "a Bcc: b@c.example & <佐藤様>"


def test_a_template_knows_what_it_reads() -> None:
    files = letter(
        "{{ contact.title | default('') }} {{ trigger.a.b }}", "{{ contact | addressee }}"
    )
    assert compiled(files).variables == ("contact", "contact.title", "trigger.a.b")
    assert VALUES["contact"]["email"]
