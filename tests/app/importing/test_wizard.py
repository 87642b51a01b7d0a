"""The import wizard: a file is read as a whole, its columns are guessed and corrected, then imported."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import language
from app.importing.draft import Draft
from app.importing.wizard import ImportWizard
from app.window import MainWindow
from engine.server.wire.imports import ImportAnswer, ImportReject, ImportState, LearnedFields
from engine.store.imports.survey import survey
from engine.workspace.catalog import Catalog
from engine.workspace.mapping import MAPPING, MappingFile
from engine.workspace.workspace import Workspace
from tests.app.auditing import clipped, findings
from tests.app.conftest import FakeEngine, MakeWindow, dialog, settle

PEOPLE = "客户编号,手机,城市,积分\n1,13800000001,杭州,5\n2,13900000002,上海,n/a\n"
ANSWER = ImportAnswer(
    counts={"people": 2},
    rejected=1,
    rejects=[ImportReject(file="people.csv", line=3, text="“n/a” is no number.")],
)
LEARNED = LearnedFields(
    attributes={"积分": "number"}, tags={"城市": "text"}, values={"城市": ["上海", "杭州"]}
)


class Importing(FakeEngine):
    """An engine that imports at once, or is asked to stop before."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping: MappingFile | None = None
        self.state = ImportState(state="done", id=7, file="people.csv", answer=ANSWER, learned=LEARNED)
        self.undone: list[int] = []

    def import_table(self, _file: Path, mapping: MappingFile) -> ImportState:
        self.mapping = mapping
        return self.state

    def begin_folder(self, _folder: Path) -> ImportState:
        return self.state

    def import_state(self) -> ImportState:
        return self.state

    def cancel_import(self) -> ImportState:
        self.state = ImportState(state="cancelled", file="people.csv")
        return self.state

    def undo_import(self, id: int) -> dict[str, int]:
        self.undone.append(id)
        return {"people": 1, "people_kept": 1}

    def save_rejects(self, id: int, path: Path) -> None:
        path.write_text(str(id), encoding="utf-8")

    def imports(self) -> list[Any]:
        return [SimpleNamespace(id=7)]


@pytest.fixture
def engine() -> Importing:
    return Importing()


@pytest.fixture
def wizard(qtbot: QtBot, window: MainWindow) -> ImportWizard:
    window.actions_["workspace.import"].trigger()
    found = dialog(window)
    assert isinstance(found, ImportWizard)
    return found


def choose(qtbot: QtBot, wizard: ImportWizard, path: Path, content: bytes) -> Draft:
    path.write_bytes(content)
    wizard.choose(path)
    settle(qtbot)
    assert wizard._draft is not None
    return wizard._draft


def becomes(wizard: ImportWizard) -> list[str]:
    rows = range(wizard.columns.list.rowCount())
    return [item.text() for row in rows if (item := wizard.columns.list.item(row, 1)) is not None]


