"""What messages cost, those of a rehearsal and real ones, and how many of a rehearsal go out at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from engine.components.behaviour import Send
from engine.components.registry import component
from engine.plan.graph import FlowNode
from engine.plan.plan import Plan
from engine.report.texts import Planned, Render, renderer, renderer_of
from engine.shapes.sms import measure
from engine.store.tables.runs import message
from engine.store.times import MINUTE
from engine.workspace.bundle import Bundle
from engine.workspace.sms_length import Price, is_international, price_per_part, setting

MOST_TEXTS = 20_000
"""Different texts of one component of which each is measured; of more, so many stand for all."""

FIRST_TEXTS = 500
"""Messages of a component that stand for all, where their values are not asked for one by one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the messages of a component cost. exact: each of them was measured."""

    amount: Decimal
    currency: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """The most messages of a component in one minute, which begins `at` (ms).

    limit: what its account takes in a minute, or None where it says nothing.
    """

    most: int
    at: int
    limit: int | None


def costs(connection: Connection, plan: Plan, bundle: Bundle) -> dict[str, Cost]:
    """What the sent SMS of each component cost, by what the accounts say that a part does."""
    found: dict[str, Cost] = {}
    for node in plan.flow.nodes.values():
        if not isinstance(node.behaviour, Send):
            continue
        price = price_per_part(bundle.accounts, node.behaviour.account)
        if price is not None:
            found[node.id] = _cost(connection, plan, bundle, node, price)
    return found


def _cost(connection: Connection, plan: Plan, bundle: Bundle, node: FlowNode, price: Price) -> Cost:
    """Messages with the same values are one text, but for what only their length counts of: their links."""
    assert isinstance(node.behaviour, Send)
    m = message.c
    mine = (m.campaign == plan.context.campaign, m.node == node.number, m.sent_at.is_not(None))
    total = int(connection.execute(select(func.count()).where(*mine)).scalar_one())
    alike = select(m.variables, func.count()).where(*mine).group_by(m.variables).order_by(m.variables)
    rows = connection.execute(alike.limit(MOST_TEXTS)).all()
    text = renderer(bundle, node)
    abroad = is_international(bundle.accounts, node.behaviour.account)
    signature = node.behaviour.signature or ""
    parts = sum(_parts(text, values, signature, abroad=abroad) * n for values, n in rows)
    measured = sum(n for _, n in rows)
    amount = price.amount * parts
    if measured < total:
        amount = amount * total / measured
    return Cost(amount, price.currency, measured == total)


def estimated(
    connection: Connection, campaign: int, bundle: Bundle, nodes: Mapping[str, int], sent: Mapping[str, int]
) -> dict[str, Cost]:
    """What the sent SMS of components cost, by their first messages: exact where all of them say the same.

    nodes: the components' numbers by their ids. sent: how many messages of each.
    """
    found: dict[str, Cost] = {}
    for id, n in sent.items():
        node = bundle.campaign.nodes.get(id)
        config = None if node is None else node.parsed.config
        behaviour = None if node is None or config is None else component(node.kind).behaviour(config)
        if not isinstance(behaviour, Send) or not n:
            continue
        price = price_per_part(bundle.accounts, behaviour.account)
        if price is None:
            continue
        first = (
            select(message.c.variables)
            .where(
                message.c.campaign == campaign, message.c.node == nodes[id], message.c.sent_at.is_not(None)
            )
            .limit(FIRST_TEXTS)
        )
        values = list(connection.scalars(first))
        text, abroad = (
            renderer_of(bundle, id, behaviour),
            is_international(bundle.accounts, behaviour.account),
        )
        parts = [_parts(text, one, behaviour.signature or "", abroad=abroad) for one in values or [None]]
        amount = price.amount * sum(parts) * n / len(parts)
        found[id] = Cost(amount, price.currency, exact=not behaviour.variables)
    return found


def _parts(text: Render, values: str | None, signature: str, *, abroad: bool) -> int:
    said = text(Planned(values, "p", 1, "a"))
    return measure(said, signature, international=abroad).parts


def paces(connection: Connection, plan: Plan, bundle: Bundle) -> dict[str, Pace]:
    """The most messages of each component in one minute."""
    m = message.c
    minute = (m.sent_at // MINUTE).label("minute")
    query = (
        select(m.node, minute, func.count().label("n"))
        .where(m.campaign == plan.context.campaign, m.sent_at.is_not(None))
        .group_by(m.node, minute)
        .subquery()
    )
    most = select(query.c.node, func.max(query.c.n).label("n")).group_by(query.c.node).subquery()
    first = (
        select(query.c.node, query.c.n, func.min(query.c.minute))
        .join(most, (most.c.node == query.c.node) & (most.c.n == query.c.n))
        .group_by(query.c.node, query.c.n)
    )
    numbers = {node.number: node for node in plan.flow.nodes.values()}
    rows = connection.execute(first).all()
    return dict(_paces(numbers, bundle, ((int(row[0]), int(row[1]), int(row[2])) for row in rows)))


def _paces(
    nodes: Mapping[int, FlowNode], bundle: Bundle, rows: Iterator[tuple[int, int, int]]
) -> Iterator[tuple[str, Pace]]:
    for number, n, minute in rows:
        node = nodes[number]
        account = node.behaviour.account if isinstance(node.behaviour, Send) else None
        per_second = setting(bundle.accounts, account, "per_second")
        limit = per_second * 60 if isinstance(per_second, int) else None
        yield node.id, Pace(n, minute * MINUTE, limit)
