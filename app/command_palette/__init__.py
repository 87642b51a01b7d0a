"""The command palette: every action, campaign and component, found by typing."""

from app.command_palette.entries import Entry
from app.command_palette.palette import CommandPalette, Picker, toggle

__all__ = ["CommandPalette", "Entry", "Picker", "toggle"]
