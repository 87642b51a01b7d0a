"""Opening what lies outside: a dialog, a drop, the command line, and what was open lately."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

import main as program
from app import main, preferences
from app.campaign_list import loading
from app.importing.wizard import ImportWizard
from app.preferences import Preferences, Recent
from app.window import MainWindow
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.workspace import bundle
from engine.workspace.template import SHIPPED
from engine.workspace.workspace import Workspace
from tests.app.conftest import close_dialogs, complete, dialog, dialogs, open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def inside(workspace: Workspace) -> Path:
    """The file of “Spring sale”."""
    return next((workspace.folder / "campaigns").iterdir())


@pytest.fixture
def outside(inside: Path, tmp_path: Path) -> Path:
    """The same in a folder that is no workspace."""
    folder = tmp_path / "mail"
    folder.mkdir()
    return Path(shutil.copy(inside, folder / "from-a-friend.campaign.json"))


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    """Another workspace, with one campaign, “Elsewhere”."""
    made = Workspace.create(tmp_path / "other", "Other", "UTC", "en")
    made.save_campaign(loading.new_document(made, None, "Elsewhere", ""))
    return made


def shown_name(qtbot: QtBot, window: MainWindow) -> str:
    qtbot.waitUntil(lambda: window.editor is not None)
    settle(qtbot)
    return window.the_editor.session.document.attributes.name


def test_a_file_of_the_workspace_is_opened(qtbot: QtBot, window: MainWindow, inside: Path) -> None:
    window.opening.open_path(inside)
    assert shown_name(qtbot, window) == "Spring sale"
    assert window.the_editor.session.path == inside
    window.opening.open_path(inside)
    settle(qtbot)
    assert len(window.editors) == 1


def test_the_dialog_opens_what_is_chosen(qtbot: QtBot, window: MainWindow, inside: Path) -> None:
    window.actions_["workspace.file"].trigger()
    chooser = window.findChild(QFileDialog)
    assert chooser is not None
    assert "*.campaign.json" in chooser.nameFilters()[0]
    chooser.fileSelected.emit(str(inside))
    chooser.close()
    assert shown_name(qtbot, window) == "Spring sale"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Campaign files are read once this is set."""
    event, load = threading.Event(), campaign_file.load

    def wait(path: Path) -> CampaignDocument:
        assert event.wait(20)
        return load(path)

    monkeypatch.setattr(campaign_file, "load", wait)
    yield event
    event.set()


def test_a_file_that_is_asked_for_twice_is_opened_once(
    qtbot: QtBot, window: MainWindow, inside: Path, slow: threading.Event
) -> None:
    window.opening.open_path(inside)
    window.opening.open_path(inside)
    slow.set()
    settle(qtbot)
    assert len(window.editors) == 1


@pytest.mark.parametrize("way", ["row", "file", "copy"])
def test_a_file_that_comes_late_is_not_opened_in_another_workspace(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Workspace,
    inside: Path,
    tmp_path: Path,
    slow: threading.Event,
    way: str,
) -> None:
    other = Workspace.create(tmp_path / "second", "Second", "UTC", "en")
    if way == "row":
        window.open_selected()
    elif way == "file":
        window.opening.open_path(inside)
    else:
        window.opening._copy(inside, workspace)
    with qtbot.waitSignal(window.ready):
        window.load(other.folder)
    slow.set()
    settle(qtbot)
    assert not window.editors
    assert "another workspace" in window.toast.message


