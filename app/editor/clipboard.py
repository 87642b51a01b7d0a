"""Copied components in the system's clipboard, so that they can be pasted into any open campaign."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from engine.campaign import clip
from engine.campaign.clip import Clip

MIME_TYPE = "application/x-campaign-canvas-clip"


def put(copied: Clip) -> None:
    """Put a clip into the clipboard, in the place of what is there."""
    data = QMimeData()
    data.setData(MIME_TYPE, copied.data())
    QGuiApplication.clipboard().setMimeData(data)


def get() -> Clip | None:
    """The clip in the clipboard; None where there is something else.

    Whatever program put it there: it is read like a file from anybody. Raises `FileError` or `NotCopied`.
    """
    data = QGuiApplication.clipboard().mimeData()
    if not data.hasFormat(MIME_TYPE):
        return None
    return clip.parse(bytes(data.data(MIME_TYPE).data()))
