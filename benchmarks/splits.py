"""How often the rule of splits errs, and how many people it needs: the tables of docs/splits.md.

    python benchmarks/splits.py [RUNS]

Simulated people come one by one; the figures are looked at after every 50 of them, as an
upkeep does once a day. Seeds are fixed: the same table every time.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

from nurture.domain.experiment import Count, judge
from nurture.domain.steps import Split, Variant
from nurture.domain.winner import By, Measure, Winner

_NOW = datetime(2026, 5, 12, tzinfo=UTC)
_LOOK = 50
_MOST = 10_000

#: shares, rates, confidence: nobody is better
EQUAL = [
    ((50, 50), (0.05, 0.05), 0.95),
    ((50, 50), (0.20, 0.20), 0.95),
    ((50, 50), (0.10, 0.10), 0.80),
    ((90, 10), (0.10, 0.10), 0.95),
    ((34, 33, 33), (0.10, 0.10, 0.10), 0.95),
]

#: shares, rates, confidence: the last one is better
BETTER = [
    ((50, 50), (0.05, 0.10), 0.95),
    ((50, 50), (0.10, 0.15), 0.95),
    ((50, 50), (0.10, 0.20), 0.95),
    ((50, 50), (0.10, 0.20), 0.80),
    ((50, 50), (0.20, 0.30), 0.95),
    ((50, 50), (0.10, 0.12), 0.95),
    ((80, 20), (0.10, 0.20), 0.95),
    ((34, 33, 33), (0.10, 0.10, 0.20), 0.95),
]


def run(
    seed: int, shares: Sequence[int], rates: Sequence[float], confidence: float
) -> tuple[int | None, int]:
    """Return the number of the variant that wins, or None, and how many people it took."""
    rng = Random(seed)
    names = [str(number) for number in range(len(shares))]
    variants = tuple(Variant(n, s, None) for n, s in zip(names, shares, strict=True))
    rule = Winner(Measure(By.CLICKED, timedelta(days=7)), 50, confidence)
    split = Split("s", variants, rule)
    observed, done = [0] * len(names), [0] * len(names)
    for people in range(_LOOK, _MOST + 1, _LOOK):
        for one in rng.choices(range(len(names)), shares, k=_LOOK):
            observed[one] += 1
            done[one] += rng.random() < rates[one]
        counts = {n: Count(o, o, o, d) for n, o, d in zip(names, observed, done, strict=True)}
        winner = judge(split, counts, _NOW, _NOW).winner
        if winner is not None:
            return int(winner), people
    return None, _MOST


def main(runs: int) -> None:
    """Print both tables as Markdown."""
    print(f"| shares | rate of all | confidence | a winner in {_MOST:,} people, {runs} runs |")
    print("| --- | --- | --- | --- |")
    for shares, rates, confidence in EQUAL:
        wrong = sum(run(seed, shares, rates, confidence)[0] is not None for seed in range(runs))
        print(f"| {_joined(shares)} | {rates[0]:.0%} | {confidence:g} | {wrong / runs:.1%} |")
    print()
    print("| shares | rates | confidence | best one found | another one won | people (median) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for shares, rates, confidence in BETTER:
        found = [run(seed, shares, rates, confidence) for seed in range(runs)]
        right = [people for winner, people in found if winner == len(shares) - 1]
        wrong = len([1 for winner, _ in found if winner not in (None, len(shares) - 1)])
        shown = " / ".join(f"{rate:.0%}" for rate in rates)
        print(
            f"| {_joined(shares)} | {shown} | {confidence:g} | {len(right) / runs:.0%} "
            f"| {wrong / runs:.1%} | {median(right):,.0f} |"
        )


def _joined(shares: Sequence[int]) -> str:
    return "/".join(map(str, shares))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
