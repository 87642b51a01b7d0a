"""Editors one by one: what typing and choosing makes of their values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue
from PySide6.QtCore import QDate, QDateTime, Qt, QTime, QTimeZone
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDateTimeEdit, QLabel
from pytestqt.qtbot import QtBot

from app.editors.base import Context, route
from app.editors.condition_values import ListValue
from app.editors.conditions import ConditionEditor
from app.editors.message_preview import sms_length
from app.editors.schedule import ScheduleEditor
from app.editors.spec import FieldSpec
from app.editors.times import DateTimeEditor, JudgeAfterEditor
from app.pickers import library
from app.pickers.search import SearchCombo
from app.widgets.fields import NumberEdit, TextArea, number_from, shown_number
from engine.workspace.workspace import Workspace
from tests.app.panels.filling import choose, click, line, write

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def context(workspace: Workspace) -> Context:
    return Context(workspace, now=lambda: NOW)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 1,000 ", 1000),
        ("３", 3),
        ("0.1", 0.1),
        ("１．５", 1.5),
        ("x", "x"),
        ("nan", "nan"),
        ("", None),
    ],
)
def test_numbers_as_people_type_them(text: str, number: object) -> None:
    assert number_from(text) == number


def test_a_fraction_is_no_whole_number() -> None:
    assert number_from("1.5", whole=True) == "1.5"


@pytest.mark.parametrize("number", [1, 0.1, 33.3, 1e-7, 123456789012345678, -2.5])
def test_numbers_are_shown_as_they_are_typed(number: float) -> None:
    assert number_from(shown_number(number)) == number


def test_up_and_down_step_a_number(qtbot: QtBot) -> None:
    field = NumberEdit(1)
    qtbot.addWidget(field)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 1
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 2
    for _ in range(3):
        QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.value() == 1


def test_a_date_time_is_shown_in_the_workspace_zone_and_kept_as_written(
    context: Context, qtbot: QtBot
) -> None:
    editor = DateTimeEditor(context, FieldSpec("at"))
    qtbot.addWidget(editor)
    editor.set_value("2026-12-01T01:00:30Z")
    field = editor.findChild(QDateTimeEdit)
    assert field is not None
    assert field.text() == "2026-12-01 09:00"
    assert editor.value() == "2026-12-01T01:00:30Z"
    field.setDateTime(QDateTime(QDate(2026, 12, 1), QTime(10, 30), QTimeZone(QTimeZone.Initialization.UTC)))
    assert editor.value() == "2026-12-01T10:30:00+08:00"


def test_a_time_that_the_clocks_skip_becomes_the_one_after(context: Context, qtbot: QtBot) -> None:
    settings = context.workspace.settings.model_copy(update={"time_zone": "Europe/Berlin"})
    context.workspace.settings = settings
    editor = DateTimeEditor(context, FieldSpec("at"))
    qtbot.addWidget(editor)
    editor.set_value("2026-03-29T00:00:00+01:00")
    field = editor.findChild(QDateTimeEdit)
    assert field is not None
    field.setDateTime(QDateTime(QDate(2026, 3, 29), QTime(2, 30), QTimeZone(QTimeZone.Initialization.UTC)))
    assert editor.value() == "2026-03-29T03:30:00+02:00"


def test_a_date_time_begins_with_tomorrow_morning(context: Context, qtbot: QtBot) -> None:
    editor = DateTimeEditor(context, FieldSpec("at"))
    qtbot.addWidget(editor)
    assert editor.value() is None
    click(editor, "Choose date and time")
    assert editor.value() == "2026-11-21T09:00:00+08:00"


def test_judge_after_switches_between_its_two_forms(context: Context, qtbot: QtBot) -> None:
    editor = JudgeAfterEditor(context, FieldSpec("judge_after"))
    qtbot.addWidget(editor)
    editor.set_value({"amount": 3, "unit": "day"})
    choose(editor._how, "at")
    assert editor.value() is None
    click(editor, "Choose date and time")
    assert editor.value() == {"at": "2026-11-21T09:00:00+08:00"}
    choose(editor._how, "duration")
    assert editor.value() == {"amount": 3, "unit": "day"}


@pytest.mark.parametrize(
    ("every", "shown"),
    [
        ({"unit": "day", "interval": 1, "time": "09:00"}, "2026-11-21 09:00 · 2026-11-22 09:00"),
        ({"unit": "hour", "interval": 2, "minute": 30}, "2026-11-20 10:30 · 2026-11-20 12:30"),
        (
            {"unit": "week", "interval": 1, "time": "08:00", "weekdays": [1, 5]},
            "2026-11-23 08:00 · 2026-11-27 08:00",
        ),
        (
            {"unit": "month", "interval": 1, "time": "08:00", "days_of_month": [31]},
            "2026-11-30 08:00 · 2026-12-31 08:00",
        ),
    ],
)
def test_the_next_two_run_times(
    context: Context, qtbot: QtBot, every: dict[str, JsonValue], shown: str
) -> None:
    editor = ScheduleEditor(context, FieldSpec("every", extra={"start": True}))
    qtbot.addWidget(editor)
    editor.set_value(every)
    assert f"Next runs: {shown}" in [label.text() for label in editor.findChildren(QLabel)]
    assert editor.value() == every


def test_an_unfinished_schedule_has_no_run_times(context: Context, qtbot: QtBot) -> None:
    editor = ScheduleEditor(context, FieldSpec("every", extra={"start": True}))
    qtbot.addWidget(editor)
    write(line(editor), "0")
    shown = [label.text() for label in editor.findChildren(QLabel)]
    assert "The next run times show once the schedule is complete." in shown


def condition_editor(context: Context, qtbot: QtBot) -> ConditionEditor:
    editor = ConditionEditor(context, lambda: library.person_fields(context.workspace))
    qtbot.addWidget(editor)
    editor.show()
    return editor


def test_a_condition_tree_is_built_by_hand(context: Context, qtbot: QtBot) -> None:
    editor = condition_editor(context, qtbot)
    assert editor.value() is None
    click(editor, "Add condition")
    field, operator = editor.findChildren(SearchCombo)
    assert editor.focusWidget() is field
    choose(field, "attr:age")
    choose(operator, ">=")
    write(line(editor), "18")
    assert editor.value() == {"all": [{"field": "attr:age", "op": ">=", "value": 18}]}
    click(editor, "Add subgroup")
    choose(editor.findChildren(SearchCombo)[2], "tag:level")
    values = editor.findChildren(TextArea)[0]
    QTest.keyClicks(values, "VIP")
    QTest.keyClick(values, Qt.Key.Key_Return)
    QTest.keyClicks(values, "Gold")
    assert editor.value() == {
        "all": [
            {"field": "attr:age", "op": ">=", "value": 18},
            {"any": [{"field": "tag:level", "op": "is", "value": ["VIP", "Gold"]}]},
        ]
    }
    click(editor, "Any of these")
    assert list(editor.value()) == ["any"]  # type: ignore[arg-type]


def test_a_change_of_type_asks_for_another_operator(context: Context, qtbot: QtBot) -> None:
    editor = condition_editor(context, qtbot)
    editor.set_value({"field": "attr:age", "op": "between", "value": [1, 2]})
    field, operator = editor.findChildren(SearchCombo)[:2]
    choose(field, "tag:interests")
    assert operator.value() == "has_all"
    assert editor.value() == {"field": "tag:interests", "op": "has_all"}


def test_a_value_survives_a_change_of_the_operator_where_it_fits(context: Context, qtbot: QtBot) -> None:
    editor = condition_editor(context, qtbot)
    editor.set_value({"field": "attr:age", "op": ">", "value": 30})
    operator = editor.findChildren(SearchCombo)[1]
    choose(operator, "<=")
    assert editor.value() == {"field": "attr:age", "op": "<=", "value": 30}
    choose(operator, "empty")
    assert editor.value() == {"field": "attr:age", "op": "empty"}


def test_errors_reach_the_condition_that_has_them(context: Context, qtbot: QtBot) -> None:
    editor = condition_editor(context, qtbot)
    editor.set_value({"all": [{"field": "attr:age", "op": ">", "value": 1}, {"any": [{}]}]})
    assert editor.show_errors({"all.1.any.0.field": "Choose a field."}) == ""
    assert editor.invalid_target() is editor.findChildren(SearchCombo)[2]
    editor.show_errors({})
    assert not any(box.property("invalid") for box in editor.findChildren(SearchCombo))


def test_known_values_are_chosen_from_a_list(qtbot: QtBot) -> None:
    box = ListValue(("VIP", "Gold"), single=True)
    qtbot.addWidget(box)
    box.toggle("VIP", True)
    assert box.value() == "VIP"
    box.toggle("Gold", True)
    assert box.value() == ["VIP", "Gold"]
    box.toggle("VIP", False)
    assert box.value() == ["Gold"]


def test_no_break_spaces_survive(qtbot: QtBot) -> None:
    area = TextArea()
    qtbot.addWidget(area)
    area.set_value("10\u00a0€\nnext")
    assert area.value() == "10\u00a0€\nnext"


def test_the_length_of_an_sms_in_words() -> None:
    signed = sms_length("好" * 64, "Brand", international=False)
    assert signed == "71 characters with the signature · 2 messages"
    assert sms_length("Hi", "", international=True) == "2 characters · 1 message"


def test_errors_are_routed_past_what_is_no_field() -> None:
    inside, rest = route({"x.at.0": "a", "at": "b", "": "c", "other": "d"}, ["at"])
    assert inside == {"at": {"0": "a", "": "b"}}
    assert rest == {"": "c", "other": "d"}
