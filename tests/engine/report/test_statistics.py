"""The statistics of AB tests against published values, whose sources stand beside them."""

from __future__ import annotations

import math
from fractions import Fraction
from math import comb, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.report.statistics import (
    CONFIDENCE,
    EACH_LOOK,
    Arm,
    difference,
    difference_interval,
    fisher,
    needed_sample,
    probabilities_to_be_best,
    uplift,
    verdict,
    wilson,
    z_score,
)


@pytest.mark.parametrize(
    ("achieved", "judged", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_tabulates(achieved: int, judged: int, low: float, high: float) -> None:
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    (1998), 857-872, Table I, method 3."""
    found = wilson(achieved, judged)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [
        # R. A. Fisher, The Design of Experiments (1935), the lady tasting tea; two-sided: A. Agresti,
        # Categorical Data Analysis (2002), section 3.5.2, and the examples of R's fisher.test: 0.4857.
        (Arm(4, 3), Arm(4, 1), 0.4857),
        # R. A. Fisher, The logic of inductive inference, JRSS 98 (1935), criminal twins; two-sided as R's
        # fisher.test: 0.0005367.
        (Arm(12, 10), Arm(18, 3), 0.0005367),
    ],
)
def test_fisher_as_published(one: Arm, other: Arm, p: float) -> None:
    assert fisher(one, other) == pytest.approx(p, rel=1e-3)
    assert difference(one, other)[1] or one.judged == 12


def test_z_as_the_physicians_health_study() -> None:
    """A. Agresti, An Introduction to Categorical Data Analysis (2007), Table 2.3: 189 of 11,034 heart attacks
    with placebo, 104 of 11,037 with aspirin; X² = 25.0."""
    one, other = Arm(11_034, 189), Arm(11_037, 104)
    assert z_score(one, other) ** 2 == pytest.approx(25.01, abs=0.01)
    p, exact = difference(one, other)
    assert p < 0.0001
    assert not exact


def test_needed_sample_as_r_documents() -> None:
    """The example of R's power.prop.test(p1 = .50, p2 = .75, power = .90): n = 76.7."""
    assert needed_sample(0.50, 0.75, power=0.9) == 77
    assert needed_sample(0.3, 0.3) is None


def exactly(one: Arm, other: Arm) -> Fraction:
    """P(other's rate > one's) as a sum: E. Miller, Formulas for Bayesian A/B testing (2014); J. D. Cook,
    Exact calculation of Beta inequalities, M. D. Anderson Cancer Center (2005)."""
    a, b = one.achieved + 1, one.judged - one.achieved + 1
    c, d = other.achieved + 1, other.judged - other.achieved + 1

    def beta(p: int, q: int) -> Fraction:
        return Fraction(factorial(p - 1) * factorial(q - 1), factorial(p + q - 1))

    return sum(
        (beta(a + i, b + d) / ((d + i) * beta(1 + i, d) * beta(a, b)) for i in range(c)), start=Fraction(0)
    )


arms = st.integers(0, 60).flatmap(lambda n: st.builds(Arm, st.just(n), st.integers(0, n)))


@given(arms, arms)
@settings(max_examples=40)
def test_probabilities_of_two_as_the_exact_sum(one: Arm, other: Arm) -> None:
    # A tenth of a percent is shown; the furthest of 1,500 pairs was 1.4e-5 off.
    assert probabilities_to_be_best([one, other])[1] == pytest.approx(float(exactly(one, other)), abs=2e-5)


@given(st.lists(arms, min_size=1, max_size=5))
@settings(max_examples=20)
def test_probabilities_are_shares(given_arms: list[Arm]) -> None:
    found = probabilities_to_be_best(given_arms)
    assert math.fsum(found) == pytest.approx(1)
    assert all(0 <= one <= 1 for one in found)


def test_probabilities_where_numbers_are_very_unlike() -> None:
    alike = probabilities_to_be_best([Arm(5_000_000, 500_000), Arm(5_000_000, 500_000), Arm(10, 0)])
    assert alike[0] == pytest.approx(alike[1], abs=1e-6)
    # With no success in ten, Beta(1, 11) lies above 0.1 with 0.9^11; it is then above both of the others.
    assert alike[2] == pytest.approx(0.9**11, abs=1e-3)


def test_a_winner_only_when_it_holds() -> None:
    clear = verdict([Arm(4_000, 400), Arm(4_000, 520)])
    assert (clear.leader, clear.winner) == (1, 1)
    assert clear.needed is not None
    assert clear.needed <= 4_000
    early = verdict([Arm(1_500, 150), Arm(1_500, 185)])  # p < 5 %, but too few to be sure of it
    assert early.p is not None
    assert early.p < 1 - CONFIDENCE
    assert (early.leader, early.winner) == (1, None)
    assert early.needed is not None
    assert early.needed > 1_500
    assert verdict([Arm(10, 3), Arm(10, 3)]).leader is None
    assert verdict([Arm(10, 3), Arm(0, 0)]).leader is None
    assert verdict([]).standings == ()


def test_a_winner_has_to_beat_every_group() -> None:
    two = verdict([Arm(3_000, 300), Arm(3_000, 380)])
    three = verdict([Arm(3_000, 300), Arm(3_000, 380), Arm(3_000, 372)])
    assert two.winner == 1
    assert (three.leader, three.winner) == (1, None)


@given(arms.filter(lambda arm: arm.judged > 0), arms.filter(lambda arm: arm.judged > 0))
def test_fisher_is_symmetric_and_a_probability(one: Arm, other: Arm) -> None:
    assert 0 < fisher(one, other) <= 1
    assert fisher(one, other) == pytest.approx(fisher(other, one), rel=1e-6)
    total, reached = one.judged + other.judged, one.achieved + other.achieved
    seen = comb(one.judged, one.achieved) * comb(other.judged, other.achieved) / comb(total, reached)
    assert fisher(one, other) >= seen * (1 - 1e-9)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (Arm(70, 56), Arm(80, 48), 0.0524, 0.3339),
        (Arm(10, 9), Arm(10, 3), 0.1705, 0.8090),
        (Arm(7, 6), Arm(7, 2), 0.0582, 0.8062),
        (Arm(56, 5), Arm(29, 0), -0.0381, 0.1926),
        (Arm(10, 0), Arm(20, 0), -0.1611, 0.2775),
        (Arm(10, 0), Arm(10, 0), -0.2775, 0.2775),
        (Arm(10, 10), Arm(20, 0), 0.6791, 1.0),
        (Arm(10, 10), Arm(10, 0), 0.6075, 1.0),
    ],
)
def test_differences_lie_where_newcombe_tabulates(one: Arm, other: Arm, low: float, high: float) -> None:
    """R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873-890, Table II, method 10."""
    found = difference_interval(one, other)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_ten_looks_cost_as_much_as_pocock_tabulates() -> None:
    """S. J. Pocock, Group sequential methods in the design and analysis of clinical trials, Biometrika 64
    (1977), 191-199, Table 1: ten looks, z = 2.555."""
    assert round(math.erfc(2.555 / math.sqrt(2)), 4) == EACH_LOOK


def test_what_a_campaign_changes_holds_once_ten_looks_would_not_show_it_by_chance() -> None:
    enough, too_little = uplift(Arm(9_000, 630), Arm(1_000, 45)), uplift(Arm(9_000, 630), Arm(1_000, 51))
    assert enough is not None
    assert too_little is not None
    assert enough.holds
    # Beyond the 5 % of a single look, but not of ten.
    assert too_little.interval.low > 0
    assert too_little.p < 1 - CONFIDENCE
    assert not too_little.holds
    assert enough.gap == pytest.approx(0.025)
    assert enough.extra == pytest.approx(225)
    assert enough.ratio == pytest.approx(0.025 / 0.045)


def test_nothing_is_said_without_a_control_group() -> None:
    assert uplift(Arm(10, 3), Arm(0, 0)) is None
    without = uplift(Arm(10, 3), Arm(5, 0))
    assert without is not None
    assert without.ratio is None
