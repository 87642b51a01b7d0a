"""The find bar: what is sought, how much there is of it, and the way from one to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.actions import Actions
from app.editor.floating import Floating
from app.language import Retranslated
from app.widgets.basic import ShrinkingField, label, tool_button
from canvas_widgets.look import Look
from engine.i18n import tr

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_FIELD, _LEAST_FIELD, _COUNT = 30, 12, 10  # of the grid: widths


class FindBar(Retranslated, Floating):
    """Signals: `typed(text)`; `next_asked(1 or -1)` by Enter and Shift+Enter; `closed()` by Escape or the
    cross. Attributes: `search`, `count`."""

    typed = Signal(str)
    next_asked = Signal(int)
    closed = Signal()

    def __init__(self, over: QWidget, look: Look, actions: Actions) -> None:
        super().__init__(over, look, Qt.Corner.TopRightCorner)
        grid = look.sizes.grid
        self.search = ShrinkingField(_FIELD * grid, _LEAST_FIELD * grid)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.typed)
        self.search.installEventFilter(self)
        self.count = label("summary")
        self.count.setMinimumWidth(_COUNT * grid)
        self._close = QToolButton()
        self._close.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))
        look.set_icon(self._close, "x", size=look.sizes.small_icon)
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(grid, grid, grid, grid)
        row.setSpacing(grid // 2)
        row.addWidget(self.search)
        row.addSpacing(grid // 2)
        row.addWidget(self.count)
        row.addWidget(tool_button(actions["editor.find_previous"]))
        row.addWidget(tool_button(actions["editor.find_next"]))
        row.addWidget(self._close)
        self.hide()
        self.retranslate()

    def begin(self) -> None:
        """Show the bar, ready to be typed into."""
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_count(self, found: int | None, at: int | None) -> None:
        """How many fit, and which of them is selected; None: nothing is sought, none of them."""
        if found is None:
            text = ""
        elif not found:
            text = tr("Nothing found.")
        elif at is None:
            text = tr("{n:,} found", n=found)
        else:
            text = tr("{n:,} of {many:,}", n=at + 1, many=found)
        self.count.setText(text)
        self.search.setAccessibleDescription(text)

    def retranslate(self) -> None:
        name = tr("Find in this campaign")
        self.setAccessibleName(name)
        self.search.setPlaceholderText(tr("Name, kind, memo or content"))
        self.search.setAccessibleName(name)
        self._close.setToolTip(tr("Close (Esc)"))
        self._close.setAccessibleName(tr("Close"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            if event.type() is QEvent.Type.KeyPress:
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.next_asked.emit(-1 if back else 1)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
