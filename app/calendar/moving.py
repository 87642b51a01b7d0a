"""Rescheduling from the calendar: a question first, then one change that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QDialog

from app import tasks
from app.calendar import words
from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.toast import Link
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, reschedule
from engine.campaign.ops import Op, StaleOpError, inverse
from engine.i18n import N_, Message, MessageError, ntr, tr
from engine.shapes.time import instant
from engine.workspace.calendar import Planned
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class _Moved(NamedTuple):
    """A campaign's file as it would be, and what it takes to get there."""

    document: CampaignDocument
    edit: Edit
    path: Path


class Moving:
    """Moves campaigns by days: those that are open in their tab, so that its own undo has the step, too."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def ask(self, one: Planned, days: int) -> None:
        """Say what would change, and move where that is wanted."""
        window, workspace = self._window, self._window.workspace
        if workspace is None or not days:
            return
        zone = ZoneInfo(workspace.settings.time_zone)
        editor = self._editor_of(one.id)
        if editor is not None:
            try:
                edit = reschedule(editor.session.document, days, zone)
            except MessageError as refused:
                window.show_error(refused)
                return
            before = editor.session.document
            self._question(one, before, edit, zone, partial(self._push, one.id, edit), days)
            return

        def prepared(moved: _Moved) -> None:
            self._question(one, moved.document, moved.edit, zone, partial(self._save, workspace, moved), days)

        tasks.run(partial(_prepare, workspace, one.id, days, zone), prepared, window.show_error)

    def ask_for_day(self, one: Planned) -> None:
        """The way by keyboard: ask for the new first day."""
        MoveDialog(self._window, one, lambda day: self.ask(one, (day - one.first).days)).open()

    def _question(
        self,
        one: Planned,
        before: CampaignDocument,
        edit: Edit,
        zone: ZoneInfo,
        then: Callable[[], object],
        days: int,
    ) -> None:
        after = CampaignDocument(before.attributes, before.nodes, before.links, before.notes, before.layout)
        after.apply(edit.ops)
        lines = _changes(before, after, zone)
        if one.state == "not_started":
            lines.append(tr("It is published with the old dates: publish it again, and the new ones count."))
        if _fixed_times(after):
            lines.append(tr("Fixed times inside the campaign stay as they are. Check them."))
        by = ntr("by {n:,} day", "by {n:,} days", abs(days))
        title = (
            tr("Move “{name}” {days} later?", name=one.name, days=by)
            if days > 0
            else tr("Move “{name}” {days} earlier?", name=one.name, days=by)
        )
        ask(self._window, title, "\n".join(lines), Choice(tr("Move"), then))

    def _push(self, id: str, edit: Edit) -> None:
        """The campaign is open: its own undo takes the step back."""
        editor = self._editor_of(id)
        if editor is None:
            return
        editor.session.push(edit)
        link = Link(tr("Undo"), editor.session.undo_stack.undo)
        self._window.toast.show_message(tr("Moved in its tab. Save it there."), link=link)

    def _save(self, workspace: Workspace, moved: _Moved) -> None:
        window = self._window

        def work() -> None:
            moved.document.apply(moved.edit.ops)
            workspace.save_campaign(moved.document, moved.path, unless_changed=True)

        def done(_result: object) -> None:
            name = moved.document.attributes.name
            undo = partial(self._undo, workspace, moved.document.attributes.id, inverse(moved.edit.ops))
            window.toast.show_message(tr("“{name}” is moved.", name=name), link=Link(tr("Undo"), undo))
            window.reload()

        tasks.run(work, done, window.show_error)

    def _undo(self, workspace: Workspace, id: str, ops: tuple[Op, ...]) -> None:
        window = self._window

        def work() -> None:
            document = workspace.load_campaign(id)
            path = workspace.campaign_files.path_of(id)
            try:
                document.apply(ops)
            except StaleOpError:
                text = N_("The campaign has been changed since. Nothing was undone.")
                raise MessageError(Message(text)) from None
            workspace.save_campaign(document, path)

        def done(_result: object) -> None:
            window.toast.show_message(tr("It is as it was before."))
            window.reload()

        tasks.run(work, done, window.show_error)

    def _editor_of(self, id: str) -> EditorPage | None:
        for editor in self._window.editors:
            if editor.session.document.attributes.id == id:
                return editor
        return None


def _prepare(workspace: Workspace, id: str, days: int, zone: ZoneInfo) -> _Moved:
    document = workspace.load_campaign(id)
    return _Moved(document, reschedule(document, days, zone), workspace.campaign_files.path_of(id))


def _changes(before: CampaignDocument, after: CampaignDocument, zone: ZoneInfo) -> list[str]:
    """What changes, a line each: from when to when."""
    pairs = [
        (tr("Start"), before.attributes.start, after.attributes.start),
        (tr("End"), before.attributes.end, after.attributes.end),
    ]
    for id, node in after.nodes.items():
        old, new = before.nodes[id].config.get("at"), node.config.get("at")
        if old != new and isinstance(old, str) and isinstance(new, str):
            pairs.append((node.name, old, new))
    return [
        tr("{what}: {before} → {after}", what=what, before=_shown(old, zone), after=_shown(new, zone))
        for what, old, new in pairs
        if old is not None and new is not None
    ]


def _shown(text: str, zone: ZoneInfo) -> str:
    moment: datetime = instant(text).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M}"


def _fixed_times(document: CampaignDocument) -> bool:
    """Whether components behind the trigger have times of their own."""
    from engine.components.registry import component

    for _, node in document.all_nodes():
        config = node.parsed.config
        if (
            config is not None
            and node.kind != "target_audience"
            and list(component(node.kind).fixed_times(config))
        ):
            return True
    return False


class MoveDialog(QDialog):
    """The new first day of a campaign."""

    def __init__(self, window: MainWindow, one: Planned, chosen: Callable[[date], object]) -> None:
        super().__init__(window)
        self._chosen = chosen
        self.setWindowTitle(tr("Move in the calendar"))
        column = dialog_column(self, tr("Move “{name}”", name=one.name))
        column.addWidget(
            label("muted", tr("It begins on {day} now.", day=words.day_words(one.first)), wrap=True)
        )
        column.addWidget(label("label", tr("New first day")))
        self.day = QDateEdit(QDate(one.first.year, one.first.month, one.first.day))
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setCalendarPopup(True)
        self.day.setAccessibleName(tr("New first day"))
        column.addWidget(self.day)
        self.move_button = button("primary", self._on_move, tr("Move…"))
        self.move_button.setDefault(True)
        column.addLayout(button_row(button("", self.reject, tr("Cancel")), self.move_button))
        self.day.setFocus()

    def _on_move(self) -> None:
        shown = self.day.date()
        self.accept()
        self._chosen(date(shown.year(), shown.month(), shown.day()))
