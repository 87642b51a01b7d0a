"""The look and the panel of the panels' tests."""

from tests.app.panels.conftest import deleted_widgets, look, open_panel

__all__ = ["deleted_widgets", "look", "open_panel"]
