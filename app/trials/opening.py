"""Opens the dialog for what is at hand: a message, or a component of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.editors.base import Context, RawObject, as_text
from app.panels.form import Form
from app.pickers import library
from app.trials.dialog import TrialDialog
from engine.channels.trial import ACCOUNTS, Trial, of_component, of_message
from engine.components.base import Around
from engine.components.hints import form
from engine.components.registry import component
from engine.workspace.message import MessageFile
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_FROM = ("platform", "account", "signature", "sender")
"""The fields of a component that say who sends."""


def try_component(window: MainWindow, name: str, kind: str, raw: RawObject, around: Around) -> TrialDialog:
    """Send what a component sends. Raises `NotTriable` where it is not configured."""
    workspace = window.workspace
    assert workspace is not None
    trial = of_component(workspace, kind, raw, around)
    trigger = around.trigger
    event = as_text(trigger[1].get("event")) if trigger and trigger[0] == "behavior_event" else None
    dialog = TrialDialog(window, name, lambda: trial, event=event)
    dialog.show()
    return dialog


def try_message(window: MainWindow, message: MessageFile) -> TrialDialog:
    """Send a message file, whose account and sender are chosen in the dialog."""
    workspace = window.workspace
    assert workspace is not None
    fields = [one for one in form(component(message.kind).Config) if one.name in _FROM]
    account = next(one.name for one in fields if one.name in ("platform", "account"))
    if message.platform:
        fields = [one for one in fields if one.name != account]
    sender = Form(fields, Context(workspace))
    sender.load(_usual(workspace, message, account))

    def trial() -> Trial:
        values = sender.values()
        from_whom = as_text(values.get("signature")) or as_text(values.get("sender"))
        return of_message(workspace, message, as_text(values.get(account)), from_whom)

    dialog = TrialDialog(window, message.name, trial, sender if sender.has_fields else None)
    dialog.show()
    return dialog


def _usual(workspace: Workspace, message: MessageFile, account: str) -> RawObject:
    """What the form begins with: the message's account or the only one, and the first that it offers."""
    known = [file.id for file in workspace.accounts.values() if file.kind in ACCOUNTS[message.kind]]
    chosen = message.platform or (known[0] if len(known) == 1 else "")
    raw: RawObject = {account: chosen} if chosen else {}
    for field, setting in (("signature", "signatures"), ("sender", "senders")):
        if offered := library.setting_choices(workspace, chosen, setting):
            raw[field] = offered[0]
    return raw
