"""Unsaved work that a crash left behind: found when a workspace opens, and offered."""
