"""What the pointer is over, and the one handle that follows it."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from canvas_widgets.handle import HandleItem
from canvas_widgets.link import LinkItem, place_rect
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import admissible
from engine.components.registry import component

_REACH = 10.0  # screen pixels from a line at which it is meant


class Hover:
    """Moves the handle to the card or line under the pointer; a pinned handle stays (its list is open)."""

    def __init__(self, scene: CampaignScene) -> None:
        self._scene = scene
        self.handle = HandleItem(scene.stage.paints)
        self.pinned = False
        self._lit: LinkItem | None = None
        scene.addItem(self.handle)

    def at(self, point: QPointF, zoom: float) -> None:
        """The pointer is at a point of the scene."""
        if self.pinned:
            return
        handle = self.handle
        handle.set_hot(handle.tool_at(point))
        if handle.holds(point):
            return
        if (card := self._scene.card_at(point)) is not None:
            self._light(None)
            if component(card.node.kind).deletable:
                handle.show_tools(card.node_id, card.scene_rect, zoom)
                handle.set_hot(handle.tool_at(point))
            else:
                handle.dismiss()
        elif (link := self._scene.link_at(point, _REACH / zoom)) is not None and self._takes(link):
            self.show_plus(link, zoom)
        else:
            self.leave()

    def show_plus(self, link: LinkItem, zoom: float) -> None:
        """Offer to add at a line, wherever the pointer is."""
        if link.line is None:
            return
        self._light(link)
        if link.first_place:
            rect = place_rect(link.line)
            self.handle.show_plus(link.link_id, QPointF(rect.left() + 32, rect.center().y()), zoom)
        else:
            self.handle.show_plus(link.link_id, link.line.handle, zoom)

    def holds_plus(self, point: QPointF) -> bool:
        """Whether a press at this point means the + that is shown."""
        link = self._lit
        if self.handle.link_id is None:
            return False
        if link is not None and link.first_place and link.line is not None:
            return place_rect(link.line).contains(point)
        return self.handle.holds(point)

    def leave(self) -> None:
        """Nothing is meant."""
        if not self.pinned:
            self._light(None)
            self.handle.dismiss()

    def forget(self) -> None:
        """The document changed: what the handle stood on may be gone."""
        self.pinned = False
        self._lit = None if self._lit is None or self._lit.scene() is None else self._lit
        self.leave()

    def _takes(self, link: LinkItem) -> bool:
        return link is self._lit or bool(admissible(self._scene.document, link.link_id))

    def _light(self, link: LinkItem | None) -> None:
        if self._lit is not None and self._lit is not link:
            self._lit.set_lit(False)
        self._lit = link
        if link is not None:
            link.set_lit(True)
