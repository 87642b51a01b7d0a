"""Messages of which nobody knows whether they were sent: by campaign and account, with what is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.people.words import kind
from app.sending import words
from app.widgets.basic import button, label
from app.widgets.paged_table import PagedTable
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.components.delivery import provider_reason
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from engine.server.wire.sending import Doubtful, DoubtfulGroup, DoubtfulPage, Settlement

_CHOICE = Qt.ItemDataRole.UserRole
_HOWS: tuple[Settlement, ...] = ("again", "sent", "not_sent")

ADDRESS, MOST_SHOWN = 2, 34
"""The column of addresses, and how many characters of one are always shown."""


class Choice(NamedTuple):
    """The messages of a campaign, of an account, of both; or all."""

    campaign: str | None = None
    account: str | None = None


class DoubtfulBox(QWidget):
    """Groups at the left, the messages of the chosen one beside them, what can be done above these.

    Signals: `chosen(Choice)`; `more_asked()`, the next page; `settle_asked(how)`: of the selected messages,
    of all of the choice where none is.
    """

    chosen = Signal(object)
    more_asked = Signal()
    settle_asked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._groups: Sequence[DoubtfulGroup] = ()
        self._name_of: Callable[[str], str] = str
        self._shown: list[Doubtful] = []
        self._zone = ZoneInfo("UTC")
        self.after: str | None = None
        self.groups = QListWidget()
        self.groups.setProperty("role", "plain")
        self.groups.setFixedWidth(look.sizes.palette)
        self.groups.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.groups.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.count = label("summary")
        self.buttons = {how: button("", partial(self.settle_asked.emit, how)) for how in _HOWS}
        self.table = PagedTable(6)
        self.table.keep_narrow(0, 1, 4)
        self._grid = grid = look.sizes.grid
        tools = QHBoxLayout()
        tools.setSpacing(grid)
        tools.addWidget(self.count, 1)
        for each in self.buttons.values():
            tools.addWidget(each)
        right = QVBoxLayout()
        right.setSpacing(grid)
        right.addLayout(tools)
        right.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * grid)
        row.addWidget(self.groups)
        row.addLayout(right, 1)
        self.groups.currentItemChanged.connect(lambda _item: self._on_chosen())
        self.table.more_asked.connect(self.more_asked)
        self.table.table.itemSelectionChanged.connect(self._show_state)
        self.setFocusProxy(self.groups)
        self.retranslate()

    def retranslate(self) -> None:
        self._write(self._shown, first=True)
        self.groups.setAccessibleName(tr("Messages in doubt, by campaign and account"))
        titles = (
            tr("Handed over"),
            tr("Person"),
            tr("Address"),
            tr("Component"),
            tr("What is known"),
            tr("Text"),
        )
        self.table.set_titles(tr("Messages in doubt"), titles)
        self._show_state()

    # Groups ------------------------------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        item: QListWidgetItem | None = self.groups.currentItem()
        found = None if item is None else item.data(_CHOICE)
        return Choice() if found is None else Choice(*found)

    def choose(self, campaign: str) -> None:
        """Show the messages of a campaign, if it has any."""
        for row in range(self.groups.count()):
            found = self.groups.item(row).data(_CHOICE)
            if found is not None and found[0] == campaign:
                self.groups.setCurrentRow(row)
                return

    def show_groups(self, groups: Sequence[DoubtfulGroup], name_of: Callable[[str], str]) -> None:
        """Show these; the choice stays. name_of: what an account is called, by its id."""
        self._groups, self._name_of = groups, name_of
        before = self.choice
        entries: list[tuple[Choice, str]] = []
        if len(groups) != 1:
            total = sum(group.messages for group in groups)
            every = tr("All")
            entries.append((Choice(), f"{every}\n{_messages(total)}"))
        for group in groups:
            text = f"{group.name}\n{name_of(group.account)} · {_messages(group.messages)}"
            entries.append((Choice(group.campaign, group.account), text))
        self.groups.blockSignals(True)
        while self.groups.count() > len(entries):
            self.groups.takeItem(self.groups.count() - 1)
        while self.groups.count() < len(entries):
            self.groups.addItem(QListWidgetItem())
        current = 0
        for row, (choice, text) in enumerate(entries):
            item = self.groups.item(row)
            item.setText(text)
            item.setToolTip(plain(text))
            item.setData(_CHOICE, tuple(choice))
            item.setSizeHint(QSize(0, 2 * self.groups.fontMetrics().height() + 2 * self._grid))
            current = row if choice == before else current
        self.groups.setCurrentRow(current, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.groups.blockSignals(False)
        if self.choice != before:
            self._on_chosen()
        self._show_state()

    def _on_chosen(self) -> None:
        self.table.clear()
        self._shown, self.after = [], None
        self._show_state()
        self.chosen.emit(self.choice)

    # Messages ----------------------------------------------------------------------------------------------

    def show_page(self, page: DoubtfulPage, zone: ZoneInfo, *, first: bool) -> None:
        """Show a page of the choice's messages, the first one or the next."""
        self._shown = page.messages if first else [*self._shown, *page.messages]
        self._zone, self.after = zone, page.after
        self._write(page.messages, first=first)
        self._show_state()

    def drop(self, keys: Collection[str]) -> None:
        """Take out what is in doubt no longer; whoever has scrolled stays there."""
        gone = [row for row, one in enumerate(self._shown) if one.key in keys]
        self._shown = [one for one in self._shown if one.key not in keys]
        self.table.remove(gone)
        self._show_state()

    def _write(self, messages: Sequence[Doubtful], *, first: bool) -> None:
        if first:
            self.table.clear()
        self.table.add([self._row(one) for one in messages], more=self.after is not None)
        # Numbers and emails are looked up at the provider; tokens of devices would leave no room.
        short = all(len(one.address) <= MOST_SHOWN for one in self._shown)
        self.table.keep_narrow(ADDRESS, narrow=short)

    def _row(self, one: Doubtful) -> tuple[str, ...]:
        known = provider_reason(one.reason)
        if one.marketing:
            known = tr("{what} · marketing", what=known)
        where = one.title or kind(one.channel)
        time = words.moment(one.attempted_at, self._zone)
        return time, one.person_id, one.address, where, known, words.said(one)

    @property
    def keys(self) -> list[str]:
        """Of the selected messages."""
        return [self._shown[row].key for row in self.table.selected() if row < len(self._shown)]

    @property
    def busy(self) -> bool:
        """Whether somebody has begun to choose among the messages."""
        return bool(self.table.selected()) or self.table.table.verticalScrollBar().value() > 0

    @property
    def meant(self) -> int:
        """How many messages a decision would be about."""
        return len(self.keys) or self._total()

    def _total(self) -> int:
        choice = self.choice
        mine = [
            group.messages
            for group in self._groups
            if choice.campaign in (None, group.campaign) and choice.account in (None, group.account)
        ]
        return sum(mine)

    def _show_state(self) -> None:
        chosen, total = len(self.keys), self._total()
        if chosen:
            self.count.setText(ntr("{n:,} message chosen", "{n:,} messages chosen", chosen))
        else:
            self.count.setText(tr("All {n:,} of them, or choose some below", n=total) if total else "")
        for how, each in self.buttons.items():
            each.setText(tr(words.VERBS[how]) + "…")
            each.setEnabled(total > 0)


def _messages(count: int) -> str:
    return ntr("{n:,} in doubt", "{n:,} in doubt", count)
