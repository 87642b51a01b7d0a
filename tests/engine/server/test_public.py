"""What stands open to strangers, with the real engine behind it: receipts, short links, unsubscribing."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from engine.channels.adapter import Accepted
from engine.channels.alibaba_answers import sms_id
from engine.channels.contents import EmailContent
from engine.channels.receipts import receipt_token
from engine.channels.sending.desk import Sheet
from engine.channels.sending.letters import Letter, Queue
from engine.plan.graph import flow_of
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.server import reports
from engine.server.api import application
from engine.server.service import Service
from engine.server.serving import ApiServer, Listen
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.store.tables.people import suppression
from engine.store.tables.runs import message
from engine.store.tables.sending import link_token, reference
from engine.workspace.account import ACCOUNT, SIMULATED_ID, AccountFile
from engine.workspace.bundle import Bundle
from engine.workspace.message import MESSAGE
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import accounts_of
from tests.engine.channels.sending.provider import Provider
from tests.engine.channels.sending.test_received import RECEIPTS
from tests.engine.channels.sending.test_sending import JUDGED, LINKS
from tests.engine.run.drafting import EVERYBODY, NOW, SETTINGS, bundle, write_people

PUBLIC = "https://c.example.com"
SHOP = "https://shop.example/${name}?a=1&b=2"
SALE = "https://shop.example/sale"


def account(kind: str, id: str, **more: Any) -> AccountFile:
    return ACCOUNT.adapter.validate_python({"id": id, "name": id, "kind": kind, "settings": more})


SMS = account("alibaba_sms", SIMULATED_ID, access_key_id="A", signatures=["Shop"])
MAIL = account("smtp", SIMULATED_ID, host="mail.example", user="u", senders=["a@shop.example"])
WECHAT = account("wechat", "acc_wechat", app_id="wx1")
SECRETS = {"access_key_secret": "canary-1", "app_secret": "canary-2", "password": "canary-3"}


def emails() -> Bundle:
    """A campaign that sends everybody an email with two short links."""
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_who": ("target_audience", EVERYBODY),
        "n_mail": (
            "email",
            {
                "account": SIMULATED_ID,
                "sender": "a@shop.example",
                "sender_style": "plain",
                "template": "m_mail",
                "variables": {"name": {"from": "attribute", "key": "name"}},
            },
        ),
        "n_end": ("end", {}),
    }
    said = f'<p><a href="{SHOP.replace("&", "&amp;")}">Shop</a> <a href="{SALE}">Sale</a> unsubscribe</p>'
    raw = {
        "id": "m_mail",
        "name": "Mail",
        "kind": "email",
        "status": "approved",
        "content": {"sender_name": "Shop", "subject": "Hello", "html": said, "text": f"{SHOP} {SALE}"},
        "links": {
            "address": f"{PUBLIC}/l",
            "shorten": [{"url": SHOP, "per_person": True}, {"url": SALE, "per_person": False}],
        },
    }
    made = bundle(nodes, ["n_who out n_mail", "n_mail out n_end"], account=MAIL)
    messages = {**made.messages, "m_mail": MESSAGE.adapter.validate_python(raw)}
    return Bundle(made.campaign, made.audiences, messages, made.accounts, made.catalog)


@dataclass
class Open:
    """An engine that has sent, and its public side."""

    url: str
    engine: Engine
    database: Database
    provider: Provider
    clock: VirtualClock

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.url + path, timeout=20, allow_redirects=False, **options)

    def count(self, query: Any) -> int:
        with self.database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def receipts(self, node: str) -> dict[str, int]:
        return dict(self.engine.counts("c_1").receipts.get(node, {}))

    def suppressed(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            return sorted(tuple(row) for row in connection.execute(select(suppression)))

    def email(self, person: str) -> EmailContent:
        content = next(one.content for one in self.provider.given if one.person == person)
        assert isinstance(content, EmailContent)
        return content


@pytest.fixture
def campaign() -> Bundle:
    return emails()


@pytest.fixture
def opened(tmp_path: Path, campaign: Bundle, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(reports, "QUICK_S", 20)  # however busy the machine is
    used = campaign.accounts[SIMULATED_ID]
    for one in (used, WECHAT):
        accounts_of(tmp_path).save(one)
        Secrets(tmp_path).store(one, SECRETS)
    write_people(tmp_path / "data", 3)
    people = (tmp_path / "data" / "people.csv").read_text().splitlines()
    cells = ["id:email", "one@mail.example", "two@mail.example", "three@mail.example"]
    (tmp_path / "data" / "people.csv").write_text(
        "\n".join(f"{a},{b}" for a, b in zip(people, cells, strict=True))
    )
    provider, clock, ready = Provider(RECEIPTS), VirtualClock(to_milliseconds(NOW)), threading.Event()
    provider.answer = lambda one: Accepted(f"id-{one.person}")
    with Database.open(tmp_path / "engine.db") as database:
        import_folder(database, tmp_path / "data", now=NOW)
        settings = replace(SETTINGS, public_address=PUBLIC)
        with closing(Engine(database, settings, clock, open_adapter=provider.open)) as engine:
            engine.publish(campaign)
            engine.run_until_idle(clock.now() + 1)
            clock.set(clock.now() + 60_000)
            service = Service(engine, database, clock, "Shop", ZoneInfo("UTC"), tmp_path, "i_1", lambda: None)
            server = ApiServer(application(service, "t", Listen().hosts), Listen().bind(), ready.set)
            thread = threading.Thread(target=server.serve_until_exit)
            thread.start()
            try:
                assert ready.wait(20)
                yield Open(server.url, engine, database, provider, clock)
                assert engine.check() == []
            finally:
                server.should_exit = True
                thread.join(20)


def pushed(id: str, success: bool = True) -> dict[str, Any]:
    return {
        "phone_number": "13800000001", "report_time": "2026-03-02 17:00:01", "success": success,
        "err_code": "DELIVERED", "biz_id": id,
    }  # fmt: skip


# ---- links


def test_a_short_link_leads_on_and_tells_whose_click_it_was(opened: Open) -> None:
    said = opened.email("p1")
    own, shared = (link.removeprefix(PUBLIC) for link in said.text.split())
    assert f'href="{PUBLIC}{own}"' in said.html
    answer = opened.call("GET", own)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://shop.example/P1?a=1&b=2")
    assert answer.headers["Cache-Control"] == "no-store"
    assert opened.call("GET", own).status_code == 302
    assert opened.call("GET", shared).headers["Location"] == SALE
    assert opened.call("HEAD", shared).headers["Location"] == SALE
    _written(opened, 3)
    assert opened.receipts("n_mail") == {"clicked": 1}
    assert opened.call("GET", opened.email("p2").text.split()[1].removeprefix(PUBLIC)).ok
    assert shared in opened.email("p2").text


def test_many_clicks_at_once_are_all_counted(opened: Open) -> None:
    links = [opened.email(f"p{n}").text.split()[0].removeprefix(PUBLIC) for n in (1, 2, 3)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: opened.call("GET", links[n % 3]).status_code, range(60)))
    assert set(answers) == {302}
    _written(opened, 60)
    assert opened.receipts("n_mail") == {"clicked": 3}


def _written(opened: Open, clicks: int) -> None:
    """Wait until the clicks are written down, which is after the answer."""
    for _ in range(200):
        if opened.count(select(func.sum(link_token.c.clicks))) == clicks:
            return
        threading.Event().wait(0.05)
    raise AssertionError(opened.count(select(func.sum(link_token.c.clicks))))


@pytest.mark.parametrize(
    "path",
    [
        "/l/0000000000",
        "/l/https:%2F%2Fevil.example",
        "/l/%2e%2e",
        "/l/a%00b",
        "/l/" + "a" * 65,
        "/l/ä",
        "/l/",
    ],
)
def test_there_is_no_way_to_anywhere_else(opened: Open, path: str) -> None:
    answer = opened.call("GET", path + "?url=https://evil.example")
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "evil" not in answer.text


def test_who_follows_a_link_that_is_too_old_is_told_so(opened: Open) -> None:
    answer = opened.call("GET", "/l/0000000000", headers={"Accept-Language": "zh-CN"})
    assert '<html lang="zh-CN">' in answer.text
    assert "链接无效" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


# ---- unsubscribing


def test_one_click_unsubscribes_at_once(opened: Open) -> None:
    address = opened.email("p2").unsubscribe.removeprefix(PUBLIC)
    asked = opened.call("GET", address, headers={"Accept-Language": "zh-CN"})
    assert '<html lang="zh-CN">' in asked.text
    assert "退订" in asked.text
    assert "two@" not in asked.text
    assert "default-src 'none'" in asked.headers["Content-Security-Policy"]
    assert opened.suppressed() == []  # looking is no click
    for _ in range(2):
        done = opened.call("POST", address, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, done.headers.get("Location")) == (200, None)
    assert opened.suppressed() == [("email", "two@mail.example")]
    assert opened.receipts("n_mail") == {"unsubscribed": 1}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_a_token_for_that_unsubscribes(opened: Open, method: str) -> None:
    link = opened.email("p1").text.split()[0].rpartition("/")[2]
    for token in (link, "nothing", "x" * 80):
        answer = opened.call(method, f"/u/{token}", headers={"Accept-Language": "en"})
        assert answer.status_code == 404
        assert "not valid" in answer.text
    assert opened.suppressed() == []


def test_without_a_public_address_no_email_promises_it() -> None:
    made = emails()
    flow = flow_of(made.campaign, {id: number for number, id in enumerate(sorted(made.campaign.nodes), 1)})
    node = next(one for one in flow.nodes.values() if one.id == "n_mail")
    queue = Queue(SIMULATED_ID, 1, 1)
    address = "one@mail.example"
    letter = Letter(*queue, 0, 1, node.number, 1, 1, address, "p1", '["P1"]', 0, 0, 1, 0, None)
    content, links = Sheet(made, {node.number: node}).words(node.number).render(letter)
    assert isinstance(content, EmailContent)
    assert content.unsubscribe == ""
    assert {link.url for link in links} == {"https://shop.example/P1?a=1&b=2", SALE}


# ---- receipts


class TestSms:
    """Reports of Alibaba Cloud about SMS."""

    @pytest.fixture
    def campaign(self) -> Bundle:
        return bundle(JUDGED, LINKS, account=SMS)

    @pytest.fixture
    def address(self, opened: Open) -> str:
        return f"/receipts/{SIMULATED_ID}/{receipt_token(SMS, SECRETS)}"

    def ids(self, opened: Open) -> list[str]:
        """What the provider calls the messages; a report tells the call and the number."""
        calls = [f"call-{n}" for n in range(3)]
        with opened.database.write() as connection:
            rows = connection.execute(select(reference).where(reference.c.reference.like("id-%"))).all()
            for call, row in zip(calls, rows, strict=True):
                name = sms_id(call, "13800000001")
                connection.execute(
                    reference.update().where(reference.c.reference == row.reference).values(reference=name)
                )
        return calls

    def test_a_report_is_acknowledged_counted_once_and_in_any_form_of_the_address(
        self, opened: Open, address: str
    ) -> None:
        calls = self.ids(opened)
        body = [pushed(calls[0]), pushed(calls[1]), pushed(calls[0])]
        path, _, token = address.rpartition("/")
        for where in (address, f"{path}?token={token}"):
            answer = opened.call("POST", where, json=body)
            assert (answer.status_code, answer.json()["code"]) == (200, 0)
        assert opened.receipts("n_sms") == {"delivered": 2}
        way_out = {"phone_number": "13900000009", "content": "TD", "send_time": "2026-03-02 17:00:00"}
        assert opened.call("POST", address, json=[way_out]).ok
        assert opened.suppressed() == [("mobile", "+8613900000009")]

    def test_forged_ones_change_nothing_and_learn_nothing(self, opened: Open, address: str) -> None:
        calls, path = self.ids(opened), address.rpartition("/")[0]
        for where in (path, f"{path}/wrong", f"{path}?token=wrong", address + "0"):
            answer = opened.call("POST", where, json=[pushed(calls[0])])
            assert (answer.status_code, answer.content) == (401, b"")
        assert opened.call("POST", "/receipts/acc_none/x", json=[]).status_code == 404
        assert opened.call("GET", address).status_code == 404
        assert opened.receipts("n_sms") == {}

    def test_who_guesses_is_told_to_slow_down_and_the_provider_gets_through(
        self, opened: Open, address: str
    ) -> None:
        calls, path = self.ids(opened), address.rpartition("/")[0]
        with ThreadPoolExecutor(4) as pool:
            asked = list(
                pool.map(lambda n: opened.call("POST", f"{path}/x{n}", json=[]).status_code, range(60))
            )
        assert asked.count(401) >= 20
        assert 429 in asked
        assert opened.call("POST", address, json=[pushed(calls[2])]).status_code == 200
        assert opened.receipts("n_sms") == {"delivered": 1}

    def test_cut_and_huge_bodies_are_refused_whole(self, opened: Open, address: str) -> None:
        calls = self.ids(opened)
        whole = json.dumps([pushed(one) for one in calls]).encode()
        for body in (b"", whole[:-1], b"[" * 100_000, b"\xff\xfe", b"[1e999]"):
            assert opened.call("POST", address, data=body).status_code == 400
        assert opened.call("POST", address, data=b" " * (4 * 2**20 + 1)).status_code == 413
        assert opened.call("POST", "/u/x", data=b" " * (2**20 + 1)).status_code == 413
        assert opened.receipts("n_sms") == {}

    def test_reports_at_once_are_counted_once(self, opened: Open, address: str) -> None:
        calls = self.ids(opened)

        def report(n: int) -> int:
            return opened.call("POST", address, json=[pushed(calls[n % 3])]).status_code

        with ThreadPoolExecutor(6) as pool:
            asked = list(pool.map(report, range(48)))
        assert set(asked) <= {200, 503}  # 503: to be sent again
        for n in range(3):
            assert report(n) == 200
        assert opened.receipts("n_sms") == {"delivered": 3}

    def test_who_would_wait_too_long_is_asked_to_come_again_and_counts_once(
        self, opened: Open, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls = self.ids(opened)
        monkeypatch.setattr(reports, "QUICK_S", 0.01)
        with opened.database.write():  # somebody else writes
            answer = opened.call("POST", address, json=[pushed(calls[0])])
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        monkeypatch.setattr(reports, "QUICK_S", 20)
        assert opened.call("POST", address, json=[pushed(calls[0])]).status_code == 200
        assert opened.receipts("n_sms") == {"delivered": 1}

    def test_whatever_is_sent_is_no_defect(self, opened: Open, address: str) -> None:
        odd = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["\0", "\ud800", "T"])
        times = st.sampled_from(["0001-01-01 00:00:00", "9999-12-31 23:59:59", "x", "2026-03-02 17:00:00"])
        entry = st.dictionaries(
            st.sampled_from(["biz_id", "success", "err_code", "content"]), odd, max_size=4
        ) | st.fixed_dictionaries(
            {
                "phone_number": st.sampled_from(["13900000001", "\0", "\ud800", "é" * 400]),
                "report_time": times, "send_time": times, "success": st.booleans(),
                "err_code": st.text(), "content": st.sampled_from(["T", "TD", "退订"]),
            },
            optional={"biz_id": st.text()},
        )  # fmt: skip

        @settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
        @given(st.lists(entry, max_size=3) | odd)
        @example([{**pushed("call"), "phone_number": "\ud800"}])
        def send(body: Any) -> None:
            answer = opened.call("POST", address, data=json.dumps(body).encode())
            assert answer.status_code in (200, 400, 429), answer.text

        send()


def test_wechat_may_try_the_address_out(opened: Open) -> None:
    token = receipt_token(WECHAT, SECRETS)
    given = {"timestamp": "1", "nonce": "2", "echostr": "<b>hello</b>"}
    words = "".join(sorted((token, "1", "2")))
    signature = hashlib.sha1(words.encode()).hexdigest()
    answer = opened.call("GET", "/receipts/acc_wechat", params={**given, "signature": signature})
    assert (answer.status_code, answer.text) == (200, "<b>hello</b>")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert opened.call("GET", "/receipts/acc_wechat", params={**given, "signature": "x"}).status_code == 401


def test_the_rest_of_the_api_still_wants_the_token_and_the_name(opened: Open) -> None:
    for path in ("/api/v1/status", "/receipts", "/l", "/receiptsx/a", "/api/v1/../receipts/a"):
        assert opened.call("GET", path).status_code in (401, 404), path
    assert opened.call("GET", "/u/x", headers={"Host": "c.example.com"}).status_code == 404
    assert opened.call("GET", "/api/v1/health", headers={"Host": "c.example.com"}).status_code == 421
    assert opened.count(select(func.count()).select_from(message)) == 3
