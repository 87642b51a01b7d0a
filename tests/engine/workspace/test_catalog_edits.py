"""The catalogue: changes that say why not, directories, marks of what was learned, where entries are used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.components.base import RefKind
from engine.store.imports.learned import Learned
from engine.workspace import catalog_edits as edits
from engine.workspace.account import ACCOUNT
from engine.workspace.catalog import CATALOG, Catalog
from engine.workspace.catalog_edits import CatalogRefused
from engine.workspace.uses import Use, attribute_uses
from engine.workspace.workspace import Workspace
from tests.engine.workspace.examples import CATALOG_JSON, WEBHOOK_JSON, encoded, filled_workspace

PATH = Path("catalog.json")


def test_what_is_new_is_left_out_while_there_is_nothing_in_it() -> None:
    assert {"directories", "learned"}.isdisjoint(Catalog().canonical())
    assert Catalog().canonical()["id_types"] == {}
    old = CATALOG.parse(encoded(CATALOG_JSON), PATH)
    assert CATALOG.dump(old) == CATALOG.dump(CATALOG.parse(CATALOG.dump(old), PATH))
    assert b"priority" not in CATALOG.dump(old)


def test_an_entry_is_put_renamed_and_removed_with_its_directory_and_mark() -> None:
    catalog = edits.put(Catalog(), "tags", "level", {"type": "text", "values": ["VIP"]})
    catalog = edits.file_in(catalog, "tags", "level", "Profile")
    catalog = edits.mark_learned(catalog, "tags", ["level", "unknown"])
    assert catalog.learned.tags == ("level",)
    renamed = edits.put(catalog, "tags", "rank", {"type": "text", "values": ["VIP"]}, was="level")
    assert list(renamed.tags) == ["rank"]
    assert edits.directory_of(renamed, "tags", "rank") == "Profile"
    assert not renamed.learned  # whoever saves it has looked at it
    gone = edits.remove(renamed, "tags", "rank")
    assert (dict(gone.tags), gone.directories["Profile"].tags) == ({}, ())
    again = CATALOG.parse(CATALOG.dump(gone), PATH)
    assert again == gone


@pytest.mark.parametrize(
    ("table", "key", "value", "field", "words"),
    [
        ("tags", "city", {"type": "text"}, "key", "is there already"),
        ("tags", "", {"type": "text"}, "key", "."),
        ("tags", "x" * 101, {"type": "text"}, "key", "100"),
        ("tags", "new", {"type": "song"}, "type", "."),
        ("events", "order", {"attributes": {"amount": "money"}}, "attributes.amount", "."),
        ("coupons", "cp_1", {"name": ""}, "name", "."),
        ("coupons", "cp_1", {"name": "A", "valid_days": 0}, "valid_days", "1"),
        ("coupons", "bad id", {"name": "A"}, "key", "."),
        ("id_types", "m", {"multi": False, "priority": 51}, "priority", "50"),
        ("marketing_campaigns", "mc_1", {"name": "A", "parent": "mc_2"}, "", "primary campaign"),
    ],
)
def test_refusals_name_the_field(
    table: edits.Table, key: str, value: dict[str, object], field: str, words: str
) -> None:
    catalog = edits.put(Catalog(), "tags", "city", {"type": "text"})
    with pytest.raises(CatalogRefused, match=words) as refused:
        edits.put(catalog, table, key, value)
    assert refused.value.field == field


def test_at_most_fifty_id_types() -> None:
    catalog = Catalog.model_validate({"id_types": {f"t{n}": {} for n in range(50)}})
    with pytest.raises(CatalogRefused, match="50"):
        edits.put(catalog, "id_types", "one_more", {})


def test_what_an_import_brings_in_is_marked_until_it_is_saved() -> None:
    known = edits.put(Catalog(), "tags", "level", {"type": "text"})
    brought = Learned(tags={"level": "text", "colour": "text"}, events={"order": {"amount": "number"}})
    taught = brought.taught(known)
    assert (taught.learned.tags, taught.learned.events) == (("colour",), ("order",))
    looked_at = edits.put(taught, "tags", "colour", {"type": "text"}, was="colour")
    assert looked_at.learned.tags == ()


def test_directories_are_renamed_and_removed() -> None:
    catalog = edits.put(Catalog(), "attributes", "city", "text")
    catalog = edits.file_in(catalog, "attributes", "city", "Place")
    catalog = edits.rename_directory(catalog, "Place", "Home")
    assert edits.directory_of(catalog, "attributes", "city") == "Home"
    catalog = edits.file_in(catalog, "attributes", "city", "Other")
    with pytest.raises(CatalogRefused, match="already"):
        edits.rename_directory(catalog, "Home", "Other")
    assert edits.directory_of(edits.remove_directory(catalog, "Other"), "attributes", "city") == ""
    assert "city" in edits.remove_directory(catalog, "Other").attributes


def test_where_entries_are_used(tmp_path: Path) -> None:
    workspace = filled_workspace(tmp_path)
    workspace.save_account(
        ACCOUNT.parse(json.dumps({**WEBHOOK_JSON, "id": "acc_x", "name": "X"}).encode(), PATH)
    )
    assert Use("account", "acc_x", "X") in workspace.uses("id_type", "mobile")
    assert [use.kind for use in workspace.uses("marketing_campaign", "mc_2")] == ["campaign"]
    kinds = {use.kind for use in workspace.uses(RefKind.ACCOUNT, "acc_sms")}
    assert kinds == {"campaign", "message"}
    settings = workspace.settings.model_copy(update={"whitelist": "a_once"})
    workspace.save_settings(settings)
    table = {"name": "Value", "event": "order", "metrics": {"n": "count"}}
    assert {use.name for use in _defined(workspace, table)} >= {"Value"}
    assert Use("settings", "whitelist", settings.name) in workspace.uses(RefKind.AUDIENCE, "a_once")


def _defined(workspace: Workspace, table: dict[str, Any]) -> list[Use]:
    """The uses of the event “order” once a statistics table is made of it."""
    content = workspace.catalog.canonical() | {"tables": {"value": table}}
    workspace.save_catalog(CATALOG.parse(json.dumps(content).encode(), PATH))
    return workspace.uses(RefKind.EVENT, "order")


def test_where_an_attribute_of_an_event_is_looked_at(tmp_path: Path) -> None:
    workspace: Workspace = filled_workspace(tmp_path)
    events = {
        ref.id for entry in workspace.campaigns() for ref in entry.references if ref.kind is RefKind.EVENT
    }
    events |= {
        id for one in workspace.audiences.values() for kind, id in one.references() if kind is RefKind.EVENT
    }
    assert "order" in events
    assert list(attribute_uses(workspace, "order", "colour")) == []
    assert [use.kind for use in attribute_uses(workspace, "order", "amount")] != []
