"""Sending tests: the list of addresses, the dialog from messages and from components, what came of it."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app import language
from app.previews import person_choice
from app.previews.sms import SmsView
from app.trials import addresses
from app.trials.dialog import TrialDialog
from app.trials.new_address import NewAddress
from app.window import MainWindow
from engine.campaign import edits
from engine.channels.trial_sending import Told
from engine.i18n import Message
from engine.workspace.sample_values import SamplePerson
from engine.workspace.settings import TrialAddress
from engine.workspace.workspace import Workspace
from tests.app.auditing import clipped, findings
from tests.app.conftest import MakeWindow, dialogs, open_draft, settle
from tests.app.panels.samples import CONFIGS

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

MOBILE = "+8613800138000"
D = TypeVar("D", bound=QDialog)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def nobody_chosen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_last", {})


def list_addresses(workspace: Workspace, *listed: tuple[str, str]) -> None:
    found = tuple(TrialAddress(id_type=kind, address=address, name="Mine") for kind, address in listed)
    workspace.save_settings(workspace.settings.model_copy(update={"test_addresses": found}))


def tried(qtbot: QtBot, window: MainWindow, id: str) -> TrialDialog:
    """The dialog for a message of the workspace, which is selected in the list."""
    window.navigation.go("messages", id)
    settle(qtbot)
    window.actions_["message.test"].trigger()
    settle(qtbot)
    return the(window, TrialDialog)


def the(window: MainWindow, kind: type[D]) -> D:
    """The one dialog of a kind that stands over the window."""
    (found,) = (one for one in dialogs(window) if isinstance(one, kind))
    return found


def click(button: Any) -> None:
    QTest.mouseClick(button, LEFT)


# ---- the list


def test_addresses_are_checked_and_listed_in_the_settings(qtbot: QtBot, window: MainWindow) -> None:
    window.navigation.go("settings", "tests/mobile")
    settle(qtbot)
    page: Any = window.navigation.page("settings")
    section = page._page("tests")
    editor = section.form.editor("test_addresses")
    field = editor.rows.cell(0, "address").control
    QTest.keyClicks(field, "12")
    section.save()
    assert "is no Chinese mobile number" in section.form.frame("test_addresses").error
    field.clear()
    QTest.keyClicks(field, "138 0013 8000")
    section.save()
    settle(qtbot)
    assert window.workspace is not None
    (one,) = Workspace.open(window.workspace.folder).settings.test_addresses
    assert (one.id_type, one.address) == ("mobile", MOBILE)
    editor.add("mobile")
    QTest.keyClicks(editor.rows.cell(1, "address").control, MOBILE)
    section.save()
    assert "listed already" in section.form.frame("test_addresses").error


def test_an_address_is_added_where_one_is_needed(qtbot: QtBot, window: MainWindow) -> None:
    shown = tried(qtbot, window, "m_care")
    assert not shown.send_button.isEnabled()
    assert "none of this type yet: mobile" in shown.addresses.nothing.text()
    click(shown.addresses.add)
    new = the(window, NewAddress)
    assert (findings(new), clipped(new)) == ([], [])
    field = new.form.editor("address").focus_target()
    QTest.keyClicks(field, "13800138000")
    click(new.create_button)
    settle(qtbot)
    assert shown.addresses.address() == MOBILE
    assert shown.send_button.isEnabled()
    assert window.workspace is not None
    assert len(window.workspace.settings.test_addresses) == 1


# ---- sending


def test_a_message_is_sent_off_the_window_and_the_answer_stays(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_addresses(workspace, ("mobile", MOBILE), ("email", "me@shop.example"))
    window = make_window(workspace)
    given: list[Any] = []
    answer = threading.Event()

    def send(_workspace: Workspace, account: Any, test: Any) -> Told:
        given.append((account.id, test))
        answer.wait(10)
        return Told("accepted", Message("The provider has taken the message."), "id-7")

    monkeypatch.setattr("app.trials.dialog.send", send)
    shown = tried(qtbot, window, "m_care")
    QTest.keyClick(shown.values.fields["first_name"], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(shown.values.fields["first_name"], "Ann")
    click(shown.send_button)
    assert not shown.send_button.isEnabled()  # while it is under way
    answer.set()
    settle(qtbot)
    ((account, test),) = given
    assert (account, test.address, test.test) == ("acc_sms", MOBILE, True)
    assert test.content.values["first_name"] == "Ann"
    assert test.content.signature == "Brand"
    said = shown.outcome.text()
    assert said.startswith("✓ The provider has taken the message.\nThe provider calls it id-7.\nTo +86")
    assert shown.outcome.property("role") == "ok"
    assert shown.send_button.isEnabled()
    assert isinstance(shown.appearance.view, SmsView)
    assert "Ann" in shown.appearance.view.text.accessibleDescription()
    assert "cannot be marked" in shown.note.text()  # Alibaba sends the text that it has approved


def test_an_answer_that_comes_too_late_is_told_by_the_window(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_addresses(workspace, ("mobile", MOBILE))
    window = make_window(workspace)
    answer = threading.Event()

    def send(*_given: object) -> Told:
        answer.wait(10)
        return Told("refused", Message("No such number."))

    monkeypatch.setattr("app.trials.dialog.send", send)
    shown = tried(qtbot, window, "m_care")
    click(shown.send_button)
    click(shown.close_button)
    qtbot.wait(0)
    answer.set()
    settle(qtbot)
    assert window.toast.accessibleName() == "Test of “Care”: No such number."


def test_it_closes_when_the_language_changes(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    window = make_window(workspace)
    tried(qtbot, window, "m_care")
    language.use_language("zh")
    assert not [one for one in dialogs(window) if isinstance(one, TrialDialog)]


def test_the_account_is_chosen_for_an_email(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    list_addresses(workspace, ("email", "me@shop.example"))
    shown = tried(qtbot, make_window(workspace), "m_mail")
    assert shown._sender is not None
    assert shown._sender.values() == {"account": "acc_mail", "sender": "news@example.com"}
    shown._sender.load({})
    shown._sender.changed.emit()
    assert "Choose an account" in shown.problem.text()
    assert not shown.send_button.isEnabled()
    shown._sender.load({"account": "acc_simulated"})
    shown._sender.changed.emit()
    click(shown.send_button)
    settle(qtbot)
    assert "nothing has left the computer" in shown.outcome.text()
    by_arrows = frozenset({"Phone", "Plain text"})
    assert (findings(shown, by_arrows), clipped(shown)) == ([], [])
    trial = shown._trial
    assert trial is not None
    assert trial.content({"first_name": "Ann"}).subject == "Hello Ann"  # type: ignore[union-attr]


def test_a_person_of_the_data_stands_in_until_somebody_types(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(workspace)
    monkeypatch.setattr(window.runs, "engine_has_data", lambda _folder: True)
    person = SamplePerson("p1", {"first_name": "Ann"}, {}, {})
    late: list[Any] = []
    person_choice.use(lambda _text, done, _failed: late.append(done), lambda _id, done, _failed: done(person))
    shown = tried(qtbot, window, "m_care")
    assert shown.values.values()["first_name"].startswith("Maximiliane")
    late.pop()([("p1", "p1 · Ann")])
    assert shown.values.values()["first_name"] == "Ann"
    shown.reject()
    window.actions_["message.test"].trigger()
    again = the(window, TrialDialog)
    QTest.keyClicks(again.values.fields["code"], "X")
    late.pop()([("p1", "p1 · Ann")])
    assert again.values.values()["code"] == "X"
    again.people.combo.set_value("worst:empty")
    again.people._on_chosen("worst:empty")
    assert set(again.values.values().values()) == {""}


@pytest.mark.parametrize("kind", ["webhook", "push_kafka"])
def test_data_says_that_it_is_a_test(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, kind: str
) -> None:
    list_addresses(workspace, ("member", "m-1"))
    shown = from_component(qtbot, make_window(workspace), kind)
    assert shown.appearance.data is not None
    assert (findings(shown), clipped(shown)) == ([], [])
    assert '"test": true' in shown.appearance.data.toPlainText()
    assert shown.note.isHidden()


# ---- from a component


def from_component(qtbot: QtBot, window: MainWindow, kind: str, *, by_panel: bool = False) -> TrialDialog:
    """The dialog for a component of this kind, which is configured and selected."""
    page = open_draft(qtbot, window, kinds=("target_audience", kind))
    node = page.scene.selected_node
    assert node is not None
    assert not window.actions_["editor.test"].isEnabled()
    page.push(edits.configure(page.session.document, node, name="Mine", memo="", config=CONFIGS[kind][0]))
    settle(qtbot)
    assert window.actions_["editor.test"].isEnabled()
    if by_panel:
        assert page.panel.content is not None
        page.panel.content.test.click()
    else:
        window.actions_["editor.test"].trigger()
    settle(qtbot)
    return the(window, TrialDialog)


def test_the_panel_sends_what_stands_in_it_once_that_is_right(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    list_addresses(workspace, ("mobile", MOBILE))
    window = make_window(workspace)
    shown = from_component(qtbot, window, "text_sms", by_panel=True)
    assert shown.send_button.isEnabled()
    assert shown.values.values()["code"] == "X1"  # a constant of the component
    shown.reject()
    page = window.the_editor
    assert page.panel.content is not None
    page.panel.content.form.load({"platform": "acc_sms"})
    page.panel.content.test.click()
    assert not dialogs(window)
    assert page.panel.content.first_invalid() is not None
