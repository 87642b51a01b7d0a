"""The versions of a campaign on a server: who published which, what each changed, and publishing one anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app.widgets import moments
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.paged_table import PagedTable
from canvas_widgets.look import Look
from engine.i18n import N_, tr
from engine.server.wire.campaigns import Changes, Version
from engine.shapes.time import instant

_CHANGES = {"added": N_("Added"), "removed": N_("Removed"), "changed": N_("Edited")}


class VersionsDialog(QDialog):
    """The newest first.

    `changes_of(version)` is called for what it changed, which `show_changes` then shows; `publish(version)`
    to publish it anew. Attributes: table, changes, again (the button).
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        name: str,
        versions: Sequence[Version],
        zone: ZoneInfo,
        *,
        changes_of: Callable[[int], None],
        publish: Callable[[int], None],
        may_publish: bool,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = tr("Versions of “{name}”", name=name)
        self.setWindowTitle(title)
        self._versions = sorted(versions, key=lambda one: -one.version)
        self._changes_of, self._publish, self._may = changes_of, publish, may_publish
        grid = look.sizes.grid
        self.table = PagedTable(5)
        self.table.set_titles(
            title, (tr("Version"), tr("Published by"), tr("Published at"), tr("Entered"), tr("Inside"))
        )
        self.table.add([_row(one, zone) for one in self._versions], more=False)
        self.heading = label("strong", wrap=True)
        self.changes = QPlainTextEdit(readOnly=True)
        self.changes.setTabChangesFocus(True)
        self.changes.setAccessibleName(tr("What has changed"))
        self.again = button("", self._on_publish, tr("Publish anew…"))
        layout = dialog_column(self, title)
        layout.addWidget(self.table, 1)
        layout.addSpacing(grid)
        layout.addWidget(self.heading)
        layout.addWidget(self.changes, 1)
        layout.addSpacing(grid)
        close = button("primary", self.accept, tr("Close"))
        layout.addLayout(button_row(self.again, close))
        self.resize(96 * grid, 76 * grid)
        self.table.table.selectRow(0)
        self.table.table.itemSelectionChanged.connect(self.refresh)
        self.table.setFocus()

    def show_changes(self, version: int, changes: Changes) -> None:
        """What a version changed, where it is still the one that is selected."""
        if version == self._selected.version:
            lines = []
            for node in changes.nodes:
                lines.append(f"{node.title} – {tr(_CHANGES[node.change])}")
                lines += [f"    {detail}" for detail in node.details]
            lines += [f"{one.name} – {tr(_CHANGES[one.change])}" for one in changes.objects]
            self.changes.setPlainText("\n".join(lines) or tr("Nothing is different."))

    @property
    def _selected(self) -> Version:
        selected = self.table.selected()
        return self._versions[selected[0] if selected else 0]

    def refresh(self) -> None:
        """Ask for what the selected one changed."""
        one = self._selected
        self.again.setEnabled(self._may and not one.current)
        self.changes.clear()
        self.changes.setVisible(one.version != self._versions[-1].version)
        if one.version == self._versions[-1].version:
            self.heading.setText(tr("Version {version} is the first.", version=one.version))
        else:
            self.heading.setText(tr("What version {version} changed", version=one.version))
            self._changes_of(one.version)

    def _on_publish(self) -> None:
        self.accept()
        self._publish(self._selected.version)


def _row(one: Version, zone: ZoneInfo) -> tuple[str, ...]:
    number = tr("{version} (current)", version=one.version) if one.current else str(one.version)
    time = moments.shown(instant(one.published_at), zone)
    return number, one.published_by or "", time, f"{one.entries:,}", f"{one.inside:,}"
