"""The condition tree: leaves in groups of "all of" and "any of", nested."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    route,
    together,
)
from app.editors.condition_grip import Grip, Handling
from app.editors.condition_leaf import ConditionLeaf, Fields
from app.editors.condition_moving import ConditionMoving
from app.widgets.basic import IconButton, LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.i18n import tr
from engine.shapes.conditions import MAX_DEPTH


class ConditionGroup(QFrame):
    """Conditions of which all, or any, must hold."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self,
        context: Context,
        fields: Fields,
        flat: bool,
        depth: int = 1,
        handling: Handling | None = None,
    ) -> None:
        """`handling`: hears of the grips inside; None where nothing can be moved."""
        super().__init__()
        self._context, self._fields, self._flat, self._depth = context, fields, flat, depth
        self._handling = handling
        self.grip = Grip(self, handling) if handling is not None and depth > 1 else None
        self._children: list[ConditionLeaf | ConditionGroup] = []
        self._bare = False  # loaded as a leaf without a group around it
        self._join = Segmented([Option("all", tr("All of these")), Option("any", tr("Any of these"))])
        self._join.setAccessibleName(tr("How the conditions are joined"))
        self._join.set_value("all")
        self._join.chosen.connect(self._on_join)
        self._remove = IconButton("x", tr("Remove this group of conditions"))
        self._remove.clicked.connect(self.removed)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        self._add = LinkButton(tr("Add condition"))
        self._add.clicked.connect(self._on_add)
        self._add_group = LinkButton(tr("Add subgroup"))
        self._add_group.clicked.connect(self._on_add_group)
        self._error = label("error", "", wrap=True)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.setContentsMargins(8 if self._depth > 1 else 0, 0, 0, 0)
        if self._depth > 1:
            self.setProperty("role", "branch")
        head = row(spacing=4)
        if self.grip is not None:
            head.addWidget(self.grip)
        head.addWidget(self._join, 1)
        head.addWidget(self._remove)
        column.addLayout(head)
        column.addLayout(self._rows)
        actions = row(spacing=16)
        actions.addWidget(self._add)
        actions.addWidget(self._add_group)
        actions.addStretch(1)
        column.addLayout(actions)
        column.addWidget(self._error)

    def children_shown(self) -> tuple[ConditionLeaf | ConditionGroup, ...]:
        """Its conditions and groups, in order."""
        return tuple(self._children)

    def tree(self) -> RawObject:
        """Its conditions as a group, also where they are stored without one."""
        return {self._join.value(): [child.value() for child in self._children]}

    def value(self) -> RawObject:
        children: list[JsonValue] = [child.value() for child in self._children]
        if self._bare and len(children) == 1:
            return as_object(children[0])
        return {self._join.value(): children} if children else {}

    def set_value(self, value: RawObject) -> None:
        for child in list(self._children):
            self._drop(child)
        join = next((key for key in ("all", "any") if key in value), None)
        self._bare = join is None and bool(value)
        self._join.set_value(join or "all")
        members = as_list(value.get(join)) if join else [value] if value else []
        for raw in map(as_object, members):
            self._append(raw)
        self._show()

    def refresh(self) -> None:
        """The fields that can be chosen changed."""
        for child in self._children:
            child.refresh()

    def show_errors(self, errors: Errors) -> None:
        joined = {} if self._bare else route(errors, ("all", "any"))[0]
        own: Errors = errors if self._bare else joined.get("all") or joined.get("any") or errors
        indices = {str(index) for index in range(len(self._children))}
        inside, rest = route(own, indices)
        if self._bare:
            inside, rest = {"0": dict(errors)}, {}
        for index, child in enumerate(self._children):
            child.show_errors(inside.get(str(index), {}))
        self._error.setText(together(rest) if not inside else "")
        self._error.setVisible(bool(self._error.text()))

    def invalid_target(self) -> QWidget | None:
        """The control with the first error, or None."""
        inside = (child.invalid_target() for child in self._children)
        found = next((target for target in inside if target is not None), None)
        return found or (self._add if self._error.text() else None)

    def add(self) -> None:
        """Add an empty condition."""
        self._on_add()

    def add_button(self) -> QWidget:
        """What takes the focus while there is no condition."""
        return self._children[0] if self._children else self._add

    def _append(self, raw: RawObject) -> ConditionLeaf | ConditionGroup:
        nested = ("all" in raw or "any" in raw) and self._depth < MAX_DEPTH + 1
        child: ConditionLeaf | ConditionGroup
        if nested:
            depth = self._depth + 1
            child = ConditionGroup(self._context, self._fields, self._flat, depth, self._handling)
        else:
            child = ConditionLeaf(self._context, self._fields, self._handling)
        child.set_value(raw)
        child.changed.connect(self.changed)
        child.removed.connect(lambda: self._on_removed(child))
        self._children.append(child)
        self._rows.addWidget(child)
        child.show()  # at once: only what is shown can take the focus
        return child

    def _drop(self, child: ConditionLeaf | ConditionGroup) -> None:
        self._children.remove(child)
        self._rows.removeWidget(child)
        child.hide()
        child.deleteLater()

    def _show(self) -> None:
        self._join.setVisible(len(self._children) > 1 or self._depth > 1)
        self._remove.setVisible(self._depth > 1)
        self._add_group.setVisible(not self._flat and self._depth < MAX_DEPTH)
        self._error.setVisible(bool(self._error.text()))

    def _on_add(self) -> None:
        child = self._append({})
        self._show()
        child.setFocus()
        self.changed.emit()

    def _on_add_group(self) -> None:
        self._bare = False
        child = self._append({"any" if self._join.value() == "all" else "all": [{}]})
        self._show()
        child.setFocus()
        self.changed.emit()

    def _on_removed(self, child: ConditionLeaf | ConditionGroup) -> None:
        self._drop(child)
        self._show()
        self._add.setFocus()
        self.changed.emit()

    def _on_join(self) -> None:
        self._bare = False
        self.changed.emit()


