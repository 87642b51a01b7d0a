"""A section of the settings: what one of its pages must be able to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.language import Retranslated
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow


class SectionPage(Retranslated, QWidget):
    """One section, on show beside the list of all."""

    def show_workspace(self, workspace: Workspace) -> None:
        """A workspace is opened, or its files were read again. Must be quick, and lose nothing half-typed."""

    def show_object(self, id: str) -> None:
        """Show one of the things that are here."""

    def at_stake(self) -> object:
        """What would be lost here, in a form that tells whether it is still the same; None: nothing."""
        return None

    def leave(self, then: Callable[[], object]) -> None:
        """Go on, or ask first about what is not saved here."""
        then()

    def focus_first(self) -> None:
        """Give the keyboard to where one begins."""
        self.setFocus()


@dataclass(frozen=True)
class Section:
    """A row of the table of sections: id, title (marked for translation), icon, and what makes its page."""

    id: str
    title: str
    icon: str
    make: Callable[[MainWindow], SectionPage]
