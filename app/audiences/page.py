"""The place of the audiences: the list with its folders, and a page for the one that is opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPoint
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QMenu, QStackedWidget

from app.audiences.audience import AudienceView
from app.audiences.definitions import DefinitionsView
from app.audiences.keeping import Keeping
from app.audiences.rows import Row, refusal, rows_of
from app.audiences.sidebar import ALL, FOLDER, NO_FOLDER, Sidebar
from app.audiences.table import AudienceTable
from app.campaign_list.filters import SearchField
from app.editors.base import RawObject
from app.navigation.page import PlacePage
from app.widgets.ask import Choice, ask
from app.widgets.basic import button
from app.widgets.empty import EmptyState
from engine.files import FileError
from engine.i18n import ntr, tr
from engine.shapes.text import new_id
from engine.workspace.folder import free_name
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

ROW_ACTIONS = ("audience.open", "audience.rename", "audience.copy", "audience.update", "audience.delete")


class AudiencesPage(PlacePage):
    """`show_object(id)` opens an audience. Attributes: table; view (of one, None before the first)."""

    def __init__(self, window: MainWindow) -> None:
        self.sidebar = Sidebar(window.look)
        super().__init__(window.look, window.actions_, window.tabs.home, self.sidebar)
        self._window = window
        self._workspace: Workspace | None = None
        self._rows: list[Row] = []
        self.search = SearchField(window.look)
        self._new_list = button("", self.new_list)
        self._new = button("primary", self.new)
        self.table = AudienceTable(window.look)
        self.nothing = EmptyState(window.look, "users")
        self.nothing_found = EmptyState(window.look, "search")
        self.view: AudienceView | None = None
        self.definitions: DefinitionsView | None = None
        self.keeping = Keeping(self, window)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.retranslate()

    # ---- the place

    def show_workspace(self, workspace: Workspace) -> None:
        if workspace is not self._workspace:
            self.keeping.forget()
            self._drop_views()
        self._workspace = workspace
        self.keeping.show_workspace(workspace)
        if self.view is not None:
            self.view.refresh()
        self._refresh()

    def show_object(self, id: str) -> None:
        self._leave(partial(self._open, id))

    def entered(self) -> None:
        self.keeping.begin()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.keeping.end()

    def focus_first(self) -> None:
        if self._stack.currentWidget() is self.view and self.view is not None:
            self.view.back.setFocus()
        else:
            self.table.setFocus()

    def retranslate(self) -> None:
        self.title.setText(tr("Audiences"))
        self._new.setText(tr("New audience"))
        self._new_list.setText(tr("New list"))
        self.search.setPlaceholderText(tr("Search audiences"))
        self.search.setAccessibleName(tr("Search audiences"))
        self.nothing.set_texts(
            tr("No audiences yet"),
            tr(
                "An audience says who: people by their tags, by what they did, by RFM or AIPL, "
                "or a list that you upload."
            ),
            tr("New audience"),
        )
        self.nothing_found.set_texts(
            tr("No audience matches"), tr("Change the search to see more."), tr("Clear filters")
        )
        self._refresh()

    @property
    def open_view(self) -> AudienceView | None:
        """The page of one audience, while it is on show."""
        return self.view if self.view is not None and self._stack.currentWidget() is self.view else None

    def at_hand(self) -> Row | None:
        """The audience that is open and saved, else the one that is selected in the list."""
        view = self.open_view
        if view is not None:
            return self._row(view.id)
        return self.table.selected() if self._stack.currentWidget() is self.table else None

    def show_definitions(self, kind: str) -> None:
        """Show the definitions of a kind: rfm, aipl or tables."""
        self._leave(partial(self._show_definitions, kind))

    # ---- commands

    def new(self, start: RawObject | None = None) -> None:
        """Show the page of a new audience with a rule."""
        self._leave(lambda: self._show_view(None, start or {}))

    def new_list(self) -> None:
        """Show the page of a new list."""

        def show() -> None:
            view = self._view()
            view.open_new_list()
            self._stack.setCurrentWidget(view)
            self.sidebar.show_definition("")

        self._leave(show)

    def rename(self, row: Row) -> None:
        """Open an audience at its name."""

        def show() -> None:
            self._open(row.file.id)
            if self.view is not None:
                self.view.form.focus_first()

        self._leave(show)

    def copy(self, row: Row) -> None:
        """Save a copy under a free name, and open it."""
        workspace = self._workspace
        if workspace is None:
            return
        names = {file.name for file in workspace.audiences.values()}
        name = free_name(tr("{name} copy", name=row.file.name)[:50], names)
        copied = row.file.model_copy(update={"id": new_id("a", workspace.audiences), "name": name})
        try:
            workspace.save_audience(copied)
        except FileError as error:
            self._window.show_error(error)
            return
        self._on_saved(copied.id)
        self.show_object(copied.id)

    def delete(self, row: Row) -> None:
        """Ask, then delete; refused while something uses the audience, saying what."""
        if row.uses:
            title = tr("“{name}” cannot be deleted", name=row.file.name)
            ask(self._window, title, str(refusal(row.file.name, row.uses)))
            return
        ask(
            self._window,
            tr("Delete “{name}”?", name=row.file.name),
            tr("Its rule is deleted. Nothing uses it."),
            Choice(tr("Delete"), partial(self._delete, row.file.id), "danger"),
        )

    def update_at_hand(self, row: Row) -> None:
        """Update an audience, also the one that is open: first what is not saved is saved."""
        if self.open_view is not None:
            self._update_from_view(row.file.id)
        else:
            self.update_now(row.file.id)

    def update_now(self, id: str) -> None:
        """Let the engine store who is in an audience now."""
        service, workspace = self._window.service, self._workspace
        if service is None or workspace is None or id not in workspace.audiences:
            return
        name = workspace.audiences[id].name
        self._window.toast.show_message(tr("Updating “{name}”…", name=name), busy=True)
        service.use(
            lambda client: client.update_audience(id), partial(self._on_updated, name), self._on_not_updated
        )
        self.keeping.poll()

    # ---- inside

    def _lay_out(self) -> None:
        self.add_tools((self.search, self._new_list, self._new))
        for page in (self.table, self.nothing, self.nothing_found):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(lambda _key: self._leave(self._show_list))
        self.sidebar.clicked.connect(self._on_folder_clicked)
        self.sidebar.definition_chosen.connect(self.show_definitions)
        self.table.selection_changed.connect(self.actions_.refresh)
        self._stack.currentChanged.connect(lambda _index: self.actions_.refresh())
        self.search.textChanged.connect(lambda _text: self._refresh())
        self.table.row_opened.connect(lambda row: self._open(row.file.id))
        self.table.menu_asked.connect(self._show_menu)
        self.nothing.asked.connect(self.new)
        self.nothing_found.asked.connect(self._clear_filters)
        self.keeping.changed.connect(self._refresh)

    def _refresh(self) -> None:
        """Show the rows that are wanted, as files and engine say now."""
        workspace = self._workspace
        if workspace is None:
            return
        self._rows = rows_of(workspace.audiences.values(), self.keeping.uses, self.keeping.states)
        self.table.model_.zone = ZoneInfo(workspace.settings.time_zone)
        folders = {row.file.directory for row in self._rows if row.file.directory}
        counts = {ALL: len(self._rows), NO_FOLDER: sum(not row.file.directory for row in self._rows)}
        counts |= {FOLDER + name: sum(row.file.directory == name for row in self._rows) for name in folders}
        self.sidebar.show_folders(sorted(folders), counts)
        shown = [row for row in self._rows if self._wanted(row)]
        self.table.show_rows(shown)
        self.summary.setText(ntr("{n:,} audience", "{n:,} audiences", len(self._rows)))
        if self.view is not None and not self.view.is_new:
            self.view.show_row(self._row(self.view.id))
        if self._stack.currentWidget() in (self.table, self.nothing, self.nothing_found):
            self._show_list()

    def _show_list(self) -> None:
        page = self.table if self.table.model_.rowCount() else self.nothing_found
        if not self._rows:
            page = self.nothing
        self._stack.setCurrentWidget(page)
        self.sidebar.show_definition("")
        if self.view is not None:
            self.view.insight.leave()

    def _on_folder_clicked(self) -> None:
        """Back to the list also where its folder is the one that was chosen before."""
        listed = self._stack.currentWidget() in (self.table, self.nothing, self.nothing_found)
        if not listed and QApplication.activeModalWidget() is None:
            self._leave(self._show_list)

    def _wanted(self, row: Row) -> bool:
        folder, words = self.sidebar.current(), self.search.text().casefold().split()
        file = row.file
        if folder == NO_FOLDER and file.directory:
            return False
        if folder.startswith(FOLDER) and file.directory != folder.removeprefix(FOLDER):
            return False
        text = f"{file.name} {file.remark} {file.id} {file.directory}".casefold()
        return all(word in text for word in words)

    def _clear_filters(self) -> None:
        self.search.clear()
        self.sidebar.folders.setCurrentRow(0)

    def _row(self, id: str) -> Row | None:
        return next((row for row in self._rows if row.file.id == id), None)

    def _open(self, id: str) -> None:
        row = self._row(id)
        if row is not None:
            self.table.select(id)
            self._show_view(row, {})

    def _show_view(self, row: Row | None, start: RawObject) -> None:
        view = self._view()
        view.open(row, start)
        self._stack.setCurrentWidget(view)
        self.sidebar.show_definition("")

    def _view(self) -> AudienceView:
        if self.view is None:
            assert self._workspace is not None
            view = self.view = AudienceView(self._window, self._workspace)
            view.left.connect(lambda: self._leave(self._back))
            view.saved.connect(self._on_saved)
            view.update_asked.connect(self._update_from_view)
            view.use_opened.connect(self._on_use)
            view.uploaded.connect(lambda _id: self.keeping.poll())
            view.theirs_asked.connect(self._take_theirs)
            self._stack.addWidget(view)
        return self.view

    def _take_theirs(self, id: str) -> None:
        """What others made of an audience, in place of what is not saved here."""
        self._show_list()
        self._refresh()
        self._open(id)

    def _drop_views(self) -> None:
        for page in (self.view, self.definitions):
            if page is not None:
                self._stack.removeWidget(page)
                page.deleteLater()
        self.view = self.definitions = None

    def _back(self) -> None:
        self._show_list()
        self.table.setFocus()

    def _leave(self, then: Callable[[], object]) -> None:
        """Go on, after asking what becomes of an audience that is not saved."""
        view = self.view
        if view is None or self._stack.currentWidget() is not view or not view.unsaved:
            then()
            return

        def save() -> None:
            if view.save():
                then()

        ask(
            self._window,
            tr("The audience is not saved"),
            tr("Save it before you leave?"),
            Choice(tr("Leave without saving"), then, ""),
            Choice(tr("Save"), save),
        )

    def _update_from_view(self, id: str) -> None:
        """What is updated is what is saved: first save."""
        view = self.view
        if view is not None and (not view.unsaved or view.save()):
            self.update_now(id)

    def _on_saved(self, id: str) -> None:
        self._refresh()
        self.table.select(id)
        if self.view is not None and self.view.id == id:
            self.view.show_row(self._row(id))
        service = self._window.service
        if service is not None:
            service.use(lambda client: client.refresh_audiences(), lambda _: None, lambda _error: None)
        self._window.toast.show_message(tr("Saved."))

    def _on_updated(self, name: str, size: int) -> None:
        people = ntr("{n:,} person", "{n:,} people", size)
        self._window.toast.show_message(tr("“{name}” is updated: {people}", name=name, people=people))
        self.keeping.poll()

    def _on_not_updated(self, error: Exception) -> None:
        self._window.show_error(error)
        self.keeping.poll()

    def _delete(self, id: str) -> None:
        assert self._workspace is not None
        try:
            self._workspace.delete_audience(id)
            if (service := self._window.service) is not None:  # its members go with it
                service.use(lambda client: client.forget_audience(id), lambda _: None, lambda _error: None)
        except FileError as error:
            self._window.show_error(error)
        self._show_list()
        self._refresh()

    def _on_use(self, use: Use) -> None:
        if use.kind == "audience":
            self.show_object(use.id)
        elif use.kind == "campaign":
            self._leave(partial(self._open_campaign, use.id))

    def _open_campaign(self, id: str) -> None:
        assert self._workspace is not None
        self._window.open_campaigns.open_file(self._workspace.campaign_files.path_of(id))

    def _show_definitions(self, kind: str) -> None:
        if self._workspace is None:
            return
        if self.definitions is None:
            self.definitions = DefinitionsView(self._window, self._workspace)
            self.definitions.left.connect(self._back)
            self._stack.addWidget(self.definitions)
        if kind == "aipl":
            self.definitions.edit_stages()
            return
        self.sidebar.show_definition(kind)
        self.definitions.show_kind(kind)
        self._stack.setCurrentWidget(self.definitions)

    def _show_menu(self, _row: Row, place: QPoint) -> None:
        self.actions_.refresh()
        menu = QMenu(self)
        for id in ROW_ACTIONS:
            menu.addAction(self.actions_[id])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
