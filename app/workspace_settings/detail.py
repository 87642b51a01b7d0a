"""The thing that is chosen in a list: a form, saving and undo, deleting where nothing uses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import tasks
from app.editors.base import Context, RawObject
from app.editors.registry import EditorFactory
from app.language import Retranslated
from app.panels.form import Form
from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label
from app.widgets.toast import Link
from engine.components.hints import FormField
from engine.files import FileError
from engine.i18n import N_, ntr, tr
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

WIDTH = 90
_USES_SHOWN = 12
_KINDS: Mapping[str, str] = {
    "campaign": N_("Campaign"),
    "audience": N_("Audience"),
    "message": N_("Message"),
    "account": N_("Account"),
    "catalog": N_("Catalogue"),
    "settings": N_("Settings"),
}


def use_words(uses: Sequence[Use]) -> list[str]:
    """One line a place, of many the first ones."""
    shown = [f"{tr(_KINDS.get(use.kind, use.kind))}: {use.name}" for use in uses[:_USES_SHOWN]]
    if len(uses) > _USES_SHOWN:
        rest = len(uses) - _USES_SHOWN
        shown.append(ntr("and {n:,} more", "and {n:,} more", rest))
    return shown


class Detail(Retranslated, QWidget):
    """Signals `saved()`, `deleted()`. `key` is None until a new one is saved for the first time.

    A subclass says the `fields`, what is stored (`stored`), what judges and writes it, and where it is used.
    """

    saved = Signal()
    deleted = Signal()

    def __init__(self, window: MainWindow, workspace: Workspace, key: str | None) -> None:
        super().__init__()
        self.window_ = window
        self.workspace = workspace
        self.key = key
        self.context = Context(workspace)
        self.form = Form((), self.context)
        self._live = False
        self._before: RawObject = {}
        grid = window.look.sizes.grid
        self._title = label("title", wrap=True)
        self._kind = label("muted", wrap=True)
        self._used = label("small", wrap=True)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.error = label("error", wrap=True)
        self.delete_button = button("link", self.ask_to_delete)
        self.delete_button.setProperty("state", "danger")
        self.discard_button = button("", self.discard)
        self.save_button = button("primary", lambda: self.save())
        row = QHBoxLayout()
        row.setContentsMargins(3 * grid, grid, 3 * grid, grid)
        row.setSpacing(grid)
        row.addWidget(self.delete_button)
        row.addWidget(self.error, 1)
        row.addWidget(self.discard_button)
        row.addWidget(self.save_button)
        bar = QFrame()
        bar.setProperty("role", "foot")
        bar.setLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area, 1)
        column.addWidget(bar)

    def begin(self) -> None:
        """Make the form; called at the end of a subclass's `__init__`."""
        self.form = self._make(self.stored())
        self._before = self.form.values()
        self.retranslate_frame()
        self._show_state()
        self._look_for_uses()

    # What a subclass says ----------------------------------------------------------------------------------

    def fields(self) -> Iterable[FormField]:
        raise NotImplementedError

    def factories(self) -> Mapping[str, EditorFactory]:
        return {}

    def stored(self) -> RawObject:
        """What the form holds of what is stored, or of a new one."""
        raise NotImplementedError

    def title_text(self) -> str:
        """What it is called."""
        raise NotImplementedError

    def kind_text(self) -> str:
        """What it is, below its name."""
        return ""

    def below(self) -> Sequence[QWidget]:
        """Widgets under the form, made anew with it."""
        return ()

    def judge(self) -> tuple[Any, dict[str, str]]:
        """What the form makes, or None, and sentences by path of its fields."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """Store it; its key. In the background. Raises `FileError`."""
        raise NotImplementedError

    def take_back(self) -> Callable[[], object]:
        """What undoes the next `write` or `remove`. Asked before it, called in the background."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete it. In the background. Raises `FileError`."""
        raise NotImplementedError

    def uses(self) -> Sequence[Use]:
        """Where it is used; in the background."""
        return ()

    def on_changed(self) -> None:
        """Something was changed in the form."""

    def on_uses(self, uses: Sequence[Use]) -> None:
        """It is known where it is used."""

    # The page ----------------------------------------------------------------------------------------------

    @property
    def touched(self) -> bool:
        """Whether something was entered that is not saved."""
        return self.form.values() != self._before

    @property
    def dirty(self) -> bool:
        """Whether there is something to save; a new one always is."""
        return self.key is None or self.touched

    def at_stake(self) -> object:
        """What would be lost, None where nothing would."""
        return self.form.values() if self.touched else None

    def focus_first(self) -> None:
        self.form.focus_first()

    def reload(self) -> None:
        """The workspace was read again and nothing is half-typed: show what is stored now."""
        self.form.load(self.stored())
        self._before = self.form.values()
        self.retranslate_frame()
        self._show_state()
        self._look_for_uses()

    def discard(self) -> None:
        """Show again what is stored; a new one goes."""
        if self.key is None:
            self.deleted.emit()
        else:
            self._live = False
            self.form.show_errors({})
            self.error.clear()
            self.reload()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Check, and write; errors are shown at their fields."""
        self._live = True
        value, errors = self.judge()
        if self._show(errors) or value is None:
            target = self.form.first_invalid()
            if target is not None:
                target.setFocus()
                self.area.ensureWidgetVisible(target, 0, 64)
            return
        undo = self.take_back()

        def done(key: str) -> None:
            self.key = key
            self._live = False
            self._before = self.form.values()
            self.error.clear()
            self.retranslate_frame()
            self._show_state()
            self._say(tr("“{name}” is saved.", name=self.title_text()), undo)
            self.saved.emit()
            if then is not None:
                then()

        tasks.run(lambda: self.write(value), done, self._on_refused)

    def ask_to_delete(self) -> None:
        """Delete it after a question; where it is used, say where instead."""
        if self.key is None:
            self.discard()
            return
        tasks.run(self.uses, self._on_uses, self.window_.show_error)

    def _on_uses(self, uses: Sequence[Use]) -> None:
        name = self.title_text()
        if uses:
            sentence = tr("It is used here. Take it out there first:")
            ask(self, tr("“{name}” cannot be deleted", name=name), "\n".join([sentence, *use_words(uses)]))
            return
        ask(
            self,
            tr("Delete “{name}”?", name=name),
            tr("Nothing uses it."),
            Choice(tr("Delete"), self._delete, "danger"),
        )

    def _delete(self) -> None:
        name, undo = self.title_text(), self.take_back()

        def done(_result: object) -> None:
            self._say(tr("“{name}” is deleted.", name=name), undo)
            self.deleted.emit()

        tasks.run(self.remove, done, self.window_.show_error)

    def _say(self, words: str, undo: Callable[[], object]) -> None:
        window = self.window_

        def done(_result: object) -> None:
            window.reload()
            window.toast.show_message(tr("It is as it was before."))

        def take_back() -> None:
            tasks.run(undo, done, window.show_error)

        window.toast.show_message(words, link=Link(tr("Undo"), take_back))

    def _look_for_uses(self) -> None:
        if self.key is not None:
            tasks.run(self.uses, self._show_uses, self.window_.show_error)

    def _show_uses(self, uses: Sequence[Use]) -> None:
        self._used.setVisible(bool(uses))
        self._used.setText("\n".join([tr("Used by"), *use_words(uses)]))
        self.on_uses(uses)

    def _on_refused(self, error: Exception) -> None:
        field = getattr(error, "field", None)
        message = getattr(error, "message", None)
        if isinstance(field, str) and message is not None and (not isinstance(error, FileError) or field):
            self._show({field: str(message)})
        else:
            self.window_.show_error(error)

    def retranslate(self) -> None:
        self.form = self._make(self.form.values())
        self.retranslate_frame()
        self._show_state()
        self._look_for_uses()

    def retranslate_frame(self) -> None:
        """The texts around the form."""
        self._title.setText(self.title_text())
        self._kind.setText(self.kind_text())
        self._kind.setVisible(bool(self.kind_text()))
        self.delete_button.setText(tr("Delete…"))
        self.discard_button.setText(tr("Discard"))
        self.save_button.setText(tr("Save"))

    def _make(self, raw: RawObject) -> Form:
        grid = self.window_.look.sizes.grid
        form = Form(self.fields(), self.context, self.factories())
        form.load(raw)
        form.changed.connect(self._on_changed)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        head = QVBoxLayout()
        head.setSpacing(grid // 2)
        # They are the page's own: a form that goes takes its content along.
        self._title, self._kind = label("title", wrap=True), label("muted", wrap=True)
        head.addWidget(self._title)
        head.addWidget(self._kind)
        column.addLayout(head)
        column.addWidget(form)
        self._used = label("small", wrap=True)
        self._used.hide()
        for widget in (*self.below(), self._used):
            column.addWidget(widget)
        column.addStretch(1)
        content.setMaximumWidth(WIDTH * grid)
        if (old := self.area.takeWidget()) is not None:
            old.deleteLater()
        self.area.setWidget(content)
        return form

    def _on_changed(self) -> None:
        if self._live:
            self._show(self.judge()[1])
        self._show_state()
        self.on_changed()

    def _show(self, errors: Mapping[str, str]) -> bool:
        self.error.setText(self.form.show_errors(errors))
        return bool(errors)

    def _show_state(self) -> None:
        self.save_button.setEnabled(self.dirty)
        self.discard_button.setVisible(self.dirty)
        self.delete_button.setVisible(self.key is not None)
