"""A campaign of a server as it was published, only looked at, with its live counts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from app.campaign_list.status import status_of
from app.engine.situation import Counts
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.moments import told
from canvas_widgets.looking import LookingView
from canvas_widgets.scene import CampaignScene
from engine.campaign.layout import complete
from engine.i18n import tr
from engine.shapes.time import instant
from engine.workspace.bundle import Bundle

if TYPE_CHECKING:
    from app.servers.campaigns import ServerCampaigns
    from app.window import MainWindow
    from engine.server.wire.campaigns import Campaign


class LookDialog(QDialog):
    """Follows the server's word on the campaign while it is open. Attributes: scene, figures."""

    def __init__(self, window: MainWindow, url: str, campaign: Campaign, bundle: Bundle) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(campaign.name)
        self._url, self._id = url, campaign.id
        self._version = campaign.version
        assert window.workspace is not None
        self._zone = ZoneInfo(window.workspace.settings.time_zone)
        self._campaigns: ServerCampaigns = window.servers.campaigns
        document = bundle.campaign.copy()
        complete(document)
        self.scene = CampaignScene(document, bundle, window.look)
        self.scene.setParent(self)
        self.view = LookingView(self.scene, window.look)
        self.view.setAccessibleName(campaign.name)
        self.figures = label("muted", wrap=True)
        grid = window.look.sizes.grid
        layout = dialog_column(self, campaign.name)
        layout.addWidget(self.figures)
        layout.addWidget(self.view, 1)
        close = button("primary", self.accept, tr("Close"))
        layout.addLayout(button_row(close))
        self.resize(140 * grid, 84 * grid)
        self.scene.loaded.connect(self.view.begin)
        self.scene.start_loading()
        self._campaigns.watch(url, campaign.id, self.show_counts)
        self._campaigns.changed.connect(self._follow)
        self.finished.connect(self._on_finished)
        self._follow()
        close.setFocus()

    def show_counts(self, counts: Counts) -> None:
        """Live counts on cards and lines."""
        self.scene.set_counts(counts, in_slices=True)

    def _follow(self) -> None:
        found = self._campaigns.get(self._url, self._id)
        if found is None:
            self.figures.setText(tr("It is no longer on the server."))
            return
        parts = [
            str(status_of(found.status, found.backlog).label),
            tr("Version {version}", version=found.version),
            tr("published {time}", time=told(instant(found.version_published_at), self._zone)),
            tr("{n:,} entered", n=found.entries),
            tr("{n:,} inside", n=found.inside),
        ]
        if found.version != self._version:
            parts.append(tr("Version {version} is shown here.", version=self._version))
        words, trouble = " · ".join(parts), self._campaigns.states[self._url].trouble
        if trouble:
            words = "\n".join([words, tr("{reason} This is what it said last.", reason=trouble)])
        self.figures.setText(words)

    def _on_finished(self) -> None:
        self._campaigns.changed.disconnect(self._follow)
        self._campaigns.watch("", "", None)
        self.scene.close()
