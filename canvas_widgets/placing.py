"""Very many cards that change their places at once: brought there in slices, so that the window goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene

AT_ONCE = 300
"""So many cards are moved without slices: that takes less than a few frames."""

SLICE_SECONDS = 0.015


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
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._on_slice_due)

    @property
    def active(self) -> bool:
        """Whether cards are still on their way."""
        return self._timer.isActive()

    def begin(self, node_ids: Iterable[str]) -> None:
        """Bring these cards to their places, beside those that are on their way."""
        self._cards.update(dict.fromkeys(node_ids))
        self._timer.start()

    def stop(self) -> None:
        """Leave everything where it is."""
        self._timer.stop()

    def _on_slice_due(self) -> None:
        end = perf_counter() + SLICE_SECONDS
        for _ in self._steps():
            if perf_counter() >= end:
                return
        self._timer.stop()
        self.placed.emit()

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
