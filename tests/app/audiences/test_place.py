"""The place of the audiences: the list, opening, editing with undo, saving, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.audiences.audience import AudienceView
from app.audiences.page import AudiencesPage
from app.audiences.table import COLUMNS
from app.editors.base import Context, Editor
from app.editors.ranges import RangeEditor
from app.panels import ConfigurationPanel
from app.pickers.audience_fields import checked
from app.pickers.rfm_form import RfmDialog
from app.widgets.basic import LinkButton
from app.window import MainWindow
from engine.server.wire.audiences import AudienceState
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG, Catalog
from engine.workspace.workspace import Workspace
from tests.app.conftest import MOMENT, FakeEngine, dialogs, settle
from tests.app.panels.samples import sample_document

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

VIP: dict[str, Any] = {"field": "tag:level", "op": "is", "value": "VIP"}


SCALE = {"bounds": [2, 4]}
DEFINED: dict[str, Any] = {
    "events": {"order": {"name": "Order", "attributes": {"amount": "number", "category": "text"}}},
    "tags": {"level": {"values": ["VIP"]}},
    "tables": {"orders": {"event": "order", "dimensions": ["category"], "metrics": {"orders": "count"}}},
    "rfm_models": {
        "rfm_orders": {
            "name": "Orders",
            "event": "order",
            "amount": "amount",
            "recency": SCALE,
            "frequency": SCALE,
            "money": SCALE,
        }
    },
    "aipl": {stage: [{"join": None, "card": "behaviour", "event": "order"}] for stage in "AIPL"},
}
BOUGHT: dict[str, Any] = {"card": "behaviour", "event": "order", "op": "=", "value": 1, "join": None}
IN_IT = {"card": "audience", "audience": "a_bought", "join": None}


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.save_catalog(CATALOG.adapter.validate_python(DEFINED))
    for raw in (
        {"id": "a_bought", "name": "Bought one thing", "cards": [BOUGHT]},
        {"id": "a_of_it", "name": "High value", "cards": [IN_IT]},
    ):
        workspace.save_audience(AUDIENCE.adapter.validate_python(raw))
    return workspace


@pytest.fixture
def place(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> AudiencesPage:
    engine.audience_states = [
        AudienceState(id="a_bought", size=1200, state="failed", updated_at=MOMENT, reason="No such event.")
    ]
    window.navigation.go("audiences")
    page = window.navigation.page("audiences")
    assert isinstance(page, AudiencesPage)
    settle(qtbot)
    page.keeping.poll()
    settle(qtbot)
    return page


def opened(qtbot: QtBot, place: AudiencesPage, id: str) -> AudienceView:
    place.show_object(id)
    settle(qtbot)
    assert place.view is not None
    return place.view


def save_state(view: AudienceView) -> tuple[bool, bool]:
    """Whether it is unsaved, and whether that can be seen."""
    return view.unsaved, view.save_button.isEnabled()


def names(place: AudiencesPage) -> list[str]:
    model = place.table.model_
    return [model.row(model.index(n, 0)).file.name for n in range(model.rowCount())]


def test_the_list_shows_files_and_what_the_engine_says(place: AudiencesPage, window: MainWindow) -> None:
    assert window.workspace is not None
    assert set(names(place)) == {file.name for file in window.workspace.audiences.values()}
    place.table.select("a_bought")
    row = place.table.selected()
    assert row is not None
    assert (row.size, row.state, row.reason) == (1200, "failed", "No such event.")
    place.search.setText("high value")
    assert names(place) == [window.workspace.audiences["a_of_it"].name]


def test_a_rule_is_edited_undone_and_saved(
    qtbot: QtBot, place: AudiencesPage, engine: FakeEngine, window: MainWindow
) -> None:
    view = opened(qtbot, place, "a_bought")
    cards = view.form.editor("cards")
    before = cards.value()
    cards.add("rfm")  # type: ignore[attr-defined]
    assert save_state(view) == (True, True)
    view.back.setFocus()
    QTest.keyClick(view.back, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert cards.value() == before
    assert save_state(view) == (False, False)
    view.redo()
    assert not view.save(), "the card is not complete"
    view.undo()
    name = view.form.editor("name").focus_target()
    QTest.keyClicks(name, " again")
    assert view.save()
    settle(qtbot)
    assert window.workspace is not None
    saved = Workspace.open(window.workspace.folder).audiences["a_bought"]
    assert "again" in saved.name
    assert ("refresh_audiences", "") in engine.calls


def test_what_the_rule_finds_stands_beside_it(qtbot: QtBot, place: AudiencesPage) -> None:
    view = opened(qtbot, place, "a_bought")
    insight = view.insight
    qtbot.waitUntil(lambda: insight.people.number.text() == "1,234")
    assert "exactly once" in insight.words.text()
    assert "No such event." in insight.people.problem.text()
    assert insight.chart.words() == "2 updates since 2026-11-23: 1,200 to 1,234 people, now 1,234."
    QTest.mouseClick(insight.sample.show_button, Qt.MouseButton.LeftButton)
    settle(qtbot)
    cell = insight.sample.table.item(1, 1)
    assert cell is not None
    assert cell.text() == "Oslo"
    insight.other.set_value("a_of_it")
    insight.other.chosen.emit("a_of_it")
    settle(qtbot)
    assert insight.shared.text().startswith("20 in both · 80 only in")
    assert insight.venn.accessibleName() == insight.shared.text()


def test_somebody_of_the_sample_is_opened(qtbot: QtBot, place: AudiencesPage, window: MainWindow) -> None:
    sample = opened(qtbot, place, "a_bought").insight.sample
    QTest.mouseClick(sample.show_button, Qt.MouseButton.LeftButton)
    settle(qtbot)
    sample.table.setCurrentCell(1, 1)
    sample.table.setFocus()
    QTest.keyClick(sample.table, Qt.Key.Key_Return)
    assert window.navigation.current == "people"


def test_the_side_marks_what_is_on_show(qtbot: QtBot, place: AudiencesPage) -> None:
    side = place.sidebar

    def marked() -> tuple[int, int]:
        return side.folders.currentRow(), side.definitions.currentRow()

    assert marked() == (0, -1)
    place.show_definitions("tables")
    assert marked() == (-1, 2)
    place._refresh()
    assert marked() == (-1, 2), "also when the files are read again"
    opened(qtbot, place, "a_bought")
    assert marked() == (0, -1)
    first = side.folders.visualItemRect(side.folders.item(0)).center()
    QTest.mouseClick(side.folders.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert place.open_view is None, "the folder that is chosen leads back to its list"


def test_the_only_model_is_taken(qtbot: QtBot, place: AudiencesPage) -> None:
    cards = opened(qtbot, place, "a_bought").form.editor("cards")
    cards.add("rfm")  # type: ignore[attr-defined]
    value = cards.value()
    assert isinstance(value, list)
    assert value[-1]["model"] == "rfm_orders"  # type: ignore[index, call-overload]


def test_what_others_changed_meanwhile_is_shown_or_asked_about(
    qtbot: QtBot, place: AudiencesPage, window: MainWindow
) -> None:
    workspace = window.workspace
    assert workspace is not None
    view = opened(qtbot, place, "a_bought")
    theirs = workspace.audiences["a_bought"].model_copy(update={"name": "Theirs"})
    workspace.save_audience(theirs)
    place.show_workspace(workspace)
    assert view.form.values()["name"] == "Theirs", "nothing was edited here"
    QTest.keyClicks(view.form.editor("name").focus_target(), "!")
    workspace.save_audience(theirs.model_copy(update={"name": "Theirs again"}))
    place.show_workspace(workspace)
    assert not view.save()
    (question,) = dialogs(window)
    assert workspace.audiences["a_bought"].name == "Theirs again"
    question.buttons[1].click()  # type: ignore[attr-defined]  # save mine
    assert workspace.audiences["a_bought"].name == "!Theirs"
    QTest.keyClicks(view.form.editor("name").focus_target(), "!")
    workspace.save_audience(theirs)
    assert not view.save()
    dialogs(window)[-1].buttons[0].click()  # type: ignore[attr-defined]  # take theirs
    assert view.form.values()["name"] == "Theirs"
    assert not view.unsaved


def test_a_rule_without_a_name_is_counted_too(
    qtbot: QtBot, place: AudiencesPage, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def estimate(audience: object, **_options: object) -> int:
        asked.append(audience)
        return 7

    monkeypatch.setattr(engine, "estimate", estimate)
    place.new({"cards": [BOUGHT]})
    qtbot.waitUntil(lambda: bool(asked))
    assert AUDIENCE.adapter.validate_python(asked[0], strict=False).cards


def test_leaving_what_is_not_saved_asks(qtbot: QtBot, place: AudiencesPage, window: MainWindow) -> None:
    view = opened(qtbot, place, "a_bought")
    QTest.keyClicks(view.form.editor("name").focus_target(), "!")
    view.left.emit()
    (question,) = dialogs(window)
    question.buttons[0].click()  # type: ignore[attr-defined]  # leave without saving
    assert place._stack.currentWidget() is place.table


def test_one_that_is_used_is_not_deleted_and_says_where(place: AudiencesPage, window: MainWindow) -> None:
    place.table.select("a_bought")
    row = place.table.selected()
    assert row is not None
    assert row.uses
    place.delete(row)
    (question,) = dialogs(window)
    assert row.uses[0].name in question.sentence.text()  # type: ignore[attr-defined]
    assert question.buttons == []  # type: ignore[attr-defined]


def test_copying_and_deleting_what_nothing_uses(
    qtbot: QtBot, place: AudiencesPage, window: MainWindow, engine: FakeEngine
) -> None:
    place.table.select("a_bought")
    row = place.table.selected()
    assert row is not None
    place.copy(row)
    settle(qtbot)
    assert place.view is not None
    copied = place.view.id
    assert window.workspace is not None
    assert window.workspace.audiences[copied].cards == row.file.cards
    found = place._row(copied)
    assert found is not None
    place.delete(found)
    dialogs(window)[-1].buttons[0].click()  # type: ignore[attr-defined]
    assert copied not in window.workspace.audiences
    settle(qtbot)
    assert ("forget_audience", copied) in engine.calls


def test_a_new_list_is_filled_from_a_file(
    qtbot: QtBot, place: AudiencesPage, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    place.new_list()
    view = place.view
    assert view is not None
    QTest.keyClicks(view.form.editor("name").focus_target(), "Guests")
    assert view.save()
    assert window.workspace is not None
    window.workspace.engine_folder.mkdir(exist_ok=True)
    view.list_box.upload(tmp_path / "guests.csv", add=False)
    settle(qtbot)
    assert view.list_box.outcome.text() == "3 ids · 2 people in the audience · 1 id that nobody has"
    view.list_box.save_unknown(tmp_path / "unknown.csv")
    assert (tmp_path / "unknown.csv").read_text(encoding="utf-8") == "000\n"
    assert ("upload_list", view.id) in engine.calls


def test_a_rule_that_would_contain_itself_is_refused(
    qtbot: QtBot, place: AudiencesPage, window: MainWindow
) -> None:
    """Over another audience, which holds this one."""
    view = opened(qtbot, place, "a_bought")
    view.form.editor("cards").set_value([{"join": None, "card": "audience", "audience": "a_of_it"}])
    assert not view.save()
    said = view.form.frame("cards").error
    assert "would contain itself" in said
    assert window.workspace is not None
    assert window.workspace.audiences["a_bought"].audiences == ()


def test_too_many_values_and_too_deep_a_tree_are_told_in_words(qtbot: QtBot, place: AudiencesPage) -> None:
    many = {"field": "tag:level", "op": "is", "value": [str(n) for n in range(100_000)]}
    deep: dict[str, Any] = VIP
    for _ in range(11):
        deep = {"all": [deep]}
    for condition, words in ((many, "at most 2,000 values"), (deep, "at most 10 deep")):
        cards: list[Any] = [{"join": None, "card": "tags", "condition": condition}]
        value, errors = checked({"id": "a_x", "name": "X", "cards": cards}, Catalog())
        assert value is None
        assert words in "".join(errors.values())


def test_updating_goes_through_the_engine(qtbot: QtBot, place: AudiencesPage, engine: FakeEngine) -> None:
    view = opened(qtbot, place, "a_bought")
    view.insight.update_asked.emit()
    settle(qtbot)
    assert ("update_audience", "a_bought") in engine.calls


def test_a_rule_with_every_kind_of_card_comes_back_as_it_was(qtbot: QtBot, place: AudiencesPage) -> None:
    cards: list[Any] = [
        {"join": None, "card": "tags", "condition": {"all": [VIP]}},
        {"join": "and", "card": "metrics", "table": "orders", "where": None,
         "filter": {"all": [{"field": "category", "op": "is", "value": "books"}]}},
        {"join": "or", "card": "rfm", "model": "rfm_orders", "types": [1, 4]},
        {"join": "minus", "card": "aipl", "stages": ["A", "L"]},
        {"join": "and", "card": "aipl", "from": "A", "to": "P",
         "range": {"last": {"amount": 30, "unit": "day"}}},
        {"join": "or", "card": "audience", "audience": "a_bought"},
    ]  # fmt: skip
    place.new({"name": "All", "cards": cards})
    view = place.view
    assert view is not None
    assert view.form.editor("cards").value() == cards
    assert view.save()
    file = place._workspace.audiences[view.id]  # type: ignore[union-attr]
    wanted = AUDIENCE.adapter.validate_python({"id": view.id, "name": "All", "cards": cards})
    assert file.cards == wanted.cards


def test_the_people_of_each_type_are_counted_in_the_form_of_a_model(
    qtbot: QtBot, place: AudiencesPage, window: MainWindow
) -> None:
    """Also in the one that a campaign's panel opens."""
    workspace = window.workspace
    assert workspace is not None
    panel = ConfigurationPanel(window.look, counted=window.runs.figures)
    qtbot.addWidget(panel)
    panel.show_node(sample_document("target_audience", None, False), "n_x", workspace)
    assert panel.content is not None
    given = panel.content.findChildren(Editor)[0].context.figures
    form = RfmDialog(window, Context(workspace, figures=given), "rfm_orders")
    form.open()
    qtbot.waitUntil(lambda: form.figures.columns[0].isVisible())
    settle(qtbot)
    assert form.figures.head.text().endswith(" people are scored:")
    assert form.figures.columns[0].text().startswith("1 Important value: 1\n2 Important development: 2\n")
    assert form.figures.columns[1].text().endswith("8 General win-back: 8")
    form.reject()


