"""Copy mode in words: what is pasted, which place Enter takes, and the way out."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.editor.floating import Floating
from app.widgets.basic import button, label
from canvas_widgets.look import Look
from canvas_widgets.view import CanvasView
from engine.i18n import ntr, tr


class PasteHint(Floating):
    """Stands at the top of the canvas for as long as its copy mode lasts."""

    def __init__(self, view: CanvasView, look: Look) -> None:
        super().__init__(view, look)
        self._view = view
        self.title = label("strong")
        self.place_ = label("summary")
        self.keys = label("summary")
        self.leave = button("", view.pasting.end)
        grid = look.sizes.grid
        words = QVBoxLayout()
        words.setSpacing(grid // 4)
        for line in (self.title, self.place_, self.keys):
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * grid, grid, grid, grid)
        row.setSpacing(3 * grid)
        row.addLayout(words, 1)
        row.addWidget(self.leave)
        view.pasting.changed.connect(self._follow)
        self.hide()

    def wanted_place(self) -> QPoint:
        room = self.room
        return QPoint(room.center().x() - self.width() // 2, room.top())

    def _follow(self) -> None:
        """Show what the mode is about. The canvas keeps the cursor: `speaking` tells who hears it."""
        mode = self._view.pasting
        self.setVisible(mode.active)
        if mode.clip is not None:
            self.title.setText(
                tr("Paste “{name}”", name=mode.clip.name)
                if mode.clip.single
                else ntr("Paste {n} component", "Paste {n} components", mode.count)
            )
            self.place_.setText(mode.words if mode.also is None else f"{mode.words}. {mode.also}")
            self.keys.setText(tr("Click a mark. Tab: the next one, Enter: paste, Esc: leave"))
            self.leave.setText(tr("Cancel"))
            self.place()
