"""Text of messages in labels: what people wrote is text, and variables without a value stand out."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.widgets import style

_PLACE = re.compile(r"\$\{[^\W\d]\w{0,31}\}")
LONGEST = 5_000
"""Characters of one text that are laid out; a preview is looked at, not read through."""


def text_label(name: str) -> QLabel:
    """A label for a message's text, which can be selected; `name` for screen readers."""
    result = QLabel()
    result.setWordWrap(True)
    result.setTextFormat(Qt.TextFormat.RichText)
    result.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    result.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    result.setAccessibleName(name)
    return result


def show_text(label: QLabel, text: str) -> None:
    """Show a text in a label of `text_label`; a variable that nothing fills is marked as an error."""
    shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    label.setText(f'<div style="white-space: pre-wrap">{_with_marks(shown)}</div>')
    label.setAccessibleDescription(shown)


def _with_marks(text: str) -> str:
    colour = style.look().colours.danger.name()
    parts, end = [], 0
    for match in _PLACE.finditer(text):
        parts.append(html.escape(text[end : match.start()]))
        parts.append(
            f'<span style="color: {colour}; text-decoration: underline">{html.escape(match[0])}</span>'
        )
        end = match.end()
    return "".join((*parts, html.escape(text[end:])))
