"""How one version of a campaign differs from another, for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from engine.campaign.differences import differences
from engine.server.wire.campaigns import NodeChange, ObjectChange
from engine.workspace.bundle import Bundle

_Kind = Literal["audience", "message", "account", "catalog"]


def node_changes(before: Bundle, after: Bundle) -> list[NodeChange]:
    """Component by component, along the flow."""
    return [
        NodeChange(
            node=one.node,
            change=one.change.value,
            title=str(one.title),
            details=[str(detail) for detail in one.details],
        )
        for one in differences(before.campaign, after.campaign, after)
    ]


def object_changes(before: Bundle, after: Bundle) -> list[ObjectChange]:
    """What the campaign refers to, by kind and id."""
    return [
        *_between("audience", before.audiences, after.audiences),
        *_between("message", before.messages, after.messages),
        *_between("account", before.accounts, after.accounts),
        *_of_catalogues(before, after),
    ]


def _between(kind: _Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ObjectChange]:
    for id in sorted({*before, *after}):
        old: Any = before.get(id)
        new: Any = after.get(id)
        if old != new:
            yield ObjectChange(
                kind=kind, id=id, name=(old if new is None else new).name, change=_change(old, new)
            )


def _of_catalogues(before: Bundle, after: Bundle) -> Iterator[ObjectChange]:
    """Entries of the catalogue's tables, named by table and key."""
    old_tables, new_tables = before.catalog.canonical(), after.catalog.canonical()
    for table in sorted({*old_tables, *new_tables}):
        old, new = old_tables.get(table), new_tables.get(table)
        if not isinstance(old or {}, dict) or not isinstance(new or {}, dict):
            continue
        for key in sorted({*(old or {}), *(new or {})}):
            first, second = (old or {}).get(key), (new or {}).get(key)
            if first != second:
                change = _change(first, second)
                yield ObjectChange(kind="catalog", id=f"{table}/{key}", name=str(key), change=change)


def _change(old: Any, new: Any) -> Literal["added", "removed", "changed"]:
    return "added" if old is None else "removed" if new is None else "changed"
