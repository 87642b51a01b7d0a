"""What is done from the outline, done to the campaign; and where the keyboard comes back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QWidget

from canvas_widgets.gestures.asking import MenuRequest
from engine.campaign import edits

if TYPE_CHECKING:
    from app.editor.outline.tree import OutlineTree
    from app.editor.page import EditorPage


class OutlineSteering(QObject):
    """Attribute `home`: the canvas or the outline, whichever the user was last in."""

    def __init__(self, page: EditorPage, tree: OutlineTree) -> None:
        super().__init__(page)
        self._page = page
        self._tree = tree
        self.home: QWidget = page.view
        tree.configure_asked.connect(lambda _node_id: page.panel.focus_first())
        tree.shown.connect(page.show_node)
        tree.add_asked.connect(self._add)
        tree.behind_asked.connect(self._add_behind)
        tree.dropped.connect(self._insert)
        tree.refused.connect(page.say)
        tree.menu_asked.connect(self._open_menu)
        tree.outline.rename_asked.connect(self._rename)
        for widget in (tree, page.view):
            widget.installEventFilter(self)

    def go_home(self) -> None:
        """Put the keyboard where the user was: from the outline itself, on the canvas."""
        (self._page.view if self._tree.hasFocus() else self.home).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.home = watched
        return False

    def _add_behind(self) -> None:
        """Offer what may be added behind the selected component."""
        self._page.commands.add()
        self._come_back()

    def _add(self, link_id: str) -> None:
        self._page.view.adding.open([link_id])
        self._come_back()

    def _come_back(self) -> None:
        """When the list closes, the keyboard goes on in the outline."""
        if (chooser := self._page.view.chooser) is not None:
            chooser.closed.connect(self._tree.setFocus)

    def _insert(self, link_id: str, kind: str) -> None:
        document = self._page.session.document
        self._page.commands.push_or_say(lambda: edits.insert(document, link_id, kind))

    def _rename(self, node_id: str, name: str) -> None:
        document = self._page.session.document
        self._page.commands.push_or_say(lambda: edits.rename(document, node_id, name))

    def _open_menu(self, place: QPoint, link_id: str) -> None:
        self._page.menus.open(MenuRequest(place, link_id or None))
