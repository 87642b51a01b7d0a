"""What an AB test says so far, in words."""

from __future__ import annotations

from engine.i18n import tr
from engine.server.wire.reporting import ReportTest


def verdict_words(test: ReportTest) -> str:
    """What the test says so far, in one sentence."""
    names = {group.port: group.name for group in test.groups}
    if test.winner is not None:
        return tr("“{name}” is the best group: that holds.", name=names[test.winner])
    if test.leader is None:
        return tr("No group is ahead yet.")
    least = min(group.judged for group in test.groups)
    if test.needed is not None and test.needed > least:
        return tr(
            "“{name}” is ahead, but not surely yet: that takes {needed:,} people a group, there are {n:,}.",
            name=names[test.leader],
            needed=test.needed,
            n=least,
        )
    return tr("“{name}” is ahead, but that may be chance.", name=names[test.leader])


def method_words(test: ReportTest) -> str:
    """By which test, and how likely it is chance."""
    if test.p is None:
        return ""
    test_name = tr("Fisher's exact test") if test.exact else tr("z-test of two proportions")
    shown = f"{test.p:.4f}" if test.p >= 0.0001 else "< 0.0001"
    return tr("{test}, two-sided, corrected for the number of groups: p = {p}", test=test_name, p=shown)
