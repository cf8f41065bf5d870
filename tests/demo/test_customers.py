"""Customers of the demo: what they answer, measure, and whom they introduce."""

from __future__ import annotations

from pathlib import Path

import pytest

from nurture.demo.customers import WAYS, Customers, figures
from nurture.demo.dice import Dice
from nurture.demo.introduced import Circle
from nurture.demo.letter import read_letter
from nurture.errors import NurtureError
from tests.demo.worlds import BASE, HOURS, MONDAY, stored

PROJECT = Path(__file__).parents[2]
ADDRESSES = sorted(f"c{n}@customer{n}.example" for n in range(40))


def customers(seed: int = 7) -> Customers:
    return Customers(Dice(seed), HOURS, ADDRESSES)


def test_pleased_customers_answer_high_and_sorry_ones_low() -> None:
    them = customers()
    seen: dict[str, list[int]] = {}
    for one in ADDRESSES:
        if (opinion := them.opinion(one, "ja", 1)) is not None:
            seen.setdefault(them.feeling(one), []).append(opinion.score)
    assert min(seen["pleased"]) >= 8
    assert max(seen["sorry"]) <= 6
    assert len(ADDRESSES) > sum(map(len, seen.values())) > 0


def test_the_same_seed_says_the_same_and_another_one_something_else() -> None:
    def said(seed: int) -> list[object]:
        them = customers(seed)
        return [(them.opinion(one, "en", 1), them.reaction(one, 1)) for one in ADDRESSES]

    assert said(1) == said(1)
    assert said(1) != said(2)


def test_between_five_who_introduce_every_way_is_taken() -> None:
    them = customers()
    taken = [them.ways(one, 1, turn)[0] for turn, one in enumerate(ADDRESSES[:5], start=7)]
    assert sorted(taken) == sorted(WAYS)


def test_somebody_listens_to_customers_before_they_are_asked() -> None:
    them = customers()
    lives = [[visit.deed.type for visit in them.life(one, MONDAY, 100)] for one in ADDRESSES]
    assert all(life[0] == "deal.won" for life in lives)
    heard = sum("hearing.held" in life for life in lives)
    assert len(lives) * 0.7 < heard < len(lives)


def hours(names: list[str], month: str, since: int) -> dict[str, tuple[float, float]]:
    """Return company → (before us, in a month) of the hours of copying."""
    rows = figures(Dice(1), names, month, since)
    return {row[0]: (row[5], row[6]) for row in rows if row[1] == "copying_hours"}


def test_most_figures_get_better_month_by_month_and_some_do_not() -> None:
    names = [f"見本{n}" for n in range(40)]
    first, later = hours(names, "2026-03", 0), hours(names, "2026-06", 3)
    better = sum(later[one][1] < first[one][1] < first[one][0] for one in names)
    assert 25 < better < 40


def test_everybody_is_introduced_once_and_some_twice() -> None:
    circle = Circle.read(PROJECT / "examples" / "introductions.yaml")
    first = circle.somebody()
    assert first is not None
    assert circle.somebody(twice=True) is first
    seen = [first.email]
    while (one := circle.somebody()) is not None:
        seen.append(one.email)
    assert len(seen) == len(set(seen)) == len(circle.strangers)
    assert len(circle.outside) == 2


def test_a_file_that_names_nobody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "introductions.yaml"
    path.write_text("somebody: {}\n", "utf-8")
    with pytest.raises(NurtureError, match="does not say whom customers know"):
        Circle.read(path)


def test_a_letter_shows_its_buttons_and_the_page_behind_a_counted_link() -> None:
    page = (
        f'<a href="{BASE}/c/AA?to={BASE.replace(":", "%3A")}/s/T%3Fscore%3D9">9</a>'
        f'<a href="{BASE}/s/T?score=10">10</a><a href="{BASE}/a/B?as=not_now">later</a>'
        f'<a href="{BASE}/r/PAGE">page</a><a href="{BASE}/c/CC">read</a>'
    )
    letter = read_letter(stored(page=page), BASE)
    assert sorted(letter.scores) == [9, 10]
    assert letter.scores[9].startswith(f"{BASE}/c/AA")
    assert letter.declines == {"not_now": f"{BASE}/a/B?as=not_now"}
    assert letter.referring == f"{BASE}/r/PAGE"
    assert letter.links == (f"{BASE}/c/CC",)
    assert len(letter.followed) == 5
