"""What the list does with campaigns: make, copy, delete, give other attributes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import shiboken6

from app import tasks
from app.campaign_list import loading
from app.campaign_list.rows import Row
from app.editor.attributes import AttributesDialog, attributes_dialog
from app.widgets.ask import Choice, Question, ask
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import set_attributes
from engine.campaign.model import Attributes
from engine.files import FileError, remove
from engine.i18n import current_language, tr

if TYPE_CHECKING:
    from app.campaign_list.gallery import Gallery, Start
    from app.window import MainWindow


class ListCommands:
    """The commands of the campaign list, on its selected row."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

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
        window.open_campaigns.open_document(document, None)

    def copy_selected(self) -> None:
        """Save a copy as a draft of its own, and select it."""
        row, window = self._row(), self._window
        assert window.workspace is not None
        try:
            path = window.workspace.save_campaign(loading.copied(window.workspace, row))
        except (FileError, KeyError) as error:
            window.show_error(error)
            return
        window.reload(select=path)
        window.toast.show_message(tr("Copied “{name}”.", name=row.name))

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

    def edit_attributes(self) -> AttributesDialog | None:
        """Show the form; OK saves the file."""
        row, window = self._row(), self._window
        assert window.workspace is not None
        page = window.open_campaigns.find(row.path)
        if page is not None and not page.read_only:  # it has changes of its own: let these be one of them
            window.tabs.show_page(page)
            page.edit_attributes()
            return None
        try:
            document = window.workspace.load_campaign(row.id)
        except (FileError, KeyError) as error:
            window.show_error(error)
            return None
        dialog = attributes_dialog(
            window, window.look, window.workspace, document, partial(self._save, row, document)
        )
        dialog.open()
        return dialog

    def _save(self, row: Row, document: CampaignDocument, attributes: Attributes) -> None:
        window = self._window
        assert window.workspace is not None
        document.apply(set_attributes(document, attributes).ops)
        try:
            window.workspace.save_campaign(document, row.path)
        except FileError as error:
            window.show_error(error)
            return
        if (page := window.open_campaigns.find(row.path)) is not None:
            window.open_campaigns.close(page)  # it shows what was
        window.reload()
        if row.run is not None:
            window.toast.show_message(tr("Saved. Publish again to make it the version that runs."))

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
        if page is not None:
            window.open_campaigns.close(page)
        window.reload()
        window.toast.show_message(tr("Deleted “{name}”.", name=row.name))

    def _row(self) -> Row:
        row = self._window.list_page.selected()
        assert row is not None  # the actions are enabled for a selected row only
        return row
