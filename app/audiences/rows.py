"""What the list of audiences shows, made of the workspace's files and of what its engine says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.components.base import RefKind
from engine.i18n import N_, Message, ntr, tr
from engine.server.wire.audiences import AudienceState
from engine.shapes.schedule import words
from engine.shapes.time import instant
from engine.workspace.audience import AudienceFile
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

STATES: Mapping[str, str] = {
    "never": N_("Never updated"),
    "running": N_("Updating"),
    "ready": N_("Ready"),
    "failed": N_("Failed"),
}
TONES: Mapping[str, str] = {"never": "muted", "running": "accent", "ready": "ok", "failed": "danger"}


@dataclass(frozen=True)
class Row:
    """One audience.

    Attributes: file; uses (what refers to it); state (never, running, ready or failed); size and updated_at
    (None while unknown); reason (why the last update failed, or ""); next_update (or None).
    """

    file: AudienceFile
    uses: tuple[Use, ...] = ()
    state: str = "never"
    size: int | None = None
    updated_at: datetime | None = None
    reason: str = ""
    next_update: datetime | None = None

    @property
    def kind(self) -> str:
        return tr("Rule") if self.file.cards is not None else tr("List")

    @property
    def update_words(self) -> str:
        """By hand, or the schedule in words."""
        if self.file.cards is None:
            return tr("When uploaded")
        every = self.file.update
        return tr("By hand") if isinstance(every, str) else str(words(every))


def rows_of(
    files: Iterable[AudienceFile], uses: Mapping[str, Sequence[Use]], states: Mapping[str, AudienceState]
) -> list[Row]:
    """A row for each audience, in order of names."""
    return [_row(file, tuple(uses.get(file.id, ())), states.get(file.id)) for file in files]


def _row(file: AudienceFile, uses: tuple[Use, ...], state: AudienceState | None) -> Row:
    if state is None:
        return Row(file, uses)
    return Row(
        file,
        uses,
        state.state,
        state.size,
        None if state.updated_at is None else instant(state.updated_at),
        state.reason or "",
        None if state.next_update is None else instant(state.next_update),
    )


def uses_of_all(workspace: Workspace) -> dict[str, list[Use]]:
    """What refers to each audience. Reads every campaign: not for the window's thread."""
    return {id: workspace.uses(RefKind.AUDIENCE, id) for id in workspace.audiences}


def use_words(uses: Sequence[Use]) -> str:
    """Where an audience is used, in a few words."""
    if not uses:
        return ""
    if len(uses) == 1:
        return uses[0].name
    return ntr("{first} and {n} more", "{first} and {n} more", len(uses) - 1, first=uses[0].name)


def refusal(name: str, uses: Sequence[Use]) -> Message:
    """Why an audience that is in use cannot be deleted, saying where."""
    where = "\n".join(f"• {use.name}" for use in uses[:8])
    more = len(uses) - 8
    tail = "" if more <= 0 else "\n" + ntr("and {n} more", "and {n} more", more)
    text = N_("It is used by:\n{where}\nTake it out there first.")
    return Message(text, where=where + tail, name=name)
