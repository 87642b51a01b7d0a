"""A section that is a form over `workspace.json`: what is changed counts once saved, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import tasks
from app.campaign_list.status import Status
from app.editors.base import Context, RawObject
from app.editors.registry import EditorFactory
from app.engine.situation import State
from app.panels.form import Form
from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label
from app.widgets.toast import Link
from app.workspace_settings.section import SectionPage
from engine.components.hints import FormField
from engine.files.findings import findings
from engine.i18n import ntr, tr
from engine.workspace.settings import SETTINGS, Settings
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

WIDTH = 90
"""Of the form, in grid steps: longer lines are hard to read."""
_NAMES_SHOWN = 5


class FormSection(SectionPage):
    """A subclass says which `fields` of the settings it shows, and what else can be wrong with them.

    affects_running: whether campaigns in progress obey these settings.
    """

    affects_running = True
    introduction = ""
    """What the section is for, in English, marked with `N_`."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self.form: Form | None = None
        self._workspace: Workspace | None = None
        self._saved: RawObject = {}
        self._live = False
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.notice = label("muted", wrap=True)
        self.save_button = button("primary", lambda: self.save())
        self.discard_button = button("", self.discard)
        self.bar = QFrame()
        self.bar.setProperty("role", "foot")
        grid = window.look.sizes.grid
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        row.setSpacing(grid)
        row.addWidget(self.notice, 1)
        row.addWidget(self.discard_button)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area, 1)
        column.addWidget(self.bar)
        self.bar.hide()
        self.retranslate_bar()

    def fields(self) -> Iterable[FormField]:
        """The fields, in order; their names are keys of `workspace.json`."""
        raise NotImplementedError

    def factories(self) -> Mapping[str, EditorFactory]:
        """Editors of fields, by name, that no hint names."""
        return {}

    def further_errors(self, settings: Settings) -> Mapping[str, str]:
        """What else is wrong with settings that can be read, by path."""
        return {}

    @property
    def dirty(self) -> bool:
        """Whether something is changed and not saved."""
        return self.form is not None and self._mine(self.form.values()) != self._mine(self._saved)

    def show_workspace(self, workspace: Workspace) -> None:
        other = self._workspace is not workspace
        self._workspace = workspace
        if other or not self.dirty:
            self._load(self._of(workspace.settings))
        elif self.form is not None:
            self.form.refresh()

    def focus_first(self) -> None:
        if self.form is not None:
            self.form.focus_first()

    def retranslate(self) -> None:
        self.retranslate_bar()
        if self._workspace is not None and self.form is not None:
            self._make(self.form.values())
            self._on_changed()

    def retranslate_bar(self) -> None:
        self.save_button.setText(tr("Save"))
        self.discard_button.setText(tr("Discard"))

    def at_stake(self) -> object:
        return self._mine(self.form.values()) if self.form is not None and self.dirty else None

    def leave(self, then: Callable[[], object]) -> None:
        if not self.dirty:
            then()
            return

        def drop() -> None:
            self.discard()
            then()

        ask(
            self,
            tr("Save the changes first?"),
            tr("These settings have changes that are not saved."),
            Choice(tr("Discard"), drop, "danger"),
            Choice(tr("Save"), lambda: self.save(then)),
        )

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Check everything and write the file; errors are shown at their fields instead."""
        self._live = True
        settings, errors = self._judged()
        if self._show(errors) or settings is None:
            self._focus_invalid()
            return
        assert self._workspace is not None
        self.store(self._workspace, settings, self._workspace.settings, then)

    def discard(self) -> None:
        """Show again what is saved."""
        if self._workspace is not None:
            self._load(self._of(self._workspace.settings))

    def store(
        self,
        workspace: Workspace,
        settings: Settings,
        before: Settings,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Write settings in the background; then campaigns obey them, and it can be undone."""

        def done(_result: object) -> None:
            self._load(self._of(settings))
            self.window_.toast.show_message(
                self._saved_words(), link=Link(tr("Undo"), partial(self._undo, workspace, before))
            )
            self.window_.reload()
            self._tell_engine()
            if then is not None:
                then()

        tasks.run(lambda: workspace.save_settings(settings), done, self.window_.show_error)

    def _undo(self, workspace: Workspace, before: Settings) -> None:
        def done(_result: object) -> None:
            self._load(self._of(before))
            self.window_.toast.show_message(tr("The settings are as they were before."))
            self.window_.reload()
            self._tell_engine()

        tasks.run(lambda: workspace.save_settings(before), done, self.window_.show_error)

    def _tell_engine(self) -> None:
        """A running engine read the settings when it started: it starts anew, and loses nothing by that."""
        service = self.window_.service
        if self.affects_running and service is not None and service.state is State.ON:
            service.restart(self.window_.show_error)

    def _saved_words(self) -> str:
        count = len(self.running())
        if not self.affects_running or not count:
            return tr("Saved.")
        return ntr(
            "Saved. {n:,} running campaign obeys it from now on.",
            "Saved. {n:,} running campaigns obey it from now on.",
            count,
        )

    def running(self) -> list[str]:
        """The names of the campaigns that obey the settings at this moment."""
        going = (Status.IN_PROGRESS, Status.NOT_STARTED)
        return [row.name for row in self.window_.rows() if row.status in going]

    def _of(self, settings: Settings) -> RawObject:
        raw: RawObject = settings.canonical()
        return raw

    def _mine(self, raw: RawObject) -> RawObject:
        return {field.name: raw.get(field.name) for field in self.fields()}

    def _load(self, raw: RawObject) -> None:
        self._live = False
        self._saved = raw
        if self.form is None:
            self._make(raw)
        else:
            self.form.load(raw)
            self.form.show_errors({})
        assert self.form is not None
        self._saved = {**raw, **self._mine(self.form.values())}  # as the editors say it
        self.bar.hide()

    def _make(self, raw: RawObject) -> None:
        assert self._workspace is not None
        grid = self.window_.look.sizes.grid
        self.form = Form(self.fields(), Context(self._workspace), self.factories())
        self.form.load(raw)
        self.form.changed.connect(self._on_changed)
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(2 * grid, 3 * grid, 2 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        if self.introduction:
            column.addWidget(label("muted", tr(self.introduction), wrap=True))
        column.addWidget(self.form)
        column.addStretch(1)
        content.setMaximumWidth(WIDTH * grid)
        if (old := self.area.takeWidget()) is not None:
            old.deleteLater()
        self.area.setWidget(content)

    def _on_changed(self) -> None:
        if self._live:
            self._show(self._judged()[1])
        self.bar.setVisible(self.dirty)
        self.notice.setText(self._notice_words())

    def _notice_words(self) -> str:
        names = self.running() if self.affects_running else []
        if not names:
            return tr("Not saved yet.")
        shown = ", ".join(names[:_NAMES_SHOWN])
        if len(names) > _NAMES_SHOWN:
            shown = tr("{names} and {n:,} more", names=shown, n=len(names) - _NAMES_SHOWN)
        return tr("Not saved yet. What is changed counts for what runs, too: {names}.", names=shown)

    def _judged(self) -> tuple[Settings | None, dict[str, str]]:
        assert self.form is not None
        assert self._workspace is not None
        saved = self._of(self._workspace.settings)
        mine = self._mine(self.form.values())
        # What the file leaves out where it is empty, such as a switch that nobody touched, has no value here.
        whole = {**saved, **{name: one for name, one in mine.items() if one is not None or name in saved}}
        try:
            settings = SETTINGS.adapter.validate_json(json.dumps(whole))
        except ValidationError as error:
            return None, {".".join(map(str, found.path)): str(found.message) for found in findings(error)}
        errors = dict(self.further_errors(settings))
        return (None if errors else settings), errors

    def _show(self, errors: Mapping[str, str]) -> bool:
        assert self.form is not None
        rest = self.form.show_errors(errors)
        if rest:
            self.notice.setText(rest)
        return bool(errors)

    def _focus_invalid(self) -> None:
        target = self.form.first_invalid() if self.form is not None else None
        if target is not None:
            target.setFocus()
            self.area.ensureWidgetVisible(target, 0, 64)
