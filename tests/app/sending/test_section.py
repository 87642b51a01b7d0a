"""How sending goes, on show in the settings; messages in doubt, settled from there and told elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.campaign_list.table import RowRole
from app.sending.section import OutgoingSection
from app.window import MainWindow
from engine.server.wire.sending import (
    AccountSending,
    Decision,
    Doubtful,
    DoubtfulGroup,
    DoubtfulPage,
    SendingAnswer,
    SettleOrder,
)
from engine.workspace.workspace import Workspace
from tests.app.conftest import MOMENT, FakeEngine, MakeWindow, dialog, open_draft, settle

ACCOUNT = "acc_sms"
GROUPS = [
    DoubtfulGroup(campaign="c_1", name="Spring", account=ACCOUNT, messages=3, first=MOMENT, last=MOMENT),
    DoubtfulGroup(campaign="c_2", name="Orders", account="acc_old", messages=2, first=MOMENT, last=MOMENT),
]
ACCOUNTS = [
    AccountSending(account=ACCOUNT, waiting=12_345, in_flight=8, active=True, per_second=50, doubtful=3),
    AccountSending(account="acc_old", waiting=7, in_flight=0, active=True, problem="No key.", doubtful=2),
    AccountSending(account="acc_x", waiting=4, in_flight=0, active=True, problem="timeout", again_in=7.2),
    AccountSending(account="acc_y", waiting=4, in_flight=0),
]


def one(number: int, campaign: str) -> Doubtful:
    return Doubtful(
        key=f"1.2.{number}.1.+86138{number:08d}",
        campaign=campaign,
        name="Spring",
        node="n_sms",
        title="Welcome",
        channel="text_sms",
        account=ACCOUNT,
        person_id=f"p{number}",
        address=f"+86138{number:08d}",
        marketing=number % 2 == 0,
        planned_at=MOMENT,
        attempted_at=MOMENT,
        reason="connection_lost",
        text="Hello!\nYour code is 1234.",
    )


class Asked:
    """Answers what is asked of doubtful messages. orders: those that came."""

    def __init__(self, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.orders: list[SettleOrder] = []
        self.listed: list[tuple[str | None, str | None, str]] = []
        monkeypatch.setattr(engine, "doubtful", self.doubtful, raising=False)
        monkeypatch.setattr(engine, "settle_doubtful", self.settle, raising=False)

    def doubtful(self, campaign: str | None, account: str | None, after: str, _limit: int) -> DoubtfulPage:
        self.listed.append((campaign, account, after))
        if after:
            return DoubtfulPage(messages=[one(3, campaign or "c_1")])
        settled = {key for order in self.orders for key in order.messages or ()}
        both = [one(1, campaign or "c_1"), one(2, "c_1")]
        return DoubtfulPage(messages=[each for each in both if each.key not in settled], after="2")

    def settle(self, order: SettleOrder) -> int:
        self.orders.append(order)
        return 1 if order.messages else 3


@pytest.fixture
def asked(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Asked:
    decision = Decision(at=MOMENT, who="mia", how="again", messages=4)
    engine.told = SendingAnswer(as_of=MOMENT, accounts=ACCOUNTS, doubtful=GROUPS, decisions=[decision])
    return Asked(engine, monkeypatch)


def section(qtbot: QtBot, window: MainWindow, within: str = "") -> OutgoingSection:
    window.navigation.go("settings", f"outgoing{within}")
    settle(qtbot)
    assert window.service is not None
    with qtbot.waitSignal(window.service.sending_told):
        window.service.poll()
    settle(qtbot)
    page: Any = window.navigation.page("settings")
    found: OutgoingSection = page._page("outgoing")
    return found


def column(page: OutgoingSection, number: int) -> list[str]:
    model = page.accounts.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_it_says_how_accounts_do_and_why_nothing_goes_out(
    qtbot: QtBot, window: MainWindow, asked: Asked
) -> None:
    page = section(qtbot, window)
    assert column(page, 1) == [
        "Sends",
        "Cannot send: No key.",
        "Pauses for 8 seconds, then tries again: no answer in time",
        "Waits: its campaigns are stopped",
    ]
    assert column(page, 2)[0] == "12,345"
    assert column(page, 4) == ["50 a second", "none", "none", "none"]
    assert page.doubtful.groups.count() == 3
    assert "mia: 4 messages sent again" in page.decisions.text()


def test_one_several_or_all_are_settled_once_it_was_said_what_follows(
    qtbot: QtBot, window: MainWindow, asked: Asked
) -> None:
    page = section(qtbot, window, "/c_1")
    box = page.doubtful
    assert asked.listed[-1] == ("c_1", ACCOUNT, "")
    QTest.mouseClick(box.table.more, Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert (box.table.rows(), asked.listed[-1]) == (3, ("c_1", ACCOUNT, "2"))
    box.table.table.selectRow(0)
    QTest.mouseClick(box.buttons["again"], Qt.MouseButton.LeftButton)
    assert "a second time" in dialog(window).sentence.text()
    assert asked.orders == []
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot)
    (order,) = asked.orders
    assert (order.how, order.messages, order.campaign) == ("again", [one(1, "c_1").key], None)
    assert order.who
    QTest.mouseClick(box.buttons["not_sent"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot)
    order = asked.orders[-1]
    assert (order.how, order.messages, order.campaign, order.account, order.until) == (
        "not_sent", None, "c_1", ACCOUNT, MOMENT,
    )  # fmt: skip
    assert "3 messages count as failed" in window.toast.message


def test_what_is_settled_leaves_the_list_also_where_somebody_has_scrolled(
    qtbot: QtBot, window: MainWindow, asked: Asked
) -> None:
    page = section(qtbot, window, "/c_1")
    box = page.doubtful
    table = box.table.table
    table.setFixedHeight(table.horizontalHeader().height() + table.rowHeight(0))
    settle(qtbot)
    table.selectRow(1)
    table.scrollToBottom()
    assert box.busy
    QTest.mouseClick(box.buttons["sent"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot)
    table.selectAll()
    assert box.keys == [one(1, "c_1").key]
    table.clearSelection()
    before = len(asked.listed)
    QTest.mouseClick(box.buttons["sent"], Qt.MouseButton.LeftButton)  # all of them
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert len(asked.listed) > before


def test_nothing_changes_under_somebody_who_is_choosing(
    qtbot: QtBot, window: MainWindow, asked: Asked, engine: FakeEngine
) -> None:
    page = section(qtbot, window, "/c_1")
    page.doubtful.table.table.selectRow(1)
    before = len(asked.listed)
    more = GROUPS[0].model_copy(update={"messages": 9})
    engine.told = engine.told.model_copy(update={"doubtful": [more, GROUPS[1]]})
    section(qtbot, window)
    assert page.doubtful.keys == [one(2, "c_1").key]
    assert len(asked.listed) == before
    page.doubtful.table.table.clearSelection()
    section(qtbot, window)
    assert len(asked.listed) == before + 1


def test_it_is_only_asked_while_it_is_looked_at_and_starts_no_engine(
    qtbot: QtBot, window: MainWindow, asked: Asked, engine: FakeEngine
) -> None:
    page = section(qtbot, window)
    window.navigation.go("campaigns")
    service = window.service
    assert service is not None
    told: list[object] = []
    service.sending_told.connect(told.append)
    service.poll()
    settle(qtbot)
    assert told == []
    engine.away = True
    window.navigation.go("settings", "outgoing")
    service.poll()
    settle(qtbot)
    assert engine.away
    assert "does not run" in page.no_accounts.text()
    assert not page.doubtful.isVisible()


def test_campaigns_say_that_messages_are_in_doubt_and_lead_there(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    engine: FakeEngine,
    ready: str,
    asked: Asked,
) -> None:
    engine.statuses[ready] = "in_progress"
    engine.doubtful_of[ready] = 3
    engine.cannot_send = "timeout"
    group = GROUPS[0].model_copy(update={"campaign": ready})
    engine.told = engine.told.model_copy(update={"doubtful": [group, GROUPS[1]]})
    window = make_window(workspace)
    table: Any = window.list_page.table
    qtbot.waitUntil(lambda: any(row.trouble is not None for row in window.rows()))
    rows = [table.model().index(row, 0).data(RowRole) for row in range(table.model().rowCount())]
    assert "Messages do not go out: no answer in time" in [row.trouble.text for row in rows if row.trouble]
    page = open_draft(qtbot, window, "Ready")
    qtbot.waitUntil(lambda: len(page.notices.notices) >= 2)
    texts = [notice.text for notice in page.notices.notices]
    assert "Nobody knows whether 3 messages were sent" in texts
    page.notices.asked.emit("run.sending")
    settle(qtbot)
    shown = section(qtbot, window, f"/{ready}")
    assert shown.doubtful.choice == (ready, ACCOUNT)
