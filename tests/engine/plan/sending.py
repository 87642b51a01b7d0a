"""A small database and the statements of one touch, run over a wave as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, delete, func, insert, select
from sqlalchemy.sql import Executable

from engine.audience.conditions import RowConditions
from engine.components.behaviour import DrawCoupon, FromTemplate, Send
from engine.plan.contact import ContactRules
from engine.plan.context import WHOLE, Context
from engine.plan.fatigue import reachable
from engine.plan.graph import FlowNode
from engine.plan.messages import Messages
from engine.plan.prepared import Prepared
from engine.plan.steps import Counters, PreparedStep, Step
from engine.plan.temporary import make_temporary, result_script, shared_address, wave
from engine.store.distribution import is_distributed
from engine.store.fields import DataFields
from engine.store.list_clock import clock_of
from engine.store.tables.people import audience, audience_member, person_id, suppression
from engine.store.tables.runs import entry, marketing_node, message, message_counter
from engine.store.times import HOUR, NEVER

CAMPAIGN, VERSION = 1, 1
SHANGHAI = ZoneInfo("Asia/Shanghai")


def sms(**changes: Any) -> Send:
    """A promotional SMS."""
    settings: dict[str, Any] = {"marketing": True, "signature": "Shop", **changes}
    return Send("mobile", "acc", FromTemplate("m_1"), **settings)


class Sending:
    """One campaign's touches over a connection's database.

    Touches are nodes by number; what was handed over by an earlier one counts for the next.
    """

    def __init__(
        self,
        connection: Connection,
        rules: ContactRules | None = None,
        zone: ZoneInfo = SHANGHAI,
        **context: Any,
    ) -> None:
        self.connection = connection
        fields, clock = DataFields.load(connection), clock_of(zone, connection)
        clock.prepare(connection)
        self.context = Context(
            dialect=connection.dialect,
            clock=clock,
            conditions=RowConditions(fields, clock),
            fields=fields,
            campaign=CAMPAIGN,
            campaign_id="c_1",
            version=VERSION,
            contact=rules or ContactRules(),
            **{"distributed": is_distributed(connection), **context},
        )

    # ---- data

    def address(
        self, person: int, value: str, type: str = "mobile", *, time: int = 0, follower: int | None = None
    ) -> None:
        row = {"person": person, "type": type, "value": value, "time": time, "seq": 0, "follower": follower}
        self.connection.execute(insert(person_id).values(row))

    def share(self, value: str, *people: int) -> None:
        """An address that several people have."""
        for person in people:
            self.address(person, value)
        self.connection.execute(insert(shared_address).values(type="mobile", value=value))

    def suppress(self, value: str, type: str = "mobile") -> None:
        self.connection.execute(insert(suppression).values(type=type, value=value))

    def whitelist(self, *people: int) -> None:
        self.connection.execute(insert(audience).values(id="a_vip", list=7, size=len(people), state="ready"))
        for person in people:
            self.connection.execute(insert(audience_member).values(list=7, person=person))

    def entered(self, person: int, number: int, cycle: int) -> None:
        row = {"campaign": CAMPAIGN, "person": person, "entry": number, "version": VERSION, "cycle": cycle}
        self.connection.execute(insert(entry).values(**row, entered_at=0))

    def answer(self, person: int, node: int, result: str, after: int = 0, **further: Any) -> None:
        row = {"person": person, "node": node, "result": result, "after": after, "reason": "", "entry": 0}
        self.connection.execute(insert(result_script).values({**row, "address": "", **further}))

    # ---- waves

    def fill(self, *rows: Sequence[Any]) -> None:
        """Rows of the wave: person, entry, now and, for a release, the address."""
        values = [
            {
                "person": person,
                "entry": number,
                "now": now,
                "path": 1,
                "via": 0,
                "event": next(iter(mark), None),
            }
            for person, number, now, *mark in rows
        ]
        self.connection.execute(delete(wave))
        self.connection.execute(insert(wave), values)

    def node(self, send: Send | DrawCoupon, node: int = 1, kind: str = "text_sms") -> FlowNode:
        return FlowNode(f"n_{node}", node, node, kind, send, ("out",))

    def send(
        self, send: Send, *rows: Sequence[Any], node: int = 1, kind: str = "text_sms", horizon: int = NEVER
    ) -> None:
        known = select(func.count()).where(marketing_node.c.node == node)
        if send.marketing and not self.connection.execute(known).scalar():
            row = {"version": VERSION, "node": node, "channel": kind, "signature": send.signature, "place": 0}
            self.connection.execute(insert(marketing_node).values(row))
        self.fill(*rows)
        self.run(Messages(self.context).send(self.node(send, node, kind), send, ()), horizon)

    def release(
        self, send: Send, *rows: Sequence[Any], node: int = 1, kind: str = "text_sms", horizon: int = NEVER
    ) -> None:
        self.fill(*rows)
        self.run(Messages(self.context).release(self.node(send, node, kind), send), horizon)

    def run(self, steps: Iterator[Step | Executable], horizon: int = NEVER) -> None:
        hours = {now // HOUR for (now,) in self.connection.execute(select(wave.c.now))}
        hour = hours.pop() if len(hours) == 1 and not self.context.recurring else None
        counters = Counters(self.context)
        for step in steps:
            PreparedStep(step, counters)(self.connection, {"horizon": horizon, "shard": WHOLE}, hour)

    def reachable(self, channel: str, *rows: Sequence[Any]) -> list[bool]:
        """Whether the channel may reach each person and now."""
        self.fill(*((person, 1, now) for person, now in rows))
        test = reachable(self.context, channel, wave.c.person, wave.c.now)
        query = select(case((test, 1), else_=0)).select_from(wave).order_by(wave.c.person, wave.c.now)
        return [bool(found) for (found,) in Prepared(query, self.context.dialect)(self.connection)]

    # ---- what came of it

    def rows(self, *columns: str, node: int = 1) -> list[tuple[Any, ...]]:
        """The node's messages, in order of person, entry and address."""
        query = select(*(message.c[name] for name in columns)).where(message.c.node == node)
        order = (message.c.person, message.c.entry, message.c.address)
        return [tuple(row) for row in self.connection.execute(query.order_by(*order))]

    def fates(self, node: int = 1) -> list[str]:
        """State, and reason where there is one, of each message."""
        return [f"{state} {reason}".strip() for state, reason in self.rows("state", "reason", node=node)]

    def counted(self, node: int = 1) -> Mapping[str, int]:
        """What the counters say: state, reason and receipt → messages, zeros left out."""
        c = message_counter.c
        query = select(c.state, c.reason, c.receipt, func.sum(c.n)).where(c.node == node)
        found = self.connection.execute(query.group_by(c.state, c.reason, c.receipt))
        return {" ".join(filter(None, (s, r, t))): int(n) for s, r, t, n in found if n}

    def expect_counts(self, node: int = 1) -> None:
        """The counters say what the messages say."""
        fates = self.fates(node)
        receipts = self.rows("receipt", node=node)
        said = [f"{fate} {receipt or ''}".strip() for fate, (receipt,) in zip(fates, receipts, strict=True)]
        assert self.counted(node) == {one: said.count(one) for one in said}


def temporary(connection: Connection) -> None:
    """The temporary tables of waves."""
    make_temporary(connection)
