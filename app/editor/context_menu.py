"""The menu of a right click on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer

from app.actions import Actions, Context
from canvas_widgets.gestures.asking import MenuRequest, beside_selection

if TYPE_CHECKING:
    from app.editor.page import EditorPage


class ContextMenu:
    """Opens what the table of actions offers for a card, several, a line, notes, or the empty canvas.

    Attributes, as long as there is a menu: `link_id`, the line that it is about; `at`, where on the screen
    it was asked for. Actions look here.
    """

    def __init__(self, page: EditorPage, actions: Actions) -> None:
        self._page, self._actions = page, actions
        self.link_id: str | None = None
        self.at: QPoint | None = None

    def open(self, request: MenuRequest) -> None:
        """Open where it was asked for."""
        self.link_id, self.at = request.link_id, request.at
        menu = self._actions.context_menu(self._page, self._context())
        menu.aboutToHide.connect(self._on_hidden)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(request.at)

    def open_at_selection(self) -> None:
        """Open beside what is selected: without a mouse."""
        self.open(MenuRequest(beside_selection(self._page.view, self._page.scene)))

    def _context(self) -> Context:
        if self.link_id is not None:
            return Context.LINE
        chosen = self._page.scene.chosen
        match len(chosen.nodes):
            case 0:
                return Context.NOTES if chosen.notes else Context.CANVAS
            case 1 if not chosen.notes:
                return Context.CARD
        return Context.SEVERAL

    def _on_hidden(self) -> None:
        QTimer.singleShot(0, self._page, self._forget)  # the chosen action is triggered after the menu hides

    def _forget(self) -> None:
        self.link_id = self.at = None
        self._actions.refresh()
