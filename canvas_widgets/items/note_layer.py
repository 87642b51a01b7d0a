"""The notes and frames of a scene: their items, selection, and what a drag shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene

from canvas_widgets.items.note import NoteItem, corners
from canvas_widgets.items.stage import Stage
from engine.campaign.layout import on_grid
from engine.campaign.model import Point
from engine.campaign.notes import MIN_SIZE, Box, note_box

_CORNER_REACH = 12.0  # screen pixels around a corner at which it is meant
_EDGE_REACH = 6.0  # and around a frame's edge
_TITLE_ROOM = 40.0  # of a frame's width on the screen, for its title to be shown from far away
_TITLE_ABOVE = 4.0


class Corner(Enum):
    """The corners of a note, in the order of `corners`."""

    TOP_LEFT = 0
    TOP_RIGHT = 1
    BOTTOM_RIGHT = 2
    BOTTOM_LEFT = 3


CORNER_CURSORS = {
    Corner.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Corner.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Corner.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Corner.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
}


class Grip(NamedTuple):
    """What a press takes hold of: a note or frame, or a corner of it."""

    note_id: str
    corner: Corner | None = None


class NoteLayer:
    """Items by note id, following the document.

    Attributes: `items`, `shown_selected` (the ids of those that are lit up), `resizable` (whether one that is
    selected alone has marks at its corners).
    """

    def __init__(self, scene: QGraphicsScene, stage: Stage) -> None:
        self._scene = scene
        self._stage = stage
        self.items: dict[str, NoteItem] = {}
        self.shown_selected: frozenset[str] = frozenset()
        self.resizable = True

    def mirror(self, note_id: str) -> None:
        """Bring the item in line with the document."""
        note = self._stage.document.notes.get(note_id)
        item = self.items.get(note_id)
        if note is None:
            if item is not None:
                self._scene.removeItem(self.items.pop(note_id))
        elif item is None:
            item = self.items[note_id] = NoteItem(self._stage, note_id, note)
            self._scene.addItem(item)
        else:
            item.set_note(note)

    def forget(self) -> None:
        """Theme or language changed."""
        for item in self.items.values():
            item.forget()

    def show_selected(self, note_ids: Iterable[str], *, alone: bool) -> None:
        """Light these up, and no others; `alone`: without cards."""
        shown = frozenset(note_id for note_id in note_ids if note_id in self.items)
        marked = self.resizable and alone and len(shown) == 1
        for note_id in self.shown_selected | shown:
            if (item := self.items.get(note_id)) is not None:
                chosen = note_id in shown
                item.set_state(selected=chosen, resizable=chosen and marked)
        self.shown_selected = shown

    def rects(self) -> Iterator[QRectF]:
        """What the items cover, in scene coordinates."""
        return (item.scene_rect for item in self.items.values())

    # While something is dragged ----------------------------------------------------------------------------

    def preview_move(self, note_ids: Iterable[str], by: Point) -> None:
        """Show notes elsewhere; the document knows nothing of it."""
        for note_id in note_ids:
            if (item := self.items.get(note_id)) is not None:
                box = note_box(item.note)
                item.set_box(box._replace(left=box.left + by.x, top=box.top + by.y))

    def preview_box(self, note_id: str, box: Box | None) -> None:
        """Show a note in another size; None shows it as the document has it."""
        if (item := self.items.get(note_id)) is not None:
            item.set_box(box or note_box(item.note))

    # Questions ---------------------------------------------------------------------------------------------

    def grip_at(self, point: QPointF, zoom: float, *, behind: bool) -> Grip | None:
        """What a press at a point in scene coordinates takes hold of; frames only where they lie `behind`
        nothing else."""
        if (corner := self._corner_at(point, zoom)) is not None:
            return corner
        reach = _EDGE_REACH / zoom
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        for item in self._scene.items(area):
            if not isinstance(item, NoteItem) or (item.note.is_frame and not behind):
                continue
            if item.holds(point, reach):
                return Grip(item.note_id)
        return None

    def within(self, rect: QRectF) -> frozenset[str]:
        """The notes that a rectangle touches, and the frames that it holds."""
        return frozenset(
            note_id
            for note_id, item in self.items.items()
            if (rect.contains if item.note.is_frame else rect.intersects)(item.scene_rect)
        )

    def _corner_at(self, point: QPointF, zoom: float) -> Grip | None:
        reach = _CORNER_REACH / zoom
        for note_id in self.shown_selected:
            item = self.items.get(note_id)
            if item is None or not item.resizable:
                continue
            for corner, place in zip(Corner, corners(item.scene_rect), strict=True):
                if max(abs(point.x() - place.x()), abs(point.y() - place.y())) <= reach:
                    return Grip(note_id, corner)
        return None

    # From far away -----------------------------------------------------------------------------------------

    def draw_overview(self, painter: QPainter, *, frames: bool, selection: bool = True) -> None:
        """Draw the frames, or the notes, as blocks; the painter maps scene units to the screen.

        `selection`: with what is selected marked.
        """
        scale = painter.worldTransform().m11()
        for item in self.items.values():
            if item.note.is_frame is not frames:
                continue
            colour = self._stage.paints.look.notes[item.note.shown_colour]
            pen = QPen(colour.ink, 1)
            if selection and item.selected:
                pen = QPen(self._stage.paints.colours.accent, 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(colour.paper)
            painter.drawRect(item.scene_rect)
            if frames and item.text and item.box.width * scale > _TITLE_ROOM:
                self._draw_title(painter, item, scale)

    def _draw_title(self, painter: QPainter, item: NoteItem, scale: float) -> None:
        """Above the frame, in the size that it has on the screen: inside it would lie on the cards."""
        paints = self._stage.paints
        width = item.box.width * scale
        title = paints.title_metrics.elidedText(
            item.text.replace("\n", " "), Qt.TextElideMode.ElideRight, width
        )
        painter.save()
        painter.translate(item.pos())
        painter.scale(1 / scale, 1 / scale)
        painter.setFont(paints.title_font)
        painter.setPen(paints.look.notes[item.note.shown_colour].ink)
        painter.drawText(QPointF(0, -_TITLE_ABOVE), title)
        painter.restore()


def resized(box: Box, corner: Corner, by: QPointF) -> Box:
    """The box with a corner dragged: its sides come to rest on the grid, the other corner stays."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if corner in (Corner.TOP_LEFT, Corner.BOTTOM_LEFT):
        left = min(on_grid(left + by.x()), right - MIN_SIZE.x)
    else:
        right = max(on_grid(right + by.x()), left + MIN_SIZE.x)
    if corner in (Corner.TOP_LEFT, Corner.TOP_RIGHT):
        top = min(on_grid(top + by.y()), bottom - MIN_SIZE.y)
    else:
        bottom = max(on_grid(bottom + by.y()), top + MIN_SIZE.y)
    return Box(left, top, right - left, bottom - top)
