"""The calendar's page: month or year at the left, what is on the chosen day at the right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout

from app import tasks
from app.calendar import words
from app.calendar.layout import add_months, month_days, on_day
from app.calendar.month_view import TONES, MonthView
from app.calendar.moving import Moving
from app.calendar.year_view import YearView
from app.engine.service import EngineService
from app.navigation.page import PlacePage
from app.widgets.basic import IconButton, button, label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from canvas_widgets.tooltip import plain
from engine.i18n import ntr, tr
from engine.shapes.time import instant
from engine.workspace.calendar import Planned, Published, planned
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_ID = Qt.ItemDataRole.UserRole
_LOOK_MS = 20_000
"""Between two looks at the clock: at midnight another day is today."""


class DayList(QListWidget):
    """The campaigns of a day; signal `entered(id)` by Enter or double click."""

    entered_ = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "plain")
        self.setWordWrap(True)
        self.setSpacing(4)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemDoubleClicked.connect(lambda item: self.entered_.emit(item.data(_ID)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item: QListWidgetItem | None = self.currentItem()  # the stubs forget None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.entered_.emit(item.data(_ID))
        else:
            super().keyPressEvent(event)


class CalendarPage(PlacePage):
    """Reads in the background what is on in the month or year that is on show."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.look, window.actions_, window.tabs.home)
        self._window = window
        self._workspace: Workspace | None = None
        self._planned: Sequence[Planned] = ()
        self._asked = 0
        self._published: dict[str, Published] = {}
        self._service: EngineService | None = None
        self._next_day = QTimer(self, interval=_LOOK_MS)
        self.moving = Moving(window)
        self.month = date.today().replace(day=1)  # noqa: DTZ011 - until the workspace's zone is known
        self.day: date | None = None
        self.month_view = MonthView(window.look)
        self.year_view = YearView(window.look)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.month_view)
        self.stack.addWidget(self.year_view)
        self.back = IconButton("chevron-left", "")
        self.forth = IconButton("chevron-right", "")
        self.today_button = button("", self.go_to_today)
        self.mode = Segmented([])
        self.mode.set_value("month")
        self.list = DayList()
        self._day_title = label("strong", wrap=True)
        self._nothing = label("muted", wrap=True)
        self._legend = label("small", wrap=True)
        self.open_button = button("primary", self.open_chosen)
        self.move_button = button("", self.move_chosen)
        self._lay_out()
        self._connect()
        self.retranslate()

    def show_workspace(self, workspace: Workspace) -> None:
        other = self._workspace is not workspace
        self._workspace = workspace
        if other:
            self.day = None
            self._choose(self.today())
        self._follow()
        if self.isVisible():
            self.read()

    def entered(self) -> None:
        self._follow()
        self.read()

    def focus_first(self) -> None:
        (self.year_view if self._by_year else self.month_view).setFocus()

    def show_object(self, id: str) -> None:
        """A day, such as 2026-12-24."""
        self._choose(date.fromisoformat(id))

    def today(self) -> date:
        return datetime.now(UTC).astimezone(self._zone()).date()

    def go_to_today(self) -> None:
        self._choose(self.today())
        self.focus_first()

    def read(self) -> None:
        """Read in the background what is on in the stretch on show."""
        if self._workspace is None:
            return
        self._asked += 1
        first, last = self._stretch()
        self._published, self._read_on = self._told(), self.today()
        tasks.run(
            partial(planned, self._workspace, first, last, self._published, datetime.now(UTC)),
            partial(self._take, self._asked),
            self._window.show_error,
        )

    _read_on: date | None = None
    """The day on which what is on show was read."""

    def _told(self) -> dict[str, Published]:
        """What the engine said last of the campaigns."""
        runs = {} if self._service is None else self._service.runs
        return {
            id: Published(run.status, _moment(run.next_run), _moment(run.published_at))
            for id, run in runs.items()
        }

    def _follow(self) -> None:
        """Hear from the engine of the workspace that is open."""
        service = self._window.service
        if service is not self._service:
            self._service = service
            if service is not None:
                service.runs_changed.connect(self._look_again)

    def _look_again(self) -> None:
        """Read anew where the engine or the clock made something else of it, but under nobody's hand."""
        if not self.isVisible() or self.month_view.held or self._workspace is None:
            return
        if self._told() != self._published or self.today() != self._read_on:
            self.read()

    def retranslate(self) -> None:
        self.back.setToolTip(tr("Earlier"))
        self.back.setAccessibleName(tr("Earlier"))
        self.forth.setToolTip(tr("Later"))
        self.forth.setAccessibleName(tr("Later"))
        self.today_button.setText(tr("Today"))
        self.mode.set_options([Option("month", tr("Month")), Option("year", tr("Year"))])
        self.open_button.setText(tr("Open"))
        self.move_button.setText(tr("Move…"))
        self._legend.setText(
            tr(
                "A dot: people of an audience enter. A triangle: several campaigns take in the same audience "
                "on that day; people who are in two different audiences are not looked for. Dashed: a draft. "
                "Drag what has not begun to another day."
            )
        )
        self._show_titles()
        self._show_day()

    # Parts -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        grid = self.look.sizes.grid
        self.add_tools((self.back, self.today_button, self.forth, self.mode))
        side = QFrame()
        side.setProperty("role", "panel")
        side.setFixedWidth(self.look.sizes.panel - 4 * grid)
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        column.setSpacing(grid)
        buttons = QHBoxLayout()
        buttons.addWidget(self.move_button)
        buttons.addWidget(self.open_button)
        for widget in (self._day_title, self._nothing):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        column.addWidget(self._legend)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.stack, 1)
        row.addWidget(side)
        self.body.addLayout(row)

    def _connect(self) -> None:
        self._next_day.timeout.connect(self._look_again)
        self._next_day.start()
        self.month_view.let_go.connect(self._look_again)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.forth.clicked.connect(lambda: self._turn(1))
        self.mode.chosen.connect(self._on_mode)
        self.month_view.day_chosen.connect(self._on_day)
        self.month_view.month_asked.connect(self._go_to_month)
        self.month_view.day_entered.connect(self._on_entered)
        self.month_view.opened.connect(lambda one: self.open(one.id))
        self.month_view.move_asked.connect(self.moving.ask)
        self.year_view.day_chosen.connect(self._on_day)
        self.year_view.year_asked.connect(lambda year: self._go_to_month(self.month.replace(year=year)))
        self.year_view.day_entered.connect(self._to_month)
        self.list.entered_.connect(self.open)
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_buttons())

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._workspace.settings.time_zone if self._workspace is not None else "UTC")

    @property
    def _by_year(self) -> bool:
        return self.mode.value() == "year"

    def _stretch(self) -> tuple[date, date]:
        if self._by_year:
            return date(self.month.year, 1, 1), date(self.month.year, 12, 31)
        days = month_days(self.month)
        return days[0], days[-1]

    def _turn(self, by: int) -> None:
        self._go_to_month(add_months(self.month, by * (12 if self._by_year else 1)))

    def _go_to_month(self, month: date) -> None:
        self.month = month.replace(day=1)
        self._show(self._asked, self._planned)  # the empty days at once
        self.read()

    def _to_month(self, day: date) -> None:
        self.mode.set_value("month")
        self._on_mode("month")
        self._choose(day)
        self.focus_first()

    def _on_mode(self, mode: str) -> None:
        self.stack.setCurrentWidget(self.year_view if mode == "year" else self.month_view)
        self._show(self._asked, self._planned)
        self.read()

    def _choose(self, day: date) -> None:
        self.month_view.day = self.year_view.day = day
        self.day = day
        self._go_to_month(day)
        self._show_day()

    def _take(self, number: int, found: Sequence[Planned]) -> None:
        if self.month_view.held:
            self._read_on = None  # read once more when it is let go
        else:
            self._show(number, found)

    def _show(self, number: int, found: Sequence[Planned]) -> None:
        if number != self._asked:
            return  # another month was turned to meanwhile
        self._planned = found
        self.month_view.show_month(self.month, found, self._zone(), self.today())
        self.year_view.show_year(self.month.year, found, self.today())
        self._show_titles()
        self._show_day()

    def _show_titles(self) -> None:
        self.title.setText(str(self.month.year) if self._by_year else words.month_words(self.month))
        count = len(self._planned)
        self.summary.setText(ntr("{n:,} campaign", "{n:,} campaigns", count) if count else "")

    # The chosen day ----------------------------------------------------------------------------------------

    def _on_day(self, day: date) -> None:
        self.day = day
        self.month_view.day = self.year_view.day = day
        self._show_day()

    def _on_entered(self, day: date) -> None:
        """Enter on a day: its only campaign opens; of several, the list has the focus."""
        there = on_day(self._planned, day)
        if len(there) == 1:
            self.open(there[0].id)
        elif there:
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def _show_day(self) -> None:
        day = self.day
        there = on_day(self._planned, day) if day is not None else []
        chosen = self._chosen_id()
        self._day_title.setText(words.day_words(day) if day is not None else "")
        self.list.setAccessibleName(tr("Campaigns of the day"))
        self.list.clear()
        for one in there:
            assert day is not None
            lines = (
                one.name,
                f"{words.happening(one, day, self._zone())} · {words.state_words(one)}",
                words.overlap(one, day),
            )
            item = QListWidgetItem("\n".join(filter(None, lines)))
            item.setData(_ID, one.id)
            item.setToolTip(plain(item.text()))
            warned = day in one.overlaps
            icon, tone = ("alert-triangle", "warn") if warned else ("point", TONES[one.state])
            item.setIcon(self.look.icon(icon, tone))
            self.list.addItem(item)
            if one.id == chosen:
                self.list.setCurrentItem(item)
        if there and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._nothing.setText("" if there else tr("Nothing is planned on this day."))
        self._nothing.setVisible(not there)
        self._show_buttons()

    def _chosen_id(self) -> str:
        item: QListWidgetItem | None = self.list.currentItem()  # the stubs forget None
        return str(item.data(_ID)) if item is not None else ""

    def _chosen(self) -> Planned | None:
        return next((one for one in self._planned if one.id == self._chosen_id()), None)

    def _show_buttons(self) -> None:
        one = self._chosen()
        self.open_button.setEnabled(one is not None)
        self.move_button.setEnabled(one is not None and one.movable)
        why = tr("Only what has a date and has not begun can be moved.")
        self.move_button.setToolTip("" if one is None or one.movable else why)

    def open_chosen(self) -> None:
        if (one := self._chosen()) is not None:
            self.open(one.id)

    def move_chosen(self) -> None:
        if (one := self._chosen()) is not None and one.movable:
            self.moving.ask_for_day(one)

    def open(self, id: str) -> None:
        """Open a campaign as the list does."""
        row = next((row for row in self._window.rows() if row.id == id), None)
        if row is not None:
            self._window.open_campaigns.on_row_opened(row)


def _moment(text: str | None) -> datetime | None:
    return instant(text) if text else None
