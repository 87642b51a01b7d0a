"""Pictures as files: lines and texts in SVG and PDF, pages of the right size, and only what was asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from canvas_widgets import export, picture
from canvas_widgets.export import Content, Page
from canvas_widgets.look import Look, Theme
from canvas_widgets.picture import Picture, TooLarge, image_size
from engine.campaign import edits
from engine.campaign.model import Note, Point
from engine.campaign.notes import Group
from engine.campaign.ops import Op, Table
from engine.steps import Steps, finished
from tests.canvas_widgets.conftest import Everything, Flow


@pytest.fixture
def sample(flow: Flow) -> Flow:
    """A branching flow with a note whose text needs care, and a frame."""
    _, coupon, judgment = flow.chain("target_audience", "issue_coupon", "result_judgment")
    flow.add(judgment, "text_sms")
    config = {"coupon": "ten_off"}
    flow.document.apply(edits.configure(flow.document, coupon, name="A <coupon>", memo="", config=config).ops)
    note = Note(text='font-family="Campaign Sans" & <b>', at=Point(300, 200), size=Point(320, 96))
    flow.document.apply([Op(Table.NOTES, "note_1", None, note)])
    around = Group(frozenset({coupon, judgment}), frozenset())
    flow.document.apply(edits.add_frame(flow.document, around, Point(0, 0), "Welcome").ops)
    return flow


def content_of(making: Steps[Content]) -> bytes:
    return finished(making)()


def pictured(flow: Flow, theme: Theme = Theme.LIGHT, only: Group | None = None) -> Picture:
    return Picture(flow.document, Everything(), Look(theme), None, only)


def texts_of(svg: bytes) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode()))


def pages_of(pdf: bytes) -> list[QSizeF]:
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [QSizeF(float(width), float(height)) for width, height in boxes]


def test_an_svg_holds_names_as_text_and_no_pixels(qapp: QApplication, sample: Flow) -> None:
    made = content_of(export.svg(pictured(sample)))
    words = texts_of(made)
    for name in ("Target Audience 1", "A &lt;coupon&gt;", "Result Judgment 1", "Success", "Welcome", "Start"):
        assert name in words
    assert "<image" not in made.decode()
    assert "Campaign Sans, Inter" in made.decode()
    assert "font-family=&quot;Campaign Sans&quot; &amp; &lt;b&gt;" in words
    assert QSvgRenderer(QByteArray(made)).isValid()


def test_an_svg_is_as_large_as_what_it_shows(qapp: QApplication, sample: Flow) -> None:
    shown = pictured(sample)
    area = finished(shown.load())
    made = content_of(export.svg(shown))
    assert QSvgRenderer(QByteArray(made)).viewBoxF() == QRectF(0, 0, area.width(), area.height())
    assert f"<title>{sample.document.attributes.name}</title>" in made.decode()


def test_icons_have_no_box_around_them(qapp: QApplication, sample: Flow) -> None:
    """Qt would draw the invisible square that icons are drawn in."""
    made = content_of(export.svg(pictured(sample)))
    assert "M0,0 L24,0 L24,24 L0,24" not in made.decode()


@pytest.mark.parametrize(("page", "size"), [(Page.A4, QSizeF(842, 595)), (Page.A3, QSizeF(1191, 842))])
def test_a_pdf_on_paper_is_one_landscape_page(
    qapp: QApplication, sample: Flow, page: Page, size: QSizeF
) -> None:
    (found,) = pages_of(content_of(export.pdf(pictured(sample), page)))
    assert abs(found.width() - size.width()) <= 1
    assert abs(found.height() - size.height()) <= 1


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_a_pdf_can_be_as_large_as_the_flow_with_its_fonts(
    qapp: QApplication, sample: Flow, theme: Theme
) -> None:
    shown = pictured(sample, theme)
    area = finished(shown.load())
    made = content_of(export.pdf(shown, Page.FLOW))
    (found,) = pages_of(made)
    assert abs(found.width() - area.width() * 0.75) <= 1
    assert abs(found.height() - area.height() * 0.75) <= 1
    assert made.startswith(b"%PDF")
    assert b"CampaignSans-Regular" in made
    assert b"/Subtype /Image" not in made


def test_a_very_long_flow_still_fits_a_page(qapp: QApplication, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    flow.document.apply(edits.move(flow.document, {audience: Point(90_000, 0)}).ops)
    (found,) = pages_of(content_of(export.pdf(pictured(flow), Page.FLOW)))
    assert found.width() == pytest.approx(14_400, abs=1)


def test_only_what_is_selected_is_shown(qapp: QApplication, sample: Flow) -> None:
    coupon, judgment = list(sample.document.nodes)[1:3]
    only = Group(frozenset({coupon, judgment}), frozenset())
    shown = pictured(sample, only=only)
    words = texts_of(content_of(export.svg(shown)))
    assert "A &lt;coupon&gt;" in words
    assert "Result Judgment 1" in words
    for other in ("Start", "Target Audience 1", "Text SMS 1", "Welcome", "Campaign Sans"):
        assert other not in words
    whole = finished(pictured(sample).load())
    assert finished(shown.load()).width() < whole.width()


def test_a_picture_is_of_the_moment_when_it_was_asked_for(qapp: QApplication, sample: Flow) -> None:
    shown = pictured(sample)
    making = export.svg(shown)
    next(making)
    first = next(iter(sample.document.nodes))
    sample.document.apply(edits.delete_behind(sample.document, first).ops)
    assert "Target Audience 1" in texts_of(content_of(making))


def test_a_png_of_any_scale_can_be_read_back(qapp: QApplication, sample: Flow) -> None:
    made = picture.render(sample.document, Everything(), Look(), scale=3.0)
    read = QImage.fromData(content_of(export.png(pictured(sample), 3.0)))
    assert (read.width(), read.height()) == (made.width(), made.height())


@pytest.mark.parametrize("area", [QRectF(0, 0, 20_000, 10), QRectF(0, 0, 9_000, 9_000)])
def test_an_image_that_is_too_large_is_refused_with_a_way_out(area: QRectF) -> None:
    assert image_size(area, 1).width() == area.width()
    with pytest.raises(TooLarge, match="Choose a smaller scale, or SVG or PDF"):
        image_size(area, 2)


def test_a_printer_gets_the_whole_flow_on_its_page(qapp: QApplication, sample: Flow, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    shown = pictured(sample)
    finished(export.on_paper(shown, printer)).end()
    made = (tmp_path / "printed.pdf").read_bytes()
    assert len(pages_of(made)) == 1
    assert b"CampaignSans-SemiBold" in made


@pytest.mark.qt_log_ignore("Returned false", extend=True)
def test_a_device_that_takes_nothing_says_so(qapp: QApplication, sample: Flow, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "no" / "folder.pdf"))
    shown = pictured(sample)
    with pytest.raises(export.NoPaper):
        finished(export.on_paper(shown, printer))


def test_what_is_given_up_leaves_nothing_half_painted(qapp: QApplication, sample: Flow) -> None:
    """Qt warns of a device that goes while something is painted on it, and a warning fails the test."""
    steps = sum(1 for _ in export.svg(pictured(sample)))
    for making in (export.svg(pictured(sample)), export.pdf(pictured(sample), Page.A4)):
        for _ in range(steps - 3):
            next(making)
        making.close()
    finished(export.svg(pictured(sample)))  # and nobody asks for its content


def test_vectors_look_like_the_screen(qapp: QApplication, sample: Flow) -> None:
    """The SVG, drawn, differs from the image only where strokes and fonts are a little different."""
    shown = pictured(sample)
    made = content_of(export.svg(shown))
    image = picture.render(sample.document, Everything(), Look())
    drawn = QImage(image.size(), QImage.Format.Format_ARGB32_Premultiplied)
    with QPainter(drawn) as painter:
        QSvgRenderer(QByteArray(made)).render(painter)
    for x, y in ((60, 140), (image.width() // 2, 90), (image.width() - 60, image.height() // 2)):
        assert drawn.pixelColor(x, y).lightness() == pytest.approx(image.pixelColor(x, y).lightness(), abs=24)
