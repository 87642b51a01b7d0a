"""Putting the selected cards in order: aligned, at even distances, a step aside."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from engine.campaign import edits
from engine.campaign.edits import Direction, Side
from engine.campaign.layout import GRID
from engine.campaign.model import Point
from engine.campaign.notes import Group

if TYPE_CHECKING:
    from app.editor.page import EditorPage

_BURST_MS = 1000  # steps that follow each other so closely are one for undo


class Arranging:
    """Asks for the edits that place cards anew; each is an undo step of the page's session."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page
        self._bursts = count()
        self._burst: tuple[str, Group] | None = None
        self._pause = QTimer(page, singleShot=True, interval=_BURST_MS)
        self._pause.timeout.connect(self._end_burst)

    def align(self, side: Side) -> None:
        scene = self._page.scene
        self._page.commands.push_or_say(
            lambda: edits.align(self._page.session.document, scene.selection, side)
        )

    def distribute(self, direction: Direction) -> None:
        scene = self._page.scene
        self._page.commands.push_or_say(
            lambda: edits.distribute(self._page.session.document, scene.selection, direction)
        )

    def nudge(self, across: int, down: int) -> None:
        """Move what is selected by steps of the grid. Key after key is one undo step, until a pause."""
        focused = QApplication.focusWidget()
        if focused is not None and self._page.panel.isAncestorOf(focused):
            return  # what the keys mean there is not the canvas
        scene = self._page.scene
        group = Group(frozenset(self._page.selecting.cards()), scene.selected_notes)
        if self._burst is None or self._burst[1] != group:
            self._burst = (f"nudge {next(self._bursts)}", group)
        self._pause.start()
        by = Point(across * GRID, down * GRID)
        edit = edits.move_group(self._page.session.document, group, by)
        self._page.session.push(edit._replace(gesture=self._burst[0]))

    def _end_burst(self) -> None:
        self._burst = None
