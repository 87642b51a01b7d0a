"""What the actions for notes and frames do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QCursor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu

from canvas_widgets import icons
from canvas_widgets.values import NotePaint
from engine.campaign import edits
from engine.campaign.edits import Edit
from engine.campaign.layout import GRID
from engine.campaign.model import NoteColour, Point
from engine.campaign.notes import note_box
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage

_NAMES: dict[NoteColour, str] = {
    "grey": N_("Grey"),
    "blue": N_("Blue"),
    "green": N_("Green"),
    "yellow": N_("Yellow"),
    "red": N_("Red"),
    "purple": N_("Purple"),
}


class NoteCommands:
    """One method an action; each works on what is selected."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page

    def add_note(self) -> None:
        """A note where it was asked for, or in the middle of what is seen; it can be written at once."""
        self._add(edits.add_note(self._page.session.document, self._place()))

    def frame_selection(self) -> None:
        """A frame around what is selected, or an empty one; its title can be written at once."""
        document, chosen = self._page.session.document, self._page.scene.chosen
        self._add(edits.add_frame(document, chosen, self._place(), ""))

    def write(self) -> None:
        """Write in the one note or frame that is selected."""
        self._page.view.notes.write_selected()

    def select_next(self) -> None:
        """Go to the next note or frame in reading order, and to the first one after the last."""
        scene, view = self._page.scene, self._page.view
        places = {id: (item.box.top, item.box.left, id) for id, item in scene.notes.items.items()}
        here = max((places[id] for id in scene.selected_notes), default=None)
        behind = [id for id in sorted(places, key=places.__getitem__) if here is None or places[id] > here]
        chosen = behind[0] if behind else min(places, key=places.__getitem__)
        scene.select((), [chosen])
        view.ensureVisible(scene.notes.items[chosen].scene_rect)
        view.setFocus()

    def resize(self, across: int, down: int) -> None:
        """Give the one that is selected another size, by steps of the grid; key after key, one undo step."""
        (note_id,) = self._page.scene.selected_notes
        document = self._page.session.document
        box = note_box(document.notes[note_id])
        box = box._replace(width=box.width + across * GRID, height=box.height + down * GRID)
        edit = edits.resize_note(document, note_id, box)
        self._page.session.push(edit._replace(gesture=f"resize {note_id}"))

    def delete(self) -> None:
        """Delete the notes and frames that are selected; cards stay. No question: it is one step to undo."""
        self._page.push(edits.delete_notes(self._page.session.document, self._page.scene.selected_notes))

    def colour(self, colour: NoteColour) -> None:
        document, chosen = self._page.session.document, self._page.scene.selected_notes
        self._page.push(edits.colour_notes(document, chosen, colour))

    def choose_colour(self) -> QMenu:
        """Offer the colours beside what is selected."""
        menu = self.colour_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._page.view.viewport().mapToGlobal(self._beside_selected()))
        return menu

    def colour_menu(self) -> QMenu:
        """The colours by name, with the present one checked."""
        scene, notes = self._page.scene, self._page.session.document.notes
        present = {notes[note_id].shown_colour for note_id in scene.selected_notes}
        menu = QMenu(tr("Colour"), self._page)
        group = QActionGroup(menu)
        for colour, name in _NAMES.items():
            chosen = present == {colour}
            paint = self._page.scene.stage.paints.look.notes[colour]
            action = QAction(_swatch(paint, chosen), tr(name), menu)
            action.setCheckable(True)
            action.setChecked(chosen)
            action.triggered.connect(lambda _checked, taken=colour: self.colour(taken))
            group.addAction(action)
            menu.addAction(action)
        return menu

    def _add(self, edit: Edit) -> None:
        (op,) = edit.ops
        self._page.push(edit)
        self._page.scene.select((), [op.id])
        self._page.view.notes.write(op.id)

    def _place(self) -> Point:
        """Where the menu was asked for, else the pointer's place over the canvas, else the view's middle."""
        view = self._page.view
        seen = view.viewport().rect()
        asked = self._page.menus.at
        at = view.viewport().mapFromGlobal(asked or QCursor.pos())
        if asked is None and not (view.viewport().underMouse() and seen.contains(at)):
            at = seen.center()
        place = view.mapToScene(at)
        return Point(round(place.x()), round(place.y()))

    def _beside_selected(self) -> QPoint:
        """Under the upper left corner of the first note, as far as it is seen."""
        scene, view = self._page.scene, self._page.view
        item = scene.notes.items[min(scene.selected_notes)]
        seen = view.viewport().rect()
        at = view.mapFromScene(item.scene_rect.topLeft() + QPointF(16, 32))
        return QPoint(min(max(at.x(), 0), seen.right()), min(max(at.y(), 0), seen.bottom()))


def _swatch(colour: NotePaint, chosen: bool) -> QIcon:
    """A square of paper with its ink as the edge, ticked where it is chosen: menus show an icon or a tick."""
    side, ratio = 16, 2
    pixmap = QPixmap(QSize(side * ratio, side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour.ink, 1.5))
        painter.setBrush(colour.paper)
        painter.drawRoundedRect(QRectF(1, 1, side - 2, side - 2), 4, 4)
        if chosen:
            icons.draw(painter, "check", colour.ink, QRectF(2, 2, side - 4, side - 4))
    return QIcon(pixmap)
