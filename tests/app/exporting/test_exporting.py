"""Exporting and printing: choices, files that are written whole or not at all, and the command."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.exporting import command
from app.exporting.dialog import ExportDialog
from app.exporting.options import Format, Options, with_ending
from app.tasks import Cancelled, SlicedTask
from app.widgets.paths import file_name
from app.window import MainWindow
from canvas_widgets.export import Page
from engine.campaign import edits
from engine.campaign.model import Point
from engine.workspace.workspace import Workspace
from tests.app.conftest import complete, dialog, open_draft, settle

# The platform of tests cannot show a dialog the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window)
    complete(page.session.document)
    return page


def test_choices_that_make_no_difference_are_not_shown(window: MainWindow, page: EditorPage) -> None:
    window.actions_["editor.export"].trigger()
    asked: ExportDialog = dialog(window)
    assert "pixels" in asked.note.text()
    for format, shown in (
        (Format.PNG, [asked.scale]),
        (Format.SVG, []),
        (Format.PDF, [asked.page]),
        (Format.CSV, []),
    ):
        asked.format.choose(format)
        visible = [box for box in (asked.scale, asked.page, asked.scope, asked.colours) if box.isVisible()]
        assert visible == shown
    assert not asked.counts.isVisible()
    assert all(box.accessibleName() for box in (asked.format, asked.scale, asked.page, asked.scope))
    asked.reject()


def test_the_selection_is_offered_and_the_image_becomes_smaller(window: MainWindow, page: EditorPage) -> None:
    page.scene.select([next(iter(page.session.document.nodes))])
    page.show_counts({"nodes": {}, "links": {}})
    window.actions_["editor.export"].trigger()
    asked: ExportDialog = dialog(window)
    whole = asked.note.text()
    assert asked.scope.isVisible()
    assert asked.counts.isVisible()
    asked.scope.choose(True)
    assert asked.note.text() != whole
    assert asked.options().selection
    asked.reject()


def test_an_image_that_would_be_too_large_cannot_be_confirmed(window: MainWindow, page: EditorPage) -> None:
    document = page.session.document
    first = next(iter(document.nodes))
    page.push(edits.move(document, {first: Point(20_000, 0)}))
    window.actions_["editor.export"].trigger()
    asked: ExportDialog = dialog(window)
    assert "Choose a smaller scale" in asked.note.text()
    assert not asked.ok.isEnabled()
    asked.format.choose(Format.SVG)
    assert asked.ok.isEnabled()
    asked.reject()


def test_the_file_is_asked_for_and_written(
    qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path
) -> None:
    window.actions_["editor.export"].trigger()
    asked: ExportDialog = dialog(window)
    asked.format.choose(Format.SVG)
    asked.ok.click()
    chooser = next(found for found in window.findChildren(QFileDialog) if found.isVisible())
    assert Path(chooser.selectedFiles()[0]).name == "Spring sale.svg"
    chooser.selectFile(str(tmp_path / "flow.svg"))
    chooser.accept()
    settle(qtbot)
    assert "Target Audience 1" in (tmp_path / "flow.svg").read_text("utf-8")
    assert "flow.svg" in window.toast.message


@pytest.mark.parametrize("format", list(Format))
def test_every_format_is_written_with_its_ending(
    qtbot: QtBot,
    window: MainWindow,
    page: EditorPage,
    tmp_path: Path,
    format: Format,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = Options(format=format, page=Page.A4)
    window.exports.write(page, options, tmp_path / "flow")
    settle(qtbot)
    data = (tmp_path / f"flow.{format}").read_bytes()
    starts = {
        Format.PNG: b"\x89PNG", Format.SVG: b"<?xml", Format.PDF: b"%PDF", Format.MERMAID: b"flowchart LR",
        Format.CSV: "\ufeffID,".encode(),
    }  # fmt: skip
    assert data.startswith(starts[format])
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    QTest.mouseClick(window.toast.link, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in opened] == [tmp_path]
    assert not window.toast.isVisible()
    window.toast.show_message("Printed.")
    assert not window.toast.link.isVisible()


def test_where_nothing_can_be_written_the_old_file_stands(
    qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path
) -> None:
    target = tmp_path / "missing" / "flow.png"
    window.exports.write(page, Options(), target)
    settle(qtbot)
    assert "was not saved" in window.toast.message
    assert not target.exists()


def test_the_window_goes_on_while_a_picture_is_made(
    qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)  # a turn of the loop for every step
    threads: list[threading.Thread] = []
    monkeypatch.setattr(
        "app.exporting.commands.save_bytes", lambda *_file: threads.append(threading.current_thread())
    )
    turns = []
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(True))
    timer.start()
    task = window.exports.write(page, Options(format=Format.PDF), tmp_path / "flow.pdf")
    with qtbot.waitSignal(task.done):
        pass
    timer.stop()
    assert len(turns) >= len(page.scene.cards) + len(page.scene.links)
    assert threads != [threading.main_thread()]
    settle(qtbot)


def test_an_export_can_be_stopped(qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path) -> None:
    task = window.exports.write(page, Options(), tmp_path / "flow.png")
    with qtbot.waitSignal(task.cancelled):
        task.cancel()
    settle(qtbot)
    assert not (tmp_path / "flow.png").exists()


def test_light_is_light_whatever_the_screen(
    qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path
) -> None:
    window.appearance.set_theme("dark")
    try:
        for light in (True, False):
            window.exports.write(page, Options(light=light), tmp_path / f"{light}.png")
            settle(qtbot)
        corners = {
            name: QImage(str(tmp_path / f"{name}.png")).pixelColor(2, 2).lightness()
            for name in ("True", "False")
        }
    finally:
        window.appearance.set_theme("light")
    assert corners["True"] > 200
    assert corners["False"] < 60


def test_printing_offers_no_format_and_prints_a_page(
    qtbot: QtBot, window: MainWindow, page: EditorPage, tmp_path: Path
) -> None:
    window.actions_["editor.print"].trigger()
    asked: ExportDialog = dialog(window)
    assert not asked.format.isVisible()
    asked.reject()
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    window.exports.print_on(page, Options(), printer)
    settle(qtbot)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")
    assert window.toast.message == "Printed."


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Spring sale", "Spring sale.png"),
        ("首单/复购: 2026?", "首单 复购 2026.png"),
        ("..", "campaign.png"),
        ("x" * 200, "x" * 80 + ".png"),
    ],
)
def test_file_names_are_possible_everywhere(name: str, file: str) -> None:
    assert file_name(name, Format.PNG) == file


def test_an_ending_is_added_once() -> None:
    assert with_ending(Path("a.SVG"), Format.SVG).name == "a.SVG"
    assert with_ending(Path("a.png"), Format.SVG).name == "a.png.svg"


def test_what_breaks_in_a_slice_is_the_tasks_failure(qtbot: QtBot) -> None:
    def breaking() -> object:
        yield
        raise ValueError("broken")

    task = SlicedTask(breaking(), lambda made: made)  # type: ignore[arg-type]
    with qtbot.waitSignal(task.failed) as told:
        task.start()
    assert isinstance(told.args[0], ValueError)
    assert not isinstance(told.args[0], Cancelled)


# The command ------------------------------------------------------------------------------------------------


@pytest.fixture
def file(workspace: Workspace) -> Path:
    (found,) = workspace.campaigns()
    return found.path


def test_the_command_draws_a_campaign(
    qapp: QApplication, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.pdf"
    assert command.main([str(file), str(out), "--page", "a3"]) == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("out", "words"), [("out.bmp", "must end in one of"), ("missing/out.png", "was not saved")]
)
def test_the_command_says_why_not(
    qapp: QApplication, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, words: str
) -> None:
    assert command.main([str(file), str(tmp_path / out)]) == 1
    assert words in capsys.readouterr().err


def test_the_command_needs_a_workspace(
    qapp: QApplication, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone.campaign.json"
    alone.write_bytes(file.read_bytes())
    assert command.main([str(alone), str(tmp_path / "out.svg")]) == 1
    assert "--workspace" in capsys.readouterr().err
    assert command.main([str(alone), str(tmp_path / "out.svg"), "--workspace", str(file.parent.parent)]) == 0
