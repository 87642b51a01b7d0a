"""Editors of lists: rows of small fields (a list of objects), and lines (a list of texts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue
from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QCheckBox, QDateEdit, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    as_text,
    lines,
    mark_invalid,
)
from app.editors.spec import FieldSpec
from app.widgets.basic import IconButton, LinkButton
from app.widgets.basic import label as small_label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit, NumberEdit, TextArea, TimeEdit
from engine.i18n import tr

Column = Mapping[str, Any]
"""A field of each row: `name`, `cell` (text, number, choice, switch, date, time), `label`, `new` (its value
in a new row; absent: left out), `choices`, `optional` (an empty cell is left out) and `width` in pixels."""


class Cell(QWidget):
    """One field of a row, of any kind. `control` is the widget inside."""

    changed = Signal()

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._kind = str(column["cell"])
        self._optional = bool(column.get("optional"))
        self.control = self._made(column)
        self.control.setAccessibleName(_words(column, "label"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.control)
        self.setFocusProxy(self.control)
        if width := column.get("width"):
            self.setFixedWidth(int(width))

    def value(self) -> JsonValue:
        control = self.control
        found: JsonValue
        if isinstance(control, NumberEdit):
            found = control.value()
        elif isinstance(control, LineEdit):
            found = control.text()
        elif isinstance(control, ComboBox):
            found = control.value()
        elif isinstance(control, QCheckBox):
            found = control.isChecked()
        elif isinstance(control, TimeEdit):
            found = control.time().toString("HH:mm")
        else:
            assert isinstance(control, QDateEdit)
            found = control.date().toString("yyyy-MM-dd")
        return None if self._optional and found == "" else found

    def set_value(self, value: JsonValue) -> None:
        control = self.control
        control.blockSignals(True)
        if isinstance(control, NumberEdit):
            control.set_value(value)
        elif isinstance(control, LineEdit):
            control.setText(as_text(value))
            control.setCursorPosition(0)
        elif isinstance(control, ComboBox):
            control.set_value(as_text(value))
        elif isinstance(control, QCheckBox):
            control.setChecked(value is True)
        elif isinstance(control, TimeEdit):
            control.setTime(control.time().fromString(as_text(value), "HH:mm"))
        elif isinstance(control, QDateEdit):
            date = QDate.fromString(as_text(value), "yyyy-MM-dd")
            control.setDate(date if date.isValid() else QDate.currentDate())
        control.blockSignals(False)

    def _made(self, column: Column) -> QWidget:
        match self._kind:
            case "number":
                number = NumberEdit(1)
                number.edited.connect(self.changed)
                return number
            case "choice":
                box = ComboBox(tr("Choose"))
                box.set_options(Option(value, tr(text)) for value, text in column["choices"].items())
                box.chosen.connect(self.changed)
                return box
            case "switch":
                check = QCheckBox(_words(column, "label"))
                check.toggled.connect(self.changed)
                return check
            case "time":
                time = TimeEdit()
                time.timeChanged.connect(self.changed)
                return time
            case "date":
                date = QDateEdit()
                date.setDisplayFormat("yyyy-MM-dd")
                date.setCalendarPopup(True)
                date.dateChanged.connect(self.changed)
                return date
            case _:
                line = LineEdit(_words(column, "placeholder"))
                line.textEdited.connect(self.changed)
                return line


class RowsEditor(Editor):
    """A list of objects, one a row. Options: `columns`, `add` (the button's text) and `max`.

    Keys of an object that have no column stay as they are; a bare text stands for an object with only its
    first column, and stays one while nothing else of it is filled in.
    """

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._columns: Sequence[Column] = spec.extra["columns"]
        self._max = int(spec.extra.get("max", 1_000))
        self._raw: list[JsonValue] = []
        self._cells: list[dict[str, Cell]] = []
        self._removes: list[IconButton] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._heads: list[QLabel] = []
        for place, column in enumerate(self._columns):
            if column["cell"] != "switch":  # which says itself what it is
                self._heads.append(small_label("small", _words(column, "label"), wrap=True))
                self._grid.addWidget(self._heads[-1], 0, place)
            self._grid.setColumnStretch(place, 0 if column.get("width") or column["cell"] == "switch" else 1)
        self._error = small_label("error", "", wrap=True)
        self._add = LinkButton(_words(spec.extra, "add"))
        self._add.clicked.connect(self._on_add)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addLayout(self._grid)
        outer.addWidget(self._error)
        outer.addWidget(self._add)
        self._error.hide()
        self._show_state()

    def value(self) -> JsonValue:
        return [self._row_value(raw, cells) for raw, cells in zip(self._raw, self._cells, strict=True)]

    def set_value(self, value: JsonValue) -> None:
        for _ in list(self._cells):
            self._take(len(self._cells) - 1)
        for raw in as_list(value):
            self._append(raw)
        self._show_state()

    def cell(self, row: int, name: str) -> Cell:
        """A field of a row, from 0."""
        return self._cells[row][name]

    @property
    def add_button(self) -> LinkButton:
        return self._add

    def remove_button(self, row: int) -> IconButton:
        return self._removes[row]

    def show_errors(self, errors: Errors) -> str:
        sentences: list[str] = []
        wrong: dict[tuple[int, str], str] = {}
        for path, sentence in errors.items():
            index, _, name = path.partition(".")
            if index.isdecimal() and int(index) < len(self._cells):
                wrong[int(index), name.partition(".")[0]] = sentence
                sentences.append(tr("Row {n}: {reason}", n=int(index) + 1, reason=sentence))
            else:
                sentences.append(sentence)
        for row, cells in enumerate(self._cells):
            whole = wrong.get((row, ""), "")
            for name, cell in cells.items():
                mark_invalid(cell.control, wrong.get((row, name), whole))
        return lines(sentences)

    def focus_target(self) -> QWidget:
        return next(iter(self._cells[0].values())).control if self._cells else self._add

    def invalid_target(self) -> QWidget:
        for cells in self._cells:
            for cell in cells.values():
                if cell.control.property("invalid"):
                    return cell.control
        return self.focus_target()

    def _row_value(self, raw: JsonValue, cells: Mapping[str, Cell]) -> JsonValue:
        known = {name: cell.value() for name, cell in cells.items()}
        if isinstance(raw, str):
            first, *rest = known
            if not any(known[name] for name in rest):
                return known[first]
            raw = {}
        result = {**as_object(raw)}
        for column in self._columns:
            name = column["name"]
            if known[name] is None:
                result.pop(name, None)
            else:
                result[name] = known[name]
        return result

    def _append(self, raw: JsonValue) -> None:
        values: RawObject = {str(self._columns[0]["name"]): raw} if isinstance(raw, str) else as_object(raw)
        at = len(self._cells) + 1
        cells: dict[str, Cell] = {}
        for place, column in enumerate(self._columns):
            cell = Cell(column)
            cell.set_value(values.get(column["name"], column.get("new")))
            cell.changed.connect(self._on_changed)
            self._grid.addWidget(cell, at, place)
            cells[str(column["name"])] = cell
        remove = IconButton("x", tr("Remove row {n}", n=at))
        remove.clicked.connect(lambda: self._on_remove(remove))
        self._grid.addWidget(remove, at, len(self._columns))
        self._raw.append(raw)
        self._cells.append(cells)
        self._removes.append(remove)

    def _take(self, row: int) -> None:
        for widget in (*self._cells[row].values(), self._removes[row]):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        del self._raw[row], self._cells[row], self._removes[row]

    def _on_add(self) -> None:
        self._append({column["name"]: column["new"] for column in self._columns if "new" in column})
        self._show_state()
        next(iter(self._cells[-1].values())).control.setFocus()
        self.changed.emit()

    def _on_remove(self, button: IconButton) -> None:
        row = self._removes.index(button)
        kept = [value for place, value in enumerate(as_list(self.value())) if place != row]
        self.set_value(kept)
        (self._removes[min(row, len(kept) - 1)] if kept else self._add).setFocus()
        self.changed.emit()

    def _on_changed(self) -> None:
        self.changed.emit()

    def _show_state(self) -> None:
        for head in self._heads:
            head.setVisible(bool(self._cells))
        self._add.setEnabled(len(self._cells) < self._max)


class TextsEditor(Editor):
    """A list of texts, one a line; objects among them keep their other fields while their id stays."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._objects: dict[str, JsonValue] = {}
        self._field = TextArea(3)
        self._field.setPlaceholderText(spec.placeholder)
        self._field.edited.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._field)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        texts = (line.strip() for line in self._field.value().split("\n"))
        return [self._objects.get(text, text) for text in dict.fromkeys(filter(None, texts))]

    def set_value(self, value: JsonValue) -> None:
        names = []
        self._objects = {}
        for item in as_list(value):
            name = as_text(item.get("id")) if isinstance(item, dict) else as_text(item)
            if isinstance(item, dict):
                self._objects[name] = item
            names.append(name)
        self._field.set_value("\n".join(names))


def _words(texts: Mapping[str, Any], which: str) -> str:
    """One of the texts, in the language of the moment; "" where it is not there."""
    text = texts.get(which, "")
    return tr(text) if text else ""