class ConditionEditor(Editor):
    """A condition tree over fields that `fields` lists anew at every refresh; None while it is empty.

    `unconditional` is what an empty tree means, in words that are shown where nothing can be added to it;
    "" where a condition is needed.
    """

    def __init__(
        self,
        context: Context,
        fields: Fields,
        flat: bool = False,
        parent: QWidget | None = None,
        *,
        unconditional: str = "",
    ) -> None:
        super().__init__(context, parent)
        self._fields = fields
        self._shown = tuple(fields())
        self._moving = None if flat else ConditionMoving(self)
        self._root = ConditionGroup(
            context, fields, flat, handling=None if self._moving is None else self._moving.handling
        )
        self._root.changed.connect(self._on_changed)
        self._unconditional = label("muted", unconditional, wrap=True)
        self._unconditional.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._root)
        column.addWidget(self._unconditional)

    def value(self) -> JsonValue:
        return self._root.value() or None

    def set_read_only(self) -> None:
        """From now on nothing can be added: an empty tree says what that means."""
        nothing = self.value() is None
        self._root.setVisible(not nothing)
        self._unconditional.setVisible(nothing)

    def set_value(self, value: JsonValue) -> None:
        self._root.set_value(as_object(value))
        self._show_grips()

    @property
    def root(self) -> ConditionGroup:
        """The outermost group."""
        return self._root

    def take(self, tree: RawObject) -> None:
        """Show the tree after a person moved something in it."""
        self._root.set_value(tree)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_grips()
        self.changed.emit()

    def _show_grips(self) -> None:
        if self._moving is not None:
            self._moving.show_grips()

    def refresh(self) -> None:
        fields = tuple(self._fields())
        if fields != self._shown:
            self._shown = fields
            self._root.refresh()

    def show_errors(self, errors: Errors) -> str:
        if self.value() is None:
            self._root.show_errors({})
            return tr("Add a condition") if errors else ""
        self._root.show_errors(errors)
        return ""

    def begin(self) -> None:
        """Offer a first condition where a tree without any would say nothing."""
        if self.value() is None:
            self._root.add()

    def focus_target(self) -> QWidget:
        return self._root.add_button()

    def invalid_target(self) -> QWidget:
        return self._root.invalid_target() or self.focus_target()
