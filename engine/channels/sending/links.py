"""Links in messages: what their tokens stand for, noted before the messages go out, and who followed them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Text, bindparam, func, literal, select, update

from engine.channels.sending.letters import Letter
from engine.shapes.links import short_link
from engine.store.dialect import bulk_insert
from engine.store.tables.sending import MESSAGE_KEY, link_token

UNSUBSCRIBE = "u"
"""Where the engine lets people unsubscribe, behind its public address."""


class Link(NamedTuple):
    """A link of a message as it is sent. url: where it leads; empty: a click ends further emails. own: it
    stands in this message only, and tells who clicked."""

    token: str
    url: str
    own: bool = True


def unsubscribe_link(public_address: str) -> tuple[str, Link]:
    """A new address whose click ends further emails, and what its token means. Nobody can guess it."""
    token = secrets.token_urlsafe(16)
    return short_link(f"{public_address}/{UNSUBSCRIBE}", token), Link(token, "")


def note_links(connection: Connection, noted: Iterable[tuple[Letter, Link]], now: int) -> None:
    """Remember what the tokens stand for that letters are about to go out with."""
    columns = ("token", "url", "campaign", "node", "person", "entry", "address", "noted_at")
    rows = {
        link.token: (
            link.token,
            link.url,
            *(letter.key if link.own else (*letter.key[:2], None, None, None)),
            now,
        )
        for letter, link in noted
    }
    bulk_insert(connection, link_token, columns, list(rows.values()), on_conflict="nothing")


def target(connection: Connection, token: str) -> str | None:
    """Where a token leads; empty where it ends further emails; None where nobody noted it."""
    url: str | None = connection.execute(select(link_token.c.url).where(link_token.c.token == token)).scalar()
    return url


def count_clicks(connection: Connection, clicks: Mapping[str, int], now: int) -> None:
    """Count how often links were followed, and note when each was first."""
    c = link_token.c
    values = {
        "clicks": c.clicks + bindparam("n"),
        "clicked_at": func.coalesce(c.clicked_at, literal(now)),
    }
    change = update(link_token).where(c.token == bindparam("one", type_=Text)).values(values)
    connection.execute(change, [{"one": token, "n": n} for token, n in sorted(clicks.items())])


LINK_KEY = tuple(link_token.c[name] for name in MESSAGE_KEY)
"""The message that a link stands in, where it is one message's own."""
