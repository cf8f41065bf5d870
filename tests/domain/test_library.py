"""Picking from the library: what suits whom, and what must never go out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.domain.library import (
    MATCHES,
    Item,
    Pick,
    best,
    pick_as_json,
    pick_from_json,
)
from nurture.domain.reader import DEPTHS, ROLES, Reader, depth_of, role_of

TODAY = date(2026, 12, 1)


def item(key: str, **fields: object) -> Item:
    """Return a case, for all unless fields say otherwise."""
    sets = {
        name: frozenset(str(value).split()) if isinstance(value, str) else value
        for name, value in fields.items()
        if name in ("industries", "roles", "depths", "locales")
    }
    rest = {name: value for name, value in fields.items() if name not in sets}
    return Item(key, str(rest.pop("kind", "case")), {"": key}, **sets, **rest)  # type: ignore[arg-type]


ANY = item("any")
PLANT = item("plant", industries="manufacturing")
PLANT_IT = item("plant-it", industries="manufacturing", roles="it")
WARD = item("ward", industries="medical care")
CHIEF = item("chief", roles="decision-maker")
PLAN = item("plan", depths="decide")
FIRST = item("first", depths="first-look")
GERMAN = item("german", locales="de")
OLD = item("old", industries="manufacturing", valid_until=TODAY - timedelta(days=1))
LAST_DAY = item("last-day", industries="manufacturing", valid_until=TODAY)

FACTORY = Reader("manufacturing", "it", "consider")

PICKS: list[tuple[str, list[Item], Pick, Reader, tuple[str | None, str]]] = [
    # the reader's trade before what is for all, whatever the order of the file
    ("trade", [ANY, PLANT], Pick("case", ("industry",)), FACTORY, ("plant", "item_matches")),
    # nobody's hospital goes to a factory; then what is for all
    ("foreign", [WARD, ANY], Pick("case", ("industry",)), FACTORY, ("any", "item_for_all")),
    # not even where the step does not ask for the trade
    ("unasked", [WARD], Pick("case"), FACTORY, (None, "no_item")),
    # a trade we do not know gets nobody's case either
    ("unknown", [PLANT, ANY], Pick("case", ("industry",)), Reader(), ("any", "item_for_all")),
    # the first of match weighs more than all that follow
    ("first weighs", [PLANT, CHIEF], Pick("case", ("industry", "role")),
     Reader("manufacturing", "decision-maker"), ("plant", "item_matches")),
    ("role first", [PLANT, CHIEF], Pick("case", ("role", "industry")),
     Reader("manufacturing", "decision-maker"), ("chief", "item_matches")),
    # the second decides among equals of the first
    ("second", [PLANT, PLANT_IT], Pick("case", ("industry", "role")), FACTORY,
     ("plant-it", "item_matches")),
    # another role's comes after one for all, and before nothing
    ("other role", [CHIEF, ANY], Pick("case", ("role",)), FACTORY, ("any", "item_for_all")),
    ("only another role", [CHIEF], Pick("case", ("role",)), FACTORY, ("chief", "item_for_all")),
    # no prices for a first look, where the step asks how far they are
    ("too far", [PLAN], Pick("case", ("depth",)), FACTORY, (None, "no_item")),
    ("far unasked", [PLAN], Pick("case"), FACTORY, ("plan", "item_for_all")),
    # what is meant for earlier readers may still go to later ones, after what is for all
    ("earlier", [FIRST], Pick("case", ("depth",)), FACTORY, ("first", "item_for_all")),
    ("another kind", [ANY], Pick("paper"), FACTORY, (None, "no_item")),
    ("another language", [GERMAN], Pick("case"), FACTORY, (None, "no_item")),
    ("expired", [OLD, ANY], Pick("case", ("industry",)), FACTORY, ("any", "item_for_all")),
    ("on its last day", [LAST_DAY, ANY], Pick("case", ("industry",)), FACTORY,
     ("last-day", "item_matches")),
    # the fall-back goes out as it is, where its language and date fit
    ("otherwise", [WARD, PLANT], Pick("paper", (), "ward"), FACTORY, ("ward", "item_otherwise")),
    ("otherwise expired", [OLD], Pick("paper", (), "old"), FACTORY, (None, "no_item")),
    ("otherwise foreign", [GERMAN], Pick("paper", (), "german"), FACTORY, (None, "no_item")),
    ("otherwise gone", [], Pick("case", (), "nothing"), FACTORY, (None, "no_item")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "pick", "reader", "wanted"), [row[1:] for row in PICKS], ids=[row[0] for row in PICKS]
)
def test_the_best_match_goes_out(
    items: list[Item], pick: Pick, reader: Reader, wanted: tuple[str | None, str]
) -> None:
    choice = best({one.key: one for one in items}, pick, reader, "ja", TODAY)
    assert (choice.item.key if choice.item else None, choice.reason) == wanted


def test_nobody_gets_the_same_item_twice_unless_it_is_the_fall_back() -> None:
    items = {one.key: one for one in (PLANT, ANY)}
    pick = Pick("case", ("industry",), "plant")
    one = best(items, pick, FACTORY, "ja", TODAY)
    two = best(items, pick, FACTORY, "ja", TODAY, {"plant"})
    three = best(items, pick, FACTORY, "ja", TODAY, {"plant", "any"})
    assert [choice.item and choice.item.key for choice in (one, two, three)] == [
        "plant", "any", "plant",
    ]  # fmt: skip
    assert three.reason == "item_otherwise"


_INDUSTRIES = ("manufacturing", "medical", "care", "logistics")


def _some(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words), max_size=2)


_ITEMS = st.lists(
    st.builds(
        Item,
        key=st.sampled_from([f"item-{letter}" for letter in "abcdefgh"]),
        kind=st.sampled_from(["case", "paper"]),
        title=st.just({"": "t"}),
        industries=_some(*_INDUSTRIES),
        roles=_some(*ROLES),
        depths=_some(*DEPTHS),
        locales=_some("ja", "en"),
        valid_until=st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3)),
    ),
    max_size=8,
    unique_by=lambda one: one.key,
)
_READERS = st.builds(
    Reader,
    st.sampled_from(("", *_INDUSTRIES)),
    st.sampled_from(("", *ROLES)),
    st.sampled_from(DEPTHS),
)
_ASKED = st.builds(
    Pick,
    st.just("case"),
    st.permutations(MATCHES).flatmap(
        lambda all_: st.sampled_from([tuple(all_[:n]) for n in range(4)])
    ),
    st.sampled_from(["", "item-a", "item-z"]),
)


@given(_ITEMS, _ASKED, _READERS, st.sampled_from(["ja", "en"]), st.data())
def test_whatever_there_is_what_goes_out_may_go_out(
    items: list[Item], pick: Pick, reader: Reader, locale: str, data: st.DataObject
) -> None:
    choice = best({one.key: one for one in items}, pick, reader, locale, TODAY)
    shuffled = data.draw(st.permutations(items))
    # the order of the file plays no part
    assert best({one.key: one for one in shuffled}, pick, reader, locale, TODAY) == choice
    if choice.item is None:
        return
    assert choice.item.valid_until is None or choice.item.valid_until >= TODAY
    assert not choice.item.locales or locale in choice.item.locales
    if choice.reason == "item_otherwise":
        assert choice.item.key == pick.otherwise
        return
    assert choice.item.kind == "case"
    assert not choice.item.industries or reader.industry in choice.item.industries
    got = {choice.item.key}
    again = best({one.key: one for one in items}, pick, reader, locale, TODAY, got)
    assert again.item != choice.item or again.reason == "item_otherwise"


@pytest.mark.parametrize(
    ("contact", "depth"),
    [
        ({"temperature": "cold", "lifecycle": "lead"}, "first-look"),
        ({"temperature": "warm", "lifecycle": "mql"}, "consider"),
        ({"temperature": "hot", "lifecycle": "lead"}, "decide"),
        # in talks with sales, however long the last click ago
        ({"temperature": "cold", "lifecycle": "sal"}, "decide"),
        ({"temperature": "warm", "lifecycle": "sql"}, "decide"),
        ({}, "first-look"),
    ],
)
def test_temperature_and_talks_with_sales_say_how_far_somebody_is(
    contact: dict[str, str], depth: str
) -> None:
    assert depth_of(contact) == depth


@pytest.mark.parametrize(
    ("title", "department", "role"),
    [
        ("代表取締役社長", "", "decision-maker"),
        ("製造部長", "", "decision-maker"),
        ("看護部長", "看護部", "decision-maker"),
        ("部長", "情報システム部", "it"),  # who looks after systems asks other questions
        ("主任", "DX推進室", "it"),
        ("部長代理", "総務部", "user"),  # prepares what others decide
        ("主任", "製造部", "user"),
        ("", "経理部", "user"),
        ("Operations Director", "", "decision-maker"),
        ("Assistant to the Director", "", "user"),
        ("Director", "", "decision-maker"),  # no `cto` inside
        ("ＣＴＯ", "", "it"),  # full width, as business cards are typed
        ("", "", ""),
    ],
)
def test_a_business_card_says_which_part_somebody_has_in_a_decision(
    title: str, department: str, role: str
) -> None:
    assert role_of({"title": title, "department": department}) == role


def test_a_recorded_role_wins_over_the_title() -> None:
    assert role_of({"role": "user", "title": "社長"}) == "user"


def test_a_pick_and_its_fall_back_survive_being_kept() -> None:
    pick = Pick("case", ("role", "industry"), "case-office")
    kept = pick_as_json(pick, "warm/general")
    assert kept is not None
    assert pick_from_json(kept) == (pick, "warm/general")
    assert pick_as_json(None, "warm/general") is None
    # written by an older version, or by hand
    assert pick_from_json({"kind": "case", "match": ["size"]}) == (Pick("case"), "")
