"""An empty place: what it is for, and the first action; or why it is empty for now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.widgets.basic import button, label
from canvas_widgets.look import Look


class EmptyState(QWidget):
    """Signal `asked()`: the button, which is `button`."""

    asked = Signal()

    def __init__(self, look: Look, icon: str) -> None:
        super().__init__()
        self._look, self._icon = look, icon
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = label("title")
        self._text = label("muted", wrap=True)
        self.button = button("primary", self.asked.emit)
        grid = look.sizes.grid
        self._text.setFixedWidth(look.sizes.panel)
        layout = QVBoxLayout(self)
        layout.setSpacing(grid)
        layout.addStretch(2)
        for widget in (self._picture, self._title, self._text, self.button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            layout.addSpacing(grid if widget is self._text else 0)
        layout.addStretch(3)
        look.changed.connect(self._draw)
        self._draw()

    def set_texts(self, title: str, text: str = "", verb: str = "") -> None:
        """Set the words; what has none is not there."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        if text:  # a centred label does not ask its layout for the height of its wrapped lines
            self._text.setFixedHeight(self._text.heightForWidth(self._text.width()))
        self.button.setText(verb)
        self.button.setVisible(bool(verb))

    def _draw(self) -> None:
        size = self._look.sizes.tile
        self._picture.setPixmap(self._look.pixmap(self._icon, "faint", size, self.devicePixelRatioF()))
