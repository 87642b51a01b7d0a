"""Searching in a long list, making something new on the spot, and the two columns of sub-campaigns."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editors.base import Context, RawObject
from app.editors.cards import CardsEditor
from app.pickers.account_form import AccountDialog
from app.pickers.audience_form import AudienceDialog
from app.pickers.coupon_form import CouponDialog
from app.pickers.event_form import EventDialog
from app.pickers.message_form import MessageDialog
from app.pickers.search import SearchCombo
from app.pickers.sub_campaigns import SubCampaignPicker
from app.widgets.combo_box import Option
from engine.workspace.message import Email
from engine.workspace.workspace import Workspace
from tests.app.panels.conftest import OpenPanel
from tests.app.panels.filling import choose, click, combo, form_of, line, write

# Popups grab the keyboard and stand on top, which windows without a screen cannot.
popup = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def long_list(qtbot: QtBot) -> SearchCombo:
    box = SearchCombo("Choose", "New…")
    box.set_options(Option(f"id{n}", f"Name {n}") for n in range(30))
    qtbot.addWidget(box)
    box.show()
    return box


@popup
def test_typing_filters_and_enter_chooses(long_list: SearchCombo, qtbot: QtBot) -> None:
    long_list.showPopup()
    assert long_list.popup is not None
    with qtbot.waitSignal(long_list.chosen) as chosen:
        QTest.keyClicks(long_list.popup.search, "name 2")
        QTest.keyClick(long_list.popup.search, Qt.Key.Key_Down)
        QTest.keyClick(long_list.popup.search, Qt.Key.Key_Return)
    assert chosen.args == ["id20"]  # Name 2, then Name 20
    assert long_list.value() == "id20"


@popup
@pytest.mark.parametrize("typed", ["na 17", "17 NAME", "ame 17"])
def test_a_search_takes_beginnings_of_words(long_list: SearchCombo, typed: str) -> None:
    long_list.showPopup()
    assert long_list.popup is not None
    QTest.keyClicks(long_list.popup.search, typed)
    QTest.keyClick(long_list.popup.search, Qt.Key.Key_Return)
    assert long_list.value() == "id17"


@popup
def test_what_is_not_there_is_said(long_list: SearchCombo) -> None:
    long_list.showPopup()
    assert long_list.popup is not None
    QTest.keyClicks(long_list.popup.search, "xyz")
    assert not long_list.popup.list.isVisible()
    QTest.keyClick(long_list.popup.search, Qt.Key.Key_Return)
    assert long_list.value() == ""
    long_list.popup.close()


@popup
def test_new_stands_at_the_end_of_the_list(long_list: SearchCombo, qtbot: QtBot) -> None:
    long_list.showPopup()
    assert long_list.popup is not None
    with qtbot.waitSignal(long_list.create_requested):
        long_list.popup.new.click()


def test_a_value_that_is_gone_stays_until_another_is_chosen(long_list: SearchCombo) -> None:
    long_list.set_value("id_gone")
    assert long_list.value() == "id_gone"
    assert long_list.currentText() == "id_gone"
    long_list.set_options([Option("id1", "Name 1")])
    assert long_list.value() == "id_gone"


def test_a_new_template_is_saved_and_chosen(open_panel: OpenPanel, workspace: Workspace) -> None:
    panel = open_panel("text_sms", {})
    choose(combo(panel, "platform"), "acc_sms")
    click(form_of(panel).editor("sms_type"), "Notification")
    combo(panel, "template").create_requested.emit()  # type: ignore[attr-defined]
    dialog = panel.findChild(MessageDialog)
    assert dialog is not None
    assert dialog.form.values() == {"platform": "acc_sms", "sms_type": "notification"}
    dialog.create_button.click()
    assert dialog.form.frame("name").error == "Enter a name"
    assert dialog.form.frame("text").error == "Enter the text"
    write(line(dialog.form.editor("name")), "Shipped")
    dialog.form.editor("text").set_value("Hi ${first_name}")
    dialog.form.editor("code").set_value("SMS_1")
    dialog.create_button.click()
    message = workspace.messages.by_name("Shipped")
    assert message is not None
    assert message.status == "approved"
    assert combo(panel, "template").value() == message.id
    assert len(form_of(panel).editor("variables").cards()) == 1  # type: ignore[attr-defined]


def test_a_taken_name_stands_at_the_name(workspace: Workspace, qtbot: QtBot) -> None:
    dialog = AccountDialog(None, workspace)
    qtbot.addWidget(dialog)
    assert dialog.form.values() == {"name": "Simulated 2"}
    write(line(dialog.form.editor("name")), "Alibaba SMS")
    dialog.on_create()
    assert "“Alibaba SMS” is taken" in dialog.form.frame("name").error
    write(line(dialog.form.editor("name")), "Playground")
    with qtbot.waitSignal(dialog.created) as created:
        dialog.on_create()
    assert workspace.accounts[created.args[0]].kind == "simulated"


def test_a_new_email_waits_for_approval_where_the_workspace_says_so(
    workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.save_settings(workspace.settings.model_copy(update={"auto_approve": False}))
    dialog = MessageDialog(None, Context(workspace), "email", {})
    qtbot.addWidget(dialog)
    dialog.form.load({"name": "Letter", "subject": "Hi", "text": "One\nTwo", "html": "<p>One</p>"})
    dialog.on_create()
    message = workspace.messages.by_name("Letter")
    assert message is not None
    assert message.status == "pending"
    assert Workspace.open(workspace.folder).messages[message.id] == message


CARDS: list[RawObject] = [
    {"join": None, "card": "tags", "condition": {"field": "tag:level", "op": "is", "value": ["VIP"]}},
    {
        "join": "minus",
        "card": "behaviour",
        "event": "order",
        "where": {"all": [{"field": "amount", "op": ">", "value": 5}]},
        "range": {"last": {"amount": 30, "unit": "day"}},
        "measure": "sum:amount",
        "op": "between",
        "value": [10, 20.5],
    },
    {
        "join": "or",
        "card": "behaviour",
        "event": "login",
        "where": None,
        "range": {"from": "2026-01-01T00:00:00+08:00", "to": "2026-02-01T00:00:00+08:00"},
        "measure": "count",
        "op": "=",
        "value": 0,
    },
    {"join": "and", "card": "audience", "audience": "a_vip"},
    {"join": "or", "card": "rfm", "model": "m1", "types": [1, 2]},
]


def test_cards_come_back_as_they_were(workspace: Workspace, qtbot: QtBot) -> None:
    dialog = AudienceDialog(None, Context(workspace), {"cards": list(CARDS)})
    qtbot.addWidget(dialog)
    assert dialog.form.values()["cards"] == CARDS


def test_an_audience_is_made_by_hand(workspace: Workspace, qtbot: QtBot) -> None:
    asked: list[RawObject] = []

    def estimate(raw: RawObject, answer: object) -> None:
        asked.append(raw)
        assert callable(answer)
        answer("12,457 people now")

    dialog = AudienceDialog(None, Context(workspace, estimate=estimate))
    qtbot.addWidget(dialog)
    dialog.on_create()
    assert dialog.form.frame("cards").error == "Add a card"
    write(line(dialog.form.editor("name")), "Active")
    cards = dialog.form.editor("cards")
    assert isinstance(cards, CardsEditor)
    cards.add("behaviour")
    dialog.on_create()
    assert cards.invalid_target() is cards.cards()[0].body.focus_target()
    choose(cards.cards()[0].findChild(SearchCombo), "login")  # type: ignore[arg-type]
    dialog.estimate_now()
    assert dialog.estimate_text == "12,457 people now"
    assert asked[0]["cards"] == [
        {
            "join": None,
            "card": "behaviour",
            "event": "login",
            "where": None,
            "range": None,
            "measure": "count",
            "op": ">=",
            "value": 1,
        }
    ]
    with qtbot.waitSignal(dialog.created) as created:
        dialog.on_create()
    saved = Workspace.open(workspace.folder).audiences[created.args[0]]
    assert saved.name == "Active"
    assert saved.update == "manual"


def test_choosing_a_primary_campaign_chooses_all_of_its_sub_campaigns(
    workspace: Workspace, qtbot: QtBot
) -> None:
    picker = SubCampaignPicker(workspace, ["mc_3"])
    qtbot.addWidget(picker)
    spring, autumn = picker.primary.item(0), picker.primary.item(1)
    assert (spring.text(), spring.checkState()) == ("Spring", Qt.CheckState.PartiallyChecked)
    assert [picker.sub.item(row).text() for row in range(2)] == ["Spring, members", "Spring, newcomers"]
    spring.setCheckState(Qt.CheckState.Checked)
    assert picker.chosen() == ("mc_3", "mc_2")
    picker.primary.setCurrentRow(1)
    assert [picker.sub.item(row).text() for row in range(picker.sub.count())] == ["Autumn, members"]
    picker.sub.item(0).setCheckState(Qt.CheckState.Checked)
    assert autumn.checkState() == Qt.CheckState.Checked
    spring.setCheckState(Qt.CheckState.Unchecked)
    assert picker.chosen() == ("mc_5",)


def test_no_marketing_campaigns_yet(tmp_path: Path, qtbot: QtBot) -> None:
    picker = SubCampaignPicker(Workspace.create(tmp_path / "w", "W", "UTC", "en"))
    qtbot.addWidget(picker)
    picker.show()
    assert not picker.primary.isVisible()
    assert picker.chosen() == ()


def test_a_message_form_opens_filled_in(workspace: Workspace, qtbot: QtBot) -> None:
    start: RawObject = {"name": "Mine", "subject": "Hi", "preheader": "", "text": "One\nTwo", "html": "<p/>"}
    dialog = MessageDialog(None, Context(workspace), "email", {}, start)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.created) as created:
        dialog.on_create()
    assert workspace.messages[created.args[0]].content == Email(subject="Hi", text="One\nTwo", html="<p/>")


def test_a_new_event_and_a_new_coupon_are_in_the_catalogue(workspace: Workspace, qtbot: QtBot) -> None:
    event = EventDialog(None, workspace)
    qtbot.addWidget(event)
    event.form.load({"key": "order", "attributes": [{"name": "size", "type": "number"}]})
    event.on_create()
    assert "is there already" in event.form.frame("key").error
    event.form.load(
        {"key": "returned", "name": "Sent back", "attributes": [{"name": "size", "type": "number"}]}
    )
    with qtbot.waitSignal(event.created) as made:
        event.on_create()
    assert made.args == ["returned"]
    assert workspace.catalog.events["returned"].attributes == {"size": "number"}
    coupon = CouponDialog(None, workspace)
    qtbot.addWidget(coupon)
    with qtbot.waitSignal(coupon.created) as made:
        coupon.on_create()
    assert workspace.catalog.coupons[made.args[0]].name == "Coupon"


def test_a_new_account_of_a_kind_has_the_fields_of_the_kind(workspace: Workspace, qtbot: QtBot) -> None:
    dialog = AccountDialog(None, workspace, ("simulated", "smtp"))
    qtbot.addWidget(dialog)
    dialog._on_kind("smtp")
    dialog.form.editor("senders").set_value(["a@b.example"])
    with qtbot.waitSignal(dialog.created) as created:
        dialog.on_create()
    account = workspace.accounts[created.args[0]]
    assert (account.kind, account.settings.senders) == ("smtp", ("a@b.example",))
