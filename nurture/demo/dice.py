"""Chance that can be repeated: every throw depends on the seed and on what it is about."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Throws for one seed; the order in which things happen changes none of them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def about(self, *what: object) -> random.Random:
        """Return a generator of its own for one matter, e.g. ("reads", address, subject)."""
        return random.Random("/".join(map(str, (self._seed, *what))))

    def happens(self, chance: float, *what: object) -> bool:
        """Say whether something of this chance (0 to 1) happens."""
        return self.about(*what).random() < chance


def pick(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Return one of the keys, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
