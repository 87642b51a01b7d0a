"""The columns of a table: a list of what each becomes, and beside it the editor of the one selected."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.importing import targets
from app.importing.draft import Draft
from app.importing.words import type_options, type_words
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.drop_down import DropDown
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.shapes.conditions import FieldType
from engine.workspace.mapping import ATTRIBUTE, ID, IGNORE, TAG


class ColumnsEditor(QWidget):
    """Signal `changed()`: the draft's mapping is another."""

    changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self.list = _table()
        self.list.currentCellChanged.connect(lambda row, *_rest: self._show_column(row))
        self.column = label("strong", wrap=True)
        self.becomes = ComboBox()
        self.becomes.chosen.connect(lambda _value: self._on_target())
        self.name = DropDown(editable=True)
        self.name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.name.editTextChanged.connect(lambda _text: self._on_changed())
        self.type = ComboBox()
        self.type.chosen.connect(lambda _value: self._on_changed())
        self.identifies = QCheckBox(tr("Tells who the person is"))
        self.identifies.setToolTip(
            plain(tr("No two people share it: rows that have it are of the same person."))
        )
        self.identifies.toggled.connect(lambda _on: self._on_changed())
        self.note = label("warning", wrap=True)
        self._name_label, self._type_label = label("label", tr("Name")), label("label", tr("Type"))
        self._lay_out(look)

    def show_draft(self, draft: Draft) -> None:
        """Show its columns; the first one that nothing is known of is selected."""
        self._draft = draft
        self.list.setRowCount(len(draft.mapping.columns))
        for row in range(len(draft.mapping.columns)):
            self._show_row(row)
        self.list.setCurrentCell(0, 0)
        self._show_column(0)

    def _lay_out(self, look: Look) -> None:
        grid = look.sizes.grid
        editor = QFrame()
        editor.setProperty("role", "well")
        editor.setFixedWidth(look.sizes.outline)
        column = QVBoxLayout(editor)
        column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        column.setSpacing(grid)
        column.addWidget(self.column)
        for caption, field in (
            (label("label", tr("Becomes")), self.becomes),
            (self._name_label, self.name),
            (self._type_label, self.type),
        ):
            caption.setBuddy(field)
            field.setAccessibleName(caption.text())
            column.addWidget(caption)
            column.addWidget(field)
        column.addWidget(self.identifies)
        column.addWidget(self.note)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * grid)
        row.addWidget(self.list, 1)
        row.addWidget(editor)

    def _show_row(self, row: int) -> None:
        assert self._draft is not None
        mapped, found = self._draft.mapping.columns[row], self._draft.survey.columns[row]
        cells = (
            mapped.column or tr("(no name)"),
            targets.words(mapped.to),
            type_words(mapped.type),
            tr(", ").join(found.examples),
        )
        for place, text in enumerate(cells):
            if self.list.item(row, place) is None:
                self.list.setItem(row, place, QTableWidgetItem())
            item = self.list.item(row, place)
            assert item is not None
            item.setText(text)
            item.setToolTip(plain(text))

    def _show_column(self, row: int) -> None:
        if self._draft is None or not 0 <= row < len(self._draft.mapping.columns):
            return
        draft = self._draft
        mapped = draft.mapping.columns[row]
        what, name = targets.split(mapped.to)
        blockers = [QSignalBlocker(one) for one in (self.name, self.identifies)]
        self.column.setText(mapped.column or tr("(no name)"))
        self.becomes.set_options(Option(*one) for one in targets.options(draft.mapping.kind))
        self.becomes.set_value(what)
        self.name.clear()
        self.name.addItems(targets.names(what, draft.mapping.kind, draft.mapping.event or "", draft.catalog))
        self.name.setEditText(name)
        self.type.set_options(Option(*one) for one in type_options())
        self.type.set_value(mapped.type or "text")
        self.identifies.setChecked(name in draft.identifying)
        del blockers
        self._show_fields(row)

    def _show_fields(self, row: int) -> None:
        """What the chosen kind of target has to be told."""
        assert self._draft is not None
        what = self.becomes.value()
        named, typed = what in targets.NAMED, what in (ATTRIBUTE, TAG)
        for widget in (self._name_label, self.name):
            widget.setVisible(named)
        for widget in (self._type_label, self.type):
            widget.setVisible(typed)
        self.identifies.setVisible(what == ID)
        broken = self._draft.survey.columns[row].broken
        shown = typed and broken is not None
        self.note.setVisible(shown)
        if broken is not None:
            self.note.setText(
                tr(
                    "{type} up to line {line:,}: “{value}”. Choose that type to leave out such rows.",
                    type=type_words(broken.type),
                    line=broken.line,
                    value=broken.value,
                )
            )

    def _on_target(self) -> None:
        """Another kind of target: a name that goes with it."""
        assert self._draft is not None
        row, what = self.list.currentRow(), self.becomes.value()
        blocker = QSignalBlocker(self.name)
        known = targets.names(
            what, self._draft.mapping.kind, self._draft.mapping.event or "", self._draft.catalog
        )
        name = self.name.currentText() or self._draft.mapping.columns[row].column
        self.name.clear()
        self.name.addItems(known)
        self.name.setEditText(name)
        del blocker
        if what in (ATTRIBUTE, TAG) and self._draft.mapping.columns[row].type is None:
            self.type.set_value(self._draft.survey.columns[row].type)
        self._show_fields(row)
        self._on_changed()

    def _on_changed(self) -> None:
        draft, row = self._draft, self.list.currentRow()
        if draft is None or row < 0:
            return
        what = self.becomes.value() or IGNORE
        name = self.name.currentText().strip()
        to = f"{what}{name}" if what in targets.NAMED else what
        type_ = cast("FieldType", self.type.value()) if what in (ATTRIBUTE, TAG) else None
        draft.map_column(row, to, type_)
        if what == ID and name:
            (draft.identifying.add if self.identifies.isChecked() else draft.identifying.discard)(name)
        self._show_row(row)
        self.changed.emit()


def _table() -> QTableWidget:
    result = QTableWidget(0, 4)
    result.setHorizontalHeaderLabels([tr("Column"), tr("Becomes"), tr("Type"), tr("Examples")])
    result.setAccessibleName(tr("Columns of the table"))
    result.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    result.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    result.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    result.setTabKeyNavigation(False)
    result.setWordWrap(False)
    result.setShowGrid(False)
    result.verticalHeader().hide()
    header = result.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    for section, width in enumerate((150, 170, 80)):
        header.resizeSection(section, width)
    return result
