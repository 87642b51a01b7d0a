"""What scrolls in the panel: what the run has come to, and the form of one component."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.panels.content import PanelContent
from app.panels.figures_box import FiguresBox

_MARGIN, _MARGIN_BESIDE_BAR = 16, 6


class PanelBody(QScrollArea):
    """Attributes: figures; content, the form on show, or None."""

    def __init__(self) -> None:
        super().__init__()
        self.figures = FiguresBox()
        self.content: PanelContent | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        inside = QWidget()
        inside.setObjectName("content")
        self._holder = QVBoxLayout(inside)
        self._holder.setContentsMargins(0, 0, 0, 0)
        self._holder.addWidget(self.figures)
        self.setWidget(inside)

    def show_content(self, content: PanelContent) -> None:
        """Show a form in the place of the one before, with the keyboard's focus if that had it."""
        focused = self._holds_focus()
        self.drop_content()
        self._holder.addWidget(content)
        content.show()
        self.content = content
        self._on_range(0, self.verticalScrollBar().maximum())
        if focused:
            content.focus_first()

    def drop_content(self) -> None:
        """Delete the form later: one of its fields may be what calls. A new parent would be slow."""
        if self.content is not None:
            self.content.hide()
            self._holder.removeWidget(self.content)
            self.content.deleteLater()
            self.content = None

    def _holds_focus(self) -> bool:
        """Whether the keyboard's focus is in the form."""
        widget = QApplication.focusWidget()
        return self.content is not None and widget is not None and self.content.isAncestorOf(widget)

    def _on_range(self, _low: int, high: int) -> None:
        """The scroll bar takes its width from the margin: fields stay in line with OK."""
        if self.content is not None:
            margin = _MARGIN_BESIDE_BAR if high > 0 else _MARGIN
            self.content.set_right_margin(margin)
            self.figures.set_right_margin(margin)
