"""The head of the panel: the component's icon tile, its name and its kind."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets import style
from app.widgets.basic import ElidedLabel, label
from app.widgets.layouts import row
from engine.components.registry import component
from engine.i18n import tr


class IconTile(QWidget):
    """The icon of a kind on its colour's tint."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._colour = "", ""
        self.setFixedSize(style.sizes().tile, style.sizes().tile)
        style.look().changed.connect(self.update)

    def show_kind(self, kind: str) -> None:
        declared = component(kind)
        self._icon = declared.icon
        self._colour = declared.colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._icon:
            return
        look = style.look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(look.colours.named(self._colour))
        tint.setAlphaF(look.tints.tile)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(QRectF(self.rect()), look.sizes.tile_radius, look.sizes.tile_radius)
        size = look.sizes.icon
        pixmap = look.pixmap(self._icon, self._colour, size, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - size) // 2, (self.height() - size) // 2, pixmap)
        painter.end()


class PanelHeader(QWidget):
    """Icon, name and kind in one row."""

    def __init__(self) -> None:
        super().__init__()
        self._tile = IconTile()
        self._name = ElidedLabel("title", fills=True)
        self._kind = label("summary")
        self.view_only = label("pill")
        self.view_only.setProperty("state", "neutral")
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(2)
        texts.addStretch(1)
        texts.addWidget(self._name)
        texts.addWidget(self._kind)
        texts.addStretch(1)
        line = row(self, spacing=12)
        line.addWidget(self._tile)
        line.addLayout(texts, 1)
        line.addWidget(self.view_only, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_node(self, kind: str, name: str) -> None:
        self._tile.show_kind(kind)
        self._name.setText(name)
        self._kind.setText(tr(component(kind).label))

    def show_read_only(self, read_only: bool) -> None:
        """Say whether the component can only be looked at."""
        self.view_only.setText(tr("View only"))
        self.view_only.setVisible(read_only)

    def show_name(self, name: str) -> None:
        """The name as it is being typed."""
        self._name.setText(name)
