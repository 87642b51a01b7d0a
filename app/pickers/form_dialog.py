"""The dialog around a plain form: fields, a line for errors that belong to none, Cancel and Create."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.editors.base import Context, RawObject
from app.editors.registry import EditorFactory
from app.editors.tab_order import order_tabs
from app.language import Retranslated
from app.panels.form import Form
from app.widgets import style
from app.widgets.basic import label
from app.widgets.layouts import row
from app.widgets.on_screen import keep_on_screen
from engine.components.hints import FormField, Hint
from engine.files import FileError
from engine.files.findings import findings
from engine.i18n import tr


class FormDialog(Retranslated, QDialog):
    """Base of the "New" dialogs. `created(id)` is emitted once the object is in the workspace.

    A subclass says what its `title`, `fields`, start values and `save` are.
    """

    created = Signal(str)
    title: str
    """In English, marked with `N_`."""
    width_in_grid = 56

    def __init__(self, parent: QWidget | None, context: Context) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.context = context
        self._live = False
        self._heading = label("title", "", wrap=True)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._cancel = QPushButton()
        self._cancel.clicked.connect(self.reject)
        self.create_button = QPushButton()
        self.create_button.setProperty("role", "primary")
        self.create_button.setDefault(True)
        self.create_button.clicked.connect(self.on_create)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self.form = self._make_form(self.start_values())
        self.retranslate_frame()
        self.resize(self.minimumWidth(), 640)

    def fields(self) -> Iterable[FormField]:
        """The form's fields, in order."""
        raise NotImplementedError

    def factories(self) -> Mapping[str, EditorFactory]:
        """Editors of fields, by name, that no hint names."""
        return {}

    def start_values(self) -> RawObject:
        """What the form holds when it opens."""
        return {}

    def above(self) -> QWidget | None:
        """Something over the form that stays in sight."""
        return None

    def below(self) -> QWidget | None:
        """Something under the form that scrolls with it."""
        return None

    def foot(self) -> QWidget | None:
        """Something between the form and the buttons that stays in sight."""
        return None

    def beside(self) -> QWidget | None:
        """Something at the right of the form, which scrolls by itself."""
        return None

    def beside_buttons(self) -> QWidget | None:
        """Something that stays in sight beside the buttons."""
        return None

    def raw(self) -> RawObject:
        """The file's object as the form has it."""
        raise NotImplementedError

    def validate(self) -> tuple[Any, dict[str, str]]:
        """The object, or None, and sentences by path of the form's fields."""
        raise NotImplementedError

    def save(self, value: Any) -> str:
        """Write the object to the workspace; its id. Raises `FileError`."""
        raise NotImplementedError

    def on_form_changed(self) -> None:
        """Something was changed in the form."""

    def on_create(self) -> None:
        """Create: save and close, or show what is wrong."""
        self._live = True
        value, errors = self.validate()
        if self._show(errors):
            return
        try:
            id = self.save(value)
        except FileError as error:
            self._show({error.field: str(error.message)})
            return
        self.created.emit(id)
        self.accept()

    def retranslate(self) -> None:
        self.form = self._make_form(self.form.values())
        self.retranslate_frame()
        if self._live:
            self._show(self.validate()[1])

    def retranslate_frame(self) -> None:
        """The texts around the form."""
        self.setWindowTitle(tr(self.title))
        self._heading.setText(tr(self.title))
        self._cancel.setText(tr("Cancel"))
        self.create_button.setText(tr("Create"))

    def _lay_out(self) -> None:
        grid = style.sizes().grid
        self.setMinimumWidth(self.width_in_grid * grid)
        keep_on_screen(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 3 * grid, 0, 2 * grid)
        column.setSpacing(grid)
        above, middle = self.above(), self._middle()
        for part in (self._heading, *((above,) if above is not None else ()), middle, self._error):
            block = QVBoxLayout()
            edge = 0 if part is middle else 3 * grid
            block.setContentsMargins(edge, 0, edge if part is above else 0, 0)
            block.addWidget(part)
            column.addLayout(block, 1 if part is middle else 0)
        buttons = row(spacing=grid)
        buttons.setContentsMargins(3 * grid, grid, 3 * grid, 0)
        if (note := self.beside_buttons()) is not None:
            buttons.addWidget(note)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.create_button)
        if (foot := self.foot()) is not None:
            block = QVBoxLayout()
            block.setContentsMargins(3 * grid, grid, 3 * grid, 0)
            block.addWidget(foot)
            column.addLayout(block)
        column.addLayout(buttons)

    def _middle(self) -> QWidget:
        """The form, and what stands at its right."""
        beside = self.beside()
        if beside is None:
            return self.area
        grid = style.sizes().grid
        inside = QWidget()
        inside.setObjectName("content")
        margins = QVBoxLayout(inside)
        margins.setContentsMargins(2 * grid, grid, 3 * grid, grid)
        margins.addWidget(beside)
        scrolling = QScrollArea()
        scrolling.setWidgetResizable(True)
        scrolling.setFrameShape(QFrame.Shape.NoFrame)
        scrolling.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolling.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scrolling.setWidget(inside)
        scrolling.setMinimumWidth(46 * grid)
        both = QWidget()
        line = row(both, spacing=0)
        line.addWidget(self.area, 1)
        line.addWidget(scrolling, 1)
        return both

    def _make_form(self, raw: RawObject) -> Form:
        grid = style.sizes().grid
        form = Form(self.fields(), self.context, self.factories())
        form.load(raw)
        form.changed.connect(self._on_changed)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(3 * grid, grid, 3 * grid, grid)
        column.setSpacing(2 * grid)
        column.addWidget(form)
        if (more := self.below()) is not None:
            column.addWidget(more)
        column.addStretch(1)
        if (old := self.area.takeWidget()) is not None:
            old.deleteLater()
        self.area.setWidget(content)
        order_tabs(self)
        form.grown.connect(self._on_grown)
        form.focus_first()
        return form

    def _show(self, errors: Mapping[str, str]) -> bool:
        """Show errors at their fields; whether there are any."""
        rest = self.form.show_errors(errors)
        self._error.setText(rest)
        self._error.setVisible(bool(rest))
        if (target := self.form.first_invalid()) is not None and not self._quiet:
            target.setFocus()
            self.area.ensureWidgetVisible(target, 0, 64)
        return bool(rest) or self.form.first_invalid() is not None

    _quiet = False

    def _on_grown(self) -> None:
        order_tabs(self)

    def _on_changed(self) -> None:
        order_tabs(self)
        if self._live:
            self._quiet = True
            self._show(self.validate()[1])
            self._quiet = False
        self.on_form_changed()


def judged(adapter: TypeAdapter[Any], raw: RawObject) -> tuple[Any, dict[str, str]]:
    """The object that the JSON makes, or None, and what is wrong by dotted path."""
    try:
        return adapter.validate_json(json.dumps(raw)), {}
    except ValidationError as error:
        wrong = {".".join(map(str, found.path)): str(found.message) for found in findings(error)}
        # A list that drops its wrong entries is then too short: only what is wrong inside matters.
        inside = tuple(wrong)
        return None, {
            path: sentence
            for path, sentence in wrong.items()
            if not any(other.startswith(f"{path}.") for other in inside)
        }


def field(name: str, hint: Hint, required: bool = True, default: JsonValue = None) -> FormField:
    """A field of a plain form."""
    return FormField(name, hint, required, default)
