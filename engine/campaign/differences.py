"""How one state of a campaign differs from another: as ops, and component by component in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

from engine.campaign.campaign_file import canonical_config
from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import CampaignGoal, Holdout, goal_words, holdout_words
from engine.campaign.model import ATTRIBUTES_ID, START, START_ID, Node
from engine.campaign.ops import Op, Table, Value
from engine.campaign.send_window import SendWindow, send_window_words
from engine.campaign.stay import ExitRule, exit_words
from engine.components.base import Lookup, RefKind
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import N_, Message
from engine.shapes.words import joined

# What goes, in an order that leaves no line without its card; what comes or changes, the other way round.
_GOING = (Table.LINKS, Table.LAYOUT, Table.NODES, Table.NOTES)
_COMING = (Table.ATTRIBUTES, Table.NODES, Table.LAYOUT, Table.LINKS, Table.NOTES)

ATTRIBUTE_LABELS: Mapping[str, str] = {
    "name": N_("Name"),
    "group": N_("Folder"),
    "sub_campaigns": N_("Sub-campaigns"),
    "start": N_("Start"),
    "end": N_("End"),
    "template": N_("Template"),
    "exits": N_("Exit rules"),
    "goal": N_("Goal"),
    "holdout": N_("Control group"),
    "ignore_global_control": N_("Ignores the workspace’s control group"),
    "send_window": N_("Send window"),
}
FIELD_LABELS: Mapping[str, str] = {"id": N_("ID"), **ATTRIBUTE_LABELS}
_REFERS: Mapping[str, RefKind] = {
    "sub_campaigns": RefKind.MARKETING_CAMPAIGN,
    "template": RefKind.TEMPLATE,
}


class Change(StrEnum):
    """What became of something."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(NamedTuple):
    """What became of one component (`node`), or of the campaign as a whole (None): a title and sentences."""

    node: str | None
    change: Change
    title: Message
    details: tuple[Message, ...]


def ops_between(before: CampaignDocument, after: CampaignDocument) -> tuple[Op, ...]:
    """The ops that turn one document into the other."""
    ops: list[Op] = []
    for table in _GOING:
        present, wanted = _table(before, table), _table(after, table)
        ops += [Op(table, id, value, None) for id, value in present.items() if id not in wanted]
    for table in _COMING:
        present, wanted = _table(before, table), _table(after, table)
        ops += [
            Op(table, id, present.get(id), value) for id, value in wanted.items() if present.get(id) != value
        ]
    return tuple(ops)


def differences(before: CampaignDocument, after: CampaignDocument, lookup: Lookup) -> list[Difference]:
    """What is different in `after`: the campaign first, then its components along the flow."""
    lines = _lines_by_source(before, after)
    ids = sorted({*before.nodes, *after.nodes, *lines}, key=lambda id: _place(before, after, id))
    of_nodes = (_of_node(before, after, id, lines.get(id, ()), lookup) for id in ids)
    found = [difference for difference in of_nodes if difference is not None]
    if campaign := tuple(_of_campaign(before, after, lookup)):
        found.insert(0, Difference(None, Change.CHANGED, Message(N_("Campaign")), campaign))
    return found


def _place(before: CampaignDocument, after: CampaignDocument, id: str) -> tuple[bool, float, float, str]:
    """Where a component comes: Start first, then from left to right and top to bottom, as one reads."""
    point = after.layout.get(id) or before.layout.get(id)
    x, y = (float(point[0]), float(point[1])) if point is not None else (inf, inf)
    return id != START_ID, x, y, id


def _of_campaign(before: CampaignDocument, after: CampaignDocument, lookup: Lookup) -> Iterator[Message]:
    old, new = before.attributes, after.attributes
    if old.name != new.name:
        yield Message(N_("Renamed from “{old}” to “{new}”."), old=old.name, new=new.name)
    for field, label in FIELD_LABELS.items():
        was, became = getattr(old, field), getattr(new, field)
        if field != "name" and was != became:
            text = N_("{field}: {old} → {new}")
            old_words, new_words = value_words(field, was, lookup), value_words(field, became, lookup)
            yield Message(text, field=Message(label), old=old_words, new=new_words)
    both = [id for id in (START_ID, *before.nodes) if id == START_ID or id in after.nodes]
    moved = sum(1 for id in both if before.layout.get(id) != after.layout.get(id))
    if moved:
        yield Message(N_("Cards moved: {n:,}."), n=moved)
    notes = [
        (N_("Notes and frames added: {n:,}."), len(after.notes.keys() - before.notes.keys())),
        (N_("Notes and frames removed: {n:,}."), len(before.notes.keys() - after.notes.keys())),
        (
            N_("Notes and frames changed: {n:,}."),
            sum(1 for id, note in before.notes.items() if after.notes.get(id, note) != note),
        ),
    ]
    yield from (Message(text, n=n) for text, n in notes if n)


AttributeValue = (
    str | tuple[str, ...] | tuple[ExitRule, ...] | CampaignGoal | Holdout | SendWindow | bool | None
)


def names_of(field: str, ids: Iterable[str], lookup: Lookup) -> list[str]:
    """What one of the campaign's own fields holds, as it is called, where that is known."""
    kind = _REFERS.get(field)
    return [(kind and lookup.name_of(kind, id)) or id for id in ids]


