"""What people decided that nothing else tells: who, when, what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from engine.store.tables.sending import audit


class Noted(NamedTuple):
    """A decision. at: in ms."""

    at: int
    who: str
    did: str
    detail: Mapping[str, Any]


def note(connection: Connection, noted: Noted) -> int:
    """Keep a decision; its number."""
    id = int(connection.execute(select(func.coalesce(func.max(audit.c.id), 0))).scalar_one()) + 1
    row = {"id": id, "at": noted.at, "who": noted.who, "did": noted.did, "detail": _text(noted.detail)}
    connection.execute(insert(audit).values(row))
    return id


def amend(connection: Connection, id: int, detail: Mapping[str, Any]) -> None:
    """A decision that is carried out in several transactions has come further."""
    connection.execute(update(audit).where(audit.c.id == id).values(detail=_text(detail)))


def last(connection: Connection, did: str, most: int) -> list[Noted]:
    """The last decisions of a kind, the latest first."""
    a = audit.c
    query = select(a.at, a.who, a.did, a.detail).where(a.did == did).order_by(a.id.desc()).limit(most)
    return [Noted(at, who, kind, json.loads(detail)) for at, who, kind, detail in connection.execute(query)]


def _text(detail: Mapping[str, Any]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True)
