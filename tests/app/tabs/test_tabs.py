"""Several campaigns open at once, each in its tab."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar, QToolButton
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.gallery import Start
from app.editor.page import EditorPage
from app.tabs.tabs import UNSAVED
from app.window import MainWindow
from engine.campaign import campaign_file
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, dialog, dialogs, open_draft, settle

NAMES = ("Spring sale", "Summer sale", "Winter sale")
LEFT = Qt.MouseButton.LeftButton
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(make_window: MakeWindow, workspace: Workspace) -> MainWindow:
    """Three drafts in the list."""
    for name in NAMES[1:]:
        workspace.save_campaign(loading.new_document(workspace, None, name, ""))
    return make_window(workspace)


@pytest.fixture
def pages(qtbot: QtBot, window: MainWindow) -> list[EditorPage]:
    """All three open; the last is on show."""
    return [open_another(qtbot, window, name) for name in NAMES]


def open_another(qtbot: QtBot, window: MainWindow, name: str) -> EditorPage:
    window.tabs.show_page(None)
    settle(qtbot)
    return open_draft(qtbot, window, name)


def tab_names(window: MainWindow) -> list[str]:
    return [window.tabs.bar.tabText(index) for index in range(1, window.tabs.bar.count())]


def shown(window: MainWindow) -> EditorPage | None:
    """What is on show now, whatever it was before."""
    return window.editor


def middle_of(window: MainWindow, index: int) -> QPoint:
    return window.tabs.bar.tabRect(index).center()


def add(page: EditorPage) -> None:
    page.commands.add_kind("target_audience")


def test_without_an_open_campaign_there_is_no_bar(qtbot: QtBot, window: MainWindow) -> None:
    assert not window.tabs.bar.isVisible()
    page = open_draft(qtbot, window)
    assert window.tabs.bar.isVisible()
    assert tab_names(window) == ["Spring sale"]
    assert shown(window) is page
    window.open_campaigns.back()
    assert not window.tabs.bar.isVisible()


def test_nothing_is_drawn_of_the_hidden_tab(window: MainWindow, pages: list[EditorPage]) -> None:
    """It is the current one while the list is on show; the others begin beside it."""
    window.tabs.show_page(None)
    bar = window.tabs.bar
    assert not bar.isTabVisible(bar.currentIndex())
    picture = bar.grab().toImage()
    before = range(round((bar.tabRect(1).left() + 6) * picture.devicePixelRatio()))
    colours = {picture.pixel(x, y) for x in before for y in range(picture.height() - 6)}
    assert len(colours) == 1


def test_a_click_on_a_tab_switches_and_nothing_is_asked(window: MainWindow, pages: list[EditorPage]) -> None:
    add(pages[2])
    QTest.mouseClick(window.tabs.bar, LEFT, pos=middle_of(window, 1))
    assert shown(window) is pages[0]
    assert pages[0].isVisible()
    QTest.mouseClick(window.tabs.home_tab, LEFT)
    assert shown(window) is None
    assert window.tabs.home_tab.isChecked()
    assert window.list_page.isVisible()
    assert not dialogs(window)
    assert window.editors == tuple(pages)


def test_keys_go_round_the_tabs(qtbot: QtBot, window: MainWindow, pages: list[EditorPage]) -> None:
    window.activateWindow()
    seen = []
    for _step in range(4):
        QTest.keyClick(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
        seen.append(window.editor)
    assert seen == [None, *pages]
    QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert shown(window) is None
    QTest.keyClick(window, Qt.Key.Key_Backtab, CTRL_SHIFT)
    assert shown(window) is pages[2]
    QTest.keyClick(window, Qt.Key.Key_Backtab, CTRL_SHIFT)
    assert shown(window) is pages[1]


def test_a_campaign_that_is_open_is_not_opened_twice(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage]
) -> None:
    assert open_another(qtbot, window, "Spring sale") is pages[0]
    window.tabs.show_page(None)
    window.view_selected()
    assert shown(window) is pages[0]
    assert not pages[0].read_only
    assert len(window.editors) == 3


def test_a_page_is_made_part_by_part(window: MainWindow, workspace: Workspace) -> None:
    """Each part has its own step, the page itself one more, and what it shows the last."""
    row = next(row for row in window.rows() if row.name == NAMES[0])
    steps = window.open_campaigns._opening(
        window.workspace, campaign_file.load(row.path), row.path, read_only=False
    )
    made = [[type(found) for found in window.findChildren(EditorPage)] for _ in steps]
    assert len(made) > 6
    assert made == [*([[]] * (len(made) - 1)), [EditorPage]]
    assert window.the_editor.session.path == row.path


@pytest.mark.parametrize("done", [0, 3, 7])
def test_a_page_is_not_made_of_parts_for_another_workspace(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, done: int
) -> None:
    row = window.rows()[0]
    steps = window.open_campaigns._opening(
        window.workspace, campaign_file.load(row.path), row.path, read_only=False
    )
    for _ in range(done):
        next(steps)
    with qtbot.waitSignal(window.ready):
        window.load(Workspace.create(tmp_path / "second", "Second", "UTC", "en").folder)
    for _ in steps:
        pass
    assert not window.findChildren(EditorPage)
    assert not window.editors


def test_what_is_only_looked_at_gives_way_to_editing(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.select(window.rows()[0].path)
    window.view_selected()
    qtbot.waitUntil(lambda: window.editor is not None)
    viewed = window.the_editor
    window.tabs.show_page(None)
    window.open_selected()
    qtbot.waitUntil(lambda: window.editor is not None)
    assert window.editors == (window.editor,)
    assert window.the_editor is not viewed
    assert not window.the_editor.read_only


def test_a_tab_says_whether_it_is_saved_and_what_it_is(window: MainWindow, pages: list[EditorPage]) -> None:
    add(pages[1])
    assert tab_names(window) == ["Spring sale", f"{UNSAVED} Summer sale", "Winter sale"]
    assert window.tabs.bar.accessibleTabName(2) == "Summer sale, not saved"
    tip = window.tabs.bar.tabToolTip(2).splitlines()
    assert tip == ["Summer sale", "Draft", str(pages[1].session.workspace.folder / "campaigns")]
    assert not window.isWindowModified()  # another tab is on show
    window.tabs.show_page(pages[1])
    assert window.isWindowModified()
    window.tabs.show_page(None)
    assert not window.isWindowModified()
    window.tabs.show_page(pages[1])
    pages[1].save()
    assert tab_names(window)[1] == "Summer sale"
    assert not window.isWindowModified()


def test_a_long_name_is_shortened_and_keeps_its_ampersand(qtbot: QtBot, window: MainWindow) -> None:
    assert window.workspace is not None
    name = "Bath & body: the whole family's spring sale in May"
    window.open_campaigns.open_document(loading.new_document(window.workspace, None, name, ""), None)
    (shown,) = tab_names(window)
    assert shown.startswith(f"{UNSAVED} Bath && ")
    assert shown.endswith("May")  # names that differ in their ends stay apart
    assert "…" in shown
    assert window.tabs.bar.tabToolTip(1).splitlines()[0] == name


def test_a_name_that_looks_like_markup_is_shown_as_it_is(window: MainWindow) -> None:
    assert window.workspace is not None
    window.open_campaigns.open_document(loading.new_document(window.workspace, None, "<b>Sale</b>", ""), None)
    assert "&lt;b&gt;Sale" in window.tabs.bar.tabToolTip(1)


@pytest.mark.parametrize("how", ["button", "middle click", "key"])
def test_closing_a_tab_shows_its_neighbour(
    how: str, qtbot: QtBot, window: MainWindow, pages: list[EditorPage]
) -> None:
    window.activateWindow()
    window.tabs.show_page(pages[1])
    if how == "button":
        closer = window.tabs.bar.tabButton(2, QTabBar.ButtonPosition.RightSide)
        assert isinstance(closer, QToolButton)
        QTest.mouseClick(closer, LEFT)
    elif how == "middle click":
        QTest.mouseClick(window.tabs.bar, Qt.MouseButton.MiddleButton, pos=middle_of(window, 2))
    else:
        QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert window.editors == (pages[0], pages[2])
    assert shown(window) is pages[2]
    window.open_campaigns.ask_to_close(pages[2])
    assert shown(window) is pages[0]
    window.open_campaigns.ask_to_close(pages[0])
    assert shown(window) is None


def test_new_campaigns_that_are_not_saved_yet_have_names_of_their_own(window: MainWindow) -> None:
    for _new in range(2):
        window.campaigns.begin(Start(None, "", "", None))
        window.tabs.show_page(None)
    assert tab_names(window) == [f"{UNSAVED} New campaign", f"{UNSAVED} New campaign 2"]


def test_the_lists_tab_cannot_be_closed(window: MainWindow, pages: list[EditorPage]) -> None:
    QTest.mouseClick(window.tabs.home_tab, Qt.MouseButton.MiddleButton)
    window.tabs.show_page(None)
    assert not window.actions_["editor.close"].isEnabled()
    assert len(window.editors) == 3


def test_many_tabs_become_narrow_before_the_bar_scrolls(window: MainWindow) -> None:
    assert window.workspace is not None
    window.resize(1100, 700)
    for number in range(7):
        document = loading.new_document(window.workspace, None, f"{number}, a campaign with a long name", "")
        window.open_campaigns.open_document(document, None)
    bar = window.tabs.bar
    last = bar.tabRect(bar.count() - 1)
    assert bar.tabRect(1).left() >= 0
    assert last.right() <= bar.width()
    assert last.width() >= 10 * window.look.sizes.grid


def test_the_lists_tab_stays_in_sight_beside_very_many(window: MainWindow) -> None:
    assert window.workspace is not None
    window.resize(1100, 700)
    for number in range(12):
        document = loading.new_document(window.workspace, None, f"Campaign {number}", "")
        window.open_campaigns.open_document(document, None)
    tabs = window.tabs
    assert tabs.bar.tabRect(1).left() < 0  # the bar is scrolled
    assert not tabs.home_tab.visibleRegion().isEmpty()
    assert tabs.home_tab.geometry().right() < tabs.bar.geometry().left() + 1
    QTest.mouseClick(tabs.home_tab, LEFT)
    QTest.mouseClick(tabs.home_tab, LEFT)
    assert shown(window) is None
    assert tabs.home_tab.isChecked()
    tabs.step(1)
    assert shown(window) is window.editors[0]
    assert not tabs.home_tab.isChecked()


def test_closing_asks_where_something_would_be_lost(window: MainWindow, pages: list[EditorPage]) -> None:
    add(pages[0])
    QTest.mouseClick(window.tabs.bar, Qt.MouseButton.MiddleButton, pos=middle_of(window, 1))
    assert shown(window) is pages[0]  # what the question is about is on show
    dialog(window).cancel.click()
    assert len(window.editors) == 3
    QTest.mouseClick(window.tabs.bar, Qt.MouseButton.MiddleButton, pos=middle_of(window, 1))
    dialog(window).buttons[0].click()
    assert window.editors == tuple(pages[1:])


def drag(window: MainWindow, start: QPoint, end: QPoint) -> None:
    bar = window.tabs.bar
    QTest.mousePress(bar, LEFT, pos=start)
    for step in range(1, 21):
        QTest.mouseMove(bar, start + (end - start) * step / 20)
    QTest.mouseRelease(bar, LEFT, pos=end)


def test_tabs_are_dragged_into_another_order(window: MainWindow, pages: list[EditorPage]) -> None:
    drag(window, middle_of(window, 3), middle_of(window, 1) - QPoint(20, 0))
    assert window.editors == (pages[2], pages[0], pages[1])
    assert tab_names(window) == ["Winter sale", "Spring sale", "Summer sale"]
    assert shown(window) is pages[2]
    QTest.mouseClick(window.tabs.bar, LEFT, pos=middle_of(window, 3))
    assert shown(window) is pages[1]


def test_no_tab_is_dragged_before_the_list(window: MainWindow, pages: list[EditorPage]) -> None:
    drag(window, middle_of(window, 1), QPoint(2, middle_of(window, 1).y()))
    assert window.tabs.home_tab.text() == "Campaigns"
    assert window.editors == tuple(pages)


def test_leaving_the_window_asks_once_for_all_and_can_save_all(
    window: MainWindow, pages: list[EditorPage]
) -> None:
    add(pages[0])
    add(pages[2])
    window.close()
    question = dialog(window)
    assert "2 campaigns" in question.sentence.text()
    assert "“Spring sale”, “Winter sale”" in question.sentence.text()
    question.buttons[1].click()
    for page, count in zip(pages, (1, 0, 1), strict=True):
        assert page.session.path is not None
        assert len(campaign_file.load(page.session.path).nodes) == count


def test_leaving_the_window_can_be_cancelled(window: MainWindow, pages: list[EditorPage]) -> None:
    add(pages[0])
    add(pages[1])
    window.close()
    dialog(window).cancel.click()
    assert window.isVisible()
    assert window.editors == tuple(pages)


def test_another_workspace_closes_all_and_asks(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage], tmp_path: Path
) -> None:
    other = Workspace.create(tmp_path / "other", "Other", "UTC", "en")
    add(pages[0])
    window.load(other.folder)
    assert len(window.editors) == 3
    with qtbot.waitSignal(window.ready):
        dialog(window).buttons[0].click()
    assert tab_names(window) == []
    assert window.workspace is not None
    assert window.workspace.settings.name == "Other"


def test_the_engine_is_asked_for_the_campaign_on_show_and_tells_all(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage], engine: FakeEngine
) -> None:
    assert window.service is not None
    ids = [page.session.document.attributes.id for page in pages]
    assert window.service.watched.campaign == ids[2]
    window.tabs.show_page(pages[0])
    assert window.service.watched.campaign == ids[0]
    engine.statuses = {ids[1]: "in_progress"}
    engine.held = "The database is a copy."
    settle(qtbot)
    window.service.poll()
    settle(qtbot)
    assert pages[1].status == "in_progress"
    assert all(page.notices.notices for page in (pages[1],))
    window.tabs.show_page(None)
    assert window.service.watched.campaign is None


def test_deleting_a_campaign_closes_its_tab_and_says_what_is_lost(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage]
) -> None:
    add(pages[0])
    window.tabs.show_page(None)
    assert pages[0].session.path is not None
    window.list_page.select(pages[0].session.path)
    question = window.campaigns.delete_selected()
    assert "not saved" in question.sentence.text()
    question.buttons[0].click()
    settle(qtbot)
    assert window.editors == tuple(pages[1:])


def test_attributes_of_an_open_campaign_are_edited_in_its_tab(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage]
) -> None:
    window.tabs.show_page(None)
    assert pages[1].session.path is not None
    window.list_page.select(pages[1].session.path)
    window.actions_["campaign.attributes"].trigger()
    assert shown(window) is pages[1]
    assert dialogs(window)


def test_input_that_was_not_confirmed_is_named_before_it_is_left(
    qtbot: QtBot, window: MainWindow, pages: list[EditorPage]
) -> None:
    for page in pages[:2]:
        add(page)
        page.save()
        assert page.panel.content is not None
        page.panel.content.memo.set_value("Ask Ann")
        page.panel.content.changed.emit()
    add(pages[2])
    window.close()
    question = dialog(window)
    text = question.sentence.text()
    assert "“Winter sale” has changes that are not saved" in text
    assert "“Spring sale”: Target Audience 1\n“Summer sale”: Target Audience 1" in text
    assert [button.text() for button in question.buttons] == [
        "Leave without saving",
        "Save the rest and leave",
    ]
    assert question.cancel.isDefault()
    QTest.mouseClick(question.cancel, LEFT)
    assert window.isVisible()
    assert shown(window) is pages[0]
    assert pages[0].panel.unapplied() == [pages[0].panel.node_id]
    pages[2].save()
    window.close()
    question = dialog(window)
    assert "Winter sale" not in question.sentence.text()
    QTest.mouseClick(question.buttons[0], LEFT)
    qtbot.waitUntil(lambda: not window.isVisible())
