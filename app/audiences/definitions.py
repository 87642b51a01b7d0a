"""The definitions that rules are made with: RFM models and statistics tables, each with where it is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.editors.base import Context
from app.language import Retranslated
from app.pickers.aipl_form import AiplDialog
from app.pickers.definition_form import DefinitionDialog
from app.pickers.rfm_form import RfmDialog
from app.pickers.table_form import TableDialog
from app.widgets.ask import Choice, ask
from app.widgets.basic import IconButton, LinkButton, button, label
from app.widgets.layouts import empty
from engine.components.base import RefKind
from engine.files import FileError
from engine.i18n import N_, tr
from engine.workspace.catalog import Catalog
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_KINDS = {
    "rfm": (N_("RFM models"), RefKind.RFM_MODEL, "rfm_models"),
    "tables": (N_("Statistics tables"), RefKind.STATISTICS_TABLE, "tables"),
}
_ABOUT = {
    "rfm": N_(
        "A model scores how recently, how often and for how much money people did something, "
        "and tells them apart in eight types."
    ),
    "tables": N_("A table sums up figures of each person's events, such as revenue by category."),
}


class DefinitionsView(Retranslated, QScrollArea):
    """Signals: `left()`; `changed()`, the catalogue has other definitions."""

    left = Signal()
    changed = Signal()

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window = window
        self.workspace = workspace
        self.kind = "rfm"
        self.back = IconButton("arrow-left", "")
        self.back.clicked.connect(self.left)
        self._title = label("strong")
        self._about = label("muted", wrap=True)
        self.new = button("", self._on_new)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(window.look.sizes.grid)
        self._lay_out()
        self.retranslate()

    def show_kind(self, kind: str) -> None:
        self.kind = kind
        self.retranslate()
        self.new.setFocus()

    def retranslate(self) -> None:
        title, _ref, _table = _KINDS[self.kind]
        self._title.setText(tr(title))
        self._about.setText(tr(_ABOUT[self.kind]))
        self.back.setToolTip(tr("Back to the audiences"))
        self.back.setAccessibleName(tr("Back to the audiences"))
        self.new.setText(tr("New RFM model…") if self.kind == "rfm" else tr("New statistics table…"))
        self.show_definitions()

    def show_definitions(self) -> None:
        """List what the catalogue has now."""
        empty(self._rows)
        catalog = self.workspace.catalog
        names = (
            {id: model.name for id, model in catalog.rfm_models.items()}
            if self.kind == "rfm"
            else {key: catalog.table_name(key) for key in catalog.tables}
        )
        for key, name in sorted(names.items(), key=lambda pair: pair[1].casefold()):
            self._rows.addWidget(self._line(key, name))
        if not names:
            self._rows.addWidget(label("muted", tr("There is none yet.")))

    def edit(self, key: str) -> DefinitionDialog:
        """Open the form of a definition; "" makes a new one."""
        context = Context(self.workspace, figures=self._window.runs.figures)
        make: Callable[..., DefinitionDialog] = RfmDialog if self.kind == "rfm" else TableDialog
        return self._opened(make(self._window, context, key))

    def edit_stages(self) -> DefinitionDialog:
        """Open the form of the AIPL stages."""
        context = Context(self.workspace, figures=self._window.runs.figures)
        return self._opened(AiplDialog(self._window, context))

    def _opened(self, dialog: DefinitionDialog) -> DefinitionDialog:
        dialog.created.connect(self._on_changed)
        dialog.open()
        return dialog

    def _on_new(self) -> None:
        self.edit("")

    def _on_changed(self) -> None:
        self.show_definitions()
        self.changed.emit()

    def _line(self, key: str, name: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        opener = LinkButton(name.replace("&", "&&"))
        opener.clicked.connect(partial(self.edit, key))
        remove = IconButton("trash", tr("Delete {name}", name=name))
        remove.clicked.connect(partial(self._on_delete, key, name))
        row.addWidget(opener)
        row.addStretch(1)
        row.addWidget(remove)
        return line

    def _on_delete(self, key: str, name: str) -> None:
        _title, ref, table = _KINDS[self.kind]
        uses = self.workspace.uses(ref, key)
        if uses:
            where = "\n".join(f"• {use.name}" for use in uses[:8])
            text = tr("It is used by:\n{where}\nTake it out there first.", where=where)
            ask(self._window, tr("“{name}” cannot be deleted", name=name), text)
            return
        ask(
            self._window,
            tr("Delete “{name}”?", name=name),
            tr("No audience uses it."),
            Choice(tr("Delete"), partial(self._delete, table, key), "danger"),
        )

    def _delete(self, table: str, key: str) -> None:
        def without(catalog: Catalog) -> Catalog:
            kept = {other: value for other, value in getattr(catalog, table).items() if other != key}
            return catalog.model_copy(update={table: kept})

        try:
            self.workspace.amend_catalog(without)
        except FileError as error:
            self._window.show_error(error)
        self._on_changed()

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        content = QWidget()
        content.setObjectName("content")
        head = QHBoxLayout()
        head.setSpacing(grid)
        head.addWidget(self.back)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.new)
        column = QVBoxLayout(content)
        column.setContentsMargins(grid, grid, 3 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        column.addLayout(head)
        inner = QVBoxLayout()
        inner.setContentsMargins(2 * grid, 0, 0, 0)
        inner.setSpacing(2 * grid)
        inner.addWidget(self._about)
        inner.addLayout(self._rows)
        column.addLayout(inner)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
