"""The main window: the campaign list and the open campaigns in their tabs, and what all of them need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow

from app import tasks
from app.actions import Actions
from app.campaign_list import loading
from app.campaign_list.broken import error_words
from app.campaign_list.commands import ListCommands
from app.campaign_list.loading import Loaded
from app.campaign_list.page import CampaignListPage
from app.campaign_list.rows import Row, with_runs
from app.campaign_list.status import May
from app.composing import Composing
from app.dialogs import Dialogs
from app.editor.page import EditorPage
from app.engine.commands import RunCommands
from app.engine.people import get_person, people_finder
from app.engine.service import EngineService
from app.engine.shown import EngineShown
from app.engine.situation import Watched
from app.exporting.commands import ExportCommands
from app.navigation.navigation import Navigation
from app.navigation.places import CAMPAIGNS
from app.opening.file_drop import FileDrop
from app.opening.opening import Opening
from app.opening.recent import RecentFiles
from app.opening.reopening import Reopening
from app.preferences import Preferences
from app.previews import person_choice
from app.publishing.publication import PublishCommands
from app.publishing.versions import VersionCommands
from app.recovery.commands import RecoveryCommands
from app.servers.servers import Servers
from app.settings.appearance import Appearance
from app.tabs.closing import Closing
from app.tabs.leaving import Leaving
from app.tabs.open_campaigns import OpenCampaigns
from app.tabs.tabs import Tabs
from app.templates.commands import TemplateCommands
from app.tour.tour import Tour
from app.widgets.error_ring import ErrorRing
from app.widgets.toast import Toast
from app.workspaces.commands import WorkspaceCommands
from app.workspaces.watch import WorkspaceWatch
from canvas_widgets.look import Look
from engine.i18n import tr
from engine.workspace.workspace import Workspace

FIRST_SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """Attributes: workspace (None until one is read), editor (the one on show, None while the list shows),
    editors (all open ones), service (engine), engine_shown (what it says); campaigns, templates,
    open_campaigns, runs, publishing, versions, workspaces, exports, appearance, dialogs, opening, recovery,
    servers (what can be done, by topic); recent, preferences, look, actions_, tabs, navigation (the places of
    the first tab), list_page, toast, tour; has_begun (what the program starts with is on show, or being
    read).

    Signals: `painted()`, once, after the first paint; `ready()`: a workspace is on show; `ending()`: nothing
    stops the window from closing any more.
    """

    painted = Signal()
    ready = Signal()
    ending = Signal()

    def __init__(self, look: Look, preferences: Preferences) -> None:
        super().__init__()
        self.look: Look = look
        self.preferences: Preferences = preferences
        self.campaigns: ListCommands = ListCommands(self)
        self.templates: TemplateCommands = TemplateCommands(self)
        self.open_campaigns: OpenCampaigns = OpenCampaigns(self)
        self.runs: RunCommands = RunCommands(self)
        self.publishing: PublishCommands = PublishCommands(self)
        self.engine_shown: EngineShown = EngineShown(self)
        self.versions: VersionCommands = VersionCommands(self)
        self.leaving: Leaving = Leaving(self)
        self.closing: Closing = Closing(self)
        self.workspaces: WorkspaceCommands = WorkspaceCommands(self)
        self.exports: ExportCommands = ExportCommands(self)
        self.appearance: Appearance = Appearance(self)
        self.dialogs: Dialogs = Dialogs(self)
        self.opening: Opening = Opening(self)
        self.recent: RecentFiles = RecentFiles(self)
        self.recovery: RecoveryCommands = RecoveryCommands(self)
        self.servers: Servers = Servers(self)
        self.workspace_watch: WorkspaceWatch = WorkspaceWatch(self)
        self.workspace: Workspace | None = None
        self.service: EngineService | None = None
        self.tabs: Tabs = Tabs(look)
        self.setCentralWidget(self.tabs)  # while it is empty: each widget that moves with all in it costs
        self._loaded: Loaded | None = None
        self._may_close = False
        self._painted = self.has_begun = False
        self.actions_ = Actions(self, look)
        self.list_page: CampaignListPage = CampaignListPage(look, self.actions_, self.tabs.home)
        self.toast = Toast(self, look)
        self.composing = Composing(self)
        self.error_ring = ErrorRing(look, self)
        self.reopening = Reopening(self)
        self.tour: Tour = Tour(self)
        self.drop = FileDrop(
            self, look, self.opening.refusal, self.opening.invitation, self.opening.open_path
        )
        self.painted.connect(self.drop.start)
        self.navigation: Navigation = Navigation(self)
        self.list_page.follow_servers(self)
        self.tabs.current_changed.connect(self._on_tab_changed)
        self.tabs.close_asked.connect(self.open_campaigns.ask_to_close)
        self.list_page.opened.connect(self.open_campaigns.on_row_opened)
        self.list_page.selection_changed.connect(self.actions_.refresh)
        self.list_page.table.hide_columns(preferences.hidden_columns)
        self.list_page.table.columns_changed.connect(self._on_columns_changed)
        self.resize(*(preferences.size or FIRST_SIZE))
        if preferences.maximized:
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.actions_.apply_shortcuts(preferences.shortcuts)
        self.show_title()

    # The workspace and its list ----------------------------------------------------------------------------

    @property
    def editor(self) -> EditorPage | None:
        return self.tabs.current

    @property
    def editors(self) -> tuple[EditorPage, ...]:
        return self.tabs.pages

    @property
    def the_editor(self) -> EditorPage:
        assert self.editor is not None
        return self.editor

    def load(self, folder: Path, then: Callable[[], None] | None = None) -> None:
        """Show another workspace."""
        self.workspaces.load(folder, then)

    @property
    def list_shown(self) -> bool:
        """Whether the campaign list is on show, and its selected campaign at hand."""
        return self.editor is None and self.tabs.home.currentWidget() is self.list_page

    def reload(self, select: Path | None = None) -> None:
        """Read the workspace's files again, and select the campaign of a file."""
        workspace = self.workspace
        if workspace is None:
            return

        def show(loaded: Loaded) -> None:
            if self.workspace is not workspace:
                return  # the window closed, or went on to another workspace, while the files were read
            self.show_rows_of(loaded)
            if select is not None:
                self.list_page.select(select)

        tasks.run(partial(loading.reload, workspace), show, self.show_error)

    def show_loaded(self, loaded: Loaded) -> None:
        """Show a workspace that was read in the place of the one before, and look for its engine."""
        self.closing.call_off()  # it waits for the engine of the one before
        self.open_campaigns.close_all()
        self.workspace = loaded.workspace
        self.dialogs.hide_start_page()
        self._end_service()
        self.toast.hide()  # what it says is of the workspace before
        self.service = self.runs.make_service(loaded.workspace.folder)
        self.engine_shown.follow(self.service)
        person_choice.use(people_finder(self.service), get_person(self.service))
        self.service.begin(start=self.runs.engine_has_data(loaded.workspace.folder))
        self.show_rows_of(loaded)
        self.list_page.table.selectRow(0)
        self.navigation.go(CAMPAIGNS)
        self.preferences.workspace = loaded.workspace.folder
        self.recent.remember_workspace(loaded.workspace.folder, loaded.workspace.settings.name)
        self.show_title()
        self.ready.emit()

    def show_rows_of(self, loaded: Loaded) -> None:
        """Show the campaigns of a workspace that was read, or read again."""
        self._loaded = loaded
        rows = self._with_runs(loaded.rows)
        folders = loaded.workspace.catalog.folders
        self.list_page.show_campaigns(loaded.workspace, rows, loaded.broken, folders)
        self.navigation.show_workspace(loaded.workspace)
        self.actions_.refresh()

    def rows(self) -> list[Row]:
        """Every campaign of the workspace with its status."""
        if self._loaded is None:
            return []
        return self._with_runs(self._loaded.rows)

    def _with_runs(self, rows: Sequence[Row]) -> list[Row]:
        return with_runs(rows, self.service.runs if self.service else {}, self.engine_shown.otherwise)

    def allowed(self) -> frozenset[May]:
        """What may be done with the campaign at hand: the open one, else the selected one."""
        if self.editor is not None:
            return self.editor.allowed()
        return self.list_page.allowed() if self.list_shown else frozenset()

    # The campaign at hand -----------------------------------------------------------------------------------

    def open_selected(self) -> None:
        if (row := self.list_page.selected()) is not None:
            self.open_campaigns.open_row(row, read_only=False)

    def view_selected(self) -> None:
        if (row := self.list_page.selected()) is not None:
            self.open_campaigns.open_row(row, read_only=True)

    def edit_attributes(self) -> None:
        if self.editor is not None:
            self.editor.edit_attributes()
        else:
            self.campaigns.edit_attributes()

    def _on_tab_changed(self) -> None:
        """Another campaign is on show, or the list: what follows the one on show follows it."""
        self.watch_shown()
        if self.editor is None and not self._may_close:
            self.reload()
            self.navigation.enter()
        self.actions_.refresh()
        self.show_title()

    def watch_shown(self) -> None:
        """Ask for the live counts of the campaign on show, of those that its page wants."""
        if self.service is not None:
            self.service.watch(Watched() if self.editor is None else self.editor.running.watched)

    # What is shown of the window itself ---------------------------------------------------------------------

    def find_something(self) -> None:
        """Find a component in the open campaign, or a campaign in the list."""
        if self.editor is not None:
            self.editor.finding.open()
        else:
            self.campaigns.focus_search()

    def show_menu(self) -> None:
        menu = self.actions_.menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._menu_place(menu.sizeHint().width()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.actions_.retranslate()
            self.navigation.retranslate()
            self.show_title()
            self.toast.hide()  # it speaks the language of before

    def show_error(self, error: Exception) -> None:
        """Say what went wrong, of a file also where, without stopping anything."""
        if self._may_close:
            return  # work that ends after the window has nobody to tell
        self.toast.show_message(error_words(error), tone="danger")

    def _menu_place(self, width: int) -> QPoint:
        corner = self.mapToGlobal(self.rect().topRight())
        grid = self.look.sizes.grid
        return QPoint(corner.x() - width - grid, corner.y() + self.look.sizes.top_bar)

    def show_title(self) -> None:
        if self.editor is not None:
            where = self.editor.title
        else:
            where = self.workspace.settings.name if self.workspace is not None else ""
        program = tr("Campaign Canvas")
        self.setWindowTitle(f"{where}[*] — {program}" if where else f"{program}[*]")
        self.setWindowModified(
            self.editor is not None and self.editor.unsaved()
        )  # others say so in their tabs

    def _on_columns_changed(self, hidden: list[str]) -> None:
        self.preferences.hidden_columns = hidden
        self.preferences.save()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        self.painted.emit()
        self.has_begun = True

    # The end ------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            self.closing.begin()
        if self._may_close:  # by now: Qt does not close a window anew that is being closed
            super().closeEvent(event)
        else:
            event.ignore()

    def close_without_asking(self) -> None:
        """The end: remember the window's place, let go of everything, close."""
        self._may_close = True
        self.workspaces.reading = None  # it is not waited for any more
        self.reopening.end()
        self.preferences.maximized = self.isMaximized()
        normal = self.normalGeometry().size()
        self.preferences.size = normal.width(), normal.height()
        self.preferences.save()
        self._end_service()  # first: nothing is asked of it while the tabs go
        self.open_campaigns.close_all()
        self.recovery.close()
        self.workspace_watch.close()
        self.close()
        self.workspace = None  # what was read for it meanwhile is for nobody any more

    def _end_service(self) -> None:
        if self.service is not None:
            self.service.close()
            self.service.deleteLater()
            self.service = None
