"""The start page and the tour, on a sample workspace that is made in a moment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.engine.service import EngineService
from app.preferences import Preferences, Recent
from app.start_page.page import StartPage
from app.tour.overlay import Bubble, Spotlight, beside
from app.tour.steps import STEPS, unconfigured
from app.tour.tour import SAMPLE_CAMPAIGN
from app.window import MainWindow
from app.workspaces.commands import sample_folder as place_of_sample
from canvas_widgets.look import Look
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, close_dialogs, dialogs, settle, small_sample

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fresh(qtbot: QtBot, make_window: MakeWindow, look: Look, engine: FakeEngine) -> MainWindow:
    """The window of a first start."""
    window = MainWindow(look, Preferences(language="en"))
    qtbot.addWidget(window, before_close_func=lambda found: found.close_without_asking())
    window.workspaces.make_sample = small_sample
    window.runs.make_service = lambda folder: EngineService(
        folder, lambda _: engine.found(), lambda _: engine.started()
    )
    window.show()
    window.workspaces.begin()
    return window


def page_of(window: MainWindow) -> StartPage:
    found = window.tabs.home.currentWidget()
    assert isinstance(found, StartPage)
    return found


def texts(widget: QWidget) -> list[str]:
    return [found.text() for found in widget.findChildren(QLabel)]


def test_a_first_start_shows_where_one_can_begin(fresh: MainWindow) -> None:
    page = page_of(fresh)
    assert [card.accessibleName() for card in page.cards] == [
        "Open the sample shop",
        "Create a workspace",
        "Open a workspace",
    ]
    assert len(page.templates) == 3
    assert not page.recent
    assert QApplication.focusWidget() is page.cards[0]
    assert not fresh.actions_["campaign.new"].isEnabled()


def test_the_sample_is_opened_by_key(qtbot: QtBot, fresh: MainWindow) -> None:
    with qtbot.waitSignal(fresh.ready):
        QTest.keyClick(page_of(fresh).cards[0], Qt.Key.Key_Return)
    settle(qtbot)
    assert fresh.list_shown
    assert [row.name for row in fresh.rows()] == ["New arrivals"]
    assert fresh.workspace is not None
    assert fresh.workspace.folder == place_of_sample()
    assert not dialogs(fresh)


@pytest.mark.parametrize(("card", "title"), [(1, "New workspace"), (2, "Open workspace")])
def test_workspaces_of_ones_own_are_asked_for(card: int, title: str, fresh: MainWindow) -> None:
    QTest.mouseClick(page_of(fresh).cards[card], LEFT)
    (chooser,) = dialogs(fresh)
    assert chooser.windowTitle() == title
    close_dialogs(fresh)


def test_a_template_opens_in_the_sample(qtbot: QtBot, fresh: MainWindow) -> None:
    card = page_of(fresh).templates[0]
    name = card.accessibleName()
    with qtbot.waitSignal(fresh.ready):
        QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: fresh.editor is not None)
    settle(qtbot)
    assert fresh.the_editor.session.document.attributes.name == name
    assert fresh.the_editor.session.path is None


def test_the_language_is_switched_on_the_page(fresh: MainWindow) -> None:
    page = page_of(fresh)
    QTest.mouseClick(page.languages.buttons()["zh"], LEFT)
    assert "Begin with a template" not in texts(page)
    assert page.languages.value() == "zh"
    assert QApplication.focusWidget() is page.languages.buttons()["zh"]
    QTest.mouseClick(page.languages.buttons()["en"], LEFT)
    assert "Begin with a template" in texts(page)


def test_the_page_comes_over_the_list_and_goes_again(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    file = next((workspace.folder / "campaigns").iterdir())
    window.preferences.recent_campaigns = [
        Recent(path=file, name="Spring sale"),
        Recent(path=tmp_path / "gone", name="Gone"),
    ]
    window.actions_["help.start"].trigger()
    page = page_of(window)
    assert [row.accessibleName() for row in page.recent] == ["Shop", "Spring sale"]
    assert window.allowed() == frozenset()
    assert not window.actions_["campaign.delete"].isEnabled()  # what it would delete is not in sight
    QTest.mouseClick(page.back, LEFT)
    assert window.list_shown
    assert window.actions_["campaign.delete"].isEnabled()
    window.dialogs.start_page()
    QTest.mouseClick(page_of(window).recent[1], LEFT)
    qtbot.waitUntil(lambda: window.editor is not None)
    settle(qtbot)
    assert window.the_editor.session.path == file


# The tour


@pytest.fixture
def touring(qtbot: QtBot, fresh: MainWindow) -> MainWindow:
    QTest.mouseClick(page_of(fresh).tour, LEFT)
    qtbot.waitUntil(lambda: fresh.tour.running)
    settle(qtbot)
    fresh.activateWindow()  # nobody does so here when the dialog of the sample's making goes
    qtbot.waitUntil(fresh.isActiveWindow)
    return fresh


def bubble(window: MainWindow) -> Bubble:
    assert window.tour.bubble is not None
    return window.tour.bubble


def lit(window: MainWindow) -> QRect:
    QApplication.processEvents()
    window.tour.follow()
    assert isinstance(window.tour.spotlight, Spotlight)
    return window.tour.spotlight.target


def place_of(window: MainWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def test_the_tour_points_at_what_it_is_about(touring: MainWindow) -> None:
    page = touring.the_editor
    assert page.session.document.attributes.id == SAMPLE_CAMPAIGN
    wanted = [
        page.side_bar,
        page.view,
        page.view,
        page.panel,
        page.bar.problems,
        page.bar.publish,
        page.view,
        page.bar,
    ]
    for number, (step, widget) in enumerate(zip(STEPS, wanted, strict=True)):
        assert bubble(touring).title.text() == step.title
        assert bubble(touring).place.text() == f"{number + 1} of {len(STEPS)}"
        assert lit(touring).intersects(place_of(touring, widget)), step.title
        assert touring.rect().contains(bubble(touring).geometry()), step.title
        assert QApplication.focusWidget() is bubble(touring).next
        QTest.mouseClick(bubble(touring).next, LEFT)
    assert not touring.tour.running
    assert touring.editor is page


def test_the_tour_lights_the_card_with_the_red_dot(touring: MainWindow) -> None:
    touring.tour.go(2)
    page = touring.the_editor
    node = unconfigured(page)
    assert not page.scene.cards[node].configured
    middle = page.view.mapFromScene(page.scene.cards[node].scene_rect.center())
    assert lit(touring).contains(page.view.viewport().mapTo(touring, middle))


def test_the_tour_goes_by_keys_and_ends_with_escape(touring: MainWindow) -> None:
    tour = touring.tour
    for key, number in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Return, 2),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_Space, 1),
    ):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
        assert tour.number == number
    QTest.keyClick(touring, Qt.Key.Key_Escape)
    assert not tour.running
    assert touring.the_editor.view.hasFocus()


def test_the_tour_follows_the_window_and_the_language(touring: MainWindow) -> None:
    touring.tour.go(5)
    before = lit(touring)
    touring.resize(touring.width() - 200, touring.height() - 100)
    QApplication.processEvents()
    after = lit(touring)
    assert after.left() < before.left()
    assert after.intersects(place_of(touring, touring.the_editor.bar.publish))
    assert touring.rect().contains(bubble(touring).geometry())
    touring.appearance.set_language("zh")
    assert bubble(touring).title.text() != STEPS[5].title
    touring.appearance.set_language("en")
    assert bubble(touring).title.text() == STEPS[5].title


def test_what_is_lit_can_be_used_and_the_rest_is_covered(touring: MainWindow) -> None:
    place = lit(touring).center()
    assert touring.tour.spotlight is not None
    assert not touring.tour.spotlight.mask().contains(place)
    assert touring.tour.spotlight.mask().contains(touring.rect().bottomRight() - QPoint(5, 5))
    touring.the_editor.palette_.kind_activated.emit("tag")


def test_whoever_goes_elsewhere_ends_the_tour(qtbot: QtBot, touring: MainWindow) -> None:
    touring.tabs.show_page(None)
    touring.tour.follow()
    assert not touring.tour.running
    settle(qtbot)


def test_the_tour_comes_back_to_the_workspace_it_began_in(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    window.actions_["help.tour"].trigger()
    qtbot.waitUntil(lambda: window.tour.running)
    settle(qtbot)
    with qtbot.waitSignal(window.ready):
        QTest.mouseClick(bubble(window).skip, LEFT)
    assert window.workspace is not None
    assert window.workspace.folder == workspace.folder
    assert not window.editors
    shutil.rmtree(place_of_sample())


@pytest.mark.parametrize(
    "place",
    [QRect(0, 50, 200, 800), QRect(1000, 50, 200, 800), QRect(500, 0, 80, 30), QRect(300, 860, 80, 30)],
)
def test_a_bubble_never_covers_what_it_is_about(place: QRect) -> None:
    size, room = QSize(350, 180), QRect(0, 0, 1200, 900)
    found = QRect(beside(size, place, room, 16), size)
    assert room.contains(found)
    assert not found.intersects(place)


def test_where_there_is_no_room_beside_it_the_bubble_stands_on_it() -> None:
    size, room = QSize(350, 180), QRect(0, 0, 400, 300)
    assert room.contains(QRect(beside(size, room, room, 16), size))
