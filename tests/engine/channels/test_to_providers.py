"""From a published campaign to a provider on a socket: what the engine counts is what the provider sent."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.channels.adapter import Adapter
from engine.channels.providers import adapter_of
from engine.store.tables.runs import message
from engine.workspace.account import SIMULATED_ID, AccountFile
from tests.engine.channels.fakes.everything import CANARY, CASES, LOOPBACK, PATIENT, account
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.run.drafting import EVERYBODY, HOUR, MINUTE, SMS, Running, bundle, database

PEOPLE = 40
LINKS = ["n_who out n_touch", "n_touch out n_end"]


def campaign(kind: str, config: dict[str, Any], account: AccountFile) -> Any:
    nodes = {"n_who": ("target_audience", EVERYBODY), "n_touch": (kind, config), "n_end": ("end", {})}
    return bundle(nodes, LINKS, account=account.model_copy(update={"id": SIMULATED_ID}))


def open_adapter(account: AccountFile) -> Adapter:
    return adapter_of(account, {"key": CANARY}, LOOPBACK, PATIENT._replace(answer=1.0))


def states(run: Running) -> dict[str, str]:
    """Address → state and reason."""
    with run.database.read() as connection:
        rows = connection.execute(select(message.c.address, message.c.state, message.c.reason))
        return {address: f"{state} {reason}".strip() for address, state, reason in rows}


def test_an_sms_platform_that_refuses_ends_connections_and_answers_nonsense(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    (case,) = (case for case in CASES if case.name == "http_sms-json")
    with case.make() as fake, Running(database(tmp_path, PEOPLE), open_adapter=open_adapter) as run:
        assert isinstance(fake, HttpSmsFake)
        fake.refuse("13800000033", "13800000040")  # far behind those who meet what follows
        for fault in ("reset", "garbage", "slow", "busy"):
            fake.misbehave(fault)
        run.engine.publish(campaign("text_sms", {**SMS, "signature": "Brand"}, case.account(fake)))
        run.advance(HOUR)
        found = states(run)
        told = Counter(state.split()[0] for state in found.values())
        assert told == {"sent": PEOPLE - 5, "failed": 2, "unknown": 3}
        assert (fake.twice(), fake.asked) == ([], PEOPLE + 1)  # one was too much, and came again
        for number, state in found.items():
            bare = number.removeprefix("+86")
            if state == "sent":
                assert fake.sent[bare] == 1
            elif state.startswith("failed"):
                assert state == "failed E105"
                assert not fake.sent[bare]
        assert run.engine.check() == []
    said = "\n".join((caplog.text, *capfd.readouterr()))
    for file in tmp_path.glob("engine.db*"):
        assert CANARY.encode() not in file.read_bytes()
    assert CANARY not in said
    assert not [number for number in found if number.removeprefix("+86") in said]


def test_a_webhook_that_remembers_keys_gets_everybody_once_whatever_occurs(tmp_path: Path) -> None:
    push = {"webhook": SIMULATED_ID, "id_type": "mobile", "params": {}}
    with (
        WebhookFake("standard", CANARY, heeds_keys=True) as fake,
        Running(database(tmp_path, PEOPLE), open_adapter=open_adapter) as run,
    ):
        for fault in ("reset", "duplicate", "garbage", "broken", "slow", "busy", "reset"):
            fake.misbehave(fault)
        hook = account(
            "webhook", url=fake.url, id_types=["mobile"], auth={"type": "standard"}, batch_size=7,
            key_lifetime={"amount": 1, "unit": "day"},
        )  # fmt: skip
        run.engine.publish(campaign("webhook", push, hook))
        run.advance(MINUTE)
        for _ in range(20):
            if set(states(run).values()) == {"sent"}:
                break
            run.advance(HOUR)
        assert Counter(states(run).values()) == {"sent": PEOPLE}
        assert (fake.twice(), sum(fake.sent.values())) == ([], PEOPLE)
        assert run.engine.check() == []
