"""No value in a JSON column can make a later query fail."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from nurture.db.conditions import select_contacts, to_sql
from nurture.db.engine import write
from nurture.db.json_text import write_json
from nurture.db.tables import event
from nurture.domain.conditions import Compare, Count, Literal, Op
from tests.db.worlds import HALF_LIFE, NOW, Happening, Person, store

#: value, what is read back
WRITTEN = [
    ({"form": "quote"}, {"form": "quote"}),
    ({"会社": "株式会社青空"}, {"会社": "株式会社青空"}),
    # neither database reads these back
    ("a\x00b", "a\ufffdb"),
    ("a\ud800b", "a\ufffdb"),
    ({"a\x00": 1}, {"a\ufffd": 1}),
    ([math.nan, math.inf, 1.5], [None, None, 1.5]),
    ({"deep": [{"a": -math.inf}]}, {"deep": [{"a": None}]}),
    # characters beyond the first plane are pairs nowhere in Python
    ("𠮷野家", "𠮷野家"),
    # a text that only looks like an escape stays as it is
    ("\\u0000", "\\u0000"),
    ("\\\\ud800", "\\\\ud800"),
    # numbers of any length, either truth, nothing
    (10**400, 10**400),
    ([True, False, None, ""], [True, False, None, ""]),
]


@pytest.mark.parametrize(("value", "expected"), WRITTEN)
def test_what_no_database_can_keep_is_replaced(value, expected):
    assert json.loads(write_json(value)) == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_whatever_is_written_is_storable_and_stays_as_it_is_when_written_again(value):
    text = write_json(value)
    text.encode("utf-8")
    assert "\x00" not in text
    again = json.loads(text)
    assert write_json(again) == text


def test_a_poisoned_property_stops_no_selection(engine):
    poison = {"form": "quote\x00\ud800", "n": math.nan, "\x00": "x"}
    happened = [
        Happening("form.submitted", timedelta(0), poison, None, []),
        Happening("form.submitted", timedelta(0), {"form": "quote"}, None, []),
    ]
    row = {"scored_at": NOW, "created_at": NOW, "fields": {"form": "\x00"}}
    with write(engine) as connection:
        ids = store(connection, [Person(row, None, owned=False, happenings=happened)])
        quote = Compare(Count("form.submitted", (("form", "quote"),)), Op.EQ, Literal(1))
        sql = to_sql(quote, NOW, HALF_LIFE, True)
        assert connection.scalars(select_contacts(sql)).all() == ids
        stored = connection.scalars(select(event.c.properties).order_by(event.c.id)).all()
    assert stored[0] == {"form": "quote\ufffd\ufffd", "n": None, "\ufffd": "x"}
