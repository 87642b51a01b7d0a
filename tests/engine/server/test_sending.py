"""How sending goes, and doubtful messages, over HTTP and at the command line: a real engine answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from engine import cli, i18n
from engine.channels.adapter import Unknown
from engine.client import EngineRefused
from engine.commands.doubtful import show_sending
from engine.server.wire.sending import AccountSending, DoubtfulGroup, SendingAnswer, SettleOrder
from engine.workspace.account import SIMULATED_ID
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_sending import judged, states
from tests.engine.run.drafting import MINUTE, Running, database
from tests.engine.server.calling import JSON, call, problem
from tests.engine.server.serving import MemoryEngine, Served, serve


@contextmanager
def doubting(folder: Path) -> Iterator[Running]:
    """An engine on `engine.db` that does not know of three messages whether they were sent."""
    provider = Provider()
    provider.answer = lambda _one: Unknown("timeout")
    with Running(database(folder), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        yield run


@pytest.fixture
def doubted(tmp_path: Path) -> Iterator[Running]:
    with doubting(tmp_path) as run:
        yield run


@pytest.fixture
def served(doubted: Running, tmp_path: Path) -> Iterator[Served]:
    with serve(doubted.database, tmp_path, cast("MemoryEngine", doubted.engine)) as served:
        yield served


def test_doubtful_messages_are_listed_and_settled_over_http(served: Served, doubted: Running) -> None:
    client = served.client()
    known = client.sending()
    (group,) = known.doubtful
    assert (group.campaign, group.account, group.messages) == ("c_1", SIMULATED_ID, 3)
    assert [(one.account, one.doubtful) for one in known.accounts] == [(SIMULATED_ID, 3)]
    assert client.status().doubtful == 3
    page = client.doubtful(campaign="c_1", limit=2)
    assert page.after is not None
    rest = client.doubtful("c_1", SIMULATED_ID, page.after)
    assert (len(page.messages), len(rest.messages), rest.after) == (2, 1, None)
    one = page.messages[0]
    assert (one.title, one.channel, one.reason, one.text[:5]) == ("n_sms", "text_sms", "timeout", "Hello")
    assert client.settle_doubtful(SettleOrder(how="sent", who="Mia", messages=[one.key])) == 1
    order = SettleOrder(how="not_sent", who="Mia", campaign="c_1", until=known.as_of)
    assert client.settle_doubtful(order) == 2
    assert client.doubtful().messages == []
    assert [(each.how, each.messages, each.chosen) for each in client.sending().decisions] == [
        ("not_sent", 2, False),
        ("sent", 1, True),
    ]
    assert sorted(states(doubted).values()) == ["failed not_sent", "failed not_sent", "sent"]
    assert client.check() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"how": "maybe", "who": "Mia"}', "invalid_body"),
        ('{"how": "sent"}', "invalid_body"),
        ('{"how": "sent", "who": "Mia", "until": "soon"}', "invalid_body"),
        ('{"how": "sent", "who": "Mia", "messages": ["1.2.3"]}', "bad_message_key"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    served: Served, doubted: Running, body: str, code: str
) -> None:
    answer = call(served, "POST", "/api/v1/doubtful/settle", data=body, headers=JSON)
    assert problem(answer).code == code
    assert set(states(doubted).values()) == {"unknown"}


def test_a_page_that_begins_nowhere_is_refused(served: Served) -> None:
    for place in ("x", "1:x", "1:1.2.3.4.\0"):
        with pytest.raises(EngineRefused):
            served.client().doubtful(after=place)


def test_they_are_listed_and_settled_at_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with doubting(tmp_path):
        pass
    db = ["--db", f"sqlite:///{tmp_path / 'engine.db'}"]
    assert cli.main(["engine", "doubtful", "list", *db]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("message,campaign,account,node,person_id,address")
    assert len(rows) == 3
    settle = ["engine", "doubtful", "settle", "not-sent", *db, "--campaign", "c_1"]
    assert cli.main(settle) == 1
    assert "3" in capsys.readouterr().err
    assert cli.main([*settle, "--yes"]) == 0
    assert cli.main(["engine", "doubtful", "list", *db]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_status_says_what_is_in_doubt_and_which_account_cannot_send(
    capsys: pytest.CaptureFixture[str],
) -> None:
    i18n.set_language("en")
    accounts = [
        AccountSending(account="a_sms", waiting=7, in_flight=0, problem="timeout"),
        AccountSending(account="a_mail", waiting=1, in_flight=1),
    ]
    moment = "2026-03-02T09:00:00.000Z"
    group = DoubtfulGroup(
        campaign="c_1", name="Spring", account="a_sms", messages=3, first=moment, last=moment
    )
    show_sending(SendingAnswer(as_of=moment, accounts=accounts, doubtful=[group]))
    first, second = capsys.readouterr().out.splitlines()
    assert "a_sms" in first
    assert "7" in first
    assert second.startswith("c_1 3 messages")
