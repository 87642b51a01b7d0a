"""The month: a grid of days with a bar for each campaign. Bars of what has not begun can be dragged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip

from app.calendar import words
from app.calendar.day_view import DayView
from app.calendar.layout import WEEK, Bar, month_days, on_day, week_bars
from app.widgets.announce import announce
from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import ntr, tr
from engine.shapes.schedule import WEEKDAYS
from engine.workspace.calendar import Planned

TONES = {"draft": "muted", "not_started": "accent", "in_progress": "ok"}
_SOFT = 38
"""How opaque the ground of a bar is, of 255."""
_DRAG_FROM = 6


class MonthView(DayView):
    """Signals: `day_chosen(date)`; `opened(Planned)` by double click; `day_entered(date)` by Enter;
    `month_asked(date)`: a key leads out of the month; `move_asked(Planned, days)`: a bar was dragged;
    `let_go()`: no button is held any more."""

    opened = Signal(object)
    month_asked = Signal(object)
    move_asked = Signal(object, int)
    let_go = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__(look, page=1)
        self._month = date(2000, 1, 1)
        self._days: list[date] = []
        self._bars: list[list[Bar]] = []
        self._planned: Sequence[Planned] = ()
        self._zone = ZoneInfo("UTC")
        self._press: tuple[QPointF, Planned | None, date] | None = None
        self._dragged_by: int | None = None
        self._pointer = QPointF()
        self.setMinimumSize(70 * look.sizes.grid, 60 * look.sizes.grid)

    def show_month(self, month: date, planned: Sequence[Planned], zone: ZoneInfo, today: date) -> None:
        """Show a month; the chosen day stays where it is in it."""
        self._month, self._planned, self._zone, self._today = month.replace(day=1), planned, zone, today
        self._days = month_days(month)
        mondays = self._days[::WEEK]
        self._bars = [week_bars(planned, monday) for monday in mondays]
        self._cancel_drag()
        self.setAccessibleName(words.month_words(self._month))
        self.update()

    @property
    def held(self) -> bool:
        """Whether a button is held: what is under the hand stays."""
        return self._press is not None

    def choose(self, day: date) -> None:
        """Choose a day; one of another month asks for that month."""
        self.day = day
        if day not in self._days or (day.year, day.month) != (self._month.year, self._month.month):
            self.month_asked.emit(day.replace(day=1))
        self.day_chosen.emit(day)
        announce(self, self._said(day))
        self.update()

    # Places ------------------------------------------------------------------------------------------------

    @property
    def _head(self) -> int:
        return 4 * self._look.sizes.grid

    @property
    def _lane(self) -> int:
        return 3 * self._look.sizes.grid

    def cell(self, day: date) -> QRectF:
        """Where a day stands."""
        place = self._days.index(day)
        width = self.width() / WEEK
        height = (self.height() - self._head) / max(1, len(self._days) // WEEK)
        return QRectF((place % WEEK) * width, self._head + (place // WEEK) * height, width, height)

    def day_at(self, point: QPointF) -> date | None:
        """The day under a point."""
        return next((day for day in self._days if self.cell(day).contains(point)), None)

    def bar_at(self, point: QPointF) -> Bar | None:
        """The bar under a point."""
        for week, bars in enumerate(self._bars):
            for bar in bars:
                if bar.lane < self._room(week) and self.bar_rect(week, bar).contains(point):
                    return bar
        return None

    def bar_rect(self, week: int, bar: Bar) -> QRectF:
        """Where a bar stands in a week."""
        first = self.cell(self._days[week * WEEK + bar.first])
        last = self.cell(self._days[week * WEEK + bar.last])
        grid = self._look.sizes.grid
        top = first.top() + 3 * grid + bar.lane * self._lane
        left = first.left() + (grid / 2 if bar.begins else 0)
        right = last.right() - (grid / 2 if bar.ends else 0)
        return QRectF(left, top, right - left, self._lane - 4)

    def _room(self, week: int) -> int:
        """How many lanes a week has room for; the last one says how many more there are, where there are."""
        height = self.cell(self._days[week * WEEK]).height() - 3 * self._look.sizes.grid
        lanes = max(1, int(height // self._lane))
        needed = max((bar.lane + 1 for bar in self._bars[week]), default=0)
        return lanes if needed <= lanes else lanes - 1

    # Painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._look.colours.surface)
        self._paint_head(painter)
        for day in self._days:
            self._paint_day(painter, day)
        for week, bars in enumerate(self._bars):
            room = self._room(week)
            for bar in bars:
                if bar.lane < room:
                    self._paint_bar(painter, week, bar)
            self._paint_rest(painter, week, room)
        self._paint_drag(painter)

    def _paint_head(self, painter: QPainter) -> None:
        painter.setFont(self._look.font("section"))
        painter.setPen(self._look.colours.muted)
        width, grid = self.width() / WEEK, self._look.sizes.grid
        for place, name in enumerate(WEEKDAYS):
            rect = QRectF(place * width + grid, 0, width - grid, self._head)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, tr(name))

    def _paint_day(self, painter: QPainter, day: date) -> None:
        colours, grid, rect = self._look.colours, self._look.sizes.grid, self.cell(day)
        inside = day.month == self._month.month
        if day == self.day:
            painter.fillRect(rect, colours.accent_soft)
        painter.setPen(QPen(colours.border, 1))
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        number = QRectF(rect.left() + grid / 2, rect.top() + grid / 2, 3 * grid, 2.5 * grid)
        painter.setFont(self._look.font("label"))
        if day == self._today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.accent)
            painter.drawRoundedRect(number, grid, grid)
            painter.setPen(colours.on_accent)
        else:
            painter.setPen(colours.text if inside else colours.muted)
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if day == self._today:
            painter.setPen(colours.muted)
            painter.setFont(self._look.font("summary"))
            beside = QRectF(number.right() + grid / 2, number.top(), rect.width() - 4 * grid, number.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, tr("Today"))
        if day == self.day and self.hasFocus():
            draw_focus(painter, self._look, rect)

    def _paint_bar(self, painter: QPainter, week: int, bar: Bar) -> None:
        colours, rect = self._look.colours, self.bar_rect(week, bar)
        tone = colours.named(TONES[bar.one.state])
        soft = QColor(tone)
        soft.setAlpha(_SOFT)
        painter.setPen(
            QPen(tone, 1, Qt.PenStyle.DashLine if bar.one.state == "draft" else Qt.PenStyle.SolidLine)
        )
        painter.setBrush(soft)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        for place in range(bar.first, bar.last + 1):
            day = self._days[week * WEEK + place]
            if day in bar.one.moments:
                self._paint_moment(painter, rect, bar.one, day)
        self._paint_name(painter, week, bar, rect)

    def _paint_name(self, painter: QPainter, week: int, bar: Bar, rect: QRectF) -> None:
        """The time of the first day and the name, up to the next day with a mark of its own."""
        days, grid = self._days[week * WEEK : (week + 1) * WEEK], self._look.sizes.grid
        first = days[bar.first]
        marked = first in bar.one.moments
        further = (day for day in days[bar.first + 1 : bar.last + 1] if day in bar.one.moments)
        until = next((self.cell(day).left() for day in further), rect.right())
        left = rect.left() + (2 * grid if marked else grid)
        text = QRectF(left, rect.top(), max(0.0, until - left - grid / 2), rect.height())
        painter.setFont(self._look.font("summary"))
        painter.setPen(self._look.colours.text)
        clock = words.first_time(bar.one, first, self._zone)
        whole = f"{clock}  {bar.one.name}" if clock else bar.one.name
        shown = painter.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_moment(self, painter: QPainter, bar: QRectF, one: Planned, day: date) -> None:
        """A dot where people enter; a triangle where others take in the same audience."""
        cell, grid = self.cell(day), self._look.sizes.grid
        left = max(bar.left(), cell.left()) + grid / 2
        size = grid
        square = QRectF(left, bar.center().y() - size / 2, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        if day in one.overlaps:
            painter.setBrush(self._look.colours.warn)
            corners = [square.bottomLeft(), square.bottomRight(), QPointF(square.center().x(), square.top())]
            painter.drawPolygon(corners)
        else:
            painter.setBrush(self._look.colours.named(TONES[one.state]))
            painter.drawEllipse(square)

    def _paint_rest(self, painter: QPainter, week: int, room: int) -> None:
        hidden = [bar for bar in self._bars[week] if bar.lane >= room]
        if not hidden:
            return
        painter.setFont(self._look.font("summary"))
        painter.setPen(self._look.colours.muted)
        grid = self._look.sizes.grid
        for place in range(WEEK):
            count = sum(bar.first <= place <= bar.last for bar in hidden)
            if count:
                cell = self.cell(self._days[week * WEEK + place])
                top = cell.top() + 3 * grid + room * self._lane
                rect = QRectF(cell.left() + grid, top, cell.width() - 2 * grid, self._lane)
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, tr("+{n} more", n=count))

    def _paint_drag(self, painter: QPainter) -> None:
        """Where the campaign's first day would come to stand, and beside the pointer which day that is."""
        if self._press is None or not self._dragged_by or self._press[1] is None:
            return
        colours, grid = self._look.colours, self._look.sizes.grid
        target = self._press[1].first + timedelta(days=self._dragged_by)
        if target in self._days:
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.cell(target).adjusted(2, 2, -2, -2), 6, 6)
        painter.setFont(self._look.font("label"))
        text = words.day_words(target)
        width = painter.fontMetrics().horizontalAdvance(text) + 2 * grid
        left = min(self._pointer.x() + grid, self.width() - width - 1)
        label = QRectF(left, self._pointer.y() + 2 * grid, width, 3 * grid)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.accent)
        painter.drawRoundedRect(label, grid / 2, grid / 2)
        painter.setPen(colours.on_accent)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    # Hands -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self.day_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and day is not None:
            bar = self.bar_at(event.position())
            self._press = (event.position(), bar.one if bar is not None else None, day)
            self.choose(day)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        at, one, day = self._press
        if one is None or not one.movable:
            return
        if self._dragged_by is None and (event.position() - at).manhattanLength() < _DRAG_FROM:
            return
        self._pointer = event.position()
        over = self.day_at(event.position())
        self._dragged_by = (over - day).days if over is not None else 0
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, days = self._press, self._dragged_by
        self._cancel_drag()
        if press is not None and press[1] is not None and days:
            self.move_asked.emit(press[1], days)
        self.let_go.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (bar := self.bar_at(event.position())) is not None:
            self.opened.emit(bar.one)

    def _cancel_drag(self) -> None:
        self._press, self._dragged_by = None, None
        self.unsetCursor()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._press is not None:
            self._cancel_drag()
            self.let_go.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QHelpEvent.Type.ToolTip:
            bar, day = self.bar_at(QPointF(event.pos())), self.day_at(QPointF(event.pos()))
            if bar is None or day is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), plain(self._about(bar.one, day)), self)
            return True
        return super().event(event)  # type: ignore[arg-type]  # any event

    def _about(self, one: Planned, day: date) -> str:
        lines = (
            one.name,
            words.state_words(one),
            words.happening(one, day, self._zone),
            words.overlap(one, day),
        )
        return "\n".join(filter(None, lines))

    def _said(self, day: date) -> str:
        """What a screen reader is told of a day."""
        there = on_day(self._planned, day)
        names = "; ".join(f"{one.name}, {words.happening(one, day, self._zone)}" for one in there[:5])
        count = ntr("{n:,} campaign", "{n:,} campaigns", len(there)) if there else tr("No campaigns")
        return f"{words.day_words(day)}: {count}. {names}"
