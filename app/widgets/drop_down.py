"""The drop-down list that all others are: its look when it opens, and long texts that end in …."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QStyle, QStyledItemDelegate, QStyleOptionComboBox, QWidget

_POPUP_GAP = 4
"""Pixels between a drop-down list and its field."""
_POPUP_RADIUS = 8
"""As the style sheet has it."""


class DropDown(QComboBox):
    """Opens a list with round corners a little off its field; the wheel acts on the focused one only."""

    def __init__(self, parent: QWidget | None = None, *, editable: bool = False) -> None:
        super().__init__(parent, editable=editable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setItemDelegate(QStyledItemDelegate(self))  # one that the style sheet dresses
        if isinstance(view := self.view(), QListView):
            view.setUniformItemSizes(True)  # else each change of style measures thousands of entries

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:  # noqa: N802 - Qt's name
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room
        )

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        # Only now: asking for the view makes a window for it.
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view().setAccessibleName(self.accessibleName())
        popup = self.view().window()
        if popup is not self.window():  # its own, whose corners would show behind the round ones of the list
            popup.setWindowFlag(Qt.WindowType.FramelessWindowHint)
            popup.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
            popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        super().showPopup()
        if popup is not self.window():
            below = popup.y() >= self.mapToGlobal(QPoint()).y()
            popup.move(popup.x(), popup.y() + (_POPUP_GAP if below else -_POPUP_GAP))
            if QGuiApplication.platformName() == "xcb":
                popup.setMask(_rounded(popup.rect()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _rounded(rect: QRect) -> QRegion:
    """All but the corners. Where nothing composes X11's windows, what is translucent there would be black."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(rect), _POPUP_RADIUS, _POPUP_RADIUS)
    return QRegion(path.toFillPolygon().toPolygon())
