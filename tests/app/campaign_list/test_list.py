"""The campaign list: folders, counts, filters, and the actions on a campaign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHoverEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app import tasks
from app.campaign_list import loading
from app.campaign_list.broken import error_text
from app.campaign_list.rows import Filter, Row
from app.campaign_list.status import ALLOWED, May, Status, status_of
from app.campaign_list.table import COLUMNS
from app.preferences import Preferences
from app.widgets import moments
from app.window import MainWindow
from canvas_widgets.look import Look
from engine.campaign import campaign_file, edits
from engine.shapes.time import instant
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, dialog, dialogs, open_draft, settle


def add(workspace: Workspace, name: str, group: str = "") -> Path:
    return workspace.save_campaign(loading.new_document(workspace, None, name, group))


def names(window: MainWindow) -> list[str]:
    model = window.list_page.table.model_
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def texts_of(window: MainWindow) -> list[str]:
    return [found.text() for found in window.list_page.findChildren(QLabel) if found.isVisible()]


def test_what_may_be_done_by_status() -> None:
    """Section 10 of the component reference; publishing a new version begins with editing."""
    assert ALLOWED[Status.DRAFT] >= {May.EDIT, May.PUBLISH, May.COPY, May.DELETE}
    assert ALLOWED[Status.NOT_STARTED] >= {May.VIEW, May.EDIT, May.STOP, May.COPY, May.DELETE}
    assert May.DELETE not in ALLOWED[Status.IN_PROGRESS]
    assert ALLOWED[Status.IN_PROGRESS] >= {May.VIEW, May.STOP, May.COPY, May.ATTRIBUTES, May.PUBLISH}
    assert ALLOWED[Status.STOPPED] >= {May.VIEW, May.RESTART, May.COPY, May.DELETE, May.PUBLISH}
    assert ALLOWED[Status.FINISHED] == {May.VIEW, May.COPY, May.DELETE}
    assert ALLOWED[Status.SENDING] == {May.VIEW, May.STOP, May.COPY, May.DELETE}
    assert ALLOWED[Status.HALTED] == {May.VIEW, May.RESTART, May.COPY, May.DELETE}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("not_started", Status.NOT_STARTED),
        ("in_progress", Status.IN_PROGRESS),
        ("stopped", Status.STOPPED),
        ("completed", Status.FINISHED),
        ("ended_abnormally", Status.FINISHED),
    ],
)
def test_the_engines_words_are_understood(word: str, status: Status) -> None:
    assert status_of(word) is status


def test_a_finished_campaign_of_which_messages_wait_is_told_apart() -> None:
    assert status_of("completed", "going") is Status.SENDING
    assert status_of("completed", "stopped") is Status.HALTED


def test_filter_joins_its_conditions() -> None:
    row = Row(Path("x"), "c_1", "Spring Sale", group="Retention", sub_campaigns=("mc_2",))
    assert Filter().keeps(row)
    assert Filter(text="spring", group="Retention", sub_campaigns=frozenset({"mc_2", "mc_3"})).keeps(row)
    assert not Filter(text="autumn").keeps(row)
    assert not Filter(group="").keeps(row)
    assert not Filter(sub_campaigns=frozenset({"mc_9"})).keeps(row)
    assert not Filter(status=Status.STOPPED).keeps(row)


def test_folders_statuses_and_search_filter(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    add(workspace, "Autumn sale")
    running = add(workspace, "Running one", "Retention")
    engine.statuses[str(next(e.id for e in workspace.campaigns() if e.path == running))] = "in_progress"
    window = make_window(workspace)
    settle(qtbot)
    page = window.list_page
    qtbot.waitUntil(lambda: "In progress  1" in page.statuses.buttons[Status.IN_PROGRESS].text())
    assert page.statuses.buttons[None].text() == "All  3"
    assert page.statuses.buttons[Status.DRAFT].text() == "Draft  2"

    page.statuses.buttons[Status.IN_PROGRESS].click()
    assert names(window) == ["Running one"]
    page.statuses.buttons[None].click()
    page.sidebar.list.setCurrentRow(1)
    assert page.sidebar.group == "Retention"
    assert sorted(names(window)) == ["Running one", "Spring sale"]
    QTest.keyClicks(page.search, "spring")
    assert names(window) == ["Spring sale"]
    assert page.statuses.buttons[None].text() == "All  1"

    QTest.keyClicks(page.search, " nothing")
    assert names(window) == []
    assert page.nothing_found.isVisible()
    page.clear_filters()
    assert len(names(window)) == 3


def test_an_empty_workspace_says_what_to_do(make_window: MakeWindow, tmp_path: Path) -> None:
    window = make_window(Workspace.create(tmp_path / "empty", "Empty", "UTC", "en"))
    assert window.list_page.nothing.isVisible()
    assert "No campaigns yet" in texts_of(window)


def test_while_a_workspace_is_read_the_list_says_so(
    qtbot: QtBot, look: Look, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr(tasks, "run", lambda work, then, _fail: waiting.append(lambda: then(work())))
    window = MainWindow(look, Preferences(language="en"))
    qtbot.addWidget(window)
    window.show()
    assert "Reading the workspace…" not in texts_of(window)  # it is not known yet what there is to read
    window.load(workspace.folder)
    assert "Reading the workspace…" in texts_of(window)
    window.list_page.show_campaigns(workspace, [], [], [])
    assert "Reading the workspace…" not in texts_of(window)
    assert "No campaigns yet" in texts_of(window)
    window._may_close = True


def test_a_file_that_was_mended_meanwhile_opens(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    path = next(path for path in (workspace.folder / "campaigns").iterdir())
    good = path.read_bytes()
    path.write_bytes(b"{")
    window = make_window(workspace)
    window.list_page.select(path)
    row = window.list_page.selected()
    path.write_bytes(good)
    window.list_page.table.row_opened.emit(row)
    qtbot.waitUntil(lambda: window.editor is not None)


def test_broken_files_are_listed_with_file_line_and_what_to_do(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    bad = workspace.folder / "campaigns" / "bad.campaign.json"
    bad.write_text('{\n  "format": "campaign",\n  "version": 1,\n  "id": 7\n}\n')
    (workspace.folder / "audiences" / "worse.audience.json").write_text("{")
    window = make_window(workspace)
    page = window.list_page
    assert "bad.campaign.json" in names(window)
    lines = [page.broken.list.item(row).text() for row in range(page.broken.list.count())]
    assert any(line.startswith("campaigns/bad.campaign.json, line 4, id: ") for line in lines)
    assert any("worse.audience.json" in line for line in lines)
    page.select(bad)
    assert window.allowed() == {May.DELETE}
    page.table.row_opened.emit(page.selected())
    assert window.editor is None
    qtbot.waitUntil(lambda: window.toast.message.startswith("campaigns/bad.campaign.json, line 4, id: "))


def test_error_text_without_a_line(workspace: Workspace) -> None:
    (workspace.folder / "messages" / "empty.message.json").write_text("")
    workspace.reload()
    (error,) = workspace.messages.broken
    assert error_text(error).startswith("messages/empty.message.json")


def test_copy_makes_a_draft_with_a_name_of_its_own(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.select(window.rows()[0].path)
    window.actions_["campaign.copy"].trigger()
    qtbot.waitUntil(lambda: len(names(window)) == 2)
    assert sorted(names(window)) == ["Copy of Spring sale", "Spring sale"]
    chosen = window.list_page.selected()
    assert chosen is not None
    assert chosen.name == "Copy of Spring sale"
    assert len({row.id for row in window.rows()}) == 2


def test_delete_asks_first(qtbot: QtBot, window: MainWindow) -> None:
    row = window.rows()[0]
    window.list_page.select(row.path)
    window.actions_["campaign.delete"].trigger()
    QTest.mouseClick(dialog(window).cancel, Qt.MouseButton.LeftButton)
    assert row.path.exists()
    window.actions_["campaign.delete"].trigger()
    assert "Spring sale" in dialog(window).windowTitle()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not names(window))
    assert not row.path.exists()


def test_enter_does_not_delete(qtbot: QtBot, window: MainWindow) -> None:
    row = window.rows()[0]
    window.list_page.select(row.path)
    window.actions_["campaign.delete"].trigger()
    QTest.keyClick(dialog(window), Qt.Key.Key_Return)
    assert not dialogs(window)
    assert row.path.exists()


def test_deleting_a_published_campaign_tells_the_engine(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    id = str(workspace.campaigns()[0].id)
    engine.statuses[id] = "completed"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: window.rows()[0].status is Status.FINISHED)
    window.list_page.select(window.rows()[0].path)
    window.actions_["campaign.delete"].trigger()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not names(window))
    assert ("delete", id) in engine.calls


def test_between_cycles_the_list_says_when_the_next_one_comes(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    engine.statuses[str(workspace.campaigns()[0].id)] = "in_progress"
    engine.next_run = "2026-03-05T01:00:00.000Z"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: window.rows()[0].status is Status.IN_PROGRESS)
    model = window.list_page.table.model_
    shown = {column.id: model.index(0, number).data() for number, column in enumerate(COLUMNS)}
    local = instant(engine.next_run).astimezone(model.zone)
    assert (shown["status"], shown["next_run"]) == ("In progress", local.strftime("%Y-%m-%d %H:%M"))
    number = [column.id for column in COLUMNS].index("next_run")
    tip = model.index(0, number).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == moments.hint(local, model.zone)
    sidebar = window.list_page.sidebar
    assert sidebar.zone.isVisibleTo(sidebar) is moments.elsewhere(model.zone)


def test_columns_can_be_hidden(window: MainWindow) -> None:
    window.resize(1700, 800)  # a column without room is offered otherwise
    menu = window.list_page.table.columns_menu(window)
    folder = next(action for action in menu.actions() if action.text() == "Folder")
    folder.trigger()
    number = [column.id for column in COLUMNS].index("folder")
    assert window.list_page.table.isColumnHidden(number)
    assert window.preferences.hidden_columns == ["folder", "end"]


def test_names_take_what_the_other_columns_leave(window: MainWindow) -> None:
    table = window.list_page.table
    header, name = table.horizontalHeader(), [column.id for column in COLUMNS].index("name")
    window.resize(1600, 700)
    assert header.length() == table.viewport().width()
    table.hide_columns(["folder"])
    assert header.length() == table.viewport().width()
    window.resize(1024, 700)
    assert window.width() == 1024
    assert table.columnWidth(name) >= 190


@pytest.mark.parametrize("width", [1000, 1024, 1200, 1440])
def test_what_opens_a_rows_menu_is_in_sight_at_any_width(window: MainWindow, width: int) -> None:
    """Columns give way to it, and come back; what was hidden by hand stays hidden."""
    table, ids = window.list_page.table, [column.id for column in COLUMNS]
    window.resize(1900, 700)
    table.hide_columns(["end"])
    assert not table.columns.crowded
    window.resize(width, 700)
    assert window.width() == width
    mark = ids.index("menu")
    assert table.columnViewportPosition(mark) + table.columnWidth(mark) <= table.viewport().width()
    shown = [id for number, id in enumerate(ids) if not table.isColumnHidden(number)]
    assert {"name", "status", "menu"} <= set(shown)
    words = [action.text() for action in table.columns_menu(window).actions()]
    assert ("Folder (no room now)" in words) is ("folder" in table.columns.crowded)
    window.resize(1900, 700)
    assert [id for number, id in enumerate(ids) if table.isColumnHidden(number)] == ["end"]


def test_the_whole_row_lights_up_under_a_pointer_that_was_there_before(window: MainWindow) -> None:
    """All of the row that has no words and is not under the pointer is of the colour under it."""
    table = window.list_page.table
    table.clearSelection()
    place = table.visualRect(table.model_.index(0, 0)).center()
    viewport, kind = table.viewport(), QEvent.Type.HoverEnter
    QApplication.sendEvent(
        viewport, QHoverEvent(kind, QPointF(place), viewport.mapToGlobal(QPointF(place)), QPointF())
    )
    picture = viewport.grab().toImage()
    ratio = picture.devicePixelRatio()
    top = int((table.rowViewportPosition(0) + 3) * ratio)
    colours = {picture.pixel(int(x * ratio), top) for x in range(4, viewport.width() - 4, 16)}
    assert colours == {window.look.colours.hover.rgb()}


def test_times_are_shown_in_the_workspaces_zone(make_window: MakeWindow, workspace: Workspace) -> None:
    document = workspace.load_campaign(str(workspace.campaigns()[0].id))
    attributes = document.attributes.model_copy(update={"start": "2026-12-01T01:00:00+00:00"})
    from engine.campaign.edits import set_attributes

    document.apply(set_attributes(document, attributes).ops)
    workspace.save_campaign(document)
    window = make_window(workspace)
    column = [column.id for column in COLUMNS].index("start")
    index = window.list_page.table.model_.index(0, column)
    assert index.data() == "2026-12-01 09:00"
    assert "Asia/Shanghai" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_view_shows_everything_and_changes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.select(window.rows()[0].path)
    window.actions_["campaign.view"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None)
    page = window.the_editor
    assert page.read_only
    assert not window.actions_["editor.save"].isEnabled()
    assert not page.palette_.isVisible()
    window.actions_["editor.back"].trigger()
    assert window.editor is None


def test_attributes_refuse_a_taken_name(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace) -> None:
    add(workspace, "Autumn sale")
    window = make_window(workspace)
    path = next(row.path for row in window.rows() if row.name == "Autumn sale")
    window.list_page.select(path)
    window.actions_["campaign.attributes"].trigger()
    settle(qtbot)
    form = dialog(window)
    form.name.setText("Spring sale")
    form.ok.click()
    assert "Another campaign" in form.name_error.text()
    form.name.setText("Summer sale")
    form.group.setCurrentText("Welcome")
    form.end.check.setChecked(True)
    form.ok.click()
    qtbot.waitUntil(lambda: "Summer sale" in names(window))
    row = next(row for row in window.rows() if row.name == "Summer sale")
    assert row.group == "Welcome"
    assert row.end is not None


def test_attributes_overwrite_nothing_that_others_changed_meanwhile(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    path = workspace.campaigns()[0].path
    window.list_page.select(path)
    window.actions_["campaign.attributes"].trigger()
    settle(qtbot)
    form = dialog(window)
    theirs = campaign_file.load(path)
    (link,) = theirs.links
    theirs.apply(edits.append(theirs, link, "target_audience").ops)
    campaign_file.save(theirs, path)
    form.name.setText("Summer sale")
    form.ok.click()
    qtbot.waitUntil(lambda: form not in dialogs(window) and bool(dialogs(window)))
    assert campaign_file.load(path).attributes.name == "Spring sale"
    dialog(window).buttons[0].click()
    qtbot.waitUntil(lambda: "Summer sale" in names(window))
    saved = campaign_file.load(path)
    assert saved.attributes.name == "Summer sale"
    assert [node.kind for node in saved.nodes.values()] == ["target_audience"]


def test_a_campaign_that_is_copied_twice_at_once_has_two_copies(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.select(window.rows()[0].path)
    window.actions_["campaign.copy"].trigger()
    window.actions_["campaign.copy"].trigger()
    qtbot.waitUntil(lambda: len(names(window)) == 3)
    assert len({row.id for row in window.rows()}) == 3


def test_open_and_back_keeps_the_selection(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    window.actions_["editor.back"].trigger()
    settle(qtbot)
    chosen = window.list_page.selected()
    assert chosen is not None
    assert chosen.name == "Spring sale"


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_the_tree_that_campaigns_are_filtered_by_is_a_click_away(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    window = make_window(workspace)
    found = window.list_page.sub_campaigns
    found.setFocus()
    QTest.keyClick(found, Qt.Key.Key_Down)
    chosen, entries = found.currentText(), found.count()
    found.showPopup()
    view = found.view()
    last = view.model().index(view.model().rowCount() - 1, 0)
    view.setCurrentIndex(last)
    QTest.keyClick(view, Qt.Key.Key_Return)
    settle(qtbot)
    assert window.navigation.current == "settings"
    assert (found.currentText(), found.count()) == (chosen, entries), "it is no filter"
