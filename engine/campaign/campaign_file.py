"""The campaign file (`*.campaign.json`): a document to canonical bytes and back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationError

from engine.campaign.document import CampaignDocument
from engine.campaign.measuring import CampaignGoal, Holdout
from engine.campaign.model import START, START_ID, Attributes, Link, Node, Note, Place, Point
from engine.campaign.ops import Value
from engine.campaign.send_window import SendWindow
from engine.campaign.stay import Exits
from engine.components.registry import COMPONENTS, component
from engine.files import (
    FileError,
    FileFormat,
    FileModel,
    Inline,
    canonical,
    canonical_in_steps,
    read_bytes,
    save_bytes,
)
from engine.files.findings import Finding, findings
from engine.files.memory import collection_paused
from engine.i18n import N_, Message
from engine.shapes.text import Identifier, Name, Text
from engine.shapes.time import DateTime
from engine.steps import Steps, finished

SUFFIX = ".campaign.json"
MAX_NODES = 5_000

FieldPath = tuple[str | int, ...]
ErrorAt = Callable[[FieldPath, Message], FileError]
"""Makes the error for a field of the campaign object, wherever that object stands."""


class CampaignFile(FileModel):
    """The file's object. `document` and `content` turn it into a document and back."""

    format: Literal["campaign"] = "campaign"
    version: Literal[1] = 1
    id: Identifier
    name: Name
    group: Text = ""
    sub_campaigns: tuple[Identifier, ...] = ()
    start: DateTime | None = None
    end: DateTime | None = None
    template: Identifier | None = None
    exits: Exits = ()
    goal: CampaignGoal | None = None
    holdout: Holdout | None = None
    ignore_global_control: bool = False
    send_window: SendWindow | None = None
    nodes: dict[Identifier, Node] = Field(default_factory=dict)
    links: dict[Identifier, Link] = Field(default_factory=dict)
    notes: dict[Identifier, Note] = Field(default_factory=dict)
    layout: dict[Identifier, Place] = Field(default_factory=dict)


CAMPAIGN: FileFormat[CampaignFile] = FileFormat("campaign", CampaignFile)


def load(path: Path) -> CampaignDocument:
    """Read a campaign file. Raises `FileError`."""
    return parse(read_bytes(path), path)


def parse(data: bytes, path: Path) -> CampaignDocument:
    """Read the content of a campaign file; `path` is what errors name. Raises `FileError`."""
    with collection_paused():
        source = CAMPAIGN.source(data, path)
        found = document(CAMPAIGN.model_of(source), source.error)
    found.origin = digest(data)
    return found


def digest(data: bytes) -> str:
    """What tells a file's bytes from any others."""
    return hashlib.sha256(data).hexdigest()


def digest_on_disk(path: Path) -> str | None:
    """That of what stands in the file now: "" where it cannot be read, None where there is none."""
    if not path.exists():
        return None
    try:
        return digest(read_bytes(path))
    except FileError:
        return ""


def dump(doc: CampaignDocument) -> bytes:
    """The canonical bytes: equal documents give equal bytes."""
    with collection_paused():
        return finished(dump_in_steps(doc))


def dump_in_steps(doc: CampaignDocument) -> Steps[bytes]:
    """`dump`, step by step; the document must not change meanwhile."""
    made = yield from content_in_steps(doc)
    return (yield from canonical_in_steps(made))


def save(doc: CampaignDocument, path: Path) -> None:
    """Write the file atomically. Raises `FileError`; the old file then still stands."""
    save_bytes(path, dump(doc))


def content_hash(doc: CampaignDocument) -> str:
    """SHA-256 (hexadecimal) of what matters when the campaign runs: moving a card is no change."""
    return hashlib.sha256(canonical(running_part(content(doc)))).hexdigest()


