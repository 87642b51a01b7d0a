"""The preferences: pages of choices that count at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget

from app.language import Retranslated
from app.settings.general import GeneralPage
from app.settings.keyboard import KeyboardPage
from app.widgets.basic import button, label
from app.widgets.dialog import dialog_column
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow


class PreferencesDialog(Retranslated, QDialog):
    """There is nothing to confirm: what is chosen is in force."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.general = GeneralPage(window)
        self.keyboard = KeyboardPage(window)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.general, "")
        self.tabs.addTab(self.keyboard, "")
        self._title = label("title")
        self._close = button("", self.accept)
        self._close.setAutoDefault(False)  # Enter belongs to the fields
        grid = window.look.sizes.grid
        layout = dialog_column(self)
        layout.addWidget(self._title)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(76 * grid, 72 * grid)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Preferences"))
        self._title.setText(tr("Preferences"))
        self.tabs.setTabText(0, tr("General"))
        self.tabs.setTabText(1, tr("Keyboard"))
        self._close.setText(tr("Close"))
