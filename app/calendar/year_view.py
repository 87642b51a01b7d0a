"""The year: twelve small months; a day is the darker the more campaigns let people in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent

from app.calendar import words
from app.calendar.day_view import DayView
from app.calendar.layout import WEEK, month_days, on_day
from app.widgets.announce import announce
from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look
from engine.i18n import ntr, tr
from engine.workspace.calendar import Planned

_ACROSS = 4
_DARKEST = 5
"""From so many campaigns on a day is as dark as it gets."""


class YearView(DayView):
    """Signals: `day_chosen(date)`, `day_entered(date)` by Enter or double click, `year_asked(int)`."""

    year_asked = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__(look, page=12)
        self._year = 2000
        self._counts: dict[date, int] = {}
        self._overlaps: set[date] = set()
        self._planned: Sequence[Planned] = ()
        self.setMinimumSize(70 * look.sizes.grid, 60 * look.sizes.grid)

    def show_year(self, year: int, planned: Sequence[Planned], today: date) -> None:
        self._year, self._planned, self._today = year, planned, today
        self._counts = {}
        self._overlaps = set()
        for one in planned:
            for day in one.moments:
                self._counts[day] = self._counts.get(day, 0) + 1
            self._overlaps |= one.overlaps.keys()
        self.setAccessibleName(str(year))
        self.update()

    def choose(self, day: date) -> None:
        """Choose a day; one of another year asks for that year."""
        self.day = day
        if day.year != self._year:
            self.year_asked.emit(day.year)
        self.day_chosen.emit(day)
        there = on_day(self._planned, day)
        count = ntr("{n:,} campaign", "{n:,} campaigns", len(there)) if there else tr("No campaigns")
        announce(self, f"{words.day_words(day)}: {count}")
        self.update()

    def cell(self, day: date) -> QRectF:
        """Where a day stands."""
        box, grid = self._month_box(day.month), self._look.sizes.grid
        place = month_days(day).index(day)
        width, height = box.width() / WEEK, (box.height() - 3 * grid) / 6
        left, top = box.left() + (place % WEEK) * width, box.top() + 3 * grid + (place // WEEK) * height
        return QRectF(left, top, width, height)

    def day_at(self, point: QPointF) -> date | None:
        """The day under a point."""
        for month in range(1, 13):
            if self._month_box(month).contains(point):
                first = date(self._year, month, 1)
                days = (day for day in month_days(first) if day.month == month)
                return next((day for day in days if self.cell(day).contains(point)), None)
        return None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._look.colours.surface)
        grid = self._look.sizes.grid
        for month in range(1, 13):
            first, box = date(self._year, month, 1), self._month_box(month)
            painter.setFont(self._look.font("label"))
            painter.setPen(self._look.colours.text)
            head = QRectF(box.left() + grid / 2, box.top(), box.width(), 3 * grid)
            painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, words.month_name(first))
            painter.setFont(self._look.font("summary"))
            for day in month_days(first):
                if day.month == month:
                    self._paint_day(painter, day)

    def _paint_day(self, painter: QPainter, day: date) -> None:
        colours, rect = self._look.colours, self.cell(day).adjusted(1, 1, -1, -1)
        if count := self._counts.get(day, 0):
            tone = QColor(colours.accent)
            tone.setAlpha(30 + 100 * min(count, _DARKEST) // _DARKEST)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone)
            painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(colours.accent if day == self._today else colours.text)
        text = f"{day.day}•" if day == self._today else str(day.day)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
        if day in self._overlaps:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.warn)
            corner = rect.topRight()
            painter.drawPolygon([corner, corner + QPointF(-7, 0), corner + QPointF(0, 7)])
        if day == self.day:
            draw_focus(painter, self._look, rect) if self.hasFocus() else self._paint_choice(painter, rect)

    def _paint_choice(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(self._look.colours.line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 4, 4)

    def _month_box(self, month: int) -> QRectF:
        grid, down = self._look.sizes.grid, 12 // _ACROSS
        width, height = self.width() / _ACROSS, self.height() / down
        at = month - 1
        box = QRectF((at % _ACROSS) * width, (at // _ACROSS) * height, width, height)
        return box.adjusted(2 * grid, grid, -2 * grid, -grid)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (day := self.day_at(event.position())) is not None:
            self.choose(day)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (day := self.day_at(event.position())) is not None:
            self.day_entered.emit(day)
