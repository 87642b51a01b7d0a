"""Two rehearsals compared: what is asked, what lies on the canvas, totals, and people on other paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.comparison_dialog import ComparisonDialog
from app.rehearsing.comparison_window import ComparisonWindow
from app.window import MainWindow
from engine.campaign import edits
from engine.campaign.differences import Change
from engine.commands.rehearsal_lines import Differing, Passage, Reply, Someone
from tests.app.conftest import dialogs, open_draft, settle
from tests.app.rehearsing.telling import PEOPLE, ToldProcess
from tests.app.rehearsing.test_rehearsing import node_of

OTHER = "p1"


class ComparedProcess(ToldProcess):
    """Of 100 people, one goes another way in the second rehearsal."""

    grouping = ""
    ports: tuple[str, ...] = ()

    def ask(self, answered: Callable[[Reply], None], **question: Any) -> None:
        self.asked.append(question)
        if question["asks"] == "differing":
            found = Differing(
                compared=PEOPLE, other_way=1, only_here=0, only_there=0,
                people=[Someone(id=OTHER, name="Anna")],
            )  # fmt: skip
            answered(Reply(number=1, differing=found))
        elif question["asks"] == "passages":
            second = self._order is not self.orders[0]
            answered(Reply(number=1, passages={OTHER: self._way(second=second)}))
        else:
            answered(Reply(number=1))

    def _way(self, *, second: bool) -> list[Passage]:
        return [Passage(entry=1, node=self.grouping, outcome=self.ports[second])]


@pytest.fixture(autouse=True)
def told_processes() -> Iterator[None]:
    ToldProcess.orders.clear()
    yield
    ToldProcess.refusal = ""


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """With a rehearsal of everybody, at random this way or that, on the canvas."""
    found = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "end"))
    found.push(edits.end_open_links(found.session.document))
    document = found.session.document
    ComparedProcess.grouping = node_of(document, "random_grouping")
    links = document.out_links(ComparedProcess.grouping)
    ComparedProcess.ports = tuple(document.links[id].port for id in links)
    found.rehearsing.make_process = cast("Any", ComparedProcess)
    settle(qtbot)
    found.rehearsing.begin(RehearsalChoice())
    qtbot.waitUntil(lambda: found.rehearsing.rehearsed is not None)
    return found


def compare(qtbot: QtBot, page: EditorPage, window: MainWindow, **react: str) -> ComparisonWindow:
    """Ask for a comparison with the draft as it is now, and wait for it."""
    window.actions_["rehearsal.compare"].trigger()
    (dialog,) = [one for one in dialogs(window) if isinstance(one, ComparisonDialog)]
    dialog.reactions.react.set_value(react.get("react", "nobody"))
    dialog.rehearse.click()
    qtbot.waitUntil(lambda: bool(page.rehearsing.comparing.windows))
    (found,) = page.rehearsing.comparing.windows
    qtbot.waitUntil(lambda: found.compared is not None and found.scene is not None and found.scene.is_loaded)
    settle(qtbot)
    return found


def test_the_second_one_has_the_same_people_and_time(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    found = compare(qtbot, page, window, react="everybody")
    first, second = ToldProcess.orders
    assert (second.since, second.until, second.people) == (first.since, first.until, first.people)
    assert (first.react, second.react) == ("nobody", "everybody")
    assert "All react" in found._sides[1].text()


def test_differences_stand_on_the_canvas_by_shape_and_text(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    document = page.session.document
    (entrance,) = document.out_links(node_of(document, "target_audience"))
    page.push(edits.insert(document, entrance, "wait_until"))
    new = node_of(document, "wait_until")
    found = compare(qtbot, page, window)
    assert found.compared is not None
    assert found.scene is not None
    assert found.compared.overlay.nodes[new] is Change.ADDED
    assert found.scene.cards[new]._count.people == "only in B: 100"
    trigger = found.scene.cards[node_of(document, "target_audience")]
    assert trigger._count.people == "= 100"
    gone = next(id for id, change in found.compared.overlay.links.items() if change is Change.REMOVED)
    assert found.scene.links[gone].full_text() == "only in A: 100"
    assert found.view is not None
    assert not found.view.grab().isNull()
    assert [table.title for table in found.figures.tables] == ["Whole campaign", "Messages", "Cost"]
    rows = {row[0]: row[1:] for row in found.figures.tables[1].rows}
    assert rows["Skipped: contacted too often"] == ("10", "10", "=")
    found.scene.select([new])
    assert found.figures.tables[0].rows[0] == ("Arrived", "0", "100", "▲ +100")


def test_people_on_other_paths_are_listed_with_both(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    found = compare(qtbot, page, window)
    panel = found.people
    assert "1 of 100" in panel.summary.text()
    panel.people.setCurrentRow(0)
    assert [panel.both[0].item(0).text(), panel.both[1].item(0).text()] != ["", ""]
    assert panel.both[0].item(0).text() != panel.both[1].item(0).text()
    assert found.scene is not None
    lit = found.scene.stage.targets
    assert lit is not None
    document = page.session.document
    first, second, *_ = document.out_links(ComparedProcess.grouping)
    assert {first, second} <= lit
    panel.sides.buttons()["a"].click()
    assert found.scene.stage.targets is not None
    assert second not in found.scene.stage.targets


def test_the_first_process_stays_as_long_as_it_is_compared(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    found = compare(qtbot, page, window)
    first = cast("ToldProcess", found._first.process)
    page.rehearsing.close()
    assert [first.stopped] == [False]
    found.close()
    assert [first.stopped] == [True]
    assert not page.rehearsing.comparing.windows


def test_a_refusal_is_said_in_the_window(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    ToldProcess.refusal = "No such file."
    window.actions_["rehearsal.compare"].trigger()
    (dialog,) = [one for one in dialogs(window) if isinstance(one, ComparisonDialog)]
    dialog.rehearse.click()
    qtbot.waitUntil(lambda: bool(page.rehearsing.comparing.windows))
    (found,) = page.rehearsing.comparing.windows
    qtbot.waitUntil(lambda: found.trouble.text() == "No such file.")
    assert found.progress.isHidden()


def test_other_data_is_told(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    assert compare(qtbot, page, window).note.isHidden()
    page.rehearsing.comparing.end()
    assert page.rehearsing.rehearsed is not None
    page.rehearsing.rehearsed.outcome = page.rehearsing.rehearsed.outcome.model_copy(update={"data": "older"})
    assert "data has changed" in compare(qtbot, page, window).note.text()
