"""Icons: Tabler's SVGs, drawn in a colour of the look and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from canvas_widgets.values import RESOURCES

ICONS = RESOURCES / "icons"
_RATIOS = (1, 2, 3)  # icons are sharp on screens scaled by these, and scaled down in between
_BOUNDS = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'  # a square that Qt draws on paper
_STROKE = 'stroke-width="1.75"'  # Tabler draws with 2, a little heavy at 16-20 pixels


@cache
def source(name: str) -> str:
    """The SVG text of an icon. Raises `FileNotFoundError` for a name without a file."""
    text = (ICONS / f"{name}.svg").read_text("utf-8")
    return text.replace(_BOUNDS, "").replace('stroke-width="2"', _STROKE)


def tinted(name: str, colour: QColor) -> bytes:
    """The icon's SVG in one colour."""
    return source(name).replace("currentColor", colour.name()).encode()


def draw(painter: QPainter, name: str, colour: QColor, rect: QRectF) -> None:
    """Draw an icon into a square."""
    _renderer(name, colour).render(painter, rect)


def pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon of `size` logical pixels for a screen with `ratio` device pixels to each."""
    return _drawn(_renderer(name, colour), size, ratio)


def icon(name: str, colour: QColor, disabled: QColor, size: int) -> QIcon:
    """An icon for buttons and menus, with its disabled state."""
    result = QIcon()
    for shown, mode in ((colour, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)):
        renderer = _renderer(name, shown)
        for ratio in _RATIOS:
            result.addPixmap(_drawn(renderer, size, ratio), mode)
    return result


def _renderer(name: str, colour: QColor) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(tinted(name, colour)))


def _drawn(renderer: QSvgRenderer, size: int, ratio: float) -> QPixmap:
    side = round(size * ratio)
    image = QPixmap(QSize(side, side))
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        renderer.render(painter, QRectF(0, 0, side, side))
    image.setDevicePixelRatio(ratio)
    return image


def write_tinted(name: str, colour: QColor, folder: Path, stem: str) -> Path:
    """Write an icon in one colour as a file, for style sheets, which take images from files only."""
    path = folder / f"{stem}.svg"
    path.write_bytes(tinted(name, colour))
    return path
