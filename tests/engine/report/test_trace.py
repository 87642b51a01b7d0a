"""The trace's files: what stands in them, and in which order, on every database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from engine.plan.places import ARRIVE
from engine.report.trace import write_trace
from engine.run.compiling import PlanSettings, VersionKeys, plan_of
from engine.shapes.time import utc_text
from engine.store.database import Database
from engine.store.tables.people import audience, audience_member, person
from engine.store.tables.runs import entry, generated_audience, goal, message, tag_write, visit
from tests.engine.report.filling import CAMPAIGN, NOW, VERSION, add_path, fill, nodes
from tests.engine.run.drafting import EVERYBODY, SMS, ZONE, bundle

TAGS = [{"tag": "level", "value": "Gold"}, {"tag": "city", "value": "Köln"}]
CAMPAIGN_NODES = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("text_sms", SMS),
    "n_tag": ("tag", {"assignments": TAGS}),
    "n_keep": ("tag", {"assignments": TAGS[:1], "on_conflict": "ignore"}),
    "n_end": ("end", {}),
}
LINKS = ["n_who out n_sms", "n_sms out n_tag", "n_tag out n_keep", "n_keep out n_end"]
NUMBERS = {id: number for number, id in enumerate(CAMPAIGN_NODES, start=1)}
LATER = NOW + 1_000


def trace(database: Database, folder: Path, until: int = LATER) -> dict[str, list[str]]:
    """The lines of each file without its header."""
    campaign = bundle(CAMPAIGN_NODES, LINKS)
    with database.write() as connection:
        nodes(connection, *NUMBERS)
        keys = VersionKeys(CAMPAIGN, VERSION, NUMBERS)
        plan = plan_of(campaign, keys, connection, PlanSettings(ZONE))
        write_trace(connection, plan, campaign, folder, until)
    files = {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    return {name: text.splitlines()[1:] for name, text in files.items()}


def enter(connection: Connection, *entries: tuple[int, str, int, int]) -> None:
    """Entries of people: key, external id, the person's entry, its cycle."""
    for key, name, nth, cycle in entries:
        if nth == 1:
            fill(connection, person, {"id": key, "external_id": name})
        fill(connection, entry, {"person": key, "entry": nth, "cycle": cycle})


def test_visits_sort_numbers_as_numbers_and_texts_by_code_point(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(
            connection, (1, "p1", 1, 2), (1, "p1", 2, 10), (2, "P2", 1, 2), (3, "😀", 1, 2), (4, "ｚ", 1, 2)
        )
        add_path(connection, 1, 0, 1, [(1, ARRIVE), (1, "out"), (2, ARRIVE), (2, "out"), (5, ARRIVE)])
        rows = [
            {"path": 1, "person": key, "entry": nth} for key, nth in ((1, 1), (1, 2), (2, 1), (3, 1), (4, 1))
        ]
        fill(connection, visit, *rows)
    now = utc_text(NOW)
    assert trace(databases, tmp_path / "out")["visits"] == [
        f"{cycle},{nth},{who},{rest}"
        for cycle, nth, who in ((2, 1, "P2"), (2, 1, "p1"), (2, 1, "ｚ"), (2, 1, "😀"), (10, 2, "p1"))
        for rest in (f"n_end,{now},,waiting", f"n_sms,{now},{now},out", f"n_who,{now},{now},out")
    ]


def test_of_arrivals_at_one_node_those_who_wait_stand_first(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 1))
        add_path(connection, 1, 0, 1, [(2, ARRIVE), (2, "out"), (2, ARRIVE)])
        fill(connection, visit, {"path": 1, "person": 1})
    now = utc_text(NOW)
    assert trace(databases, tmp_path / "out")["visits"] == [
        f"1,1,p1,n_sms,{now},,waiting",
        f"1,1,p1,n_sms,{now},{now},out",
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"state": "sent", "receipt": "opened", "receipt_at": LATER}, "sent,,opened,Hello Ann"),
        ({"state": "sent", "receipt": "opened", "receipt_at": LATER + 1}, "sent,,,Hello Ann"),
        ({"state": "sending", "result": "failed", "reason": "quota"}, "sending,,,Hello Ann"),
        ({"state": "planned", "due_at": LATER + 1}, "planned,,,Hello Ann"),
        ({"state": "skipped", "reason": "fatigue"}, "skipped,fatigue,,Hello Ann"),
        ({"state": "failed", "reason": "not_follower"}, "failed,not_follower,,Hello Ann"),
        ({"state": "failed", "reason": "no_id", "address": ""}, "failed,no_id,,"),
    ],
)
def test_a_message_as_it_stands_at_the_end(
    databases: Database, tmp_path: Path, given: dict[str, object], shown: str
) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 3))
        row = {"node": NUMBERS["n_sms"], "person": 1, "variables": '["Ann"]', "address": "+49", **given}
        fill(connection, message, row)
    [line] = trace(databases, tmp_path / "out")["messages"]
    assert line == f"3,1,p1,n_sms,text_sms,{row['address']},{utc_text(NOW)},,{shown}"


