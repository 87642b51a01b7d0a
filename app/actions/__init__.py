"""Everything that a user can do: the table (`table`), and its rows as actions of a window (`actions`)."""

from app.actions.actions import Actions
from app.actions.spec import SECTIONS, ActionSpec, Context, Place
from app.actions.table import ACTIONS

__all__ = ["ACTIONS", "SECTIONS", "ActionSpec", "Actions", "Context", "Place"]
