"""What a campaign looked like over its versions: its components and lines, by the newest version of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from engine.campaign.graph import flow_order
from engine.campaign.model import START_ID
from engine.files import FileError
from engine.store.versions import stored_bundle, versions_of
from engine.workspace.bundle import Bundle


class ShownNode(NamedTuple):
    """A component as it was called last. id_type: what it needs to reach people, "" where that is nothing."""

    name: str
    kind: str
    id_type: str = ""


class ShownLine(NamedTuple):
    """A line as it went last."""

    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True)
class Structure:
    """nodes: in the order in which one reads the flow, those that no longer exist behind. lines: by id.
    bundles: of the versions that were read, the newest first."""

    nodes: Mapping[str, ShownNode]
    lines: Mapping[str, ShownLine]
    bundles: tuple[Bundle, ...]

    def bundle_with(self, node: str) -> Bundle | None:
        """The newest version that has a component."""
        return next((one for one in self.bundles if node in one.campaign.nodes), None)


def structure_of(
    connection: Connection, campaign: int, nodes: Iterable[str], lines: Iterable[str]
) -> Structure:
    """Read as many versions as it takes to know these components and lines, the newest first."""
    unknown_nodes, unknown_lines = set(nodes), set(lines)
    shown: dict[str, ShownNode] = {}
    ways: dict[str, ShownLine] = {}
    bundles: list[Bundle] = []
    for key in sorted(versions_of(connection, campaign), reverse=True):
        if bundles and not unknown_nodes and not unknown_lines:
            break
        try:
            bundle = stored_bundle(connection, key)
        except FileError:  # it cannot run either
            continue
        document = bundle.campaign
        bundles.append(bundle)
        for id in flow_order(document):
            if id != START_ID and id not in shown:
                node = document.nodes[id]
                shown[id] = ShownNode(node.name, node.kind, node.id_type)
        for id, link in document.links.items():
            if link.target is not None:
                ways.setdefault(id, ShownLine(link.source, link.port, link.target))
        unknown_nodes -= shown.keys()
        unknown_lines -= ways.keys()
    shown.update({id: ShownNode(id, "") for id in sorted(unknown_nodes)})
    return Structure(shown, ways, tuple(bundles))
