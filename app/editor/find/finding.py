"""Finding components in the open campaign: the bar, the index, and what the canvas shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.actions import Actions
from app.editor.find.bar import FindBar
from app.editor.find.index import FindIndex
from canvas_widgets.look import Look
from canvas_widgets.slicing import Slices
from engine.campaign.ops import Op, Table

if TYPE_CHECKING:
    from app.editor.page import EditorPage


class Finding(QObject):
    """Highlights what fits while the bar is open, and goes from one to the next.

    The index is filled when it is first needed, in slices, and follows every change of the document.
    Attribute `bar`.
    """

    def __init__(self, page: EditorPage, look: Look, actions: Actions) -> None:
        super().__init__(page)
        self._page = page
        self.bar = FindBar(page.view, look, actions)
        self._index = FindIndex(page.session.document, page.session.lookup)
        self._found: list[str] = []
        self._filling = Slices(self)
        self._step_when_found = 0
        self.bar.typed.connect(self._on_typed)
        self.bar.next_asked.connect(self.step)
        self.bar.closed.connect(self.close)
        page.scene.mirrored.connect(self._on_mirrored)
        page.scene.selection_changed.connect(self._show_count)

    def open(self) -> None:
        """Show the bar; what was sought last is found again. The workspace may have changed since then."""
        was_hidden = self.bar.isHidden()
        self.bar.begin()
        if was_hidden:
            self._index.forget()
            self._search()

    def close(self) -> None:
        """Put the bar away; what is selected stays selected."""
        self._stop()
        self.bar.hide()
        self._page.scene.set_found(None)
        self._page.view.setFocus()

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) of what was found, and bring it into the middle."""
        if self.bar.isHidden():
            self._step_when_found = by
            self.open()
        elif self._filling.active:
            self._step_when_found = by
        elif self._found:
            at = self._at()
            if at is None:
                at = self._before_selected() if by > 0 else self._before_selected() + 1
            self._page.show_node(self._found[(at + by) % len(self._found)])

    def retranslated(self) -> None:
        """The language changed: components say other words."""
        self._index.forget()
        if not self.bar.isHidden():
            self._search()

    def _on_typed(self) -> None:
        self._step_when_found = 0
        self._search()

    def _on_mirrored(self, ops: Sequence[Op]) -> None:
        self._index.forget(op.id for op in ops if op.table is Table.NODES)
        if not self.bar.isHidden():
            self._search()

    def _search(self) -> None:
        """Find anew, once the index is complete."""
        if self._index.is_complete:
            self._show_found()
            return
        self._filling.begin(self._index.filling(), self._show_found)
        self._filling.advance()  # most campaigns need no second slice

    def _stop(self) -> None:
        self._filling.stop()
        self._step_when_found = 0

    def _show_found(self) -> None:
        page, typed = self._page, self.bar.search.text()
        found = self._index.find(typed) & page.scene.cards.keys()
        self._found = sorted(found, key=lambda node_id: (*page.scene.place(node_id), node_id))
        page.scene.set_found(found if typed.strip() else None)
        self._show_count()
        if self._step_when_found and self._found:
            by, self._step_when_found = self._step_when_found, 0
            self.step(by)
        elif self._found and not self._any_in_sight():
            page.view.center_node(self._found[0])

    def _any_in_sight(self) -> bool:
        seen, cards = self._page.view.seen, self._page.scene.cards
        return any(seen.intersects(cards[node_id].scene_rect) for node_id in self._found)

    def _show_count(self) -> None:
        if not self.bar.isHidden():
            self.bar.show_count(len(self._found) if self.bar.search.text().strip() else None, self._at())

    def _at(self) -> int | None:
        """Which of what was found is selected."""
        selected = self._page.scene.selected_node
        return self._found.index(selected) if selected in self._found else None

    def _before_selected(self) -> int:
        """The last one found that stands before what is selected; -1 where none does."""
        scene, selected = self._page.scene, self._page.scene.selected_node
        if selected is None:
            return -1
        place = (*scene.place(selected), selected)
        return sum((*scene.place(node_id), node_id) < place for node_id in self._found) - 1
