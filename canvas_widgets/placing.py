"""Very many cards that change their places at once: brought there in slices, so that the window goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from canvas_widgets.slicing import Slices

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene

AT_ONCE = 300
"""So many cards are moved without slices: that takes less than a few frames."""


class Placing(QObject):
    """Brings cards to where the document has them, with their lines, between turns of the event loop.

    Signal `placed()`: all are there. The scene is not worth painting before.
    """

    placed = Signal()

    def __init__(self, scene: CampaignScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._cards: dict[str, None] = {}
        self._sources: dict[str, None] = {}
        self._slices = Slices(self)

    @property
    def active(self) -> bool:
        """Whether cards are still on their way."""
        return self._slices.active

    def begin(self, node_ids: Iterable[str]) -> None:
        """Bring these cards to their places, beside those that are on their way."""
        self._cards.update(dict.fromkeys(node_ids))
        self._slices.begin(self._steps(), self.placed.emit)

    def stop(self) -> None:
        """Leave everything where it is."""
        self._slices.stop()

    def _steps(self) -> Iterator[None]:
        """Cards first: a line is laid once, when both its ends are there."""
        scene, document = self._scene, self._scene.document
        while self._cards:
            node_id, _ = self._cards.popitem()
            if (card := scene.cards.get(node_id)) is not None:
                card.setPos(*scene.place(node_id))
                self._sources.update(dict.fromkeys([node_id, *document.predecessors(node_id)]))
            yield
        while self._sources:
            node_id, _ = self._sources.popitem()
            if node_id in scene.cards:
                scene.lay_lines([node_id])
            yield
