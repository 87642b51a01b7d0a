"""The command palette: every action, campaign and component, found by typing."""

from app.command_palette.palette import CommandPalette, toggle

__all__ = ["CommandPalette", "toggle"]
