"""What can be done with messages: new, open, copy, delete, and the way to approval."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.messages.editing import start_of
from app.widgets.ask import Choice, ask
from engine.files import FileError
from engine.i18n import tr
from engine.workspace.folder import free_name
from engine.workspace.message import MessageFile, MessageKind, Status
from engine.workspace.message_check import Surroundings, check_message
from engine.workspace.message_states import NotReady, approved, copied, rejected, submitted

if TYPE_CHECKING:
    from app.messages.page import MessagesPage
    from app.window import MainWindow
    from engine.workspace.workspace import Workspace


class MessageCommands:
    """The commands of the place, on what is selected in its list or open in its editor."""

    def __init__(self, window: MainWindow, page: MessagesPage) -> None:
        self._window, self._page = window, page

    def new(self, kind: MessageKind) -> None:
        """Begin a message; nothing is on disk before it is saved."""
        workspace = self._workspace
        name = free_name(tr("New message"), (message.name for message in workspace.messages.values()))
        self._page.leave_editor(lambda: self._page.edit(start_of(kind, workspace, name), None))

    def open(self) -> None:
        if (message := self._page.current()) is not None:
            self._page.open_message(message.id)

    def copy(self) -> None:
        """Save a copy as a draft, and open it."""
        workspace, message = self._workspace, self._page.current()
        if message is None:
            return
        names = (other.name for other in workspace.messages.values())
        copy = copied(message, message.name, workspace.messages.keys(), names)
        if self._saved(copy):
            self._window.toast.show_message(tr("Copied “{name}”.", name=message.name))
            self._page.leave_editor(lambda: self._page.open_message(copy.id))

    def delete(self) -> None:
        """Ask, and delete; what is in use is refused at once, saying where."""
        message = self._page.current()
        if message is None:
            return
        if used := self._page.used(message.id):
            text = tr("It is used in: {names}.", names=", ".join(used))
            ask(self._window, tr("“{name}” cannot be deleted", name=message.name), text)
            return
        delete = Choice(tr("Delete"), partial(self._delete, message), "danger")
        text = tr("The file is deleted. This cannot be undone.")
        ask(self._window, tr("Delete “{name}”?", name=message.name), text, delete)

    def test(self) -> None:
        """Send the message as it stands here, approved or not, to a test address."""
        from app.trials.opening import try_message

        if (message := self._page.written()) is not None:
            try_message(self._window, message)

    def approve(self) -> None:
        self._to("approved")

    def submit(self) -> None:
        self._to("pending")

    def reject(self) -> None:
        self._to("rejected")

    def may(self, status: Status) -> bool:
        """Whether the message at hand, saved as it is, can get into a state."""
        message = self._page.current()
        if message is None or self._page.unsaved:
            return False
        return status in _STEPS[message.status]

    def _to(self, status: Status) -> None:
        workspace, message = self._workspace, self._page.current()
        if message is None:
            return
        findings = check_message(message, Surroundings.of(workspace))
        try:
            if status == "approved":
                changed = approved(message, findings)
            elif status == "pending":
                changed = submitted(message, findings, auto_approve=workspace.settings.auto_approve)
            else:
                changed = rejected(message)
        except NotReady as error:
            self._window.toast.show_message(str(error), tone="danger")
            self._page.show_findings()
            return
        used = self._page.used(message.id)
        if status == "rejected" and used and message.status == "approved":
            text = tr("Campaigns that use it can no longer be published: {names}.", names=", ".join(used))
            choice = Choice(tr("Reject"), partial(self._save_state, changed), "danger")
            ask(self._window, tr("Reject “{name}”?", name=message.name), text, choice)
            return
        self._save_state(changed)

    def _save_state(self, message: MessageFile) -> None:
        if self._saved(message):
            words = {"approved": tr("Approved “{name}”."), "pending": tr("“{name}” waits for approval.")}
            said = words.get(message.status, tr("Rejected “{name}”."))
            self._window.toast.show_message(said.format(name=message.name))
            self._page.show_saved(message)

    def _delete(self, message: MessageFile) -> None:
        try:
            self._workspace.delete_message(message.id)
        except (FileError, KeyError) as error:
            self._window.show_error(error)
            return
        self._page.close_editor()
        self._window.reload()
        self._window.toast.show_message(tr("Deleted “{name}”.", name=message.name))

    def _saved(self, message: MessageFile) -> bool:
        try:
            self._workspace.save_message(message)
        except FileError as error:
            self._window.show_error(error)
            return False
        self._window.reload()
        return True

    @property
    def _workspace(self) -> Workspace:
        assert self._window.workspace is not None
        return self._window.workspace


_STEPS: dict[Status, tuple[Status, ...]] = {
    "draft": ("pending", "approved"),
    "pending": ("approved", "rejected"),
    "approved": ("rejected",),
    "rejected": ("pending", "approved"),
}
