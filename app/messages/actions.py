# ruff: noqa: E501 - a table reads best with one row a line
"""What a user can do with messages: rows of the table of actions. The place itself is loaded when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.spec import ActionSpec, Place
from engine.i18n import N_
from engine.workspace.message import MessageKind, Status

if TYPE_CHECKING:
    from app.messages.commands import MessageCommands
    from app.messages.page import MessagesPage
    from app.window import MainWindow

_MESSAGES = Place.MESSAGES


def _page(window: MainWindow) -> MessagesPage | None:
    """The place, while it is on show."""
    page = window.navigation.shown("messages")
    if page is None:
        return None
    from app.messages.page import MessagesPage

    assert isinstance(page, MessagesPage)
    return page


def _commands(window: MainWindow) -> MessageCommands:
    page = _page(window)
    assert page is not None
    return page.commands


def _new(kind: MessageKind) -> Callable[[MainWindow], None]:
    def run(window: MainWindow) -> None:
        window.navigation.go("messages")
        _commands(window).new(kind)

    return run


def _has_workspace(window: MainWindow) -> bool:
    return window.workspace is not None


def _at_hand(window: MainWindow) -> bool:
    page = _page(window)
    return page is not None and page.current() is not None


def _listed(window: MainWindow) -> bool:
    page = _page(window)
    return page is not None and page.form is None and page.current() is not None


def _edited(window: MainWindow) -> bool:
    page = _page(window)
    return page is not None and page.form is not None


def _testable(window: MainWindow) -> bool:
    return _at_hand(window) or _edited(window)


def _may(status: Status) -> Callable[[MainWindow], bool]:
    def possible(window: MainWindow) -> bool:
        page = _page(window)
        return page is not None and page.commands.may(status)

    return possible


def _save(window: MainWindow) -> None:
    if (page := _page(window)) is not None:
        page.save_message()


def _back(window: MainWindow) -> None:
    if (page := _page(window)) is not None:
        page.leave_editor(page.close_editor)


# fmt: off
MESSAGE_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("message.new_text_sms", N_("New text SMS"), "Ctrl+Alt+1", _MESSAGES, _new("text_sms"), _has_workspace, "message", also=N_("template, short message")),
    ActionSpec("message.new_digital_sms", N_("New digital SMS"), "Ctrl+Alt+2", _MESSAGES, _new("digital_sms"), _has_workspace, "device-mobile-message", also=N_("template, MMS, pictures")),
    ActionSpec("message.new_email", N_("New email"), "Ctrl+Alt+3", _MESSAGES, _new("email"), _has_workspace, "mail", also=N_("template, mail, newsletter")),
    ActionSpec("message.new_template_message", N_("New template message"), "Ctrl+Alt+4", _MESSAGES, _new("template_message"), _has_workspace, "template", also=N_("WeChat, template")),
    ActionSpec("message.open", N_("Open message"), "Ctrl+Alt+Return", _MESSAGES, lambda w: _commands(w).open(), _listed, "pencil"),
    ActionSpec("message.save", N_("Save message"), "Ctrl+Alt+Shift+S", _MESSAGES, _save, _edited),
    ActionSpec("message.back", N_("Back to all messages"), "Ctrl+Alt+Shift+Home", _MESSAGES, _back, _edited, "arrow-left"),
    ActionSpec("message.test", N_("Send a test message…"), "Ctrl+Alt+Shift+T", _MESSAGES, lambda w: _commands(w).test(), _testable, "send", also=N_("try out, sample, trial, proof")),
    ActionSpec("message.submit", N_("Submit for approval"), "Ctrl+Alt+Shift+U", _MESSAGES, lambda w: _commands(w).submit(), _may("pending"), "upload"),
    ActionSpec("message.approve", N_("Approve"), "Ctrl+Alt+Shift+A", _MESSAGES, lambda w: _commands(w).approve(), _may("approved"), "check", also=N_("release, allow")),
    ActionSpec("message.reject", N_("Reject…"), "Ctrl+Alt+Shift+J", _MESSAGES, lambda w: _commands(w).reject(), _may("rejected"), "x", also=N_("refuse, withdraw")),
    ActionSpec("message.copy", N_("Copy message"), "Ctrl+Alt+Shift+C", _MESSAGES, lambda w: _commands(w).copy(), _at_hand, "copy", also=N_("duplicate, clone")),
    ActionSpec("message.delete", N_("Delete message…"), "Ctrl+Alt+Shift+Del", _MESSAGES, lambda w: _commands(w).delete(), _at_hand, "trash", also=N_("remove, erase")),
)
# fmt: on
