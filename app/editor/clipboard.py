"""Copied components in the system's clipboard, so that they can be pasted into any open campaign."""

from __future__ import annotations

import atexit
from functools import partial
from uuid import uuid4

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication

from app import tasks
from engine.campaign import clip
from engine.campaign.clip import Clip

MIME_TYPE = "application/x-campaign-canvas-clip"
LARGE = 300  # components: more take too long to write for the moment of a copy

_WITHOUT_SCREEN = ("offscreen", "minimal")
_STAMP = "application/x-campaign-canvas-stamp"
_held: tuple[bytes, Clip] | None = None
"""What this program copied last, and the stamp that stands for it: pasted here, it need not be read again."""


def put(copied: Clip) -> None:
    """Put a clip into the clipboard, in the place of what is there.

    Of a large one, other programs see the bytes a moment later.
    """
    global _held
    stamp = uuid4().hex.encode()
    _held = stamp, copied
    if len(copied.flow.nodes) <= LARGE:
        _set(stamp, copied.data())
    else:
        _set(stamp, b"")
        tasks.run_in_slices(copied.data_in_steps(), None, partial(_complete, stamp))


def get() -> Clip | None:
    """The clip in the clipboard; None where there is something else.

    What another program put there is read like a file from anybody. Raises `FileError` or `NotCopied`.
    """
    data = _data()
    if data is None or not data.hasFormat(MIME_TYPE):
        return None
    if _held is not None and _stamp() == _held[0]:
        return _held[1]
    return clip.parse(bytes(data.data(MIME_TYPE).data()))


def _set(stamp: bytes, written: bytes) -> None:
    data = QMimeData()
    data.setData(_STAMP, QByteArray(stamp))
    data.setData(MIME_TYPE, QByteArray(written))
    QGuiApplication.clipboard().setMimeData(data)


def _complete(stamp: bytes, written: bytes) -> None:
    """The bytes are there; somebody may have copied something else meanwhile."""
    if _stamp() == stamp:
        _set(stamp, written)


def _stamp() -> bytes:
    data = _data()
    return b"" if data is None else bytes(data.data(_STAMP).data())


def _data() -> QMimeData | None:
    """What is in the clipboard; None where nothing is, which Qt's annotations leave out."""
    return QGuiApplication.clipboard().mimeData()


def _let_go() -> None:
    """Without a screen, Qt keeps this beyond Python's end, and crashes over what Python made."""
    if QGuiApplication.instance() is not None and QGuiApplication.platformName() in _WITHOUT_SCREEN:
        QGuiApplication.clipboard().clear()


atexit.register(_let_go)
