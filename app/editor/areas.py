"""From area to area by keyboard: F6, as in other programs; also out of the canvas, where Tab adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def step(areas: Sequence[QWidget], by: int) -> None:
    """Put the focus into the next (1) or previous (-1) of the areas that are on show and take it."""
    stops = [(area, stop) for area in areas if (stop := _first_stop(area)) is not None]
    focused = QApplication.focusWidget()
    at = next((at for at, (area, _) in enumerate(stops) if _holds(area, focused)), -1 if by > 0 else 0)
    if stops:
        stops[(at + by) % len(stops)][1].setFocus(Qt.FocusReason.TabFocusReason)


def _first_stop(area: QWidget) -> QWidget | None:
    """What Tab reaches first in an area."""
    return next((widget for widget in _chain(area) if _takes_focus(widget) and _holds(area, widget)), None)


def _chain(area: QWidget) -> Iterator[QWidget]:
    """An area and everything that Tab would reach from it, until it comes back."""
    widget: QWidget | None = area
    while widget is not None:
        yield widget
        widget = widget.nextInFocusChain()
        if widget is area:
            return


def _takes_focus(widget: QWidget) -> bool:
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return policy == Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled()


def _holds(area: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (widget is area or area.isAncestorOf(widget))
