"""Looking for unsaved work, and what becomes of it: restored, restored as a copy, discarded, or kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app import tasks
from app.campaign_list import loading
from app.recovery.dialog import RecoveryDialog
from app.widgets.ask import Choice, Question, ask
from engine.campaign.differences import ops_between
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.i18n import Message, tr
from engine.workspace.offers import Offer, Standing, offers
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow


class RecoveryCommands:
    """Attributes: offers (what is not decided yet; each is held, so that nobody else offers it), dialog."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.offers: list[Offer] = []
        self.dialog: RecoveryDialog | None = None
        window.ready.connect(self.look)

    def look(self) -> None:
        """Look for unsaved work in the workspace that is on show, in the background; offer what there is."""
        self.close()
        workspace = self._window.workspace
        assert workspace is not None
        tasks.run(partial(offers, workspace), partial(self._on_found, workspace), self._window.show_error)

    def show(self) -> None:
        """Offer what is not decided yet."""
        if self.dialog is not None:
            self.dialog.raise_()
        elif self.offers:
            self.dialog = RecoveryDialog(self._window, self)
            self.dialog.finished.connect(self._on_closed)
            self.dialog.open()

    def restore(self, offer: Offer) -> None:
        """Open the campaign with the unsaved work, as one step that undo takes back."""
        if offer.unsaved is None or not self._leaves_room(offer):
            return
        window, document = self._window, offer.unsaved.document
        if offer.on_disk is None:
            window.open_campaigns.open_document(document, offer.path)
            window.the_editor.session.missing = offer.standing is Standing.GONE
        else:
            on_disk = offer.on_disk.copy()
            on_disk.origin = offer.on_disk.origin
            window.open_campaigns.open_document(on_disk, offer.path)
            ops = ops_between(on_disk, document)
            window.the_editor.push(Edit(ops, Message("Restore unsaved work")))
            window.the_editor.safekeeping.watch.look()  # the file may have changed since it was compared
        self._go_on_in_editor(offer)

    def restore_copy(self, offer: Offer) -> None:
        """Open the unsaved work as a campaign of its own, and leave the file alone."""
        workspace = self._window.workspace
        if offer.unsaved is None or workspace is None:
            return
        name = tr("Copy of {name}", name=offer.name)[:50]
        document: CampaignDocument = loading.new_document(workspace, offer.unsaved.document, name, "")
        self._window.open_campaigns.open_document(document, None)
        self._go_on_in_editor(offer)

    def ask_discard(self, offer: Offer) -> Question:
        """Ask, then delete the unsaved work for good."""
        title = tr("Discard the unsaved work on “{name}”?", name=offer.name)
        text = tr("It is deleted for good. The campaign's file stays as it is.")
        parent = self.dialog or self._window
        return ask(parent, title, text, Choice(tr("Discard"), partial(self._discard, offer), "danger"))

    def close(self) -> None:
        """Leave what is not decided for the next time."""
        for offer in self.offers:
            offer.left.release()
        self.offers = []
        if self.dialog is not None:
            self.dialog.reject()

    def _on_found(self, workspace: Workspace, found: list[Offer]) -> None:
        if self._window.workspace is not workspace:  # another one was opened meanwhile
            for offer in found:
                offer.left.release()
            return
        self.offers = found
        self._window.actions_.refresh()
        self.show()

    def _leaves_room(self, offer: Offer) -> bool:
        """Close the campaign's tab if it is open; says so, and leaves it, where it has changes of its own."""
        page = self._window.open_campaigns.find(offer.path)
        if page is not None and page.unsaved():
            text = tr("“{name}” is open and has changes. Save or drop them first.", name=offer.name)
            self._window.toast.show_message(text, tone="danger")
            return False
        if page is not None:
            self._window.open_campaigns.close(page)
        return True

    def _go_on_in_editor(self, offer: Offer) -> None:
        assert offer.unsaved is not None
        page = self._window.the_editor
        page.safekeeping.restore(offer.unsaved.inputs)
        page.session.keeper.replace(offer.left)
        page.session.dirty_changed.emit()
        if offer.unsaved.inputs:
            page.scene.loaded.connect(partial(page.show_node, min(offer.unsaved.inputs)))
        self._window.toast.show_message(tr("Restored. Save the draft to keep it."))
        self._settled(offer)

    def _discard(self, offer: Offer) -> None:
        offer.left.remove()
        self._settled(offer)

    def _settled(self, offer: Offer) -> None:
        self.offers.remove(offer)
        self._window.actions_.refresh()
        if self.dialog is not None:
            self.dialog.show_offers(self.offers)

    def _on_closed(self) -> None:
        self.dialog = None
