"""What the selection shows beside the canvas, and what of the canvas stays in sight beside that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from engine.campaign.edits import Edit
from engine.campaign.model import START_ID, Link
from engine.campaign.ops import Table

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.editor.panel_slot import PanelSlot


_TOGETHER = 12  # cards: more are no place to look at


class Showing:
    """Opens and closes the panels. While a button is held on the canvas they stay as they are."""

    def __init__(self, page: EditorPage, slot: PanelSlot) -> None:
        self._page, self._slot = page, slot
        self._awaits_canvas = False
        page.scene.catching_up.caught_up.connect(self._on_caught_up)

    def follow(self) -> None:
        """Something else is selected."""
        self._page.view.holding.when_free(self._show_selected)

    def reveal(self, edit: Edit) -> None:
        """Bring into sight what an edit added and what it joined; without room for both, what it added."""
        added = _added(edit)
        wanted = [nodes for nodes in (added | _joined(edit), added) if 0 < len(nodes) <= _TOGETHER]
        if wanted:
            self._page.view.holding.when_free(
                lambda: self._slot.when_settled(lambda: self._keep_one_visible(wanted))
            )

    def fit(self) -> None:
        """Show the whole flow, in the room that is there once no panel slides any more."""
        self._slot.when_settled(self._page.view.fit)

    def center(self, node_id: str) -> None:
        """Select a component and bring it into the middle of what stays beside its panel."""
        page = self._page
        page.scene.select([node_id])
        page.view.center_node(node_id)
        self._slot.when_settled(self._center_selected)

    def _show_selected(self) -> None:
        page = self._page
        node_id = page.scene.selected_node
        self._awaits_canvas = node_id is not None and page.scene.catching_up.active
        if self._awaits_canvas:
            return  # the panel comes with its card: beside a large edit, making it is too much for one turn
        if node_id is None or node_id == START_ID:  # nothing of Start can be configured
            page.panel.clear()
        else:
            page.panel.show_node(page.session.document, node_id, page.session.lookup, page.read_only)
        self._slot.slide(self._panel_for(len(page.scene.selection)))
        if page.panel.node_id is not None:
            self._slot.when_settled(self._keep_selected_visible)

    def _on_caught_up(self) -> None:
        if self._awaits_canvas:
            self.follow()

    def _panel_for(self, selected: int) -> QWidget | None:
        """The panel about so many selected components; there is nothing to do with several while viewing."""
        page = self._page
        if page.rehearsing.walking:
            return page.journey
        if selected <= 1 or page.read_only:
            return None if page.panel.node_id is None else page.panel
        cards = [page.scene.cards[node_id] for node_id in page.scene.selection]
        page.several.show_selection(selected, sum(not card.configured for card in cards))
        return page.several

    def _keep_selected_visible(self) -> None:
        """The panel must not open over the card that it is about, nor over the open ends behind it."""
        page = self._page
        card = page.scene.cards.get(page.scene.selected_node or "")
        if card is not None:
            margin = 3 * page.scene.stage.paints.sizes.grid
            page.view.ensureVisible(page.scene.extent.with_open_ends(card), margin, margin)

    def _keep_one_visible(self, wanted: Iterable[Collection[str]]) -> None:
        """The first of these groups that there is room for."""
        any(map(self._keep_visible, wanted))

    def _keep_visible(self, nodes: Collection[str]) -> bool:
        """Scroll as little as brings all of them into sight; False where there is no room for that."""
        scene, view = self._page.scene, self._page.view
        rect = QRectF()
        for card in (scene.cards[node_id] for node_id in nodes if node_id in scene.cards):
            rect = rect.united(scene.extent.with_open_ends(card))
        margin = 3 * scene.stage.paints.sizes.grid
        room = view.viewport().rect().adjusted(margin, margin, -margin, -margin)
        if rect.width() * view.zoom > room.width() or rect.height() * view.zoom > room.height():
            return False
        view.ensureVisible(rect, margin, margin)
        return True

    def _center_selected(self) -> None:
        if (node_id := self._page.scene.selected_node) is not None:
            self._page.view.center_node(node_id, glide=False)


def _added(edit: Edit) -> set[str]:
    """The components that are new."""
    return {op.id for op in edit.ops if op.table is Table.NODES and op.before is None}


def _joined(edit: Edit) -> set[str]:
    """Those at both ends of lines that lead elsewhere than before."""
    nodes: set[str] = set()
    for op in edit.ops:
        before = op.before.target if isinstance(op.before, Link) else None
        if isinstance(op.after, Link) and op.after.target not in (None, before):
            nodes |= {op.after.source, op.after.target or ""}
    return nodes
