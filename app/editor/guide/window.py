"""The guide's window: the key components, which are configured, and how many are left. It folds to a pill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.editor.floating import Floating
from app.language import Retranslated
from app.widgets.basic import button, label, set_property
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import N_, tr

_WIDTH = 30  # grid units
_MOST_ROWS = 8
_RATIOS = (1, 2, 3)
_GAP = 5  # pixels between a mark and the name, beside those that a button has anyway


class Entry(NamedTuple):
    """A key component as the window lists it."""

    node_id: str
    name: str
    configured: bool


class EntryButton(QPushButton):
    """One line. Only Tab brings the focus here, so that a click leaves it on the canvas."""

    asked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self.setProperty("role", "entry")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(look.sizes.row)
        self.clicked.connect(self._on_clicked)

    def show_entry(self, entry: Entry, mark: QIcon, current: bool) -> None:
        """Stand for this component from now on."""
        self._entry = entry
        set_property(self, "state", "done" if entry.configured else "open")
        set_property(self, "current", current)
        self.setIcon(mark)
        self.setIconSize(mark.availableSizes()[0])
        said = N_("{name}: configured") if entry.configured else N_("{name}: still to configure")
        self.setAccessibleName(tr(said, name=entry.name))
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        name = self._entry.name if self._entry is not None else ""
        room = self.width() - self.iconSize().width() - 24  # padding on both sides, the gap behind the mark
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        self.setText(shown.replace("&", "&&"))
        self.setToolTip(plain(name) if shown != name else "")

    def _on_clicked(self) -> None:
        if self._entry is not None:
            self.asked.emit(self._entry.node_id)


class GuideWindow(Retranslated, Floating):
    """Signals: `chosen(node id)`; `put_away()`: "Don't show again"; `left()`: Escape.

    Attribute `folded`: whether only the pill is shown.
    """

    chosen = Signal(str)
    put_away = Signal()
    left = Signal()

    def __init__(self, over: QWidget, look: Look) -> None:
        super().__init__(over, look)
        self.folded = False
        self._entries: list[Entry] = []
        self._current: str | None = None
        self.buttons: list[EntryButton] = []
        self._title = label("strong")
        self.fold_button = QToolButton()
        look.set_icon(self.fold_button, "chevron-down")
        self.fold_button.clicked.connect(lambda: self.fold(True))
        self._summary = label("summary")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setProperty("role", "ok")
        self._rows = QVBoxLayout()
        self._scroll = QScrollArea(widgetResizable=True)
        self.never = button("quiet", self.put_away.emit)
        self.pill = button("ghost", lambda: self.fold(False))
        self.pill.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its icon stands behind the words
        look.set_icon(self.pill, "chevron-up")
        self._body = QWidget()
        self._lay_out()
        look.changed.connect(self.retranslate)
        self.hide()
        self.retranslate()

    def show_entries(self, entries: Sequence[Entry], current: str | None) -> None:
        """Show these key components; `current` is the one that the bubble stands at."""
        if list(entries) != self._entries or current != self._current:
            self._entries, self._current = list(entries), current
            self._draw()

    def fold(self, folded: bool) -> None:
        """Fold to the pill, or open again; the keyboard stays where it was."""
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self.folded = folded
        self._body.setVisible(not folded)
        self.pill.setVisible(folded)
        self.place()
        if had_focus:
            self.focus_first()

    def focus_first(self) -> None:
        """Put the keyboard's focus on the first component that is left, else on the first control."""
        left = next((at for at, entry in enumerate(self._entries) if not entry.configured), None)
        first = self.buttons[left] if left is not None else self.fold_button
        (self.pill if self.folded else first).setFocus(Qt.FocusReason.TabFocusReason)

    def tab_order(self) -> list[QWidget]:
        """The controls in the order in which Tab goes through them."""
        return [self.pill, self.fold_button, *self.buttons, self.never]

    def retranslate(self) -> None:
        self._title.setText(tr("Template guide"))
        self.setAccessibleName(tr("Template guide"))
        self.never.setText(tr("Don't show again"))
        self.never.setToolTip(tr("The Help menu brings it back."))
        for control, text in ((self.fold_button, tr("Fold")), (self.pill, tr("Unfold"))):
            control.setToolTip(text)
            control.setAccessibleName(text)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def wanted_size(self) -> QSize:
        """As many lines as the view has room for; the others scroll."""
        row = self._look.sizes.row
        fitting = max((self.room.height() - self._height_without_rows()) // row, 1)
        if not self.folded:
            self._scroll.setFixedHeight(min(len(self._entries), _MOST_ROWS, fitting) * row)
        self._measure_anew()
        return super().wanted_size()

    def _height_without_rows(self) -> int:
        self._measure_anew()
        return super().wanted_size().height() - self._scroll.minimumHeight()

    def _measure_anew(self) -> None:
        """Let the layouts forget what they measured: Qt tells the outer one only after the next event."""
        for layout in (self._body.layout(), self.layout()):
            if layout is not None:
                layout.invalidate()

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        self._body.setFixedWidth(_WIDTH * grid)
        head = QHBoxLayout()
        head.setContentsMargins(grid, 0, 0, 0)
        head.addWidget(self._title, 1)
        head.addWidget(self.fold_button)
        progress = QVBoxLayout()
        progress.setContentsMargins(grid, 0, grid, grid // 2)
        progress.setSpacing(grid // 2)
        progress.addWidget(self._summary)
        progress.addWidget(self._bar)
        inside = QWidget()
        inside.setObjectName("content")
        inside.setLayout(self._rows)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(grid, grid, grid, grid)
        body.setSpacing(grid // 2)
        body.addLayout(head)
        body.addLayout(progress)
        body.addWidget(self._scroll)
        body.addWidget(self.never)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self._body)
        column.addWidget(self.pill)
        self.pill.hide()

    def _draw(self) -> None:
        done, total = sum(entry.configured for entry in self._entries), len(self._entries)
        words = tr("{done} of {total} configured", done=done, total=total)
        self._summary.setText(words)
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._bar.setAccessibleName(words)
        self.pill.setText(tr("Template guide: {done} of {total}", done=done, total=total))
        self._keep_buttons(total)
        marks = {configured: self._mark(configured) for configured in (True, False)}
        for line, entry in zip(self.buttons, self._entries, strict=True):
            line.show_entry(entry, marks[entry.configured], entry.node_id == self._current)
        self.place()

    def _keep_buttons(self, count: int) -> None:
        """As many lines as are needed; those that are there stay, and with them the keyboard's focus."""
        for extra in self.buttons[count:]:
            self._rows.removeWidget(extra)
            extra.hide()
            extra.deleteLater()  # it may be what was clicked
        missing = count - len(self.buttons)
        self.buttons = self.buttons[:count]
        for _ in range(missing):
            made = EntryButton(self._look)
            made.asked.connect(self.chosen)
            self._rows.addWidget(made)
            made.show()
            self.buttons.append(made)
        if missing:
            self._set_tab_order()

    def _set_tab_order(self) -> None:
        before: QWidget = self._over
        for control in self.tab_order():
            QWidget.setTabOrder(before, control)
            before = control

    def _mark(self, configured: bool) -> QIcon:
        """A filled circle with a check, or an empty ring: told apart by shape as well as by colour."""
        icon, size = QIcon(), self._look.sizes.small_icon
        for ratio in _RATIOS:
            pixmap = QPixmap((size + _GAP) * ratio, size * ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            pixmap.setDevicePixelRatio(ratio)
            self._paint_mark(pixmap, configured)
            icon.addPixmap(pixmap)
        return icon

    def _paint_mark(self, pixmap: QPixmap, configured: bool) -> None:
        colours, size = self._look.colours, self._look.sizes.small_icon
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if configured:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.ok)
            painter.drawEllipse(QRectF(1, 1, size - 2, size - 2))
            check = self._look.pixmap("check", "card", size - 6, pixmap.devicePixelRatio())
            painter.drawPixmap(3, 3, check)
        else:
            painter.setPen(QPen(colours.danger, 1.5))
            painter.drawEllipse(QRectF(1.75, 1.75, size - 3.5, size - 3.5))
        painter.end()
