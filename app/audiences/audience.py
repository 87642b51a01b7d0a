"""One audience: its rule at the left, what the rule finds at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.audiences.history import History
from app.audiences.insight import Insight
from app.audiences.list_box import ListBox
from app.audiences.rows import Row
from app.editors.base import Context, RawObject, as_object
from app.editors.tab_order import order_tabs
from app.language import Retranslated
from app.panels.form import Form
from app.pickers.audience_fields import (
    FACTORIES,
    LIST_FIELDS,
    RULE_FIELDS,
    cards_of,
    checked,
    file_of,
    values_of,
)
from app.pickers.needs_bar import NeedsBar
from app.widgets.ask import Choice, ask
from app.widgets.basic import IconButton, button, label
from engine.files import FileError
from engine.i18n import tr
from engine.shapes.text import new_id
from engine.workspace.audience import AudienceFile
from engine.workspace.needs import needs_of_rule
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_NEW_LIST: RawObject = {"list": {"id_type": "mobile"}}


class AudienceView(Retranslated, QWidget):
    """Signals: `left()`, back to the list; `saved(id)`; `update_asked(id)`; `use_opened(use)`;
    `uploaded(id)`, a list has other people; `theirs_asked(id)`, what is on disk instead of what is here."""

    left = Signal()
    saved = Signal(str)
    update_asked = Signal(str)
    use_opened = Signal(object)
    uploaded = Signal(str)
    theirs_asked = Signal(str)

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window = window
        self.context = Context(workspace, estimate=window.runs.estimate, figures=window.runs.figures)
        self.id = ""
        self._file: AudienceFile | None = None
        self._saved: RawObject = {}
        self._live = False
        self.back = IconButton("arrow-left", "")
        self.back.clicked.connect(self.leave)
        self._title = label("strong")
        self._dirty = label("small")
        self._undo, self._redo = IconButton("arrow-back-up", ""), IconButton("arrow-forward-up", "")
        self._undo.clicked.connect(self.undo)
        self._redo.clicked.connect(self.redo)
        self.revert = button("", self._on_revert)
        self.save_button = button("primary", self.save)
        self._error = label("error", wrap=True)
        self._needs = NeedsBar(workspace)
        self._needs.created.connect(self._on_catalogue_changed)
        self.list_box = ListBox(window)
        self.list_box.uploaded.connect(self._on_uploaded)
        self.area = QScrollArea()
        self.insight = Insight(window)
        self.insight.show_workspace(workspace)
        self.insight.update_asked.connect(lambda: self.update_asked.emit(self.id))
        self.insight.use_opened.connect(self.use_opened)
        self._lay_out()
        self.form = self._make_form({})
        self._history = History({})
        self._show_words()

    # ---- what is on show

    def open(self, row: Row | None, start: RawObject) -> None:
        """Show an audience, or a new one that begins with `start`."""
        self.insight.begin()
        self._file = None if row is None else row.file
        self.id = new_id("a", self.context.workspace.audiences) if row is None else row.file.id
        self._live = False
        values = dict(start) if row is None else values_of(row.file)
        self.form = self._make_form(values)
        self._saved = {} if row is None else self.form.values()
        self._history = History(self.form.values())
        self.insight.show_audience(row)
        self._error.hide()
        self._follow()
        if row is None or row.file.cards is None:
            self.form.focus_first()
        else:
            self.back.setFocus()

    def open_new_list(self) -> None:
        """Show a new list."""
        self.open(None, dict(_NEW_LIST))

    def show_row(self, row: Row | None) -> None:
        """What is stored may have changed, and the file: it is shown, unless something here is not saved."""
        if row is None or self._file is None:
            return
        if row.file != self._file and not self.unsaved:
            self.open(row, {})
        else:
            self.insight.show_audience(row)

    def refresh(self) -> None:
        """Files of the workspace were read again; what is being edited stays."""
        self.form.refresh()
        self.insight.show_workspace(self.context.workspace)

    @property
    def is_new(self) -> bool:
        return self._file is None

    @property
    def unsaved(self) -> bool:
        return self.form.values() != self._saved

    def leave(self) -> None:
        """Back to the list; what is not saved is asked about there."""
        self.left.emit()

    # ---- saving

    def save(self) -> bool:
        """Save the audience, or show what is wrong with it; whether it was saved."""
        self._live = True
        value, errors = self._checked()
        if self._show(errors) or value is None:
            if (target := self.form.first_invalid()) is not None:
                target.setFocus()
                self.area.ensureWidgetVisible(target, 0, 64)
            return False
        if self._file is not None and self.context.workspace.audiences.get(self.id) != self._file:
            self._ask_about_other()
            return False
        try:
            self.context.workspace.save_audience(value)
        except FileError as error:
            self._show({error.field: str(error.message)})
            return False
        self._file = value
        self._saved = self.form.values()
        self._follow()
        self.saved.emit(value.id)
        return True

    def _ask_about_other(self) -> None:
        """Others have changed or deleted the file: nothing of theirs is overwritten unasked."""

        def keep_mine() -> None:
            self._file = self.context.workspace.audiences.get(self.id)
            self.save()

        ask(
            self._window,
            tr("The audience was changed elsewhere"),
            tr("Its file is not what it was when you opened it."),
            Choice(tr("Take theirs"), lambda: self.theirs_asked.emit(self.id), ""),
            Choice(tr("Save mine"), keep_mine),
        )

    def _on_revert(self) -> None:
        self._take(self._saved)
        self._history.note(self.form.values())
        self._follow()

    # ---- undo

    def undo(self) -> None:
        if self._history.can_undo:
            self._take(as_object(self._history.undo()))
            self._follow()

    def redo(self) -> None:
        if self._history.can_redo:
            self._take(as_object(self._history.redo()))
            self._follow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A field of text undoes its own typing; elsewhere the form's steps are undone."""
        writing = isinstance(self.focusWidget(), QLineEdit | QPlainTextEdit)
        if event.matches(QKeySequence.StandardKey.Undo) and not writing:
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) and not writing:
            self.redo()
        elif event.matches(QKeySequence.StandardKey.Save):
            self.save()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        self._show_words()
        self.form = self._make_form(self.form.values())
        self._follow()

    # ---- inside

    def _show_words(self) -> None:
        for control, text in (
            (self.back, tr("Back to the audiences")),
            (self._undo, tr("Undo")),
            (self._redo, tr("Redo")),
        ):
            control.setToolTip(text)
            control.setAccessibleName(text)
        self.revert.setText(tr("Revert"))
        self.save_button.setText(tr("Save"))

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        head = QHBoxLayout()
        head.setContentsMargins(grid, grid, 2 * grid, grid)
        head.setSpacing(grid)
        for part in (self.back, self._title, self._dirty):
            head.addWidget(part)
        head.addStretch(1)
        for control in (self._undo, self._redo, self.revert, self.save_button):
            head.addWidget(control)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setMinimumWidth(45 * grid)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.area)
        sides.addWidget(self.insight)
        sides.setSizes([640, 480])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(sides, 1)

    def _make_form(self, values: RawObject) -> Form:
        grid = self._window.look.sizes.grid
        is_list = "list" in values
        fields = LIST_FIELDS if is_list else RULE_FIELDS
        form = Form(fields, self.context, FACTORIES)
        form.load(values)
        form.changed.connect(self._on_changed)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(3 * grid, grid, 3 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        column.addWidget(self._needs)
        column.addWidget(self._error)
        column.addWidget(form)
        column.addWidget(self.list_box)
        column.addStretch(1)
        self.list_box.setVisible(is_list)
        if (old := self.area.takeWidget()) is not None:
            for kept in (self._needs, self._error, self.list_box):
                if kept.parent() is old:
                    kept.setParent(content)
            old.deleteLater()
        self.area.setWidget(content)
        order_tabs(self)
        return form

    def _take(self, values: RawObject) -> None:
        """Show other values in the form."""
        self.form.load(values)
        if self._live:
            self._show(self._checked()[1])

    def _on_changed(self) -> None:
        writing = isinstance(self.focusWidget(), QLineEdit | QPlainTextEdit)
        self._history.note(self.form.values(), merge=writing)
        order_tabs(self)
        if self._live:
            self._show(self._checked()[1])
        self._follow()

    def _follow(self) -> None:
        """Bring everything around the form in line with it."""
        values = self.form.values()
        name = values.get("name")
        kind = tr("New list") if "list" in values else tr("New audience")
        self._title.setText(name if isinstance(name, str) and name else kind)
        unsaved = self.unsaved
        self._dirty.setText(tr("Not saved") if unsaved else "")
        self.save_button.setEnabled(unsaved)
        self.revert.setVisible(not self.is_new)
        self.revert.setEnabled(unsaved)
        self._undo.setEnabled(self._history.can_undo)
        self._redo.setEnabled(self._history.can_redo)
        raw = {**self._raw(), "name": "-"}
        value, _errors = checked(raw, self.context.workspace.catalog)
        named = None if value is None else value.model_copy(update={"name": str(name or "")})
        self.insight.show_rule(named)
        self._needs.show_needs(needs_of_rule(cards_of(values), self.context.workspace.catalog))
        self.list_box.show_list(self._file)

    def _raw(self) -> RawObject:
        return file_of(self.form.result(), self.id or "a")

    def _checked(self) -> tuple[Any, dict[str, str]]:
        return checked(self._raw(), self.context.workspace.catalog)

    def _show(self, errors: dict[str, str]) -> bool:
        rest = self.form.show_errors(errors)
        self._error.setText(rest)
        self._error.setVisible(bool(rest))
        return bool(rest) or self.form.first_invalid() is not None

    def _on_catalogue_changed(self) -> None:
        self.form.refresh()
        self._follow()

    def _on_uploaded(self) -> None:
        self.uploaded.emit(self.id)
