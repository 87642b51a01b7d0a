"""Small windows over the canvas: they keep to a place of the view, whatever its size and theirs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.widgets.toast import FLOATS
from canvas_widgets.look import Look

_KEPT = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.ContextMenu,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
    }
)
COVERED = "covered"
"""The property of a view whose upper edge something covers: how many pixels of it."""

_RIGHT = (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner)
_BOTTOM = (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)


class Floating(QFrame):
    """A card in a corner of `over`, as large as its layout wants; it moves with the corner.

    A child of the view itself and not of its viewport, whose children would be scrolled along. What is
    pressed, turned or typed in it never reaches the canvas below. A subclass that stands elsewhere says where
    in `wanted_place`.
    """

    def __init__(self, over: QWidget, look: Look, corner: Qt.Corner = Qt.Corner.BottomRightCorner) -> None:
        super().__init__(over)
        self.setProperty("role", "popup")
        self.setProperty(FLOATS, True)
        self._over, self._look, self._corner = over, look, corner
        over.installEventFilter(self)

    @property
    def room(self) -> QRect:
        """The part of the view that floating windows use: all but a margin."""
        margin = 2 * self._look.sizes.grid
        top = margin + int(self._over.property(COVERED) or 0)
        return self._over.rect().adjusted(margin, top, -margin, -margin)

    def wanted_size(self) -> QSize:
        """As wide as the contents want and there is room, with the height that they need at that width."""
        size = self.sizeHint()
        size.setWidth(max(min(size.width(), self.room.width()), self.minimumSizeHint().width()))
        size = size.expandedTo(self.minimumSize()).boundedTo(self.maximumSize())
        if self.hasHeightForWidth():
            size.setHeight(self.heightForWidth(size.width()))
        return size

    def wanted_place(self) -> QPoint:
        """The upper left corner of where this stands, in coordinates of the view."""
        room = self.room
        x = room.right() + 1 - self.width() if self._corner in _RIGHT else room.left()
        y = room.bottom() + 1 - self.height() if self._corner in _BOTTOM else room.top()
        return QPoint(x, y)

    def covered(self) -> QRect:
        """The part of the view that this covers; an empty one while it is hidden."""
        return QRect() if self.isHidden() else self.geometry()

    def place(self) -> None:
        """Take the size of the contents, and go where that belongs."""
        self.resize(self.wanted_size())
        self.move(self.wanted_place())

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is here: what the view shows under it has to go."""
        QApplication.sendEvent(self._over, QEvent(QEvent.Type.Leave))
        super().enterEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's signature
        """Tab leads on through the window; the view, whose child this is, has a use of its own for it."""
        return bool(self.window().focusNextPrevChild(forward))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.DynamicPropertyChange) and self.isVisible():
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.place()
        if event.type() in _KEPT:
            event.accept()
            return True
        return handled
