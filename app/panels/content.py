"""What scrolls in the panel: name, the fields of the kind, memo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.editors.base import Context, Estimator, Figures, RawObject, mark_invalid
from app.editors.conditions import ConditionEditor
from app.panels.form import FIELD_GAP, Form
from app.panels.preview import KINDS, PanelPreview
from app.widgets.basic import IconButton, LinkButton, dress_anew, label, set_property, show_sentence
from app.widgets.combo_box import ComboBox
from app.widgets.fields import LineEdit, TextArea
from engine.campaign.document import CampaignDocument
from engine.campaign.surroundings import around
from engine.channels.trial import KINDS as SENDING
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import tr
from engine.shapes.text import refusal
from engine.workspace.workspace import Workspace

NAME_LENGTH = 50
_NOTHING = object()  # equal to no value
_ALONE: Mapping[str, str] = {}


class Values(NamedTuple):
    """What a panel holds: name, memo, and the raw config, hidden fields included."""

    name: str
    memo: str
    raw: RawObject

    def entered(self, shown: Values, stored: RawObject, owners: Mapping[str, str] = _ALONE) -> Values:
        """Only what a person entered, over the `stored` config: fields show defaults that nobody chose.

        `shown`: what the panel held before anything was entered. `owners`: for what is edited along with
        another field, which that is: the unit that stands beside a number is part of what was typed.
        """
        same = {key for key, value in self.raw.items() if shown.raw.get(key, _NOTHING) == value}
        changed = {owners.get(key, key) for key in self.raw.keys() - same}
        same = {key for key in same if owners.get(key, key) not in changed}
        raw = {key: value for key, value in self.raw.items() if key not in same}
        return self._replace(raw=raw | {key: stored[key] for key in same & stored.keys()})


class PanelContent(QWidget):
    """The fields of one component. `changed` is emitted for every change that a person makes."""

    changed = Signal()

    def __init__(
        self,
        document: CampaignDocument,
        node_id: str,
        workspace: Workspace,
        estimate: Estimator | None,
        figures: Figures | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._node_id, self._workspace = document, node_id, workspace
        self._declared = component(document.node(node_id).kind)
        context = Context(
            workspace,
            document=document,
            node_id=node_id,
            around=lambda: around(document, node_id),
            estimate=estimate,
            figures=figures,
        )
        self.name = LineEdit()
        self.name.setAccessibleName(tr("Name"))
        self.name.textEdited.connect(self.changed)
        self._name_error = label("error", "", wrap=True)
        self._name_error.hide()
        self.form = Form(form(self._declared.Config), context, parent=self)
        self.form.changed.connect(self.changed)
        self.preview = PanelPreview(context, self._declared.kind) if self._declared.kind in KINDS else None
        if self.preview is not None:
            self.form.changed.connect(self.preview.refresh)
        self.test = LinkButton(tr("Send a test…"))
        self.memo = TextArea(2)
        self.memo.setAccessibleName(tr("Memo"))
        self.memo.setPlaceholderText(tr("A note for yourself"))
        self.memo.edited.connect(self.changed)
        self._memo_error = label("error", "", wrap=True)
        self._memo_error.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(FIELD_GAP)
        for text, parts in (
            (tr("Name"), (self.name, self._name_error)),
            ("", (self.form,)),
            *((("", self._trying()),) if self._declared.kind in SENDING else ()),
            (tr("Memo (optional)"), (self.memo, self._memo_error)),
        ):
            if isinstance(parts[0], Form) and not parts[0].has_fields:
                continue
            block = QVBoxLayout()
            block.setSpacing(6)
            if text:
                block.addWidget(label("label", text, wrap=True))
            for part in parts:
                block.addWidget(part)
            column.addLayout(block)
        column.addStretch(1)

    def _trying(self) -> tuple[QWidget, ...]:
        """What shows the message, and sends it as a test."""
        return (self.test,) if self.preview is None else (self.preview, self.test)

    def set_right_margin(self, margin: int) -> None:
        """Room between the fields and the right edge, in pixels."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        margins.setRight(margin)
        layout.setContentsMargins(margins)

    def load(self, values: Values) -> None:
        self.name.setText(values.name)
        self.name.setCursorPosition(0)
        self.memo.set_value(values.memo)
        self.form.load(values.raw)
        if self.preview is not None:
            self.preview.refresh()

    def values(self) -> Values:
        """Everything as it stands."""
        return Values(self.name.text(), self.memo.value(), self.form.values())

    def result(self) -> RawObject:
        """The config as OK would take it."""
        return self.form.result()

    def show_errors(self) -> str:
        """Judge everything; errors stand at their fields. Returns those that belong to none."""
        name = self.name.text()
        sentence = ""
        if not name.strip():
            sentence = tr("Enter a name.")
        elif len(name) > NAME_LENGTH:
            sentence = tr("Use at most {max_length} characters.", max_length=NAME_LENGTH)
        _show_error(self.name, self._name_error, sentence)
        _show_error(self.memo, self._memo_error, str(refusal(self.memo.value()) or ""))
        found = self._declared.errors(
            self.form.result(), self._workspace, around(self._document, self._node_id)
        )
        return self.form.show_errors({error.field: str(error.message) for error in found})

    def first_invalid(self) -> QWidget | None:
        """The control with the first error, None while everything is valid."""
        if self._name_error.text():
            return self.name
        return self.form.first_invalid() or (self.memo if self._memo_error.text() else None)

    def focus_first_error(self) -> None:
        """Put the focus into the first field with an error, and scroll to it."""
        if (target := self.first_invalid()) is not None:
            self._focus(target)

    def focus_field(self, path: str) -> None:
        """Put the focus into the field of a dotted path, else the first wrong one, else the name."""
        target = self.form.target(path) or self.first_invalid() or self.name
        self._focus(target)

    def _focus(self, target: QWidget) -> None:
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        ancestor = self.parentWidget()
        while ancestor is not None and not isinstance(ancestor, QScrollArea):
            ancestor = ancestor.parentWidget()
        if ancestor is not None:
            ancestor.ensureWidgetVisible(target, 0, 64)

    def focus_first(self) -> None:
        """Put the keyboard's focus into the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_read_only(self, read_only: bool) -> None:
        """Show everything, change nothing: values can still be read and copied, actions are gone."""
        if not read_only:
            return
        for condition in self.findChildren(ConditionEditor):
            condition.set_read_only()
        for line in self.findChildren(QLineEdit):
            line.setReadOnly(True)
            line.setPlaceholderText("")  # nobody is to write there
            dress_anew(line)  # some were dressed while they were filled, when they could still be changed
        for area in self.findChildren(QPlainTextEdit):
            area.setReadOnly(True)
            area.setPlaceholderText("")
        for spin in self.findChildren(QAbstractSpinBox):
            spin.setReadOnly(True)
            spin.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        for combo in self.findChildren(ComboBox):
            combo.set_read_only()
            if combo.adds:
                combo.hide()
        for check in self.findChildren(QCheckBox):
            set_property(check, "readOnly", True)
        for button in self.findChildren(QAbstractButton):
            if isinstance(button, LinkButton | IconButton):
                button.hide()
            button.setEnabled(False)


def _show_error(field: QWidget, place: QLabel, sentence: str) -> None:
    mark_invalid(field, sentence)
    show_sentence(place, sentence)
