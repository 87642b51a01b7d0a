"""What an action is: a row of the table, and the place where it is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import TYPE_CHECKING

from engine.i18n import N_

if TYPE_CHECKING:
    from app.window import MainWindow


class Context(Flag):
    """On what of the canvas a right click offers an action: one card, several, a line, notes, or nothing."""

    NOWHERE = 0
    CARD = auto()
    SEVERAL = auto()
    LINE = auto()
    NOTES = auto()
    CANVAS = auto()


class Place(StrEnum):
    """Where an action is offered; also its section of the menu."""

    LIST = "list"
    EDITOR = "editor"
    LOOK = "look"
    PROBLEMS = "problems"
    NOTES = "notes"
    SELECT = "select"
    ARRANGE = "arrange"
    REHEARSAL = "rehearsal"
    RUN = "run"
    VIEW = "view"
    AUDIENCES = "audiences"
    MESSAGES = "messages"
    GO = "go"
    WORKSPACE = "workspace"
    HELP = "help"


SECTIONS: Mapping[Place, str] = {
    Place.LIST: N_("Campaign"),
    Place.EDITOR: N_("Editor"),
    Place.LOOK: N_("Look around"),
    Place.PROBLEMS: N_("Problems"),
    Place.NOTES: N_("Notes and frames"),
    Place.SELECT: N_("Select"),
    Place.ARRANGE: N_("Arrange"),
    Place.REHEARSAL: N_("Rehearsal"),
    Place.RUN: N_("Run"),
    Place.VIEW: N_("View"),
    Place.AUDIENCES: N_("Audiences"),
    Place.MESSAGES: N_("Messages"),
    Place.GO: N_("Go to"),
    Place.WORKSPACE: N_("Workspace"),
    Place.HELP: N_("Help"),
}


def _always(_window: MainWindow) -> bool:
    return True


@dataclass(frozen=True)
class ActionSpec:
    """A row of the table.

    Attributes: id; text (marked for translation); shortcut (portable); place; run; enabled; icon (stem or
    nothing); checked (for actions that show a state); words (a text that depends on the
    moment, instead of `text`); context (where a right click on the canvas offers it); also
    (other words for it, marked for translation, which find it in the command palette and in help).
    """

    id: str
    text: str
    shortcut: str
    place: Place
    run: Callable[[MainWindow], object]
    enabled: Callable[[MainWindow], bool] = _always
    icon: str = ""
    checked: Callable[[MainWindow], bool] | None = None
    words: Callable[[MainWindow], str] | None = None
    context: Context = Context.NOWHERE
    also: str = ""
