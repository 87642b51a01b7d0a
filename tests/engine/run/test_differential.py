"""Random campaigns: the waves do to everybody what the reference interpreter does, one person at a time."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.run.simulate import simulate
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from tests.databases import Target, fresh
from tests.engine.random_campaigns import CAMPAIGN, SINCE, TEXTS, Case, make
from tests.engine.reference import Reference, ms, utc

ZONES = ("Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
CASES = 60
Rows = list[list[str]]


def expected(case: Case, zone: ZoneInfo) -> dict[str, Rows]:
    reference = Reference(CAMPAIGN, case.nodes, case.links, TEXTS, case.world, zone, case.results)
    start, end = (None if moment is None else ms(moment) for moment in (case.start, case.end))
    reference.run(ms(SINCE), ms(case.until), start, end)
    visits = sorted(reference.visits, key=lambda row: (row[0], row[1], *row[2:5], row[5] or 0, row[6]))
    messages = sorted(
        (
            1, m["entry"], m["person"], m["node"], case.nodes[m["node"]]["kind"], m["address"],
            utc(m["planned"]), utc(m["sent"]), m["state"], m["reason"], "", m["text"],
        )
        for m in reference.messages
    )  # fmt: skip
    tags = sorted([utc(row[0]), *row[1:]] for row in reference.tag_writes)
    return {
        "visits": [[*map(str, row[:4]), utc(row[4]), utc(row[5]), row[6]] for row in visits],
        "messages": [[str(cell) for cell in row] for row in messages],
        "tags": tags,
    }


def found(folder: Path) -> dict[str, Rows]:
    tables = {}
    for name in ("visits", "messages", "tags"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.reader(file))[1:]
    return tables


def run(
    seed: int, folder: Path, database: Target, wave: int = 10_000
) -> tuple[Case, dict[str, Rows], dict[str, Rows]]:
    case = make(seed)
    zone = ZoneInfo(ZONES[seed % len(ZONES)])
    data = folder / "data"
    data.mkdir()
    case.write_data(data)
    with Database.open(database) as store:
        imported = import_folder(store, data)
        assert not imported.rejected, imported.rejects
    results = None
    if case.results:
        results = folder / "results.csv"
        case.write_results(results)
    summary = simulate(
        case.bundle(), database, zone,
        since=SINCE, until=case.until, results=results, trace=folder / "trace", wave=wave,
    )  # fmt: skip
    assert summary.violations == ()
    return case, expected(case, zone), found(folder / "trace")


def explain(case: Case, wanted: dict[str, Rows], got: dict[str, Rows]) -> str:
    lines = [json.dumps({"nodes": case.nodes, "links": case.links}, indent=1, ensure_ascii=False)]
    for name, rows in wanted.items():
        lines += [f"{name}: missing {row}" for row in rows if row not in got[name]][:20]
        lines += [f"{name}: too much {row}" for row in got[name] if row not in rows][:20]
    return "\n".join(lines)


def compare(seed: int, folder: Path, database: Target) -> None:
    # Small waves, so that people of one instant fall into several.
    case, wanted, got = run(seed, folder, database, wave=(1, 3, 10_000)[seed % 3])
    assert got == wanted, f"seed {seed}\n{explain(case, wanted, got)}"


def test_the_random_cases_hold_everything_that_can_happen() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        case = make(seed)
        rows = expected(case, ZoneInfo(ZONES[seed % len(ZONES)]))
        seen.update(row[6].partition(":")[0] for row in rows["visits"])
        seen.update(f"entry {row[1]}" for row in rows["visits"] if int(row[1]) <= 2)
        seen.update(f"{row[8]} {row[9]}".strip() for row in rows["messages"])
        seen.update(case.nodes[row[3]]["kind"] for row in rows["visits"])
        seen["tag"] += len(rows["tags"])
    wanted = {
        "out", "other", "group", "result", "done", "left", "merged", "waiting", "entry 1", "entry 2", "sent",
        "failed", "failed E1", "failed no_id", "failed no_code", "failed limit", "unknown", "sending", "tag",
        "text_sms", "email", "issue_coupon", "wait_until", "random_grouping", "tag_judgment",
        "event_judgment", "result_judgment", "target_audience", "behavior_event", "end",
    }  # fmt: skip
    assert {what: n for what in wanted if (n := seen[what]) < 10} == {}


@pytest.mark.parametrize("seed", range(CASES))
def test_waves_equal_the_reference(seed: int, target: Target, tmp_path: Path) -> None:
    compare(seed, tmp_path, target)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_waves_equal_the_reference_many_times(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path
) -> None:
    for seed in range(CASES, 3000):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with fresh(request, dialect, folder) as target:
            compare(seed, folder, target)
        shutil.rmtree(folder)
