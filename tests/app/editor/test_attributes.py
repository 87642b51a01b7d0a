"""The dialog of the campaign's own fields: exit rules, goal, control group and send window are one
step to undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTime
from pytestqt.qtbot import QtBot

from app.editor.attributes import AttributesDialog
from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign.measuring import CampaignGoal, Holdout
from engine.campaign.send_window import SendWindow
from engine.campaign.stay import ExitRule
from engine.shapes.time import Duration
from engine.workspace.settings import ControlGroup
from tests.app.conftest import open_draft


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return open_draft(qtbot, window)


def dialog_of(page: EditorPage) -> AttributesDialog:
    page.edit_attributes()
    return page.window().findChildren(AttributesDialog)[-1]


def rules(page: EditorPage) -> list[ExitRule]:
    return list(page.session.document.attributes.exits)


def test_rules_are_added_and_undone(page: EditorPage) -> None:
    workspace = page.session.workspace
    event, audience = next(iter(workspace.catalog.events)), next(iter(workspace.audiences))
    dialog = dialog_of(page)
    for _ in range(2):
        dialog.exits.add.click()
    first, second = dialog.exits.cards()
    dialog.ok.click()
    assert dialog.isVisible(), "rules that name nothing are no rules"
    assert first.block.invalid_target().property("invalid")
    first.block.set_value({"event": event})
    second.kind.buttons()["audience"].click()
    second.audience.set_value({"audience": audience})
    dialog.ok.click()
    assert rules(page) == [ExitRule(event=event), ExitRule(audience=audience)]
    page.commands.undo()
    assert rules(page) == []


def test_rules_of_the_file_are_shown_and_stay_as_they_are(page: EditorPage) -> None:
    event = next(iter(page.session.workspace.catalog.events))
    attributes = page.session.document.attributes.model_copy(update={"exits": (ExitRule(event=event),)})
    page._on_attributes(attributes)
    dialog = dialog_of(page)
    assert [card.value() for card in dialog.exits.cards()] == [{"event": event}]
    dialog.ok.click()
    assert page.session.document.attributes == attributes
    dialog = dialog_of(page)
    dialog.exits.cards()[0].removed.emit()
    dialog.ok.click()
    assert rules(page) == []


def test_a_goal_and_a_control_group_are_entered_and_undone(page: EditorPage) -> None:
    event = next(iter(page.session.workspace.catalog.events))
    dialog = dialog_of(page)
    dialog.goal.switch.click()
    dialog.holdout.switch.click()
    dialog.holdout.percent.set_value(60)
    dialog.ok.click()
    assert dialog.isVisible(), "half at most, and a goal without an event is none"
    assert dialog.goal.block.invalid_target().property("invalid")
    assert dialog.holdout.percent.property("invalid")
    dialog.goal.block.set_value({"event": event})
    dialog.goal.within.set_value({"amount": 3, "unit": "day"})
    dialog.holdout.percent.set_value(12.5)
    dialog.ok.click()
    attributes = page.session.document.attributes
    goal = CampaignGoal(event=event, within=Duration(amount=3, unit="day"))
    assert (attributes.goal, attributes.holdout) == (goal, Holdout(percent=12.5))
    dialog = dialog_of(page)
    dialog.ok.click()
    assert page.session.document.attributes == attributes, "what is shown stays as it is"
    page.commands.undo()
    assert page.session.document.attributes.goal is None


def test_only_where_the_workspace_has_a_control_group_a_campaign_can_ignore_it(page: EditorPage) -> None:
    assert not dialog_of(page).ignore_control.isVisible()
    workspace = page.session.workspace
    control = {"control_group": ControlGroup(percent=5)}
    workspace.save_settings(workspace.settings.model_copy(update=control))
    dialog = dialog_of(page)
    assert dialog.ignore_control.isVisible()
    dialog.ignore_control.click()
    dialog.ok.click()
    assert page.session.document.attributes.ignore_global_control


def test_a_send_window_is_entered_and_undone(page: EditorPage) -> None:
    workspace = page.session.workspace
    catalog = workspace.catalog
    attributes = {**catalog.attributes, "home": "text", "age": "number"}
    workspace.save_catalog(catalog.model_copy(update={"attributes": attributes}))
    dialog = dialog_of(page)
    dialog.send_window.switch.click()
    dialog.send_window.closes.setTime(QTime(9, 0))
    dialog.ok.click()
    assert dialog.isVisible(), "it would end when it begins"
    assert dialog.send_window.closes.property("invalid")
    offered = {dialog.send_window.zone.itemData(row) for row in range(dialog.send_window.zone.count())}
    assert "home" in offered
    assert "age" not in offered, "only a text can name a zone"
    dialog.send_window.closes.setTime(QTime(18, 30))
    dialog.send_window.zone.set_value("home")
    dialog.ok.click()
    window = SendWindow(from_="09:00", to="18:30", zone="home")
    assert page.session.document.attributes.send_window == window
    before = page.session.document.attributes
    dialog = dialog_of(page)
    assert dialog.send_window.value() == window.canonical()
    dialog.ok.click()
    assert page.session.document.attributes == before, "what is shown stays as it is"
    dialog = dialog_of(page)
    dialog.send_window.zone.set_value("gone")
    dialog.ok.click()
    assert dialog.send_window.zone.property("invalid")
    dialog.send_window.zone.set_value("")
    dialog.ok.click()
    everybodys = SendWindow(from_="09:00", to="18:30")
    assert page.session.document.attributes.send_window == everybodys
    page.commands.undo()
    page.commands.undo()
    assert page.session.document.attributes.send_window is None
