"""How a contact stands, against what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Iterable

from nurture.domain.conditions import All
from nurture.domain.evaluate import holds
from nurture.domain.scenario import Expectation, Holds, Owner, Score, State
from nurture.domain.scenario_miss import Miss
from nurture.domain.scenario_seen import Seen, Why


def judge_state(expected: Expectation, seen: Seen) -> Miss | None:
    """Return None where temperature, stage, score, owner or condition are as expected."""
    match expected:
        case State(what="temperature", words=words):
            if seen.temperature in words:
                return None
            detail = {"found": seen.temperature, "score": seen.score}
            return Miss("temperature_is", detail, why=_moved(seen.moves, "warmer", "cooler"))
        case State(words=words):
            if seen.lifecycle in words:
                return None
            detail = {"found": seen.lifecycle, "score": seen.score}
            return Miss("lifecycle_is", detail, why=_moved(seen.moves, "stage", "returned"))
        case Score(low=low, high=high):
            # Points fade by the second: what shows as 60.0 is 60.
            if low <= round(seen.score, 1) <= high:
                return None
            return Miss("score_is", {"found": seen.score})
        case Owner(key=key):
            return None if key == seen.owner else Miss("owner_is", {"found": seen.owner})
        case Holds(condition=condition, truth=truth):
            if holds(condition, seen.facts) is truth:
                return None
            if not truth or not isinstance(condition, All):
                return Miss("does_not_hold" if truth else "does_hold")
            wrong = [part for part in condition.parts if not holds(part, seen.facts)]
            return Miss("parts_do_not_hold", {"parts": wrong})
    raise TypeError(expected)


def _moved(moves: Iterable[Why], *reasons: str) -> tuple[Why, ...]:
    return tuple(one for one in moves if one.reason in reasons)[-1:]
