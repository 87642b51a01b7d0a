"""The start page: the sample shop, a workspace of one's own, templates, what was open, and the tour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.campaign_list.gallery import Start, StartCard
from app.campaign_list.templates import shipped_starts
from app.language import Retranslated
from app.preferences import Recent
from app.start_page.cards import ActionCard, RecentRow
from app.widgets.basic import ActionButton, button, label, tool_button
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from engine.i18n import current_language, tr

if TYPE_CHECKING:
    from app.window import MainWindow

_WIDTH = 116  # of the grid
_SHOWN = 4  # of what was open lately, a column


class StartPage(Retranslated, QScrollArea):
    """Everything on it is a command of the window's; it holds nothing itself. Made anew with its language."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(widgetResizable=True)
        self._window = window
        self.setObjectName("start")
        self.setFrameShape(QFrame.Shape.NoFrame)
        window.look.changed.connect(self.refresh)
        self.refresh()

    def retranslate(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now: the open workspace, and what was open lately."""
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self.languages = Segmented([Option("en", "English"), Option("zh", "中文")])
        self.languages.set_value(current_language())
        self.languages.setAccessibleName(tr("Language"))
        self.languages.chosen.connect(self._window.appearance.set_language)
        self.cards = self._make_cards()
        self.templates = [
            StartCard(self._window.look, start, self._begin) for start in shipped_starts(current_language())
        ]
        self.recent = [
            *self._rows(self._window.recent.workspaces()),
            *self._rows(self._window.recent.campaigns()),
        ]
        if (old := self.takeWidget()) is not None:
            old.deleteLater()  # what was clicked is on it
        self.setWidget(self._content())
        if had_focus:
            self.languages.buttons()[current_language()].setFocus()

    def focus_first(self) -> None:
        self.cards[0].setFocus()

    # What is on it

    def _make_cards(self) -> list[ActionCard]:
        window, look = self._window, self._window.look
        sample = tr("A shop with 10,000 invented people and three campaigns. Nothing leaves your machine.")
        own = tr("An empty folder becomes the home of your campaigns: plain files, yours alone.")
        existing = tr("A folder that holds a workspace already, from here or from a colleague.")
        return [
            ActionCard(
                look, "layout-grid", tr("Open the sample shop"), sample, window.workspaces.open_sample
            ),
            ActionCard(look, "folder-plus", tr("Create a workspace"), own, window.workspaces.create),
            ActionCard(look, "folder", tr("Open a workspace"), existing, window.workspaces.choose),
        ]

    def _rows(self, found: Sequence[Recent]) -> list[RecentRow]:
        return [
            RecentRow(self._window.look, recent, partial(self._window.opening.open_path, recent.path))
            for recent in found[:_SHOWN]
        ]

    def _content(self) -> QWidget:
        grid = self._window.look.sizes.grid
        column = QVBoxLayout()
        column.setSpacing(grid)
        column.addLayout(self._head())
        column.addSpacing(3 * grid)
        column.addLayout(self._row(self.cards))
        column.addSpacing(3 * grid)
        column.addWidget(label("section", tr("Begin with a template")))
        column.addLayout(self._row(self.templates))
        if self.recent:
            column.addSpacing(3 * grid)
            column.addLayout(self._recent_columns())
        column.addStretch(1)
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH * grid)
        inside.setLayout(column)
        content = QWidget()
        content.setObjectName("content")
        around = QVBoxLayout(content)
        around.setContentsMargins(2 * grid, grid, 2 * grid, 3 * grid)
        around.addLayout(self._bar())
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inside, 100)
        middle.addStretch(1)
        around.addLayout(middle, 1)
        return content

    def _bar(self) -> QHBoxLayout:
        window, grid = self._window, self._window.look.sizes.grid
        row = QHBoxLayout()
        row.setSpacing(grid)
        if window.workspace is not None:
            name = window.workspace.settings.name
            self.back = button(
                "ghost", window.dialogs.hide_start_page, tr("Back to {workspace}", workspace=name)
            )
            window.look.set_icon(self.back, "arrow-left")
            row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.languages)
        row.addWidget(tool_button(window.actions_["view.commands"]))
        row.addWidget(tool_button(window.actions_["view.menu"]))
        return row

    def _head(self) -> QHBoxLayout:
        """Sign, name and sentence, and the tour beside them."""
        window, grid = self._window, self._window.look.sizes.grid
        sign = QLabel()
        side = window.look.sizes.tile + grid
        sign.setPixmap(window.look.pixmap("route", "accent", side, self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.setSpacing(grid // 2)
        words.addWidget(label("display", tr("Campaign Canvas")))
        words.addWidget(label("muted", tr("Draw automated marketing campaigns, and watch them run.")))
        row = QHBoxLayout()
        row.setContentsMargins(0, 4 * grid, 0, 0)
        row.setSpacing(2 * grid)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.tour = ActionButton(window.actions_["help.tour"], "primary")
        row.addWidget(self.tour, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _row(self, cards: Sequence[QWidget]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * self._window.look.sizes.grid)
        for card in cards:
            row.addWidget(card, 1)
        return row

    def _recent_columns(self) -> QHBoxLayout:
        columns = QHBoxLayout()
        columns.setSpacing(2 * self._window.look.sizes.grid)
        for title, is_folder in ((tr("Recent workspaces"), True), (tr("Recent campaigns"), False)):
            column = QVBoxLayout()
            column.setSpacing(self._window.look.sizes.grid // 2)
            rows = [row for row in self.recent if row.is_folder is is_folder]
            if rows:
                column.addWidget(label("section", title))
            for row in rows:
                column.addWidget(row)
            column.addStretch(1)
            columns.addLayout(column, 1)
        return columns

    def _begin(self, start: Start) -> None:
        """A template opens in the workspace at hand, else in the sample one."""
        begin: Callable[[], None] = partial(self._window.campaigns.begin, start)
        if self._window.workspace is not None:
            self._window.dialogs.hide_start_page()
            begin()
        else:
            self._window.workspaces.open_sample(begin)
