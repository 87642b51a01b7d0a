"""The focus of a field with an error: a ring outside the red border, which would hide a coloured one."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QFocusFrame, QWidget

from canvas_widgets.look import Look

_WIDTH = 2  # the room that Qt gives such a frame on each side


class ErrorRing(QObject):
    """Follows the focus of the whole program. Attribute `frame`: the ring, None where there is none."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._field: QWidget | None = None
        self.frame: QFocusFrame | None = None
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._field is not None and shiboken6.isValid(self._field):
            self._field.removeEventFilter(self)
        self._field = None if now is None else _field_of(now)
        if self._field is not None:
            self._field.installEventFilter(self)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field that has the focus may become wrong, or right, while it has it."""
        if event.type() is QEvent.Type.DynamicPropertyChange:
            self._show()
        return False

    def _show(self) -> None:
        if self._field is not None and not shiboken6.isValid(self._field):
            self._field = None  # it went with its dialog, while Qt still told of what changes there
        wrong = self._field is not None and bool(self._field.property("invalid"))
        framed = self.frame.widget() if self.frame is not None and shiboken6.isValid(self.frame) else None
        if wrong and framed is self._field:
            return
        if self.frame is not None and shiboken6.isValid(self.frame):
            self.frame.hide()
            self.frame.deleteLater()
        self.frame = None
        if wrong:
            assert self._field is not None
            self.frame = _Ring(self._look, self._field)


class _Ring(QFocusFrame):
    """Qt moves it along with its field, also inside of what scrolls."""

    def __init__(self, look: Look, field: QWidget) -> None:
        super().__init__(field)
        self._look = look
        self.setWidget(field)

    def paintEvent(self, _event: QPaintEvent) -> None:
        inset = _WIDTH / 2
        radius = self._look.sizes.control_radius + inset
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._look.colours.accent, _WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius
            )


def _field_of(focused: QWidget) -> QWidget:
    """The field that a person sees: a spin box or a drop-down list has the focus in a line inside."""
    parent = focused.parentWidget()
    return parent if isinstance(parent, QAbstractSpinBox | QComboBox) else focused
