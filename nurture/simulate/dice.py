"""Chance that depends on the seed and on what is decided, never on the order of asking."""

from __future__ import annotations

import math
from collections.abc import Iterator
from hashlib import blake2b

#: fractions that one digest yields
_EACH = 8
_SCALE = 1.0 / (1 << 64)


class Dice:
    """Fractions in [0, 1) for a seed."""

    def __init__(self, seed: int) -> None:
        self._key = seed.to_bytes(16, "big", signed=True)

    def about(self, *what: object) -> Iterator[float]:
        """Yield fractions without end; the same seed and words yield the same ones."""
        text = "\0".join(map(str, what))
        for page in range(1 << 30):
            words = text if not page else f"{text}\0{page}"
            digest = blake2b(words.encode(), key=self._key, digest_size=8 * _EACH).digest()
            for first in range(0, 8 * _EACH, 8):
                yield int.from_bytes(digest[first : first + 8], "big") * _SCALE


def late(fraction: float, median: float, spread: float = 1.2) -> float:
    """Return a delay with this median from a fraction: most soon, a few very late.

    A log-logistic quantile, which needs no tables: `spread` is its shape (1: heavy tail).
    """
    fraction = min(max(fraction, 1e-6), 1 - 1e-6)
    return median * math.pow(fraction / (1 - fraction), 1 / spread)


def gap(fraction: float, mean: float) -> float:
    """Return the time to the next of independent happenings, `mean` apart on average."""
    return -math.log(1 - fraction) * mean
