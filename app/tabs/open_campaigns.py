"""The campaigns that are open, each in a tab: opened, gone back to, left and closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app import tasks
from app.campaign_list.rows import Row
from app.campaign_list.status import Status
from app.editor.page import EditorPage
from app.editor.parts import Parts, making_parts
from app.publishing.versions import ShownVersion
from app.tabs.leaving import NOTHING, Agreed, ask_to_leave, at_stake, is_agreed
from canvas_widgets.clearing import clear_away
from canvas_widgets.collector import keep_large, let_go
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.notes import Group
from engine.i18n import tr
from engine.steps import Steps
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

T = TypeVar("T")

EDITED = frozenset({Status.UNKNOWN, Status.DRAFT, Status.NOT_STARTED})
"""What is opened for editing; all else is looked at first."""


def _nothing() -> None: ...


class OpenCampaigns:
    """Opens campaigns in tabs, once each, and closes them; asks first where something would be lost."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def find(self, path: Path | None) -> EditorPage | None:
        """The tab of a campaign's file, if it is open."""
        pages = self._window.editors
        return next((page for page in pages if path is not None and page.session.path == path), None)

    # Opening

    def open_row(self, row: Row, *, read_only: bool, then: Callable[[], None] = _nothing) -> None:
        """Go to the campaign's tab, or read it in the background and open one; says why where it cannot."""

        def fail(error: Exception) -> None:
            self._window.show_error(error)
            self._window.reload()

        if self._went_to(row.path, read_only):
            then()
        else:
            self._read(row.path, lambda _document: read_only, then, fail)

    def open_file(self, path: Path, then: Callable[[], None] = _nothing) -> None:
        """Open a file of the workspace, whether the list has read it or not: what runs is only looked at.

        `then` is called when it is on show, or could not be read.
        """

        def looked_at(document: CampaignDocument) -> bool:
            return self._window.engine_shown.status_of(document) not in EDITED

        def fail(error: Exception) -> None:
            self._window.show_error(error)
            then()

        if self._went_to(path, read_only=True):
            then()
        else:
            self._read(path, looked_at, then, fail)

    def _read(
        self,
        path: Path,
        looked_at: Callable[[CampaignDocument], bool],
        then: Callable[[], None],
        fail: Callable[[Exception], None],
    ) -> None:
        """Open a tab with what stands in a file; `looked_at` says whether only for viewing."""

        def show(document: CampaignDocument) -> None:
            steps = self._opening(self._window.workspace, document, path, looked_at(document))
            tasks.run_in_slices(steps, None, lambda _nothing: then())

        tasks.run(partial(_loaded, path), self.while_here(path, show), fail)

    def _opening(
        self, workspace: Workspace | None, document: CampaignDocument, path: Path, read_only: bool
    ) -> Steps[None]:
        """Making the page and showing it take more than a turn of the event loop may."""

        def is_wanted() -> bool:
            """Still: the workspace may change meanwhile, or the campaign be asked for once more."""
            return self._window.workspace is workspace and not self._went_to(path, read_only)

        if not is_wanted():
            return
        parts = yield from making_parts(self._window, document, path, read_only=read_only)
        yield
        if not is_wanted():
            parts.close()
            return
        page = self._page(document, path, read_only=read_only, parts=parts)
        yield
        if is_wanted():
            self._show(page)
        else:
            page.close_session()
            page.deleteLater()

    def while_here(self, path: Path, show: Callable[[T], object]) -> Callable[[T], None]:
        """Show what was read only as long as the workspace is on show that it was read for; else say so."""
        window, workspace = self._window, self._window.workspace

        def show_here(found: T) -> None:
            if window.workspace is workspace:
                show(found)
            else:
                text = tr("{file} was not opened: another workspace is on show by now.", file=path.name)
                window.toast.show_message(text, tone="warn")

        return show_here

    def on_row_opened(self, row: Row) -> None:
        """A row of the list was activated: what runs is only looked at."""
        if row.error is not None:
            self.open_file(row.path)  # somebody may have mended it meanwhile
        else:
            self.open_row(row, read_only=row.status not in EDITED)

    def open_document(
        self,
        document: CampaignDocument,
        path: Path | None,
        *,
        read_only: bool = False,
        version: ShownVersion | None = None,
    ) -> None:
        """Show a campaign in a tab of its own; `path` None where it was never saved, or for a version."""
        self._show(self._page(document, path, read_only=read_only, version=version))

    def _page(
        self,
        document: CampaignDocument,
        path: Path | None,
        *,
        read_only: bool,
        version: ShownVersion | None = None,
        parts: Parts | None = None,
    ) -> EditorPage:
        page = EditorPage(self._window, document, path, read_only=read_only, version=version, parts=parts)
        page.unsaved_changed.connect(partial(self._on_unsaved_changed, page))
        return page

    def _show(self, page: EditorPage) -> None:
        window, session = self._window, page.session
        window.tabs.add(page)
        window.engine_shown.show_run(page)
        if rows := window.versions.known(session.document.attributes.id):
            page.running.show_versions(rows)
        if window.service is not None:
            page.show_engine(window.service.situation)
        page.begin()
        if session.path is not None:
            window.recent.remember_campaign(session.path, session.document.attributes.name)
        window.actions_.refresh()

    def edit_viewed(self) -> None:
        """Open for editing what is on show for viewing."""
        page = self._window.the_editor
        row = next((row for row in self._window.rows() if row.path == page.session.path), None)
        if row is not None:
            again = partial(self._select, page.scene.chosen)
            self.open_row(row, read_only=False, then=again)

    def _select(self, chosen: Group) -> None:
        """Select what was selected before the campaign was opened anew, so far as it is still there."""
        scene = self._window.the_editor.scene
        if scene.is_loaded:
            scene.select(chosen.nodes, chosen.notes)
        else:
            scene.loaded.connect(partial(scene.select, chosen.nodes, chosen.notes))

    def _went_to(self, path: Path, read_only: bool) -> bool:
        """Whether there was a tab to go to. One that is only looked at gives way to one for editing."""
        page = self.find(path)
        if page is not None and page.read_only and not read_only:
            self.close(page)
            return False
        if page is not None:
            self._window.tabs.show_page(page)
        return page is not None

    def _on_unsaved_changed(self, page: EditorPage) -> None:
        if page in self._window.editors:
            self._window.tabs.show_name(page)
            self._window.show_title()

    # Closing

    def back(self) -> None:
        """Close the campaign on show and go to the list; asks first where something would be lost."""
        page = self._window.editor
        if page is not None:
            self.leave([page], partial(self.close, page, to_list=True))

    def ask_to_close(self, page: EditorPage) -> None:
        """Close a tab and show its neighbour; asks first where something would be lost."""
        self.leave([page], partial(self.close, page))

    def close(self, page: EditorPage, *, to_list: bool = False) -> None:
        """Close a tab without asking."""
        window = self._window
        current = window.editor
        shown = window.tabs.neighbour(page) if current is page else current
        path = page.session.path
        if path is not None:
            window.recent.remember_campaign(path, page.session.document.attributes.name)
        page.close_session()
        window.tabs.remove(page, None if to_list else shown)
        gone = partial(_let_go, page, len(page.scene.cards))
        clear_away(page.scene, partial(page.outline.clear_away, gone))
        if window.editor is None:
            window.reload(select=path)

    def close_all(self) -> None:
        """Close every tab without asking."""
        self._window.tabs.show_page(None)
        for page in self._window.editors:
            page.close_session()
            self._window.tabs.remove(page, None)
            _let_go(page, len(page.scene.cards))

    def leave(
        self, pages: Sequence[EditorPage], leave: Callable[[], object], agreed: Agreed = NOTHING
    ) -> None:
        """Leave these campaigns at once, or ask, once for all, what becomes of what is not saved.

        What may be lost as it is `agreed` is not asked about.
        """
        pages = [page for page in pages if page in self._window.editors]
        saving = next((page.session for page in pages if page.session.saving), None)
        if saving is not None:
            saving.when_saved(partial(self.leave, pages, leave, agreed))
            return
        unsaved = [page for page in pages if not is_agreed(agreed, page, at_stake(page))]
        if not unsaved:
            leave()
            return
        self._window.tabs.show_page(unsaved[0])

        def save() -> None:
            given_up: Agreed = {
                **agreed,
                **{page: dict[str, object](page.panel.inputs()) for page in unsaved},
            }
            self._save_and(unsaved, partial(self.leave, pages, leave, given_up))

        ask_to_leave(self._window, unsaved, leave, save)

    def leave_all(self, leave: Callable[[], object], agreed: Agreed = NOTHING) -> None:
        """As `leave`, for every open campaign."""
        self.leave(self._window.editors, leave, agreed)

    def _save_and(self, pages: Sequence[EditorPage], leave: Callable[[], object]) -> None:
        """Save each; one that cannot be saved is shown, and nothing is left."""
        if not pages:
            leave()
            return
        page, *others = pages
        if not page.save(partial(self._save_and, others, leave)):
            self._window.tabs.show_page(page)


def _loaded(path: Path) -> CampaignDocument:
    """What stands in a file. It lives long: no collection in the window's thread goes through it."""
    document = campaign_file.load(path)
    keep_large(len(document.nodes))
    return document


def _let_go(page: EditorPage, cards: int) -> None:
    page.deleteLater()
    let_go(cards)
