"""Secrets stand nowhere in clear, and addresses in no log and no error.

20 secrets and 50 addresses go through all that accounts do, and are then looked for in all that is left.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from sqlalchemy import select

from engine.channels import checking
from engine.channels.adapter import Adapter, Delivery
from engine.channels.checking import check, preview
from engine.channels.opening import opener
from engine.channels.receipts import receipt_token
from engine.channels.trial_sending import send
from engine.channels.verdict import NotReached
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.server.api import application
from engine.server.service import Service
from engine.server.serving import ApiServer, Listen
from engine.server.wire.base import API
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.store.tables.runs import message
from engine.workspace.account import AccountFile
from engine.workspace.bundle import Bundle
from engine.workspace.message import MESSAGE
from engine.workspace.secrets import FILE_NAME, Secrets
from engine.workspace.workspace import Workspace, accounts_of
from tests.engine.channels.fakes.alibaba import AlibabaFake
from tests.engine.channels.fakes.everything import CASES, LOOPBACK, QUICK, Case, account
from tests.engine.channels.fakes.fake import Fake
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.mail import MailFake
from tests.engine.channels.fakes.umeng import UmengFake
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.channels.fakes.wechat import WechatFake
from tests.engine.channels.sending.test_rules import sms
from tests.engine.run.drafting import HOUR, NOW, SETTINGS, SMS, bundle, write_people
from tests.engine.shop import make_shop

PEOPLE = 25
TOKEN = "api-token-of-this-test"
BY_NAME = {case.name: case for case in CASES}
WEBHOOKS = ("basic", "bearer", "header", "signature", "standard")
OF_FAKES = ("mail.log", "aiohttp.server")
"""Loggers of the far side."""
FAULTS = ("reset", "garbage", "busy", "broken")


@dataclass(frozen=True)
class Trial:
    """One account of the workspace. make: the far side, which knows its secret."""

    id: str
    case: Case
    make: Callable[[], Any]
    secrets: Mapping[str, str]
    more: Mapping[str, Any]

    def account(self, fake: Fake) -> AccountFile:
        made = account(self.case.kind, **{**self.case.settings(fake), **self.more})
        return made.model_copy(update={"id": self.id, "name": self.id})

    def deliveries(self) -> list[Delivery]:
        own = self.case.delivery(1)
        kind = "mobile" if "@" not in own.address else "email"
        if self.case.kind in ("wechat", "umeng"):
            return [own]
        return [self.case.delivery(n)._replace(address=address(kind, n)) for n in range(1, PEOPLE + 1)]


def secret(number: int) -> str:
    return f"canary-{number:02}-" + base64.b64encode(f"S3cret{number * 7919}".encode()).decode().rstrip("=")


def signing_secret(number: int) -> str:
    return "whsec_" + base64.b64encode(secret(number).encode()).decode()


def address(kind: str, number: int) -> str:
    return f"+861390777{number:04}" if kind == "mobile" else f"canary{number:04}@people.example"


SECRETS = [secret(n) for n in range(1, 21)]
IN_CLEAR = [*SECRETS, *(signing_secret(n).removeprefix("whsec_") for n in range(1, 21))]
ADDRESSES = [
    *(address("mobile", n).removeprefix("+86") for n in range(1, PEOPLE + 1)),
    *(address("email", n) for n in range(1, PEOPLE + 1)),
]


def trials() -> Iterator[Trial]:
    """Accounts of every kind that has secrets, 20 of these in all."""
    numbers = iter(range(1, 21))
    webhook = BY_NAME["webhook-standard"]

    def hook(auth: str) -> Trial:
        key = (signing_secret if auth == "standard" else secret)(next(numbers))
        told = {"type": auth, "user": "shop"} if auth == "basic" else {"type": auth, "header": "X-Key"}
        return Trial(f"acc_{auth}", webhook, lambda: WebhookFake(auth, key), {"key": key}, {"auth": told})

    yield from map(hook, WEBHOOKS)
    for name in ("json", "form", "get"):
        key = secret(next(numbers))

        def platform(key: str = key) -> HttpSmsFake:
            fake = HttpSmsFake()
            fake.key = key
            return fake

        yield Trial(f"acc_sms_{name}", BY_NAME[f"http_sms-{name}"], platform, {"key": key}, {})
    for name, fake, field in (
        ("alibaba_sms", AlibabaFake, "access_key_secret"),
        ("alibaba_digital", AlibabaFake, "access_key_secret"),
        ("alibaba_mail", AlibabaFake, "access_key_secret"),
        ("smtp", MailFake, "password"),
        ("wechat_message", WechatFake, "app_secret"),
        ("template_message", WechatFake, "app_secret"),
    ):
        key = secret(next(numbers))
        yield Trial(f"acc_{name}", BY_NAME[name], lambda fake=fake, key=key: fake(key), {field: key}, {})  # type: ignore[misc]
    for name in ("umeng-tokens", "umeng-aliases"):
        keys = {"shop/android": secret(next(numbers)), "shop/ios": secret(next(numbers))}
        wanted = keys["shop/android" if name == "umeng-tokens" else "shop/ios"]
        yield Trial(f"acc_{name}", BY_NAME[name], lambda key=wanted: UmengFake(key), keys, {})  # type: ignore[misc]
    for auth in ("bearer", "signature"):  # of receivers that are away
        key = secret(next(numbers))
        told = {"type": auth, "header": "X-Key"}
        yield Trial(f"acc_away_{auth}", webhook, lambda: WebhookFake(), {"key": key}, {"auth": told})


class Heard:
    """Texts that people or logs get to see."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.errors: list[str] = []

    def error(self, *found: object) -> None:
        self.errors += [text for one in found for text in (str(one), repr(one))]


