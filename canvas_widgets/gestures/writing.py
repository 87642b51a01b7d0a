"""Writing a note's text, or a frame's title, in its place on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QPlainTextEdit

from canvas_widgets.items.note import NoteItem
from canvas_widgets.items.paints import Paints
from engine.i18n import tr
from engine.shapes.text import entered

_SMALLEST = 11  # pixels of the font, however far away the canvas is
_LEAST = QSize(160, 32)  # room for a few words, on the screen
_BORDER = 2
_LINES = 3  # of a note that are seen while it is written
_STAYING = (
    Qt.FocusReason.PopupFocusReason,  # its own menu
    Qt.FocusReason.ActiveWindowFocusReason,  # the user looks something up elsewhere
)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NoteEditor(QPlainTextEdit):
    """A field that lies over the note which is written, one for the whole view.

    Escape, Ctrl+Enter, or a click elsewhere, ends it and keeps what is written. In a frame's title, which is
    one line, Enter alone is enough. Signal `ended`.
    """

    ended = Signal()

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._one_line = False
        self._before = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.hide()

    @property
    def text(self) -> str:
        """What is written, in one line where only one is meant."""
        text = entered(self.toPlainText())
        return " ".join(text.split()) if self._one_line else text

    @property
    def changed(self) -> bool:
        return self.text != self._before

    def begin(self, item: NoteItem, paints: Paints) -> None:
        """Stand over a note and take the keyboard."""
        self._one_line = item.note.is_frame
        self._before = item.text
        self.setAccessibleName(tr("Title of the frame") if self._one_line else tr("Text of the note"))
        wrap = QTextOption.WrapMode.NoWrap if self._one_line else QTextOption.WrapMode.WordWrap
        self.setWordWrapMode(wrap)
        self.setPlainText(item.text)
        self.follow(item, paints)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, item: NoteItem, paints: Paints) -> None:
        """Lie where the note is seen just now, in its colours, with its text in the note's size."""
        zoom = self._view.transform().m11()
        font = QFont(paints.title_font if self._one_line else paints.note_font)
        font.setPixelSize(max(_SMALLEST, round(font.pixelSize() * zoom)))
        self._dress(item, paints, font)
        paper = item.scene_rect
        if self._one_line:
            paper.setHeight(item.text_rect().height())
        margin = item.text_rect().left() * zoom - _BORDER
        self.document().setDocumentMargin(max(2.0, margin / 2 if self._one_line else margin))
        self.setGeometry(self._place(paper))

    def _dress(self, item: NoteItem, paints: Paints, font: QFont) -> None:
        """A style sheet of its own: the window's would win over font and colours that are set."""
        colour, sizes = paints.look.notes[item.note.shown_colour], paints.sizes
        text = colour.ink if self._one_line else paints.colours.text
        sheet = (
            f"QPlainTextEdit {{ background: {colour.paper.name()}; color: {text.name()};"
            f" font-size: {font.pixelSize()}px; font-weight: {font.weight().value};"
            f" border: {_BORDER}px solid {paints.colours.accent.name()};"
            f" border-radius: {sizes.control_radius}px; padding: 0px; min-height: 0px; }}"
        )
        self.setFont(font)
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def _place(self, paper: QRectF) -> QRect:
        seen = self._view.mapFromScene(paper).boundingRect()
        lines = 1 if self._one_line else _LINES
        room = round(2 * self.document().documentMargin()) + 2 * _BORDER
        least = _LEAST.expandedTo(QSize(0, self.fontMetrics().lineSpacing() * lines + room))
        return QRect(seen.topLeft(), seen.size().expandedTo(least))

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and self._ends(event)
        ):
            event.accept()  # these keys are not for the window's shortcuts
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._ends(event):
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # an input method hands over what it is composing
        if event.reason() not in _STAYING:
            self.ended.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the canvas zooms, not the field
        else:
            super().wheelEvent(event)

    def _ends(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            return True
        if event.key() not in _ENTER:
            return False
        return self._one_line or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
