"""A shared server behind nginx as it is packaged, with a certificate of an authority of its own."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.client import EngineClient
from engine.client.calls import EngineUnreachable
from engine.client.trust import _trusted
from engine.server.identity.roles import Role
from engine.store.database import Database
from tests.databases import fresh
from tests.engine.server.shared.serving import OWN, Shared, serve_shared

CONFIGURATION = Path(__file__).parents[4] / "packaging" / "server" / "nginx.conf"
NAME = "localhost"
STARTS_S = 20.0

pytestmark = pytest.mark.skipif(
    not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl"
)


@dataclass
class Proxied:
    """A server and the proxy in front of it. authority: the file of the certificate that it is known by."""

    shared: Shared
    plain: int
    secure: int
    authority: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.secure}"

    def get(self, path: str, **options: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(
                self.url + path, verify=str(self.authority), timeout=20, allow_redirects=False, **options
            )


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def certificate(folder: Path) -> None:
    """`authority.pem`, and a certificate of it for this computer with its key."""
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    own = ["-subj", "/CN=Own authority", "-keyout", "ca.key", "-out", "authority.pem"]
    of_it = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
             "-CA", "authority.pem", "-CAkey", "ca.key", "-keyout", "privkey.pem",
             "-addext", "basicConstraints=critical,CA:FALSE", "-out", "fullchain.pem"]  # fmt: skip
    for options in (own, of_it):
        subprocess.run([*new, *options], cwd=folder, check=True, capture_output=True)


def configured(folder: Path, port: int, plain: int, secure: int) -> Path:
    """The configuration that is packaged, with ports and files of the test's own."""
    site = CONFIGURATION.read_text(encoding="utf-8")
    for packaged, ours in (
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("127.0.0.1:8080", f"127.0.0.1:{port}"),
        ("canvas.example.com;", f"{NAME};"),
        ("/etc/letsencrypt/live/canvas.example.com", str(folder)),
    ):
        assert packaged in site, packaged
        site = site.replace(packaged, ours)
    folders = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path = folder / "nginx.conf"
    path.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log {folder}/access.log; {folders}\n{site}}}\n"
    )
    return path


@pytest.fixture
def proxied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxied]:
    folder = tmp_path / "proxy"
    folder.mkdir()
    certificate(folder)
    plain, secure = free_ports(2)
    with (
        fresh(request, "sqlite", tmp_path) as target,
        Database.open(target) as database,
        serve_shared(
            database, tmp_path / "data", public_url=f"https://{NAME}:{secure}", proxies=["127.0.0.1"]
        ) as shared,
    ):
        port = int(shared.url.rpartition(":")[2])
        command = ["nginx", "-e", "stderr", "-c", str(configured(folder, port, plain, secure))]
        process = subprocess.Popen([*command, "-p", str(folder)], stderr=subprocess.PIPE, text=True)
        try:
            give_up = time.monotonic() + STARTS_S
            while not answers(secure):
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < give_up
                time.sleep(0.05)
            yield Proxied(shared, plain, secure, folder / "authority.pem")
        finally:
            process.terminate()
            process.communicate(timeout=STARTS_S)


def test_people_are_led_to_tls_and_programs_are_refused_without(proxied: Proxied) -> None:
    def plain(path: str) -> requests.Response:
        address = f"http://127.0.0.1:{proxied.plain}{path}"
        return requests.get(address, headers={"Host": NAME}, timeout=20, allow_redirects=False)

    assert plain("/web/sign-in").headers["Location"] == f"https://{NAME}/web/sign-in"
    for path in ("/api/v1/health", "/receipts/acc_1", "/metrics"):
        assert (plain(path).status_code, "Location" in plain(path).headers) == (403, False)


def test_what_comes_over_tls(proxied: Proxied) -> None:
    page = proxied.get("/web/sign-in", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"  # once
    assert proxied.get("/metrics").status_code == 403
    token = proxied.shared.token(Role.VIEWER)
    assert proxied.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()["name"] == "viewer"
    # The server's own token is for programs on its own computer, whoever says that he is one.
    for more in ({}, {"X-Forwarded-For": "127.0.0.1"}):
        asked = proxied.get("/api/v1/me", headers={"Authorization": f"Bearer {OWN}", **more})
        assert asked.status_code == 401
    assert not (proxied.authority.parent / "access.log").read_text().count("/web/shared")
    proxied.get("/web/shared/ccv_secret")
    assert "ccv_secret" not in (proxied.authority.parent / "access.log").read_text()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
def test_old_and_weak_tls_is_refused(proxied: Proxied) -> None:
    def connects(least: ssl.TLSVersion, most: ssl.TLSVersion, ciphers: str) -> bool:
        context = ssl.create_default_context(cafile=str(proxied.authority))
        context.set_ciphers(ciphers)
        context.minimum_version, context.maximum_version = least, most
        try:
            with (
                socket.create_connection(("127.0.0.1", proxied.secure)) as bare,
                context.wrap_socket(bare, server_hostname=NAME),
            ):
                return True
        except OSError:
            return False

    tls = ssl.TLSVersion
    assert connects(tls.TLSv1_2, tls.TLSv1_2, "ECDHE+AESGCM")
    assert connects(tls.TLSv1_3, tls.TLSv1_3, "DEFAULT")
    assert not connects(tls.TLSv1_2, tls.TLSv1_2, "AES256-SHA256:AES128-GCM-SHA256")
    assert not connects(tls.TLSv1_1, tls.TLSv1_1, "DEFAULT:@SECLEVEL=0")


def test_live_counts_come_through_as_they_are_told(proxied: Proxied) -> None:
    from tests.engine.server.web.events import publish_orders

    campaign = publish_orders(proxied.shared)
    token = proxied.shared.token(Role.VIEWER)
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    with proxied.get(f"/web/campaigns/{campaign}/live", headers=headers, stream=True) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        told = (line for line in stream.iter_lines() if line.startswith(b"data: "))
        assert json.loads(next(told).removeprefix(b"data: "))


def test_the_client_trusts_whom_its_computer_trusts(
    proxied: Proxied, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = proxied.shared.token(Role.EDITOR)
    for trusted in (False, True):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(proxied.authority))
        _trusted.cache_clear()
        with EngineClient(proxied.url, token) as client:
            if trusted:
                assert client.me().name == "editor"
            else:
                with pytest.raises(EngineUnreachable, match="certificate"):
                    client.me()
    _trusted.cache_clear()
