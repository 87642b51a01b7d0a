"""“Check connection” against servers on this computer, one for each kind of provider."""

from __future__ import annotations

import hashlib
import json
import logging
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from engine.channels import checking
from engine.channels.alibaba import signed
from engine.channels.checks import kafka as kafka_check
from engine.channels.http_requests import EXAMPLE_SMS, sms_request, was_taken
from engine.channels.network import Network
from engine.channels.web import HIDDEN, MAX_ANSWER, Answer, authorised, shown
from engine.workspace.account import ACCOUNT, AccountFile
from engine.workspace.account_fields import HttpAuth
from engine.workspace.account_settings import HttpSmsSettings

LOOPBACK = Network(["127.0.0.0/8"])
check = partial(checking.check, network=LOOPBACK)
try_out = partial(checking.test, network=LOOPBACK)
SECRET = "s3cret-value"
Reply = tuple[int, object]


def account(kind: str, **settings: Any) -> AccountFile:
    raw = {"format": "account", "version": 1, "id": "acc", "name": "A", "kind": kind, "settings": settings}
    return ACCOUNT.adapter.validate_python(raw)


class Seen(list[tuple[str, str, dict[str, str], bytes]]):
    """Requests: method, path, headers, body."""


@contextmanager
def http(reply: Callable[[str, dict[str, str], bytes], Reply]) -> Iterator[tuple[str, Seen]]:
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = dict(self.headers.items())
            seen.append((self.command, self.path, headers, body))
            status, said = reply(self.path, headers, body)
            content = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_args: object) -> None: ...

    with serving(HTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class MailSink(socketserver.StreamRequestHandler):
    """As much of a mail server as a check needs; it takes user `shop` with the right password."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"EHLO":
                self.wfile.write(b"250-sink\r\n250 AUTH PLAIN\r\n")
            elif verb == b"AUTH":
                import base64

                good = base64.b64encode(f"\0shop\0{SECRET}".encode()) == line.split()[2]
                self.wfile.write(b"235 welcome\r\n" if good else b"535 no\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


def test_a_mail_server_is_signed_in_to() -> None:
    with serving(socketserver.TCPServer(("127.0.0.1", 0), MailSink)) as server:
        port = server.server_address[1]
        made = account(
            "smtp", host="127.0.0.1", port=port, security="none", user="shop", senders=["a@b.example"]
        )
        good = check(made, {"password": SECRET})
        assert good.ok, good.message
        bad = check(made, {"password": "wrong"})
        assert not bad.ok
        assert "refuses user or password" in str(bad.message)
        tls = account("smtp", host="127.0.0.1", port=port, security="starttls", senders=["a@b.example"])
        assert "encryption" in str(check(tls, {}).message)
    gone = check(made, {"password": SECRET})
    assert str(gone.message) == f"127.0.0.1:{port} refuses connections. Check address and port."


def test_what_is_missing_is_said_before_anybody_is_asked() -> None:
    assert str(check(account("smtp"), {}).message) == "Enter the mail server"
    made = account("wechat", app_id="wx1")
    assert str(check(made, {}).message) == "Enter this first: App secret."
    assert check(account("simulated"), {}).ok


@pytest.mark.parametrize(
    ("status", "ok", "words"),
    [
        (200, True, "answers"),
        (405, True, "answers"),
        (401, False, "refuses the sign-in"),
        (404, False, "no such address"),
        (302, False, "another address"),
        (503, False, "trouble of its own"),
    ],
)
def test_a_webhook_is_asked_and_nothing_is_sent(status: int, ok: bool, words: str) -> None:
    with http(lambda *_: (status, "")) as (url, seen):
        made = account("webhook", url=f"{url}/gift?a=1", id_types=["mobile"], auth={"type": "bearer"})
        verdict = check(made, {"key": SECRET})
        assert (verdict.ok, words in str(verdict.message)) == (ok, True), verdict.message
        (method, path, headers, body) = seen[0]
        assert (method, path, body) == ("OPTIONS", "/gift?a=1", b"")
        assert headers["Authorization"] == f"Bearer {SECRET}"
        assert len(seen) == 1  # a redirect is not followed: the secret is for this address only


def test_a_test_request_is_what_the_preview_shows() -> None:
    with http(lambda *_: (200, "x" * (2 * MAX_ANSWER))) as (url, seen):
        made = account(
            "webhook",
            url=f"{url}/gift",
            id_types=["mobile"],
            params=[{"name": "level", "type": "number"}],
            auth={"type": "header", "header": "X-Key"},
        )
        assert try_out(made, {"key": SECRET}).ok
        (method, path, headers, body) = seen[0]
        assert (method, path, headers["X-Key"]) == ("POST", "/gift", SECRET)
        sent = json.loads(body)
        assert sent == {
            "id_type": "mobile",
            "people": [{"key": "test-1", "id": "example-id", "params": {"level": 1}}],
            "test": True,
        }
        preview = checking.preview(made)
        assert preview.endswith(body.decode())
        assert f"X-Key: {HIDDEN}" in preview


def test_no_secret_shows_in_previews_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for auth in ("basic", "bearer", "header", "signature"):
        made = account(
            "webhook",
            url="http://127.0.0.1:1/x",
            id_types=["m"],
            auth={"type": auth, "user": "u", "header": "X-Key"},
        )
        request = checking.example(made)
        assert request is not None
        signed_in = authorised(
            request, HttpAuth.model_validate({"type": auth, "user": "u", "header": "X-Key"}), SECRET
        )
        assert SECRET not in repr(signed_in)
        verdict = check(made, {"key": SECRET})
        assert not verdict.ok
        for text in (checking.preview(made), str(verdict.message), repr(verdict), caplog.text):
            assert SECRET not in text
            assert hashlib.sha256(SECRET.encode()).hexdigest() not in text


def test_an_sms_platform_by_its_definition() -> None:
    settings = HttpSmsSettings.model_validate_json(
        json.dumps(
            {
                "url": "https://sms.example/send?v=1",
                "content": "form",
                "fields": [
                    {"name": "to", "value": "${phone}"},
                    {"name": "body", "value": "[${signature}] ${text}"},
                ],
                "headers": [{"name": "X-Id", "value": "${id}"}],
                "success_field": "result.code",
                "success_value": "0",
            }
        )
    )
    request = sms_request(settings, EXAMPLE_SMS)
    assert parse_qs(request.body.decode()) == {"to": ["13800000000"], "body": ["[Brand] Hello"]}
    assert request.headers["X-Id"] == "test-1"
    got = sms_request(settings.model_copy(update={"method": "GET"}), {**EXAMPLE_SMS, "text": "a&b=c"})
    assert got.url == "https://sms.example/send?v=1&to=13800000000&body=%5BBrand%5D+a%26b%3Dc"
    assert was_taken(settings, Answer(200, '{"result": {"code": 0}}'))
    assert not was_taken(settings, Answer(200, '{"result": {"code": 7}}'))
    assert not was_taken(settings, Answer(200, "[]"))
    assert not was_taken(settings, Answer(500, '{"result": {"code": 0}}'))
    assert "[Brand] Hello" not in shown(request, None).partition("\n\n")[0]


def test_the_signature_of_alibaba_is_that_of_its_documentation() -> None:
    parameters = {
        "Timestamp": "2016-02-23T12:46:24Z",
        "Format": "XML",
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "Version": "2014-05-26",
        "SignatureVersion": "1.0",
    }
    assert signed(parameters, "testsecret", "GET") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize(
    ("kind", "more", "action"),
    [
        ("alibaba_sms", {"signatures": ["Brand"]}, "QuerySmsSignList"),
        ("alibaba_mail", {"senders": ["news@example.com"]}, "DescAccountSummary"),
    ],
)
def test_alibaba_is_asked_with_a_valid_signature(kind: str, more: dict[str, Any], action: str) -> None:
    def reply(_path: str, _headers: dict[str, str], body: bytes) -> Reply:
        asked = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        signature = asked.pop("Signature")
        assert asked["Action"] == action
        if signature != signed(asked, SECRET):
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "no"}
        return 200, {"Code": "OK", "RequestId": "1"}

    with http(reply) as (url, _seen):
        made = account(kind, access_key_id="id", endpoint=url, **more)
        assert check(made, {"access_key_secret": SECRET}).ok
        wrong = check(made, {"access_key_secret": "other"})
        assert str(wrong.message) == "The AccessKey secret is wrong."


def test_wechat_gives_a_token_for_the_right_secret() -> None:
    def reply(path: str, _headers: dict[str, str], body: bytes) -> Reply:
        asked = json.loads(body)
        assert (path, asked["appid"]) == ("/cgi-bin/stable_token", "wx1")
        right = asked["secret"] == SECRET
        return 200, {"access_token": "t", "expires_in": 7200} if right else {"errcode": 40001, "errmsg": "no"}

    with http(reply) as (url, _seen):
        made = account("wechat", app_id="wx1", endpoint=url)
        assert check(made, {"app_secret": SECRET}).ok
        assert str(check(made, {"app_secret": "x"}).message) == "The app secret is wrong."


def test_umeng_checks_every_app_by_its_signature() -> None:
    def reply(path: str, headers: dict[str, str], body: bytes) -> Reply:
        sign = path.partition("sign=")[2]
        text = f"POSThttp://{headers['Host']}/api/status".encode() + body + SECRET.encode()
        right = sign == hashlib.md5(text).hexdigest()
        return 400, {"ret": "FAIL", "data": {"error_code": "2005" if right else "2027", "error_msg": "?"}}

    with http(reply) as (url, seen):
        made = account(
            "umeng", endpoint=url, apps=[{"id": "shop", "name": "Shop", "android_key": "a", "ios_key": "i"}]
        )
        good = {"shop/android": SECRET, "shop/ios": SECRET}
        assert check(made, good).ok
        assert len(seen) == 2
        wrong = check(made, {**good, "shop/ios": "x"})
        assert str(wrong.message) == "Shop (iOS): The app master secret is wrong."


def test_a_kafka_interface_answers_and_has_its_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka = pytest.importorskip("confluent_kafka")
    cluster = kafka.Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 1, "log_level": 0})
    found = cluster.list_topics(timeout=10)
    (broker,) = found.brokers.values()
    made = account("kafka", brokers=[f"{broker.host}:{broker.port}"], topic="orders", id_types=["member"])
    assert check(made, {}).ok
    monkeypatch.setattr(kafka_check, "_TIMEOUT_S", 1.0)
    gone = account("kafka", brokers=["127.0.0.1:1"], topic="orders", id_types=["member"])
    assert not check(gone, {}).ok
