"""The window: first start, languages, themes, preferences, and work in the background."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, QThread, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame
from pytestqt.qtbot import QtBot

from app import language, main, preferences, tasks
from app.editor.attributes import TimeField
from app.navigation.places import PLACES
from app.preferences import Preferences, Remote
from app.widgets.on_screen import on_screen
from app.widgets.toast import FLOATS, SHOWN_MS, reading_ms
from app.window import MainWindow
from app.workspaces.commands import SAMPLE_FOLDER, local_time_zone
from app.workspaces.new import NewWorkspaceDialog
from canvas_widgets.look import Look
from engine import i18n
from engine.campaign.model import START_ID
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, close_dialogs, dialog, dialogs, open_draft, settle

ROOT = Path(main.__file__).parents[1]


@pytest.fixture
def zh_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese for a few texts, whatever the real catalogue holds."""
    words = {"Campaigns": "活动", "Draft": "草稿", "Publish": "发布", "Save draft": "保存草稿"}

    class Catalogue:
        def gettext(self, text: str) -> str:
            return words.get(text, text)

        def ngettext(self, one: str, many: str, n: int) -> str:
            return one if n == 1 else many

    known = i18n._catalogue
    monkeypatch.setattr(i18n, "_catalogue", lambda code: Catalogue() if code == "zh" else known(code))


def test_the_language_switches_live(qtbot: QtBot, window: MainWindow, zh_catalogue: None) -> None:
    page = open_draft(qtbot, window)
    window.actions_["view.chinese"].trigger()
    assert page.bar.publish.text() == "发布"
    assert page.bar.pill.text() == "草稿"
    assert window.actions_["editor.save"].text() == "保存草稿"
    window.open_campaigns.back()
    assert window.list_page.title.text() == "活动"
    assert window.actions_["view.chinese"].isChecked()
    assert preferences.load().language == "zh"
    window.actions_["view.english"].trigger()
    assert window.list_page.title.text() == "Campaigns"


def test_qts_own_dialogs_speak_the_language(qtbot: QtBot, window: MainWindow) -> None:
    from PySide6.QtCore import QCoreApplication

    language.use_language("zh")
    assert QCoreApplication.translate("QFileDialog", "Look in:") != "Look in:"
    language.use_language("en")
    assert QCoreApplication.translate("QFileDialog", "Look in:") == "Look in:"


def test_the_theme_switches_live(window: MainWindow, look: Look) -> None:
    light = look.colours.surface
    window.actions_["view.dark"].trigger()
    try:
        assert look.is_dark
        assert look.colours.surface != light
        assert preferences.load().theme == "dark"
    finally:
        window.actions_["view.light"].trigger()
    assert not look.is_dark


def test_the_title_names_where_one_is(qtbot: QtBot, window: MainWindow) -> None:
    assert window.windowTitle() == "Shop[*] — Campaign Canvas"
    open_draft(qtbot, window)
    assert window.windowTitle() == "Spring sale[*] — Campaign Canvas"


def test_the_sample_workspace_is_made_once(qtbot: QtBot, window: MainWindow, own_folders: Path) -> None:
    made: list[Path] = []

    def make_sample(folder: Path, code: str, progress: tasks.Progress) -> None:
        progress(1, 2, "half")
        Workspace.create(folder, "Sample", "UTC", code)
        made.append(folder)

    window.workspaces.make_sample = make_sample
    with qtbot.waitSignal(window.ready):
        window.workspaces.open_sample()
    settle(qtbot)
    assert window.workspace is not None
    assert window.workspace.settings.name == "Sample"
    assert window.workspace.folder == own_folders / "data" / SAMPLE_FOLDER
    assert not dialogs(window)
    with qtbot.waitSignal(window.ready):
        window.workspaces.open_sample()
    assert len(made) == 1


def test_a_sample_that_is_cancelled_leaves_nothing(
    qtbot: QtBot, window: MainWindow, own_folders: Path
) -> None:
    def make_sample(folder: Path, code: str, progress: tasks.Progress) -> None:
        Workspace.create(folder, "Sample", "UTC", code)
        while True:
            progress(1, 2, "half")
            QThread.msleep(1)

    window.workspaces.make_sample = make_sample
    window.workspaces.open_sample()
    dialog(window).cancel.click()
    settle(qtbot)
    assert list((own_folders / "data").iterdir()) == []
    close_dialogs(window)


def test_a_workspace_that_cannot_be_opened_offers_others(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "workspace.json").write_text("{\n]")
    window.load(tmp_path)
    settle(qtbot)
    question = dialog(window)
    assert "line 2" in question.sentence.text()
    assert len(question.buttons) == 2


