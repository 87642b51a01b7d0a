"""Ports of branching kinds, read from raw configs that may hold anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import JsonValue

from engine.components.base import OTHER, Port, RawConfig
from engine.components.hints import Hint
from engine.i18n import N_, Message, tr
from engine.shapes.groups import PORT_PREFIX

RESULT_PREFIX = "result:"
OTHER_PORT = Port(OTHER, Message(N_("Other")))

Other = Annotated[
    bool,
    Hint(
        N_("Branch for everybody else"), "switch", help=N_("Without it, everybody else leaves the campaign.")
    ),
]

RESULT_LABELS: dict[str, str] = {
    "success": N_("Success"),
    "failed": N_("Failed"),
    "opened": N_("Opened"),
    "ignored": N_("Ignored"),
}


def result_label(code: str) -> Message:
    """What a result is called; a webhook's own codes are their names."""
    return Message(RESULT_LABELS[code]) if code in RESULT_LABELS else Message.verbatim(code)


def group_ports(groups: JsonValue) -> Iterator[Port]:
    """A port for each group that has an id, in order."""
    seen: set[str] = set()
    for number, group in enumerate(groups if isinstance(groups, list) else (), start=1):
        if not isinstance(group, dict):
            continue
        id, name = group.get("id"), group.get("name")
        if not isinstance(id, str) or not id or id in seen:
            continue
        seen.add(id)
        label = Message.verbatim(name) if isinstance(name, str) and name else _numbered(number)
        yield Port(PORT_PREFIX + id, label)


def judgment_ports(raw: RawConfig) -> tuple[Port, ...]:
    """One port a group, and `other` where it is on."""
    groups = raw.get("groups", [{"id": "g_1"}])
    other = (OTHER_PORT,) if raw.get("other") is True else ()
    return (*group_ports(groups), *other)


def new_groups(count: int, **more: JsonValue) -> list[JsonValue]:
    """The groups that a new node starts with, named in the present language."""
    return [
        {"id": f"g_{number}", "name": tr("Group {number}", number=number), **more}
        for number in range(1, count + 1)
    ]


def _numbered(number: int) -> Message:
    return Message(N_("Group {number}"), number=number)
