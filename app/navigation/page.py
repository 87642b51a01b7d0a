"""A place of the workspace: a bar with its name and actions, and what it is about below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.actions import Actions
from app.language import Retranslated
from app.widgets.basic import ElidedLabel, label, tool_button
from canvas_widgets.look import Look
from engine.workspace.workspace import Workspace


class PlacePage(Retranslated, QWidget):
    """What stands behind an entry of the rail. Each fills `body`, and sets `title` and `summary`.

    Attributes: title and summary (labels of the bar), body (the layout below the bar).
    """

    def __init__(self, look: Look, actions: Actions, home: QWidget, side: QWidget | None = None) -> None:
        """home: what places stand in. A page that came there when it is whole would be dressed once more.

        `side` stands at the left, beside the bar as well.
        """
        super().__init__(home)
        self.look = look
        self.actions_ = actions
        self.title = label("title")
        self.summary = ElidedLabel("summary", fills=True)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(look.sizes.grid)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        content = QVBoxLayout()
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(0)
        content.addWidget(self._bar())
        content.addLayout(self.body, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if side is not None:
            layout.addWidget(side)
        layout.addLayout(content, 1)

    def add_tools(self, tools: Sequence[QWidget]) -> None:
        """Put what one does here into the bar, before what every place has; the main action comes last."""
        for tool in tools:
            self._tools.addWidget(tool)

    def show_workspace(self, workspace: Workspace) -> None:
        """A workspace is opened, or its files were read again. Must be quick: reading is for `app.tasks`."""

    def show_object(self, id: str) -> None:
        """Show one of the things that are here."""

    def entered(self) -> None:
        """The place comes on show."""

    def at_stake(self) -> Mapping[str, object]:
        """What would be lost here, in a form that tells whether it is still the same."""
        return {}

    def leave(self, then: Callable[[], object]) -> None:
        """The window closes or shows another workspace: go on, or ask first about what is not saved here."""
        then()

    def focus_first(self) -> None:
        """Give the keyboard to where one begins."""
        self.setFocus()

    def _bar(self) -> QFrame:
        grid = self.look.sizes.grid
        row = QHBoxLayout()
        row.setContentsMargins(2 * grid, 0, 2 * grid, 0)
        row.setSpacing(grid)
        row.addWidget(self.title)
        row.addWidget(self.summary, 1)  # as far as there is room for it
        row.addLayout(self._tools)
        row.addWidget(tool_button(self.actions_["view.commands"]))
        row.addWidget(tool_button(self.actions_["view.menu"]))
        bar = QFrame()
        bar.setProperty("role", "bar")
        bar.setFixedHeight(self.look.sizes.top_bar)
        bar.setLayout(row)
        return bar