async def deliver(adapter: Adapter, batch: Sequence[Delivery], heard: Heard) -> None:
    size = adapter.traits.batch
    for at in range(0, len(batch), size):
        try:
            heard.error(await adapter.send(batch[at : at + size]))
        except NotReached as error:
            heard.error(error, error.__cause__, error.message)


def through_adapters(workspace: Workspace, trial: Trial, heard: Heard) -> None:
    """Everything that an account can meet, without an engine."""
    with trial.make() as fake:
        file = trial.account(fake)
        accounts_of(workspace.folder).save(file)
        Secrets(workspace.folder).store(file, trial.secrets)
        deliveries = trial.deliveries()

        async def work() -> None:
            adapter = opener(workspace)(file)
            heard.error(adapter, vars(adapter).get("traits"), deliveries[0])
            for fault in FAULTS:
                fake.misbehave(fault)
                await deliver(adapter, deliveries[:3], heard)
            fake.refuse(*(one.address for one in deliveries[:2]))
            await deliver(adapter, deliveries[:5], heard)
            fake.stop()
            await deliver(adapter, deliveries[:1], heard)
            await adapter.close()

        heard.error(check(file, trial.secrets, LOOPBACK))
        wrong = dict.fromkeys(trial.secrets, signing_secret(20))
        heard.error(check(file, wrong, LOOPBACK), preview(file))
        if file.kind == "webhook":
            heard.error(checking.test(file, wrong, LOOPBACK))
        heard.error(send(workspace, file, deliveries[0]._replace(test=True)))
        asyncio.run(work())
        heard.error(check(file, trial.secrets, LOOPBACK))
        if file.kind == "webhook":
            heard.error(checking.test(file, trial.secrets, LOOPBACK))


def campaign(trial: Trial, file: AccountFile) -> Bundle:
    """Everybody gets what an account sends."""
    id = f"c_{trial.id}"
    if file.kind == "webhook":
        hook = {"webhook": file.id, "id_type": "mobile", "params": {}}
        nodes: dict[str, tuple[str, dict[str, Any]]] = {
            "n_who": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_hook": ("webhook", hook),
            "n_end": ("end", {}),
        }
        made = bundle(nodes, ["n_who out n_hook", "n_hook out n_end"], id=id, account=file)
    else:
        made = sms({**SMS, "platform": file.id, "signature": "Brand"}, id)
    hello = made.messages["m_hello"].model_dump(by_alias=True) | {"platform": file.id}
    messages = {**made.messages, "m_hello": MESSAGE.adapter.validate_python(hello)}
    return Bundle(made.campaign, made.audiences, messages, {file.id: file}, made.catalog)


@contextmanager
def served(engine: Engine, database: Database, clock: VirtualClock, folder: Path) -> Iterator[str]:
    ready = threading.Event()
    service = Service(engine, database, clock, "Shop", ZoneInfo("UTC"), folder, "i_1", lambda: None)
    server = ApiServer(application(service, TOKEN, Listen().hosts), Listen().bind(), ready.set)
    thread = threading.Thread(target=server.serve_until_exit)
    thread.start()
    try:
        assert ready.wait(20)
        yield server.url
    finally:
        server.should_exit = True
        thread.join(20)


