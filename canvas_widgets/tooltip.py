"""Tooltips are plain text: Qt would read a name such as “<b>Sale</b>” as markup and drop half of it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

_AROUND = 4  # pixels that the pointer may move before a tip goes, or comes along


def plain(text: str) -> str:
    """A text as a tooltip that shows just this text."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def show_tip(view: QAbstractScrollArea, position: QPoint, text: str, below: int = 0) -> None:
    """Say something about what is at a place of a view's viewport; it goes when the pointer does.

    The same text at another place comes along. `below`: pixels that something at the pointer covers.
    """
    viewport = view.viewport()
    around = QRect(position - QPoint(_AROUND, _AROUND), QSize(2 * _AROUND + 1, 2 * _AROUND + 1))
    QToolTip.showText(viewport.mapToGlobal(position + QPoint(0, below)), plain(text), viewport, around)


def hide_tip() -> None:
    """What was said is not true any more."""
    QToolTip.hideText()