def test_files_are_read_again(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> None:
    path = next((workspace.folder / "campaigns").iterdir())
    path.write_text(path.read_text().replace("Spring sale", "Winter sale"))
    window.actions_["campaign.refresh"].trigger()
    qtbot.waitUntil(lambda: [row.name for row in window.rows()] == ["Winter sale"])


def test_settings_that_cannot_be_read_again_are_named_with_line_and_field(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    path = workspace.folder / "workspace.json"
    text = path.read_text().replace('"holidays": []', '"holidays": 7')
    path.write_text(text)
    line = next(number for number, found in enumerate(text.splitlines(), 1) if "holidays" in found)
    window.actions_["campaign.refresh"].trigger()
    settle(qtbot)
    assert window.toast.message.startswith(f"shop/workspace.json, line {line}, quiet.holidays: ")


def test_a_toast_is_as_high_as_its_lines(window: MainWindow) -> None:
    for count in (3, 20, 60):
        window.toast.show_message("jumping " * count)
        text = window.toast._text
        assert text.height() >= text.heightForWidth(text.width())


def test_preferences_survive(own_folders: Path) -> None:
    chosen = Preferences(language="zh", theme="dark", remotes=[Remote(name="one", url="https://one")])
    chosen.save()
    assert preferences.load() == chosen


def test_saving_preferences_waits_for_no_disk(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready, written = threading.Event(), []

    def slow(path: Path, data: bytes) -> None:
        ready.wait()
        written.append(Preferences.model_validate_json(data).autosave)

    monkeypatch.setattr(preferences, "_write", slow)
    for minutes in range(10):
        Preferences(autosave=minutes).save()
    assert not written
    ready.set()
    preferences.finish()
    assert written in ([0, 9], [9])  # in order, and of what waited only the last


def test_preferences_saved_last_outlive_the_program(own_folders: Path) -> None:
    program = "from app.preferences import Preferences; Preferences(autosave=7).save()"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    assert preferences.load().autosave == 7


def test_broken_preferences_are_the_defaults(own_folders: Path) -> None:
    path = preferences.preferences_path()
    path.parent.mkdir(parents=True)
    for text in ("", "[]", "{", '{"theme": "purple"}', "\udcff"):
        path.write_text(text, errors="surrogateescape")
        assert preferences.load() == Preferences()


def test_a_wrong_preference_costs_no_other(own_folders: Path) -> None:
    path = preferences.preferences_path()
    path.parent.mkdir(parents=True)
    path.write_text(
        '{"theme": "purple", "language": "zh", "size": [0, 1e9], "autosave": 999, "minimap": false}'
    )
    assert preferences.load() == Preferences(language="zh", minimap=False)


def test_the_window_is_no_larger_than_the_screen() -> None:
    assert on_screen((1440, 900), QSize(1366, 768)) == (1366, 728)
    assert on_screen((800, 600), QSize(1366, 768)) == (800, 600)


def test_preferences_that_cannot_be_saved_stop_nothing(own_folders: Path) -> None:
    own_folders.write_text("in the way")
    Preferences().save()


def test_start_without_preferences_takes_the_desktops_language(
    qtbot: QtBot, make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "system_language", lambda: "zh")
    monkeypatch.setattr("app.workspaces.commands.WorkspaceCommands.begin", lambda _self: None)
    chosen = Preferences()
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    window = main.open_window(application, chosen)
    qtbot.addWidget(window, before_close_func=lambda found: found.close_without_asking())
    assert chosen.language == "zh"
    assert i18n.current_language() == "zh"


def test_a_new_workspace(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.ready):
        window.workspaces.create_in(tmp_path / "My shop")
    assert window.workspace is not None
    assert window.workspace.settings.name == "My shop"


def test_a_new_workspace_is_asked_for_by_name(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.actions_["workspace.new"].trigger()
    (asking,) = window.findChildren(NewWorkspaceDialog)
    assert not asking.create_button.isEnabled()
    asking.where.setText(str(tmp_path))
    (tmp_path / "Full").mkdir()
    (tmp_path / "Full" / "x.txt").touch()
    QTest.keyClicks(asking.name, "Full")
    assert "something in this folder" in asking.problem.text()
    assert not asking.create_button.isEnabled()
    QTest.keyClicks(asking.name, ": my/shop.")
    assert str(tmp_path / "Full- my-shop") in asking.told.text()
    with qtbot.waitSignal(window.ready):
        asking.create_button.click()
    assert window.workspace is not None
    assert window.workspace.settings.name == "Full: my/shop."
    assert window.workspace.folder == tmp_path / "Full- my-shop"


def test_the_computers_time_zone_has_a_name() -> None:
    ZoneInfo(local_time_zone())


# Work in the background ----------------------------------------------------------------------------------


def test_a_task_reports_and_delivers_in_the_gui_thread(qtbot: QtBot) -> None:
    threads: list[QThread] = []
    seen: list[tuple[int, int, str]] = []

    def work(progress: tasks.Progress) -> int:
        progress(1, 3, "one")
        threads.append(QThread.currentThread())
        return 7

    task = tasks.Task(work)
    task.progressed.connect(lambda *report: seen.append(report))
    task.done.connect(lambda _result: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(task.done) as done:
        task.start()
    assert done.args == [7]
    assert seen == [(1, 3, "one")]
    assert threads[0] is not threads[1]
    assert threads[1] is QThread.currentThread()


def test_a_task_that_fails_delivers_its_error(qtbot: QtBot) -> None:
    task = tasks.Task(lambda _progress: 1 // 0)
    with qtbot.waitSignal(task.failed) as failed:
        task.start()
    assert isinstance(failed.args[0], ZeroDivisionError)


def test_the_window_answers_while_work_is_done(qtbot: QtBot) -> None:
    beats: list[int] = []
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: beats.append(1))
    timer.start()

    def work(progress: tasks.Progress) -> None:
        while len(beats) < 3:
            progress(0)
            QThread.msleep(1)

    task = tasks.Task(work)
    with qtbot.waitSignal(task.done):
        task.start()
    timer.stop()
    assert len(beats) >= 3


def test_times_that_were_not_touched_stay_as_they_were(qtbot: QtBot, look: Look) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 23, tzinfo=zone)
    field = TimeField(look, "Start", zone, "2026-12-01T01:00:30+00:00", now)
    qtbot.addWidget(field)
    assert field.value() == "2026-12-01T01:00:30+00:00"
    field.edit.setDateTime(field.edit.dateTime().addSecs(3600))
    assert field.value() == "2026-12-01T10:00:00+08:00"
    field.check.setChecked(False)
    assert field.value() is None


def test_the_panel_estimates_through_the_engine(qtbot: QtBot, window: MainWindow) -> None:
    answers: list[str] = []
    window.runs.estimate({"cards": []}, answers.append)
    settle(qtbot)
    assert answers == ["1,234 people now"]


def test_start_has_no_panel(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    assert page.panel.isVisible()
    page.show_node(START_ID)
    assert not page.panel.isVisible()


def test_the_window_comes_back_as_large_as_it_was(make_window: MakeWindow, workspace: Workspace) -> None:
    window = make_window(workspace)
    window.resize(1200, 800)
    window.close_without_asking()
    assert preferences.load().size == (1200, 800)


def test_nothing_heavy_is_imported_before_the_first_paint() -> None:
    heavy = ("alembic", "fastapi", "networkx", "requests", "sqlalchemy", "uvicorn")
    code = f"import sys, app.main; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_a_message_covers_nothing_that_floats_over_the_page(window: MainWindow) -> None:
    window.toast.show_message("Draft saved.")
    wanted = window.toast.geometry()
    for place in (wanted, QRect(wanted.x() + 30, wanted.y() - 100, 400, 200), QRect(0, wanted.y(), 9999, 40)):
        floating = QFrame(window)
        floating.setProperty(FLOATS, True)
        floating.setGeometry(place)
        floating.show()
        window.toast.show_message("Draft saved.")
        assert not window.toast.geometry().intersects(place)
        assert window.rect().contains(window.toast.geometry())
        floating.hide()
    window.toast.show_message("Draft saved.")
    assert window.toast.geometry() == wanted


@pytest.mark.parametrize("width", [1000, 1200, 1440])
def test_a_message_keeps_off_the_buttons_of_the_panel(qtbot: QtBot, window: MainWindow, width: int) -> None:
    page = open_draft(qtbot, window, kinds=("target_audience",))
    window.resize(width, 700)
    page.show_node(next(iter(page.session.document.nodes)))
    settle(qtbot)
    window.toast.show_message("What is said here takes a line of some length, as the ones on errors do: " * 2)
    buttons = [page.panel.footer.ok, page.panel.footer.cancel]
    assert all(button.isVisible() for button in buttons)
    for button in buttons:
        place = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
        assert not window.toast.geometry().intersects(place)


def test_a_message_stays_until_it_can_be_read_and_while_the_pointer_is_on_it(window: MainWindow) -> None:
    toast, timer = window.toast, window.toast._timer
    toast.show_message("Saved.")
    assert timer.interval() == SHOWN_MS
    long = "A sentence that takes its time. " * 10
    toast.show_message(long)
    assert timer.interval() == reading_ms(long) > SHOWN_MS
    assert reading_ms("草稿已保存") > reading_ms("Saved")
    QApplication.sendEvent(toast, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert not timer.isActive()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert timer.isActive()
    toast.show_message("Importing…", busy=True)
    assert not timer.isActive()


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_window_fits_on_a_screen_at_twice_the_size(qtbot: QtBot, window: MainWindow, code: str) -> None:
    """1920 pixels across are 960 then."""
    window.appearance.set_language(code)
    open_draft(qtbot, window)
    for place in PLACES:
        window.actions_[f"go.{place.id}"].trigger()
        settle(qtbot)
        assert window.minimumSizeHint().width() <= 960, place.id
