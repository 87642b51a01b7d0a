"""Which of the test addresses a test goes to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context
from app.navigation.going import go_to
from app.pickers.library import id_type_name
from app.trials.new_address import NewAddress
from app.widgets import style
from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from engine.i18n import tr
from engine.workspace.workspace import Workspace

_last: dict[str, str] = {}
"""The address of each ID type that was chosen last: mostly it is one's own."""


class AddressChoice(QWidget):
    """Signal `changed()`: another address is chosen."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._id_type = ""
        self.combo = ComboBox(tr("Choose a test address"))
        self.combo.setAccessibleName(tr("Test address"))
        self.combo.chosen.connect(self._on_chosen)
        self.nothing = label("small", wrap=True)
        self.add = LinkButton(tr("Add a test address…"))
        self.add.clicked.connect(self._on_add)
        self.manage = LinkButton(tr("Open the list in Settings"))
        self.manage.clicked.connect(lambda: go_to(self, "settings", "tests"))
        links = row(spacing=2 * style.sizes().grid)
        links.addWidget(self.add)
        links.addWidget(self.manage)
        links.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.sizes().grid // 2)
        column.addWidget(self.combo)
        column.addWidget(self.nothing)
        column.addLayout(links)
        self.setFocusProxy(self.combo)

    def address(self) -> str:
        """The chosen address, "" while there is none."""
        return self.combo.value()

    def show_type(self, id_type: str) -> None:
        """Offer the addresses of an ID type, that of before first."""
        listed = [one for one in self._workspace.settings.test_addresses if one.id_type == id_type]
        known = [one.address for one in listed]
        kept = self.combo.value() if id_type == self._id_type else ""
        self._id_type = id_type
        self.combo.set_value("")
        self.combo.set_options(
            Option(one.address, f"{one.name} · {one.address}" if one.name else one.address) for one in listed
        )
        wanted = next((one for one in (kept, _last.get(id_type, "")) if one in known), "")
        self.combo.set_value(wanted or next(iter(known), ""))
        self.combo.setVisible(bool(listed))
        self.nothing.setVisible(not listed)
        kind = id_type_name(self._workspace, id_type)
        self.nothing.setText(
            tr("Tests go to test addresses only. There is none of this type yet: {type}.", type=kind)
        )

    def _on_chosen(self, address: str) -> None:
        _last[self._id_type] = address
        self.changed.emit()

    def _on_add(self) -> None:
        dialog = NewAddress(self, Context(self._workspace), self._id_type)
        dialog.created.connect(self._on_created)
        dialog.open()

    def _on_created(self, address: str) -> None:
        _last[self._id_type] = address
        self.combo.set_value("")
        self.show_type(self._id_type)
        self.changed.emit()
