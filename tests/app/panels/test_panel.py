"""What a designer does in the panel: filling in, errors, removing branches, drafts, viewing, languages."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.editors.plain import ChoiceEditor
from app.editors.times import DurationEditor
from app.editors.variables import BindingsEditor
from app.language import use_language
from app.panels import ConfigurationPanel
from app.panels.form import Form
from app.pickers.search import SearchCombo
from app.widgets.basic import IconButton, LinkButton
from app.widgets.combo_box import ComboBox
from engine.campaign.edits import Edit
from engine.campaign.model import Node
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import choose, click, combo, form_of, line, write
from tests.app.panels.samples import CONFIGS, sample_document


def edits_of(panel: ConfigurationPanel) -> list[Edit]:
    edits: list[Edit] = []
    panel.confirmed.connect(edits.append)
    return edits


def node_of(edit: Edit) -> Node:
    return next(op.after for op in edit.ops if op.id == "n_x" and isinstance(op.after, Node))


def test_errors_stand_at_their_fields_and_the_first_gets_the_focus(
    open_panel: OpenPanel, qtbot: QtBot
) -> None:
    panel = open_panel("text_sms", {})
    edits = edits_of(panel)
    assert form_of(panel).frame("platform").error == ""  # no reproach before the first OK
    panel.footer.ok.click()
    form = form_of(panel)
    assert form.frame("platform").error == "Choose an SMS account"
    assert form.frame("template").error == "Choose an SMS template"
    assert not edits
    assert combo(panel, "platform").property("invalid") is True
    assert combo(panel, "platform").accessibleDescription() == "Choose an SMS account"
    panel.activateWindow()
    panel.confirm()
    assert panel.focusWidget() is combo(panel, "platform")
    choose(combo(panel, "platform"), "acc_sms")
    assert form.frame("platform").error == ""  # live from the first OK on
    assert form.frame("template").error == "Choose an SMS template"


def test_a_name_is_needed(open_panel: OpenPanel) -> None:
    panel = open_panel("end")
    edits = edits_of(panel)
    assert panel.content is not None
    write(panel.content.name, "")
    panel.confirm()
    assert not edits
    write(panel.content.name, "x" * 51)
    panel.confirm()
    assert not edits
    write(panel.content.name, "完成")
    panel.confirm()
    assert node_of(edits[0]).name == "完成"


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


def texts_of(panel: ConfigurationPanel) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]


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


def test_a_new_group_never_takes_over_the_links_of_a_removed_one(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping")
    groups: Any = form_of(panel).editor("groups")
    click(groups, "Add group")
    groups.cards()[1].removed.emit()
    click(groups, "Add group")
    assert [card.group_id for card in groups.cards()] == ["g_1", "g_3", "g_4"]


def three_groups() -> dict[str, Any]:
    shares = ((1, 40), (2, 30), (3, 30))
    return {"groups": [{"id": f"g_{n}", "name": f"Group {n}", "percent": share} for n, share in shares]}


def test_removing_a_branch_asks_what_becomes_of_what_stands_behind_it(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping", three_groups())
    edits = edits_of(panel)
    groups: Any = form_of(panel).editor("groups")
    groups.cards()[2].removed.emit()
    click(groups, "Divide evenly")
    panel.confirm()
    assert not edits
    assert panel.question is not None
    assert panel.question.windowTitle() == "Remove 1 component?"
    assert any("“End 3”" in label for label in question_texts(panel))
    panel.question.cancel.click()
    assert not edits
    assert panel.is_dirty  # keeping goes back to the panel
    panel.confirm()
    panel.question.buttons[0].click()
    assert len(edits) == 1
    assert any(op.id == "n_end2" and op.after is None for op in edits[0].ops)


def question_texts(panel: ConfigurationPanel) -> list[str]:
    from PySide6.QtWidgets import QLabel

    assert panel.question is not None
    return [label.text() for label in panel.question.findChildren(QLabel)]


def test_renaming_and_reordering_groups_asks_nothing(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping", three_groups())
    edits = edits_of(panel)
    groups: Any = form_of(panel).editor("groups")
    groups.cards()[2].moved.emit(-1)
    write(groups.cards()[0].name, "First")
    panel.confirm()
    assert panel.question is None
    assert [op.id for op in edits[0].ops] == ["n_x"]
    assert [group["id"] for group in node_of(edits[0]).config["groups"]] == ["g_1", "g_3", "g_2"]  # type: ignore[index,union-attr,call-overload]


def test_unconfirmed_input_stays_with_its_component(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("text_sms", {})
    document = panel_document(panel)
    choose(combo(panel, "platform"), "acc_sms")
    panel.show_node(document, "n_s", workspace)
    assert panel.unapplied() == ["n_x"]
    links = [link.text() for link in panel.footer.findChildren(LinkButton)]
    assert links == ["Subject"]
    jumps: list[str] = []
    panel.jump_requested.connect(jumps.append)
    panel.footer.findChildren(LinkButton)[0].click()
    assert jumps == ["n_x"]
    panel.show_node(document, "n_x", workspace)
    assert combo(panel, "platform").value() == "acc_sms"
    panel.cancel()
    assert panel.unapplied() == []
    assert combo(panel, "platform").value() == ""


def test_what_is_kept_is_what_was_entered_and_no_default_of_a_field(
    open_panel: OpenPanel, workspace: Workspace
) -> None:
    panel = open_panel("text_sms", {})
    assert panel.content is not None
    shown = panel.content.values()
    choose(combo(panel, "platform"), "acc_sms")
    assert panel.inputs()["n_x"].raw == {"platform": "acc_sms"}
    panel.show_node(panel_document(panel), "n_s", workspace)
    assert panel.inputs()["n_x"].raw == {"platform": "acc_sms"}
    panel.show_node(panel_document(panel), "n_x", workspace)
    assert panel.content.values() == shown._replace(raw=shown.raw | {"platform": "acc_sms"})


def panel_document(panel: ConfigurationPanel) -> Any:
    return panel._document


def test_undo_on_the_canvas_reaches_the_open_panel(open_panel: OpenPanel) -> None:
    from engine.campaign.ops import inverse

    panel = open_panel("issue_coupon", {})
    document = panel_document(panel)
    panel.confirmed.connect(lambda edit: document.apply(edit.ops))
    edits = edits_of(panel)
    choose(combo(panel, "coupon"), "cp_1")
    panel.confirm()
    assert document.nodes["n_x"].config["coupon"] == "cp_1"
    assert not panel.is_dirty
    document.apply(inverse(edits[0].ops))
    assert combo(panel, "coupon").value() == ""


def test_the_panel_empties_when_its_component_is_deleted(open_panel: OpenPanel) -> None:
    from engine.campaign.edits import delete_behind

    panel = open_panel("issue_coupon", {})
    document = panel_document(panel)
    document.apply(delete_behind(document, "n_x").ops)
    assert panel.node_id is None
    assert panel.content is None


def test_the_trigger_decides_what_an_attribute_judgment_offers(open_panel: OpenPanel) -> None:
    panel = open_panel("attribute_judgment", CONFIGS["attribute_judgment"][0])
    fields = panel.findChildren(ComboBox)
    offered = {field.itemData(index) for field in fields for index in range(field.count())}
    assert {"amount", "item", "labels"} <= offered
    assert "tag:level" not in offered


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_every_panel_can_be_viewed_without_changing_anything(
    open_panel: OpenPanel, workspace: Workspace, kind: str
) -> None:
    panel = open_panel("end")
    document = sample_document(kind, CONFIGS[kind][-1], confirmed=True)
    panel.show_node(document, "n_x", workspace, read_only=True)
    assert not panel.footer.isVisibleTo(panel)
    assert panel.content is not None
    for button in panel.content.findChildren(QPushButton):
        assert not button.isEnabled()
    for combo_box in panel.content.findChildren(ComboBox):
        before, index = combo_box.value(), combo_box.currentIndex()
        assert combo_box.read_only
        for key in (Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_S, Qt.Key.Key_Space, Qt.Key.Key_F4):
            QTest.keyClick(combo_box, key)
        QTest.mouseClick(combo_box, Qt.MouseButton.LeftButton)
        assert (combo_box.value(), combo_box.currentIndex()) == (before, index)
        assert not (isinstance(combo_box, SearchCombo) and combo_box.popup)
        assert not combo_box.view().isVisible()
    for field in panel.content.findChildren(QLineEdit):
        assert field.isReadOnly() or not field.isEnabled()
    assert panel.header.view_only.isVisibleTo(panel)
    panel.refresh()  # the workspace changed: nothing of it can be edited
    assert not any(found.isEnabled() for found in panel.content.findChildren(QPushButton))
    edits = edits_of(panel)
    panel.confirm()
    assert not edits


def test_a_viewed_choice_can_be_copied(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("end")
    kind = "text_sms"
    panel.show_node(
        sample_document(kind, CONFIGS[kind][-1], confirmed=True), "n_x", workspace, read_only=True
    )
    shown = combo(panel, "platform")
    QTest.keySequence(shown, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text() == shown.currentText() != ""
    QGuiApplication.clipboard().clear()


@pytest.mark.parametrize(
    ("where", "shown"),
    [(None, True), ({"field": "amount", "op": ">=", "value": 5}, False)],
)
def test_a_viewed_condition_that_is_empty_says_what_that_means(
    open_panel: OpenPanel, workspace: Workspace, where: dict[str, Any] | None, shown: bool
) -> None:
    config: dict[str, Any] = {"event": "order"} | ({"where": where} if where else {})
    panel = open_panel("behavior_event", config, confirmed=True)
    assert "Every event" not in texts_of(panel)  # there, a condition can be added
    document = panel_document(panel)
    panel.show_node(document, "n_x", workspace, read_only=True)
    assert ("Every event" in texts_of(panel)) is shown


def test_a_condition_that_is_needed_does_not_say_that_it_is_empty(
    open_panel: OpenPanel, workspace: Workspace
) -> None:
    panel = open_panel("attribute_judgment", {"groups": [{"id": "g_1", "name": "One"}]})
    panel.show_node(panel_document(panel), "n_x", workspace, read_only=True)
    assert "Every event" not in texts_of(panel)


def test_the_fatigue_judgment_says_where_the_limits_stand(open_panel: OpenPanel) -> None:
    assert any("workspace.json, under “fatigue”" in text for text in texts_of(open_panel("fatigue_judgment")))


def test_start_can_only_be_viewed(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("end")
    panel.show_node(panel_document(panel), "n_start", workspace)
    assert not panel.footer.isVisibleTo(panel)


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_a_switch_of_language_keeps_the_input(open_panel: OpenPanel, qapp: QApplication, kind: str) -> None:
    panel = open_panel(kind, CONFIGS[kind][-1])
    assert panel.content is not None
    write(panel.content.name, "改名")
    before = panel.content.values()
    try:
        use_language("zh")
        assert panel.content.values() == before
        assert panel.is_dirty
    finally:
        use_language("en")


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


@pytest.mark.parametrize("kind", sorted(CONFIGS))
def test_every_control_has_a_name_and_tab_reaches_them_in_order(open_panel: OpenPanel, kind: str) -> None:
    panel = open_panel(kind, CONFIGS[kind][-1])
    assert panel.content is not None
    chain = tab_chain(panel.content.name)
    for control in chain:
        named = control.accessibleName() or getattr(control, "text", str)()
        assert named, f"{control} of {kind} has no name"
    tops = [
        control.mapTo(panel, QPoint(0, 0)).y() for control in chain if panel.content.isAncestorOf(control)
    ]
    assert all(below >= above - 12 for above, below in pairwise(tops)), tops


def tab_chain(first: QWidget) -> list[QWidget]:
    """What Tab visits, beginning with a widget."""
    chain: list[QWidget] = [first]
    widget = first.nextInFocusChain()
    while widget is not None and widget is not first:
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if reached and widget.isVisible() and widget.isEnabled():
            chain.append(widget)
        widget = widget.nextInFocusChain()
    return chain


def test_a_plain_new_kind_needs_no_code(qtbot: QtBot, workspace: Workspace) -> None:
    """A component with plain fields gets its form from the hints alone."""
    from typing import Annotated, Literal

    from app.editors.base import Context
    from engine.components.base import ComponentConfig
    from engine.components.hints import Hint, form

    class FaxConfig(ComponentConfig):
        number: Annotated[str, Hint("Number", "text", missing="Enter a number")]
        pages: Annotated[int | None, Hint("Pages", "number")] = None
        style: Annotated[Literal["a", "b"], Hint("Style", "choice", choices={"a": "A", "b": "B"})] = "a"
        wait: Annotated[Any, Hint("Wait", "duration", visible_when={"style": ("b",)})] = None

    fax = Form(form(FaxConfig), Context(workspace))
    qtbot.addWidget(fax)
    fax.load({})
    write(line(fax.editor("number")), "123")
    style = fax.editor("style")
    assert isinstance(style, ChoiceEditor)
    click(style, "B")
    wait = fax.editor("wait")
    assert isinstance(wait, DurationEditor)
    write(line(wait), "2")
    assert fax.result() == {"number": "123", "style": "b", "wait": {"amount": 2, "unit": "day"}}
    click(style, "A")
    assert fax.result() == {"number": "123", "style": "a"}


def test_icon_buttons_say_what_they_do(open_panel: OpenPanel) -> None:
    panel = open_panel("tag_judgment", CONFIGS["tag_judgment"][0])
    for button in panel.findChildren(IconButton):
        assert button.toolTip()


def test_enter_confirms_from_a_field_and_presses_a_button(open_panel: OpenPanel) -> None:
    panel = open_panel("random_grouping")
    edits = edits_of(panel)
    groups: Any = form_of(panel).editor("groups")
    add = next(button for button in groups.findChildren(LinkButton) if button.text() == "Add group")
    add.setFocus()
    QTest.keyClick(add, Qt.Key.Key_Return)
    assert len(groups.cards()) == 3
    assert not edits
    groups.cards()[2].removed.emit()
    assert panel.content is not None
    panel.content.name.setFocus()
    QTest.keyClick(panel.content.name, Qt.Key.Key_Return)
    assert len(edits) == 1


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


def test_a_memo_that_cannot_be_stored_is_an_error_at_its_field(open_panel: OpenPanel) -> None:
    panel = open_panel("end")
    assert panel.content is not None
    confirmed = edits_of(panel)
    panel.content.memo.setPlainText("a\0b")  # as input that was not confirmed may come back
    panel.confirm()
    assert confirmed == []
    assert "cannot be stored" in panel.content.memo.accessibleDescription()
    assert panel.content.first_invalid() is panel.content.memo


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


def test_an_error_that_goes_leaves_its_room(open_panel: OpenPanel) -> None:
    panel = open_panel("text_sms", {})
    panel.footer.ok.click()
    QApplication.processEvents()
    form = form_of(panel)
    before = form.frame("signature").geometry()
    form.editor("sms_type").findChildren(QPushButton)[0].click()
    QApplication.processEvents()
    assert form.frame("sms_type").error == ""
    assert form.frame("signature").geometry() == before


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
