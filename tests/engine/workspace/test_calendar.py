"""The calendar: when campaigns let people in, which share an audience on a day, and moving one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Refused, reschedule
from engine.campaign.ops import inverse
from engine.workspace.calendar import Planned, Published, planned
from engine.workspace.workspace import Workspace

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")


def document(
    id: str, trigger: dict[str, Any] | None, kind: str = "target_audience", **attributes: Any
) -> CampaignDocument:
    nodes = (
        {}
        if trigger is None
        else {"n_1": {"kind": kind, "name": "Who", "config": trigger, "confirmed": True}}
    )
    content = {"format": "campaign", "version": 1, "id": id, "name": id.upper(), **attributes, "nodes": nodes}
    target = "n_1" if nodes else None
    content["links"] = {"l_1": {"from": "n_start", "port": "out", "to": target}}
    if nodes:
        content["links"]["l_2"] = {"from": "n_1", "port": "out", "to": None}
    return campaign_file.parse(json.dumps(content).encode(), Path("x"))


def who(mode: str = "now", **more: Any) -> dict[str, Any]:
    return {"audiences": ["a_1"], "mode": mode, **more}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "shop", "Shop", "Europe/Berlin", "en")


def december(workspace: Workspace, runs: dict[str, Published] | None = None) -> dict[str, Planned]:
    found = planned(workspace, date(2026, 12, 1), date(2026, 12, 31), runs or {}, NOW)
    return {one.id: one for one in found}


def days(one: Planned) -> list[int]:
    return [day.day for day in one.moments]


def test_drafts_with_a_date_and_cycles_on_their_grid(workspace: Workspace) -> None:
    weekly = {"unit": "week", "interval": 1, "time": "09:00", "weekdays": [1, 5]}
    for made in (
        document("c_once", who("once", at="2026-12-24T23:30:00Z")),
        document(
            "c_weekly",
            who("recurring", every=weekly),
            start="2026-12-05T00:00:00+01:00",
            end="2026-12-15T00:00:00+01:00",
        ),
        document("c_twice", who("recurring", every=weekly, max_cycles=2), start="2026-12-05T00:00:00+01:00"),
        document("c_undated", who("now")),
        document("c_event", {"event": "order"}, "behavior_event", start="2026-12-30T00:00:00+01:00"),
        document("c_later", who("now"), start="2027-01-01T00:00:00+01:00"),
        document("c_empty", None, start="2026-12-03T10:00:00+01:00"),
    ):
        workspace.save_campaign(made)
    found = december(workspace)
    assert list(found) == ["c_empty", "c_twice", "c_weekly", "c_once", "c_event"]
    assert days(found["c_once"]) == [25]  # in the workspace's zone
    assert days(found["c_weekly"]) == [7, 11, 14]
    assert (found["c_weekly"].first.day, found["c_weekly"].last) == (5, date(2026, 12, 14))
    assert days(found["c_twice"]) == [7, 11]
    assert (found["c_event"].by_event, found["c_event"].last) == (True, None)
    assert found["c_event"].on(date(2026, 12, 31))
    assert not found["c_event"].on(date(2026, 12, 29))
    assert found["c_weekly"].overlaps == {
        date(2026, 12, 7): ("C_TWICE",),
        date(2026, 12, 11): ("C_TWICE",),
    }


def test_what_runs_goes_on_from_its_next_cycle(workspace: Workspace) -> None:
    daily = {"unit": "day", "interval": 10, "time": "09:00"}
    workspace.save_campaign(document("c_daily", who("recurring", every=daily)))
    workspace.save_campaign(document("c_now", who("now")))
    workspace.save_campaign(document("c_done", who("now"), start="2026-12-05T00:00:00+01:00"))
    runs = {
        "c_daily": Published("in_progress", datetime(2026, 12, 4, 8, tzinfo=UTC)),
        "c_now": Published("in_progress"),
        "c_done": Published("completed"),
    }
    found = december(workspace, runs)
    assert set(found) == {"c_daily"}  # the one at once is on today, in November
    assert days(found["c_daily"]) == [4, 14, 24]
    assert (found["c_daily"].first, found["c_daily"].movable) == (date(2026, 11, 28), False)
    november = planned(workspace, date(2026, 11, 1), date(2026, 11, 30), runs, NOW)
    assert {one.id: (one.first.day, one.last) for one in november}["c_now"] == (1, date(2026, 11, 28))


def test_what_was_published_without_a_start_began_then(workspace: Workspace) -> None:
    every = {"unit": "day", "interval": 10, "time": "09:00"}
    workspace.save_campaign(document("c_daily", who("recurring", every=every)))
    workspace.save_campaign(document("c_now", who("now")))
    at = datetime(2026, 11, 25, 7, tzinfo=UTC)
    runs = {
        "c_daily": Published("in_progress", datetime(2026, 12, 5, 8, tzinfo=UTC), at),
        "c_now": Published("in_progress", None, at),
    }
    found = {one.id: one for one in planned(workspace, date(2026, 11, 1), date(2026, 11, 30), runs, NOW)}
    assert (found["c_now"].first.day, found["c_now"].last, days(found["c_now"])) == (25, NOW.date(), [25])
    assert (found["c_daily"].first.day, days(found["c_daily"])) == (25, [25])


def test_an_hourly_campaign_fills_its_days(workspace: Workspace) -> None:
    hourly = {"unit": "hour", "interval": 1, "minute": 30}
    workspace.save_campaign(
        document("c_hourly", who("recurring", every=hourly), start="2026-11-01T00:00:00+01:00")
    )
    (one,) = december(workspace).values()
    assert days(one) == list(range(1, 32))
    assert {len(moments) for moments in one.moments.values()} == {24}


def test_a_campaign_moves_at_the_same_time_of_day_and_back() -> None:
    made = document(
        "c_1",
        who("once", at="2026-10-24T09:00:00+02:00"),
        start="2026-10-24T09:00:00+02:00",
        end="2026-10-31T00:00:00.500+01:00",
    )
    before = campaign_file.dump(made)
    edit = reschedule(made, 2, ZONE)
    made.apply(edit.ops)
    assert made.attributes.start == "2026-10-26T09:00:00+01:00"  # the clocks went back in between
    assert made.attributes.end == "2026-11-02T00:00:00.500+01:00"
    assert made.node("n_1").config["at"] == "2026-10-26T09:00:00+01:00"
    assert made.node("n_1").confirmed
    made.apply(inverse(edit.ops))
    assert campaign_file.dump(made) == before


def test_what_has_no_date_cannot_be_moved() -> None:
    with pytest.raises(Refused, match="no date"):
        reschedule(document("c_1", who("now")), 1, ZONE)
    with pytest.raises(Refused, match="that far"):
        reschedule(document("c_1", who("now"), start="2026-12-01T00:00:00Z"), 4_000_000, ZONE)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(-3_000, 3_000))  # noqa: DTZ001
def test_start_and_end_keep_their_distance_in_days(moment: datetime, by: int) -> None:
    start = moment.replace(hour=12, microsecond=0, tzinfo=ZONE)
    end = start.replace(year=start.year + 1, day=1)
    made = document("c_1", who("now"), start=start.isoformat(), end=end.isoformat())
    made.apply(reschedule(made, by, ZONE).ops)
    assert made.attributes.start is not None
    assert made.attributes.end is not None
    first, last = (datetime.fromisoformat(text) for text in (made.attributes.start, made.attributes.end))
    assert (first.date() - start.date()).days == by
    assert (last.date() - end.date()).days == by
    assert (first.hour, last.hour) == (12, 12)
