"""Changes of the catalogue as pure functions: each gives another catalogue, or says why it may not be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from pydantic import ValidationError

from engine.files.findings import findings
from engine.i18n import N_, Message, MessageError
from engine.workspace.catalog import Catalog, Keys

Table = Literal["events", "tags", "attributes", "id_types", "coupons", "marketing_campaigns"]
Filed = Literal["events", "tags", "attributes"]
"""What stands in directories."""
Learnable = Literal["events", "tags", "attributes", "id_types"]
LEARNABLE: tuple[Learnable, ...] = get_args(Learnable)
"""What an import can bring in."""


class CatalogRefused(MessageError):  # noqa: N818 - an answer
    """The change is not possible; `message` says why, `field` which field it is about."""

    def __init__(self, message: Message, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def put(
    catalog: Catalog, table: Table, key: str, value: Mapping[str, Any] | str, was: str | None = None
) -> Catalog:
    """Add or replace an entry, given as in the file; `was`: its key before, where it is renamed.

    Raises `CatalogRefused` where the key is taken or a field is wrong.
    """
    entries: dict[str, Any] = dict(catalog.canonical()[table])
    if key != was and key in entries:
        raise CatalogRefused(Message(N_("“{name}” is there already. Choose another name."), name=key), "key")
    if was is not None:
        entries.pop(was, None)
    entries[key] = value
    changed = catalog.canonical() | {table: entries}
    if was is not None and was != key:
        changed = _renamed(changed, table, was, key)
    return _valid(_looked_at(changed, table, key), table)


def remove(catalog: Catalog, table: Table, key: str) -> Catalog:
    """Take an entry out, also of its directory. What is used is refused by whoever knows the workspace."""
    content = catalog.canonical()
    entries = {other: value for other, value in content[table].items() if other != key}
    return _valid(_looked_at(_renamed(content | {table: entries}, table, key, None), table, key), table)


def directory_of(catalog: Catalog, table: Filed, key: str) -> str:
    """The directory that an entry stands in, "" for none."""
    return next((name for name, keys in catalog.directories.items() if key in keys.of(table)), "")


def file_in(catalog: Catalog, table: Filed, key: str, directory: str) -> Catalog:
    """Put an entry into a directory, which is made where there is none of that name; "" for none."""
    directories = {
        name: keys.changed(table, (other for other in keys.of(table) if other != key))
        for name, keys in catalog.directories.items()
    }
    if directory:
        found = directories.get(directory, Keys())
        directories[directory] = found.changed(table, (*found.of(table), key))
    return catalog.model_copy(update={"directories": dict(sorted(directories.items()))})


def rename_directory(catalog: Catalog, name: str, to: str) -> Catalog:
    """Give a directory another name; what stands in it comes along. Raises `CatalogRefused`."""
    if to != name and to in catalog.directories:
        raise CatalogRefused(Message(N_("“{name}” is there already. Choose another name."), name=to), "key")
    content = catalog.canonical()
    directories = {to if key == name else key: value for key, value in content.get("directories", {}).items()}
    return _valid(content | {"directories": directories}, "directories")


def remove_directory(catalog: Catalog, name: str) -> Catalog:
    """Take a directory away; what stood in it stays in the catalogue."""
    kept = {key: keys for key, keys in catalog.directories.items() if key != name}
    return catalog.model_copy(update={"directories": kept})


def mark_learned(catalog: Catalog, table: Learnable, keys: Iterable[str]) -> Catalog:
    """Mark entries that an import brought in, until somebody has looked at them."""
    known = [key for key in keys if key in getattr(catalog, table)]
    marked = catalog.learned.changed(table, (*catalog.learned.of(table), *known))
    return catalog.model_copy(update={"learned": marked})


def _looked_at(content: dict[str, Any], table: str, key: str) -> dict[str, Any]:
    """Whoever saves an entry has looked at it."""
    marked = dict(content.get("learned", {}))
    if key in marked.get(table, ()):
        marked[table] = [other for other in marked[table] if other != key]
    return content | {"learned": marked}


def _renamed(content: dict[str, Any], table: str, was: str, key: str | None) -> dict[str, Any]:
    """Directories and marks name the entry by its new key, or not any more."""

    def changed(keys: Mapping[str, Any]) -> dict[str, Any]:
        here = [other if other != was else key for other in keys.get(table, ())]
        return {**keys, table: sorted(other for other in here if other is not None)}

    directories = {
        name: changed(keys) if was in keys.get(table, ()) else keys
        for name, keys in content.get("directories", {}).items()
    }
    marked = content.get("learned", {})
    return content | {
        "directories": directories,
        "learned": changed(marked) if was in marked.get(table, ()) else marked,
    }


def _valid(content: dict[str, Any], table: str) -> Catalog:
    """The catalogue that the content is; a finding's field is relative to the entry."""
    try:
        return Catalog.model_validate_json(json.dumps(content))
    except ValidationError as error:
        finding = next(findings(error))
        path = [str(part) for part in finding.path]
        if path[:1] == [table]:
            path = path[2:] or ["key"]
        raise CatalogRefused(finding.message, ".".join(path)) from None
