"""The look that widgets take icons, colours and sizes from, wherever they are."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from canvas_widgets.look import Look, Sizes

_shared: list[Look] = []


def use(look: Look) -> None:
    """Draw with the application's look from now on."""
    _shared[:] = [look]


def look() -> Look:
    """The look in force: the application's, or a light one where none was given."""
    return _shared[0] if _shared else _own()


@cache
def _own() -> Look:
    return Look()


def sizes() -> Sizes:
    return look().sizes


def set_icon(target: QAction | QAbstractButton, name: str, colour: str = "muted") -> None:
    """Give a button an icon that follows the theme."""
    look().set_icon(target, name, colour)
