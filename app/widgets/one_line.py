"""Fields of one line take neither line breaks nor what cannot be seen, however it gets there."""

from __future__ import annotations

from PySide6.QtGui import QValidator

from engine.shapes.text import one_line

_UNIT = "utf-16-le"  # in which a field counts


class OneLine(QValidator):
    """Accepts everything, put into one line."""

    def validate(self, text: str, cursor: int) -> tuple[QValidator.State, str, int]:
        kept = one_line(text)
        if kept != text:
            in_front = text.encode(_UNIT, "surrogatepass")[: 2 * cursor].decode(_UNIT, "surrogatepass")
            cursor = len(one_line(in_front).encode(_UNIT)) // 2
        return QValidator.State.Acceptable, kept, cursor
