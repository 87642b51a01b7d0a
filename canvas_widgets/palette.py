"""The palette: every component, by category, to search and to drag onto the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QDrag, QFontMetrics, QHoverEvent, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from canvas_widgets import icons
from canvas_widgets.component_list import ComponentList
from canvas_widgets.look import Look, set_role
from canvas_widgets.tooltip import plain
from engine.components.registry import component
from engine.i18n import tr

_LABEL_HEIGHT = 34
_LABEL_LEFT = 36
_BESIDE_POINTER = QPoint(-14, -6)


class Palette(QFrame):
    """A search field above the components. `kind_activated` follows Enter or a double click on one,
    `commands_asked` the wish to look for what was typed among all commands, where no component fits.

    Attributes: `search`, `list`.
    """

    kind_activated = Signal(str)
    commands_asked = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "side")
        self.setFixedWidth(look.sizes.palette)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.list = _DragList(look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        field = QVBoxLayout()
        field.setContentsMargins(12, 12, 12, 4)
        field.addWidget(self.search)
        layout.addLayout(field)
        layout.addWidget(self.list, 1)
        self.nothing = _Nothing(self._ask_commands)
        layout.addWidget(self.nothing)
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.list.activated.connect(self._on_activated)
        self.retranslate()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def retranslate(self) -> None:
        """Take the words of the present language."""
        self.search.setPlaceholderText(tr("Search components"))
        self.search.setAccessibleName(tr("Search components"))
        self.list.setAccessibleName(tr("Components"))
        self._on_typed(self.search.text())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the field into the list, Enter takes the best match, Escape empties the field."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                self.list.choose_first()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.text().strip():
                if self.nothing.isHidden():
                    self.list.choose_first()
                    self._on_activated()
                else:
                    self._ask_commands()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _on_typed(self, text: str) -> None:
        self.list.components.set_typed(text)
        found = bool(self.list.components.kinds())
        self.list.setVisible(found)
        self.nothing.say(text.strip())
        self.nothing.setVisible(not found)

    def _ask_commands(self) -> None:
        self.commands_asked.emit(self.search.text().strip())

    def _on_activated(self) -> None:
        if (kind := self.list.chosen()) is not None:
            self.kind_activated.emit(kind)


class _Nothing(QWidget):
    """What stands there while no component fits what is typed: that, and where else to look."""

    def __init__(self, asked: Callable[[], None]) -> None:
        super().__init__()
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self.button = QPushButton()
        self.button.setProperty("role", "link")
        self.button.clicked.connect(asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.hide()

    def say(self, typed: str) -> None:
        self._text.setText(tr("No component is called “{text}”.", text=typed))
        self.button.setText(tr("Search all commands"))
        self.button.setAccessibleName(tr("Search all commands for “{text}”", text=typed))
        self.button.setToolTip(plain(self.button.accessibleName()))


class _DragList(ComponentList):
    """Its rows can be dragged."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._look = look
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N802, N803 - Qt's names
        kind = self.chosen()
        if kind is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.components.mimeData([self.currentIndex()]))
        drag.setPixmap(self._label(kind))
        drag.setHotSpot(_BESIDE_POINTER)
        drag.exec(Qt.DropAction.CopyAction)
        QTimer.singleShot(0, self._forget_pointer)  # Qt tells of the move that began the drag only now

    def _forget_pointer(self) -> None:
        """A drag takes the pointer away without a word: the row that it left would stay lit."""
        away = QPointF(-1, -1)
        leave = QHoverEvent(QEvent.Type.HoverLeave, away, away, away)
        QCoreApplication.sendEvent(self.viewport(), leave)

    def _label(self, kind: str) -> QPixmap:
        """What the pointer carries: icon and label, beside it so that the + stays in sight."""
        look, ratio = self._look, self.devicePixelRatioF()
        text, font = tr(component(kind).label), look.font("strong")
        width = QFontMetrics(font).horizontalAdvance(text) + _LABEL_LEFT + 12
        pixmap = QPixmap(QSize(round(width * ratio), round(_LABEL_HEIGHT * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        rect = QRectF(0.5, 0.5, width - 1, _LABEL_HEIGHT - 1)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(look.colours.border)
            painter.setBrush(look.colours.card)
            painter.drawRoundedRect(rect, 8, 8)
            colour = look.colours.named(component(kind).colour)
            icons.draw(painter, component(kind).icon, colour, QRectF(10, (_LABEL_HEIGHT - 18) / 2, 18, 18))
            painter.setFont(font)
            painter.setPen(look.colours.text)
            painter.drawText(rect.adjusted(_LABEL_LEFT, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        return pixmap
