"""Leads through a campaign that came from a template: follows what is configured, and moves the bubble on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.editor.guide.bubble import Bubble, Shown
from app.editor.guide.making import Making, writes
from app.editor.guide.window import Entry, GuideWindow
from engine.components.registry import component
from engine.i18n import Message, tr
from engine.workspace.needs import Need, needs_of_references

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.workspace.template import TemplateFile


class TemplateGuide(QObject):
    """The window and the bubble of one open campaign, hidden until `show`.

    Attributes: `window` (of the guide), `bubble`.
    """

    def __init__(self, page: EditorPage, main: MainWindow, template: TemplateFile) -> None:
        super().__init__(page)
        self._page, self._main = page, main
        self.window = GuideWindow(page.view, main.look)
        self.bubble = Bubble(page.view, main.look, page.session.workspace)
        self._entries = {entry.node: entry for entry in template.guide}
        self._configured: dict[str, bool] = {}
        self._notes: dict[str, Message] = {}
        self._wanted = self._ended = False
        self._making = Making(page, main, self._on_made)
        self._connect()
        self.refresh()

    def show(self) -> None:
        """Show the window while the campaign has any of the key components; folded where none is left."""
        self._wanted = True
        self.window.fold(all(self._configured.values()))
        self.window.raise_()
        self.refresh()

    def put_away(self) -> None:
        """Hide, until `show`."""
        self._wanted = False
        self.bubble.dismiss()
        self.refresh()

    def end(self) -> None:
        """Show nothing from now on."""
        self._ended = True
        self.bubble.dismiss()
        self.window.hide()

    @property
    def available(self) -> bool:
        """Whether there is anything to show."""
        return not self._ended and bool(self._left_in_document())

    def bring_back(self) -> None:
        """Show the window, unfolded, with the keyboard's focus in it."""
        self.show()
        self.window.fold(False)
        self.window.focus_first()

    def refresh(self) -> None:
        """The campaign or the workspace changed: what is configured now?"""
        self.window.setVisible(self._wanted and self.available)
        if not self.available:
            self.bubble.dismiss()
            return
        before = self._configured
        cards = self._page.scene.cards
        self._configured = {id: cards[id].configured for id in self._left_in_document() if id in cards}
        self.window.show_entries(self._lines(), self.bubble.node_id)
        current = self.bubble.node_id
        if current is None:
            return
        if current not in self._configured:
            self._close_bubble()
        elif self._configured[current] and not before.get(current, True):
            QTimer.singleShot(0, self._go_on)  # whatever changed it shall end first
        elif all(self._configured.values()) and self.bubble.all_done:
            self._say_all_done(current)
        else:
            self._follow()

    def show_entry(self, node_id: str) -> None:
        """Bring a key component into the middle, select it, and say what to do there."""
        focused = QApplication.focusWidget()
        with_keyboard = focused is not None and self.window.isAncestorOf(focused)
        self._say(node_id)
        self._page.show_node(node_id)
        if with_keyboard:
            self.bubble.focus_first()
        else:
            self._page.view.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape on the canvas closes the bubble, beside whatever else it ends."""
        if event.type() is QEvent.Type.KeyPress and _is_escape(event) and self.bubble.isVisible():
            self._close_bubble()
        return False

    def _connect(self) -> None:
        page, view = self._page, self._page.view
        view.installEventFilter(self)
        page.scene.mirrored.connect(self._on_mirrored)
        page.session.problems_changed.connect(self.refresh)
        page.scene.selection_changed.connect(self._on_selection_changed)
        view.zoom_changed.connect(self._on_zoomed)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._follow)
        self.window.chosen.connect(self.show_entry)
        self.window.put_away.connect(self._on_put_away)
        self.window.left.connect(view.setFocus)
        self.bubble.closed.connect(self._on_bubble_closed)
        self.bubble.audience_asked.connect(self._on_audience_asked)
        self.bubble.message_asked.connect(self._on_message_asked)
        self.bubble.problems_asked.connect(page.findings.open)
        self.bubble.publish_asked.connect(self._main.actions_["run.publish"].trigger)
        self.bubble.created.connect(self._on_catalogue_changed)

    def _left_in_document(self) -> list[str]:
        nodes = self._page.session.document.nodes
        return [id for id in self._entries if id in nodes]

    def _lines(self) -> list[Entry]:
        """What the window lists; a component may be gone from the document before it is known here."""
        nodes, known = self._page.session.document.nodes, self._configured.items()
        return [Entry(id, nodes[id].name, configured) for id, configured in known if id in nodes]

    # The bubble --------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """The component at the bubble is configured: on to the next one that is not, else all is done."""
        current = self.bubble.node_id
        if current is None or self._ended or not self._configured.get(current):
            return
        order = list(self._configured)
        at = order.index(current)
        behind = [id for id in order[at:] + order[:at] if not self._configured[id]]
        if behind:
            self._say(behind[0])
            self._page.show_node(behind[0])
        else:
            self._say_all_done(current)

    def _say_all_done(self, node_id: str) -> None:
        """Every key component is configured: say what is left to publish the campaign."""
        session = self._page.session
        name, problems = session.document.nodes[node_id].name, len(session.errors)
        self.bubble.show_at(Shown(node_id, name, None, problems=problems), self._card_of(node_id))
        self.window.show_entries(self._lines(), node_id)

    def _say(self, node_id: str) -> None:
        node = self._page.session.document.nodes[node_id]
        shown = Shown(
            node_id,
            node.name,
            self._entries[node_id],
            self._configured.get(node_id, False),
            writes(node.kind),
            self._notes.get(node_id),
            tuple(self._needs(node_id)),
        )
        self.bubble.show_at(shown, self._card_of(node_id))
        self.window.show_entries(self._lines(), node_id)

    def _needs(self, node_id: str) -> list[Need]:
        """What the catalogue lacks for the component as the template has it.

        For an audience the editor that opens says so, with the rows marked.
        """
        node, workspace = self._page.session.document.nodes[node_id], self._page.session.workspace
        config = node.parsed.config
        found = [] if config is None else component(node.kind).references(config)
        return needs_of_references(found, workspace.catalog)

    def _card_of(self, node_id: str) -> QRect:
        card = self._page.scene.cards[node_id]
        return self._page.view.mapFromScene(card.scene_rect).boundingRect()

    def _follow(self) -> None:
        node_id = self.bubble.node_id
        if node_id is not None and node_id in self._page.scene.cards:
            self.bubble.follow(self._card_of(node_id))

    def _close_bubble(self) -> None:
        self.bubble.dismiss()
        self.window.show_entries(self._lines(), None)

    # What happens ------------------------------------------------------------------------------------------

    def _on_mirrored(self, _ops: object) -> None:
        self.refresh()

    def _on_zoomed(self, _zoom: float) -> None:
        self._follow()

    def _on_selection_changed(self) -> None:
        """The bubble goes with the selection, from one key component to the other."""
        current, selected = self.bubble.node_id, self._page.scene.selected_node
        if current is None or selected == current:
            return
        if selected is not None and selected in self._configured:
            self._say(selected)
        else:
            self._close_bubble()

    def _on_bubble_closed(self) -> None:
        self._close_bubble()
        self._page.view.setFocus()

    def _on_put_away(self) -> None:
        self._main.preferences.template_guide = False
        self._main.preferences.save()
        for page in self._main.editors:
            if page.guide.guide is not None:
                page.guide.guide.put_away()
        self._page.view.setFocus()
        self._main.toast.show_message(tr("The template guide stays hidden. The Help menu brings it back."))

    def _on_catalogue_changed(self) -> None:
        self._page.panel.refresh()
        self._page.scene.refresh()
        self._page.session.check()
        if (current := self.bubble.node_id) is not None:
            self._say(current)

    def _on_audience_asked(self) -> None:
        node_id = self.bubble.node_id
        if node_id is not None and (rule := self._entries[node_id].rule) is not None:
            self._making.audience(node_id, rule)

    def _on_message_asked(self) -> None:
        node_id = self.bubble.node_id
        if node_id is not None and (content := self._entries[node_id].content) is not None:
            self._making.message(node_id, content)

    def _on_made(self, node_id: str, note: Message) -> None:
        """What was made stands in the panel: say that it is still to be confirmed."""
        self._notes[node_id] = note
        if self.bubble.node_id == node_id:
            self._say(node_id)


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
