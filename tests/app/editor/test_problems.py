"""The problems panel: going through it, curing from it, and that it keeps its place meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.editor.problem_list import CURE_ROLE, ROW, ProblemList
from app.window import MainWindow
from canvas_widgets.look import Look
from engine.campaign.edits import Edit
from engine.campaign.problem import Problem, Severity
from engine.i18n import Message
from tests.app.conftest import complete, open_draft

OPEN_ENDS = 3


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """An audience, groups, and a touch behind the first: open ends, and nothing configured."""
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "text_sms"))
    (groups,) = (id for id, node in page.session.document.nodes.items() if node.kind == "random_grouping")
    page.show_node(groups)
    page.commands.add_kind("random_grouping")
    page.session.check()
    page.findings.open()
    return page


def rows_of(page: EditorPage, code: str) -> list[int]:
    return [row for row, problem in enumerate(page.problems.list.problems.problems) if problem.code == code]


def cures(page: EditorPage) -> list[str]:
    lines = page.problems.list.problems
    return [str(lines.index(row).data(CURE_ROLE)) for row in range(lines.rowCount())]


def press(page: EditorPage, keys: str) -> None:
    """Press the keys of an action, wherever the focus is."""
    action = next(found for found in page.window().actions() if found.shortcut().toString() == keys)
    assert action.isEnabled()
    QTest.keySequence(page.window(), keys)


def test_every_line_with_an_obvious_cure_has_a_button(page: EditorPage) -> None:
    assert [cures(page)[row] for row in rows_of(page, "open_end")] == ["Add End"] * OPEN_ENDS
    row = rows_of(page, "open_end")[1]
    problem = page.problems.list.problems.problems[row]
    index = page.problems.list.problems.index(row)
    button = page.problems.list.button_rect(index)
    assert button.height() >= 24
    page.problems.list.scrollTo(index)
    place = page.problems.list.button_rect(index).center()
    QTest.mouseClick(page.problems.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    page.session.check()
    assert len(rows_of(page, "open_end")) == OPEN_ENDS - 1
    assert problem.link is not None
    target = page.session.document.links[problem.link].target
    assert target is not None
    assert page.session.document.node(target).kind == "end"


def test_all_of_a_kind_are_one_step(page: EditorPage) -> None:
    page.problems.list.set_current(rows_of(page, "open_end")[0])
    assert page.problems.fix_all.isVisible()
    assert page.problems.fix_all.text() == f"Fix all {OPEN_ENDS}: Add End"
    steps = page.session.undo_stack.count()
    press(page, "Ctrl+Alt+.")
    page.session.check()
    assert not rows_of(page, "open_end")
    assert page.session.undo_stack.count() == steps + 1
    page.commands.undo()
    page.session.check()
    assert len(rows_of(page, "open_end")) == OPEN_ENDS


def test_the_keyboard_goes_through_the_problems(page: EditorPage) -> None:
    lines = page.problems.list
    lines.set_current(0)
    press(page, "F8")
    assert lines.currentIndex().row() == 1
    current = lines.current()
    assert current is not None
    assert page.scene.selected_node == current.node
    press(page, "Shift+F8")
    press(page, "Shift+F8")
    assert lines.currentIndex().row() == lines.problems.rowCount() - 1
    page.problems.close_drawer()
    press(page, "F8")
    assert page.problems.isVisible()
    assert lines.currentIndex().row() == 0


def test_enter_jumps_and_the_cure_has_a_key(page: EditorPage) -> None:
    row = rows_of(page, "open_end")[0]
    page.problems.list.set_current(row)
    current = page.problems.list.current()
    assert current is not None
    page.problems.list.setFocus()
    QTest.keyClick(page.problems.list, Qt.Key.Key_Return)
    assert page.scene.selected_node == current.node
    press(page, "Ctrl+.")
    page.session.check()
    assert len(rows_of(page, "open_end")) == OPEN_ENDS - 1


def test_what_a_person_has_to_decide_is_said(page: EditorPage, window: MainWindow) -> None:
    row = next(row for row, cure in enumerate(cures(page)) if not cure)
    page.problems.list.set_current(row)
    press(page, "Ctrl+.")
    assert "decide" in window.toast.message


def test_the_current_line_stays_while_others_come_and_go(page: EditorPage) -> None:
    row = rows_of(page, "open_end")[-1]
    page.problems.list.set_current(row)
    before = page.problems.list.current()
    assert page.problems.ask_fix()
    page.commands.undo()
    page.session.check()
    assert page.problems.list.current() == before
    first = rows_of(page, "open_end")[0]
    page.problems.list.set_current(first)
    gone = page.problems.list.current()
    page.problems.ask_fix()
    page.session.check()
    assert page.problems.list.current() != gone
    assert page.problems.list.currentIndex().row() == min(first, page.problems.list.problems.rowCount() - 1)


def test_lines_can_be_filtered(page: EditorPage) -> None:
    everything, errors, warnings = page.problems.filters
    count = len(page.session.problems)
    assert everything.text() == f"All {count}"
    assert warnings.text() == "Warnings 0"
    warnings.click()
    assert page.problems.list.problems.rowCount() == 0
    assert page.problems.list.current() is None
    errors.click()
    severities = {problem.severity for problem in page.problems.list.problems.problems}
    assert severities == {Severity.ERROR}
    assert QApplication.focusWidget() is not None


def test_the_drawer_makes_no_window_wider(page: EditorPage, window: MainWindow) -> None:
    """Not even where all else is open that takes room beside it."""
    page.side_bar.show_tab("outline")
    assert page.panel.isVisible()
    assert page.problems.fix_all.isVisible()
    window.resize(1024, 700)
    assert window.width() == 1024


def test_the_drawer_stays_open_when_everything_is_right(page: EditorPage) -> None:
    for _ in range(page.session.undo_stack.count()):
        page.commands.undo()
    complete(page.session.document)
    page.session.check()
    assert page.session.problems == []
    assert page.problems.isVisible()
    assert not page.problems.list.isVisible()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.problems.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert not page.problems.isVisible()


def test_a_view_offers_no_cure(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.table.selectRow(0)
    window.view_selected()
    qtbot.waitUntil(lambda: window.editor is not None)
    page = window.the_editor
    page.findings.open()
    assert set(cures(page)) == {""}
    assert not window.actions_["editor.fix"].isEnabled()


def test_cards_and_their_rows_say_what_is_wrong(page: EditorPage) -> None:
    (sms,) = (id for id, node in page.session.document.nodes.items() if node.kind == "text_sms")
    said = page.scene.cards[sms].full_text().splitlines()
    assert said[0] == "Text SMS 1"
    assert "• Text SMS 1 leads nowhere. Add a component or an End." in said
    assert any("template" in line and not line.startswith("• Text SMS 1:") for line in said)


def test_what_stands_in_a_panel_is_not_confirmed_rather_than_missing(page: EditorPage) -> None:
    (trigger,) = (id for id, node in page.session.document.nodes.items() if node.kind == "target_audience")
    (audience, *_rest) = page.session.workspace.audiences
    page.show_node(trigger)
    assert page.panel.content is not None
    page.panel.content.form.editor("audiences").set_value([audience])
    page.session.check()
    (problem,) = (found for found in page.session.problems if found.node == trigger)
    assert problem.code == "unconfirmed"
    assert problem.severity is Severity.ERROR
    page.scene.select([])  # also while its panel is not on show
    page.session.check()
    assert problem in page.session.problems
    cure = page.problems.fixing.of(problem)
    assert cure is not None
    page.push(cure)
    page.session.check()
    assert trigger not in {found.node for found in page.session.problems}
    assert page.panel.unapplied() == []
    assert page.session.document.node(trigger).confirmed


def test_all_of_a_kind_can_be_fixed_from_a_line_that_has_no_cure(page: EditorPage) -> None:
    drawer = page.problems
    (row, *_rest) = [row for row, cure in enumerate(cures(page)) if not cure]
    drawer.list.set_current(row)
    assert drawer.fix_all.isVisible()
    assert drawer.ask_fix_all()
    page.session.check()
    assert rows_of(page, "open_end") == []
    assert not drawer.fix_all.isVisible()


def test_painting_waits_for_no_cure(look: Look, qtbot: QtBot) -> None:
    """Of a large flow each takes a while: they come one by one, and stay while lines are replaced."""
    problems = [
        Problem("open_end", Severity.ERROR, Message("It leads nowhere."), link=str(n)) for n in range(99)
    ]
    sought: list[Problem] = []

    def cure_of(problem: Problem) -> Edit:
        sought.append(problem)
        return Edit((), Message("Add End"))

    lines = ProblemList(look, cure_of)
    qtbot.addWidget(lines)
    lines.resize(400, 4 * ROW)
    lines.show_problems(problems)
    lines.grab()
    assert not sought
    qtbot.waitUntil(lambda: lines.problems.known(3) == "Add End")
    assert sought[:4] == problems[:4]
    assert len(sought) < 9
    lines.show_problems(problems[1:])
    assert lines.problems.known(0) == "Add End"
    assert not lines.problems.is_known(0)
