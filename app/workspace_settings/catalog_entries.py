"""The tables of the catalogue as forms: their fields, and the entry that a form makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.editors.base import RawObject, as_list, as_object, as_text
from app.pickers.form_dialog import field
from engine.components.base import RefKind
from engine.components.hints import FormField, Hint
from engine.i18n import N_, Message
from engine.workspace import catalog_edits as edits
from engine.workspace.account_fields import VALUE_TYPES
from engine.workspace.catalog import Catalog, Keys
from engine.workspace.catalog_edits import CatalogRefused, Table
from engine.workspace.uses import ID_TYPE

DIRECTORIES = "directories"
_DIRECTORY = field(
    "directory",
    Hint(N_("Directory"), "text", help=N_("Sorts long lists. A name that is not there yet makes a new one.")),
    required=False,
)
_ATTRIBUTES = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "type", "cell": "choice", "label": N_("Type"), "choices": VALUE_TYPES, "new": "text"},
)
_TYPE = field("type", Hint(N_("Type"), "choice", choices=VALUE_TYPES))


class Shape(NamedTuple):
    """What the section says about one table of the catalogue."""

    title: str
    new: str
    icon: str
    kind: RefKind | str
    fields: tuple[FormField, ...]
    about: str


SHAPES: Mapping[str, Shape] = {
    "events": Shape(
        N_("Events"),
        N_("New event…"),
        "bolt",
        RefKind.EVENT,
        (
            field(
                "key",
                Hint(
                    N_("Code"), "text", missing=N_("Enter the code"), help=N_("What other programs call it.")
                ),
            ),
            field("name", Hint(N_("Name"), "text"), required=False),
            field(
                "attributes",
                Hint(
                    N_("Attributes"),
                    "rows",
                    options={"columns": _ATTRIBUTES, "add": N_("Add an attribute")},
                ),
            ),
            _DIRECTORY,
        ),
        N_("What people do, such as an order, and what is told about it."),
    ),
    "tags": Shape(
        N_("Tags"),
        N_("New tag…"),
        "tag",
        RefKind.TAG,
        (
            field("key", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
            _TYPE,
            field(
                "values",
                Hint(
                    N_("Values"),
                    "texts",
                    missing=N_("One a line"),
                    help=N_("Offered for choosing; others are possible."),
                ),
            ),
            _DIRECTORY,
        ),
        N_("Labels that people carry; “several texts” holds more than one at a time."),
    ),
    "attributes": Shape(
        N_("Attributes"),
        N_("New attribute…"),
        "list",
        RefKind.ATTRIBUTE,
        (field("key", Hint(N_("Name"), "text", missing=N_("Enter a name"))), _TYPE, _DIRECTORY),
        N_("What is known of people, such as their city."),
    ),
    "id_types": Shape(
        N_("ID types"),
        N_("New ID type…"),
        "id",
        ID_TYPE,
        (
            field(
                "key",
                Hint(N_("Name"), "text", missing=N_("Enter a name"), help=N_("Such as mobile or member.")),
            ),
            field("multi", Hint(N_("A person can have several"), "switch")),
            field(
                "priority",
                Hint(
                    N_("Priority"),
                    "number",
                    help=N_("It tells who a person is, 1 first. Empty: an address that people may share."),
                ),
                required=False,
            ),
        ),
        N_("How people are told apart and reached; at most 50."),
    ),
    DIRECTORIES: Shape(
        N_("Directories"),
        N_("New directory…"),
        "folder",
        "",
        (field("key", Hint(N_("Name"), "text", missing=N_("Enter a name"))),),
        N_("They sort events, tags and attributes."),
    ),
}


def table_of(table: str) -> Table:
    """One of the catalogue's tables."""
    return table  # type: ignore[return-value]  # one of the catalogue's


def entry_of(catalog: Catalog, table: str, key: str | None) -> RawObject:
    """An entry as the form shows it."""
    if key is None:
        return {"type": "text", "attributes": [], "values": [], "multi": False}
    if table == DIRECTORIES:
        return {"key": key}
    found = catalog.canonical()[table].get(key)
    if table == "attributes":
        return {"key": key, "type": found}
    raw: RawObject = {"key": key, **as_object(found)}
    if table == "events":
        raw["attributes"] = [
            {"name": name, "type": type} for name, type in as_object(raw.get("attributes")).items()
        ]
    return raw


def attributes_of(values: RawObject) -> dict[str, str]:
    """The attributes of an event as the form has them. Raises `CatalogRefused`, also for one twice."""
    found: dict[str, str] = {}
    for place, item in enumerate(map(as_object, as_list(values.get("attributes")))):
        name = as_text(item.get("name")).strip()
        if not name:
            raise CatalogRefused(Message(N_("Enter a name")), f"attributes.{place}.name")
        if name in found:
            raise CatalogRefused(Message(N_("This attribute is there twice.")), f"attributes.{place}.name")
        found[name] = as_text(item.get("type"))
    return found


def amend(catalog: Catalog, table: str, values: RawObject, was: str | None) -> Catalog:
    """The catalogue with what the form says. Raises `CatalogRefused`."""
    key = as_text(values.get("key")).strip()
    if not key:
        raise CatalogRefused(Message(N_("Enter a name")), "key")
    if table == DIRECTORIES:
        if was is None:
            if key in catalog.directories:
                text = N_("“{name}” is there already. Choose another name.")
                raise CatalogRefused(Message(text, name=key), "key")
            return catalog.model_copy(update={"directories": {**catalog.directories, key: Keys()}})
        return edits.rename_directory(catalog, was, key)
    value: dict[str, Any] | str
    if table == "events":
        value = {"name": as_text(values.get("name")), "attributes": attributes_of(values)}
    elif table == "tags":
        value = {"type": values.get("type"), "values": values.get("values") or []}
    elif table == "attributes":
        value = as_text(values.get("type"))
    else:
        priority = values.get("priority")
        value = {"multi": values.get("multi") is True, **({} if priority is None else {"priority": priority})}
    changed = edits.put(catalog, table_of(table), key, value, was)
    if table in ("events", "tags", "attributes"):
        directory = as_text(values.get("directory")).strip()
        changed = edits.file_in(changed, table, key, directory)  # type: ignore[arg-type]  # one of the three
    return changed
