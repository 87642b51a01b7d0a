"""What can be done with templates of the workspace: save a campaign as one, rename, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtWidgets import QWidget

from app import tasks
from app.widgets.ask import Choice, Question, ask
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.files import FileError
from engine.i18n import tr

if TYPE_CHECKING:
    from app.templates.dialogs import RenameTemplateDialog, SaveTemplateDialog, TemplateDialog
    from app.window import MainWindow
    from engine.workspace.own_templates import Outline, OwnTemplate


class TemplateCommands:
    """The commands on templates. `dialog`: the one to save with that was opened last."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: SaveTemplateDialog | None = None

    def save_as(self) -> None:
        """Ask what the template of the campaign at hand, open or selected, shall be."""
        window = self._window
        if window.editor is not None:
            self._prepare(_copy(window.editor.session.document))
        elif (row := window.list_page.selected()) is not None:
            prepare = window.open_campaigns.while_here(row.path, self._prepare)
            tasks.run(partial(campaign_file.load, row.path), prepare, window.show_error)

    def _prepare(self, document: CampaignDocument) -> None:
        """Look over the campaign in the background, for it may be large."""
        from engine.workspace.own_templates import outlined

        workspace = self._window.workspace
        assert workspace is not None

        def show(outline: Outline) -> None:
            if self._window.workspace is workspace:  # else it would become a template of another one
                self._open(document, outline)

        tasks.run(partial(outlined, document, workspace), show, self._window.show_error)

    def _open(self, document: CampaignDocument, outline: Outline) -> None:
        from app.templates.dialogs import SaveTemplateDialog

        dialog = SaveTemplateDialog(self._window, document.attributes.name, outline)
        dialog.asked = partial(self._save, dialog, document)
        self.dialog = dialog
        dialog.open()

    def _save(self, dialog: SaveTemplateDialog, document: CampaignDocument) -> None:
        from engine.workspace.own_templates import made_from, save_own

        workspace = self._window.workspace
        assert workspace is not None
        name, description = dialog.words.names(), dialog.words.descriptions()
        prompts, keep = dialog.keys.prompts(), dialog.keep.isChecked()

        def work() -> None:
            template = made_from(
                document,
                workspace,
                name=name,
                description=description,
                prompts=prompts,
                keep_settings=keep,
            )
            save_own(workspace.templates_folder, template)

        text = tr("Saved as a template. “{name}” stands under New campaign.", name=name.text)
        self._work(dialog, work, partial(self._window.toast.show_message, text))

    # Own templates in the gallery --------------------------------------------------------------------------

    def rename(self, parent: QWidget, own: OwnTemplate, done: Callable[[], None]) -> RenameTemplateDialog:
        """Ask for another name and description; `done` is called once they are in the file."""
        from app.templates.dialogs import RenameTemplateDialog
        from engine.workspace.own_templates import save_own

        workspace = self._window.workspace
        assert workspace is not None
        dialog = RenameTemplateDialog(parent, own.template.name, own.template.description)

        def asked() -> None:
            update = {"name": dialog.words.names(), "description": dialog.words.descriptions()}
            renamed = own.template.model_copy(update=update)
            self._work(dialog, partial(save_own, workspace.templates_folder, renamed), done)

        dialog.asked = asked
        dialog.open()
        return dialog

    def ask_delete(self, parent: QWidget, own: OwnTemplate, done: Callable[[], None]) -> Question:
        """Ask, then delete the file; `done` is called once it is gone."""
        title = tr("Delete the template “{name}”?", name=own.template.name.text)
        text = tr(
            "The file {file} will be deleted. Campaigns that were made from it stay, without its guide.",
            file=own.path.name,
        )
        return ask(parent, title, text, Choice(tr("Delete"), partial(self._delete, own, done), "danger"))

    def _delete(self, own: OwnTemplate, done: Callable[[], None]) -> None:
        from engine.workspace.own_templates import delete_own

        try:
            delete_own(own)
        except FileError as error:
            self._window.show_error(error)
            return
        done()

    def _work(self, dialog: TemplateDialog, work: Callable[[], object], done: Callable[[], object]) -> None:
        """Write in the background; the dialog closes when it is done, and says why where it cannot be."""

        def on_done(_result: object) -> None:
            if shiboken6.isValid(dialog):
                dialog.accept()
            done()

        def on_failed(error: Exception) -> None:
            if shiboken6.isValid(dialog):
                dialog.fail(error)
            else:
                self._window.show_error(error)

        tasks.run(work, on_done, on_failed)


def _copy(document: CampaignDocument) -> CampaignDocument:
    """The campaign as it is now: the open one may change while the template is being written."""
    return CampaignDocument(
        document.attributes, document.nodes, document.links, document.notes, document.layout
    )
