"""Conflicts in words: what each is about, and what each side did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.campaign.differences import FIELD_LABELS, Change, Difference, differences, value_words
from engine.campaign.document import CampaignDocument
from engine.campaign.merging.conflicts import Conflict, Kind, Side
from engine.campaign.merging.merge import Merge
from engine.campaign.model import START_ID, Node
from engine.components.base import Lookup
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import N_, Message
from engine.shapes.words import joined

_NAMED = 3
_CHANGES = {Change.ADDED: N_("Added."), Change.REMOVED: N_("Removed.")}
_FIELDS = {"name": N_("Name"), "memo": N_("Memo")}


class Told(NamedTuple):
    """A conflict for people: its title, and sentences about what each side did."""

    conflict: Conflict
    title: Message
    ours: tuple[Message, ...]
    theirs: tuple[Message, ...]

    def of(self, side: Side) -> tuple[Message, ...]:
        return self.ours if side is Side.OURS else self.theirs


def told(merged: Merge, lookup: Lookup) -> list[Told]:
    """Every conflict of a merge."""
    if not merged.conflicts:
        return []
    made = [
        {found.node: found for found in differences(merged.base, side, lookup)}
        for side in (merged.ours, merged.theirs)
    ]
    return [
        Told(
            conflict,
            _title(merged, conflict),
            tuple(_sentences(conflict, merged.base, merged.ours, made[0], lookup)),
            tuple(_sentences(conflict, merged.base, merged.theirs, made[1], lookup)),
        )
        for conflict in merged.conflicts
    ]


def _title(merged: Merge, conflict: Conflict) -> Message:
    match conflict.kind:
        case Kind.COMPONENT:
            return _names(merged, conflict)
        case Kind.LINES:
            return Message(N_("Lines of {names}"), names=_names(merged, conflict))
        case Kind.FIELD:
            node = _node(merged, conflict.nodes[0])
            fields = joined(dict.fromkeys(_label(node, field) for field in conflict.fields))
            return Message(N_("{name}: {fields}"), name=node.shown_name, fields=fields)
        case Kind.NOTE:
            return Message(N_("Note or frame"))
        case Kind.LAYOUT:
            return Message(N_("Places of cards: {names}"), names=_names(merged, conflict))
        case Kind.ATTRIBUTES:
            labels = (Message(FIELD_LABELS[field]) for field in conflict.fields)
            return Message(N_("Campaign: {fields}"), fields=joined(labels))


def _names(merged: Merge, conflict: Conflict) -> Message:
    """The first of them; Start only where nothing else is named."""
    ids = [id for id in conflict.nodes if id != START_ID] or [START_ID]
    names: list[Message | str] = [_node(merged, id).shown_name for id in ids[:_NAMED]]
    if len(ids) > _NAMED:
        names.append(f"+{len(ids) - _NAMED}")
    return joined(names)


def _node(merged: Merge, id: str) -> Node:
    """The component as the side knows it that has it, ours first."""
    holders = (merged.ours, merged.theirs, merged.base)
    return next(document.node(id) for document in holders if id == START_ID or id in document.nodes)


def _label(node: Node, field: str) -> Message:
    if field in _FIELDS:
        return Message(_FIELDS[field])
    fields = form(component(node.kind).Config)
    return Message(next((one.hint.label for one in fields if one.name == field), N_("Configuration")))


def _sentences(
    conflict: Conflict,
    base: CampaignDocument,
    side: CampaignDocument,
    made: Mapping[str | None, Difference],
    lookup: Lookup,
) -> Iterator[Message]:
    if conflict.kind is Kind.ATTRIBUTES:
        for field in conflict.fields:
            value = value_words(field, getattr(side.attributes, field), lookup)
            yield Message(N_("{field}: {value}"), field=Message(FIELD_LABELS[field]), value=value)
    elif conflict.kind is Kind.LAYOUT:
        moved = sum(base.layout.get(id) != side.layout.get(id) for id in conflict.nodes)
        yield Message(N_("Cards moved: {n:,}."), n=moved)
    elif conflict.kind is Kind.NOTE:
        note = side.notes.get(conflict.nodes[0])
        yield Message(N_("Removed.")) if note is None else Message.verbatim(note.title or note.text)
    elif conflict.fields == ("memo",):
        yield Message(N_("Memo: “{text}”"), text=side.nodes[conflict.nodes[0]].memo)
    else:
        yield from _of_nodes([made[id] for id in conflict.nodes if id in made])


def _of_nodes(found: Sequence[Difference]) -> Iterator[Message]:
    """What became of components; several are named."""
    if not found:
        yield Message(N_("Left as it was."))
    for difference in found:
        word = _CHANGES.get(difference.change)
        details = (*(() if word is None else (Message(word),)), *difference.details)
        if difference.change is Change.REMOVED:  # what it was is no matter any more
            details = details[:1]
        for detail in details:
            if len(found) == 1:
                yield detail
            else:
                yield Message(N_("{name}: {detail}"), name=difference.title, detail=detail)
