"""How large a window may be on a screen."""

from __future__ import annotations

from PySide6.QtCore import QSize

_FRAME = QSize(0, 40)
"""What the desktop puts around a window at most: its title, mainly."""


def on_screen(size: tuple[int, int], screen: QSize) -> tuple[int, int]:
    """A window's size as far as there is room for it: its title and its end must stay in reach."""
    bounded = QSize(*size).boundedTo(screen - _FRAME)
    return bounded.width(), bounded.height()
