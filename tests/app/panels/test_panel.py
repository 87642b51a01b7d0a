"""The configuration panel: errors, OK, questions, and the campaign that changes meanwhile."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.editors.plain import ChoiceEditor
from app.editors.times import DurationEditor
from app.language import use_language
from app.panels.form import Form
from app.widgets.basic import IconButton, LinkButton
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import choose, click, combo, form_of, line, write
from tests.app.panels.looking import edits_of, node_of, panel_document
from tests.app.panels.samples import CONFIGS


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


def test_a_memo_that_cannot_be_stored_is_an_error_at_its_field(open_panel: OpenPanel) -> None:
    panel = open_panel("end")
    assert panel.content is not None
    confirmed = edits_of(panel)
    panel.content.memo.setPlainText("a\0b")  # as input that was not confirmed may come back
    panel.confirm()
    assert confirmed == []
    assert "cannot be stored" in panel.content.memo.accessibleDescription()
    assert panel.content.first_invalid() is panel.content.memo


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


def test_another_component_is_shown_from_its_name_on(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("text_sms", {})
    document, bar = panel_document(panel), panel.body.verticalScrollBar()
    panel.resize(352, 300)
    QTest.qWait(1)
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    panel.show_node(document, "n_x", workspace)  # once more: one goes on where one was
    QTest.qWait(1)
    assert bar.value() > 0
    panel.show_node(document, "n_s", workspace)
    panel.show_node(document, "n_x", workspace)
    QTest.qWait(1)
    assert bar.value() == 0
