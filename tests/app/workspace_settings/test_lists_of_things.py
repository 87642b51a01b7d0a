"""Accounts, catalogue, coupons, marketing campaigns and suppressed addresses in the settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from engine.channels.receipts import receipt_token
from engine.server.stored_lists import StoredLists
from engine.store.database import Database
from engine.workspace.account import ACCOUNT, simulated
from engine.workspace.audience import AUDIENCE
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, dialog, settle


def section(qtbot: QtBot, window: MainWindow, id: str) -> Any:
    window.navigation.go("settings", id)
    settle(qtbot)
    page: Any = window.navigation.page("settings")
    return page._page(id.partition("/")[0])


def again(window: MainWindow) -> Workspace:
    assert window.workspace is not None
    return Workspace.open(window.workspace.folder)


@pytest.fixture
def lists(
    window: MainWindow, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StoredLists]:
    """The engine keeps its lists in a database, as a real one does."""
    with Database.open(tmp_path / "engine.db") as database:
        found = StoredLists(database)
        for name in ("suppressed", "suppress", "release_addresses", "coupons", "add_codes", "coupon_codes"):
            monkeypatch.setattr(engine, name, getattr(found, name), raising=False)
        monkeypatch.setattr(window.runs, "engine_has_data", lambda _folder: True)
        yield found


def test_an_account_is_made_its_secret_kept_and_its_connection_checked(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = section(qtbot, window, "accounts")
    page.make("smtp")
    page.detail.save()  # nothing is required in the file but a name: it can be finished later
    settle(qtbot)
    form = page.detail.form
    for name, value in (("host", "127.0.0.1"), ("port", 1), ("user", "shop"), ("senders", ["a@b.example"])):
        form.editor(name).set_value(value)
    form.changed.emit()
    password: QLineEdit = page.detail._fields["password"]
    assert password.echoMode() is QLineEdit.EchoMode.Password
    password.setFocus()
    QTest.keyClicks(password, "hunter2")
    page.detail.check_button.click()
    settle(qtbot)
    assert "refuses connections" in page.detail.verdict.text()
    page.detail.save()
    settle(qtbot)
    workspace = again(window)
    account = workspace.accounts[page.detail.key]
    assert Secrets(workspace.folder).load(account) == {"password": "hunter2"}
    assert "hunter2" not in workspace.accounts.path_of(account.id).read_text(encoding="utf-8")
    assert password.text() == ""
    form.editor("host").set_value("elsewhere.example")
    form.changed.emit()
    page.detail.check_button.click()
    settle(qtbot)
    assert "Enter this first" in page.detail.verdict.text()  # the secret was for another address


def test_an_account_says_where_its_provider_reports_to(qtbot: QtBot, window: MainWindow) -> None:
    workspace = window.workspace
    assert workspace is not None
    account = workspace.accounts["acc_sms"]
    made = ACCOUNT.adapter.validate_python(
        {**account.canonical(), "kind": "alibaba_sms", "settings": {"access_key_id": "A"}}
    )
    workspace.save_account(made)
    Secrets(workspace.folder).store(made, {"access_key_secret": "s3cret"})
    page = section(qtbot, window, "accounts/acc_sms")
    shown = page.detail.receipts
    assert not shown.line.isVisible()
    assert "public address" in shown._note.text()
    shown.tell("https://c.example.com", made, {})
    assert "enter that first" in shown._note.text()
    shown.tell("https://c.example.com", made, {"access_key_secret": "s3cret"})
    shown.copy_button.click()
    token = receipt_token(made, {"access_key_secret": "s3cret"})
    assert QGuiApplication.clipboard().text() == f"https://c.example.com/receipts/acc_sms/{token}"
    assert not shown.isHidden()
    shown.tell("https://c.example.com", simulated("S"), {})  # one that sends nothing has no reports
    assert shown.isHidden()


def test_what_is_used_says_where_and_stays(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "accounts/acc_sms")
    page.detail.ask_to_delete()
    settle(qtbot)
    assert "Message:" in dialog(window).sentence.text()
    dialog(window).close()
    assert "acc_sms" in again(window).accounts


def test_a_catalogue_entry_is_renamed_filed_and_deleted_with_undo(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "catalog/tags")
    page.make("tags")
    page.detail.form.load({"key": "colour", "type": "text", "values": ["red"], "directory": "Taste"})
    page.detail.form.changed.emit()
    page.detail.save()
    settle(qtbot)
    assert again(window).catalog.directories["Taste"].tags == ("colour",)
    page.detail.form.load({"key": "favourite", "type": "text", "values": ["red"], "directory": "Taste"})
    page.detail.form.changed.emit()
    page.detail.save()
    settle(qtbot)
    assert "colour" not in again(window).catalog.tags
    page.detail.ask_to_delete()
    settle(qtbot)
    dialog(window).buttons[-1].click()
    settle(qtbot)
    assert "favourite" not in again(window).catalog.tags
    window.toast.link.click()
    settle(qtbot)
    assert "favourite" in again(window).catalog.tags


def test_a_used_attribute_of_an_event_stays(qtbot: QtBot, window: MainWindow) -> None:
    card = {"card": "behaviour", "event": "order", "measure": "sum:amount", "value": 100}
    raw = {"format": "audience", "version": 1, "id": "a_big", "name": "Big spenders", "cards": [card]}
    assert window.workspace is not None
    window.workspace.save_audience(AUDIENCE.parse(json.dumps(raw).encode(), Path("a")))
    page = section(qtbot, window, "catalog/events/order")
    settle(qtbot)
    assert not page.detail.form.editor("key").isEnabled()
    page.detail.form.editor("attributes").set_value([])
    page.detail.form.changed.emit()
    page.detail.save()
    settle(qtbot)
    assert "is used by" in page.detail.form.frame("attributes").error
    assert again(window).catalog.events["order"].attributes


def test_changes_are_not_lost_by_choosing_another(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "catalog/tags")
    page.list.setCurrentRow(0)
    first = page.detail
    first.form.editor("values").set_value(["new"])
    first.form.changed.emit()
    page.list.setCurrentRow(1)
    assert page.detail is first
    dialog(window).buttons[-1].click()  # Save
    settle(qtbot)
    assert again(window).catalog.tags[first.key].values == ("new",)
    assert page.detail is not first


def test_the_marketing_tree_keeps_its_two_levels(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "marketing")
    page.make("primary")
    page.detail.form.load({"name": "Summer"})
    page.detail.save()
    settle(qtbot)
    above = page.detail.key
    page.make("sub")
    assert page.detail.form.values()["parent"] == above
    page.detail.form.load({"name": "Spring", "parent": above})
    page.detail.save()
    assert "is there already" in page.detail.form.frame("name").error
    page.detail.form.load({"name": "Summer, members", "parent": above})
    page.detail.save()
    settle(qtbot)
    tree = again(window).catalog.marketing_campaigns
    assert {item.name: item.parent for item in tree.values() if "Summer" in item.name} == {
        "Summer": None,
        "Summer, members": above,
    }
    page.show_object(above)
    page.detail.ask_to_delete()
    settle(qtbot)
    assert "Summer, members" in dialog(window).sentence.text()


def test_codes_come_from_a_file_and_repeated_ones_are_named(
    qtbot: QtBot, window: MainWindow, lists: StoredLists, tmp_path: Path
) -> None:
    coupon = next(iter(again(window).catalog.coupons))
    codes = tmp_path / "codes.csv"
    codes.write_text("code\nA\nB\nA\n", encoding="utf-8")
    page = section(qtbot, window, f"coupons/{coupon}")
    page.detail.import_file(codes)
    settle(qtbot)
    assert "Line 4" in dialog(window).sentence.text()
    dialog(window).close()
    settle(qtbot)
    assert page.detail.pool.text() == "2 codes, 0 issued, 2 left"
    assert [page.detail.codes.text(row, 0) for row in range(2)] == ["A", "B"]


def test_suppressed_addresses_are_added_found_removed_and_exported(
    qtbot: QtBot, window: MainWindow, lists: StoredLists, tmp_path: Path
) -> None:
    page = section(qtbot, window, "suppression")
    page.on_add()
    adding = dialog(window)
    adding.type.set_value("member")
    adding.values.set_value("m1\nm2\n\nm1")
    adding.add_button.click()
    settle(qtbot)
    assert page.table.rows() == 2
    page.search.setText("m2")
    qtbot.waitUntil(lambda: page.table.rows() == 1)
    out = tmp_path / "out.csv"
    page.export_file(out)
    settle(qtbot)
    assert out.read_text(encoding="utf-8") == "type,value\nmember,m1\nmember,m2\n"
    page.table.table.setFocus()
    page.table.table.selectRow(0)
    QTest.keyClick(page.table.table, Qt.Key.Key_Delete)
    dialog(window).buttons[-1].click()
    settle(qtbot)
    assert [one.value for one in lists.suppressed().addresses] == ["m1"]
    window.toast.link.click()
    settle(qtbot)
    assert lists.suppressed().total == 2
