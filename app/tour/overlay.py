"""What the tour draws: a veil with a lit place in it, and a bubble beside that place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEasingCurve, QPoint, QRect, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPainterPath, QPaintEvent, QPen, QRegion, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.language import Retranslated
from app.tour.steps import Step
from app.widgets.basic import button, label
from canvas_widgets.look import Look
from engine.i18n import tr

_VEIL = 0.55
_KEYS = {Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_PageUp: -1}


class Spotlight(QWidget):
    """Dims a window but for one place, which can still be used; its edge glides to the next place."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._look = look
        self._lit = QRectF()
        self._target = QRect()
        self._glide = QVariantAnimation(self)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._draw_at)
        self._glide.finished.connect(self._open_place)

    @property
    def target(self) -> QRect:
        """The place that is lit, or will be."""
        return self._target

    def light(self, place: QRect) -> None:
        """Light this place of the window."""
        if place == self._target:
            return
        first, self._target = self._target.isNull(), place
        self._glide.stop()
        if first or not self._look.duration:
            self._draw_at(QRectF(place))
            self._open_place()
            return
        self.clearMask()  # a mask that moves along would leave its edges behind
        self._glide.setDuration(self._look.duration)
        self._glide.setStartValue(self._lit)
        self._glide.setEndValue(QRectF(place))
        self._glide.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, radius = self._look.colours, self._look.sizes.control_radius
        veil = QColor(colours.shadow)
        veil.setAlphaF(_VEIL)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            dimmed = QPainterPath()
            dimmed.addRect(QRectF(self.rect()))
            lit = QPainterPath()
            lit.addRoundedRect(self._lit, radius, radius)
            painter.fillPath(dimmed.subtracted(lit), veil)
            width = max(2, self._look.strokes.focus)
            painter.setPen(QPen(colours.accent, width))
            painter.drawRoundedRect(self._lit.adjusted(-1, -1, 1, 1), radius, radius)

    def _draw_at(self, lit: QRectF) -> None:
        self._lit = lit
        self.update()

    def _open_place(self) -> None:
        """What is lit can be used: it is no part of the veil any more."""
        self.repaint()  # what the mask leaves out is not drawn again: it may be of an earlier frame
        inside = self._lit.toRect().adjusted(2, 2, -2, -2)  # the ring stays drawn
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inside)))


class Bubble(Retranslated, QFrame):
    """One step in words, with the way on. Signals: `asked(-1 or 1)`: back or on; `ended()`."""

    asked = Signal(int)
    ended = Signal()

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._look = look
        self._step: Step | None = None
        self._number = self._count = 0
        self.setProperty("role", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.place = label("summary")
        self.title = label("title", wrap=True)
        self.text = label("", wrap=True)
        self.skip = button("ghost", self.ended.emit)
        self.back = button("", lambda: self.asked.emit(-1))
        self.next = button("primary", lambda: self.asked.emit(1))
        for pressed in (self.skip, self.back, self.next):
            pressed.setAutoDefault(True)  # Enter presses them, as in a dialog
        grid = look.sizes.grid
        row = QHBoxLayout()
        row.setSpacing(grid)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid // 2)
        for widget in (self.place, self.title, self.text):
            layout.addWidget(widget)
        layout.addSpacing(grid)
        layout.addLayout(row)
        self.setFixedWidth(look.sizes.panel)
        for key, by in _KEYS.items():  # wherever the focus is; text fields keep their arrows
            QShortcut(QKeySequence(key), self, partial(self.asked.emit, by))

    def show_step(self, step: Step, number: int, count: int) -> None:
        """Say step `number` (from 1) of `count`."""
        self._step, self._number, self._count = step, number, count
        self.retranslate()
        self.next.setFocus()

    def retranslate(self) -> None:
        if self._step is None:
            return
        title, text = tr(self._step.title), tr(self._step.text)
        self.place.setText(tr("{n} of {count}", n=self._number, count=self._count))
        self.title.setText(title)
        self.text.setText(text)
        self.skip.setText(tr("Skip"))
        self.back.setText(tr("Back"))
        self.next.setText(tr("Next") if self._number < self._count else tr("Done"))
        self.back.setVisible(self._number > 1)
        self.skip.setVisible(self._number < self._count)
        self.setAccessibleName(f"{title}. {text}")
        self.next.setAccessibleDescription(f"{title}. {text}")  # it has the focus: this is what is read out
        self.setFixedHeight(self.heightForWidth(self.width()))

    def stand_beside(self, lit: QRect, room: QRect) -> None:
        """Stand at a side of the lit place where there is room."""
        self.move(beside(self.size(), lit, room, 2 * self._look.sizes.grid))
        self.raise_()


def beside(size: QSize, lit: QRect, room: QRect, gap: int) -> QPoint:
    """Where something of this size stands beside a place: below or above a low one, else at its sides.

    Outside of it wherever the room allows.
    """
    middle = QPoint(lit.center().x() - size.width() // 2, lit.center().y() - size.height() // 2)
    sides = [QPoint(lit.right() + gap, middle.y()), QPoint(lit.left() - gap - size.width(), middle.y())]
    ends = [QPoint(middle.x(), lit.bottom() + gap), QPoint(middle.x(), lit.top() - gap - size.height())]
    wanted = ends + sides if lit.height() < size.height() else sides + ends
    kept = [_inside(QRect(place, size), room) for place in wanted]
    free = (place for place in kept if not QRect(place, size).intersects(lit))
    return next(free, _inside(QRect(middle, size), room))


def _inside(rect: QRect, room: QRect) -> QPoint:
    x = max(room.left(), min(rect.left(), room.right() + 1 - rect.width()))
    y = max(room.top(), min(rect.top(), room.bottom() + 1 - rect.height()))
    return QPoint(x, y)