def running_part(campaign: dict[str, Any]) -> dict[str, Any]:
    """What of a campaign's object matters when it runs: all but where its cards stand, and its notes."""
    return {key: value for key, value in campaign.items() if key not in ("layout", "notes")}


def document(file: CampaignFile, error_at: ErrorAt) -> CampaignDocument:
    """The document of a campaign object. Raises what `error_at` makes where it cannot be one.

    What a draft may be (open ends, cycles, a link into Start) is left to the structure rules.
    """
    _check_size(file.nodes, error_at)
    nodes = {id: _node(id, node, error_at) for id, node in sorted(file.nodes.items())}
    links = dict(sorted(file.links.items()))
    _check_links(nodes, links, error_at)
    _check_layout(nodes, file.layout, error_at)
    attributes = Attributes(
        id=file.id,
        name=file.name,
        group=file.group,
        sub_campaigns=file.sub_campaigns,
        start=file.start,
        end=file.end,
        template=file.template,
        exits=file.exits,
        goal=file.goal,
        holdout=file.holdout,
        ignore_global_control=file.ignore_global_control,
        send_window=file.send_window,
    )
    add_open_ends(nodes, links)
    notes, layout = dict(sorted(file.notes.items())), dict(sorted(file.layout.items()))
    return CampaignDocument(attributes, nodes, dict(sorted(links.items())), notes, layout)


def content(doc: CampaignDocument) -> dict[str, Any]:
    """The document as the file's object, in canonical order."""
    return finished(content_in_steps(doc))


def content_in_steps(doc: CampaignDocument) -> Steps[dict[str, Any]]:
    """`content`, step by step; the document must not change meanwhile."""
    made: dict[str, Any] = {
        "format": CAMPAIGN.name,
        "version": CAMPAIGN.version,
        **_attributes_content(doc.attributes),
    }
    tables: dict[str, Mapping[str, Value]] = {
        "nodes": doc.nodes,
        "links": doc.links,
        "notes": doc.notes,
        "layout": doc.layout,
    }
    for name, values in tables.items():
        table = made[name] = {}
        for id in sorted(values):
            table[id] = value_content(values[id])
            yield
    return made


def value_content(value: Value) -> Any:
    """One value of a document as the file's object holds it; of attributes, the fields at its top."""
    match value:
        case Node():
            return _node_content(value)
        case Link():
            return _link_content(value)
        case Note():
            return _note_content(value)
        case Point():
            return list(value)
        case Attributes():
            return _attributes_content(value)


def _attributes_content(attributes: Attributes) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "exits": [rule.canonical() for rule in attributes.exits],
        "goal": attributes.goal and attributes.goal.canonical(),
        "holdout": attributes.holdout and attributes.holdout.canonical(),
        "ignore_global_control": attributes.ignore_global_control,
        "send_window": attributes.send_window and attributes.send_window.canonical(),
    }
    return {
        "id": attributes.id,
        "name": attributes.name,
        "group": attributes.group,
        "sub_campaigns": list(attributes.sub_campaigns),
        "start": attributes.start,
        "end": attributes.end,
        "template": attributes.template,
        **{name: value for name, value in optional.items() if value},
    }


def _node_content(node: Node) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "name": node.name,
        "memo": node.memo,
        "config": canonical_config(node),
        "confirmed": node.confirmed,
    }


def _link_content(link: Link) -> dict[str, Any]:
    return Inline({"from": link.source, "port": link.port, "to": link.target})


def _note_content(note: Note) -> dict[str, Any]:
    return note.model_dump(mode="json", exclude_none=True)


def canonical_config(node: Node) -> dict[str, JsonValue]:
    """The node's config in its model's order: with defaults where it is complete, else just what is given."""
    config = node.parsed.config
    complete: dict[str, JsonValue]
    if config is not None:
        complete = config.canonical()
        return complete
    given = {name: value for name, value in node.config.items() if value is not None}
    partial: dict[str, JsonValue] = component(node.kind).canonical(given)
    return partial


