"""The workspace of the panels' tests."""

from tests.app.panels.conftest import deleted_widgets, look, open_panel, workspace

__all__ = ["deleted_widgets", "look", "open_panel", "workspace"]
