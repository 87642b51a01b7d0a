"""The form of a config model: one labelled editor a field, made from the model's hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, RawObject, lines
from app.editors.plain import BoolEditor
from app.editors.registry import EDITORS, EditorFactory, spec_of
from app.editors.spec import FieldSpec
from app.widgets.basic import label, show_sentence
from engine.components.hints import FormField
from engine.i18n import tr

FIELD_GAP = 16


class FieldFrame(QWidget):
    """A label, the editor, a line of help, and the error when there is one."""

    def __init__(self, spec: FieldSpec, editor: Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.editor = editor
        text = spec.label if spec.required else tr("{label} (optional)", label=spec.label)
        self._label = label("label", text, wrap=True)
        self._help = label("small", spec.help, wrap=True)
        self._error = label("error", "", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._label)
        column.addWidget(editor)
        column.addWidget(self._help)
        column.addWidget(self._error)
        self._label.setVisible(not isinstance(editor, BoolEditor))
        self._help.setVisible(bool(spec.help))
        self._error.hide()
        editor.setAccessibleName(spec.label)
        target = editor.focus_target()
        # What a button says is its name: who speaks to the computer reads it out.
        if not target.accessibleName() and not (isinstance(target, QAbstractButton) and target.text()):
            target.setAccessibleName(spec.label)

    @property
    def error(self) -> str:
        """The sentence below the editor, "" while there is none."""
        return self._error.text()

    def show_errors(self, errors: Errors) -> None:
        show_sentence(self._error, self.editor.show_errors(errors))


class Form(QWidget):
    """Fields in the model's order; hidden ones keep their values until `result` leaves them out.

    The raw object may hold keys without a field: they are kept as they are.
    """

    changed = Signal()
    grown = Signal()
    """Rows were added later: whoever orders the tabs does so again."""

    def __init__(
        self,
        fields: Iterable[FormField],
        context: Context,
        factories: Mapping[str, EditorFactory] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`factories`: editors of fields, by name, that no hint names."""
        super().__init__(parent)
        self._fields = {field.name: field for field in fields if field.hint.widget != "node"}
        self._defaults = {name: field.default for name, field in self._fields.items()}
        self._raw: RawObject = {}
        self._frames: dict[str, FieldFrame] = {}
        self._wrong: list[str] = []
        self._loading = True
        context.values = self.values
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(FIELD_GAP)
        for name, field in self._fields.items():
            make = (factories or {}).get(name) or EDITORS[field.hint.widget]
            frame = FieldFrame(spec_of(field), make(context, spec_of(field)), self)
            self._frames[name] = frame
            column.addWidget(frame)
        for frame in self._frames.values():
            frame.editor.changed.connect(self._on_changed)
            frame.editor.grown.connect(self.grown)
        self._loading = False

    @property
    def has_fields(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self._frames)

    def load(self, raw: Mapping[str, JsonValue]) -> None:
        """Show a raw object, which may be partial or wrong."""
        self._loading = True
        self._raw = dict(raw)
        for name, frame in self._frames.items():
            frame.editor.set_value(raw.get(name, self._defaults[name]))
            frame.editor.set_siblings(self._raw)
        self._loading = False
        self.refresh()

    def values(self) -> RawObject:
        """Everything as it stands, hidden fields included."""
        if self._loading:
            return self._raw
        raw = dict(self._raw)
        for name, frame in self._frames.items():
            for key, value in {**frame.editor.siblings(), name: frame.editor.value()}.items():
                if value is None:
                    raw.pop(key, None)
                else:
                    raw[key] = value
        return raw

    def result(self) -> RawObject:
        """The values of the fields that count."""
        raw = self.values()
        kept = dict(raw)
        for name, field in self._fields.items():
            if not field.shown(raw, self._defaults):
                for key in (name, *self._frames[name].editor.siblings()):
                    kept.pop(key, None)
        return kept

    def refresh(self) -> None:
        """The workspace or the campaign changed: offer what there is now."""
        for frame in self._frames.values():
            frame.editor.refresh()
        self._show_fields()

    def show_errors(self, errors: Errors) -> str:
        """Each error at its field; returns those that no shown field takes."""
        by_field: dict[str, dict[str, str]] = {}
        rest: list[str] = []
        owners = self.owners()
        for path, sentence in errors.items():
            head, _, tail = path.partition(".")
            if (owner := owners.get(head)) is not None:
                by_field.setdefault(owner, {}).setdefault(tail if head == owner else path, sentence)
            else:
                rest.append(sentence)
        for name, frame in self._frames.items():
            frame.show_errors(by_field.get(name, {}))
        self._wrong = [name for name in self._frames if name in by_field]
        return lines(rest)

    def owners(self) -> dict[str, str]:
        """The field whose editor edits a value, by the value's key: of each its own, and of its siblings."""
        owners = {name: name for name in self._frames}
        for name, frame in self._frames.items():
            owners |= dict.fromkeys(frame.editor.siblings(), name)
        return owners

    def first_invalid(self) -> QWidget | None:
        """The control with the first error."""
        return self._frames[self._wrong[0]].editor.invalid_target() if self._wrong else None

    def target(self, path: str) -> QWidget | None:
        """The control of a dotted path, the wrong one of several; None where no shown field has it."""
        name = path.partition(".")[0]
        frame = self._frames.get(name)
        if frame is None or frame.isHidden():
            return None
        editor = frame.editor
        return editor.invalid_target() if name in self._wrong else editor.focus_target()

    def frame(self, name: str) -> FieldFrame:
        """A field with its label and error. Raises `KeyError`."""
        return self._frames[name]

    def editor(self, name: str) -> Editor:
        """The editor of a field. Raises `KeyError`."""
        return self._frames[name].editor

    def focus_first(self) -> None:
        """Put the focus into the first field."""
        if self._frames:
            next(iter(self._frames.values())).editor.focus_target().setFocus()

    def _on_changed(self) -> None:
        if self._loading:
            return
        source = self.sender()
        for frame in self._frames.values():
            if frame.editor is not source:
                frame.editor.refresh()
        self._show_fields()
        self.changed.emit()

    def _show_fields(self) -> None:
        raw = self.values()
        for name, field in self._fields.items():
            self._frames[name].setVisible(field.shown(raw, self._defaults))
