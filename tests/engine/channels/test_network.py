"""What may be reached: public addresses and listed ones, by the address that a socket is really for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.channels.http_client import USUAL, HttpClient
from engine.channels.network import Forbidden, Network
from engine.channels.verdict import NotReached
from engine.channels.web import Request

INSIDE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "0.0.0.0", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.88.99.1",
    "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "::127.0.0.1", "2002:7f00:1::",
    "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "localhost", "2130706433", "0x7f.1",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_networks_are_refused_in_every_form(address: str) -> None:
    with pytest.raises(Forbidden) as refused:
        Network().check("gifts.example", address)
    assert address not in str(refused.value)  # it tells nobody what is there


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_reached(address: str) -> None:
    Network().check("gifts.example", address)


@pytest.mark.parametrize(
    ("entry", "host", "address"),
    [
        ("gifts.example", "Gifts.Example.", "10.0.0.1"),
        ("10.1.0.0/16", "gifts.example", "10.1.2.3"),
        ("10.1.0.0/16", "gifts.example", "::ffff:10.1.2.3"),
        ("127.0.0.1", "localhost", "127.0.0.1"),
        ("fd00::/8", "gifts.example", "fd00::5"),
        ("::1", "[::1]", "::1"),
    ],
)
def test_what_is_listed_is_reached_and_nothing_beside_it(entry: str, host: str, address: str) -> None:
    allowed = Network([entry])
    allowed.check(host, address)
    with pytest.raises(Forbidden):
        allowed.check("other.example", "10.2.0.1")
    with pytest.raises(Forbidden):
        allowed.check("other.example", "fe80::1")


async def _asked(network: Network, host: str, port: int) -> int:
    client = HttpClient(f"http://{host}:{port}/", network, USUAL)
    try:
        return (await client.send(Request("GET", f"http://{host}:{port}/"))).status
    finally:
        await client.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "gifts.example"])
def test_a_socket_for_a_forbidden_address_is_never_made(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a name that looked harmless leads inside when it is resolved for the connection."""
    real = socket.getaddrinfo

    def rebound(name: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if name == "gifts.example" else name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        with pytest.raises(NotReached, match="lies inside a network"):
            asyncio.run(_asked(Network(), host, server.getsockname()[1]))
        with pytest.raises(BlockingIOError):
            server.accept()  # nobody has knocked


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = made.add_extension(names, critical=False).sign(key, SHA256())
    own = PrivateFormat.TraditionalOpenSSL
    both = key.private_bytes(Encoding.PEM, own, NoEncryption()) + signed.public_bytes(Encoding.PEM)
    (tmp_path / "both.pem").write_bytes(both)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")

    async def work() -> None:
        async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/"
        client = HttpClient(url, Network(["127.0.0.1", "::1"]), USUAL)
        try:
            with pytest.raises(NotReached, match="certificate of localhost"):
                await client.send(Request("POST", url))
        finally:
            await client.close()
            server.close()

    asyncio.run(work())
