"""What is selected on the canvas: everything, what lies behind, nothing, and walking there by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.editor.walking import neighbour
from engine.campaign.graph import reachable
from engine.campaign.model import START_ID
from engine.components.registry import component

if TYPE_CHECKING:
    from app.editor.page import EditorPage

_AROUND = 24  # pixels that stay free around a card that was walked to


class Selecting:
    """Changes the scene's selection, as the actions and the arrow keys ask."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page
        self._reached: str | None = None

    def cards(self) -> list[str]:
        """The selected components that can be moved, in the document's order."""
        selection = self._page.scene.selection
        return [node_id for node_id in self._page.session.document.nodes if node_id in selection]

    def deletable(self) -> bool:
        """Whether something is selected that can be deleted."""
        return any(self._is_deletable(node_id) for node_id in self._page.scene.selection)

    def deletable_node(self) -> str | None:
        """The selected component if it is the only one, and can be deleted."""
        node_id = self._page.scene.selected_node
        return node_id if node_id is not None and self._is_deletable(node_id) else None

    def everything(self) -> None:
        """Every component and every note. Not Start: nothing can be done with it."""
        document = self._page.session.document
        self._page.scene.select(document.nodes, document.notes)

    def behind(self) -> None:
        """The selected components and all that follows them."""
        selection = self._page.scene.selection
        self._page.scene.select(reachable(self._page.session.document, selection))

    def nothing(self) -> None:
        self._page.scene.select(())

    def walk(self, key: Qt.Key, *, extend: bool) -> None:
        """Go where an arrow leads from the card that was reached last; `extend` keeps what is selected."""
        scene = self._page.scene
        places = {node_id: scene.place(node_id) for node_id in scene.cards}
        found = neighbour(self._page.session.document, places, self._from(), key)
        if found is None:
            return
        self._reached = found
        scene.select(scene.selection | {found} if extend else [found])
        self._page.view.ensureVisible(scene.cards[found].scene_rect, _AROUND, _AROUND)

    def _is_deletable(self, node_id: str) -> bool:
        # An undo may have taken the node out of the document before the canvas hears of it.
        node = self._page.session.document.nodes.get(node_id)
        return node is not None and component(node.kind).deletable

    def _from(self) -> str | None:
        """Where a walk begins: the last one's end while it is selected, else the first selected card."""
        selection = self._page.scene.selection
        if self._reached in selection:
            return self._reached
        if START_ID in selection:
            return START_ID
        return next(iter(self.cards()), None)