@pytest.mark.parametrize("end", ["other", "closed"])
def test_a_list_that_is_read_late_is_not_shown_in_another_workspace_nor_after_the_end(
    qtbot: QtBot, window: MainWindow, other: Workspace, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    go_on = threading.Event()
    read = loading.reload

    def slowly(workspace: Workspace) -> loading.Loaded:
        assert go_on.wait(20)
        return read(workspace)

    monkeypatch.setattr(loading, "reload", slowly)
    window.reload()
    if end == "other":
        with qtbot.waitSignal(window.ready):
            window.load(other.folder)
    else:
        window.close_without_asking()
    before = [row.name for row in window.rows()]
    shown: list[loading.Loaded] = []
    monkeypatch.setattr(window, "show_rows_of", shown.append)
    go_on.set()
    settle(qtbot)
    assert shown == []
    assert [row.name for row in window.rows()] == before


def test_a_file_from_elsewhere_is_copied_on_request(
    qtbot: QtBot, window: MainWindow, outside: Path, workspace: Workspace
) -> None:
    before = outside.read_bytes()
    window.opening.open_path(outside)
    question = dialog(window)
    assert len(question.buttons) == 1
    question.buttons[0].click()
    assert shown_name(qtbot, window) == "Spring sale 2"
    path = window.the_editor.session.path
    assert path is not None
    assert path.parent == workspace.folder / "campaigns"
    assert campaign_file.load(path).attributes.id != campaign_file.load(outside).attributes.id
    assert outside.read_bytes() == before


def test_a_file_of_another_workspace_can_take_that_one_along(
    qtbot: QtBot, window: MainWindow, other: Workspace
) -> None:
    file = next((other.folder / "campaigns").iterdir())
    window.opening.open_path(file)
    question = dialog(window)
    assert len(question.buttons) == 2
    with qtbot.waitSignal(window.ready):
        question.buttons[0].click()
    assert shown_name(qtbot, window) == "Elsewhere"
    assert window.workspace is not None
    assert window.workspace.folder == other.folder


def test_a_template_begins_a_campaign_and_a_folder_opens_as_a_workspace(
    qtbot: QtBot, window: MainWindow, other: Workspace
) -> None:
    template = next(SHIPPED.glob("*.template.json"))
    window.opening.open_path(template)
    qtbot.waitUntil(lambda: window.editor is not None)
    settle(qtbot)
    assert window.the_editor.session.path is None
    assert window.the_editor.session.document.nodes
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    with qtbot.waitSignal(window.ready):
        window.opening.open_path(other.folder)
    assert window.workspace is not None
    assert window.workspace.settings.name == "Other"


def test_a_bundle_is_imported_on_request(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path, inside: Path
) -> None:
    document = campaign_file.load(inside)
    complete(document)
    file = tmp_path / "sale.bundle"
    file.write_bytes(bundle.write(bundle.make(workspace, document)))
    window.opening.open_path(file)
    dialog(window).buttons[0].click()
    assert shown_name(qtbot, window).startswith("Spring sale")
    assert len(list((workspace.folder / "campaigns").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("letter.odt", "cannot be opened"),
        ("gone.campaign.json", "not there"),
        ("holidays", "is no workspace"),
        ("broken.template.json", "broken.template.json"),
        ("my-workspace.json", "cannot be opened"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(
    name: str, words: str, qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / name
    if name == "holidays":
        path.mkdir()
    elif not name.startswith("gone"):
        path.write_text("{")
    window.opening.open_path(path)
    settle(qtbot)
    assert words in window.toast.message
    assert window.editor is None
    assert not dialogs(window)


# Drag and drop


def data_of(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def enter(window: MainWindow, data: QMimeData) -> bool:
    """Drag over the middle of the window; whether a drop would be taken."""
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(window.windowHandle(), event)
    return event.isAccepted()


def drop(window: MainWindow, data: QMimeData) -> None:
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window.windowHandle(), event)


@pytest.fixture
def painted(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.grab()
    QApplication.processEvents()
    return window


def test_a_file_that_is_dropped_is_opened(qtbot: QtBot, painted: MainWindow, inside: Path) -> None:
    data = data_of(inside)
    assert enter(painted, data)
    assert painted.drop.veil.isVisible()
    assert inside.name in painted.drop.veil.text.text()
    drop(painted, data)
    assert not painted.drop.veil.isVisible()
    assert shown_name(qtbot, painted) == "Spring sale"


def test_a_table_that_is_dropped_is_imported(qtbot: QtBot, painted: MainWindow, tmp_path: Path) -> None:
    table = tmp_path / "people.XLSX"
    table.write_text("id,mobile\n1,13800000001\n")
    assert enter(painted, data_of(table))
    assert painted.drop.veil.text.text() == "Drop to import people.XLSX"
    drop(painted, data_of(table))
    (wizard,) = painted.findChildren(ImportWizard)
    settle(qtbot)
    assert wizard.file.text() == "people.XLSX"
    wizard.reject()


def test_a_file_is_dropped_on_the_canvas_and_on_fields_all_the_same(
    qtbot: QtBot, painted: MainWindow, other: Workspace
) -> None:
    page = open_draft(qtbot, painted)
    page.palette_.focus_search()
    with qtbot.waitSignal(painted.ready):
        drop(painted, data_of(other.folder))
    assert painted.workspace is not None
    assert painted.workspace.settings.name == "Other"


def test_what_cannot_be_dropped_is_refused_while_it_hovers(
    painted: MainWindow, inside: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.odt"
    letter.write_text("Dear")
    for data, words in (
        (data_of(letter), "cannot be opened"),
        (data_of(inside, letter), "one file at a time"),
    ):
        assert not enter(painted, data)
        assert words in painted.drop.veil.text.text()
    QApplication.sendEvent(painted.windowHandle(), QDragLeaveEvent())
    assert not painted.drop.veil.isVisible()
    drop(painted, data_of(letter))
    assert painted.editor is None


def test_what_is_no_file_goes_on_to_the_widgets(painted: MainWindow) -> None:
    data = QMimeData()
    data.setText("Dear")
    enter(painted, data)
    assert not painted.drop.veil.isVisible()


def test_nothing_is_dropped_behind_a_question(painted: MainWindow, inside: Path) -> None:
    painted.list_page.select(inside)
    painted.campaigns.delete_selected()
    assert not enter(painted, data_of(inside))
    close_dialogs(painted)


# What was open lately


def test_what_was_open_is_offered_the_latest_first(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, other: Workspace
) -> None:
    workspace.save_campaign(loading.new_document(workspace, None, "Bed & bath", ""))
    window.reload()
    settle(qtbot)
    for name in ("Spring sale", "Bed & bath"):
        open_draft(qtbot, window, name)
        window.open_campaigns.close(window.the_editor, to_list=True)
        settle(qtbot)
    with qtbot.waitSignal(window.ready):
        window.load(other.folder)
    menu = window.actions_.menu(window)
    campaigns = offered(menu, "Campaign", "Recent campaigns")
    workspaces = offered(menu, "Workspace", "Recent workspaces")
    assert [action.text() for action in campaigns] == ["Bed && bath", "Spring sale"]
    assert [action.text() for action in workspaces] == ["Other", "Shop"]
    assert [found.name for found in preferences.load().recent_workspaces] == ["Other", "Shop"]
    with qtbot.waitSignal(window.ready):
        workspaces[1].trigger()
    menu.deleteLater()


def offered(menu: QMenu, *titles: str) -> list[QAction]:
    """The actions of a menu's menu."""
    for title in titles:
        inner = next(action.menu() for action in menu.actions() if action.text() == title)
        assert isinstance(inner, QMenu)
        menu = inner
    return menu.actions()


def test_what_vanished_is_forgotten(window: MainWindow, tmp_path: Path, inside: Path) -> None:
    gone = Recent(path=tmp_path / "gone.campaign.json", name="Gone")
    window.preferences.recent_campaigns = [gone, Recent(path=inside, name="Spring sale")]
    window.preferences.recent_workspaces = [Recent(path=tmp_path / "gone", name="Gone")]
    assert [found.name for found in window.recent.campaigns()] == ["Spring sale"]
    assert window.recent.workspaces() == []


def test_only_the_last_are_kept(window: MainWindow, tmp_path: Path) -> None:
    for number in range(15):
        window.recent.remember_campaign(tmp_path / f"{number}.campaign.json", str(number))
    assert [found.name for found in window.preferences.recent_campaigns] == [str(n) for n in range(14, 4, -1)]


# The command line


def test_one_file_on_the_command_line_is_opened_and_words_are_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []

    def note(what: object = None) -> int:
        seen.append(what)
        return 0

    monkeypatch.setattr("app.main.main", note)
    monkeypatch.setattr("engine.cli.main", note)
    command = ["validate", "a.campaign.json"]
    for call in ([], ["a/sale.campaign.json"], ["x.bundle"], command, ["--help"]):
        program.main(list[str](call))
    assert seen == [None, Path("a/sale.campaign.json"), Path("x.bundle"), command, ["--help"]]


@pytest.mark.parametrize("known", [True, False])
def test_the_program_starts_with_a_file(
    known: bool, qtbot: QtBot, window: MainWindow, qapp: QApplication, other: Workspace, outside: Path
) -> None:
    """With its own workspace, else with the last one and a question."""
    file = next((other.folder / "campaigns").iterdir()) if known else outside
    service = window.runs.make_service
    chosen = Preferences(language="en", workspace=window.workspace.folder if window.workspace else None)
    started = main.open_window(qapp, chosen, file)
    qtbot.addWidget(started, before_close_func=lambda found: found.close_without_asking())
    started.runs.make_service = service
    with qtbot.waitSignal(started.ready):
        started.grab()
    if known:
        assert shown_name(qtbot, started) == "Elsewhere"
    else:
        settle(qtbot)
        assert outside.name in dialog(started).windowTitle()
        close_dialogs(started)
