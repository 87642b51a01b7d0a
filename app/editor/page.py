"""The editor: everything around one open campaign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.campaign_list.status import ALLOWED, May, Status
from app.campaign_testing.commands import CampaignTesting
from app.editor.arranging import Arranging
from app.editor.attributes import attributes_dialog
from app.editor.commands import EditorCommands
from app.editor.context_menu import ContextMenu
from app.editor.copying import CopyCommands
from app.editor.find.finding import Finding
from app.editor.findings import Findings
from app.editor.fixing import Fixing
from app.editor.guide import GuidePlace
from app.editor.lines import LineCommands
from app.editor.minimap import Minimap
from app.editor.notes import NoteCommands
from app.editor.notice_bar import NoticeBar
from app.editor.outline.steering import OutlineSteering
from app.editor.panel_slot import PanelSlot
from app.editor.parts import Parts, making_parts
from app.editor.paste_hint import PasteHint
from app.editor.problems import ProblemsPanel
from app.editor.running import Running
from app.editor.safekeeping import Safekeeping
from app.editor.selecting import Selecting
from app.editor.session import Then
from app.editor.showing import Showing
from app.editor.side_bar import SideBar
from app.editor.speaking import Speaking
from app.editor.testing import Testing
from app.editor.tidying import Tidying
from app.editor.top_bar import TopBar
from app.editor.unconfirmed import Unconfirmed
from app.engine.situation import Counts, Run, Situation
from app.language import Retranslated
from app.merging.commands import Merging
from app.panels import ConfigurationPanel
from app.publishing.versions import ShownVersion
from app.rehearsing.rehearsing import Rehearsing
from engine.campaign import edits
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.model import Attributes
from engine.campaign.ops import StaleOpError
from engine.i18n import Message, tr
from engine.shapes.text import one_line
from engine.steps import finished

if TYPE_CHECKING:
    from app.window import MainWindow

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EditorPage(Retranslated, QWidget):
    """Palette, canvas and panel below the top bar. `read_only` shows everything and changes nothing; `parts`
    were made before, where that is done in slices.

    Signal `unsaved_changed()`: the name, or whether something is unsaved, may have changed.
    Attributes: session, scene, view, palette_, outline, side_bar (which holds these two), panel (of
    configuration), problems (their list), findings (what is done with them), bar, notices, status, commands
    (what the actions do), finding, guide (of the template), safekeeping (of what is not saved, and of the
    file), merging (of versions), tests (of the campaign), unconfirmed (what waits for the OK of a panel),
    shown_version (an earlier one as it was published; None: the campaign itself), published (its bundle),
    running (what the engine says), rehearsing (with rehearsal_bar and journey, one person's path), showing
    (what the selection opens).
    """

    unsaved_changed = Signal()

    def __init__(
        self,
        window: MainWindow,
        document: CampaignDocument,
        path: Path | None,
        *,
        read_only: bool,
        version: ShownVersion | None = None,
        parts: Parts | None = None,
    ) -> None:
        super().__init__(window.tabs.stack)
        parts = parts or finished(making_parts(window, document, path, read_only=read_only, version=version))
        self._window = window
        self.read_only = read_only
        self.shown_version = None if version is None else version.number
        self.published = None if version is None else version.bundle
        self._said = ""
        self.session = parts.session
        self.scene = parts.scene
        self.view = parts.view
        self.palette_ = parts.palette
        self.outline = parts.outline
        self.side_bar: SideBar = parts.side_bar
        self.panel: ConfigurationPanel = parts.panel
        self.several = parts.several
        self.journey = parts.journey
        self._slot = PanelSlot(window.look, self.panel, self.several, self.journey)
        self.showing: Showing = Showing(self, self._slot)
        self.bar: TopBar = parts.bar
        self.notices = NoticeBar(window.look)
        self.notices.float_over(self.view)
        self.rehearsal_bar = parts.rehearsal_bar
        self.problems = ProblemsPanel(window.look, Fixing(self.session, lambda: not self.read_only))
        self.commands: EditorCommands = EditorCommands(self)
        self.note_commands: NoteCommands = NoteCommands(self)
        self.copying: CopyCommands = CopyCommands(self, window)
        self.lines: LineCommands = LineCommands(self, window)
        self.paste_hint = PasteHint(self.view, window.look)
        self.speaking = Speaking(self.view, self.scene, self.outline.outline.words)
        self.selecting: Selecting = Selecting(self)
        self.arranging: Arranging = Arranging(self)
        self.tidying: Tidying = Tidying(self, window)
        self.testing: Testing = Testing(self, window)
        self.tests: CampaignTesting = CampaignTesting(self, window)
        self.menus: ContextMenu = ContextMenu(self, window.actions_)
        self.unconfirmed: Unconfirmed = Unconfirmed(self)
        self.running: Running = Running(self, window.watch_shown)
        self.minimap: Minimap = Minimap(self.view, self.scene, window.look, window.preferences)
        self.finding: Finding = Finding(self, window.look, window.actions_)
        self._steering: OutlineSteering = OutlineSteering(self, self.outline)
        self.safekeeping: Safekeeping = Safekeeping(self, window)
        self.merging: Merging = Merging(self, window)
        self.guide: GuidePlace = GuidePlace(self, window)
        self.findings: Findings = Findings(self, window)
        self.rehearsing: Rehearsing = Rehearsing(self, window)
        for part in (self.session, self.scene):
            part.setParent(self)  # what is connected to their signals goes when the page does
        self._lay_out()
        self._connect()
        self._on_dirty_changed()
        self.findings.show()

    def begin(self) -> None:
        """Load the canvas in slices, then show it."""
        self.scene.loaded.connect(self._on_loaded)
        self.scene.start_loading()
        self.view.setFocus()

    def _on_loaded(self) -> None:
        self.view.begin()
        self.speaking.refresh()
        self.side_bar.begin()
        if self.session.large:
            self.session.check()
        self.guide.begin()
        self.merging.look()

    # Questions the window and the actions ask

    @property
    def status(self) -> Status:
        return self.running.status

    @property
    def title(self) -> str:
        """The campaign's name, with the version where an earlier one is on show."""
        name, version = one_line(self.session.document.attributes.name), self.shown_version
        return name if version is None else tr("Version {version} · {name}", name=name, version=version)

    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        return not self.read_only and (self.changed or bool(self.panel.unapplied()))

    @property
    def changed(self) -> bool:
        """Whether there is something that saving would save."""
        return self.session.dirty or self.view.notes.changed

    def allowed(self) -> frozenset[May]:
        """What may be done with the open campaign; publishing and attributes only where it can be edited."""
        allowed = ALLOWED[self.status] - {May.COPY, May.DELETE, May.EDIT, May.VIEW}
        return allowed - {May.PUBLISH, May.ATTRIBUTES} if self.read_only else allowed

    # What the window and the actions do

    def save(self, then: Then = lambda: None) -> bool:
        """Save the draft and call `then`; says why where it cannot. False where no save began."""
        return self.safekeeping.save(then)

    def edit_attributes(self) -> None:
        attributes_dialog(
            self, self._window.look, self.session.workspace, self.session.document, self._on_attributes
        ).open()

    def show_node(self, node_id: str) -> None:
        """Select a component and bring it into the middle."""
        self.showing.center(node_id)

    def push(self, edit: Edit) -> None:
        """Make an edit an undo step, and select what it names; says why where the campaign is another by now.

        A question may have stood open while the file was read again, or while the campaign came to its end.
        """
        if self.read_only:
            self.say(Message("This campaign can only be viewed now."))
            return
        try:
            self.session.push(edit)
        except StaleOpError:
            self.say(Message("The campaign has changed meanwhile. Look at it, and do it again."))
            return
        self.showing.reveal(edit)
        if edit.also is not None:
            self._window.toast.show_message(str(edit.also), tone="ok")

    def say(self, message: Message | str) -> None:
        """Say why something is not done, until something is."""
        self._said = str(message)
        self._window.toast.show_message(self._said, tone="danger")

    # What is shown

    def show_run(self, status: Status, run: Run | None = None) -> None:
        """The campaign's status, and what else the engine says of it; `run` None where it knows of none."""
        if May.EDIT not in ALLOWED[status] and not self.unsaved():
            self._end_editing()
        self.running.show_run(status, run)

    def show_engine(self, situation: Situation) -> None:
        """What the engine is up to, where that keeps the campaign from going on."""
        self.running.show_engine(situation)

    def show_counts(self, counts: Counts) -> None:
        """Live counts of the version on show, on cards and lines, and in the panel of the selected card."""
        self.running.show_counts(counts)
        self.outline.refresh()

    def refresh_workspace(self) -> None:
        """What the campaign refers to may have changed: red dots, the panel and the problems follow."""
        self.scene.refresh()
        self.panel.refresh()
        self.session.check()

    def show_notices(self) -> None:
        """Say above the canvas what has to be known, in the words of the moment."""
        self.running.show_notices()

    def _on_action_asked(self, action_id: str) -> None:
        self.view.setFocus()  # what was clicked goes with its notice
        self._window.actions_[action_id].trigger()

    def retranslate(self) -> None:
        self.running.retranslate()
        self.scene.refresh()
        self.view.pasting.retranslate()
        self.speaking.refresh()
        self.finding.retranslated()
        self.rehearsing.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the canvas leaves: arrows walk, Enter goes to the panel, Escape comes back."""
        key = Qt.Key(event.key())
        if key in _ARROWS and self.view.hasFocus():
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.selecting.walk(key, extend=extend)
        elif key in _ENTER and self.view.hasFocus():
            self.panel.focus_first()
        elif key == Qt.Key.Key_Escape:
            if not self.rehearsing.leave():
                self._steering.go_home()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is on show: what was said here is not meant for that."""
        super().hideEvent(event)
        self._window.toast.put_away(self._said)

    def close_session(self) -> None:
        """Let go of the document; the page can be deleted."""
        self.safekeeping.close()
        self.rehearsing.end()
        self.tests.close()
        self.view.notes.finish(keep=False)
        self.guide.end()
        self.outline.end()
        self.session.close()
        self.scene.close()

    def _end_editing(self) -> None:
        """The campaign has finished: from now on it can only be looked at."""
        self.view.pasting.end()
        self.read_only = self.view.read_only = True
        self.session.undo_stack.clear()  # everything is saved; a step back would be a change
        focused: QWidget | None = self.window().focusWidget()  # the stubs forget None
        if focused is not None and (self.bar.isAncestorOf(focused) or self.side_bar.isAncestorOf(focused)):
            self.view.setFocus()  # what had it may go: the next one in line would have it by accident
        whole = self.view.shows_all()
        self.side_bar.end_editing()
        self.guide.end()
        self._on_selection_changed()
        if whole:  # and stays whole beside what takes the palette's place
            QTimer.singleShot(self._window.look.duration, self.view.fit)

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.side_bar)
        centre = QVBoxLayout()
        centre.setSpacing(0)
        centre.addWidget(self.view, 1)
        centre.addWidget(self.rehearsal_bar)
        centre.addWidget(self.problems)
        centre.addWidget(self.tests.drawer)
        body.addLayout(centre, 1)
        body.addWidget(self._slot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addLayout(body, 1)

    def _connect(self) -> None:
        self.session.undo_stack.indexChanged.connect(self._on_step)
        self.session.focused.connect(lambda node_id: self.scene.select([node_id]))
        self.session.dirty_changed.connect(self._on_dirty_changed)
        self.scene.selection_changed.connect(self._on_selection_changed)
        self.view.edit_requested.connect(self.push)
        self.view.delete_requested.connect(self.commands.ask_delete)
        self.view.delete_selected_requested.connect(self.commands.delete_selected)
        self.view.menu_requested.connect(self.menus.open)
        self.view.activated.connect(self.panel.focus_first)
        self.view.cut_requested.connect(self.lines.ask_cut)
        self.view.copy_requested.connect(self.copying.copy_from_card)
        self.view.refused.connect(self.say)
        self.view.zoom_changed.connect(self.bar.show_zoom)
        self.panel.confirmed.connect(self._on_confirmed)
        self.panel.jump_requested.connect(self.show_node)
        self.panel.test_asked.connect(self.testing.open)
        self.panel.unapplied_changed.connect(self._on_dirty_changed)
        self.palette_.kind_activated.connect(self.commands.add_kind)
        self.palette_.commands_asked.connect(self._window.dialogs.search_commands)
        self.bar.versions.chosen.connect(self._window.versions.show)
        self.bar.cycles.chosen.connect(self.running.choose_cycle)
        self.notices.asked.connect(self._on_action_asked)

    def _on_step(self) -> None:
        """A step was made, undone or redone."""
        self._window.toast.put_away(self._said)
        self._on_dirty_changed()
        self._window.actions_.refresh()

    def _on_dirty_changed(self) -> None:
        self.bar.show_name(self.session.document.attributes.name, self.unsaved())
        self.unsaved_changed.emit()

    def _on_selection_changed(self) -> None:
        self.showing.follow()
        self._window.actions_.refresh()

    def _on_confirmed(self, edit: Edit) -> None:
        """The panel may have made an audience or a template on the way: what was missing is there now."""
        self.push(edit)
        self.scene.refresh()
        self.session.check()
        self.view.setFocus()  # what is pressed next is meant for the canvas, not for the name in the new form

    def _on_attributes(self, attributes: Attributes) -> None:
        if attributes != self.session.document.attributes:
            self.push(edits.set_attributes(self.session.document, attributes))
