"""Sending what the selected component sends, as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.panels.judging import result_of
from engine.campaign.status import configuration_errors
from engine.campaign.surroundings import around
from engine.channels.trial import KINDS, NotTriable

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class Testing:
    """An earlier version is only looked at: what it refers to may be another by now."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window

    def possible(self) -> bool:
        """Whether the selected component sends something, and is configured."""
        page, id = self._page, self._page.scene.selected_node
        if id is None or page.shown_version is not None:
            return False
        document = page.session.document
        node = document.node(id)
        return node.kind in KINDS and not configuration_errors(
            node, page.session.lookup, around(document, id)
        )

    def open(self) -> None:
        """Open the dialog, with what stands in the panel where that is not confirmed yet."""
        from app.trials.opening import try_component

        page, id = self._page, self._page.scene.selected_node
        if id is None:
            return
        document = page.session.document
        node = document.node(id)
        entered = page.panel.inputs().get(id)
        raw = dict(node.config) if entered is None else result_of(document, id, entered)
        name = node.name if entered is None else entered.name
        try:
            try_component(self._window, name, node.kind, raw, around(document, id))
        except NotTriable as error:
            page.say(error.message)
