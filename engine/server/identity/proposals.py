"""Proposals: campaigns that somebody else looks at before they are published. What is approved is a hash."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.i18n import N_, Message
from engine.server.problems import CallRefused, NotPublished
from engine.store.tables.identity import proposal
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

_p = proposal.c
_SHOWN = [column for column in proposal.c if column.name != "bundle"]  # it may be large


class Proposal(NamedTuple):
    """A proposal without its bundle. approved: None while it is not decided. Moments are in ms."""

    number: int
    campaign: str
    name: str
    hash: str
    proposed_by: str
    proposed_at: int
    approved: bool | None
    decided_by: str | None
    decided_at: int | None
    reason: str | None
    published_at: int | None


def propose(connection: Connection, bundle: Bundle, by: str, now: int) -> Proposal:
    """Enter a proposal."""
    number = int(connection.execute(select(func.coalesce(func.max(_p.number), 0))).scalar_one()) + 1
    attributes = bundle.campaign.attributes
    row = {
        "number": number,
        "campaign": attributes.id,
        "name": attributes.name,
        "hash": bundle.hash,
        "bundle": bundles.write(bundle).decode(),
        "proposed_by": by,
        "proposed_at": now,
    }
    connection.execute(insert(proposal).values(**row))
    return one(connection, number)


def listed(connection: Connection, before: int | None, limit: int, *, undecided: bool) -> list[Proposal]:
    """Proposals before one of a number, the latest first."""
    query = select(*_SHOWN).order_by(_p.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_p.number < before)
    if undecided:
        query = query.where(_p.approved.is_(None))
    return [_proposal(row) for row in connection.execute(query)]


def one(connection: Connection, number: int) -> Proposal:
    """A proposal by its number. Raises `CallRefused`."""
    row = connection.execute(select(*_SHOWN).where(_p.number == number)).first()
    if row is None:
        raise CallRefused(404, "unknown_proposal", Message(N_("There is no such proposal.")))
    return _proposal(row)


def text_of(connection: Connection, number: int) -> str:
    """What is proposed, as the text of a bundle file. Raises `CallRefused`."""
    one(connection, number)
    text: str = connection.execute(select(_p.bundle).where(_p.number == number)).scalar_one()
    return text


def decide(
    connection: Connection, number: int, by: str, now: int, *, approved: bool, reason: str | None
) -> Proposal:
    """Approve or decline. Raises `CallRefused` for one's own, and for what is decided already."""
    found = one(connection, number)
    if approved and found.proposed_by == by:
        raise CallRefused(403, "own_proposal", Message(N_("Somebody else has to approve what you propose.")))
    if found.approved is not None:
        raise CallRefused(409, "decided", Message(N_("This proposal is decided already.")))
    values = {"approved": int(approved), "decided_by": by, "decided_at": now, "reason": reason}
    connection.execute(update(proposal).where(_p.number == number).values(**values))
    return one(connection, number)


def approval(connection: Connection, hash: str, by: str, now: int, lasts: int) -> int | None:
    """The proposal by which somebody may publish a hash now, or None. lasts: how long approvals do (ms)."""
    query = select(_p.number).where(_p.hash == hash, _p.approved == 1, _p.published_at.is_(None))
    query = query.where(_p.decided_by != by, _p.decided_at > now - lasts).order_by(_p.number).limit(1)
    number: int | None = connection.execute(query).scalar()
    return number


def use(connection: Connection, hash: str, by: str, now: int, lasts: int) -> None:
    """Use an approval up: each lets a hash be published once. Raises `NotPublished` where there is none."""
    number = approval(connection, hash, by, now, lasts)
    if number is None:
        text = N_("Here somebody else has to approve what is published. Propose it first.")
        raise NotPublished(403, "approval_needed", Message(text))
    connection.execute(update(proposal).where(_p.number == number).values(published_at=now))


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        row.number, row.campaign, row.name, row.hash, row.proposed_by, row.proposed_at,
        None if row.approved is None else bool(row.approved), row.decided_by, row.decided_at, row.reason,
        row.published_at,
    )  # fmt: skip
