"""Tab walks through a form as it is read, also where rows were added later.

Qt appends a widget that is added to a window to the end of the window's chain, behind OK.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget


def order_tabs(root: QWidget) -> None:
    """Put everything below `root` that takes the focus into the order of the layouts."""
    previous: QWidget | None = None
    for widget in _focusable(root):
        if previous is not None:
            QWidget.setTabOrder(previous, widget)
        previous = widget


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    if widget.focusProxy() is None and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    if isinstance(widget, QScrollArea) and (content := widget.widget()) is not None:
        yield from _focusable(content)
    elif (layout := widget.layout()) is not None:
        yield from _inside(layout)


def _inside(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield from _focusable(widget)
        elif (inner := item.layout()) is not None:
            yield from _inside(inner)
