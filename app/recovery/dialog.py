"""The dialog that offers unsaved work: which campaigns, what is different, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QVBoxLayout

from app.campaign_list.broken import error_words
from app.language import Retranslated
from app.widgets import moments
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.differences import DifferencesView
from engine.i18n import N_, quoted, tr
from engine.workspace.offers import Offer, Standing

if TYPE_CHECKING:
    from app.recovery.commands import RecoveryCommands
    from app.window import MainWindow

_STANDINGS = {
    Standing.SAME: N_("Restoring brings these changes back; they stay unsaved until you save them."),
    Standing.CHANGED: N_(
        "The campaign's file has changed since. Restoring puts your version in place of the file's, once you "
        "save it; a copy leaves the file alone."
    ),
    Standing.GONE: N_("The campaign's file is gone. Saving what you restore writes it again."),
    Standing.UNREADABLE: N_("The campaign's file cannot be read. What you restore is saved in a new one."),
    Standing.NEW: N_("This campaign was never saved: it exists only here."),
}


class RecoveryDialog(Retranslated, QDialog):
    """One campaign at a time; closing it, by Later or Escape, keeps what is not decided.

    Attributes: campaigns (the list, hidden for a single one), view, restore, copy, discard, later (buttons).
    """

    def __init__(self, window: MainWindow, commands: RecoveryCommands) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._commands = window, commands
        self._offers: list[Offer] = []
        self.campaigns = QListWidget()
        self.campaigns.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.campaigns.currentRowChanged.connect(self._show_offer)
        self._title = label("title", wrap=True)
        self._text = label("muted", wrap=True)
        self.name = label("strong", wrap=True)
        self.kept = label("muted", wrap=True)
        self.standing = label("muted", wrap=True)
        self.trouble = label("warning", wrap=True)
        self.view = DifferencesView(window.look)
        self.discard = button("", self._on_discard)
        self.later = button("", self.reject)
        self.copy = button("", self._on_copy)
        self.restore = button("primary", self._on_restore)
        self._lay_out()
        self._offers = list(commands.offers)
        self.retranslate()
        self.restore.setDefault(True)
        self.restore.setFocus()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Unsaved work"))
        self._title.setText(tr("There is unsaved work"))
        self._text.setText(
            tr("The program ended before this was saved. Look at it, and restore what you want to keep.")
        )
        self.campaigns.setAccessibleName(tr("Campaigns with unsaved work"))
        self.discard.setText(tr("Discard…"))
        self.later.setText(tr("Later"))
        self.copy.setText(tr("Restore as a copy"))
        self.restore.setText(tr("Restore"))
        self.show_offers(self._offers)

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Show what is left to decide; closes when that is nothing."""
        self._offers = list(offers)
        if not offers:
            self.accept()
            return
        row = min(max(self.campaigns.currentRow(), 0), len(offers) - 1)
        self.campaigns.blockSignals(True)
        self.campaigns.clear()
        self.campaigns.addItems([offer.name for offer in offers])
        self.campaigns.setCurrentRow(row)
        self.campaigns.blockSignals(False)
        self.campaigns.setVisible(len(offers) > 1)
        self._show_offer(row)

    @property
    def offer(self) -> Offer:
        """What is on show."""
        return self._offers[max(self.campaigns.currentRow(), 0)]

    def _show_offer(self, row: int) -> None:
        if row < 0:
            return
        offer = self._offers[row]
        workspace = self._window.workspace
        assert workspace is not None
        zone = ZoneInfo(workspace.settings.time_zone)
        self.name.setText(offer.name)
        self.kept.setText(tr("Last kept: {time}", time=moments.told(offer.at, zone, moments.SECONDS)))
        self.kept.setToolTip(moments.hint(offer.at, zone, moments.SECONDS))
        readable = offer.unsaved is not None
        if offer.error is not None:
            self.standing.setText(error_words(offer.error))
        else:
            self.standing.setText(tr(_STANDINGS[offer.standing]))
        troubles = _troubles(offer)
        self.trouble.setText("\n".join(troubles))
        self.trouble.setVisible(bool(troubles))
        self.view.show_differences(offer.differences, offer.typed)
        self.view.setVisible(readable)
        self.restore.setEnabled(readable)
        self.copy.setVisible(readable and offer.standing is Standing.CHANGED)

    def _on_restore(self) -> None:
        self._commands.restore(self.offer)

    def _on_copy(self) -> None:
        self._commands.restore_copy(self.offer)

    def _on_discard(self) -> None:
        self._commands.ask_discard(self.offer)

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        layout = dialog_column(self)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(grid)
        body = QHBoxLayout()
        body.setSpacing(2 * grid)
        self.campaigns.setFixedWidth(26 * grid)
        body.addWidget(self.campaigns)
        side = QVBoxLayout()
        side.setSpacing(grid // 2)
        for widget in (self.name, self.kept, self.standing, self.trouble):
            side.addWidget(widget)
        side.addSpacing(grid // 2)
        side.addWidget(self.view, 1)
        body.addLayout(side, 1)
        layout.addLayout(body, 1)
        layout.addSpacing(grid)
        layout.addLayout(button_row(self.later, self.copy, self.restore, at_left=self.discard))
        self.resize(104 * grid, 68 * grid)


def _troubles(offer: Offer) -> list[str]:
    """What is not as it was, or was never part of the campaign."""
    unsaved, found = offer.unsaved, []
    if unsaved is None:
        return []
    if unsaved.cut:
        found.append(tr("The end of what was kept could not be read: the last moments are missing."))
    nodes = unsaved.document.nodes
    if unsaved.lost_inputs:
        names = quoted(nodes[id].name for id in unsaved.lost_inputs)
        found.append(tr("Lost, because it cannot be read: what stood in the panel of {names}.", names=names))
    return found
