"""The way from any widget to a place of the workspace: "Open in Messages"."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def go_to(widget: QWidget, place_id: str, object_id: str | None = None) -> None:
    """Show a place, and one of the things there, in the main window that the widget is in or over."""
    from app.window import MainWindow  # which holds everything that goes somewhere

    at: QWidget | None = widget
    while at is not None and not isinstance(at, MainWindow):
        at = at.parentWidget()
    if isinstance(at, MainWindow):
        at.navigation.go(place_id, object_id)