def test_messages_to_several_addresses_sort_by_address(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 1), (2, "p0", 1, 1))
        for key, address in ((1, "+2"), (1, "+10"), (2, "+3")):
            fill(connection, message, {"node": NUMBERS["n_sms"], "person": key, "address": address})
    lines = trace(databases, tmp_path / "out")["messages"]
    assert [line.split(",")[2:6:3] for line in lines] == [["p0", "+3"], ["p1", "+10"], ["p1", "+2"]]


def test_tags_by_time_from_paths_and_notes(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 1), (2, "p0", 1, 1))
        add_path(connection, 1, 0, 1, [(3, ARRIVE), (3, "out")])
        fill(connection, visit, {"path": 1, "person": 1}, {"path": 1, "person": 2, "at": LATER})
        fill(
            connection,
            tag_write,
            {
                "campaign": CAMPAIGN,
                "node": NUMBERS["n_keep"],
                "person": 1,
                "entry": 1,
                "tag": "level",
                "at": NOW,
            },
        )
    now, later = utc_text(NOW), utc_text(LATER)
    assert trace(databases, tmp_path / "out")["tags"] == [
        f"{now},p1,n_keep,level,Gold",
        f"{now},p1,n_tag,city,Köln",
        f"{now},p1,n_tag,level,Gold",
        f"{later},p0,n_tag,city,Köln",
        f"{later},p0,n_tag,level,Gold",
    ]


def test_goals_once_judged(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 2), (2, "p0", 1, 10), (3, "p2", 1, 2))
        for key, port, achieved in ((1, "group:g_1", 1), (2, "group:g_2", 0), (3, "group:g_2", 1)):
            row = {"campaign": CAMPAIGN, "node": NUMBERS["n_tag"], "person": key, "entry": 1, "port": port}
            connection.execute(insert(goal).values(**row, judged_at=NOW, achieved=achieved))
    now = utc_text(NOW)
    assert trace(databases, tmp_path / "out")["goals"] == [
        f"2,1,p1,n_tag,g_1,{now},true",
        f"2,1,p2,n_tag,g_2,{now},true",
        f"10,1,p0,n_tag,g_2,{now},false",
    ]


def test_generated_audiences_of_this_campaign_only(databases: Database, tmp_path: Path) -> None:
    with databases.write() as connection:
        enter(connection, (1, "p1", 1, 1), (2, "p0", 1, 1))
        for number, (id, name, owner) in enumerate(
            (("a_1", "VIP_2", CAMPAIGN), ("a_2", "VIP_1", CAMPAIGN), ("a_3", "Other", CAMPAIGN + 1)), start=1
        ):
            described = {"directory": "", "public": 0, "remark": "", "written_at": NOW}
            row = {"id": id, "campaign": owner, "node": 3, "name": name, **described}
            connection.execute(insert(generated_audience).values(row))
            connection.execute(insert(audience).values(id=id, list=number, size=2, state="ready"))
            members = [{"list": number, "person": key} for key in (1, 2)]
            connection.execute(insert(audience_member), members)
    assert trace(databases, tmp_path / "out")["audiences"] == ["VIP_1,p0", "VIP_1,p1", "VIP_2,p0", "VIP_2,p1"]
