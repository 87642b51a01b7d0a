"""Base of the views: each shows one kind of message, filled for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.workspace.sms_length import Price


@dataclass(frozen=True)
class Shown:
    """What a view shows.

    Attributes:
        content: the content with values in place, as the file has it.
        sender: who it comes from: a signature, an account, an app.
        international: whether the SMS account sends abroad; price: what a part costs there.
        media: the folder that holds files of digital SMS.
    """

    content: Mapping[str, JsonValue]
    sender: str = ""
    international: bool = False
    price: Price | None = None
    media: Path | None = None


class View(QWidget):
    """One kind of message. `show_message` may be called at every keystroke: it must be quick."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_message(self, shown: Shown) -> None:
        """Show the message."""
        raise NotImplementedError
