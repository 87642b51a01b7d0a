"""What the list does with campaigns: make, copy, delete, give other attributes."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtWidgets import QApplication

from app import tasks
from app.campaign_list import loading
from app.campaign_list.rows import Row
from app.editor.attributes import attributes_dialog
from app.widgets.ask import Choice, Question, ask
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import prefill, set_attributes
from engine.campaign.model import Attributes
from engine.files import FileError, remove
from engine.i18n import current_language, tr
from engine.workspace.campaigns import FileChangedError
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.campaign_list.gallery import Gallery, Start
    from app.window import MainWindow


class ListCommands:
    """The commands of the campaign list, on its selected row."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._copying = threading.Lock()

    def new_campaign(self) -> Gallery:
        """Show what a campaign can start from; choosing opens the editor."""
        from app.campaign_list.gallery import Gallery
        from app.campaign_list.templates import shipped_starts

        gallery = Gallery(self._window, self._window.look, shipped_starts(current_language()), self.begin)
        templates, show = self._window.templates, partial(self._show_own, gallery)
        gallery.rename_asked = lambda own: templates.rename(gallery, own, show)
        gallery.delete_asked = lambda own: templates.ask_delete(gallery, own, show)
        gallery.open()
        show()
        return gallery

    def _show_own(self, gallery: Gallery) -> None:
        """Read the workspace's own templates in the background, for they may be many and large."""
        from app.campaign_list.templates import own_starts

        assert self._window.workspace is not None

        def show(found: tuple[list[Start], list[FileError]]) -> None:
            if shiboken6.isValid(gallery):
                gallery.show_own(*found)

        folder = self._window.workspace.templates_folder
        tasks.run(partial(own_starts, folder, current_language()), show, self._window.show_error)

    def begin(self, start: Start) -> None:
        """Open a new campaign in the editor. Nothing is on disk before it is saved."""
        window = self._window
        assert window.workspace is not None
        name = start.name if start.id is not None else tr("New campaign")
        taken = window.workspace.other_campaign_names("")  # on disk; others are only open yet
        taken |= {page.session.document.attributes.name for page in window.editors}
        name = loading.free_name(name, taken)
        group = window.list_page.sidebar.group or ""
        document = loading.new_document(window.workspace, start.document, name, group)
        accounts = {id: file.kind for id, file in window.workspace.accounts.items()}
        prefill(document, window.workspace, accounts)
        window.open_campaigns.open_document(document, None)

    def copy_selected(self) -> None:
        """Save a copy as a draft of its own, and select it."""
        row, window = self._row(), self._window
        workspace = window.workspace
        assert workspace is not None

        def work() -> Path:
            with self._copying:  # two of the same would take the same name
                return workspace.save_campaign(loading.copied(workspace, row))

        def show(path: Path) -> None:
            if window.workspace is workspace:
                window.reload(select=path)
            window.toast.show_message(tr("Copied “{name}”.", name=row.name))

        tasks.run(work, show, self._show_failure)

    def delete_selected(self) -> Question:
        """Ask, then delete the file and, where it was published, what the engine has of it."""
        row = self._row()
        text = (
            tr("The file {file} will be deleted.", file=row.path.name)
            if row.run is None
            else tr("The file {file}, its runs and its counts will be deleted.", file=row.path.name)
        )
        page = self._window.open_campaigns.find(row.path)
        if page is not None and page.unsaved():
            text = " ".join([text, tr("It is open, with changes that are not saved.")])
        title = tr("Delete “{name}”?", name=row.name)
        delete = Choice(tr("Delete"), partial(self._delete, row), "danger")
        return ask(self._window, title, text, delete)

    def focus_search(self) -> None:
        self._window.list_page.focus_search()

    def edit_attributes(self) -> None:
        """Read the campaign and show the form; OK saves the file."""
        row, window = self._row(), self._window
        if not self._edited_in_tab(row):
            show = window.open_campaigns.while_here(row.path, partial(self._show_attributes, row))
            tasks.run(partial(campaign_file.load, row.path), show, window.show_error)

    def _edited_in_tab(self, row: Row) -> bool:
        """Whether it is open for editing: it may have changes, and this becomes one of them, in its tab."""
        page = self._window.open_campaigns.find(row.path)
        if page is None or page.read_only:
            return False
        self._window.tabs.show_page(page)
        page.edit_attributes()
        return True

    def _show_attributes(self, row: Row, document: CampaignDocument) -> None:
        window = self._window
        if QApplication.activeModalWidget() is not None or self._edited_in_tab(row):
            return  # something else was begun meanwhile
        assert window.workspace is not None
        save = partial(self._save, row, window.workspace, document)
        attributes_dialog(window, window.look, window.workspace, document, save).open()

    def _save(
        self, row: Row, workspace: Workspace, document: CampaignDocument, attributes: Attributes
    ) -> None:
        page = self._window.open_campaigns.find(row.path)
        if page is not None and not page.read_only:  # opened meanwhile
            self._window.tabs.show_page(page)
            page.push(set_attributes(page.session.document, attributes))
            return

        def work() -> None:
            document.apply(set_attributes(document, attributes).ops)
            workspace.save_campaign(document, row.path, unless_changed=True)

        def fail(error: Exception) -> None:
            if isinstance(error, FileChangedError):
                self._ask_to_save(row, workspace, attributes)
            else:
                self._show_failure(error)

        tasks.run(work, lambda _: self._on_saved(row), fail)

    def _ask_to_save(self, row: Row, workspace: Workspace, attributes: Attributes) -> None:
        """Others changed the file: ask, and then give what stands there now the new attributes."""
        window = self._window

        def save() -> None:
            again = partial(self._save, row, workspace)
            tasks.run(
                partial(campaign_file.load, row.path),
                lambda document: again(document, attributes),
                window.show_error,
            )

        title = tr("Save the attributes nevertheless?")
        text = tr(
            "“{name}” was changed on disk since you opened it. The other changes stay; only the attributes "
            "become yours.",
            name=row.name,
        )
        ask(window, title, text, Choice(tr("Save the attributes"), save))

    def _on_saved(self, row: Row) -> None:
        window = self._window
        page = window.open_campaigns.find(row.path)
        if page is not None and page.read_only:
            window.open_campaigns.close(page)  # it shows what was
        elif page is not None:
            page.safekeeping.watch.look()
        window.reload()
        if row.run is not None:
            window.toast.show_message(tr("Saved. Publish again to make it the version that runs."))

    def _show_failure(self, error: Exception) -> None:
        if not isinstance(error, FileError | KeyError):
            raise error
        self._window.show_error(error)

    def _delete(self, row: Row) -> None:
        window = self._window
        if row.run is not None and window.service is not None:
            window.service.use(
                lambda client: client.delete(row.id), lambda _answer: self._remove(row), window.show_error
            )
        else:
            self._remove(row)

    def _remove(self, row: Row) -> None:
        window = self._window
        page = window.open_campaigns.find(row.path)
        if page is not None and page.session.saving:  # which would write the file again
            page.session.when_saved(partial(self._remove, row))
            return
        try:
            remove(row.path)
        except FileError as error:
            window.show_error(error)
            return
        versions = [shown for shown in window.editors if shown.shown_version is not None]
        own = [shown for shown in versions if shown.session.document.attributes.id == row.id]
        for shown in own if page is None else [page, *own]:
            window.open_campaigns.close(shown)
        window.reload()
        window.toast.show_message(tr("Deleted “{name}”.", name=row.name))

    def _row(self) -> Row:
        row = self._window.list_page.selected()
        assert row is not None  # the actions are enabled for a selected row only
        return row
