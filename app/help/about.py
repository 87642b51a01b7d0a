"""What this program is, and where its data and preferences are."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog

from app.preferences import preferences_path
from app.widgets.basic import button, label
from app.widgets.dialog import dialog_column
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow


def program_version() -> str:
    """The installed version, or that of the checkout."""
    try:
        return version("campaign-canvas")
    except PackageNotFoundError:  # run from a checkout, which is not installed
        return "0.1.0"


class About(QDialog):
    """Version, licence and places; the texts can be selected and copied."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About Campaign Canvas"))
        grid = window.look.sizes.grid
        folder = window.workspace.folder if window.workspace is not None else ""
        lines = [
            tr("Version {version}, with Qt {qt}", version=program_version(), qt=qVersion()),
            tr("Licence: Apache-2.0"),
            tr("Workspace: {folder}", folder=folder),
            tr("Preferences: {file}", file=preferences_path()),
        ]
        layout = dialog_column(self, tr("Campaign Canvas"))
        layout.addWidget(label("muted", tr("Draw automated marketing campaigns, and watch them run.")))
        for line in lines:
            text = label("small", line, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(text)
        layout.addWidget(button("", self.accept, tr("Close")), 0, Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(window.look.sizes.panel + 16 * grid)
