"""What the items of a canvas paint with: pens, fonts and pixmaps made once per theme, shared by all."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QStaticText,
    QTransform,
)

from canvas_widgets import icons
from canvas_widgets.items.dot import LEGIBLE, draw_mark
from canvas_widgets.items.geometry import CARD, START_CARD, TILE_LEFT
from canvas_widgets.look import Look
from engine.campaign.lines.geometry import CHIP_HEIGHT, CHIP_PADDING
from engine.components.base import Category
from engine.components.registry import component

MARGIN = 12.0  # around a card: its shadow, and the red dot that stands over its corner
COUNT_HEIGHT, _COUNT_SIDE = 13.0, 4.0  # of the ground that a count stands on, and beside the count
FOUND_GAP = 4.0  # between a card and the ring around it
_PIXMAPS_KEPT = 512
_SHADOW_STEPS = 5
_DASHES = (5.0, 6.0)
_PLAIN_WIDTH = 1.75


class CardState(Enum):
    """What a card's frame shows, beside its kind."""

    PLAIN = 0
    SELECTED = 1


class Paints:
    """Pens, brushes, fonts and shared pixmaps of one look; made anew when the theme changes."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.colours = colours = look.colours
        self.sizes = look.sizes
        self.name_font = look.font("card_name")
        self.small_font = look.font("summary")
        self.name_metrics = QFontMetricsF(self.name_font)
        self.small_metrics = QFontMetricsF(self.small_font)
        self.mark_font = look.font("section")
        self.mark_metrics = QFontMetricsF(self.mark_font)
        self.note_font = look.font("small")
        self.title_font = look.font("label")
        self.note_metrics = QFontMetricsF(self.note_font)
        self.title_metrics = QFontMetricsF(self.title_font)
        self.text = QPen(colours.text)
        self.muted = QPen(colours.muted)
        self.border = QPen(colours.border, look.strokes.border)
        self.surface = QBrush(colours.card)
        self.canvas = QBrush(colours.canvas)
        self._strokes: dict[tuple[float, bool, bool], tuple[QPen, float]] = {}
        self._pixmaps: dict[tuple[object, ...], QPixmap] = {}

    def kind_colour(self, kind: str) -> QColor:
        return self.colours.named(component(kind).colour)

    def stroke(self, scale: float, solid: bool = True, lit: bool = False) -> tuple[QPen, float]:
        """The pen of one of a line's two strokes, and how far in scene units it runs from the line's middle.

        Antialiased curves of more than one device pixel cost ten times as much, so a line is two strokes: one
        device pixel wide each up to 100 %, in proportion above.
        """
        key = (scale, solid, lit)
        stroke = self._strokes.get(key)
        if stroke is None:
            width = max(1, int(scale + 0.25))
            pen = QPen(self.colours.accent if lit else self.colours.line, width)
            pen.setCosmetic(True)
            if not solid:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern(list(_DASHES))
            stroke = (pen, width / 2 / scale)
            if len(self._strokes) >= _PIXMAPS_KEPT:
                self._strokes.clear()
            self._strokes[key] = stroke
        return stroke

    def card(self, kind: str, state: CardState, scale: float) -> QPixmap:
        """A card without its texts, `MARGIN` around it, at `scale` device pixels to a scene unit."""

        def draw(painter: QPainter) -> None:
            painter.translate(MARGIN, MARGIN)
            self.draw_card(painter, kind, state)

        size = _card_rect(kind).size().grownBy(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))
        return self._pixmap((kind, state, scale), size, scale, draw)

    def chip(self, text: str, width: float, scale: float) -> QPixmap:
        """A branch's name on its line."""
        size = QSizeF(width, CHIP_HEIGHT)
        return self._pixmap(
            (text, width, scale), size, scale, lambda painter: self.draw_chip(painter, text, width)
        )

    def dot(self, scale: float) -> QPixmap:
        """The red dot of what is not configured, with its ring."""
        side = self.dot_side(scale)
        return self._pixmap(
            ("dot", scale), QSizeF(side, side), scale, lambda painter: self.draw_dot(painter, side)
        )

    def dot_side(self, scale: float) -> float:
        """The dot's side with its ring, in scene units: never too small on the screen for its mark."""
        size = max(float(self.sizes.dot), LEGIBLE / min(scale, 1.0))
        return min(size + 2 * self.sizes.dot_ring, 2 * MARGIN)

    def icon(self, name: str, colour: str, size: int, scale: float) -> QPixmap:
        return self.look.pixmap(name, colour, size, scale)

    # Drawn straight, where no pixmap will do: on paper, and into files of lines and curves -----------------

    def draw_card(self, painter: QPainter, kind: str, state: CardState) -> None:
        """Draw a card without its texts, its upper left corner at the origin."""
        rect = _card_rect(kind)
        self._draw_shadow(painter, rect)
        self._draw_frame(painter, rect, state)
        if kind != Category.START:
            side = float(self.sizes.card_tile)
            self._draw_tile(painter, kind, QRectF(TILE_LEFT, (rect.height() - side) / 2, side, side))

    def draw_chip(self, painter: QPainter, text: str, width: float) -> None:
        """Draw a branch's name, the upper left corner of its chip at the origin."""
        rect = QRectF(0, 0, width, CHIP_HEIGHT)
        painter.setPen(self.border)
        painter.setBrush(self.surface)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), CHIP_HEIGHT / 2, CHIP_HEIGHT / 2)
        painter.setFont(self.small_font)
        painter.setPen(self.muted)
        painter.drawText(QPointF(CHIP_PADDING, CHIP_HEIGHT / 2 + 4), text)

    def draw_dot(self, painter: QPainter, side: float) -> None:
        """Draw the red dot with its ring, the upper left corner at the origin."""
        ring = self.sizes.dot_ring
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colours.canvas)
        painter.drawEllipse(QRectF(0, 0, side, side))
        disc = QRectF(0, 0, side, side).adjusted(ring, ring, -ring, -ring)
        draw_mark(painter, disc, self.colours.danger, self.colours.on_danger)

    def plain_stroke(self, solid: bool) -> QPen:
        """The pen of a line where one stroke costs no more than two."""
        pen = QPen(self.colours.line, _PLAIN_WIDTH)
        if not solid:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([dash / _PLAIN_WIDTH for dash in _DASHES])
        return pen

    def _pixmap(
        self, key: tuple[object, ...], size: QSizeF, scale: float, draw: Callable[[QPainter], None]
    ) -> QPixmap:
        """The pixmap that is kept for a key, or a new one that is drawn with its corner at the origin."""
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = QPixmap((size * scale).toSize())
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                draw(painter)
            if len(self._pixmaps) >= _PIXMAPS_KEPT:  # gliding zooms pass through many scales
                self._pixmaps.clear()
            self._pixmaps[key] = pixmap
        return pixmap

    def _draw_shadow(self, painter: QPainter, rect: QRectF) -> None:
        shade = QColor(self.colours.shadow)
        shade.setAlphaF(self.look.tints.shadow / _SHADOW_STEPS * 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        radius = self.sizes.card_radius
        for step in range(_SHADOW_STEPS):
            grown = rect.adjusted(-step + 1, -step + 2, step - 1, step + 1)
            painter.drawRoundedRect(grown, radius + step, radius + step)

    def _draw_frame(self, painter: QPainter, rect: QRectF, state: CardState) -> None:
        colours, radius = self.colours, self.sizes.card_radius
        chosen = state is CardState.SELECTED
        pen = QPen(colours.accent, self.look.strokes.selected) if chosen else self.border
        inset = pen.widthF() / 2
        painter.setPen(pen)
        painter.setBrush(colours.card)
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius - inset, radius - inset)

    def _draw_tile(self, painter: QPainter, kind: str, tile: QRectF) -> None:
        colour = self.kind_colour(kind)
        tint = QColor(colour)
        tint.setAlphaF(self.look.tints.tile)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRoundedRect(tile, self.sizes.tile_radius, self.sizes.tile_radius)
        inset = (tile.width() - self.sizes.icon) / 2
        icons.draw(painter, component(kind).icon, colour, tile.adjusted(inset, inset, -inset, -inset))


