"""Somebody else has published meanwhile: what both sides changed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.publishing.changes import Changes
from app.servers.asking import Conflicting
from app.servers.words import published_words
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.differences import DifferencesView
from canvas_widgets.look import Look
from engine.i18n import ntr, quoted, tr

_NAMES = 5


class ConflictDialog(QDialog):
    """Both sides beside each other; a button calls what it says. Attributes: mine, theirs, merge (those)."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        name: str,
        found: Conflicting,
        zone: ZoneInfo,
        *,
        mine: Callable[[], None],
        theirs: Callable[[], None],
        merge: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._look, self._found = look, found
        title = tr("“{name}” was published by somebody else meanwhile", name=name)
        self.setWindowTitle(title)
        grid = look.sizes.grid
        layout = dialog_column(self, title)
        layout.addWidget(label("muted", self._sentence(zone), wrap=True))
        both = found.on_both_sides
        if both:
            text = ntr(
                "{n:,} component was changed on both sides.",
                "{n:,} components were changed on both sides.",
                both,
            )
            layout.addWidget(label("warning", text))
        sides = QHBoxLayout()
        sides.setSpacing(2 * grid)
        if found.their_changes is None:
            text = tr("What yours changes in version {version}", version=found.tag.version)
            sides.addLayout(self._side(text, found.my_changes))
        else:
            since = tr("What you changed since version {version}", version=found.base_version)
            sides.addLayout(self._side(since, found.my_changes))
            sides.addLayout(self._side(self._their_title(), found.their_changes))
        layout.addSpacing(grid)
        layout.addLayout(sides, 1)
        self.mine = button("", self._then(mine), tr("Publish mine over it…"))
        self.theirs = button("", self._then(theirs), tr("Take theirs"))
        self.merge = button("primary", self._then(merge), tr("Merge…"))
        self.merge.setDefault(True)
        for one in (self.mine, self.theirs):
            one.setAutoDefault(False)
        cancel = button("", self.reject, tr("Cancel"))
        cancel.setAutoDefault(False)
        layout.addSpacing(grid)
        layout.addLayout(button_row(cancel, self.theirs, self.mine, self.merge))
        self.resize(120 * grid, 76 * grid)
        self.merge.setFocus()

    def _sentence(self, zone: ZoneInfo) -> str:
        version = published_words(self._found.tag, zone)
        if self._found.base_version is None:
            return tr("There is {version}. Which one yours follows is not known.", version=version)
        return tr(
            "There is {version}. Yours follows version {base}.",
            version=version,
            base=self._found.base_version,
        )

    def _their_title(self) -> str:
        tag = self._found.tag
        if tag.published_by is None:
            return tr("What version {version} changed", version=tag.version)
        return tr("What {user} changed in version {version}", user=tag.published_by, version=tag.version)

    def _side(self, title: str, changes: Changes) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(self._look.sizes.grid)
        view = DifferencesView(self._look)
        view.show_differences(changes.found)
        view.setAccessibleName(title)
        column.addWidget(label("strong", title, wrap=True))
        column.addWidget(view, 1)
        if changes.referred:
            names = quoted(changes.referred[:_NAMES])
            text = tr("Also in what it refers to: {names}. That is published as it is here.", names=names)
            column.addWidget(label("warning", text, wrap=True))
        return column

    def _then(self, chosen: Callable[[], None]) -> Callable[[], None]:
        def go() -> None:
            self.accept()
            chosen()

        return go
