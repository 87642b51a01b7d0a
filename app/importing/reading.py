"""How a file is read: what its rows are, encoding and separator, sheet, header; each can be corrected."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from app.importing.draft import Draft
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.drop_down import DropDown
from app.widgets.layouts import WrappingRow, row
from canvas_widgets.look import Look
from engine.i18n import tr
from engine.store.imports.formats import ENCODINGS, TableFormat
from engine.store.imports.reading import BLANKS

_ENCODING_WORDS = {"utf-8": "UTF-8", "gb18030": "GBK, GB18030", "utf-16": "UTF-16", "big5": "Big5"}


class ReadingBar(QWidget):
    """Signals: `kind_chosen(str)`; `event_changed(str)`; `format_chosen(TableFormat)`."""

    kind_chosen = Signal(str)
    event_changed = Signal(str)
    format_chosen = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._format = TableFormat()
        self.kind = ComboBox()
        self.code = DropDown(editable=True)
        self.encoding = ComboBox()
        self.delimiter = ComboBox()
        self.sheet = ComboBox()
        self.headed = QCheckBox(tr("The first row names the columns"))
        line = WrappingRow(spacing=2 * look.sizes.grid, line_spacing=look.sizes.grid)
        self.setLayout(line)
        self._captioned: dict[QWidget, QWidget] = {}
        for text, field in (
            (tr("Rows are"), self.kind),
            (tr("Event"), self.code),
            (tr("Encoding"), self.encoding),
            (tr("Separator"), self.delimiter),
            (tr("Sheet"), self.sheet),
        ):
            caption = label("label", text)
            caption.setBuddy(field)
            field.setAccessibleName(text)
            field.setMinimumWidth(18 * look.sizes.grid)
            self._captioned[field] = QWidget()
            pair = row(self._captioned[field], look.sizes.grid)
            pair.addWidget(caption)
            pair.addWidget(field)
            line.addWidget(self._captioned[field])
        line.addWidget(self.headed)
        self._connect()

    def show_draft(self, draft: Draft, sheets: Sequence[str]) -> None:
        """Show how the draft's file is read. sheets: those of a workbook."""
        blockers = [QSignalBlocker(one) for one in (self.code, self.headed)]
        format, mapping = draft.survey.format, draft.mapping
        self._format = format
        self.kind.set_options([Option("people", tr("People")), Option("events", tr("Events"))])
        self.kind.set_value(mapping.kind)
        self.code.clear()
        self.code.addItems(list(draft.catalog.events))
        self.code.setEditText(mapping.event or "")
        self.encoding.set_options(Option(name, _ENCODING_WORDS.get(name, name)) for name in ENCODINGS)
        self.encoding.set_value(format.encoding)
        words = {",": tr("Comma ,"), ";": tr("Semicolon ;"), "\t": tr("Tab"), "|": tr("Bar |")}
        words[BLANKS] = tr("Blanks")
        self.delimiter.set_options(Option(*one) for one in words.items())
        self.delimiter.set_value(format.delimiter)
        self.sheet.set_options(Option(name, name) for name in sheets)
        self.sheet.set_value(format.sheet or (sheets[0] if sheets else ""))
        self.headed.setChecked(format.headed)
        del blockers
        csv, event = format.kind == "csv", mapping.kind == "events"
        for field, shown in (
            (self.code, event),
            (self.encoding, csv),
            (self.delimiter, csv),
            (self.sheet, len(sheets) > 1),
        ):
            self._captioned[field].setVisible(shown)
        self.headed.setVisible(format.kind != "parquet")

    def _connect(self) -> None:
        self.kind.chosen.connect(self.kind_chosen.emit)
        line = self.code.lineEdit()
        assert isinstance(line, QLineEdit)
        line.textChanged.connect(lambda text: self.event_changed.emit(text.strip()))
        self.encoding.chosen.connect(lambda name: self._choose(encoding=name))
        self.delimiter.chosen.connect(lambda mark: self._choose(delimiter=mark))
        self.sheet.chosen.connect(lambda name: self._choose(sheet=name))
        self.headed.toggled.connect(lambda on: self._choose(headed=on))

    def _choose(self, **fields: object) -> None:
        self._format = self._format._replace(**fields)  # type: ignore[arg-type]
        self.format_chosen.emit(self._format)
