"""The editor: everything around one open campaign."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import tasks
from app.campaign_list.rows import Run
from app.campaign_list.status import ALLOWED, GOING_ON, May, Status
from app.editor.attributes import attributes_dialog
from app.editor.notice_bar import NoticeBar
from app.editor.panel_slot import PanelSlot
from app.editor.problems import ProblemsPanel, node_of
from app.editor.session import EditorSession
from app.editor.top_bar import TopBar
from app.editor.walking import neighbour
from app.language import Retranslated
from app.panels import ConfigurationPanel
from app.panels.figures import Figures
from app.publishing import notices
from app.publishing.service import Counts, Situation
from app.widgets.ask import Choice, Question, ask
from canvas_widgets.palette import Palette
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign import edits
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused
from engine.campaign.fixes import fix
from engine.campaign.model import START_ID, Attributes
from engine.campaign.problem import Problem
from engine.components.base import RefKind
from engine.components.registry import component
from engine.files import FileError
from engine.i18n import Message, ntr, tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

log = logging.getLogger(__name__)
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EditorPage(Retranslated, QWidget):
    """Palette, canvas and panel below the top bar. `read_only` shows everything and changes nothing.

    Signal `unsaved_changed()`: the name, or whether something is unsaved, may have changed.
    Attributes: session, scene, view, palette_, panel (of configuration), problems, bar, notices, status.
    """

    unsaved_changed = Signal()

    def __init__(
        self, window: MainWindow, document: CampaignDocument, path: Path | None, *, read_only: bool
    ) -> None:
        super().__init__()
        assert window.workspace is not None
        self._window = window
        self.read_only = read_only
        self.status = Status.DRAFT
        self._counts: Counts = {}
        self._run: Run | None = None
        self._situation = Situation()
        self._draft_hash: str | None = None
        self._hash_asked = False
        self.session = EditorSession(window.workspace, document, path)
        self.scene = CampaignScene(document, window.workspace, window.look)
        self.view = CanvasView(self.scene, window.look, read_only=read_only)
        self.palette_ = Palette(window.look)
        self.panel = ConfigurationPanel(window.look, window.runs.estimate)
        self._slot = PanelSlot(window.look, self.panel)
        self.bar = TopBar(window.look, window.actions_)
        self.notices = NoticeBar(window.look)
        self.problems = ProblemsPanel(window.look, lambda problem: fix(self.session.document, problem))
        self._lay_out()
        self._connect()
        self._on_dirty_changed()
        self._on_problems_changed()

    def begin(self) -> None:
        """Load the canvas in slices, then show all of it."""
        self.scene.loaded.connect(self._on_loaded)
        self.scene.start_loading()
        self.view.setFocus()

    def _on_loaded(self) -> None:
        self.view.fit(glide=False)

    # Questions the window and the actions ask

    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        return not self.read_only and (self.session.dirty or bool(self.panel.unapplied()))

    def allowed(self) -> frozenset[May]:
        """What may be done with the open campaign; publishing and attributes only where it can be edited."""
        allowed = ALLOWED[self.status] - {May.COPY, May.DELETE, May.EDIT, May.VIEW}
        return allowed - {May.PUBLISH, May.ATTRIBUTES} if self.read_only else allowed

    def selected_node(self) -> str | None:
        """The one component that is selected, Start included."""
        return next(iter(self.scene.selection)) if len(self.scene.selection) == 1 else None

    def deletable_node(self) -> str | None:
        """The selected component if it can be deleted."""
        node_id = self.selected_node()
        # An undo may have taken the node out of the document before the canvas hears of it.
        node = self.session.document.nodes.get(node_id or "")
        return node_id if node is not None and component(node.kind).deletable else None

    # What the actions do

    def save(self) -> bool:
        """Save the draft; says why where it cannot, and answers whether it is on disk."""
        new = self.session.path is None
        try:
            self.session.save()
        except FileError as error:
            self._window.show_error(error)
            return False
        if new:
            self._window.reload()  # the list has one more
        waiting = [self.session.document.node(node_id).name for node_id in self.panel.unapplied()]
        if waiting:
            text = tr(
                "Draft saved, without what is not confirmed with OK yet: {names}.", names=", ".join(waiting)
            )
            self._window.toast.show_message(text, tone="warn")
        else:
            self._window.toast.show_message(tr("Draft saved."))
        return True

    def add_ends(self) -> None:
        self._push_or_say(lambda: edits.end_open_links(self.session.document))

    def undo(self) -> None:
        self.session.undo_stack.undo()

    def redo(self) -> None:
        self.session.undo_stack.redo()

    def fit(self) -> None:
        self.view.fit()

    def zoom_in(self) -> None:
        self.view.zoom_in()

    def zoom_out(self) -> None:
        self.view.zoom_out()

    def zoom_reset(self) -> None:
        self.view.zoom_to(1.0)

    def focus_palette(self) -> None:
        self.palette_.focus_search()

    def add_kind(self, kind: str) -> None:
        """Add a component behind the selected one: at its first open end, else on its first line."""
        document = self.session.document
        links = self._links_behind()
        if not links:
            self.say(tr("Nothing can follow here. Select the component to add it behind."))
            return
        chosen = next((link_id for link_id in links if kind in edits.admissible(document, link_id)), links[0])
        self._push_or_say(lambda: edits.insert(document, chosen, kind))
        self.view.setFocus()

    def _links_behind(self) -> list[str]:
        """Where to add: at the selected card's lines, open ones first, or at any open end."""
        document, selected = self.session.document, self.selected_node()
        links = document.out_links(selected) if selected is not None else self.session.open_links()
        return sorted(links, key=lambda link_id: document.links[link_id].target is not None)

    def delete_selected(self) -> Question | None:
        node_id = self.deletable_node()
        return self.ask_delete(node_id) if node_id is not None else None

    def ask_delete(self, node_id: str) -> Question | None:
        """Ask, saying how many components go, then delete."""
        document = self.session.document
        try:
            edit = edits.delete_behind(document, node_id)
        except Refused as refused:
            self.say(refused.message)
            return None
        count = len(edits.doomed(document, node_id)) - 1
        name = document.node(node_id).name
        text = (
            ntr(
                "{n} component behind it, which nothing else leads to, goes too.",
                "{n} components behind it, which nothing else leads to, go too.",
                count,
            )
            if count
            else tr("Nothing stands behind it.")
        )
        title = tr("Delete “{name}”?", name=name)
        choice = Choice(tr("Delete"), lambda: self.push(edit), "danger")
        return ask(self, title, text, choice)

    def edit_attributes(self) -> None:
        attributes_dialog(
            self, self._window.look, self.session.workspace, self.session.document, self._on_attributes
        ).open()

    def toggle_problems(self) -> None:
        if self.problems.isVisible():
            self.problems.close_drawer()
        else:
            self.open_problems()

    def open_problems(self) -> None:
        """Open the list of problems; says so where there are none."""
        self.session.check(self._show_problems)

    def _show_problems(self) -> None:
        if self.session.problems:
            self.problems.open_drawer()
        else:
            self._window.toast.show_message(tr("Everything is configured: it can be published."))

    def jump(self, problem: Problem) -> None:
        """Select the problem's component, show it in the middle, and open its panel."""
        node_id = node_of(problem, self.session.document)
        if node_id is None:
            self.edit_attributes()
            return
        self.show_node(node_id)
        self.panel.show_problem(problem.field)

    def show_node(self, node_id: str) -> None:
        """Select a component and bring it into the middle."""
        self.scene.select([node_id])
        self.view.center_node(node_id)

    def push(self, edit: Edit) -> None:
        """Make an edit an undo step, and select what it names."""
        self.session.push(edit)

    def say(self, message: Message | str) -> None:
        """Say why something is not done."""
        self._window.toast.show_message(str(message), tone="danger")

    # What is shown

    def show_run(self, status: Status, run: Run | None = None) -> None:
        """The campaign's status, and what else the engine says of it; `run` None where it knows of none."""
        self.status, self._run = status, run
        if May.EDIT not in ALLOWED[status] and not self.unsaved():
            self._end_editing()
        self.bar.show_status(status, self.read_only, failed=bool(run is not None and run.failure))
        if status is Status.DRAFT:
            self.scene.set_counts(None)
            self._counts = {}
        self._show_figures()
        self._hash_draft()
        self._show_notices()

    def show_engine(self, situation: Situation) -> None:
        """What the engine is up to, where that keeps the campaign from going on."""
        self._situation = situation
        self._show_notices()

    def show_counts(self, counts: Counts) -> None:
        """Live counts of the running version, on cards and lines, and in the panel of the selected card."""
        self.scene.set_counts(counts)
        self._counts = counts
        self._show_figures()

    def _show_notices(self) -> None:
        shown = [
            *notices.of_engine(self._situation, waits=self.status in GOING_ON),
            *notices.of_run(self._run),
            *notices.of_draft(self.status, self._run, self._draft_hash),
        ]
        self.notices.show_notices(shown)

    def _on_action_asked(self, action_id: str) -> None:
        self.view.setFocus()  # what was clicked goes with its notice
        self._window.actions_[action_id].trigger()

    def _hash_draft(self) -> None:
        """Find out, once, what publishing would publish: a draft that is only looked at stays as it is."""
        if self.read_only and self._run is not None and not self._hash_asked:
            self._hash_asked = True
            work = partial(bundle_hash, self.session.workspace, self.session.document)
            tasks.run(work, self._on_draft_hash, self._on_no_draft_hash)

    def _on_draft_hash(self, found: str) -> None:
        self._draft_hash = found
        self._show_notices()

    def _on_no_draft_hash(self, error: Exception) -> None:
        self._hash_asked = False
        log.info("the draft cannot be compared with what runs: %s", error)

    def _show_figures(self) -> None:
        if not self._counts:
            self.panel.show_figures(None)
            return
        workspace = self.session.workspace
        zone = ZoneInfo(workspace.settings.time_zone)

        def name_of(audience: str) -> str:
            return workspace.name_of(RefKind.AUDIENCE, audience) or audience

        next_run = None if self._run is None else self._run.next_run
        self.panel.show_figures(Figures(self._counts, next_run, zone, name_of))

    def retranslate(self) -> None:
        self._show_notices()
        self.scene.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the canvas leaves: arrows walk, / adds, Enter goes to the panel, Escape comes back."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self.view.hasFocus():
            places = {node_id: self.scene.place(node_id) for node_id in self.scene.cards}
            found = neighbour(self.session.document, places, self.selected_node(), key)
            if found is not None:
                self.scene.select([found])
        elif key == Qt.Key.Key_Slash and self.view.hasFocus() and not self.read_only:
            self._open_chooser()
        elif key in _ENTER and self.view.hasFocus():
            self.panel.focus_first()
        elif key == Qt.Key.Key_Escape:
            self.view.setFocus()
        else:
            super().keyPressEvent(event)

    def _open_chooser(self) -> None:
        """Offer what can be added behind the selected card, without the mouse."""
        if links := self._links_behind():
            self.view.open_chooser(links[0])

    def close_session(self) -> None:
        """Let go of the document; the page can be deleted."""
        self.session.close()
        self.scene.close()

    def _end_editing(self) -> None:
        """The campaign has finished: from now on it can only be looked at."""
        self.read_only = self.view.read_only = True
        self.view.setAcceptDrops(False)
        self.palette_.hide()
        self._on_selection_changed()

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.palette_)
        centre = QVBoxLayout()
        centre.setSpacing(0)
        centre.addWidget(self.view, 1)
        centre.addWidget(self.problems)
        body.addLayout(centre, 1)
        body.addWidget(self._slot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.notices)
        layout.addLayout(body, 1)
        self.palette_.setVisible(not self.read_only)

    def _connect(self) -> None:
        self.session.undo_stack.indexChanged.connect(self._on_step)
        self.session.focused.connect(lambda node_id: self.scene.select([node_id]))
        self.session.problems_changed.connect(self._on_problems_changed)
        self.session.dirty_changed.connect(self._on_dirty_changed)
        self.scene.selection_changed.connect(self._on_selection_changed)
        self.view.edit_requested.connect(self.push)
        self.view.delete_requested.connect(self.ask_delete)
        self.view.refused.connect(self.say)
        self.view.zoom_changed.connect(self.bar.show_zoom)
        self.panel.confirmed.connect(self._on_confirmed)
        self.panel.jump_requested.connect(self.show_node)
        self.panel.unapplied_changed.connect(self._on_dirty_changed)
        self.palette_.kind_activated.connect(self.add_kind)
        self.bar.problems_asked.connect(self.toggle_problems)
        self.notices.asked.connect(self._on_action_asked)
        self.problems.chosen.connect(self.jump)
        self.problems.fix_asked.connect(self.push)
        self.problems.closed.connect(self.view.setFocus)

    def _push_or_say(self, make: Callable[[], Edit]) -> None:
        try:
            self.push(make())
        except Refused as refused:
            self.say(refused.message)

    def _on_step(self) -> None:
        """A step was made, undone or redone."""
        self._on_dirty_changed()
        self._window.actions_.refresh()

    def _on_dirty_changed(self) -> None:
        self.bar.show_name(self.session.document.attributes.name, self.unsaved())
        self.unsaved_changed.emit()

    def _on_problems_changed(self) -> None:
        self.bar.show_problems(self.session.problems)
        self.problems.show_problems(self.session.problems)

    def _on_selection_changed(self) -> None:
        node_id = self.selected_node()
        if node_id is None or node_id == START_ID:  # nothing of Start can be configured
            self.panel.clear()
        else:
            document, workspace = self.session.document, self.session.workspace
            self.panel.show_node(document, node_id, workspace, self.read_only)
            QTimer.singleShot(self._window.look.duration, self._keep_selected_visible)  # the panel takes room
        self._slot.slide(self.panel.node_id is not None)
        self._window.actions_.refresh()

    def _keep_selected_visible(self) -> None:
        """The panel must not open over the card that it is about."""
        card = self.scene.cards.get(self.selected_node() or "")
        if card is not None:
            grid = self._window.look.sizes.grid
            with_open_end = card.scene_rect.adjusted(0, 0, 6 * grid, 0)
            self.view.ensureVisible(with_open_end, 3 * grid, 3 * grid)

    def _on_confirmed(self, edit: Edit) -> None:
        """The panel may have made an audience or a template on the way: what was missing is there now."""
        self.push(edit)
        self.scene.refresh()
        self.session.check()

    def _on_attributes(self, attributes: Attributes) -> None:
        if attributes != self.session.document.attributes:
            self.push(edits.set_attributes(self.session.document, attributes))


def bundle_hash(workspace: Workspace, document: CampaignDocument) -> str:
    """What tells this draft, with all that it refers to, from other versions."""
    from engine.workspace import bundle

    return bundle.make(workspace, document).hash
