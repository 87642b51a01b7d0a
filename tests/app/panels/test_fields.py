"""What single fields of the panel offer and take."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.editors.variables import BindingsEditor
from app.widgets.combo_box import ComboBox
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import choose, click, combo, form_of, line, write
from tests.app.panels.looking import edits_of, node_of, texts_of
from tests.app.panels.samples import CONFIGS


def test_text_sms_filled_in_by_hand(open_panel: OpenPanel) -> None:
    panel = open_panel("text_sms", {})
    edits = edits_of(panel)
    choose(combo(panel, "platform"), "acc_sms")
    click(form_of(panel).editor("sms_type"), "Promotional")
    choose(combo(panel, "signature"), "Brand")
    choose(combo(panel, "template"), "m_care")
    texts = texts_of(panel)
    assert "Dear ${first_name}, your coupon ${code} waits for you." in texts
    assert any("1 message" in text for text in texts)
    bindings = form_of(panel).editor("variables")
    assert isinstance(bindings, BindingsEditor)
    first, code = bindings.cards()
    assert first.key.value() == "first_name"  # a variable that is called like an attribute means it
    choose(first.when_empty, "default")
    write(first.default, "friend")
    panel.confirm()
    assert not edits  # nothing stands for the code yet
    choose(code.source, "constant")
    write(code.text, "X1")
    panel.confirm()
    assert node_of(edits[0]).config == {**CONFIGS["text_sms"][0], "send_to_all_ids": False}


def test_target_audience_shows_the_next_two_runs(open_panel: OpenPanel) -> None:
    panel = open_panel("target_audience", {})
    edits = edits_of(panel)
    choose(form_of(panel).editor("audiences").add, "a_vip")  # type: ignore[attr-defined]
    choose(combo(panel, "mode"), "recurring")
    shown = [text for text in texts_of(panel) if text.startswith("Next runs:")]
    assert len(shown) == 1
    assert shown[0].count("09:00") == 2
    panel.confirm()
    assert node_of(edits[0]).config == {
        "audiences": ["a_vip"],
        "mode": "recurring",
        "every": {"unit": "day", "interval": 1, "time": "09:00"},
        "repeat_unchanged": False,
    }


def test_fields_that_do_not_count_are_left_out_but_come_back(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until", {"mode": "duration", "amount": 3, "unit": "hour"})
    edits = edits_of(panel)
    choose(combo(panel, "mode"), "next_time")
    assert not form_of(panel).frame("amount").isVisibleTo(panel)
    choose(combo(panel, "mode"), "duration")
    assert form_of(panel).values()["amount"] == 3
    choose(combo(panel, "mode"), "next_time")
    panel.confirm()
    assert node_of(edits[0]).config == {"mode": "next_time", "time": "09:00"}


def test_wait_until_offers_the_units_of_its_mode(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until", {"mode": "duration", "amount": 3, "unit": "hour"})
    edits = edits_of(panel)
    choose(combo(panel, "mode"), "after_days_at")
    units = form_of(panel).editor("amount").findChild(ComboBox)
    assert units is not None
    assert [units.itemData(index) for index in range(units.count())] == ["day", "week", "month"]
    panel.confirm()
    assert node_of(edits[0]).config == {"mode": "after_days_at", "amount": 3, "unit": "day", "time": "09:00"}


def test_percentages_must_add_up(open_panel: OpenPanel, qtbot: QtBot) -> None:
    panel = open_panel("random_grouping")
    edits = edits_of(panel)
    groups = form_of(panel).editor("groups")
    write(groups.cards()[0].percent, "33.3")  # type: ignore[attr-defined]
    panel.confirm()
    assert form_of(panel).frame("groups").error == "The percentages add up to 83.3 %. Make it 100 %."
    click(groups, "Divide evenly")
    panel.confirm()
    assert len(edits) == 1


def test_the_trigger_decides_what_an_attribute_judgment_offers(open_panel: OpenPanel) -> None:
    panel = open_panel("attribute_judgment", CONFIGS["attribute_judgment"][0])
    fields = panel.findChildren(ComboBox)
    offered = {field.itemData(index) for field in fields for index in range(field.count())}
    assert {"amount", "item", "labels"} <= offered
    assert "tag:level" not in offered


def test_the_fatigue_judgment_says_where_the_limits_stand(open_panel: OpenPanel) -> None:
    assert any("under “Fatigue rules”" in text for text in texts_of(open_panel("fatigue_judgment")))


def test_the_wheel_changes_nothing_without_the_focus(open_panel: OpenPanel, qtbot: QtBot) -> None:
    panel = open_panel("wait_until", {"mode": "next_time", "time": "12:00"})
    assert panel.content is not None
    before = panel.content.values()
    for target in (combo(panel, "mode"), form_of(panel).editor("time").focus_target()):
        down = QWheelEvent(
            QPointF(5, 5),
            target.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(target, down)
    assert panel.content.values() == before


def test_chinese_input_methods_reach_the_fields(open_panel: OpenPanel) -> None:
    panel = open_panel("generate_audience", {})
    field = line(form_of(panel).editor("audience_name"))
    composing = QInputMethodEvent("ni", [])
    QApplication.sendEvent(field, composing)
    done = QInputMethodEvent()
    done.setCommitString("你好")
    QApplication.sendEvent(field, done)
    assert form_of(panel).values()["audience_name"] == "你好"


def test_full_width_digits_are_numbers(open_panel: OpenPanel) -> None:
    panel = open_panel("issue_coupon", {"coupon": "cp_1"})
    write(line(form_of(panel).editor("per_person_limit")), "３")
    assert form_of(panel).values()["per_person_limit"] == 3
    write(line(form_of(panel).editor("per_person_limit")), "many")
    panel.confirm()
    assert form_of(panel).frame("per_person_limit").error == "Enter a whole number."


def test_an_audience_stands_in_one_group_at_most(open_panel: OpenPanel) -> None:
    panel = open_panel("audience_judgment", CONFIGS["audience_judgment"][0])
    groups: Any = form_of(panel).editor("groups")
    first, second = (card.body for card in groups.cards())
    assert not first.boxes()["a_vip"].isEnabled()
    second.boxes()["a_vip"].click()
    assert first.boxes()["a_vip"].isEnabled()
    first.boxes()["a_vip"].click()
    assert first.value() == ["a_once", "a_vip"]
    assert not second.boxes()["a_vip"].isEnabled()


def test_what_is_pasted_into_fields_can_be_stored(open_panel: OpenPanel) -> None:
    panel = open_panel("end")
    assert panel.content is not None
    confirmed = edits_of(panel)
    name, memo = panel.content.name, panel.content.memo
    name.selectAll()
    QGuiApplication.clipboard().setText("a\0b\r\nc")
    name.paste()
    assert (name.text(), name.cursorPosition()) == ("ab c", 4)
    QGuiApplication.clipboard().setText("d\0e\nf")
    memo.selectAll()
    memo.paste()
    panel.confirm()
    assert (node_of(confirmed[0]).name, node_of(confirmed[0]).memo) == ("ab c", "de\nf")


def test_the_unit_beside_a_number_is_part_of_what_was_typed(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until", {})
    write(line(form_of(panel).editor("amount")), "5")
    (kept,) = panel.inputs().values()
    assert (kept.raw["amount"], kept.raw["unit"]) == (5, "day")


def test_an_input_without_a_unit_shows_the_usual_one(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until", {})
    assert panel.content is not None
    panel.content.load(panel.content.values()._replace(raw={"amount": 5}))
    assert panel.content.values().raw["unit"] == "day"
    panel.confirm()
    assert panel.content.first_invalid() is None


def test_an_error_of_the_unit_stands_at_the_unit(open_panel: OpenPanel) -> None:
    panel = open_panel("wait_until", {"amount": 5})
    form = form_of(panel)
    form.show_errors({"unit": "Choose a unit"})
    editor = form.editor("amount")
    target = editor.invalid_target()
    assert isinstance(target, ComboBox)
    assert target.property("invalid")
    assert form.frame("amount").error == "Choose a unit"
    assert not editor.focus_target().property("invalid")


def test_a_field_for_any_text_asks_to_type(open_panel: OpenPanel, workspace: Workspace) -> None:
    simulated = next(id for id, file in workspace.accounts.items() if file.kind == "simulated")
    panel = open_panel("text_sms", {"platform": simulated})
    panel.footer.ok.click()
    assert form_of(panel).frame("signature").error == "Type a signature"


def test_a_time_says_its_zone_where_the_computer_has_another(
    open_panel: OpenPanel, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def zone_shown() -> bool:
        panel = open_panel("wait_until", {"mode": "at", "at": "2026-12-01T09:00:00+08:00"})
        labels = form_of(panel).editor("at").findChildren(QLabel)
        return any(label.text() == "Time zone: Asia/Shanghai" and label.isVisible() for label in labels)

    assert workspace.settings.time_zone == "Asia/Shanghai"
    for zone, shown in (("UTC", True), ("Asia/Shanghai", False)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert zone_shown() is shown
    monkeypatch.undo()
    time.tzset()
