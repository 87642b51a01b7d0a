"""What the engine says of people, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.components.delivery import receipt_word, state_and_reason
from engine.components.registry import COMPONENTS
from engine.i18n import N_, tr
from engine.shapes.groups import PORT_PREFIX

_OUTCOMES = {
    "waiting": N_("is there now"),
    "done": N_("went through to the end"),
    "left": N_("left"),
    "exited": N_("left early"),
    "held_back": N_("did not enter: in the control group"),
    "merged": N_("was there already"),
    "failed": N_("failed"),
    "out": N_("went on"),
    "other": N_("went on: other"),
}
_WHOLE_NAMES = ("name", "full_name", "姓名")
_PARTS = (("first_name", "last_name", " "), ("姓", "名", ""))
_SHORT_NAMES = ("名字", "nickname", "昵称")
_STATES = {
    "running": N_("Running"),
    "complete": N_("Imported"),
    "abandoned": N_("Not imported"),
    "undoing": N_("Being undone"),
    "undone": N_("Undone"),
}


def moment(text: str | None, zone: ZoneInfo) -> str:
    """A time of the engine as the workspace's clocks show it."""
    return "" if text is None else datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def outcome(text: str) -> str:
    """What came of a visit: the way that the person took, or why it ended there."""
    if text in _OUTCOMES:
        return tr(_OUTCOMES[text])
    kind, _, name = text.partition(":")
    if f"{kind}:" == PORT_PREFIX:
        return tr("went on: group {name}", name=name)
    return tr("went on: {name}", name=name or kind)


def kind(id: str) -> str:
    """A component's label."""
    return tr(COMPONENTS[id].label) if id in COMPONENTS else id


def state(state: str, reason: str, receipt: str) -> str:
    """What became of a message, and why."""
    said = state_and_reason(state, reason)
    if not receipt:
        return said
    return f"{said} · {receipt_word(receipt)}"


def import_state(state: str) -> str:
    """What became of an import."""
    return tr(_STATES[state]) if state in _STATES else state


def called(values: Mapping[str, str]) -> str:
    """What somebody is called, from the attributes that tell it (`engine.store.people.NAMES`): once."""
    for whole in _WHOLE_NAMES:
        if values.get(whole):
            return values[whole]
    for first, second, between in _PARTS:
        if parts := [values[part] for part in (first, second) if values.get(part)]:
            return between.join(parts)
    return next((values[short] for short in _SHORT_NAMES if values.get(short)), "")


def attributes(values: Mapping[str, object]) -> str:
    """An event's attributes in one line."""
    return tr(", ").join(f"{name} {_plain(value)}" for name, value in values.items())


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
