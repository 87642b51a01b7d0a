"""The place of people: a list that finds by any ID or name, and one person with everything that is known."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.navigation.page import PlacePage
from app.people import words
from app.people.person import PersonPage
from app.widgets.announce import announce
from app.widgets.basic import ActionButton, ShrinkingField, button, label
from app.widgets.empty import EmptyState
from app.widgets.paged_table import PagedTable
from engine.i18n import ntr, tr
from engine.workspace.engine_folder import database_file
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.people import FoundPerson, People

TYPING_MS = 250
"""Until it is searched for what is being typed."""


class PeoplePage(PlacePage):
    """Attributes: search; table; person (the page of one); stack, which shows one of them or why not."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.look, window.actions_, window.tabs.home)
        self._window = window
        self._workspace: Workspace | None = None
        self._ids: list[str] = []
        self._after: int | None = None
        self._asked = 0
        self._stale = True
        grid = self.look.sizes.grid
        self.search = ShrinkingField(34 * grid, 18 * grid)
        self.search.setClearButtonEnabled(True)
        self.imports = button("ghost", self._show_imports)
        self.rules = button("ghost", lambda: window.navigation.go("settings", "catalog/id_types"))
        self.table = PagedTable(4)
        self.table.table.cellDoubleClicked.connect(lambda row, _column: self._open(row))
        self.table.table.cellActivated.connect(lambda row, _column: self._open(row))
        self.note = label("muted", wrap=True)
        self.person = PersonPage(window, self._show_list)
        self.nothing = EmptyState(self.look, "address-book")
        self.none_found = EmptyState(self.look, "search")
        self.trouble = EmptyState(self.look, "alert-triangle")
        self.asking = EmptyState(self.look, "loader-2")
        self.stack = QStackedWidget()
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._lay_out()
        self._connect()
        self.retranslate()

    def show_workspace(self, workspace: Workspace) -> None:
        if self._workspace is None or self._workspace.folder != workspace.folder:
            self.search.clear()
            self._show_list()
        self._workspace = workspace
        self._stale = True
        if self.isVisible():
            self.refresh()

    def show_object(self, id: str) -> None:
        self._open_person(id)

    def entered(self) -> None:
        if self._stale:
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def focus_first(self) -> None:
        self.search.setFocus()

    def refresh(self) -> None:
        """Ask the engine anew; it is started where it is off and there is data."""
        workspace, service = self._workspace, self._window.service
        if workspace is None or service is None:
            return
        self._stale = False
        self._asked += 1
        if not database_file(workspace.folder).exists():
            self.summary.setText("")
            self._show(self.nothing)
            return
        text = self.search.text().strip()
        self._ask(text, 0)

    def retranslate(self) -> None:
        self.title.setText(tr("People"))
        self.search.setPlaceholderText(tr("Find by any ID or name"))
        self.search.setAccessibleName(tr("Find people by any ID or name"))
        self.imports.setText(tr("Imports…"))
        self.rules.setText(tr("Identity rules"))
        self.rules.setToolTip(tr("Which IDs tell who a person is: the ID types of the catalogue"))
        self.table.set_titles(
            tr("People"), [tr("Person"), tr("Person's name"), tr("Mobile"), tr("Other IDs")]
        )
        self.nothing.set_texts(
            tr("No people yet"),
            tr(
                "Everybody whom campaigns reach is here, with IDs, attributes, tags and what they did. "
                "Import them from a table, or let other programs send events."
            ),
            tr("Import people and events…"),
        )
        self.none_found.set_texts(
            tr("Nobody is found"), tr("An ID or a name is found by its beginning."), tr("Clear the search")
        )
        self.asking.set_texts(tr("Asking the engine…"))
        self._stale = True
        self.person.retranslate()
        if self.isVisible():
            self.refresh()

    def _lay_out(self) -> None:
        grid = self.look.sizes.grid
        self.add_tools(
            (
                self.search,
                self.rules,
                self.imports,
                ActionButton(self.actions_["workspace.import"], "primary"),
            )
        )
        self._list = QWidget()
        column = QVBoxLayout(self._list)
        column.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        column.setSpacing(grid)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)
        blank = QWidget()
        for page in (
            blank,
            self._list,
            self.person,
            self.nothing,
            self.none_found,
            self.trouble,
            self.asking,
        ):
            self.stack.addWidget(page)
        self.body.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._on_typed)
        self._typing.timeout.connect(self._on_typed)
        self.table.more_asked.connect(self._ask_more)
        self.nothing.asked.connect(self.actions_["workspace.import"].trigger)
        self.none_found.asked.connect(self.search.clear)
        self.trouble.asked.connect(self.refresh)

    def _on_typed(self) -> None:
        """Whoever searches wants the list, also from a person's page."""
        self._typing.stop()
        if self.stack.currentWidget() is self.person:
            self._show(self._list)
        self.refresh()

    # ---- the list

    def _ask(self, text: str, after: int) -> None:
        """Ask for a page; an answer that comes after another question is passed over."""
        service = self._window.service
        assert service is not None
        asked = self._asked
        service.use(
            lambda client: client.people(text, after),
            lambda answer: self._on_people(asked, after, answer),
            partial(self._on_failed, asked),
        )
        if self.stack.currentWidget() not in (self._list, self.person):
            self._show(self.asking)

    def _ask_more(self) -> None:
        if self._after is not None:
            self._ask("", self._after)

    def _on_people(self, asked: int, after: int, answer: People) -> None:
        if asked != self._asked:
            return
        if not after:
            self._ids = []
            self.table.clear()
        self._ids += [one.person_id for one in answer.people]
        self.table.add([_row(one) for one in answer.people], more=answer.after is not None)
        self._after = answer.after
        if answer.total is not None:
            self.summary.setText(ntr("{n:,} person", "{n:,} people", answer.total))
        most = (
            tr("These are the first {n}. Type more to find others.", n=len(self._ids)) if answer.more else ""
        )
        self.note.setText(most)
        self.note.setVisible(bool(most))
        searched = bool(self.search.text().strip())
        page = self._list if self._ids else (self.none_found if searched else self.nothing)
        if self.stack.currentWidget() is not self.person:
            self._show(page)

    def _on_failed(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            self.trouble.set_texts(tr("The engine does not answer"), str(error), tr("Try again"))
            self._show(self.trouble)

    def _show(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)

    # ---- one person

    def _open(self, row: int) -> None:
        if 0 <= row < len(self._ids):
            self._open_person(self._ids[row])

    def _open_person(self, id: str) -> None:
        self._show(self.person)
        self.person.show_person(id)
        announce(self, tr("Person {id}", id=id))

    def _show_list(self, *, changed: bool = False) -> None:
        """Back to the list; where somebody is gone from it, anew."""
        self._show(self._list)
        self.table.setFocus()
        if changed:
            self.refresh()

    def _show_imports(self) -> None:
        from app.people.imports import ImportsDialog

        dialog = ImportsDialog(self._window)
        dialog.changed.connect(self.refresh)
        dialog.open()


def _row(found: FoundPerson) -> list[str]:
    """A person as a row: id, name, mobile number, the first of the other IDs."""
    mobiles = [one.value for one in found.ids if one.type == "mobile"]
    others = [f"{one.type}: {one.value}" for one in found.ids if one.type != "mobile"]
    return [
        found.person_id,
        words.called(found.values),
        tr(", ").join(mobiles),
        tr(", ").join(others[:4]),
    ]
