"""What the windows and dialogs look like, in both languages and in every theme."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.campaign_list.templates import shipped_starts
from app.command_palette import CommandPalette
from app.editor import attributes
from app.recovery.dialog import RecoveryDialog
from app.settings.dialog import PreferencesDialog
from app.widgets import on_screen
from app.window import MainWindow
from canvas_widgets.look import Look, Theme
from engine.campaign import campaign_file
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, close_dialogs, complete, dialog, open_draft, settle
from tests.app.recovery.test_recovery import crash
from tests.conftest import SCALE_VARIABLE
from tests.engine.campaign.building import chain
from tests.sheets import Compare, Sheet, count_ids

# The platform of tests cannot show a window the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

ROOT = Path(__file__).parents[2]
SIZE = 1120, 680
SCALE = os.environ.get(SCALE_VARIABLE, "1")
DIALOGS = {
    "1": [("en", Theme.LIGHT), ("zh", Theme.DARK), ("zh", Theme.CONTRAST)],
    "2": [("zh", Theme.LIGHT)],
}
Dress = Callable[[str, Theme], MainWindow]


@pytest.fixture
def dress(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, look: Look, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dress]:
    """Open a window in a language and a theme."""
    count_ids(monkeypatch)
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    monkeypatch.setattr(attributes, "datetime", SimpleNamespace(now=lambda _zone: noon))
    monkeypatch.setattr(on_screen, "room_for", lambda _dialog: QSize(*SIZE) * 2)  # theirs is small

    def make(code: str, theme: Theme) -> MainWindow:
        window = make_window(workspace)
        settle(qtbot)
        window.appearance.set_language(code)
        window.appearance.set_theme(theme.value)
        qtbot.waitUntil(lambda: not look._drawing.active)  # icons of what is not on show yet
        window.resize(*SIZE)
        return window

    yield make
    look.set_theme(Theme.LIGHT)


def picture_of(widget: QWidget, area: QRect | None = None) -> QImage:
    """What the widget shows; no cursor blinks in it."""
    QApplication.processEvents()
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    return (widget.grab() if area is None else widget.grab(area)).toImage()


def the_dialog(qtbot: QtBot, window: MainWindow, action_id: str) -> QWidget:
    window.actions_[action_id].trigger()
    settle(qtbot)
    found: QWidget = dialog(window)
    return found


@pytest.mark.parametrize(("code", "theme"), DIALOGS[SCALE])
def test_dialogs(
    qtbot: QtBot,
    dress: Dress,
    workspace: Workspace,
    look: Look,
    code: str,
    theme: Theme,
    compare_sheet: Compare,
) -> None:
    row = workspace.campaigns()[0]
    edited = campaign_file.load(row.path)
    chain(edited, "target_audience", "tag")
    crash(workspace, edited, row.path)
    window = dress(code, theme)
    sheet = Sheet(1480 * int(SCALE), look)
    close_dialogs(window)
    offered = the_dialog(qtbot, window, "workspace.recover")
    assert isinstance(offered, RecoveryDialog)
    offered.kept.setText("2026-11-23")
    sheet.add("recovery", picture_of(offered))
    offered.close()
    window.list_page.select(row.path)
    sheet.add("attributes", picture_of(the_dialog(qtbot, window, "campaign.attributes")))
    close_dialogs(window)
    preferences = the_dialog(qtbot, window, "workspace.preferences")
    assert isinstance(preferences, PreferencesDialog)
    for page in range(preferences.tabs.count()):
        preferences.tabs.setCurrentIndex(page)
        sheet.add("preferences", picture_of(preferences))
    close_dialogs(window)
    complete(open_draft(qtbot, window).session.document)
    sheet.add("export", picture_of(the_dialog(qtbot, window, "editor.export")))
    close_dialogs(window)
    compare_sheet(sheet, f"dialogs-{code}-{theme}")


@pytest.mark.skipif(SCALE != "1", reason="is what starts the other process")
def test_dialogs_on_a_screen_of_200_percent(request: pytest.FixtureRequest) -> None:
    """Qt takes the scaling once for a process."""
    updating = ["--image-snapshot-update"] if request.config.getoption("--image-snapshot-update") else []
    one = f"{__file__}::test_dialogs"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *updating, one],
        cwd=ROOT,
        env={**os.environ, SCALE_VARIABLE: "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(("code", "theme"), [("en", Theme.LIGHT), ("zh", Theme.DARK)])
def test_editor(
    qtbot: QtBot, dress: Dress, look: Look, code: str, theme: Theme, compare_sheet: Compare
) -> None:
    """What comes and goes around the canvas."""
    window = dress(code, theme)
    sheet = Sheet(1700, look)
    window.campaigns.begin(next(start for start in shipped_starts(code) if start.id == "t_second_order"))
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded and page.guide.guide is not None)
    settle(qtbot)
    guide = page.guide.guide
    assert guide is not None
    guide.window.buttons[1].click()
    settle(qtbot)
    sheet.add("guide and bubble", picture_of(window))
    guide.window.fold(True)
    page.scene.select([])
    settle(qtbot)
    window.actions_["view.commands"].trigger()
    (palette,) = (found for found in window.findChildren(CommandPalette) if found.isVisible())
    palette.search.setText("co")
    sheet.add("command palette", picture_of(palette))
    palette.close()
    window.actions_["campaign.search"].trigger()
    page.finding.bar.search.setText("e")
    sheet.add("find", picture_of(page.view, QRect(120, 0, 800, 400)))
    QTest.keyClick(page.finding.bar.search, Qt.Key.Key_Escape)
    page.findings.open()
    settle(qtbot)
    sheet.add("problems", picture_of(page.problems))
    page.commands.toggle_outline()
    settle(qtbot)
    sheet.add("outline", picture_of(page.side_bar, QRect(0, 0, 300, 320)))
    compare_sheet(sheet, f"editor-{code}-{theme}")


@pytest.mark.parametrize(("code", "theme"), [("en", Theme.DARK), ("zh", Theme.LIGHT)])
def test_beginning(
    qtbot: QtBot, dress: Dress, look: Look, code: str, theme: Theme, compare_sheet: Compare
) -> None:
    """What a new user sees first."""
    window = dress(code, theme)
    sheet = Sheet(2000, look)
    window.preferences.recent_workspaces = []
    window.dialogs.start_page()
    settle(qtbot)
    sheet.add("start", picture_of(window))
    window.dialogs.hide_start_page()
    gallery = window.campaigns.new_campaign()
    sheet.add("gallery", picture_of(gallery))
    close_dialogs(window)
    window.actions_["help.tour"].trigger()
    qtbot.waitUntil(lambda: window.tour.running)
    settle(qtbot)
    window.tour.go(1)
    window.tour.follow()
    settle(qtbot)
    sheet.add("tour", picture_of(window))
    window.tour.end()
    compare_sheet(sheet, f"beginning-{code}-{theme}")