def value_words(field: str, value: AttributeValue, lookup: Lookup) -> Message:
    """The value of one of the campaign's own fields. lookup: what things are called, where that is known."""
    match value:
        case bool():
            return Message(N_("yes") if value else N_("no"))
        case None | "" | ():
            return Message(N_("none"))
        case CampaignGoal():
            return goal_words(value, lookup)
        case Holdout():
            return holdout_words(value)
        case SendWindow():
            return send_window_words(value, lookup)
        case str():
            return Message(N_("“{name}”"), name=names_of(field, [value], lookup)[0])
        case _:
            rules = [exit_words(one, lookup) for one in value if isinstance(one, ExitRule)]
            names = names_of(field, (one for one in value if isinstance(one, str)), lookup)
            return joined(rules) if rules else Message(N_("“{name}”"), name=joined(names))


def _of_node(
    before: CampaignDocument,
    after: CampaignDocument,
    node_id: str,
    lines: tuple[Message, ...],
    lookup: Lookup,
) -> Difference | None:
    old, new = _node(before, node_id), _node(after, node_id)
    if old is None and new is not None:
        return Difference(node_id, Change.ADDED, _title(new), (*_summary(new, lookup), *lines))
    if new is None and old is not None:
        return Difference(node_id, Change.REMOVED, _title(old), _summary(old, lookup))
    assert old is not None
    assert new is not None
    details = (*_of_config(old, new, lookup), *lines)
    return Difference(node_id, Change.CHANGED, _title(new), details) if details else None


def _of_config(old: Node, new: Node, lookup: Lookup) -> Iterator[Message]:
    if old.name != new.name:
        yield Message(N_("Renamed from “{old}” to “{new}”."), old=old.name, new=new.name)
    if old.kind != new.kind:  # by hand, in the file
        yield Message(N_("Was a component of another kind: {kind}."), kind=Message(component(old.kind).label))
        return
    changed = _changed_fields(old, new)
    if old.memo != new.memo:
        changed.append(Message(N_("Memo")))
    if changed:
        yield Message(N_("Changed: {fields}."), fields=joined(changed))
    said = [_summary(node, lookup) for node in (old, new)]
    if said[0] != said[1] and all(said):
        yield Message(N_("Before: {summary}"), summary=said[0][0])
        yield Message(N_("Now: {summary}"), summary=said[1][0])
    if old.confirmed != new.confirmed:
        text = N_("Confirmed with OK.") if new.confirmed else N_("No longer confirmed with OK.")
        yield Message(text)


def _changed_fields(old: Node, new: Node) -> list[Message]:
    before, after = canonical_config(old), canonical_config(new)
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    fields = form(component(new.kind).Config)
    found = [Message(field.hint.label) for field in fields if field.name in names]
    return list(dict.fromkeys(found)) or ([Message(N_("Configuration"))] if names else [])


def _lines_by_source(before: CampaignDocument, after: CampaignDocument) -> dict[str, tuple[Message, ...]]:
    """What became of the lines that leave a component; where they only have other ids, nothing did."""
    found: dict[str, list[Message]] = {}
    old, new = _ends(before), _ends(after)
    came, went = new - old, old - new
    for source, port, target in sorted(came.elements()):
        message = _line(N_("Line to {end}."), N_("Line “{branch}” to {end}."), after, port, source, target)
        found.setdefault(source, []).append(message)
    # An open end that leads somewhere now has been told of, and one whose branch went, with the branch.
    untold = {(source, port) for source, port, _ in new} - {(source, port) for source, port, _ in came}
    for source, port, target in sorted(went.elements()):
        if _node(after, source) is not None and (target or (source, port) in untold):
            texts = N_("No line to {end} any more."), N_("No line “{branch}” to {end} any more.")
            found.setdefault(source, []).append(_line(*texts, before, port, source, target))
    return {source: tuple(messages) for source, messages in found.items()}


def _ends(document: CampaignDocument) -> Counter[tuple[str, str, str]]:
    """How many lines lead from each port to each component, "" at open ends."""
    return Counter((link.source, link.port, link.target or "") for link in document.links.values())


def _line(
    text: str, with_branch: str, document: CampaignDocument, port: str, source: str, target: str
) -> Message:
    label = next((found.label for found in document.ports(source) if found.name == port), None)
    if target:
        end = Message(N_("“{name}”"), name=document.node(target).name)
    else:
        end = Message(N_("an open end"))
    return Message(text, end=end) if label is None else Message(with_branch, branch=label, end=end)


def _summary(node: Node, lookup: Lookup) -> tuple[Message, ...]:
    """The card's line, where it says anything."""
    said = component(node.kind).summary(node.config, lookup)
    return (said,) if str(said) else ()


def _title(node: Node) -> Message:
    kind = Message(component(node.kind).label)
    return kind if node.kind == START.kind else Message(N_("{name} ({kind})"), name=node.name, kind=kind)


def _node(document: CampaignDocument, node_id: str) -> Node | None:
    return document.node(node_id) if node_id == START_ID else document.nodes.get(node_id)


def _table(document: CampaignDocument, table: Table) -> Mapping[str, Value]:
    tables: dict[Table, Mapping[str, Any]] = {
        Table.NODES: document.nodes,
        Table.LINKS: document.links,
        Table.NOTES: document.notes,
        Table.LAYOUT: document.layout,
        Table.ATTRIBUTES: {ATTRIBUTES_ID: document.attributes},
    }
    return tables[table]
