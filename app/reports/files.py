"""Reports as files: pictures in three formats, and what `engine.server.reported.files` makes of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.reports.painted import PaintedSheet
from canvas_widgets.look import Look, Theme
from engine.i18n import N_
from engine.server.reported.files import FORMATS as TABLES
from engine.server.reported.files import WRITERS

FORMATS: Mapping[str, str] = {
    "pdf": N_("PDF document"),
    "png": N_("PNG image"),
    "svg": N_("SVG drawing"),
    **TABLES,
}
_WIDTH, _SCALE = 1120, 2
_DOTS, _POINTS = 96, 72


def content(report_sheet: PaintedSheet, format: str) -> bytes:
    """The file's content. Pictures are in the light look, as paper is."""
    paint = _PAINTERS.get(format)
    return WRITERS[format](report_sheet.tables()) if paint is None else paint(report_sheet)


def _png(sheet: PaintedSheet) -> bytes:
    size = QSize(_WIDTH * _SCALE, int(sheet.height(_WIDTH)) * _SCALE)
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(_SCALE, _SCALE)
    sheet.paint(painter, _light(), _WIDTH)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide's stubs want bytes, Qt takes text
    return bytes(buffer.data().data())


def _svg(sheet: PaintedSheet) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QSvgGenerator()
    device.setOutputDevice(buffer)
    size = QSize(_WIDTH, int(sheet.height(_WIDTH)))
    device.setSize(size)
    device.setViewBox(QRectF(0, 0, size.width(), size.height()))
    device.setResolution(_DOTS)
    device.setTitle(sheet.title)
    painter = QPainter(device)
    sheet.paint(painter, _light(), _WIDTH)
    painter.end()
    return bytes(buffer.data().data())


def _pdf(sheet: PaintedSheet) -> bytes:
    """One page, as long as the report."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    device = QPdfWriter(buffer)
    device.setTitle(sheet.title)
    device.setResolution(_DOTS * 4)
    high = sheet.height(_WIDTH)
    points = QSizeF(_WIDTH * _POINTS / _DOTS, high * _POINTS / _DOTS)
    device.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    device.setPageMargins(QMarginsF())
    painter = QPainter(device)
    painter.scale(4, 4)
    sheet.paint(painter, _light(), _WIDTH)
    painter.end()
    return bytes(buffer.data().data())


def _light() -> Look:
    return Look(Theme.LIGHT, motion=False)


_PAINTERS: Mapping[str, Callable[[PaintedSheet], bytes]] = {"pdf": _pdf, "png": _png, "svg": _svg}
