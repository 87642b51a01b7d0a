"""People and imports over HTTP, with a real engine behind it: what the designer does, through its client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from engine.client import EngineClient, EngineRefused
from engine.client.imports import learned_of
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.server.import_jobs import ImportJob
from engine.server.wire.imports import ImportState
from engine.store.database import Database
from engine.store.imports.table import PeopleTable
from engine.store.people import PAGE
from engine.workspace.catalog import CATALOG, Catalog
from engine.workspace.engine_folder import rejects_file
from engine.workspace.mapping import MAPPING, MappingFile
from engine.workspace.workspace import CATALOG_NAME
from tests.databases import empty_database
from tests.engine.run.drafting import ZONE, bundle
from tests.engine.run.living import SMS_LINKS, SMS_THEN_WAIT
from tests.engine.server.serving import MemoryEngine, serve


class Api(NamedTuple):
    """An engine, and a client of it."""

    client: EngineClient
    engine: Engine


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as database:
        engine = Engine(database, EngineSettings(ZONE))
        with serve(database, tmp_path, cast("MemoryEngine", engine)) as served:
            yield Api(served.client(), engine)
        engine.close()


def mapping(kind: str = "people", **columns: str) -> MappingFile:
    listed = tuple({"column": name, "to": to} for name, to in columns.items())
    value = {"id": "i_1", "name": "M", "kind": kind, "columns": listed}
    return MAPPING.adapter.validate_python(value if kind == "people" else {**value, "event": "order"})


def finished(api: Api) -> ImportState:
    for _ in range(2_000):
        state = api.client.import_state()
        if state.state != "running":
            return state
        time.sleep(0.01)
    raise AssertionError("the import does not end")


def take(api: Api, path: Path, content: str, how: MappingFile) -> ImportState:
    path.write_text(content, encoding="utf-8")
    # It may be over by the time its state is asked for.
    assert api.client.import_table(path, how).state in ("running", "done", "failed")
    return finished(api)


PEOPLE = mapping(id="person", mobile="id:mobile", name="attr:name", level="tag:level")


def test_a_table_from_the_file_to_the_person_and_back(api: Api, tmp_path: Path) -> None:
    content = "id,mobile,name,level\n/1 %,13800000001,Ann,gold\n2,13900000002,Bo,\n3,12,Cy,\n"
    state = take(api, tmp_path / "people.csv", content, PEOPLE)
    assert state.answer is not None
    assert (state.state, state.answer.counts["people"], state.answer.rejected) == ("done", 2, 1)
    assert state.learned is not None
    assert learned_of(state.learned).taught(Catalog()).tags["level"].values == ("gold",)
    (known,) = api.client.imports()
    assert (known.id, known.source, known.undoable, known.rejects) == (1, "people.csv", True, True)
    api.client.save_rejects(1, tmp_path / "out.csv")
    assert "Cy" in (tmp_path / "out.csv").read_text("utf-8")

    found = api.client.people()
    assert (found.total, [one.person_id for one in found.people]) == (2, ["/1 %", "2"])
    for text in ("/1", "138000", "+86138", "An"):
        assert [one.person_id for one in api.client.people(text).people] == ["/1 %"], text
    assert api.client.people("nobody").people == []
    events = "id,at\n" + "".join(f"/1 %,2026-11-01T00:{n:02d}:00Z\n" for n in range(60))
    assert (
        take(api, tmp_path / "events.csv", events, mapping("events", id="person", at="time")).state == "done"
    )
    person = api.client.person("/1 %")
    assert (person.events, person.tags, person.source) == (60, {"level": ["gold"]}, "people.csv")
    assert [(one.name, one.value) for one in person.attributes] == [("name", "Ann")]
    first = api.client.person_events("/1 %")
    assert (len(first.events), first.more, first.events[0].time) == (50, True, "2026-11-01T00:59:00.000Z")
    last = first.events[-1]
    rest = api.client.person_events("/1 %", (1_793_491_800_000, last.event_id))
    assert (len(rest.events), rest.more, rest.events[0].time) == (10, False, "2026-11-01T00:09:00.000Z")

    assert api.client.undo_import(2)["events"] == 60
    assert api.client.undo_import(1)["people"] == 2
    assert api.client.people().total == 0
    with pytest.raises(EngineRefused, match="undone already"):
        api.client.undo_import(1)


def test_visits_and_messages_say_what_came_of_them(api: Api, tmp_path: Path) -> None:
    engine = api.engine
    people = "id,mobile,name,level\n1,13800000001,Ann,\n2,,Bo,\n"
    take(api, tmp_path / "people.csv", people, PEOPLE)
    (tmp_path / "data" / "audiences").mkdir(parents=True)
    (tmp_path / "data" / "audiences" / "a_all.csv").write_text("person_id\n1\n2\n", encoding="utf-8")
    engine.import_data(tmp_path / "data")
    engine.publish(bundle(SMS_THEN_WAIT, SMS_LINKS))
    engine.run_until_idle()
    found = [(one.name, one.title, one.kind, one.outcome) for one in api.client.person_visits("1")]
    assert found == [
        ("c_1", "n_who", "target_audience", "out"),
        ("c_1", "n_sms", "text_sms", "out"),
        ("c_1", "n_wait", "wait_until", "waiting"),
    ]
    (sent,) = api.client.person_messages("1").messages
    assert (sent.channel, sent.state, sent.text) == ("text_sms", "sent", "Hello Ann")
    (failed,) = api.client.person_messages("2").messages
    assert (failed.state, failed.reason, failed.address, failed.text) == ("failed", "no_id", "", "")
    assert api.client.erase_person("1")["messages"] == 1
    with pytest.raises(EngineRefused, match="There is no person “1”"):
        api.client.person("1")
    assert engine.check() == []


def test_ids_that_the_catalogue_calls_identifying_find_people(api: Api, tmp_path: Path) -> None:
    id_types = {"mobile": {"priority": 1}, "card": {"multi": True}}
    catalog = Catalog.model_validate({"id_types": id_types})
    CATALOG.save(catalog, tmp_path / CATALOG_NAME)
    content = "mobile,name,card\n13800000001,Ann,1|2\n+8613800000001,Anna,3\n"
    how = mapping(mobile="id:mobile", name="attr:name", card="id:card")
    state = take(api, tmp_path / "people.csv", content, how)
    assert state.answer is not None
    assert state.answer.counts["people"] == 1
    (found,) = api.client.people().people
    assert found.person_id == "mobile:+8613800000001"
    assert [one.value for one in found.ids if one.type == "card"] == ["3"]


def test_people_come_in_pages(api: Api, tmp_path: Path) -> None:
    content = "id,mobile,name,level\n" + "".join(f"{n},,x,\n" for n in range(PAGE + 3))
    take(api, tmp_path / "people.csv", content, PEOPLE)
    first = api.client.people()
    assert (len(first.people), first.total) == (PAGE, PAGE + 3)
    assert first.after is not None
    second = api.client.people(after=first.after)
    assert ([one.person_id for one in second.people], second.after) == (["50", "51", "52"], None)


def test_what_fails_or_is_cancelled_says_so(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = take(api, tmp_path / "people.csv", "other\n1\n", PEOPLE)
    assert (state.state, state.problem) == (
        "failed",
        "people.csv has no column “id”. Its columns are: other.",
    )
    first = threading_gate(monkeypatch)
    content = "id,mobile,name,level\n" + "".join(f"{n},,x,\n" for n in range(30_000))
    (tmp_path / "people.csv").write_text(content, encoding="utf-8")
    api.client.import_table(tmp_path / "people.csv", PEOPLE)
    with pytest.raises(EngineRefused, match="Another import runs"):
        api.client.import_table(tmp_path / "people.csv", PEOPLE)
    api.client.cancel_import()
    first.set()
    assert finished(api).state == "cancelled"
    assert api.client.people().total == 0
    assert not rejects_file(tmp_path, 1).exists()


def test_a_data_folder_is_imported_in_the_background_and_cancelled(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    rows = "".join(f"p{n},Rome\n" for n in range(30_000))
    (tmp_path / "data" / "people.csv").write_text(f"person_id,attr:city\n{rows}", encoding="utf-8")
    gate, told = threading.Event(), ImportJob._progress

    def waiting(self: ImportJob, done: int, total: int) -> None:
        gate.wait(30)
        told(self, done, total)

    monkeypatch.setattr(ImportJob, "_progress", waiting)
    assert api.client.begin_folder(tmp_path / "data").state == "running"
    api.client.cancel_import()
    gate.set()
    assert finished(api).state == "cancelled"
    assert api.client.people().total == 0
    api.client.begin_folder(tmp_path / "data")
    state = finished(api)
    assert state.answer is not None
    assert (state.state, state.answer.counts["people"]) == ("done", 30_000)
    assert state.id == api.client.imports()[0].id


def threading_gate(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets no import go on behind its first rows before it is told to."""
    gate, store = threading.Event(), PeopleTable.store

    def waiting(self: PeopleTable, rows: Any) -> None:
        store(self, rows)
        assert gate.wait(20)

    monkeypatch.setattr(PeopleTable, "store", waiting)
    return gate
