"""The editor of one message: the form at the left, what people see of it at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.editors.base import Context, RawObject, as_text
from app.editors.message_fields import factories, file_object, form_values, judge, message_fields
from app.editors.tab_order import order_tabs
from app.editors.variable_text import VariableText
from app.editors.variables import BindingsEditor
from app.language import Retranslated
from app.panels.form import Form
from app.pickers import library
from app.previews.pane import PreviewPane, draft_of
from app.widgets.basic import label
from app.widgets.debounce import Debounce
from canvas_widgets.look import Look
from engine.shapes.sms import with_gsm_alike
from engine.workspace.message import MessageFile
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.workspace.content_check import MessageFinding

FORM_SHARE = 46
"""Per cent of the width that the form has at first."""


class MessageForm(Retranslated, QWidget):
    """Signal `changed()`: by a person.

    Attributes: form (its fields), preview (the pane beside them).
    """

    changed = Signal()

    def __init__(self, look: Look, workspace: Workspace, raw: RawObject, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self.workspace = look, workspace
        self._raw = dict(raw)
        self.kind = as_text(raw.get("kind"))
        self._live = False
        # From the outside in: whatever is put into another parent is dressed anew, with all that is in it.
        parts = QSplitter(self)
        parts.setChildrenCollapsible(False)
        self._area = self._form_side(parts)
        self.preview = self._preview_side(parts)
        self.preview.simplify_asked.connect(self._simplify)
        self._later = Debounce(self, self._show_preview, 120)
        self.form = self._make_form(form_values(raw))
        self._share(parts)
        self._show_preview()

    def values(self) -> RawObject:
        """The file's object as the form has it."""
        kept = {
            key: value for key, value in self._raw.items() if key in ("id", "status", "format", "version")
        }
        return {**kept, **file_object(self.kind, self.form.result())}

    def give_id(self, id: str) -> None:
        """The id under which a new message will be saved."""
        self._raw["id"] = id

    def judge(self) -> tuple[MessageFile | None, list[MessageFinding]]:
        """The message, or None where it cannot be saved, and what is wrong; shown at the fields."""
        self._live = True
        return self._judge(quiet=False)

    def show_error(self, sentence: str) -> None:
        """A sentence that belongs to no field."""
        self._rest.setText(sentence)
        self._rest.setVisible(bool(sentence))

    def show_workspace(self, workspace: Workspace) -> None:
        """The workspace's files were read again; nothing half-typed is lost."""
        self.workspace = workspace
        self.form.refresh()
        self.preview.show_workspace(workspace)

    def retranslate(self) -> None:
        self.form = self._make_form(self.form.values())
        if self._live:
            self._judge(quiet=True)

    def focus_first(self) -> None:
        self.form.focus_first()

    def bind(self, name: str, binding: RawObject) -> None:
        """A variable was inserted: note what it shows."""
        editor = self.form.editor("variables")
        assert isinstance(editor, BindingsEditor)
        editor.bind(name, binding)

    def _judge(self, *, quiet: bool) -> tuple[MessageFile | None, list[MessageFinding]]:
        message, errors, findings = judge(self.values(), self.workspace)
        self.show_error(self.form.show_errors(errors))
        notes = [str(one.message) for one in findings if not one.is_error]
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        if not quiet and (target := self.form.first_invalid()) is not None:
            target.setFocus()
            self._area.ensureWidgetVisible(target, 0, 64)
        return message, findings

    def _make_form(self, values: RawObject) -> Form:
        grid = self._look.sizes.grid
        context = Context(self.workspace, any_event=True)
        content = QWidget(self._area)
        content.setObjectName("content")
        if (old := self._area.takeWidget()) is not None:
            old.deleteLater()
        self._area.setWidget(content)
        form = Form(message_fields(self.kind), context, factories(self.kind, self.bind), content)
        column = QVBoxLayout(content)
        column.setContentsMargins(3 * grid, 2 * grid, 3 * grid, 3 * grid)
        column.addWidget(form)
        column.addStretch(1)
        form.load(values)
        form.changed.connect(self._on_changed)
        form.grown.connect(self._on_grown)
        content.show()
        order_tabs(self)
        return form

    def _form_side(self, parts: QSplitter) -> QScrollArea:
        grid = self._look.sizes.grid
        side = QWidget(parts)
        side.setMinimumWidth(40 * grid)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        area = _scrolling(side)
        column.addWidget(area, 1)
        self._rest, self._notes = label("error", wrap=True), label("warning", wrap=True)
        for note in (self._rest, self._notes):
            note.setContentsMargins(3 * grid, grid, 3 * grid, grid)
            note.hide()
            column.addWidget(note)
        return area

    def _preview_side(self, parts: QSplitter) -> PreviewPane:
        grid = self._look.sizes.grid
        area = _scrolling(parts)
        area.setMinimumWidth(46 * grid)
        shown = QWidget(area)
        shown.setObjectName("content")
        area.setWidget(shown)
        column = QVBoxLayout(shown)
        column.setContentsMargins(3 * grid, 2 * grid, 3 * grid, 2 * grid)
        pane = PreviewPane(self.workspace, shown)
        column.addWidget(pane)
        return pane

    def _share(self, parts: QSplitter) -> None:
        grid = self._look.sizes.grid
        parts.setStretchFactor(0, FORM_SHARE)
        parts.setStretchFactor(1, 100 - FORM_SHARE)
        parts.setSizes([FORM_SHARE * grid, (100 - FORM_SHARE) * grid])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(parts)

    def _on_grown(self) -> None:
        order_tabs(self)

    def _on_changed(self) -> None:
        order_tabs(self)
        self._later.start()
        if self._live:
            self._judge(quiet=True)
        self.changed.emit()

    def _show_preview(self) -> None:
        raw = self.values()
        self.preview.show_draft(draft_of(raw, sender=self._sender(raw)))

    def _sender(self, raw: RawObject) -> str:
        """Whose message it will be: the account's first signature, its sender, its name."""
        account = as_text(raw.get("platform"))
        signatures = library.setting_choices(self.workspace, account, "signatures")
        file = library.account(self.workspace, account)
        return (
            signatures[0] if signatures else file.name if file is not None and self.kind != "text_sms" else ""
        )

    def _simplify(self) -> None:
        """Put in what looks alike and is in GSM-7, in every language."""
        editor = self.form.editor("text")
        if isinstance(editor, VariableText):
            editor.replace_text(with_gsm_alike(as_text(editor.value())))


def _scrolling(parent: QWidget) -> QScrollArea:
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def start_of(kind: str, workspace: Workspace, name: str) -> RawObject:
    """The file's object of a new message."""
    raw: RawObject = {"kind": kind, "name": name, "status": "draft", "content": {}}
    if kind == "text_sms":
        raw["sms_type"] = "promotional"
    if kind in ("text_sms", "digital_sms"):
        accounts = library.account_options(workspace, ("alibaba_sms", "http_sms"))
        if len(accounts) == 1:
            raw["platform"] = accounts[0].value
    if kind == "digital_sms":
        blocks: list[JsonValue] = [{"text": ""}]
        raw["content"] = {"blocks": blocks}
    return raw
