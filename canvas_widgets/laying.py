"""Lines laid anew after a change: where they run follows from what the canvas shows, not from its past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from canvas_widgets.items.lines import lay
from canvas_widgets.items.link import LinkItem
from engine.campaign.lines.routing import REACH

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene


class Laying:
    """Lays the lines that leave a scene's cards.

    A line to a distant card keeps clear of cards, of names, and of such lines of cards whose ids come before
    its own. Whatever of these changes is touched, and `settle` lays again what may run elsewhere therefore,
    in the order of the ids: so the same campaign has the same lines, whatever was done and undone before.
    """

    def __init__(self, scene: CampaignScene) -> None:
        self._scene = scene
        self._touched: list[QRectF] = []
        self._laid: set[str] = set()

    def touch(self, rect: QRectF) -> None:
        """A card stands here now, or did before."""
        self._touched.append(rect)

    def forget(self, item: LinkItem) -> None:
        """A line is taken away."""
        if _matters(item):
            self._touched.append(item.sceneBoundingRect())

    def lay(self, source_id: str, *, everywhere: bool = False) -> None:
        """Lay the lines that leave a card. Where those of all cards are laid, all of them settle."""
        scene = self._scene
        if source_id not in scene.cards:
            return
        items = [scene.links[link_id] for link_id in scene.links_of(source_id)]
        if everywhere:
            self._run(source_id, items)
            return
        before = [(item.line, _matters(item), item.sceneBoundingRect()) for item in items]
        self._run(source_id, items)
        for item, (line, mattered, rect) in zip(items, before, strict=True):
            if item.line != line:
                self._touched.extend([rect] if mattered else [])
                self._touched.extend([item.sceneBoundingRect()] if _matters(item) else [])
        self._laid.add(source_id)

    def _run(self, source_id: str, items: Sequence[LinkItem]) -> None:
        scene = self._scene
        lay(scene, scene.cards[source_id], items, scene.cards, first_place=not scene.document.nodes)

    def settle(self, *, everywhere: bool = False) -> Iterator[None]:
        """Lay lines to distant cards once more, step by step: those that were laid, and what is near."""
        touched = [] if everywhere else self._touched
        if everywhere:
            waiting = {item.link.source for item in self._scene.links.values() if item.goes_around}
        else:
            waiting = {source_id for source_id in self._laid if self._leads_far(source_id)}
        # Many stand, or stood, at the same place: each is looked at once, and all of them step by step.
        places = dict.fromkeys((one.x(), one.y(), one.width(), one.height()) for one in touched)
        for place in places:
            waiting |= self._near(QRectF(*place))
            yield
        order = list(waiting)
        heapify(order)
        while order:
            source_id = heappop(order)
            self._touched = []
            self.lay(source_id)
            for rect in self._touched:
                for later in self._near(rect):
                    if later > source_id and later not in waiting:
                        waiting.add(later)
                        heappush(order, later)
            yield
        self._touched, self._laid = [], set()

    def show(self, source_ids: Iterable[str]) -> None:
        """Lay lines for cards that are on show elsewhere than the document has them; others stay."""
        held = self._touched, self._laid
        self._touched, self._laid = [], set()
        for _ in range(2):  # the second time with the names of all of them
            for source_id in sorted(source_ids):
                self.lay(source_id)
        self._touched, self._laid = held

    def _leads_far(self, source_id: str) -> bool:
        scene = self._scene
        return any(scene.links[link_id].goes_around for link_id in scene.links_of(source_id))

    def _near(self, rect: QRectF) -> set[str]:
        """The cards with lines to distant cards that may run through a part of the scene."""
        items = self._scene.near(rect.adjusted(-1, -REACH, 1, REACH))
        return {item.link.source for item in items if isinstance(item, LinkItem) and item.goes_around}


def _matters(item: LinkItem) -> bool:
    """Whether lines of other cards keep clear of this one."""
    line = item.line
    return line is not None and (line.chip is not None or item.goes_around)
