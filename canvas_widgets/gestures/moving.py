"""Cards and notes on show elsewhere than the document has them, while they are dragged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.campaign.model import Point

if TYPE_CHECKING:
    from canvas_widgets.items.link import LinkItem
    from canvas_widgets.scene import CampaignScene


class MovePreview:
    """Cards and notes of a scene, shown together away from their places; the document knows nothing of it.

    Lines between them go along as they are, only those at the edge are laid anew. It holds until the document
    changes, or until `end`.
    """

    def __init__(self, scene: CampaignScene, node_ids: Iterable[str], note_ids: Iterable[str] = ()) -> None:
        self._scene = scene
        self._notes = frozenset(note_ids)
        self._places = {node_id: scene.place(node_id) for node_id in node_ids if node_id in scene.cards}
        self._inner: list[LinkItem] = []
        self._edge: set[str] = set()
        links, document = scene.document.links, scene.document
        for node_id in self._places:
            entering = (links[link_id].source for link_id in document.in_links(node_id))
            self._edge.update(source for source in entering if source not in self._places)
            for link_id in scene.links_of(node_id):
                target = links[link_id].target
                if target is None or target in self._places:
                    self._inner.append(scene.links[link_id])
                else:
                    self._edge.add(node_id)

    def show(self, by: Point) -> None:
        """Show them this far from their places."""
        cards = self._scene.cards
        for node_id, place in self._places.items():
            cards[node_id].stand_at(place.x + by.x, place.y + by.y)
        for item in self._inner:
            item.setPos(by.x, by.y)
        self._scene.notes.preview_move(self._notes, by)
        self._scene.lay_lines(self._edge)

    def end(self) -> None:
        """Put them back where the document has them; those that it does not have any more are gone."""
        scene = self._scene
        back = [node_id for node_id in self._places if node_id in scene.cards]
        for node_id in back:
            place = scene.place(node_id)
            scene.cards[node_id].stand_at(place.x, place.y)
        for item in self._inner:
            item.setPos(0, 0)
        scene.notes.preview_move(self._notes, Point(0, 0))
        scene.lay_lines({*back, *(node_id for node_id in self._edge if node_id in scene.cards)})
