"""The blocks of a digital SMS: texts, and files of the workspace or addresses; the networks that it suits."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMenu, QVBoxLayout

from app.editors.base import Context, Editor, RawObject, as_list, as_text
from app.editors.listed import Card, ListEditor
from app.editors.spec import FieldSpec
from app.editors.variable_text import Bind, VariableText
from app.widgets.basic import LinkButton
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit
from app.widgets.layouts import row
from engine.files import FileError
from engine.i18n import N_, tr
from engine.workspace.content_check import CARRIERS, MAX_BLOCKS
from engine.workspace.media import FORMATS, Kind, MediaFolder
from engine.workspace.message_text import joined

_BLOCKS = {"text": N_("Text"), "image": N_("Image"), "audio": N_("Audio"), "video": N_("Video")}


class BlocksEditor(ListEditor):
    """The blocks of a digital SMS."""

    def __init__(self, context: Context, spec: FieldSpec, bind: Bind) -> None:
        super().__init__(context, spec)
        self._bind = bind
        self.add.setText(tr("Add a block"))
        menu = QMenu(self)
        for kind, words in _BLOCKS.items():
            menu.addAction(tr(words)).triggered.connect(partial(self._add_kind, kind))
        self.add.setMenu(menu)

    def make_card(self, raw: RawObject) -> Card:
        kind = next((kind for kind in _BLOCKS if raw.get(kind) is not None), "text")
        if kind == "text":
            return _TextCard(self.context, raw, self._bind)
        return _MediaCard(self.context, raw, kind)  # type: ignore[arg-type]  # the other three

    def _add_kind(self, kind: str, _checked: bool = False) -> None:
        self.append({kind: ""})

    def _on_listed(self) -> None:
        super()._on_listed()
        self.add.setVisible(len(self.cards) < MAX_BLOCKS)


class _TextCard(Card):
    def __init__(self, context: Context, raw: RawObject, bind: Bind) -> None:
        super().__init__(context, tr("Text"))
        self._text = VariableText(context, FieldSpec("text", tr("Text")), bind, lines=3)
        self._text.set_value(joined(raw.get("text")))
        self._text.changed.connect(self.changed)
        self.body.addWidget(self._text)
        self.body.addWidget(self.error)
        self.setFocusProxy(self._text.field)

    def value(self) -> RawObject:
        return {"text": as_text(self._text.value())}

    def refresh(self) -> None:
        self._text.refresh()


class _MediaCard(Card):
    """A file of the workspace, one that is copied into it, or an address."""

    def __init__(self, context: Context, raw: RawObject, kind: Kind) -> None:
        super().__init__(context, tr(_BLOCKS[kind]))
        self._kind = kind
        self._folder = MediaFolder(context.workspace.messages.path)
        self.name = LineEdit(tr("File, or address with https://"))
        self.name.setAccessibleName(tr(_BLOCKS[kind]))
        self.name.setText(as_text(raw.get(kind)))
        self.name.textEdited.connect(self.changed)
        self.files = ComboBox(tr("Files of the workspace"))
        self.files.setAccessibleName(tr("Files of the workspace"))
        self.files.chosen.connect(self._take)
        self.browse = LinkButton(tr("Add a file…"))
        self.browse.clicked.connect(self._ask_for_file)
        line = row(spacing=8)
        line.addWidget(self.files, 1)
        line.addWidget(self.browse)
        line.addStretch(0)
        self.body.addWidget(self.name)
        self.body.addLayout(line)
        self.body.addWidget(self.error)
        self.setFocusProxy(self.name)
        self._list_files()

    def value(self) -> RawObject:
        return {self._kind: self.name.text()}

    def take_file(self, path: Path) -> None:
        """Copy a file into the workspace and name it, or say why it cannot be."""
        try:
            name = self._folder.add(path, self._kind)
        except FileError as error:
            self.show_errors({"": str(error.message)})
            return
        self._list_files()
        self._take(name)

    def _take(self, name: str) -> None:
        self.name.setText(name)
        self.show_errors({})
        self.changed.emit()

    def _list_files(self) -> None:
        names = self._folder.names(self._kind)
        self.files.set_options(Option(name, name) for name in names)
        self.files.set_value("")
        self.files.setVisible(bool(names))

    def _ask_for_file(self) -> None:
        patterns = " ".join(f"*.{ending}" for ending in FORMATS[self._kind])
        dialog = QFileDialog(self.window(), tr("Add a file"), "", f"{tr(_BLOCKS[self._kind])} ({patterns})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.take_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class CarriersEditor(Editor):
    """The networks that a digital SMS suits; others that the file names are kept."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        super().__init__(context)
        self._boxes = {id: QCheckBox(tr(name)) for id, name in CARRIERS.items()}
        self._others: list[JsonValue] = []
        line = QVBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for box in self._boxes.values():
            box.clicked.connect(lambda: self.changed.emit())
            line.addWidget(box)
        self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> JsonValue:
        return [*(id for id, box in self._boxes.items() if box.isChecked()), *self._others] or None

    def set_value(self, value: JsonValue) -> None:
        listed = as_list(value)
        self._others = [one for one in listed if one not in self._boxes]
        for id, box in self._boxes.items():
            box.setChecked(id in listed)
