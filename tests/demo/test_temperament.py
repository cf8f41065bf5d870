"""What somebody is like hangs on the seed and the address, on nothing else."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from nurture.demo.dice import Dice, pick
from nurture.demo.temperament import Mood, gateway_of, temperament_of

addresses = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)


@given(st.integers(), addresses)
def test_the_same_seed_and_address_make_the_same_reader(seed: int, address: str) -> None:
    assert temperament_of(Dice(seed), address) == temperament_of(Dice(seed), address.upper())


@given(st.integers(), addresses)
def test_a_company_has_one_gateway_for_all_its_readers(seed: int, address: str) -> None:
    domain = address.partition("@")[2]
    assert gateway_of(Dice(seed), domain) == gateway_of(Dice(seed), domain.upper())


def test_another_seed_makes_other_people() -> None:
    readers = [f"reader{number}@sample.example" for number in range(40)]
    first = [temperament_of(Dice(1), address) for address in readers]
    assert first != [temperament_of(Dice(2), address) for address in readers]


def test_every_mood_occurs_among_three_hundred_people() -> None:
    moods = Counter(temperament_of(Dice(2026), f"r{n}@sample.example").mood for n in range(300))
    assert set(moods) == set(Mood)


def test_only_people_without_patience_ever_leave() -> None:
    for number in range(300):
        reader = temperament_of(Dice(7), f"r{number}@sample.example")
        assert (reader.patience > 0) or reader.mood is not Mood.ANNOYED


def test_throws_about_one_matter_do_not_change_throws_about_another() -> None:
    alone = Dice(5).about("b").random()
    dice = Dice(5)
    dice.about("a").random()
    assert dice.about("b").random() == alone


def test_what_has_no_weight_is_never_picked() -> None:
    rng = Dice(1).about("weights")
    assert {pick(rng, {"never": 0.0, "always": 1.0}) for _ in range(50)} == {"always"}
