"""Comparing rates honestly while looking all the time.

A test that is looked at every day and stopped when it "turns significant" finds a winner in
nothing: looked at often enough, a 5 % test errs in a third of all cases and more. What stands
here holds at every moment at once, however often one looks and whenever one stops.

**The test of two variants.** Among those who did it (clicked, replied …), whose variant were
they in? If both were equally good, each success would come from variant *v* with probability
w = share(v) / (share(v) + share(u)), one after the other, whatever the rate is and however it
changes from day to day: the hash that divides people knows nothing of them. Against that
stands a mixture of all other probabilities π, weighted by a Beta(κ·w, κ·(1−w)) density. After
s successes in v and f in u the evidence is

    E(π) = B(κw + s, κ(1−w) + f) / (B(κw, κ(1−w)) · π^s · (1−π)^f)

E(w) is a martingale of mean 1 as long as the variants are equal, so by Ville's inequality it
ever reaches 1/α with probability α at most, exactly, for any number of people. All π with
E(π) < 1/α make an interval that holds the true one at all times with probability 1 − α; as
π/(1−π) · (1−w)/w is the ratio of the rates, it is an interval of that ratio, too.

Several variants: the winner must beat each of the k−1 others, each at α/(k−1) (Bonferroni),
so that one that is not the best is taken for it with probability α at most.

Sources: J. Ville, Étude critique de la notion de collectif (1939); H. Robbins, Statistical
methods related to the law of the iterated logarithm, Ann. Math. Statist. 41 (1970); M. Lindon
and A. Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022 (successes, and
the check of the shares); E. Miller, Simple sequential A/B testing (2015), whose single wager
this mixes. Wilson's and Newcombe's intervals are those of one look: E. B. Wilson, JASA 22
(1927); R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

#: how strongly the mixture expects variants to be alike: with 20, a ratio of the rates between
#: 1/2.4 and 2.4 is thought likely; found by simulation to serve lifts of 25 to 100 percent
PRIOR = 20.0

#: the same for shares, which differ by little where they differ
_PRIOR_OF_SHARES = 200.0

#: evidence from which on people are surely not divided by the shares
SKEWED = 1000.0

_TURNS = 60


def log_evidence(wins: int, others: int, weight: float, supposed: float | None = None) -> float:
    """Return ln E(π): how much speaks against π being `supposed` (without it: the weight).

    `wins` and `others`: successes in the two variants; `weight`: the part of people that the
    first one gets, strictly between 0 and 1.
    """
    point = weight if supposed is None else supposed
    a, b = PRIOR * weight, PRIOR * (1.0 - weight)
    mixed = _log_beta(a + wins, b + others) - _log_beta(a, b)
    return mixed - wins * log(point) - others * log(1.0 - point)


def surprise(wins: int, others: int, weight: float) -> float:
    """Return the always-valid p-value of two equal variants, between 0 and 1."""
    return exp(min(0.0, -log_evidence(wins, others, weight)))


def ratio_interval(wins: int, others: int, weight: float, alpha: float) -> tuple[float, float]:
    """Return the always-valid interval of the ratio of the rates, first by second variant.

    It holds the true ratio at all times at once with probability 1 − alpha. Its ends may be
    0 and infinity.
    """
    limit = -log(alpha)

    def outside(point: float) -> bool:
        return log_evidence(wins, others, weight, point) >= limit

    middle = wins / (wins + others) if wins + others else weight
    edge = 1e-9
    inside = min(max(middle, edge), 1.0 - edge)
    low = 0.0 if not outside(edge) else _border(edge, inside, outside)
    high = 1.0 if not outside(1.0 - edge) else _border(1.0 - edge, inside, outside)
    return _ratio(low, weight), _ratio(high, weight)


def _border(out: float, inside: float, outside: Callable[[float], bool]) -> float:
    for _ in range(_TURNS):
        middle = (out + inside) / 2.0
        if outside(middle):
            out = middle
        else:
            inside = middle
    return inside


def _ratio(point: float, weight: float) -> float:
    if point >= 1.0:
        return float("inf")
    return point / (1.0 - point) * (1.0 - weight) / weight


def shares_evidence(counts: Sequence[int], weights: Sequence[float]) -> float:
    """Return how much speaks against people being divided by these weights (they add up to 1).

    A martingale of mean 1 where they are; from SKEWED on something else than the split
    decides who is counted, and rates cannot be compared.
    """
    total = sum(counts)
    found = lgamma(_PRIOR_OF_SHARES) - lgamma(_PRIOR_OF_SHARES + total)
    for count, weight in zip(counts, weights, strict=True):
        prior = _PRIOR_OF_SHARES * weight
        found += lgamma(prior + count) - lgamma(prior) - count * log(weight)
    return exp(min(found, 500.0))


def wilson(successes: int, people: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a rate, for one look; (0, 1) of nobody."""
    if not people:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2.0)
    rate = successes / people
    middle = (rate + z * z / (2 * people)) / (1 + z * z / people)
    half = z / (1 + z * z / people) * sqrt(rate * (1 - rate) / people + (z / (2 * people)) ** 2)
    # Exact at the ends, where rounding would leave a trace.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == people else min(1.0, middle + half)
    return low, high


def difference(
    first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95
) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two rates, for one look.

    Each group is (successes, people); the second rate is taken from the first.
    """
    (s1, n1), (s2, n2) = first, second
    if not (n1 and n2):
        return -1.0, 1.0
    p1, p2 = s1 / n1, s2 / n2
    (l1, u1), (l2, u2) = wilson(s1, n1, confidence), wilson(s2, n2, confidence)
    low = p1 - p2 - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2)
    high = p1 - p2 + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2)
    return max(-1.0, low), min(1.0, high)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
