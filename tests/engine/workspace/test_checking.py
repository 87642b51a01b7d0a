"""`validate` and `fmt` on files, in and outside a workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.files import FileError
from engine.workspace import bundle
from engine.workspace.checking import fmt, validate
from engine.workspace.schema import FOLDER, schemas
from engine.workspace.template import SHIPPED
from tests.engine.workspace.examples import CAMPAIGN_JSON, MESSAGE_JSON, NOW, encoded, filled_workspace


def test_a_campaign_is_judged_by_its_workspace(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    path = workspace.campaign_files.path_of("c_1")
    assert [(f.place, f.code) for f in validate(path, NOW)] == [("n_d", "unconfigured")]
    workspace.messages.delete("m_care")
    found = [f for f in validate(path, NOW) if f.place == "n_c"]
    assert [f.code for f in found] == ["missing_reference"]
    assert str(found[0]).startswith(f"{path}:n_c missing_reference SMS: ")
    twin = path.with_name("twin.campaign.json")
    twin.write_bytes(path.read_bytes().replace(b'"c_1"', b'"c_2"'))
    assert "name_taken" in {f.code for f in validate(twin, NOW)}


def test_outside_a_workspace_references_are_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "alone.campaign.json"
    path.write_bytes(encoded(CAMPAIGN_JSON))
    assert {f.place for f in validate(path, NOW)} == {"n_d"}


def test_a_bundle_is_judged_by_its_own_content(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path / "workspace")
    path = tmp_path / "x.bundle"
    path.write_bytes(bundle.write(bundle.make(workspace, workspace.load_campaign("c_1"))))
    assert {f.place for f in validate(path, NOW)} == {"n_d"}


def test_each_finding_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.campaign.json"
    nodes = {"n_a": {"kind": "wait_until", "name": "two\nlines"}}
    path.write_bytes(encoded({**CAMPAIGN_JSON, "nodes": nodes, "links": {}, "layout": {}}))
    lines = [str(finding) for finding in validate(path, NOW)]
    assert lines
    assert not any("\n" in line for line in lines)


def test_unreadable_files_name_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "x.message.json"
    path.write_bytes(encoded({**MESSAGE_JSON, "status": 1}))
    (finding,) = validate(path, NOW)
    assert str(finding).startswith(f"{path}:9 file_error status: ")
    (finding,) = validate(tmp_path / "none", NOW)
    assert str(finding) == f"{tmp_path / 'none'}: file_error There is no such file."


def test_fmt_rewrites_once(tmp_path: Path) -> None:
    path = tmp_path / "x.message.json"
    path.write_text(json.dumps(MESSAGE_JSON), encoding="utf-8")
    before = path.read_bytes()
    assert fmt(path, check=True)
    assert path.read_bytes() == before
    assert fmt(path, check=False)
    assert path.read_bytes() != before
    assert not fmt(path, check=False)
    assert not fmt(path, check=True)
    path.write_bytes(b"{}")
    with pytest.raises(FileError):
        fmt(path, check=False)


def test_published_schemas_are_current() -> None:
    """`python -m engine.workspace.schema` writes them anew."""
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == schemas()


def test_checking_imports_neither_qt_nor_the_store() -> None:
    code = (
        "import sys, datetime, pathlib; from engine.workspace.checking import validate;"
        "validate(pathlib.Path(sys.argv[1]), datetime.datetime.now(datetime.UTC));"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", code, str(next(SHIPPED.iterdir()))]
    loaded = set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert "pydantic" in loaded
    assert not loaded & {"PySide6", "sqlalchemy", "networkx", "fastapi", "requests", "babel"}
