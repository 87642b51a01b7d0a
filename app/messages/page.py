"""The place of messages: the list with its filters, or the editor of one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QPushButton, QStackedWidget, QWidget

from app import tasks
from app.campaign_list.filters import SearchField
from app.editors.base import RawObject
from app.editors.message_fields import KIND_NAMES
from app.messages.commands import MessageCommands
from app.messages.editing import MessageForm
from app.messages.rows import STATUS_COLOURS, STATUS_NAMES, Filter, Row, read_rows
from app.messages.table import MessageTable
from app.navigation.page import PlacePage
from app.widgets.ask import Choice, ask
from app.widgets.basic import ActionButton, button, label, set_property, tool_button
from app.widgets.drop_down import DropDown
from app.widgets.empty import EmptyState
from engine.files import FileError
from engine.i18n import ntr, tr
from engine.shapes.text import new_id
from engine.workspace.message import KINDS, STATUSES, MessageFile
from engine.workspace.message_states import edited
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

ROW_ACTIONS = (
    "message.open",
    "message.test",
    "message.submit",
    "message.approve",
    "message.reject",
    "message.copy",
    "message.delete",
)


class MessagesPage(PlacePage):
    """Attributes: commands; table; form (the editor that is open, else None); unsaved (it has changes)."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.look, window.actions_, window.tabs.home)
        self._window = window
        self._workspace: Workspace | None = None
        self._rows: list[Row] = []
        self._filter = Filter()
        self._opened: str | None = None
        self.form: MessageForm | None = None
        self.unsaved = False
        self.commands = MessageCommands(window, self)
        self.table = MessageTable(window.look)
        self.search = SearchField(window.look)
        self._kinds, self._statuses = DropDown(), DropDown()
        self.new = QPushButton()
        self.new.setProperty("role", "primary")
        self.back = button("ghost", lambda: self.leave_editor(self.close_editor))
        self.state = label("pill")
        self.more = QPushButton()
        self.test = tool_button(window.actions_["message.test"])
        self.submit = ActionButton(window.actions_["message.submit"])
        self.approve = ActionButton(window.actions_["message.approve"])
        self.save = button("primary", self.save_message)
        self._nothing = EmptyState(window.look, "message")
        self._nothing_found = EmptyState(window.look, "search")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.retranslate()

    # ---- the place

    def show_workspace(self, workspace: Workspace) -> None:
        if self._workspace is not None and workspace.folder != self._workspace.folder:
            self.close_editor()
        self._workspace = workspace
        if self.form is not None:
            self.form.show_workspace(workspace)
        tasks.run(partial(read_rows, workspace), partial(self._take_rows, workspace), self._window.show_error)

    def at_stake(self) -> Mapping[str, object]:
        changed = self.form is not None and self.unsaved and self._touched
        return {"message": self.form.values()} if changed and self.form is not None else {}

    def leave(self, then: Callable[[], object]) -> None:
        if self.at_stake():
            self._window.navigation.go("messages")
        self.leave_editor(then)

    def show_object(self, id: str) -> None:
        if self._workspace is not None and id in self._workspace.messages:
            self.leave_editor(lambda: self.open_message(id))

    def focus_first(self) -> None:
        if self.form is not None:
            self.form.focus_first()
        elif self._rows:
            self.table.setFocus()
        else:
            self.new.setFocus()

    def retranslate(self) -> None:
        self.new.setText(tr("New message"))
        self.back.setText(tr("All messages"))
        self.more.setText(tr("More"))
        self.save.setText(tr("Save"))
        for box, first, names in (
            (self._kinds, tr("All kinds"), {kind: KIND_NAMES[kind] for kind in KINDS}),
            (self._statuses, tr("All states"), {status: STATUS_NAMES[status] for status in STATUSES}),
        ):
            index = max(0, box.currentIndex())
            box.blockSignals(True)
            box.clear()
            box.addItem(first, None)
            for value, name in names.items():
                box.addItem(tr(name), value)
            box.setCurrentIndex(index)
            box.blockSignals(False)
        self._kinds.setAccessibleName(tr("Kind"))
        self._statuses.setAccessibleName(tr("State"))
        self._nothing.set_texts(
            tr("No messages yet"),
            tr("A message says what people read: an SMS, an email, a template message. Campaigns send it."),
            tr("New message"),
        )
        self._nothing_found.set_texts(
            tr("No message matches"), tr("Change the search or the filters to see more."), tr("Clear filters")
        )
        self._show()

    # ---- what is at hand

    def current(self) -> MessageFile | None:
        """The message that is open, as it was saved, else the one that is selected in the list."""
        if self._workspace is None:
            return None
        if self.form is not None:
            return self._workspace.messages.get(self._opened or "")
        row = self.table.selected()
        return None if row is None else self._workspace.messages.get(row.message.id)

    def used(self, id: str) -> tuple[str, ...]:
        """The campaigns that use a message."""
        return next((row.used for row in self._rows if row.message.id == id), ())

    def written(self) -> MessageFile | None:
        """The message at hand as it stands in the editor; None where it is not whole, which is shown."""
        if self.form is None:
            return self.current()
        if self._opened is None:
            self.form.give_id(new_id("m", self.form.workspace.messages))
        return self.form.judge()[0]

    # ---- the editor

    def open_message(self, id: str) -> None:
        """Open a message in the editor."""
        assert self._workspace is not None
        if (message := self._workspace.messages.get(id)) is not None:
            raw: RawObject = message.model_dump(mode="json", by_alias=True, exclude_none=True)
            self.edit(raw, id)

    def edit(self, raw: RawObject, id: str | None) -> None:
        """Edit a file's object; `id` None: it has no file yet."""
        assert self._workspace is not None
        self.close_editor()
        self._opened, self.unsaved = id, id is None
        self._base = self._workspace.messages.get(id or "")
        self.form = MessageForm(self.look, self._workspace, raw, self._stack)
        self.form.changed.connect(self._on_changed)
        self._stack.addWidget(self.form)
        self._show()
        self.form.focus_first()

    def close_editor(self) -> None:
        """Back to the list; what was not saved is gone."""
        if self.form is None:
            return
        form, self.form, self.unsaved = self.form, None, False
        opened, self._opened = self._opened, None
        self._stack.removeWidget(form)
        form.deleteLater()
        self._show()
        if opened is not None:
            self.table.select(opened)
        self.focus_first()

    def leave_editor(self, then: Callable[[], object]) -> None:
        """Go on at once, or ask first what becomes of what is not saved."""
        if self.form is None or not self.unsaved or not self._touched:
            then()
            return

        def save() -> None:
            if self.save_message():
                then()

        title = tr("Leave without saving?")
        text = tr("The message has changes that are not saved.")
        drop = Choice(tr("Leave without saving"), then, "")
        ask(self._window, title, text, drop, Choice(tr("Save and leave"), save))

    def save_message(self) -> bool:
        """Save what is open, in the state that follows; whether it could be."""
        assert self.form is not None
        assert self._workspace is not None
        workspace = self._workspace
        if self._opened is None:
            self.form.give_id(new_id("m", workspace.messages))
        message, findings = self.form.judge()
        if message is None:
            return False
        before = workspace.messages.get(message.id)
        if before != self._base:
            self._ask_about_other(before)
            return False
        auto = workspace.settings.auto_approve
        message = edited(before, message, findings, auto_approve=auto)
        try:
            workspace.save_message(message)
        except FileError as error:
            self.form.show_error(str(error.message))
            return False
        self._window.reload()
        self.show_saved(message)
        errors = sum(found.is_error for found in findings)
        if errors:
            said = tr("Saved as a draft: it cannot be used before what is marked is put right.")
            self._window.toast.show_message(said, tone="warn")
        else:
            said = tr(
                "Saved “{name}”: {state}.", name=message.name, state=tr(STATUS_NAMES[message.status]).lower()
            )
            self._window.toast.show_message(said)
        return True

    def show_saved(self, message: MessageFile) -> None:
        """The message at hand is on disk like this."""
        if self.form is not None:
            self._opened, self.unsaved, self._touched = message.id, False, False
            self._base = message
        self._show()

    def show_findings(self) -> None:
        """Show what forbids approval at the fields, in the editor."""
        if self.form is None and (message := self.current()) is not None:
            self.open_message(message.id)
        if self.form is not None:
            self.form.judge()

    _touched = False
    _base: MessageFile | None = None
    """What the message was when it was opened: somebody else may have saved it since."""

    def _ask_about_other(self, other: MessageFile | None) -> None:
        """Others have changed or deleted the file: nothing of theirs is overwritten unasked."""

        def keep_mine() -> None:
            self._base = other
            self.save_message()

        def take_theirs() -> None:
            self.close_editor()
            if other is not None:
                self.open_message(other.id)

        title = tr("The message was changed elsewhere")
        text = tr("Its file is not what it was when you opened it.")
        theirs = Choice(tr("Take theirs"), take_theirs, "")
        ask(self._window, title, text, theirs, Choice(tr("Save mine"), keep_mine))

    def _on_changed(self) -> None:
        self.unsaved = self._touched = True
        self._show_bar()

    # ---- laying out and showing

    def _lay_out(self) -> None:
        grid = self.look.sizes.grid
        self.add_tools((self.search, self._kinds, self._statuses, self.new))
        self.add_tools((self.state, self.back, self.more, self.test, self.submit, self.approve, self.save))
        for box in (self._kinds, self._statuses):
            box.setMinimumWidth(14 * grid)
        for page in (QWidget(), self.table, self._nothing, self._nothing_found):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda text: self._set_filter(text=text.strip()))
        self._kinds.activated.connect(lambda _: self._set_filter(kind=self._kinds.currentData()))
        self._statuses.activated.connect(lambda _: self._set_filter(status=self._statuses.currentData()))
        self.table.opened.connect(lambda row: self.open_message(row.message.id))
        self.table.selection_changed.connect(self.actions_.refresh)
        self.table.menu_asked.connect(self._show_menu)
        self.new.clicked.connect(lambda: self.show_new_menu(self.new))
        self.more.clicked.connect(
            lambda: self._show_menu(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        )
        self._nothing.asked.connect(lambda: self.show_new_menu(self._nothing.button))
        self._nothing_found.asked.connect(self._clear_filters)
        save = QShortcut(QKeySequence("Ctrl+S"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(lambda: self.form is not None and self.save_message())

    def show_new_menu(self, below: QWidget) -> None:
        """The kinds of messages, below the button that asks for one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in KINDS:
            menu.addAction(self.actions_[f"message.new_{kind}"])
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in ROW_ACTIONS:
            if self.actions_[action_id].isEnabled():
                menu.addAction(self.actions_[action_id])
        menu.popup(place)

    def _take_rows(self, workspace: Workspace, rows: list[Row]) -> None:
        if workspace is self._workspace:
            found_first = bool(rows) and not self._rows
            self._rows = rows
            self._show()
            if found_first and self.new.hasFocus():  # for want of a list when the place was entered
                self.focus_first()

    def _set_filter(self, **change: object) -> None:
        self._filter = replace(self._filter, **change)  # type: ignore[arg-type]  # each control has its own type
        self._show()

    def _clear_filters(self) -> None:
        self.search.clear()
        self._kinds.setCurrentIndex(0)
        self._statuses.setCurrentIndex(0)
        self._set_filter(text="", kind=None, status=None)

    def _show(self) -> None:
        shown = [row for row in self._rows if self._filter.keeps(row)]
        self.table.show_rows(shown)
        page: QWidget = self.table if shown else self._nothing_found if self._rows else self._nothing
        self._stack.setCurrentWidget(self.form if self.form is not None else page)
        self._show_bar()

    def _show_bar(self) -> None:
        editing = self.form is not None
        listing: tuple[QWidget, ...] = (self.search, self._kinds, self._statuses, self.new)
        for tool in listing:
            tool.setVisible(not editing)
        for tool in (self.back, self.more, self.test, self.save, self.state):
            tool.setVisible(editing)
        automatic = self._workspace is not None and self._workspace.settings.auto_approve
        self.submit.setVisible(editing and not automatic and self.commands.may("pending"))
        self.approve.setVisible(editing and self.commands.may("approved"))
        message = self.current() if editing else None
        if self.form is not None:
            kind = tr(KIND_NAMES[self.form.kind])
            self.title.setText(message.name if message is not None else tr("New message"))
            self.summary.setText(kind)
            status = message.status if message is not None else "draft"
            self.state.setText(tr("Not saved") if self.unsaved else tr(STATUS_NAMES[status]))
            colour = "accent" if self.unsaved else STATUS_COLOURS[status]
            set_property(self.state, "state", "neutral" if colour == "muted" else colour)
            self.more.setEnabled(message is not None)
        else:
            self.title.setText(tr("Messages"))
            count = ntr("{n:,} message template", "{n:,} message templates", len(self._rows))
            self.summary.setText(count if self._rows else "")
        self.actions_.refresh()