def choice(combo: Any, value: str) -> None:
    """Choose an entry of a drop-down list by the keyboard."""
    combo.setFocus()
    while combo.itemData(combo.currentIndex()) != value:
        before = combo.currentIndex()
        down = combo.findData(value) > before
        QTest.keyClick(combo, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
        assert combo.currentIndex() != before


def test_from_the_file_to_the_catalogue_and_back(
    qtbot: QtBot, wizard: ImportWizard, engine: Importing, window: MainWindow, tmp_path: Path
) -> None:
    draft = choose(qtbot, wizard, tmp_path / "people.csv", PEOPLE.encode("gbk"))
    assert becomes(wizard) == ["Person's own id", "ID: mobile", "Attribute: 城市", "Attribute: 积分"]
    assert wizard.reading.encoding.value() == "gb18030"
    shown = wizard.preview.item(0, 3)
    assert shown is not None
    assert shown.text() == "杭州"
    wizard.columns.list.setCurrentCell(3, 0)
    assert "Number up to line 3: “n/a”" in wizard.columns.note.text()
    choice(wizard.columns.type, "number")
    wizard.columns.list.setCurrentCell(2, 0)
    choice(wizard.columns.becomes, "tag:")
    wizard.columns.list.setCurrentCell(1, 0)
    wizard.columns.identifies.click()
    assert [(one.to, one.type) for one in draft.mapping.columns] == [
        ("person", None),
        ("id:mobile", None),
        ("tag:城市", "text"),
        ("attr:积分", "number"),
    ]
    wizard.go.click()
    qtbot.waitUntil(lambda: wizard.outcome.undo.isVisible())
    settle(qtbot)
    assert engine.mapping is not None
    assert engine.mapping.columns == draft.mapping.columns
    assert "“n/a” is no number." in wizard.outcome.rejects.text()
    assert window.workspace is not None
    found = Workspace.open(window.workspace.folder)
    assert found.catalog.tags["城市"].values == ("上海", "杭州")
    assert found.catalog.id_types["mobile"].priority is not None
    (kept,) = found.mappings.values()
    assert (kept.name, kept.columns) == ("people", draft.mapping.columns)
    wizard.running.save_rejects(tmp_path / "out.csv")
    wizard.outcome.undo.click()
    settle(qtbot)
    assert engine.undone == [7]
    assert (tmp_path / "out.csv").read_text() == "7"
    assert "people who are or were in a campaign: 1" in wizard.outcome.rejects.text()


def test_a_file_with_the_same_columns_needs_no_asking(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, tmp_path: Path
) -> None:
    columns = ({"column": "b", "to": "person"}, {"column": "a", "to": "tag:level", "type": "multi"})
    value = {"id": "i_1", "name": "Levels", "columns": columns, "keep": False}
    workspace.mappings.save(MAPPING.adapter.validate_python(value))
    window = make_window(workspace)
    wizard = ImportWizard(window)
    wizard.open()
    choose(qtbot, wizard, tmp_path / "other.csv", b"a,b\nx|y,1\n")
    assert becomes(wizard) == ["Tag: level", "Person's own id"]
    assert "columns as in “Levels”" in wizard.summary.text()
    assert not wizard.keep.isChecked()
    assert wizard.go.isEnabled()


def test_the_next_file_of_the_same_columns_may_be_in_another_encoding(
    qtbot: QtBot, wizard: ImportWizard, engine: Importing, window: MainWindow, tmp_path: Path
) -> None:
    choose(qtbot, wizard, tmp_path / "may.csv", "id,city\n1,杭州\n".encode("gbk"))
    wizard.go.click()
    settle(qtbot)
    assert window.workspace is not None
    (kept,) = window.workspace.mappings.values()
    assert (kept.encoding, kept.delimiter) == (None, None), "found out of each file anew"
    old = kept.model_copy(update={"encoding": "gb18030"})
    draft = choose(qtbot, wizard, tmp_path / "june.csv", "id,city\n1,杭州\n".encode())
    assert draft.known == kept
    assert draft.mapping.encoding == "utf-8"
    assert Draft.of(draft.path, survey(draft.path), Catalog(), {"i_1": old}).wanted is not None


def test_a_wrong_encoding_leaves_the_columns_on_show(
    qtbot: QtBot, wizard: ImportWizard, tmp_path: Path
) -> None:
    choose(qtbot, wizard, tmp_path / "people.csv", PEOPLE.encode("gbk"))
    choice(wizard.reading.encoding, "utf-8")
    settle(qtbot)
    assert "Choose another encoding" in wizard.problem.text()
    assert wizard.reading.encoding.value() == "gb18030"
    assert wizard.go.isEnabled()


def test_what_is_missing_is_said_and_nothing_can_be_imported_before(
    qtbot: QtBot, wizard: ImportWizard, tmp_path: Path
) -> None:
    draft = choose(qtbot, wizard, tmp_path / "people.csv", b"phone;when\n13800000001;2026-12-01 09:00\n")
    assert wizard.reading.delimiter.value() == ";"
    assert not wizard.go.isEnabled()
    assert "an ID that tells who the person is" in wizard.problem.text()
    wizard.columns.list.setCurrentCell(0, 0)
    wizard.columns.identifies.click()
    assert wizard.go.isEnabled()
    choice(wizard.reading.kind, "events")
    assert becomes(wizard) == ["ID: mobile", "Attribute: when"]
    assert "time of the event" in wizard.problem.text()
    wizard.columns.list.setCurrentCell(1, 0)
    choice(wizard.columns.becomes, "time")
    wizard.reading.code.setEditText("visit")
    assert (draft.mapping.event, wizard.go.isEnabled()) == ("visit", True)
    choice(wizard.reading.delimiter, ",")
    settle(qtbot)
    assert becomes(wizard) == ["Attribute: phone;when"]


def test_cancelling_says_that_nothing_is_left(
    qtbot: QtBot, wizard: ImportWizard, engine: Importing, tmp_path: Path
) -> None:
    engine.state = ImportState(state="running", file="people.csv", done=1, total=3 * 2**31)
    choose(qtbot, wizard, tmp_path / "people.csv", PEOPLE.encode())
    wizard.go.click()
    settle(qtbot)
    assert wizard.outcome.bar.isVisible()
    wizard.close()
    assert wizard.isVisible()
    qtbot.waitUntil(lambda: "nothing of it is left" in wizard.outcome.text.text())
    assert wizard.isVisible()
    wizard.cancel.click()
    assert not wizard.isVisible()


def test_a_file_that_cannot_be_read_says_why(qtbot: QtBot, wizard: ImportWizard, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and no more")
    wizard.choose(tmp_path / "broken.xlsx")
    settle(qtbot)
    assert "no whole Excel workbook" in wizard.outcome.text.text()
    assert not wizard.go.isVisible()


def test_a_data_folder_is_imported_and_can_be_cancelled(
    qtbot: QtBot, wizard: ImportWizard, engine: Importing, tmp_path: Path
) -> None:
    answer = ImportAnswer(counts={"events": 9}, rejected=0)
    engine.state = ImportState(state="done", id=7, file="data", answer=answer)
    wizard.import_folder(tmp_path)
    settle(qtbot)
    assert wizard.outcome.text.text() == "events: 9"
    engine.state = ImportState(state="running", file="data", done=5, total=0)
    wizard.import_folder(tmp_path)
    settle(qtbot)
    assert wizard.cancel.isEnabled()
    wizard.cancel.click()
    qtbot.waitUntil(lambda: "nothing of it is left" in wizard.outcome.text.text())


def test_a_file_is_dropped_on_the_wizard(qtbot: QtBot, wizard: ImportWizard, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,city\n1,Ulm\n")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "people.csv"))])
    event = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    wizard.dropEvent(event)
    settle(qtbot)
    assert wizard.file.text() == "people.csv"


def test_guesses_follow_names_values_and_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_no,user id,order date,amount\n1,7,2026-12-01,9.5\n", encoding="utf-8")
    catalog = Catalog.model_validate({"events": {"order": {}}, "tags": {"level": {"type": "multi"}}})
    draft = Draft.of(path, survey(path), catalog, {})
    assert (draft.mapping.kind, draft.mapping.event) == ("events", "order")
    assert [one.to for one in draft.mapping.columns] == ["event_id", "person", "time", "attr:amount"]
    assert draft.problem is None
    path.write_text("id,contact,who,level,id:card,\n1,a@b.org,13800000001,x|y,9,\n", encoding="utf-8")
    draft = Draft.of(path, survey(path), catalog, {})
    assert [(one.to, one.type) for one in draft.mapping.columns] == [
        ("person", None),
        ("id:email", None),
        ("id:mobile", None),
        ("tag:level", "multi"),
        ("id:card", None),
        ("ignore", None),
    ]


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_control_has_a_name_a_role_and_room(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, code: str
) -> None:
    language.use_language(code)
    wizard = ImportWizard(window)
    wizard.open()
    assert (findings(wizard), clipped(wizard)) == ([], [])
    choose(qtbot, wizard, tmp_path / "people.csv", PEOPLE.encode())
    for row in range(4):
        wizard.columns.list.setCurrentCell(row, 0)
        settle(qtbot)
        assert (findings(wizard), clipped(wizard)) == ([], [])
    choice(wizard.reading.kind, "events")
    settle(qtbot)
    assert (findings(wizard), clipped(wizard)) == ([], [])


def test_a_fifty_first_id_type_is_told_before_anything_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,id:card\n1,9\n", encoding="utf-8")
    catalog = Catalog.model_validate({"id_types": {f"t{n}": {} for n in range(50)}})
    draft = Draft.of(path, survey(path), catalog, {})
    assert "Choose one of them in place of “card”" in str(draft.problem)
    draft.map_column(1, "id:t7", None)
    assert draft.problem is None


def test_it_fits_a_small_screen_whatever_is_asked_about_a_file(
    qtbot: QtBot, wizard: ImportWizard, tmp_path: Path
) -> None:
    choose(qtbot, wizard, tmp_path / "events.csv", b"person;event;at\n1;visit;2026-01-01 10:00\n")
    choice(wizard.reading.kind, "events")
    settle(qtbot)
    assert wizard.reading.code.isVisible()
    wizard.resize(900, 600)
    settle(qtbot)
    assert (wizard.width(), wizard.height()) == (900, 600)
    assert not clipped(wizard)
