"""A case as a folder that anybody can rehearse from the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from pathlib import Path

from tests.engine.interpreter.case import Case, Json
from tests.engine.interpreter.clock import iso
from tests.engine.random_cases import stock

RESULTS = (
    "person_id", "node", "result", "after_seconds", "receipt", "receipt_after_seconds", "entry", "address",
)  # fmt: skip
CAMPAIGN_FILE = "campaigns/random.campaign.json"


def write(case: Case, folder: Path) -> None:
    """Write `workspace/`, `data/`, `results.csv` and `run.txt` (how to rehearse it) into a folder."""
    workspace, data = folder / "workspace", folder / "data"
    _json(workspace / "workspace.json", case.settings)
    _json(workspace / "catalog.json", case.catalog)
    _json(workspace / CAMPAIGN_FILE, case.campaign)
    for kind, files in (("audience", case.audiences), ("message", case.messages), ("account", case.accounts)):
        for id, file in files.items():
            _json(workspace / f"{kind}s" / f"{id}.{kind}.json", file)
    _write_data(case, data)
    _csv(folder / "results.csv", RESULTS, [[row.get(name, "") for name in RESULTS] for row in case.results])
    (folder / "run.txt").write_text("\n".join(commands(case)) + "\n", encoding="utf-8")


def commands(case: Case) -> list[str]:
    """What to call in the folder."""
    span = f"--from {case.since}" + (f" --until {case.until}" if case.until else "")
    files = f"workspace/{CAMPAIGN_FILE} --workspace workspace"
    return [
        "python3 main.py data import --workspace workspace data",
        f"python3 main.py simulate {files} {span} --results results.csv --trace trace",
    ]


def _write_data(case: Case, data: Path) -> None:
    attributes = list(case.catalog["attributes"])
    header = [
        "person_id",
        *(f"id:{type}" for type in stock.ID_TYPES),
        *(f"attr:{name}" for name in attributes),
    ]
    people = [
        [
            person.id,
            *(person.ids.get(type, "") for type in stock.ID_TYPES),
            *(person.attributes.get(name, "") for name in attributes),
        ]
        for person in case.people
    ]
    _csv(data / "people.csv", header, people)
    _csv(data / "ids.csv", ["person_id", "type", "value", "time", "follower"], map(astuple, case.ids))
    _csv(data / "tags.csv", ["person_id", "tag", "value"], case.tags)
    events = [
        [
            event.id,
            event.person,
            event.code,
            iso(event.time),
            json.dumps(event.attributes, ensure_ascii=False),
        ]
        for event in case.events
    ]
    _csv(data / "events.csv", ["event_id", "person_id", "event", "time", "attributes"], events)
    _csv(data / "coupons.csv", ["coupon", "code"], case.coupons)
    _csv(data / "suppressed.csv", ["type", "value"], case.suppressed)
    for id, members in case.members.items():
        _csv(data / "audiences" / f"{id}.csv", ["person_id"], [[who] for who in members])
    catalog = case.catalog
    schema = {
        "attributes": catalog["attributes"],
        "tags": {tag: one["type"] for tag, one in catalog["tags"].items()},
        "events": {code: one["attributes"] for code, one in catalog["events"].items()},
    }
    _json(data / "schema.json", schema)


def _json(path: Path, value: Json) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