def draw_ring(painter: QPainter, paints: Paints, centre: QPointF, size: float, colour: QColor) -> None:
    """A ring with a +: an open end, or the handle that adds."""
    rect = QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(paints.surface)
    painter.drawEllipse(rect.adjusted(0.75, 0.75, -0.75, -0.75))
    arm = size * 0.25
    painter.drawLine(QPointF(centre.x() - arm, centre.y()), QPointF(centre.x() + arm, centre.y()))
    painter.drawLine(QPointF(centre.x(), centre.y() - arm), QPointF(centre.x(), centre.y() + arm))


def draw_cut_ring(painter: QPainter, paints: Paints, size: float) -> None:
    """A ring with scissors around the origin: the handle that cuts."""
    painter.setPen(QPen(paints.colours.danger, 1.5))
    painter.setBrush(paints.surface)
    half = size / 2 - 0.75
    painter.drawEllipse(QRectF(-half, -half, 2 * half, 2 * half))
    side = paints.sizes.small_icon - 2
    icon = paints.icon("scissors", "danger", side, painter.deviceTransform().m11())
    painter.drawPixmap(QPointF(-side / 2, -side / 2), icon)


def draw_card_ring(painter: QPainter, paints: Paints, card: QRectF, width: float | None = None) -> None:
    """A ring at a distance around a card that was found or takes what is dragged: more than a colour."""
    radius = paints.sizes.card_radius + FOUND_GAP
    painter.setPen(QPen(paints.colours.accent, width or paints.look.strokes.selected))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rect = card.adjusted(-FOUND_GAP, -FOUND_GAP, FOUND_GAP, FOUND_GAP)
    painter.drawRoundedRect(rect, radius, radius)


def draw_ground(painter: QPainter, paints: Paints, base: QPointF, width: float) -> None:
    """What a count stands on, centred above `base`: it keeps a line behind from striking that through."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paints.canvas)
    ground = QRectF(base.x() - width / 2, base.y() - COUNT_HEIGHT, width, COUNT_HEIGHT)
    painter.drawRect(ground.adjusted(-_COUNT_SIDE, 2, _COUNT_SIDE, 2))


def static_text(text: str, font: QFont) -> QStaticText:
    """A text laid out for drawing again and again."""
    laid_out = QStaticText(text)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.prepare(QTransform(), font)
    return laid_out


def _card_rect(kind: str) -> QRectF:
    return START_CARD if kind == Category.START else CARD
