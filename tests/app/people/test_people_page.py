"""The place of people: the list, one person, erasing, and the imports with their undo."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import language
from app.people.erasing import EraseDialog
from app.people.imports import ImportsDialog
from app.people.page import PeoplePage
from app.widgets.ask import Question
from app.window import MainWindow
from engine.server.wire.imports import KnownImport
from engine.server.wire.people import (
    FoundPerson,
    People,
    Person,
    PersonAddress,
    PersonAttribute,
    PersonEvent,
    PersonEvents,
    PersonId,
    PersonMessage,
    PersonMessages,
    PersonVisit,
)
from tests.app.auditing import clipped, findings
from tests.app.conftest import MOMENT, FakeEngine, dialog, dialogs, settle


class Known(FakeEngine):
    """Three people, of whom one is known well; lists in pages of two."""

    def __init__(self) -> None:
        super().__init__()
        self.known = ["p1", "p2", "p3"]
        self.erased: list[tuple[str, bool]] = []
        self.undone: list[int] = []

    def people(self, search: str = "", after: int = 0) -> People:
        found = [id for id in self.known if id.startswith(search)]
        shown = found if search else found[after : after + 2]
        following = after + 2 if not search and after + 2 < len(found) else None
        listed = [
            FoundPerson(
                person_id=id,
                ids=[PersonId(type="mobile", value="+8613800000001"), PersonId(type="card", value="7")],
                values={"name": "Ann"},
            )
            for id in shown
        ]
        return People(people=listed, total=None if search or after else len(found), after=following)

    def person(self, id: str) -> Person:
        return Person(
            person_id=id,
            merged=["old"],
            source="people.csv",
            ids=[PersonAddress(type="mobile", value="+8613800000001", suppressed=True)],
            attributes=[PersonAttribute(name="name", type="text", value="Ann")],
            tags={"level": ["gold", "new"]},
            events=60,
            entries=1,
            messages=1,
        )

    def person_visits(self, id: str) -> list[PersonVisit]:
        told: dict[str, Any] = {
            "campaign": "c",
            "name": "Spring",
            "entry": 1,
            "person_id": id,
            "node": "n",
            "title": "Wait",
        }
        return [
            PersonVisit(**told, kind="wait_until", arrived=MOMENT, left=MOMENT, outcome="out"),
            PersonVisit(**told, kind="tag_judgment", arrived=MOMENT, left=None, outcome="waiting"),
        ]

    def person_messages(self, _id: str, skip: int = 0) -> PersonMessages:
        told = {"campaign": "c", "name": "Spring", "title": "Hello", "channel": "text_sms", "address": ""}
        failed = PersonMessage(**told, planned_at=MOMENT, sent_at=None, state="failed", reason="no_id")
        return PersonMessages(messages=[] if skip else [failed])

    def person_events(self, _id: str, before: tuple[int, str] | None = None) -> PersonEvents:
        numbers = range(60, 10, -1) if before is None else range(10, 0, -1)
        events = [
            PersonEvent(
                event_id=f"e{n}", event="order", time=MOMENT, received_at=MOMENT, attributes={"amount": n}
            )
            for n in numbers
        ]
        assert before in (None, (1_795_420_800_000, "e11"))
        return PersonEvents(events=events, more=before is None)

    def erase_person(self, id: str, *, suppress: bool) -> dict[str, int]:
        self.known.remove(id)
        self.erased.append((id, suppress))
        return {"ids": 1, "events": 60}

    def imports(self) -> list[KnownImport]:
        state = "undone" if self.undone else "complete"
        told = {"source": "people.csv", "started_at": MOMENT, "finished_at": MOMENT}
        counts = {"people": 3, "rejected": 2}
        return [KnownImport(id=4, state=state, **told, counts=counts, undoable=not self.undone, rejects=True)]

    def undo_import(self, id: int) -> dict[str, int]:
        self.undone.append(id)
        return {"people": 2, "people_kept": 1}


@pytest.fixture
def engine() -> Known:
    return Known()


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> PeoplePage:
    assert window.workspace is not None
    window.workspace.engine_folder.mkdir(exist_ok=True)
    window.workspace.database_file.touch()
    window.navigation.go("people")
    settle(qtbot)
    found = window.navigation.page("people")
    assert isinstance(found, PeoplePage)
    return found


def listed(page: PeoplePage) -> list[str]:
    return [page.table.text(row, 0) for row in range(page.table.rows())]


def test_people_in_pages_and_by_search(qtbot: QtBot, page: PeoplePage) -> None:
    assert listed(page) == ["p1", "p2"]
    assert [page.table.text(0, column) for column in (1, 2, 3)] == ["Ann", "+8613800000001", "card: 7"]
    assert page.summary.text() == "3 people"
    page.table.more.click()
    settle(qtbot)
    assert listed(page) == ["p1", "p2", "p3"]
    QTest.keyClicks(page.search, "p3")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(qtbot)
    assert listed(page) == ["p3"]
    QTest.keyClicks(page.search, "9")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(qtbot)
    assert page.stack.currentWidget() is page.none_found


def test_one_person_by_the_keyboard_and_back(qtbot: QtBot, page: PeoplePage) -> None:
    page.table.table.setFocus()
    page.table.table.selectRow(0)
    page.table.table.setCurrentCell(0, 0)
    QTest.keyClick(page.table.table, Qt.Key.Key_Return)
    settle(qtbot)
    person = page.person
    assert page.stack.currentWidget() is person
    assert person.name.text() == "p1 · Ann"
    assert person.source.text() == "imported from people.csv · also known as old"
    assert [person.visits.text(row, 4) for row in (0, 1)] == ["went on", "is there now"]
    assert person.messages.text(0, 4) == "Failed: no ID to send to"
    assert (person.events.rows(), person.events.text(0, 2)) == (50, "amount 60")
    person.events.more.click()
    settle(qtbot)
    assert (person.events.rows(), person.events.more.isVisibleTo(person)) == (60, False)
    QTest.keyClick(person, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is not person


def test_erasing_asks_first_and_counts(
    qtbot: QtBot, page: PeoplePage, window: MainWindow, engine: Known
) -> None:
    page.show_object("p1")
    settle(qtbot)
    page.person.erase.click()
    asked = dialog(window)
    assert isinstance(asked, EraseDialog)
    asked.cancel.click()
    assert engine.erased == []
    page.person.erase.click()
    asked = dialog(window)
    asked.suppress.click()
    asked.go.click()
    settle(qtbot)
    settle(qtbot)
    assert engine.erased == [("p1", True)]
    assert listed(page) == ["p2", "p3"]


def test_the_last_imports_and_undoing_one(
    qtbot: QtBot, page: PeoplePage, window: MainWindow, engine: Known
) -> None:
    page.imports.click()
    found = dialog(window)
    assert isinstance(found, ImportsDialog)
    settle(qtbot)
    assert [found.table.text(0, column) for column in (0, 2, 3)] == [
        "people.csv",
        "Imported",
        "new people: 3 · rows not taken: 2",
    ]
    found.undo.click()
    (question,) = [one for one in found.findChildren(Question) if one.isVisible()]
    question.buttons[0].click()
    settle(qtbot)
    settle(qtbot)
    assert engine.undone == [4]
    assert not found.undo.isEnabled()
    assert "people who are or were in a campaign: 1" in found.text.text()


def test_without_data_the_place_says_what_it_is_for(qtbot: QtBot, window: MainWindow) -> None:
    window.navigation.go("people")
    settle(qtbot)
    page: Any = window.navigation.page("people")
    assert page.stack.currentWidget() is page.nothing
    page.nothing.asked.emit()
    assert dialog(window).isVisible()


def test_an_engine_that_does_not_answer_can_be_asked_again(
    qtbot: QtBot, page: PeoplePage, engine: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_search: str, _after: int) -> People:
        raise RuntimeError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "people", silent)
        page.refresh()
        settle(qtbot)
        assert page.stack.currentWidget() is page.trouble
    page.trouble.asked.emit()
    settle(qtbot)
    assert listed(page) == ["p1", "p2"]


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_control_has_a_name_a_role_and_room(
    qtbot: QtBot, page: PeoplePage, window: MainWindow, code: str
) -> None:
    window.preferences.language = code
    language.use_language(code)
    settle(qtbot)
    assert (findings(page), clipped(page)) == ([], [])
    page.show_object("p1")
    settle(qtbot)
    assert (findings(page), clipped(page)) == ([], [])
    page.person.erase.click()
    found = dialog(window)
    assert (findings(found), clipped(found)) == ([], [])
    found.reject()
    page.imports.click()
    settle(qtbot)
    found = next(one for one in dialogs(window) if isinstance(one, ImportsDialog))
    assert (findings(found), clipped(found)) == ([], [])
