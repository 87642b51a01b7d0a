"""The bubble above a key component: what to do there, what is recommended, and what to make of it."""

from __future__ import annotations

from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.editor.floating import Floating
from app.editor.guide.recommended import Recommended
from app.language import Retranslated
from app.pickers.needs_bar import NeedsBar
from app.widgets.basic import ElidedLabel, button, label
from canvas_widgets.look import Look
from canvas_widgets.view import CanvasView
from engine.i18n import Message, ntr, tr
from engine.workspace.needs import Need
from engine.workspace.template import GuideEntry
from engine.workspace.workspace import Workspace

_WIDTH = 34  # grid units, without the pointer
_POINTER = 9  # pixels from the frame to the pointer's tip
_LONGEST = 400  # characters of a prompt that are shown
_APART = 2  # pixels from the tip to the card


class Side(Enum):
    """Where the pointer is: on the side that faces the card."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


class Shown(NamedTuple):
    """What the bubble says of a component. `entry` None: everything is configured, and `problems` are left.

    `can_write`: whether the message editor knows messages of this kind.
    """

    node_id: str
    name: str
    entry: GuideEntry | None
    configured: bool = False
    can_write: bool = False
    note: Message | None = None
    needs: tuple[Need, ...] = ()
    problems: int = 0


class Bubble(Retranslated, Floating):
    """Stands above its card, or where it fits beside it, and follows it.

    Signals: `closed()`; `audience_asked()` and `message_asked()`: make what is recommended;
    `problems_asked()` and `publish_asked()`: what is left; `created()`: the catalogue has one more entry.
    """

    closed = Signal()
    audience_asked = Signal()
    message_asked = Signal()
    problems_asked = Signal()
    publish_asked = Signal()
    created = Signal()

    def __init__(self, view: CanvasView, look: Look, workspace: Workspace) -> None:
        super().__init__(view, look)
        self.setProperty("role", "")  # it paints its own frame, with the pointer
        self._workspace = workspace
        self._shown: Shown | None = None
        self._card = QRect()
        self._side, self._tip = Side.BOTTOM, 0
        self.title = ElidedLabel("strong", fills=True)
        self.close_button = QToolButton()
        look.set_icon(self.close_button, "x")
        self.close_button.clicked.connect(self.closed)
        self.prompt = label("muted", wrap=True)
        self.note = label("ok", wrap=True)
        self.needs = NeedsBar(workspace)
        self.needs.created.connect(self.created)
        self.recommended = Recommended(look)
        self.look_button = button("link", self._toggle)
        self.make_button = button("link", self._make)
        self.problems_button = button("link", self.problems_asked.emit)
        self.publish_button = button("link", self.publish_asked.emit)
        self._lay_out()
        look.changed.connect(self.update)
        self.hide()

    @property
    def node_id(self) -> str | None:
        """The component that it stands at; None while it is closed."""
        return self._shown.node_id if self._shown is not None else None

    @property
    def all_done(self) -> bool:
        """Whether it says that everything is configured."""
        return self._shown is not None and self._shown.entry is None

    def show_at(self, shown: Shown, card: QRect) -> None:
        """Say this at a card, given in coordinates of the view."""
        moved = self.node_id != shown.node_id
        self._shown, self._card = shown, card
        if moved or shown.entry is None:
            self.recommended.put_away()
        self._draw()
        self.show()
        self.raise_()

    def follow(self, card: QRect) -> None:
        """The card is here now."""
        if card != self._card:
            self._card = card
            self.move(self.wanted_place())

    def dismiss(self) -> None:
        """Hide; nobody is told."""
        self._shown = None
        self.hide()

    def focus_first(self) -> None:
        """Put the keyboard's focus on the first thing that can be done."""
        shown = (control for control in self.tab_order() if control.isVisibleTo(self))
        next(shown, self.close_button).setFocus(Qt.FocusReason.TabFocusReason)

    def tab_order(self) -> list[QWidget]:
        """The controls in the order in which Tab goes through them."""
        reading = [self.look_button, self.recommended, self.recommended.copy_button]
        left = (self.make_button, self.problems_button, self.publish_button)
        return [*self.needs.buttons, *reading, *left, self.close_button]

    def retranslate(self) -> None:
        self.close_button.setToolTip(tr("Close"))
        self.close_button.setAccessibleName(tr("Close"))
        self.problems_button.setText(tr("Show problems"))
        self.publish_button.setText(tr("Publish"))
        if self._shown is not None:
            self._draw()

    def wanted_size(self) -> QSize:
        self.recommended.fit(_WIDTH * self._look.sizes.grid - 4 * self._look.sizes.grid)
        return super().wanted_size()

    def wanted_place(self) -> QPoint:
        """Above the card, below it where there is no room, and wholly inside the view in any case."""
        room = self._room()
        size, card = self.size(), self._card
        x = card.center().x() - size.width() // 2
        y = card.top() - _APART - size.height()
        if y < room.top() and card.bottom() + _APART + size.height() <= room.bottom():
            y = card.bottom() + _APART
        at = QPoint(
            max(room.left(), min(x, room.right() + 1 - size.width())),
            max(room.top(), min(y, room.bottom() + 1 - size.height())),
        )
        self._point_from(QRect(at, size))
        return at

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours, radius = self._look.colours, self._look.sizes.window_radius
        width = self._look.strokes.border
        inset = width / 2
        frame = QRectF(self._frame(self.rect())).adjusted(inset, inset, -inset, -inset)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.accent, width))
        painter.setBrush(colours.card)
        path, pointer = QPainterPath(), QPainterPath()
        path.addRoundedRect(frame, radius, radius)
        pointer.addPolygon(QPolygonF(self._pointer(frame)))
        painter.drawPath(path.united(pointer))
        painter.end()

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        self.setFixedWidth(_WIDTH * grid + 2 * _POINTER)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        links = QHBoxLayout()
        links.setContentsMargins(0, 0, 0, 0)
        links.setSpacing(3 * grid)
        for link in (self.look_button, self.make_button, self.problems_button, self.publish_button):
            links.addWidget(link)
        links.addStretch(1)
        column = QVBoxLayout(self)
        edge = 2 * grid + _POINTER
        column.setContentsMargins(edge, grid + _POINTER, grid + _POINTER, grid + grid // 2 + _POINTER)
        column.setSpacing(grid // 2)
        column.addLayout(head)
        inside = QVBoxLayout()
        inside.setContentsMargins(0, 0, grid, 0)
        inside.setSpacing(grid)
        for part in (self.prompt, self.note, self.needs, self.recommended):
            inside.addWidget(part)
        inside.addWidget(self.recommended.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addLayout(links)
        column.addLayout(inside)
        self.retranslate()

    def _draw(self) -> None:
        shown = self._shown
        assert shown is not None
        entry = shown.entry
        all_done = entry is None
        self.title.setText(tr("Key components configured") if all_done else shown.name)
        self.prompt.setText(_shortened(entry.prompt.text) if entry is not None else _left(shown.problems))
        note = str(shown.note or "") or (tr("Configured.") if shown.configured and not all_done else "")
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.needs.show_needs(shown.needs)
        self._draw_links(shown)
        self.setAccessibleName(self.title.accessibleName())
        self.setAccessibleDescription(self.prompt.text())
        self.place()
        self._set_tab_order()  # now it is known whether what is shown scrolls

    def _draw_links(self, shown: Shown) -> None:
        entry = shown.entry
        rule, content = (None, None) if entry is None else (entry.rule, entry.content)
        self.look_button.setVisible(rule is not None or content is not None)
        self.make_button.setVisible(rule is not None or (content is not None and shown.can_write))
        self.problems_button.setVisible(entry is None and shown.problems > 0)
        self.publish_button.setVisible(entry is None and not shown.problems)
        open_now = not self.recommended.isHidden()
        if rule is not None:
            self.look_button.setText(tr("Hide rules") if open_now else tr("View rules"))
            self.make_button.setText(tr("Create audience"))
        elif content is not None:
            self.look_button.setText(tr("Hide content") if open_now else tr("View content"))
            self.make_button.setText(tr("Create template"))
        if open_now and rule is not None:
            self.recommended.show_rule(rule.cards, self._workspace)
        elif open_now and content is not None:
            self.recommended.show_content(content)

    def _toggle(self) -> None:
        if self.recommended.isHidden():
            self.recommended.show()
        else:
            self.recommended.put_away()
        self._draw()

    def _make(self) -> None:
        entry = self._shown.entry if self._shown is not None else None
        if entry is not None:
            (self.audience_asked if entry.rule is not None else self.message_asked).emit()

    def _set_tab_order(self) -> None:
        order = [control for control in self.tab_order() if control.focusPolicy() != Qt.FocusPolicy.NoFocus]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    # The pointer -------------------------------------------------------------------------------------------

    def _room(self) -> QRect:
        """Floating windows' room; the pointer may reach into the margin."""
        return self.room.adjusted(-_POINTER, -_POINTER, _POINTER, _POINTER)

    def _frame(self, rect: QRect) -> QRect:
        return rect.adjusted(_POINTER, _POINTER, -_POINTER, -_POINTER)

    def _point_from(self, rect: QRect) -> None:
        """Find the side that faces the card, and where on it the pointer stands."""
        frame, card = self._frame(rect), self._card
        keep = self._look.sizes.window_radius + _POINTER
        if frame.bottom() < card.center().y() or frame.top() > card.center().y():
            self._side = Side.BOTTOM if frame.bottom() < card.center().y() else Side.TOP
            along, low, high = card.center().x(), frame.left() + keep, frame.right() - keep
            self._tip = max(low, min(along, high)) - rect.left()
        else:
            self._side = Side.RIGHT if frame.center().x() < card.center().x() else Side.LEFT
            along, low, high = card.center().y(), frame.top() + keep, frame.bottom() - keep
            self._tip = max(low, min(along, high)) - rect.top()
        self.update()

    def _pointer(self, frame: QRectF) -> list[QPointF]:
        """A triangle: two ends on the frame with the tip between them, closed."""
        tip, half = float(self._tip), float(_POINTER - 1)
        if self._side in (Side.BOTTOM, Side.TOP):
            edge = frame.bottom() if self._side is Side.BOTTOM else frame.top()
            out = half if self._side is Side.BOTTOM else -half
            ends = QPointF(tip - half, edge), QPointF(tip + half, edge)
            return [ends[0], QPointF(tip, edge + out), ends[1], ends[0]]
        edge = frame.right() if self._side is Side.RIGHT else frame.left()
        out = half if self._side is Side.RIGHT else -half
        ends = QPointF(edge, tip - half), QPointF(edge, tip + half)
        return [ends[0], QPointF(edge + out, tip), ends[1], ends[0]]


def _left(problems: int) -> str:
    """What is still to be done when every key component is configured."""
    if not problems:
        return tr("Ready to publish.")
    return ntr(
        "{n} problem is left to solve before you publish.",
        "{n} problems are left to solve before you publish.",
        problems,
    )


def _shortened(text: str) -> str:
    """A prompt that fits: files of others may hold any text."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
