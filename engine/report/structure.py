"""What a campaign looked like over its versions: its components and lines, by the newest version of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from engine.campaign.graph import flow_order
from engine.campaign.model import START_ID
from engine.files import FileError
from engine.report.lines import ShownLine, lines_in, lines_of
from engine.store.versions import stored_bundle, versions_of
from engine.workspace.bundle import Bundle


class ShownNode(NamedTuple):
    """A component as it was called last. id_type: what it needs to reach people, "" where that is nothing."""

    name: str
    kind: str
    id_type: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """nodes: in the order in which one reads the flow, those that no longer exist behind. lines: see
    `engine.report.lines`. bundles: of the versions that were read, the newest first."""

    nodes: Mapping[str, ShownNode]
    lines: Mapping[str, ShownLine]
    bundles: tuple[Bundle, ...]

    def bundle_with(self, node: str) -> Bundle | None:
        """The newest version that has a component."""
        return next((one for one in self.bundles if node in one.campaign.nodes), None)


def structure_of(
    connection: Connection, campaign: int, nodes: Iterable[str], lines: Iterable[str]
) -> Structure:
    """Read as many versions as it takes to know these components, the newest first; and what its lines, and
    these, lead from and to."""
    unknown_nodes, versions = set(nodes), versions_of(connection, campaign)
    shown: dict[str, ShownNode] = {}
    bundles: list[Bundle] = []
    for key in sorted(versions, reverse=True):
        if bundles and not unknown_nodes:
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
        unknown_nodes -= shown.keys()
    shown.update({id: ShownNode(id, "") for id in sorted(unknown_nodes)})
    ways = lines_in(bundles[0].campaign) if bundles else {}
    known = lines_of(connection, versions).ends
    ways |= {line: known[line] for line in lines if line in known}
    return Structure(shown, ways, tuple(bundles))