def test_a_range_between_two_times_begins_in_the_past(qtbot: QtBot, workspace: Workspace) -> None:
    now = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)
    editor = RangeEditor(Context(workspace, now=lambda: now))
    qtbot.addWidget(editor)
    editor.set_value({"from": None, "to": None})
    for link in editor.findChildren(LinkButton):
        if link.text().startswith("Choose "):
            link.click()
    value = editor.value()
    assert isinstance(value, dict)
    zone = Context(workspace).zone
    day = datetime(2026, 11, now.astimezone(zone).day, tzinfo=zone)
    assert value == {"from": (day - timedelta(days=30)).isoformat(), "to": day.isoformat()}


def test_names_keep_their_room_and_other_columns_give_way(place: AudiencesPage, window: MainWindow) -> None:
    hidden = []
    for width in (1900, 1280, 1000):
        window.resize(width, 700)
        QApplication.processEvents()
        table = place.table
        assert table.columnWidth(0) >= 192
        hidden.append({COLUMNS[n].title for n in range(len(COLUMNS)) if table.isColumnHidden(n)})
    assert hidden[:2] == [set(), {"Folder"}]
    assert hidden[2] > hidden[1]


def test_nothing_of_a_rule_is_cut_off_in_a_small_window(
    qtbot: QtBot, place: AudiencesPage, window: MainWindow
) -> None:
    window.resize(1280, 680)
    view = opened(qtbot, place, "a_bought")
    for kind in ("tags", "behaviour", "metrics", "rfm", "aipl", "audience"):
        view.form.editor("cards").add(kind)  # type: ignore[attr-defined]
    settle(qtbot)
    content = view.area.widget()
    assert content is not None
    assert content.width() <= view.area.viewport().width()
    add = [button for button in view.form.findChildren(LinkButton) if button.text() == "Another audience"][-1]
    assert content.rect().contains(add.mapTo(content, add.rect().bottomRight()))


def test_a_rule_that_is_not_complete_shows_no_words_of_another_one(
    qtbot: QtBot, place: AudiencesPage
) -> None:
    view = opened(qtbot, place, "a_bought")
    assert "exactly once" in view.insight.words.text()
    view.open(None, {})
    assert view.insight.words.text() == "The words show once the rule is complete."
