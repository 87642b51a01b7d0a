"""Tooltips are plain text: Qt would read a name such as “<b>Sale</b>” as markup and drop half of it."""

from __future__ import annotations

from PySide6.QtGui import Qt


def plain(text: str) -> str:
    """A text as a tooltip that shows just this text."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text
