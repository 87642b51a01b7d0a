"""When an action is possible: questions to the window, one for each kind of moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.campaign_list.status import ALLOWED, May
from app.engine.situation import State, earlier_entered
from engine.campaign.model import START_ID
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow


def in_list(window: MainWindow) -> bool:
    return window.list_shown and window.workspace is not None


def out_of_editor(window: MainWindow) -> bool:
    """Whether a place of the workspace is on show, whichever."""
    return window.editor is None and window.workspace is not None


def may(what: May) -> Callable[[MainWindow], bool]:
    """Possible for the campaign that is selected in the list, or open in the editor."""
    return lambda window: what in window.allowed()


def listed(what: May) -> Callable[[MainWindow], bool]:
    return lambda window: window.editor is None and what in window.allowed()


def has_campaign(window: MainWindow) -> bool:
    """Whether a campaign with components is open, or one is selected in the list."""
    if window.editor is not None:
        return bool(window.editor.session.document.nodes)
    row = window.list_page.selected()
    return row is not None and row.error is None and row.components > 0


def held(window: MainWindow) -> bool:
    return window.service is not None and bool(window.service.condition.held)


def engine_off(window: MainWindow) -> bool:
    return window.service is not None and window.service.state is State.OFF


def in_editor(window: MainWindow) -> bool:
    return window.editor is not None


def has_workspace(window: MainWindow) -> bool:
    return window.workspace is not None


def has_tabs(window: MainWindow) -> bool:
    return bool(window.editors)


def editable(window: MainWindow) -> bool:
    return window.editor is not None and not window.editor.read_only


def viewed(window: MainWindow) -> bool:
    page = window.editor
    return (
        page is not None
        and page.read_only
        and page.shown_version is None
        and May.EDIT in ALLOWED[page.status]
    )


def has_versions(window: MainWindow) -> bool:
    return window.editor is not None and len(window.editor.bar.versions.rows) > 1


def has_cycles(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.bar.cycles.several


def people_in_earlier(window: MainWindow) -> bool:
    page = window.editor
    return page is not None and page.shown_version is None and bool(earlier_entered(page.bar.versions.rows))


def in_earlier_version(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.shown_version is not None


def can_undo(window: MainWindow) -> bool:
    return editable(window) and window.the_editor.session.undo_stack.canUndo()


def can_redo(window: MainWindow) -> bool:
    return editable(window) and window.the_editor.session.undo_stack.canRedo()


def find_words(window: MainWindow) -> str:
    return tr("Search campaigns") if window.editor is None else tr("Find in this campaign")


def undo_words(window: MainWindow) -> str:
    return window.editor.session.undo_stack.undo_label() if window.editor is not None else tr("Undo")


def redo_words(window: MainWindow) -> str:
    return window.editor.session.undo_stack.redo_label() if window.editor is not None else tr("Redo")


def has_cards(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.session.document.nodes)


def has_open_links(window: MainWindow) -> bool:
    return editable(window) and window.the_editor.session.has_open_links()


def has_problems(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.session.problems)


def nameable(window: MainWindow) -> bool:
    """Whether one component is selected, other than Start, in a campaign that can be changed."""
    return (
        editable(window) and window.the_editor.scene.selected_node in window.the_editor.session.document.nodes
    )


def node_selected(window: MainWindow) -> bool:
    return editable(window) and window.the_editor.selecting.deletable()


def some_selected(window: MainWindow) -> bool:
    """Whether components are selected; also in a campaign that is only viewed."""
    return window.editor is not None and bool(window.editor.scene.selection)


def movable(window: MainWindow) -> bool:
    """Whether something is selected that can be moved."""
    if not editable(window):
        return False
    scene = window.the_editor.scene
    return bool(scene.selection - {START_ID} or scene.selected_notes)


def selected(least: int) -> Callable[[MainWindow], bool]:
    """Possible while at least so many components are selected in a campaign that can be changed."""
    return lambda window: editable(window) and len(window.the_editor.scene.selection) >= least


def one_selected(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.scene.selected_node is not None


def cuttable(window: MainWindow) -> bool:
    return editable(window) and some_selected(window)


def has_open_line(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.lines.open_lines())


def can_grow(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.lines.growable())


def cut_line_words(window: MainWindow) -> str:
    """In the menu of a line it is that one."""
    if window.editor is not None and window.editor.menus.link_id is not None:
        return tr("Cut this line…")
    return tr("Cut the line in front…")


def can_cut_line(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.lines.cuttable())


def changed_on_disk(window: MainWindow) -> bool:
    """Whether the file holds another state than the one that is edited."""
    return editable(window) and window.the_editor.safekeeping.changed_on_disk()


def differs_on_disk(window: MainWindow) -> bool:
    """As `changed_on_disk`, also where the file cannot be read any more."""
    return editable(window) and window.the_editor.safekeeping.standing is not None


def has_conflicts(window: MainWindow) -> bool:
    """Whether a merge outside of the program left something to choose."""
    return editable(window) and bool(window.the_editor.merging.notices())


def has_notes(window: MainWindow) -> bool:
    return in_editor(window) and bool(window.the_editor.session.document.notes)


def notes_selected(window: MainWindow) -> bool:
    return editable(window) and bool(window.the_editor.scene.selected_notes)


def one_note_selected(window: MainWindow) -> bool:
    return notes_selected(window) and window.the_editor.view.notes.writable


def language(code: str) -> tuple[Callable[[MainWindow], object], Callable[[MainWindow], bool]]:
    return lambda w: w.appearance.set_language(code), lambda w: w.preferences.language == code