def through_an_engine(workspace: Workspace, some: Sequence[Trial], heard: Heard) -> None:
    """Campaigns send, fail, are in doubt and hear of it; and everything is asked for over HTTP."""
    write_people(workspace.folder.parent / "people", PEOPLE)
    people = workspace.folder.parent / "people" / "people.csv"
    lines = [line.split(",") for line in people.read_text().splitlines()]
    for n, line in enumerate(lines[1:], start=1):
        line[1] = address("mobile", n)
        line.append(address("email", n))
    people.write_text("\n".join(map(",".join, [[*lines[0], "id:email"], *lines[1:]])))
    clock = VirtualClock(to_milliseconds(NOW))
    workspace.engine_folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        database = stack.enter_context(Database.open(workspace.database_file))
        import_folder(database, people.parent, now=NOW)
        settings = replace(SETTINGS, public_address="https://c.example.com")
        engine = Engine(database, settings, clock, open_adapter=opener(workspace))
        stack.enter_context(closing(engine))
        files = []
        for number, trial in enumerate(some):
            fake = stack.enter_context(trial.make())
            file = trial.account(fake)
            accounts_of(workspace.folder).save(file)
            Secrets(workspace.folder).store(file, trial.secrets)
            fake.misbehave(FAULTS[number % len(FAULTS)], times=2)
            fake.refuse(address("mobile", 3), address("mobile", 3).removeprefix("+86"))
            engine.publish(campaign(trial, file))
            files.append(file)
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE person_id SET value = value || ' ' WHERE person = 4")
        engine.run_until_idle(clock.now() + 1)
        with database.write() as connection:  # a defect, with all that it would show
            broken = f'"{address("mobile", 5)}'
            connection.exec_driver_sql("UPDATE message SET variables = ? WHERE state = 'planned'", (broken,))
        engine.run_until_idle(clock.now() + HOUR)
        clock.set(clock.now() + HOUR)
        with served(engine, database, clock, workspace.folder) as url, requests.Session() as session:
            session.trust_env = False
            for file in files:
                report(session, url, workspace, file, heard)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            found = (
                "campaigns", "sending", "doubtful", "status", "hold", "people", "person?person=p1",
                "person/messages?person=p1", "events/received", "suppressed", "sizes", "imports",
            )  # fmt: skip
            for path in found:
                answer = session.get(f"{url}{API}/{path}", headers=headers, timeout=20)
                assert answer.status_code in (200, 422), (path, answer.text)
                heard.texts.append(answer.text)
            bad = {"events": [{"id": "e", "person": address("mobile", 7), "event": address("email", 7)}]}
            for path in ("events", "doubtful/settle", "person/erase", "campaigns", "suppressed", "estimate"):
                answer = session.post(f"{url}{API}/{path}", headers=headers, json=bad, timeout=20)
                assert answer.status_code != 404, path
                heard.texts.append(answer.text)
        for one in engine.campaigns():
            heard.error(one)
        heard.error(*engine.accounts(), *engine.check())
        with database.read() as connection:
            states = set(connection.scalars(select(message.c.state)))
        assert states == {"sent", "failed", "unknown"}  # all that can become of messages has


def report(
    session: requests.Session, url: str, workspace: Workspace, file: AccountFile, heard: Heard
) -> None:
    """Receipts as they come, forged ones and such as are none."""
    token = receipt_token(file, Secrets(workspace.folder).load(file))
    number = address("mobile", 9)
    bodies = (
        [{"phone_number": number, "success": True, "biz_id": "x", "report_time": "2026-03-02 17:00:01"}],
        [{"phone_number": number}],
        {"receipts": [{"key": number, "code": number, "at": "now"}]},
        number,
    )
    for secret_part in (token, "forged"):
        for body in bodies:
            path = f"{url}/receipts/{file.id}/{secret_part}"
            answer = session.post(path, data=json.dumps(body), timeout=20)
            heard.error(answer.status_code, answer.text, answer.reason)


def test_no_secret_and_no_address_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("engine.channels.providers.USUAL", QUICK)
    caplog.set_level(logging.DEBUG)
    workspace = make_shop(tmp_path / "shop")
    listed = [{"id_type": kind, "address": address(kind, 1)} for kind in ("mobile", "email")]
    raw = workspace.settings.canonical() | {"test_addresses": listed, "allowed_addresses": ["127.0.0.0/8"]}
    workspace.save_settings(type(workspace.settings).model_validate(raw))
    heard, all_of_them = Heard(), list(trials())
    assert sum(len(trial.secrets) for trial in all_of_them) == len(SECRETS) == 20
    assert len(ADDRESSES) == 50
    for trial in all_of_them:
        through_adapters(workspace, trial, heard)
    engines = [
        one
        for one in all_of_them
        if one.id in ("acc_basic", "acc_standard", "acc_sms_json", "acc_alibaba_sms")
    ]
    through_an_engine(workspace, engines, heard)
    printed = capfd.readouterr()
    ours = [one for one in caplog.records if one.name not in OF_FAKES]
    logs = [printed.out, printed.err, *map(logging.Formatter().format, ours)]
    assert "cannot be rendered" in printed.out
    for text in (*heard.errors, *logs):
        assert not [one for one in (*IN_CLEAR, *ADDRESSES) if one in text], text
    for text in heard.texts:
        assert not [one for one in IN_CLEAR if one in text], text
    kept = 0
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != FILE_NAME:
            content = path.read_bytes()
            assert not [one for one in IN_CLEAR if one.encode() in content], path
            kept += 1
    assert kept > 20
