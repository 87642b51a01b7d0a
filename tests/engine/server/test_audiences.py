"""Audiences over HTTP, and questions that a newer one overtakes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine.client import EngineRefused
from engine.server.problems import CallRefused
from engine.server.tickets import Tickets
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.workspace import Workspace
from tests.engine.server.serving import Served, serve

TIMES = ("2025-11-01T00:00:00Z", "2025-11-20T00:00:00Z", "2025-11-23T00:00:00Z")
SCALES: dict[str, Any] = {
    "recency": {"bounds": [7], "compare": 2},
    "frequency": {"bounds": [2], "compare": 2},
    "money": {"bounds": [100], "compare": 2},
}
MODEL: dict[str, Any] = {"name": "Orders", "event": "order", "amount": "amount", **SCALES}


def rule(id: str, condition: dict[str, Any], **parts: Any) -> dict[str, Any]:
    cards = [{"join": None, "card": "tags", "condition": condition}]
    return {"format": "audience", "version": 1, "id": id, "name": id, "cards": cards, **parts}


ROME = rule("a_rome", {"field": "attr:city", "op": "is", "value": "Rome"})
YOUNG = rule("a_young", {"field": "attr:age", "op": "<", "value": 30})


@pytest.fixture
def api(databases: Database, tmp_path: Path) -> Iterator[Served]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "people.csv").write_text(
        "person_id,id:mobile,attr:city,attr:age\np1,138,Rome,20\np2,139,Rome,40\np3,137,Oslo,25\np4,,Oslo,60\n"
    )
    (data / "tags.csv").write_text("person_id,tag,value\np1,level,VIP\np2,level,A\n")
    rows = [f"e{n},p1,order,{time},{{}}" for n, time in enumerate(TIMES)]
    rows.append('e9,p2,order,2025-11-02T00:00:00Z,"{""amount"": 500}"')
    (data / "events.csv").write_text("event_id,person_id,event,time,attributes\n" + "\n".join(rows) + "\n")
    schema = '{"attributes": {"age": "number"}, "events": {"order": {"amount": "number"}}}'
    (data / "schema.json").write_text(schema)
    import_folder(databases, data)
    workspace = Workspace.create(tmp_path / "shop", "Shop", "UTC", "en")
    for raw in (ROME, YOUNG, {"id": "a_list", "name": "List", "list": {"id_type": "mobile"}}):
        workspace.save_audience(AUDIENCE.adapter.validate_python(raw))
    with serve(databases, workspace.folder) as served:
        yield served


def test_states_updates_and_sizes(api: Served) -> None:
    client = api.client()
    assert client.audiences() == []
    assert client.update_audience("a_rome") == 2
    (state,) = client.audiences()
    assert (state.id, state.size, state.state, state.reason) == ("a_rome", 2, "ready", None)
    assert [one.size for one in client.size_history("a_rome")] == [2]
    with pytest.raises(EngineRefused, match="There is no audience"):
        client.update_audience("a_none")


def test_samples_show_what_the_rule_names_first(api: Served) -> None:
    found = api.client().sample(YOUNG)
    assert found.columns == ["person_id", "attr:age", "attr:city", "tag:level"]
    assert sorted(found.rows) == [["p1", "20", "Rome", "VIP"], ["p3", "25", "Oslo", ""]]


def test_overlaps(api: Served) -> None:
    found = api.client().overlap(ROME, YOUNG)
    assert (found.first, found.second, found.both) == (2, 2, 1)


def test_figures_of_models_and_stages(api: Served) -> None:
    client = api.client()
    # p1: lately, often, without money; p2: long ago, once, with much.
    people = client.figures({"model": MODEL})
    assert {kind: n for kind, n in people.items() if n} == {"4": 1, "5": 1}
    stages: dict[str, Any] = {
        "P": [{"join": None, "card": "behaviour", "event": "order", "op": ">=", "value": 1}]
    }
    stages["L"] = [{"join": None, "card": "behaviour", "event": "order", "op": ">=", "value": 3}]
    catalog: dict[str, Any] = {"format": "catalog", "version": 1, "aipl": stages}
    assert client.figures({"stages": catalog}) == {"A": 0, "I": 0, "P": 1, "L": 1}
    without: dict[str, Any] = {"format": "catalog", "version": 1}
    assert client.figures({"stages": without}) == {"A": 0, "I": 0, "P": 0, "L": 0}


def test_cards_mean_what_the_workspaces_catalogue_says(api: Served) -> None:
    client = api.client()
    card = {"join": None, "card": "rfm", "model": "rfm_1", "types": [5]}
    asked = {**ROME, "cards": [card]}
    with pytest.raises(EngineRefused, match="no RFM model"):
        client.estimate(asked)
    workspace = Workspace.open(api.folder)
    workspace.save_catalog(CATALOG.adapter.validate_python({"rfm_models": {"rfm_1": MODEL}}))
    assert client.estimate(asked) == 1
    assert client.estimate(asked, catalog={"rfm_models": {"rfm_1": {**MODEL, "event": "login"}}}) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_list_is_uploaded_and_added_to(api: Served, tmp_path: Path, encoding: str) -> None:
    client = api.client()
    source, unknown = tmp_path / "list.csv", tmp_path / "unknown.csv"
    source.write_text('mobile,姓名\n138,张\n"999",李\n138,张\n\n', encoding=encoding)
    done = client.upload_list("a_list", source, unknown=unknown)
    assert (done.ids, done.unknown, done.repeated, done.size) == (2, 1, 1, 1)
    assert unknown.read_text().split() == ["999"]
    source.write_text("手机号\n139\n", encoding=encoding)
    added = client.upload_list("a_list", source, add=True)
    assert (added.ids, added.unknown, added.size) == (1, 0, 2)
    assert client.upload_list("a_list", source).size == 1


def test_what_is_no_list_and_no_ids_is_refused_and_changes_nothing(api: Served, tmp_path: Path) -> None:
    client = api.client()
    source = tmp_path / "list.csv"
    source.write_text("138\n")
    client.upload_list("a_list", source)
    with pytest.raises(EngineRefused, match="a rule, not a list"):
        client.upload_list("a_rome", source)
    source.write_text(f"mobile\n{'9' * 2_000_000}\n")
    with pytest.raises(EngineRefused, match="no ids"):
        client.upload_list("a_list", source)
    with pytest.raises(EngineRefused, match="system refused"):
        client.upload_list("a_list", tmp_path / "gone.csv")
    assert client.audiences()[0].size == 1


def test_a_newer_question_stops_the_query_of_the_older_one(databases: Database) -> None:
    """The older one would never end by itself."""
    tickets, asked, refused = Tickets(), threading.Event(), list[CallRefused]()
    forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT 0 * x FROM n) SELECT count(*) FROM n"

    def ask() -> None:
        try:
            with databases.read() as connection, tickets.asking("t", connection):
                asked.set()
                connection.execute(text(forever))
        except CallRefused as error:
            refused.append(error)

    older = threading.Thread(target=ask)
    older.start()
    assert asked.wait(20)
    with databases.read() as connection:
        while older.is_alive():  # its query may not have begun yet
            with tickets.asking("t", connection):
                assert connection.execute(text("SELECT 1")).scalar_one() == 1
            older.join(0.05)
    assert [error.code for error in refused] == ["overtaken"]
