# ruff: noqa: E501 - a table reads best with one row a line
"""One table of everything that a user can do: its text, shortcut, when it is possible, and what does it.

Top bars, menus, shortcuts and tests are fed from here. A shortcut is unique over the whole table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.campaign_list.status import ALLOWED, May
from app.publishing.service import State
from canvas_widgets.look import Look
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from app.window import MainWindow


class Place(StrEnum):
    """Where an action is offered; also its section of the menu."""

    LIST = "list"
    EDITOR = "editor"
    RUN = "run"
    VIEW = "view"
    WORKSPACE = "workspace"
    HELP = "help"


def _always(_window: MainWindow) -> bool:
    return True


@dataclass(frozen=True)
class ActionSpec:
    """Attributes: id; text (marked for translation); shortcut (portable); place; run; enabled; icon (stem or "");
    checked (for actions that show a state); words (a text that depends on the moment, instead of `text`)."""

    id: str
    text: str
    shortcut: str
    place: Place
    run: Callable[[MainWindow], object]
    enabled: Callable[[MainWindow], bool] = _always
    icon: str = ""
    checked: Callable[[MainWindow], bool] | None = None
    words: Callable[[MainWindow], str] | None = None


def _in_list(window: MainWindow) -> bool:
    return window.editor is None and window.workspace is not None


def _may(what: May) -> Callable[[MainWindow], bool]:
    """Possible for the campaign that is selected in the list, or open in the editor."""
    return lambda window: what in window.allowed()


def _listed(what: May) -> Callable[[MainWindow], bool]:
    return lambda window: window.editor is None and what in window.allowed()


def _held(window: MainWindow) -> bool:
    return window.service is not None and bool(window.service.condition.held)


def _engine_off(window: MainWindow) -> bool:
    return window.service is not None and window.service.state is State.OFF


def _in_editor(window: MainWindow) -> bool:
    return window.editor is not None


def _editable(window: MainWindow) -> bool:
    return window.editor is not None and not window.editor.read_only


def _viewed(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.read_only and May.EDIT in ALLOWED[window.editor.status]


def _can_undo(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.session.undo_stack.canUndo()


def _can_redo(window: MainWindow) -> bool:
    return window.editor is not None and window.editor.session.undo_stack.canRedo()


def _undo_words(window: MainWindow) -> str:
    return window.editor.session.undo_stack.undo_label() if window.editor is not None else tr("Undo")


def _redo_words(window: MainWindow) -> str:
    return window.editor.session.undo_stack.redo_label() if window.editor is not None else tr("Redo")


def _has_open_links(window: MainWindow) -> bool:
    return _editable(window) and window.the_editor.session.has_open_links()


def _node_selected(window: MainWindow) -> bool:
    return _editable(window) and window.the_editor.deletable_node() is not None


def _language(code: str) -> tuple[Callable[[MainWindow], object], Callable[[MainWindow], bool]]:
    return lambda w: w.set_language(code), lambda w: w.preferences.language == code


_english, _is_english = _language("en")
_chinese, _is_chinese = _language("zh")
_WORKSPACE, _LIST, _EDITOR = Place.WORKSPACE, Place.LIST, Place.EDITOR

# fmt: off
ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("campaign.new", N_("New campaign…"), "Ctrl+N", _LIST, lambda w: w.campaigns.new_campaign(), _in_list, "plus"),
    ActionSpec("campaign.open", N_("Open"), "Ctrl+Return", _LIST, lambda w: w.open_selected(), _listed(May.EDIT), "pencil"),
    ActionSpec("campaign.view", N_("View"), "Ctrl+Shift+Return", _LIST, lambda w: w.view_selected(), _listed(May.VIEW), "eye"),
    ActionSpec("campaign.attributes", N_("Edit attributes…"), "F2", _LIST, lambda w: w.edit_attributes(), _may(May.ATTRIBUTES), "pencil"),
    ActionSpec("campaign.copy", N_("Copy"), "Ctrl+D", _LIST, lambda w: w.campaigns.copy_selected(), _listed(May.COPY), "copy"),
    ActionSpec("campaign.delete", N_("Delete…"), "Shift+Del", _LIST, lambda w: w.campaigns.delete_selected(), _listed(May.DELETE), "trash"),
    ActionSpec("campaign.search", N_("Search campaigns"), "Ctrl+F", _LIST, lambda w: w.campaigns.focus_search(), _in_list, "search"),
    ActionSpec("campaign.refresh", N_("Read the workspace again"), "F5", _LIST, lambda w: w.reload(), _in_list, "refresh"),

    ActionSpec("editor.back", N_("Back to the list"), "Alt+Left", _EDITOR, lambda w: w.back(), _in_editor, "arrow-left"),
    ActionSpec("editor.add_ends", N_("Add End to every open line"), "Ctrl+E", _EDITOR, lambda w: w.the_editor.commands.add_ends(), _has_open_links, "square"),
    ActionSpec("editor.undo", N_("Undo"), "Ctrl+Z", _EDITOR, lambda w: w.the_editor.commands.undo(), _can_undo, "arrow-back-up", words=_undo_words),
    ActionSpec("editor.redo", N_("Redo"), "Ctrl+Y", _EDITOR, lambda w: w.the_editor.commands.redo(), _can_redo, "arrow-forward-up", words=_redo_words),
    ActionSpec("editor.fit", N_("Fit to screen"), "F", _EDITOR, lambda w: w.the_editor.commands.fit(), _in_editor, "maximize"),
    ActionSpec("editor.zoom_in", N_("Zoom in"), "Ctrl++", _EDITOR, lambda w: w.the_editor.commands.zoom_in(), _in_editor, "plus"),
    ActionSpec("editor.zoom_reset", N_("Zoom to 100 %"), "Ctrl+0", _EDITOR, lambda w: w.the_editor.commands.zoom_reset(), _in_editor),
    ActionSpec("editor.zoom_out", N_("Zoom out"), "Ctrl+-", _EDITOR, lambda w: w.the_editor.commands.zoom_out(), _in_editor, "minus"),
    ActionSpec("editor.delete", N_("Delete component and what follows…"), "Del", _EDITOR, lambda w: w.the_editor.commands.delete_selected(), _node_selected, "trash"),
    ActionSpec("editor.problems", N_("Show problems"), "F8", _EDITOR, lambda w: w.the_editor.toggle_problems(), _in_editor, "alert-triangle"),
    ActionSpec("editor.palette", N_("Search components"), "Ctrl+K", _EDITOR, lambda w: w.the_editor.commands.focus_palette(), _editable, "search"),
    ActionSpec("editor.edit", N_("Edit"), "Ctrl+Shift+E", _EDITOR, lambda w: w.edit_viewed(), _viewed, "pencil"),
    ActionSpec("editor.save", N_("Save draft"), "Ctrl+S", _EDITOR, lambda w: w.the_editor.save(), _editable),

    ActionSpec("run.publish", N_("Publish"), "Ctrl+Shift+P", Place.RUN, lambda w: w.publish(), _may(May.PUBLISH)),
    ActionSpec("run.publish_remote", N_("Publish to another machine…"), "Ctrl+Alt+P", Place.RUN, lambda w: w.publish_remote(), _may(May.PUBLISH)),
    ActionSpec("run.stop", N_("Stop"), "Ctrl+Shift+X", Place.RUN, lambda w: w.stop_campaign(), _may(May.STOP), "player-stop"),
    ActionSpec("run.restart", N_("Restart"), "Ctrl+Shift+R", Place.RUN, lambda w: w.restart_campaign(), _may(May.RESTART), "player-play"),

    ActionSpec("run.received", N_("Events received"), "Ctrl+Shift+I", Place.RUN, lambda w: w.show_received(), lambda w: w.workspace is not None, "bolt"),
    ActionSpec("run.start", N_("Start the engine"), "Ctrl+Alt+G", Place.RUN, lambda w: w.runs.start_engine(), _engine_off, "player-play"),
    ActionSpec("run.release", N_("Release the engine…"), "Ctrl+Alt+R", Place.RUN, lambda w: w.runs.release(), _held),

    ActionSpec("workspace.open", N_("Open workspace…"), "Ctrl+O", _WORKSPACE, lambda w: w.choose_workspace(), lambda w: w.editor is None, "folder"),
    ActionSpec("workspace.new", N_("New workspace…"), "Ctrl+Shift+N", _WORKSPACE, lambda w: w.create_workspace(), lambda w: w.editor is None, "folder-plus"),
    ActionSpec("workspace.import", N_("Import people and events…"), "Ctrl+I", _WORKSPACE, lambda w: w.import_data(), _in_list, "upload"),
    ActionSpec("workspace.quit", N_("Quit"), "Ctrl+Q", _WORKSPACE, lambda w: w.close()),

    ActionSpec("view.english", "English", "Ctrl+Alt+E", Place.VIEW, _english, checked=_is_english),
    ActionSpec("view.chinese", "中文", "Ctrl+Alt+C", Place.VIEW, _chinese, checked=_is_chinese),
    ActionSpec("view.light", N_("Light"), "Ctrl+Alt+L", Place.VIEW, lambda w: w.set_theme("light"), checked=lambda w: w.preferences.theme == "light"),
    ActionSpec("view.dark", N_("Dark"), "Ctrl+Alt+D", Place.VIEW, lambda w: w.set_theme("dark"), checked=lambda w: w.preferences.theme == "dark"),
    ActionSpec("view.system", N_("Like the system"), "Ctrl+Alt+S", Place.VIEW, lambda w: w.set_theme("system"), checked=lambda w: w.preferences.theme == "system"),
    ActionSpec("view.menu", N_("Menu"), "F10", Place.VIEW, lambda w: w.show_menu(), icon="dots-vertical"),

    ActionSpec("help.events", N_("Send events to this workspace"), "F1", Place.HELP, lambda w: w.show_events_help(), lambda w: w.workspace is not None, "bolt"),
    ActionSpec("help.shortcuts", N_("Keyboard shortcuts"), "Ctrl+/", Place.HELP, lambda w: w.show_shortcuts()),
    ActionSpec("help.about", N_("About Campaign Canvas"), "Shift+F1", Place.HELP, lambda w: w.show_about()),
)
# fmt: on

SECTIONS: Mapping[Place, str] = {
    Place.LIST: N_("Campaign"),
    Place.EDITOR: N_("Editor"),
    Place.RUN: N_("Run"),
    Place.VIEW: N_("View"),
    Place.WORKSPACE: N_("Workspace"),
    Place.HELP: N_("Help"),
}


class Actions:
    """The table as Qt actions of one window; `refresh()` after anything that their states depend on."""

    def __init__(self, window: MainWindow, look: Look) -> None:
        self._window = window
        self._look = look
        self._actions = {spec.id: self._make(spec) for spec in ACTIONS}
        window.addActions(list(self._actions.values()))
        self._show_texts()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(self._window)
        action.setObjectName(spec.id)
        action.setShortcut(QKeySequence(spec.shortcut, QKeySequence.SequenceFormat.PortableText))
        action.setCheckable(spec.checked is not None)
        if spec.icon:
            self._look.set_icon(action, spec.icon)
        action.triggered.connect(lambda: spec.run(self._window))
        return action

    def retranslate(self) -> None:
        self._show_texts()
        self.refresh()

    def _show_texts(self) -> None:
        for spec in ACTIONS:
            self._show_text(spec, tr(spec.text))

    def _show_text(self, spec: ActionSpec, text: str) -> None:
        action = self._actions[spec.id]
        action.setText(text)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text.rstrip('…')} ({keys})")

    def refresh(self) -> None:
        """Enable what is possible now, and say it in the words of the moment."""
        for spec in ACTIONS:
            action = self._actions[spec.id]
            if spec.words is not None:
                self._show_text(spec, spec.words(self._window))
            action.setEnabled(spec.enabled(self._window))
            if spec.checked is not None:
                action.setChecked(spec.checked(self._window))

    def menu(self, parent: QWidget) -> QMenu:
        """Everything that is possible now, by section; texts are those of the moment."""
        self.refresh()
        menu = QMenu(parent)
        for place, title in SECTIONS.items():
            specs = [spec for spec in ACTIONS if spec.place is place and spec.id != "view.menu"]
            actions = [self._actions[spec.id] for spec in specs]
            if not any(action.isEnabled() for action in actions):
                continue
            section = menu.addMenu(tr(title))
            section.addActions(actions)
            if place is Place.VIEW:
                section.insertSeparator(self._actions["view.light"])
        return menu
