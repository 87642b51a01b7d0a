"""The client of an engine, when what answers is none, or is not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from engine.client import EngineClient, EngineUnreachable


class Stranger(BaseHTTPRequestHandler):
    """Some web server: answers in its own way, and remembers what it was shown."""

    status = 200
    body = b"<html>Welcome</html>"
    shown: tuple[str | None, ...] = ()

    def do_GET(self) -> None:
        type(self).shown += (self.headers.get("Authorization"),)
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    Stranger.status, Stranger.body, Stranger.shown = 200, b"<html>Welcome</html>", ()
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"{}", b'{"status": "ok"}', b"\xff"])
def test_another_web_server_is_told_apart(stranger: str, body: bytes) -> None:
    Stranger.body = body
    with EngineClient(stranger, "t") as client, pytest.raises(EngineUnreachable, match="no engine"):
        client.health()


@pytest.mark.parametrize("status", [301, 404, 500])
def test_neither_a_redirect_nor_a_foreign_error_is_followed(stranger: str, status: int) -> None:
    Stranger.status = status
    with EngineClient(stranger, "t") as client, pytest.raises(EngineUnreachable, match="no engine"):
        client.status()


def test_asking_for_health_shows_no_token(stranger: str) -> None:
    with EngineClient(stranger, "t") as client, pytest.raises(EngineUnreachable):
        client.health()
    assert Stranger.shown == (None,)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no.such.host.invalid", "http://[::"])
def test_nobody_there_is_unreachable(url: str) -> None:
    with EngineClient(url, "t") as client, pytest.raises(EngineUnreachable, match="does not answer"):
        client.health()


@pytest.mark.parametrize(
    "url", ["", "http://", "engine.example", "file:///etc/passwd", "ftp://engine.example"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(EngineUnreachable, match="http://"):
        EngineClient(url, "t")


def test_a_token_that_cannot_be_sent_is_no_crash(stranger: str) -> None:
    with EngineClient(stranger, "t\n€") as client, pytest.raises(EngineUnreachable):
        client.status()


def test_proxies_of_the_environment_are_passed_by(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with EngineClient(stranger, "t") as client, pytest.raises(EngineUnreachable, match="no engine"):
        client.health()
