"""What the list of messages shows of each, and which of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.components.base import RefKind
from engine.i18n import N_
from engine.workspace.message import MessageFile, MessageKind, Status
from engine.workspace.workspace import Workspace

STATUS_NAMES: dict[Status, str] = {
    "draft": N_("Draft"),
    "pending": N_("In approval"),
    "approved": N_("Approved"),
    "rejected": N_("Rejected"),
}
STATUS_COLOURS: dict[Status, str] = {
    "draft": "muted",
    "pending": "warn",
    "approved": "ok",
    "rejected": "danger",
}


@dataclass(frozen=True)
class Row:
    """A message. `account` is the name of what sends it; `used` are the campaigns that use it."""

    message: MessageFile
    account: str
    used: tuple[str, ...]


@dataclass(frozen=True)
class Filter:
    """Which rows are shown."""

    text: str = ""
    kind: MessageKind | None = None
    status: Status | None = None

    def keeps(self, row: Row) -> bool:
        words = self.text.casefold().split()
        text = f"{row.message.name} {row.account} {' '.join(row.used)}".casefold()
        return (
            self.kind in (None, row.message.kind)
            and self.status in (None, row.message.status)
            and all(word in text for word in words)
        )


def read_rows(workspace: Workspace) -> list[Row]:
    """Every message in order of names. Reads campaigns that have changed: nothing for the window's thread."""
    used: dict[str, list[str]] = {}
    for entry in workspace.campaigns():
        for id in {ref.id for ref in entry.references if ref.kind is RefKind.MESSAGE}:
            used.setdefault(id, []).append(entry.name)
    return list(_rows(workspace.messages.values(), workspace, used))


def _rows(messages: Iterable[MessageFile], workspace: Workspace, used: dict[str, list[str]]) -> Iterable[Row]:
    for message in list(messages):
        account = workspace.accounts.get(message.platform or "")
        yield Row(message, account.name if account else "", tuple(used.get(message.id, ())))
