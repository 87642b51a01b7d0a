"""What a control group says about a campaign, in words, for the designer and for pages."""

from __future__ import annotations

from typing import Protocol

from engine.i18n import tr


class Change(Protocol):
    """See `engine.report.statistics.Uplift`; low and high are its interval."""

    @property
    def gap(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def ratio(self) -> float | None: ...
    @property
    def extra(self) -> float: ...
    @property
    def p(self) -> float: ...
    @property
    def exact(self) -> bool: ...
    @property
    def holds(self) -> bool: ...


def uplift_words(change: Change) -> str:
    """What the campaign changes, and whether that holds, in one sentence."""
    gap = _points(change.gap)
    if not change.holds:
        return tr("{gap} points against the control group: that may still be chance.", gap=gap)
    if change.gap < 0:
        return tr("{gap} points against the control group: the campaign does harm, and that holds.", gap=gap)
    return tr(
        "{gap} points against the control group, about {n:,.0f} people more: that holds.",
        gap=gap,
        n=change.extra,
    )


def method_words(change: Change) -> str:
    """Where the difference lies, by which test, and how likely it is chance."""
    test = tr("Fisher's exact test") if change.exact else tr("z-test of two proportions")
    shown = f"{change.p:.4f}" if change.p >= 0.0001 else "< 0.0001"
    return tr(
        "95 % interval of the difference: {low} to {high} points; {test}, two-sided: p = {p}",
        low=_points(change.low),
        high=_points(change.high),
        test=test,
        p=shown,
    )


def _points(share: float) -> str:
    """Percentage points with their sign."""
    return f"{share * 100:+.2f}".replace("-", "−")
