"""The table as Qt actions of one window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QCursor, QKeySequence
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from app.actions.shortcuts import assigned, native
from app.actions.spec import SECTIONS, ActionSpec, Context, Place
from app.actions.table import ACTIONS
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

_ABOVE = frozenset({"view.menu", "view.commands"})
"""What a section of the menu does not have: the menu itself, and what stands above the sections."""


class Actions:
    """The table as Qt actions of one window; `refresh()` after anything that their states depend on."""

    def __init__(self, window: MainWindow, look: Look) -> None:
        self._window = window
        self._look = look
        self._keys: dict[str, str] = assigned(ACTIONS, {})
        self._actions = {spec.id: self._make(spec) for spec in ACTIONS}
        window.addActions(list(self._actions.values()))
        self._show_texts()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def apply_shortcuts(self, chosen: Mapping[str, str]) -> None:
        """Give actions the keys that the user chose: action id → keys, "" for none; all others the table's.

        At once, wherever they are shown. What the user chose wins over the table (`shortcuts.assigned`).
        """
        self._keys = assigned(ACTIONS, chosen)
        for spec in ACTIONS:
            self._actions[spec.id].setShortcut(_sequence(""))  # keys that change hands are nobody's meanwhile
        for spec in ACTIONS:
            self._actions[spec.id].setShortcut(_sequence(self._keys[spec.id]))
        self.retranslate()

    def keys(self, action_id: str) -> str:
        """The keys of an action in the words of the user's system, "" without any."""
        return native(self._keys[action_id])

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(self._window)
        action.setObjectName(spec.id)
        action.setShortcut(_sequence(spec.shortcut))
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
        action.setText(text.replace("&", "&&"))  # a name's own stands for no key
        keys = self.keys(spec.id)
        bare = text.rstrip("…")
        before, now = action.toolTip(), plain(f"{bare} ({keys})" if keys else bare)
        action.setToolTip(now)
        if before != now and QToolTip.isVisible() and QToolTip.text() == before:
            QToolTip.showText(QCursor.pos(), now)  # what is on show would go on saying what was

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
        menu.addAction(self._actions["view.commands"])
        menu.addSeparator()
        for place, title in SECTIONS.items():
            specs = [spec for spec in ACTIONS if spec.place is place and spec.id not in _ABOVE]
            actions = [self._actions[spec.id] for spec in specs]
            if not any(action.isEnabled() for action in actions):
                continue
            section = menu.addMenu(tr(title))
            section.addActions(actions)
            if place is Place.LIST:
                self._window.recent.add_campaigns(section)
            if place is Place.WORKSPACE:
                self._window.recent.add_workspaces(section)
            if place is Place.VIEW:
                section.insertSeparator(self._actions["view.light"])
        return menu

    def offered(self, context: Context) -> dict[Place, list[QAction]]:
        """What is done with something on the canvas, by section of the menu."""
        sections: dict[Place, list[QAction]] = {place: [] for place in SECTIONS}
        for spec in ACTIONS:
            if spec.context & context:
                sections[spec.place].append(self._actions[spec.id])
        return {place: actions for place, actions in sections.items() if actions}

    def context_menu(self, parent: QWidget, context: Context) -> QMenu:
        """The menu of a right click on the canvas; what arranges several is a menu of its own."""
        self.refresh()
        menu = QMenu(parent)
        for place, actions in self.offered(context).items():
            menu.addSeparator()
            folded = place in (Place.ARRANGE, Place.GO) and len(actions) > 1
            section = menu.addMenu(tr(SECTIONS[place])) if folded else menu
            section.addActions(actions)
        return menu


def _sequence(keys: str) -> QKeySequence:
    return QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
