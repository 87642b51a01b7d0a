"""What the rows of the outline say, for the eye and for a screen reader."""

from __future__ import annotations

from canvas_widgets.items.count_line import NO_COUNT, CountLine, count_line
from canvas_widgets.scene import CampaignScene
from engine.campaign.model import START_ID
from engine.campaign.outline import Row
from engine.components.registry import component
from engine.i18n import listed, tr


class Words:
    """Asks the document and the canvas at the moment when a row is shown."""

    def __init__(self, scene: CampaignScene, read_only: bool) -> None:
        self._scene = scene
        self._document = scene.document
        self.read_only = read_only

    def text(self, row: Row) -> str:
        """What the row is called; of an open end, what can be done there."""
        match row.kind:
            case "node":
                return self.name(row.id)
            case "branch":
                return self.label(row.id)
            case "reference":
                return f"→ {self.name(self._document.links[row.id].target or '')}"
            case "open":
                return self._invitation(row.id)
            case "loose":
                return tr("Not connected")

    def name(self, node_id: str) -> str:
        return self._document.node(node_id).shown_name

    def label(self, link_id: str) -> str:
        """The name of the branch that a line is, "" where there is only one line and it has no name."""
        link = self._document.links[link_id]
        for port in self._document.ports(link.source):
            if port.name == link.port and port.label is not None:
                return str(port.label)
        lines = self._document.out_links(link.source)
        return tr("Line {n}", n=lines.index(link_id) + 1) if len(lines) > 1 else ""

    def count(self, row: Row) -> CountLine:
        """Live counts of a component, `NO_COUNT` where nothing runs."""
        counts = self._scene.stage.counts
        if row.kind != "node" or counts is None or row.id not in counts["nodes"]:
            return NO_COUNT
        reasons = counts.get("reasons", {}).get(row.id)
        return count_line(self._document.node(row.id).kind, counts["nodes"][row.id], reasons)

    def configured(self, row: Row) -> bool:
        card = self._scene.cards.get(row.id) if row.kind == "node" else None
        return card is None or card.configured

    def tip(self, row: Row) -> str:
        """The whole name, and what the card says."""
        card = self._scene.cards.get(row.id) if row.kind == "node" else None
        return self.text(row) if card is None else card.full_text()

    def spoken(self, row: Row, parent: Row | None) -> str:
        """The row for a screen reader: what it is, how it stands, and on which branch."""
        parts = [self.text(row)]
        if row.kind == "node":
            parts += self._kind_words(row)
        elif row.kind == "reference":
            parts = [tr("Leads to {name}", name=self.name(self._document.links[row.id].target or ""))]
        if place := self._place(row, parent):
            parts = [place] if row.kind == "branch" else [*parts, place]
        return listed(parts)

    def _place(self, row: Row, parent: Row | None) -> str:
        """The branch that a row stands on: its own where that has a name, else that of the row above."""
        link_id = row.id if row.kind in ("branch", "open", "reference") else ""
        if not (link_id and self.label(link_id)):
            link_id = parent.id if parent is not None and parent.kind == "branch" else ""
        if not link_id:
            return ""
        source = self.name(self._document.links[link_id].source)
        return tr("branch {label} of {name}", label=self.label(link_id), name=source)

    def _kind_words(self, row: Row) -> list[str]:
        declared = component(self._document.node(row.id).kind)
        kind, words = tr(declared.label), []
        if kind not in self.name(row.id):
            words.append(kind)
        if row.id != START_ID:
            words.append(str(declared.category.label))
            words.append(tr("configured") if self.configured(row) else tr("not configured"))
        if count := self.count(row).text:
            words.append(count)
        return words

    def _invitation(self, link_id: str) -> str:
        if self.read_only:
            return tr("Open end")
        first = self._document.links[link_id].source == START_ID
        return tr("Add a trigger…") if first else tr("Add a component…")
