"""Importing a data folder over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.client import EngineRefused
from engine.server.api import application
from engine.server.wire.base import API
from engine.store.database import Database
from tests.engine.server.calling import AUTHORIZED, JSON
from tests.engine.server.serving import TOKEN, MemoryEngine, Served, service


def test_a_data_folder_is_imported_and_estimated(api: Served, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "person_id,attr:city\np1,Rome\np2,Rome\np3,Oslo\n,Oslo\n", encoding="utf-8"
    )
    client = api.client()
    answer = client.import_folder(tmp_path)
    assert (answer.counts["people"], answer.rejected) == (3, 1)
    assert [(reject.file, reject.line) for reject in answer.rejects] == [("people.csv", 5)]
    condition = {"field": "attr:city", "op": "is", "value": ["Rome"]}
    rule: dict[str, Any] = {
        "format": "audience",
        "version": 1,
        "id": "a_rome",
        "name": "Rome",
        "cards": [{"card": "tags", "condition": condition}],
    }
    assert client.estimate(rule) == 2
    with pytest.raises(EngineRefused) as refused:
        client.estimate({**rule, "cards": []})
    assert refused.value.problem.errors[0].field == "audience.cards"


def test_a_folder_without_data_is_refused(api: Served, tmp_path: Path) -> None:
    with pytest.raises(EngineRefused, match="no data"):
        api.client().import_folder(tmp_path)


def test_a_folder_that_cannot_be_is_refused(api: Served) -> None:
    with pytest.raises(EngineRefused) as refused:
        api.client().import_folder(Path("/" + "x" * 2_000))
    assert refused.value.problem.status == 422


def test_only_this_computer_may_name_a_folder(database: Database, tmp_path: Path) -> None:
    app = application(service(MemoryEngine(database), database, tmp_path, lambda: None), TOKEN, None)
    with TestClient(app, client=("192.0.2.7", 5)) as far:
        body = json.dumps({"folder": str(tmp_path)})
        assert far.post(f"{API}/import", content=body, headers=JSON).json()["code"] == "not_local"
        assert far.get(f"{API}/status", headers=AUTHORIZED).json()["now"].startswith("2025")
