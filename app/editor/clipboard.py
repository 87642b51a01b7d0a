"""Copied components in the system's clipboard, so that they can be pasted into any open campaign."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication

from engine.campaign import clip
from engine.campaign.clip import Clip

MIME_TYPE = "application/x-campaign-canvas-clip"


class _ClipData(QMimeData):
    """A clip that this program copied. Its bytes are made when another program asks for them.

    A large part takes a while to write, and longer to read and check: pasted where it was copied, it needs
    neither.
    """

    def __init__(self, copied: Clip) -> None:
        super().__init__()
        self.clip = copied

    def formats(self) -> list[str]:
        return [MIME_TYPE]

    def hasFormat(self, mime_type: str) -> bool:  # noqa: N802 - Qt's name
        return mime_type == MIME_TYPE

    def retrieveData(self, mime_type: str, preferred_type: object) -> object:  # noqa: N802 - Qt's name
        return QByteArray(self.clip.data()) if mime_type == MIME_TYPE else None


def put(copied: Clip) -> None:
    """Put a clip into the clipboard, in the place of what is there."""
    QGuiApplication.clipboard().setMimeData(_ClipData(copied))


def get() -> Clip | None:
    """The clip in the clipboard; None where there is something else.

    What another program put there is read like a file from anybody. Raises `FileError` or `NotCopied`.
    """
    data = QGuiApplication.clipboard().mimeData()
    if isinstance(data, _ClipData):
        return data.clip
    if not data.hasFormat(MIME_TYPE):
        return None
    return clip.parse(bytes(data.data(MIME_TYPE).data()))
