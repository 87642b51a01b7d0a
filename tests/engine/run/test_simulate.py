"""Simulations: repeatable to the byte, without a trace in the workspace's own data."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from engine.audience.errors import RuleError
from engine.channels.simulated import BadResults
from engine.i18n import Message
from engine.plan.contact import ContactRules
from engine.plan.graph import NotRunnable
from engine.run.overlay_data import update_one
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.catalog import Catalog
from tests.engine.run.drafting import (
    EVERYBODY,
    NOW,
    SETTINGS,
    TOUR,
    TOUR_LINKS,
    ZONE,
    Running,
    bundle,
    database,
    measured,
)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def trace(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def test_two_simulations_give_the_same_bytes_and_change_nothing(tmp_path: Path) -> None:
    path = database(tmp_path, people=30, codes=20)
    before = digest(path)
    for name in ("one", "two"):
        summary = simulate(bundle(TOUR, TOUR_LINKS), path, SETTINGS, since=NOW, trace=tmp_path / name)
        assert summary.violations == ()
        assert (summary.counts.entries, summary.counts.finished) == (30, 30)
    assert trace(tmp_path / "one") == trace(tmp_path / "two")
    assert sorted(trace(tmp_path / "one")) == [
        "audiences.csv", "goals.csv", "messages.csv", "tags.csv", "visits.csv",
    ]  # fmt: skip
    assert digest(path) == before


def test_a_trace_leaves_nothing_of_an_earlier_one_in_its_folder(tmp_path: Path) -> None:
    path = database(tmp_path, people=2, codes=1)
    simulate(
        measured(bundle(TOUR, TOUR_LINKS), goal={"event": "order", "within": {"amount": 1, "unit": "day"}}),
        path,
        SETTINGS,
        since=NOW,
        until=NOW,
        trace=tmp_path / "both",
    )
    assert "conversions.csv" in trace(tmp_path / "both")
    for name in ("both", "alone"):
        simulate(bundle(TOUR, TOUR_LINKS), path, SETTINGS, since=NOW, until=NOW, trace=tmp_path / name)
    assert trace(tmp_path / "both") == trace(tmp_path / "alone")


def test_the_trace_says_what_happened(tmp_path: Path) -> None:
    path = database(tmp_path, people=2, codes=1)
    simulate(bundle(TOUR, TOUR_LINKS), path, SETTINGS, since=NOW, until=NOW, trace=tmp_path / "out")
    files = trace(tmp_path / "out")
    now = "2026-03-02T09:00:00.000Z"
    assert files["visits.csv"].splitlines()[:3] == [
        "cycle,entry,person_id,node,arrived,left,outcome",
        f"1,1,p1,n_coupon,{now},{now},out",
        f"1,1,p1,n_sms,{now},{now},out",
    ]
    assert f"1,1,p1,n_wait,{now},,waiting" in files["visits.csv"]
    assert files["messages.csv"].splitlines() == [
        "cycle,entry,person_id,node,channel,address,planned,sent,state,reason,receipt,text",
        f"1,1,p1,n_coupon,issue_coupon,m-p1,{now},{now},sent,,,C1",
        f"1,1,p1,n_sms,text_sms,+8613800000001,{now},{now},sent,,,Hello P1",
        f"1,1,p2,n_coupon,issue_coupon,m-p2,{now},,failed,no_code,,",
        f"1,1,p2,n_sms,text_sms,+8613800000002,{now},{now},sent,,,Hello P2",
    ]
    assert files["tags.csv"].splitlines() == [
        "time,person_id,node,tag,value",
        f"{now},p1,n_tag,level,Gold",
        f"{now},p2,n_tag,level,Gold",
    ]


def test_codes_that_the_workspace_has_issued_stay_issued(tmp_path: Path) -> None:
    path = database(tmp_path, people=2, codes=3)
    with Running(path) as run:
        run.engine.publish(bundle(TOUR, TOUR_LINKS))
        run.engine.run_until_idle()
    summary = simulate(
        bundle(TOUR, TOUR_LINKS),
        path,
        SETTINGS,
        since=NOW + timedelta(days=1),
        trace=tmp_path / "out",
    )
    assert summary.counts.messages["n_coupon"] == {"sent": 1, "failed": 1}
    assert "sent,,,C3" in trace(tmp_path / "out")["messages.csv"]


def test_an_audience_whose_time_has_passed_lets_nobody_in(tmp_path: Path) -> None:
    past = {**EVERYBODY, "mode": "once", "at": (NOW - timedelta(minutes=1)).isoformat()}
    nodes = {"n_who": ("target_audience", past), "n_end": ("end", {})}
    summary = simulate(bundle(nodes, ["n_who out n_end"]), database(tmp_path), SETTINGS, since=NOW)
    assert summary.counts.entries == 0


def test_a_campaign_that_cannot_run_says_why(tmp_path: Path) -> None:
    nodes = {"n_who": ("target_audience", EVERYBODY), "n_ab": ("webhook", {}), "n_end": ("end", {})}
    with pytest.raises(NotRunnable, match="n_ab"):
        simulate(
            bundle(nodes, ["n_who out n_ab", "n_ab out n_end"]),
            database(tmp_path),
            SETTINGS,
            since=NOW,
        )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("person_id,node,result\n", "after_seconds is missing"),
        ("person_id,node,result,after_seconds\np1,n_sms,maybe,0\n", "line 2"),
        ("person_id,node,result,after_seconds\np1,n_sms,success,soon\n", "line 2"),
        ("person_id,node,result,after_seconds\np1,n_sms,success,0\np1,n_sms,success,-1\n", "line 3"),
        ("person_id,node,result,after_seconds\np1,n_sms,failed,1e400\n", "line 2"),
        ("person_id,node,result,after_seconds\np1,n_sms,failed,NaN\n", "line 2"),
        ("person_id,node,result,after_seconds\np1,n_sms,success(late),0\n", "line 2"),
        ("person_id,node,result,after_seconds,entry\np1,n_sms,failed,0,99999999999999999999\n", "line 2"),
        ("person_id,node,result,after_seconds\np1,n_sms,failed,0\n\udcff,n_sms,failed,0\n", "line 3"),
        (f"person_id,node,result,after_seconds\np1,n_sms,failed,{'0' * 200_000}\n", "line"),
    ],
)
def test_bad_results_files_are_refused_by_line(tmp_path: Path, lines: str, message: str) -> None:
    results = tmp_path / "results.csv"
    results.write_text(lines, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BadResults, match=message):
        simulate(bundle(TOUR, TOUR_LINKS), database(tmp_path), SETTINGS, since=NOW, results=results)


def test_what_a_results_file_says_in_vain_is_told(tmp_path: Path) -> None:
    results = tmp_path / "results.csv"
    rows = "p1,n_sms,failed,0\np1,n_gone,failed,0\nnobody,n_sms,failed,0\np2,n_gone,failed,0\n"
    results.write_text(f"person_id,node,result,after_seconds\n{rows}", encoding="utf-8")
    summary = simulate(
        bundle(TOUR, TOUR_LINKS), database(tmp_path, people=2), SETTINGS, since=NOW, results=results
    )
    assert summary.counts.messages["n_sms"] == {"sent": 1, "failed": 1}
    components, people = map(str, summary.notes)
    assert "does not have: 2, the first in line 3 (“n_gone”)" in components
    assert "people whom the data does not have: 1" in people


def test_a_whitelist_that_cannot_be_updated_waits_for_the_next_time_and_ends_no_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hourly = {"unit": "hour", "interval": 1, "minute": 0}
    cards = [{"card": "audience", "audience": "a_all"}]
    raw = {"id": "a_vip", "name": "VIP", "update": hourly, "cards": cards}
    made = bundle(TOUR, TOUR_LINKS)
    audiences = {**made.audiences, "a_vip": AUDIENCE.adapter.validate_python(raw)}
    asked = list[datetime]()

    def update(
        connection: Connection, file: AudienceFile, moment: datetime, zone: ZoneInfo, catalog: Catalog
    ) -> None:
        asked.append(moment)
        if len(asked) == 1:
            raise RuleError(Message("It cannot be updated."))
        update_one(connection, file, moment, zone, catalog)

    monkeypatch.setattr("engine.run.simulate.update_one", update)
    summary = simulate(
        made,
        database(tmp_path),
        EngineSettings(ZONE, contact=ContactRules(whitelist="a_vip"), audiences=audiences),
        since=NOW,
        until=NOW + timedelta(hours=3),
    )
    assert (summary.failure, summary.counts.finished) == (None, 3)
    assert asked[:2] == [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]
