"""Undo: the one command class, and the stack that names its steps in the language of the moment."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand, QUndoStack

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.ops import Op, inverse
from engine.i18n import N_, Message, tr
from engine.shapes.text import one_line

_MERGING_ID = 1


class EditCommand(QUndoCommand):
    """An edit as one undo step: redo applies its ops, undo applies their inverse.

    Commands with the same `gesture` that follow each other become one step (typing, nudging). Commands have
    no parent: PySide6 crashes over parented ones, and an edit already holds everything of its step.
    """

    def __init__(self, document: CampaignDocument, edit: Edit) -> None:
        super().__init__()
        self._document = document
        self.ops: tuple[Op, ...] = tuple(edit.ops)
        self.gesture = edit.gesture
        self._name(edit.label)

    def redo(self) -> None:
        self._document.apply(self.ops)

    def undo(self) -> None:
        self._document.apply(inverse(self.ops))

    def id(self) -> int:
        return -1 if self.gesture is None else _MERGING_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand) or other.gesture != self.gesture:
            return False
        self.ops += other.ops
        self._name(other.label)
        return True

    def _name(self, label: Message) -> None:
        self.label = label
        self.setText(one_line(str(label)))


class UndoStack(QUndoStack):
    """The steps of one document, named for menus and tooltips."""

    def push_edit(self, document: CampaignDocument, edit: Edit) -> None:
        """Apply an edit as an undo step. Raises `StaleOpError`, and pushes nothing, where it does not fit.

        Checked before the push, because Qt keeps a command on the stack whose `redo` raised.
        """
        document.check(edit.ops)
        if edit.ops:
            self.push(EditCommand(document, edit))

    def undo_label(self) -> str:
        """ "Undo Insert Wait Until", or "Undo" where there is nothing to undo."""
        return self._label(self.index() - 1, tr("Undo"), N_("Undo {step}"))

    def redo_label(self) -> str:
        """ "Redo Insert Wait Until", or "Redo" where there is nothing to redo."""
        return self._label(self.index(), tr("Redo"), N_("Redo {step}"))

    def _label(self, index: int, bare: str, text: str) -> str:
        command = self.command(index) if 0 <= index < self.count() else None
        if not isinstance(command, EditCommand):
            return bare
        return one_line(tr(text, step=command.label))  # a name in it may have several, out of a file