def _check_size(nodes: Mapping[str, Node], error_at: ErrorAt) -> None:
    if len(nodes) > MAX_NODES:
        message = N_("A campaign holds at most {most:,} components; this one has {count:,}.")
        first_too_many = list(nodes)[MAX_NODES]
        raise error_at(("nodes", first_too_many), Message(message, most=MAX_NODES, count=len(nodes)))


def _node(id: str, node: Node, error_at: ErrorAt) -> Node:
    if id == START_ID or node.kind == START.kind:
        message = Message(N_("Start is part of every campaign and not stored. Remove it."))
        raise error_at(("nodes", id), message)
    if node.kind not in COMPONENTS:
        message = Message(N_("There is no component of kind “{kind}”."), kind=node.kind)
        raise error_at(("nodes", id, "kind"), message)
    if (finding := misfit(node)) is not None:
        raise error_at(("nodes", id, "config", *finding.path), finding.message)
    config = canonical_config(node)
    if config == node.config and list(config) == list(node.config):
        return node
    # Not a copy: that would take along what the node has worked out from its config.
    return Node(kind=node.kind, name=node.name, memo=node.memo, config=config, confirmed=node.confirmed)


def misfit(node: Node) -> Finding | None:
    """The first field of a config that its kind does not have, or value of a wrong JSON type.

    A config may be partial or out of range: then the component is unconfigured, and the rules say so.
    """
    if node.parsed.config is not None:
        return None
    try:
        component(node.kind).Config.model_validate(node.config, by_alias=True, by_name=False)
    except ValidationError as error:
        return next((found for found in findings(error) if _is_no_config(node.config, found)), None)
    return None


def _is_no_config(config: Any, finding: Finding) -> bool:
    """Whether the finding is an unknown field or a value of another JSON type than its field's.

    Only what stands at exactly the finding's path: a model's path has further parts where it tried several
    types, and then says of each what it would have needed.
    """
    value = config
    for part in finding.path:
        if isinstance(value, dict) and part in value:  # noqa: SIM114 - one condition would hide the two cases
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return False
    if finding.code == "literal_error":
        return not isinstance(value, str)
    return finding.code == "extra_forbidden" or finding.code.endswith("_type")


def _check_links(nodes: dict[str, Node], links: dict[str, Link], error_at: ErrorAt) -> None:
    for id, link in links.items():
        for field, end in (("from", link.source), ("to", link.target)):
            if end is not None and end != START_ID and end not in nodes:
                message = Message(N_("The campaign has no component “{id}”."), id=end)
                raise error_at(("links", id, field), message)
        source = nodes.get(link.source, START)
        if all(port.name != link.port for port in source.ports):
            message = Message(
                N_("The component “{id}” has no branch “{port}”."), id=link.source, port=link.port
            )
            raise error_at(("links", id, "port"), message)


def _check_layout(nodes: Mapping[str, Node], layout: Mapping[str, Point], error_at: ErrorAt) -> None:
    for id in layout:
        if id not in nodes and id != START_ID:
            message = Message(N_("The campaign has no component “{id}”. Remove this line."), id=id)
            raise error_at(("layout", id), message)


def add_open_ends(nodes: Mapping[str, Node], links: dict[str, Link]) -> None:
    """Give every port without a link its open end, always under the same id."""
    linked = {(link.source, link.port) for link in links.values()}
    for node_id, node in ((START_ID, START), *nodes.items()):
        for port in node.ports:
            if (node_id, port.name) not in linked:
                link_id = _open_end_id(node_id, port.name, links)
                links[link_id] = Link(source=node_id, port=port.name, target=None)


def _open_end_id(node_id: str, port: str, taken: Mapping[str, Link]) -> str:
    digits = hashlib.sha256(f"{node_id}/{port}".encode()).hexdigest()
    return next(id for start in range(len(digits)) if (id := f"l_{digits[start : start + 6]}") not in taken)
