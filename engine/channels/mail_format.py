"""An email as it goes over the wire, built by hand: the standard library's classes take much longer."""

from __future__ import annotations

import base64
import re
from binascii import b2a_qp
from email.header import Header
from email.utils import formataddr, formatdate

from engine.channels.contents import EmailContent

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_LINES = re.compile(r"\r\n|\r|\n")


def is_address(text: str) -> bool:
    """Whether an address can stand in a command and a header, and does no harm there."""
    return _ADDRESS.fullmatch(text) is not None


def message_id(key: str, sender: str) -> str:
    """Names the email: the same whenever it is sent again."""
    return f"<{key[:32]}@{sender.rpartition('@')[2]}>"


def named_headers(key: str, content: EmailContent) -> dict[str, str]:
    """The headers by which mail programs know the email and how to end further ones."""
    headers = {"Message-ID": message_id(key, content.sender)}
    if content.unsubscribe:
        headers["List-Unsubscribe"] = f"<{_one_line(content.unsubscribe)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def mail(key: str, address: str, content: EmailContent) -> bytes:
    """The email to one address, with text and HTML as alternatives; ASCII only where the address is."""
    headers = {
        "From": formataddr((_one_line(content.sender_name), content.sender)),
        "To": address,
        "Subject": _header(content.subject),
        "Date": formatdate(),
        **named_headers(key, content),
        "MIME-Version": "1.0",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    parts = [_part("plain", content.text)] if content.text or not content.html else []
    if content.html:
        parts.append(_part("html", content.html))
    if len(parts) == 1:
        return head + parts[0]
    edge = b"=_" + key[32:56].encode()  # no line of the parts can begin with it: `=` is encoded in them
    inside = b"".join(b"--%s\r\n%s\r\n" % (edge, part) for part in parts)
    kind = b'Content-Type: multipart/alternative; boundary="%s"\r\n\r\n' % edge
    return b"%s%s%s--%s--\r\n" % (head, kind, inside, edge)


def _part(kind: str, text: str) -> bytes:
    plain = _LINES.sub("\r\n", text)
    raw = plain.encode("utf-8", "replace")
    # Mostly ASCII stays readable as quoted-printable; Chinese would be three times as long.
    if len(raw) <= 1.2 * len(plain):
        way, body = b"quoted-printable", _quoted(raw)
    else:
        way, body = b"base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
    return b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (
        kind.encode(),
        way,
        body,
    )


def _quoted(raw: bytes) -> bytes:
    body = b2a_qp(raw, istext=True)
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _header(text: str) -> str:
    plain = _one_line(text)
    if plain.isascii() and len(plain) < 900:
        return plain
    return Header(plain, "utf-8", maxlinelen=75).encode(linesep="\r\n")


def _one_line(text: str) -> str:
    return _LINES.sub(" ", text)
