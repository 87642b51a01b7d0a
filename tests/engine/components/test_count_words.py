"""Numbers of two runs beside each other, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.components.count_words import brief_moment, compared_text, difference_text, short_difference


@pytest.mark.parametrize(
    ("before", "now", "whole", "short"),
    [
        (1_000, 1_250, "1,000 → 1,250 ▲ +250 (+25%)", "1,000 → 1,250 ▲ +25%"),
        (1_000, 982, "1,000 → 982 ▼ −18 (−1.8%)", "1,000 → 982 ▼ −1.8%"),
        (0, 7, "0 → 7 ▲ +7", "0 → 7 ▲ +7"),
        (7, 0, "7 → 0 ▼ −7 (−100%)", "7 → 0 ▼ −100%"),
        (1_200, 1_200, "= 1,200", "= 1,200"),
        (None, 1_200, "only in B: 1,200", "only in B: 1,200"),
        (1_200, None, "only in A: 1,200", "only in A: 1,200"),
        (None, None, "", ""),
    ],
)
def test_a_difference_has_a_shape_a_sign_and_a_share(
    before: int | None, now: int | None, whole: str, short: str
) -> None:
    assert compared_text(before, now, difference_text) == whole
    assert compared_text(before, now, short_difference) == short


def test_a_moment_says_only_what_today_does_not() -> None:
    now = datetime(2026, 12, 30, 23, 50, tzinfo=UTC)
    later = {
        timedelta(minutes=9): "23:59",
        timedelta(minutes=10): "12-31 00:00",
        timedelta(2): "2027-01-01 23:50",
    }
    for time, words in later.items():
        assert brief_moment(now + time, now) == words
