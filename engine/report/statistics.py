"""The statistics of AB tests and control groups: rates with intervals, which group is best, how many people
that needs, what a campaign changes.

Every formula is a published one, named where it stands; the tests hold it to published values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
"""Of the intervals; one minus it is how often a winner may be announced that is none."""
POWER = 0.8
"""How often the needed sample finds a difference that exists."""
EACH_LOOK = 0.0106
"""How unlikely by chance a difference has to be that somebody looks at again and again: with ten looks, one
is announced in 5 % of the cases in which there is none (Pocock 1977, table 1)."""
SMALL = 5
"""An expected count below this asks for the exact test (Cochran 1954)."""
MOST_EXACT = 100_000
"""People of two groups up to which the exact test is used."""

_NORMAL = NormalDist()
_POINTS, _FEWEST = 1_600, 80
"""Points of integration, shared by the groups, and the fewest of one group."""


class Arm(NamedTuple):
    """People of one group whose goal was judged, and who reached it."""

    judged: int
    achieved: int

    @property
    def rate(self) -> float | None:
        """The share that reached it, None where nobody was judged."""
        return self.achieved / self.judged if self.judged else None


class Interval(NamedTuple):
    """Where a rate lies."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How one group stands: its rate, where that lies, and the probability that it is the best."""

    arm: Arm
    rate: float | None
    interval: Interval
    best: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test says so far.

    Attributes:
        standings: of the groups, as they were given.
        leader: the place of the best rate, None where none is ahead of all others.
        p: how likely a difference as large as the leader's is where there is none, the largest over the other
            groups, corrected for their number; None without a leader. exact: Fisher's test said so, not z.
        needed: people a group to tell the leader from the second, None without a leader.
        winner: the leader, once it holds.
    """

    standings: tuple[Standing, ...]
    leader: int | None = None
    p: float | None = None
    exact: bool = False
    needed: int | None = None
    winner: int | None = None


def verdict(arms: Sequence[Arm]) -> Verdict:
    """What a test of several groups says.

    The leader wins where two things hold. It differs from every other group by the test of two proportions
    at 5 %, corrected for their number (Bonferroni): then the chance to announce a group that is not the best
    is at most 5 %. And every group has the people that it needs to tell the difference that is seen with a
    power of 80 %. That asks for z ≥ 2.8, beyond the 2.555 that ten looks at a running test may cost (Pocock
    1977): so looking at the report again and again does no harm.
    """
    chances = probabilities_to_be_best(arms)
    standings = tuple(
        Standing(arm, arm.rate, wilson(arm.achieved, arm.judged), chance)
        for arm, chance in zip(arms, chances, strict=True)
    )
    leader = _leader(arms)
    if leader is None:
        return Verdict(standings)
    others = [arm for n, arm in enumerate(arms) if n != leader]
    tests = [difference(arms[leader], other) for other in others]
    p, exact = max(tests)
    p = min(1.0, p * len(others))
    second = max((arm.rate for arm in others if arm.rate is not None), default=0.0)
    needed = needed_sample(arms[leader].rate or 0.0, second)
    holds = p < 1 - CONFIDENCE and needed is not None and all(arm.judged >= needed for arm in arms)
    return Verdict(standings, leader, p, exact, needed, leader if holds else None)


def _leader(arms: Sequence[Arm]) -> int | None:
    """The only group with the highest rate, of at least two that have all been judged."""
    rates = [arm.rate for arm in arms]
    known = [rate for rate in rates if rate is not None]
    if len(known) < max(2, len(arms)) or known.count(max(known)) > 1:
        return None
    return rates.index(max(known))


def wilson(achieved: int, judged: int, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a proportion (Wilson 1927), from 0 to 1 where nobody was judged."""
    if not judged:
        return Interval(0.0, 1.0)
    z = _NORMAL.inv_cdf(0.5 + confidence / 2)
    share, spread = achieved / judged, z * z / judged
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / judged + spread / (4 * judged))
    low = 0.0 if achieved == 0 else max(0.0, (middle - half) / (1 + spread))
    high = 1.0 if achieved == judged else min(1.0, (middle + half) / (1 + spread))
    return Interval(low, high)


# ---- differences


@dataclass(frozen=True, slots=True)
class Uplift:
    """What a campaign changes: the rate of those who entered less that of the control group.

    Attributes:
        gap, interval: the difference and where it lies. ratio: how much that is of the control group's rate,
            None where that is nothing. extra: goals reached that nobody would have reached otherwise.
        p, exact: see `difference`. holds: it is there although somebody may have looked ten times.
    """

    gap: float
    interval: Interval
    ratio: float | None
    extra: float
    p: float
    exact: bool
    holds: bool

    @property
    def low(self) -> float:
        return self.interval.low

    @property
    def high(self) -> float:
        return self.interval.high


def uplift(entered: Arm, control: Arm) -> Uplift | None:
    """What entering changes; None as long as one of the groups has nobody."""
    if entered.rate is None or control.rate is None:
        return None
    gap = entered.rate - control.rate
    p, exact = difference(entered, control)
    ratio = gap / control.rate if control.rate else None
    between = difference_interval(entered, control)
    return Uplift(gap, between, ratio, gap * entered.judged, p, exact, p < EACH_LOOK)


