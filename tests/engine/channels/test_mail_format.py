"""Emails that are built by hand read like those of the standard library."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP, default

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.channels.contents import EmailContent
from engine.channels.mail_format import is_address, mail

KEY = "0123456789abcdef" * 4
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_whatever_is_written_arrives(name: str, subject: str, html: str, text: str) -> None:
    raw = mail(KEY, "a@b.example", EmailContent("news@shop.example", name, subject, html, text))
    assert raw.isascii()
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in raw.split(b"\r\n"))
    read = email.message_from_bytes(raw, _class=EmailMessage, policy=default)
    assert not read.defects
    wanted = dict.fromkeys(("text/plain", "text/html"), "")
    wanted |= {"text/plain": text} if text or not html else {}
    wanted |= {"text/html": html} if html else {}
    for part in read.walk():
        if not part.is_multipart():
            found = part.get_content()
            assert _lines(found) == _lines(wanted[part.get_content_type()])
    plain = " ".join(subject.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert "".join(str(read["Subject"]).split()) == "".join(plain.split()) or not subject.isprintable()
    assert str(read["From"].addresses[0].addr_spec) == "news@shop.example"
    assert read.as_bytes(policy=SMTP)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def test_addresses_that_would_say_more_than_themselves_are_none() -> None:
    for good in ("a@b.example", "o'hara+x@mail.b-c.example", "a.b_c-d@x.y"):
        assert is_address(good)
    for bad in (
        "",
        "a",
        "a@",
        "@b",
        "a b@c.d",
        "a@b>c",
        "<a@b.c>",
        "a@b\r\nc",
        "a,b@c.d",
        "é@b.c",
        "a@b@c.d",
    ):
        assert not is_address(bad), bad
