"""Links in texts, and the short ones that take their place.

A short link is an address and a token, `https://s.example.com/4fG7kQ2mXa`. The token is a pure function of
the message and the link: the same message says the same on every database and in a rehearsal, and whoever
sends it notes for whom the token stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated, Final

from pydantic import AfterValidator

from engine.i18n import N_, Message
from engine.shapes.model import invalid
from engine.shapes.text import storable

SHORT_LINKS: Final = "l"
"""Where the engine answers short links, behind its public address."""
TOKEN_LENGTH: Final = 10
"""62¹⁰ tokens: among a hundred million messages the odds that any two share one are about 1 to 170."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# A link ends where a blank, a quote, a bracket or a Chinese sign of a sentence stands. `${…}` may be in it.
_LINK = re.compile(
    r"https?://(?=[^\W_]|\$\{)(?:\$\{[^\s{}]*\}|[^\s<>\"'`{}|\\^\u3000-\u303f\uff00-\uffef“”‘’…—])+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]&"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*")


def _address(refusal: str) -> Callable[[str], str]:
    """Refuses what is no address to put something behind; a slash at its end goes."""

    def checked(text: str) -> str:
        cleaned = storable(text).rstrip("/")
        if not _ADDRESS.fullmatch(cleaned) or len(cleaned) > 100:
            raise invalid(Message(refusal))
        return cleaned

    return checked


ShortAddress = Annotated[
    str, AfterValidator(_address(N_("Enter the address of short links, such as https://s.example.com.")))
]
"""Where short links lead first, such as `https://s.example.com`."""

PublicAddress = Annotated[
    str,
    AfterValidator(
        _address(N_("Enter the address that leads to this engine from outside: https://c.example.com."))
    ),
]
"""Where providers, and people who get messages, reach an engine, such as `https://c.example.com`."""


@lru_cache(maxsize=16)
def links_in(text: str) -> tuple[str, ...]:
    """The links of a text, each once, in order of appearance."""
    return tuple(dict.fromkeys(_trimmed(match[0]) for match in _LINK.finditer(text)))


def replace_links(text: str, short: Callable[[str], str | None], *, is_html: bool = False) -> str:
    """The text with each link for which `short` has another in its place.

    is_html: links stand there escaped (`&amp;`); `short` is asked for what they mean.
    """

    def replaced(match: re.Match[str]) -> str:
        link = _trimmed(match[0])
        instead = short(html.unescape(link) if is_html else link)
        return match[0] if instead is None else instead + match[0][len(link) :]

    return _LINK.sub(replaced, text)


def token(*parts: str) -> str:
    """The token of what the parts name together."""
    digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
    number, digits = int.from_bytes(digest, "big"), ""
    for _ in range(TOKEN_LENGTH):
        number, digit = divmod(number, 62)
        digits += _ALPHABET[digit]
    return digits


def short_link(address: str, link_token: str) -> str:
    """The link as it stands in a message."""
    return f"{address}/{link_token}"


def sample_link(address: str) -> str:
    """A short link to count and to look at."""
    return short_link(address, (_ALPHABET * 2)[10 : 10 + TOKEN_LENGTH])


def _trimmed(link: str) -> str:
    """The link without the sentence's signs behind it; a bracket that it opened itself stays."""
    while link[-1] in _TRAILING:
        if link[-1] == ")" and link.count("(") >= link.count(")"):
            break
        link = link[:-1]
    return link