def difference_interval(one: Arm, other: Arm, confidence: float = CONFIDENCE) -> Interval:
    """Where the difference of two proportions lies, out of their score intervals (Newcombe 1998, method 10),
    from -1 to 1 where nobody was judged in one of them."""
    if one.rate is None or other.rate is None:
        return Interval(-1.0, 1.0)
    first = wilson(one.achieved, one.judged, confidence)
    second = wilson(other.achieved, other.judged, confidence)
    gap = one.rate - other.rate
    below = math.hypot(one.rate - first.low, second.high - other.rate)
    above = math.hypot(first.high - one.rate, other.rate - second.low)
    return Interval(gap - below, gap + above)


def difference(one: Arm, other: Arm) -> tuple[float, bool]:
    """The p-value that two groups do not differ, and whether the exact test said so.

    Fisher's exact test, where an expected count is small, else the pooled z-test of two proportions.
    """
    if not one.judged or not other.judged:
        return 1.0, True
    everybody, reached = one.judged + other.judged, one.achieved + other.achieved
    smallest = min(one.judged, other.judged) * min(reached, everybody - reached) / everybody
    if smallest < SMALL and everybody <= MOST_EXACT:
        return fisher(one, other), True
    return 2 * (1 - _NORMAL.cdf(abs(z_score(one, other)))), False


def z_score(one: Arm, other: Arm) -> float:
    """The pooled z of two proportions; its square is Pearson's chi-squared of the table."""
    share = (one.achieved + other.achieved) / (one.judged + other.judged)
    error = math.sqrt(share * (1 - share) * (1 / one.judged + 1 / other.judged))
    gap = one.achieved / one.judged - other.achieved / other.judged
    return gap / error if error else 0.0


def fisher(one: Arm, other: Arm) -> float:
    """Fisher's exact test, two-sided: all tables that are at most as likely as the one that is there."""
    reached = one.achieved + other.achieved
    low, high = max(0, reached - other.judged), min(reached, one.judged)
    everything = _log_choose(one.judged + other.judged, reached)
    likely = [
        math.exp(_log_choose(one.judged, k) + _log_choose(other.judged, reached - k) - everything)
        for k in range(low, high + 1)
    ]
    seen = likely[one.achieved - low] * (1 + 1e-7)  # as R does: equal tables differ by rounding
    return min(1.0, math.fsum(p for p in likely if p <= seen))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def needed_sample(
    one: float, other: float, power: float = POWER, confidence: float = CONFIDENCE
) -> int | None:
    """People a group to tell two rates apart (Fleiss, Levin & Paik 2003, section 4.2.1); None: never."""
    if one == other:
        return None
    z, middle = _NORMAL.inv_cdf(0.5 + confidence / 2), (one + other) / 2
    by_chance = z * math.sqrt(2 * middle * (1 - middle))
    by_power = _NORMAL.inv_cdf(power) * math.sqrt(one * (1 - one) + other * (1 - other))
    return math.ceil(((by_chance + by_power) / (one - other)) ** 2)


# ---- which is best


def probabilities_to_be_best(arms: Sequence[Arm]) -> list[float]:
    """The probability of each group that its true rate is the highest, out of Beta(1 + achieved, 1 + missed).

    The integral of one group's density times the others' distributions (Thompson 1933), on points that are
    near each other where any density is. Over the log-odds, every density vanishes at both ends.
    """
    if not arms:
        return []
    shapes = [(arm.achieved + 1, arm.judged - arm.achieved + 1) for arm in arms]
    each = max(_FEWEST, _POINTS // len(arms))
    points = sorted({t for a, b in shapes for t in _points(a, b, each)})
    steps = [right - left for left, right in pairwise(points)]
    densities = [_densities(points, a, b) for a, b in shapes]
    below = [_sums(density, steps) for density in densities]
    chances = []
    for n, density in enumerate(densities):
        others = [below[m] for m in range(len(arms)) if m != n]
        product = [math.prod(values, start=d) for d, *values in zip(density, *others, strict=True)]
        chances.append(_trapezoids(product, steps))
    total = math.fsum(chances)
    return [chance / total for chance in chances]


def _points(a: int, b: int, many: int) -> list[float]:
    """Log-odds at which a Beta density is not nothing."""
    middle, spread = math.log(a / b), math.sqrt(1 / a + 1 / b)
    first, last = middle - 6 * spread - 14 / a, middle + 6 * spread + 14 / b
    return [first + (last - first) * n / many for n in range(many + 1)]


def _densities(points: Sequence[float], a: int, b: int) -> list[float]:
    """A Beta density over log-odds: x^a (1 - x)^b."""
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    logs = [scale - a * _log_of_one_plus_exp(-t) - b * _log_of_one_plus_exp(t) for t in points]
    return [math.exp(log) if log > -700 else 0.0 for log in logs]


def _log_of_one_plus_exp(t: float) -> float:
    return max(t, 0.0) + math.log1p(math.exp(-abs(t)))


def _sums(density: Sequence[float], steps: Sequence[float]) -> list[float]:
    """The distribution at each point; it ends at 1."""
    pieces = ((left + right) / 2 * step for (left, right), step in zip(pairwise(density), steps, strict=True))
    sums = list(accumulate(pieces, initial=0.0))
    return [one / sums[-1] for one in sums]


def _trapezoids(values: Sequence[float], steps: Sequence[float]) -> float:
    return math.fsum((a + b) / 2 * step for (a, b), step in zip(pairwise(values), steps, strict=True))
