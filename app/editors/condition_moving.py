"""Moving conditions with the mouse and with the keyboard, in the editor of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QFrame, QWidget

from app.editors import condition_moves as moves
from app.editors.base import RawObject
from app.editors.condition_grip import Handling
from app.editors.condition_leaf import ConditionLeaf
from app.widgets.announce import announce
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editors.conditions import ConditionEditor, ConditionGroup

_LINE = 2
_EDGE = 6


class ConditionMoving:
    """Shows where something that is dragged would stand, and moves it there."""

    def __init__(self, editor: ConditionEditor) -> None:
        self._editor = editor
        self.handling = Handling(editor, self._may)
        self.handling.dragged.connect(self._on_dragged)
        self.handling.dropped.connect(self._on_dropped)
        self.handling.cancelled.connect(self._hide)
        self.handling.asked.connect(self._on_asked)
        self._line = QFrame(editor)
        self._line.setProperty("role", "drop")
        self._line.hide()

    def show_grips(self) -> None:
        """A condition that stands alone cannot go anywhere."""
        alone = len(self._everything(self._editor.root, ())) <= 2
        for widget, _path in self._everything(self._editor.root, ()):
            if widget.grip is not None:
                widget.grip.setVisible(not alone)

    # ---- the keyboard

    def _may(self, owner: QWidget, move: str) -> bool:
        return self._after(owner, move) is not None

    def _after(self, owner: QWidget, move: str) -> tuple[RawObject, moves.Path] | None:
        path, tree = self._path_of(owner), self._editor.root.tree()
        if path is None or not path:
            return None
        match move:
            case "up":
                return moves.step(tree, path, -1)
            case "down":
                return moves.step(tree, path, 1)
            case "out":
                return moves.out(tree, path)
            case _:
                return moves.grouped(tree, path)

    def _on_asked(self, owner: QWidget, move: str) -> None:
        self._show(self._after(owner, move))

    # ---- the mouse

    def _on_dragged(self, owner: QWidget, place: QPoint) -> None:
        slot = self._slot(place)
        if slot is None or self._dropped(owner, slot) is None:
            self._hide()
            return
        self._line.setGeometry(slot[2])
        self._line.show()
        self._line.raise_()

    def _on_dropped(self, owner: QWidget, place: QPoint) -> None:
        self._hide()
        slot = self._slot(place)
        if slot is not None:
            self._show(self._dropped(owner, slot))

    def _dropped(
        self, owner: QWidget, slot: tuple[moves.Path, int, QRect]
    ) -> tuple[RawObject, moves.Path] | None:
        path = self._path_of(owner)
        group, index, _line = slot
        return None if path is None else moves.moved(self._editor.root.tree(), path, group, index)

    def _slot(self, place: QPoint) -> tuple[moves.Path, int, QRect] | None:
        """The innermost group at a place, the index there, and where the line of the gap is drawn."""
        found = None
        for widget, path in self._everything(self._editor.root, ()):
            # At the edges of an inner group one is before or behind it.
            edge = _EDGE if path else 0
            inside = _area(widget).adjusted(0, edge, 0, -edge)
            if not isinstance(widget, ConditionLeaf) and inside.contains(place):
                found = widget, path  # outer groups come first
        if found is None:
            return None
        group, path = found
        children = group.children_shown()
        index = sum(_area(child).center().y() < place.y() for child in children)
        if index < len(children):
            y = _area(children[index]).top() - _LINE * 2
        else:
            y = _area(children[-1]).bottom() + _LINE if children else _area(group).center().y()
        corner = self._editor.mapFromGlobal(QPoint(_area(group).left(), y))
        return path, index, QRect(corner, corner + QPoint(group.width(), _LINE - 1))

    # ---- both

    def _show(self, found: tuple[RawObject, moves.Path] | None) -> None:
        if found is None:
            return
        tree, path = found
        self._editor.take(tree)
        owner = next((one for one, at in self._everything(self._editor.root, ()) if at == path), None)
        if owner is not None:
            target = owner.grip if owner.grip is not None and owner.grip.isVisible() else owner
            target.setFocus()
            announce(self._editor, tr("Moved."))

    def _hide(self) -> None:
        self._line.hide()

    def _path_of(self, owner: QWidget) -> moves.Path | None:
        return next((path for one, path in self._everything(self._editor.root, ()) if one is owner), None)

    def _everything(
        self, group: ConditionGroup, path: moves.Path
    ) -> list[tuple[ConditionLeaf | ConditionGroup, moves.Path]]:
        """The group, and all conditions and groups inside, each with its path; outer ones first."""
        found: list[tuple[ConditionLeaf | ConditionGroup, moves.Path]] = [(group, path)]
        for index, child in enumerate(group.children_shown()):
            here = (*path, index)
            found += [(child, here)] if isinstance(child, ConditionLeaf) else self._everything(child, here)
        return found


def _area(widget: QWidget) -> QRect:
    """Where a widget stands on the screen."""
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())
