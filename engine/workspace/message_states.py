"""The way of a message template: draft, in approval, approved or rejected."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.i18n import N_, Message, MessageError
from engine.shapes.text import NAME_LENGTH, new_id
from engine.workspace.content_check import MessageFinding
from engine.workspace.folder import free_name
from engine.workspace.message import MessageFile, Status


class NotReady(MessageError):  # noqa: N818 - names the condition
    """The message cannot be submitted or approved as it is; `finding` is the first error."""

    def __init__(self, message: MessageFile, finding: MessageFinding) -> None:
        text = N_("“{name}” cannot be approved: {reason}")
        super().__init__(Message(text, name=message.name, reason=finding.message))
        self.finding = finding


def edited(
    before: MessageFile | None, after: MessageFile, findings: Iterable[MessageFinding], *, auto_approve: bool
) -> MessageFile:
    """The message as it is saved after an edit.

    It says something else now, so it is approved anew: at once where the workspace says so and nothing is
    wrong with it, else it is a draft. A new name alone changes no state.
    """
    if before is not None and _same_but_name(before, after):
        return _in_state(after, before.status)
    ready = auto_approve and not any(found.is_error for found in findings)
    return _in_state(after, "approved" if ready else "draft")


def submitted(message: MessageFile, findings: Iterable[MessageFinding], *, auto_approve: bool) -> MessageFile:
    """Handed in for approval, which comes at once where the workspace says so. Raises `NotReady`."""
    _refuse_errors(message, findings)
    return _in_state(message, "approved" if auto_approve else "pending")


def approved(message: MessageFile, findings: Iterable[MessageFinding]) -> MessageFile:
    """Approved: campaigns may use it. Raises `NotReady`."""
    _refuse_errors(message, findings)
    return _in_state(message, "approved")


def rejected(message: MessageFile) -> MessageFile:
    """Rejected: its author has to change it."""
    return _in_state(message, "rejected")


def copied(message: MessageFile, name: str, ids: Collection[str], names: Iterable[str]) -> MessageFile:
    """A copy under a free name, as a draft."""
    free = free_name(name[:NAME_LENGTH], names)
    return message.model_copy(update={"id": new_id("m", ids), "name": free, "status": "draft"})


def _in_state(message: MessageFile, status: Status) -> MessageFile:
    return message.model_copy(update={"status": status})


def _refuse_errors(message: MessageFile, findings: Iterable[MessageFinding]) -> None:
    wrong = next((found for found in findings if found.is_error), None)
    if wrong is not None:
        raise NotReady(message, wrong)


def _same_but_name(before: MessageFile, after: MessageFile) -> bool:
    return after.model_copy(update={"name": before.name, "status": before.status}) == before
