"""Experiments: who wins and when, and how often that is wrong, shown by simulation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import sqrt
from random import Random

import pytest

from nurture.domain.experiment import Count, State, first_look, judge, next_look
from nurture.domain.steps import Split, Variant
from nurture.domain.winner import By, Measure, Otherwise, Winner
from tests.domain.journeys import START

WEEK = Measure(By.CLICKED, timedelta(days=7))


def split(
    shares: Sequence[int] = (50, 50), after: int = 50, confidence: float = 0.95, **rule: object
) -> Split:
    winner = Winner(WEEK, after, confidence, **rule)  # type: ignore[arg-type]
    return Split(
        "s", tuple(Variant("abcdef"[n], share, None) for n, share in enumerate(shares)), winner
    )


def counts(*arms: tuple[int, int], pending: int = 0) -> dict[str, Count]:
    """Return figures of (observed, successes) per variant."""
    return {
        "abcdef"[n]: Count(people, people, people, done, done, pending=pending)
        for n, (people, done) in enumerate(arms)
    }


def winner_of(seed: int, rates: Sequence[float], one: Split, people: int, step: int = 40) -> str:
    """Return who wins among people who come one by one, with a look every `step` of them."""
    rng = Random(seed)
    names = [variant.name for variant in one.variants]
    weights = [variant.share for variant in one.variants]
    rate = dict(zip(names, rates, strict=True))
    observed, done = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for _ in range(people // step):
        for name in rng.choices(names, weights, k=step):
            observed[name] += 1
            done[name] += rng.random() < rate[name]
        found = {n: Count(observed[n], observed[n], observed[n], done[n]) for n in names}
        verdict = judge(one, found, START, START)
        if verdict.winner is not None:
            return verdict.winner
    return ""


#: shares, rates, confidence: in each, no variant is better than the others
EQUALS = [
    ((50, 50), (0.10, 0.10), 0.95),
    ((50, 50), (0.30, 0.30), 0.80),
    ((90, 10), (0.08, 0.08), 0.90),
    ((34, 33, 33), (0.10, 0.10, 0.10), 0.90),
]


@pytest.mark.parametrize(("shares", "rates", "confidence"), EQUALS)
def test_of_equal_variants_one_wins_as_rarely_as_the_confidence_says(
    shares: Sequence[int], rates: Sequence[float], confidence: float
) -> None:
    """A/A: looked at after every 40 of 2,000 people, errors stay within 1 − confidence.

    Bound: three standard errors of 250 runs. The seeds are fixed.
    """
    runs, alpha = 250, 1 - confidence
    one = split(shares, 20, confidence)
    wrong = sum(winner_of(seed, rates, one, 2000) != "" for seed in range(runs))
    assert wrong <= runs * alpha + 3 * sqrt(runs * alpha * (1 - alpha))


def test_a_test_of_one_look_errs_far_more_often_when_it_is_looked_at_all_the_time() -> None:
    """What the rule is there for: the same people, judged by |z| > 1.96 after every 20."""
    wrong = 0
    for seed in range(150):
        rng, done = Random(seed), [0, 0]
        for look in range(1, 101):
            for arm in (0, 1):
                done[arm] += sum(rng.random() < 0.1 for _ in range(10))
            people, pooled = 10 * look, sum(done) / (20 * look)
            error = sqrt(2 * pooled * (1 - pooled) / people)
            if look > 5 and error and abs(done[0] - done[1]) / people > 1.96 * error:
                wrong += 1
                break
    assert wrong / 150 > 0.2


def test_a_better_variant_is_found_and_hardly_ever_the_other_one() -> None:
    """6 % against 12 %, up to 3,000 people: found in nine of ten runs at least."""
    found = [winner_of(seed, (0.06, 0.12), split(), 3000) for seed in range(80)]
    assert found.count("b") >= 72
    assert found.count("a") <= 80 * 0.05 + 3 * sqrt(80 * 0.05)


def test_nothing_is_decided_before_each_variant_has_its_people() -> None:
    verdict = judge(split(after=200), counts((500, 5), (150, 90)), START, START)
    assert (verdict.state, verdict.winner, verdict.needed) == (State.COLLECTING, None, 50)


def test_a_clear_lead_decides() -> None:
    verdict = judge(split(), counts((300, 15), (300, 60)), START, START)
    assert (verdict.winner, verdict.reason, verdict.best) == ("b", "split_sure", "b")
    assert verdict.sureness > 0.99
    behind, best = verdict.arms
    assert (behind.behind, best.behind) == (pytest.approx(-0.15), None)
    assert behind.ratio is not None
    assert behind.ratio[1] < 1


def test_a_small_lead_goes_on() -> None:
    verdict = judge(split(), counts((300, 25), (300, 33)), START, START)
    assert (verdict.state, verdict.winner) == (State.RUNNING, None)
    assert 0 <= verdict.sureness < 0.95


def test_the_winner_beats_every_other_one_not_just_the_last() -> None:
    verdict = judge(split((1, 1, 1)), counts((300, 10), (300, 58), (300, 60)), START, START)
    assert (verdict.best, verdict.winner) == ("c", None)


def test_people_who_are_not_divided_by_the_shares_decide_nothing_by_themselves() -> None:
    verdict = judge(split(), counts((900, 30), (300, 60)), START, START)
    assert (verdict.state, verdict.winner) == (State.SKEWED, None)


def test_nor_does_the_end_of_their_time_pick_the_best_of_what_cannot_be_compared() -> None:
    one = split(at_most=timedelta(days=10), otherwise=Otherwise.BEST)
    verdict = judge(one, counts((900, 30), (300, 60)), START, START + timedelta(days=11))
    assert (verdict.state, verdict.winner) == (State.INCONCLUSIVE, None)


#: what `otherwise` says → who wins when the time is over
OVER = [
    (Otherwise.BEST, "b", "split_time_over_best"),
    (Otherwise.FIRST, "a", "split_time_over_first"),
    (Otherwise.NONE, None, ""),
]


@pytest.mark.parametrize(("otherwise", "winner", "reason"), OVER)
def test_when_its_time_is_over_it_is_decided_as_the_file_says(
    otherwise: Otherwise, winner: str | None, reason: str
) -> None:
    one = split(after=1000, at_most=timedelta(days=30), otherwise=otherwise)
    seen = counts((80, 8), (80, 9))
    assert judge(one, seen, START, START + timedelta(days=29)).winner is None
    verdict = judge(one, seen, START, START + timedelta(days=30))
    assert (verdict.winner, verdict.reason) == (winner, reason)
    assert (verdict.state is State.INCONCLUSIVE) == (otherwise is Otherwise.NONE)


def test_when_nobody_was_observed_the_first_one_stays() -> None:
    one = split(at_most=timedelta(days=30))
    verdict = judge(one, {}, START, START + timedelta(days=31))
    assert (verdict.winner, verdict.reason) == ("a", "split_time_over_first")


def test_of_equal_rates_the_first_one_is_the_best() -> None:
    assert judge(split(), counts((100, 10), (100, 10)), START, START).best == "a"


def test_a_split_without_a_rule_is_shown_and_never_decided() -> None:
    one = Split("s", (Variant("a", 1, None), Variant("b", 1, None)))
    verdict = judge(one, counts((900, 9), (900, 300)), START, START)
    assert (verdict.state, verdict.winner, verdict.best) == (State.OPEN, None, "b")


def test_it_is_looked_at_once_a_day_at_most_while_somebody_is_observed() -> None:
    rule = split(at_most=timedelta(days=90)).winner
    assert rule is not None
    assert first_look(rule, START) == START + timedelta(days=7)
    waiting = counts((10, 1), pending=3)
    assert next_look(rule, waiting, START, START) == START + timedelta(days=1)
    assert next_look(rule, counts((10, 1)), START, START) == START + timedelta(days=90)
    late = START + timedelta(days=91)
    assert next_look(rule, counts((10, 1)), START, late) is None
    assert next_look(rule, waiting, START, late) == late + timedelta(days=1)
