"""Reports as files: pictures in three formats, a table, and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.reports.painted import PaintedSheet
from app.reports.rows import Sheet, Value
from canvas_widgets.look import Look, Theme
from engine.i18n import N_

FORMATS: Mapping[str, str] = {
    "pdf": N_("PDF document"),
    "png": N_("PNG image"),
    "svg": N_("SVG drawing"),
    "xlsx": N_("Excel workbook"),
    "csv": N_("CSV table"),
}
_WIDTH, _SCALE = 1120, 2
_DOTS, _POINTS = 96, 72
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the begin of a formula."""


def content(report_sheet: PaintedSheet, format: str) -> bytes:
    """The file's content. Pictures are in the light look, as paper is."""
    return _WRITERS[format](report_sheet)


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


def _csv(sheet: PaintedSheet) -> bytes:
    """All tables below each other, each behind its name."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for table in sheet.tables():
        if len(table.rows) > 1:
            writer.writerow([table.name])
            writer.writerows([[_safe(value) for value in row] for row in table.rows])
            writer.writerow([])
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # Excel asks for the mark


def _xlsx(sheet: PaintedSheet) -> bytes:
    return workbook(sheet.tables())


def workbook(tables: Sequence[Sheet]) -> bytes:
    """A workbook with a sheet for each table."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        page = book.create_sheet(table.name[:31])
        for row in table.rows:
            page.append([_plain(value, ILLEGAL_CHARACTERS_RE.sub) for value in row])
        for line in page.iter_rows():
            for cell in line:
                if cell.data_type == "f":  # names of people are no formulas
                    cell.data_type = "s"
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        page.column_dimensions["A"].width = 32
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _plain(value: Value, without: Callable[[str, str], str]) -> Value:
    return without("", value) if isinstance(value, str) else value


def _safe(value: Value) -> Value:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


_WRITERS: Mapping[str, Callable[[PaintedSheet], bytes]] = {
    "pdf": _pdf,
    "png": _png,
    "svg": _svg,
    "xlsx": _xlsx,
    "csv": _csv,
}
