"""Moments in words: in the workspace's zone, which is named where this machine is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.widgets import moments

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_where_the_machine_shows_the_same_time_no_zone_is_said(at_home_in: Callable[[str], None]) -> None:
    at_home_in("Asia/Singapore")
    assert moments.told(NOON, SHANGHAI) == "2026-03-01 20:00"
    assert moments.hint(NOON, SHANGHAI) == "2026-03-01 20:00 (Asia/Shanghai)"


def test_elsewhere_the_zone_is_said_and_the_time_here_is_in_the_tooltip(
    at_home_in: Callable[[str], None],
) -> None:
    at_home_in("Europe/Berlin")
    assert moments.told(NOON, SHANGHAI) == "2026-03-01 20:00 (Asia/Shanghai)"
    assert moments.hint(NOON, SHANGHAI).splitlines() == [
        "2026-03-01 20:00 (Asia/Shanghai)",
        "On this machine: 2026-03-01 13:00",
    ]
    assert moments.elsewhere(SHANGHAI)
