"""An engine that lives through a few days, and campaigns for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import text

from engine.plan.contact import Daily
from engine.run.answers import IncomingEvent
from engine.shapes.time import to_milliseconds as ms
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.message import MESSAGE
from tests.engine.run.drafting import (
    EVERYBODY,
    NOW,
    SMS,
    WAIT,
    ZONE,
    Running,
    bundle,
)

Node = tuple[str, dict[str, Any]]
END: Node = ("end", {})
SMS_THEN_WAIT: dict[str, Node] = {
    "n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", SMS), "n_wait": ("wait_until", WAIT),
    "n_end": END,
}  # fmt: skip
SMS_LINKS = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]
ORDERS: dict[str, Node] = {
    "n_order": ("behavior_event", {"event": "order"}), "n_wait": ("wait_until", WAIT), "n_end": END,
}  # fmt: skip
ORDER_LINKS = ["n_order out n_wait", "n_wait out n_end"]
HALVES = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
NIGHT = {"text_sms": Daily(time(20), time(8), postpone=True)}
MORNING = ms(datetime(2026, 3, 3, 8, tzinfo=ZONE))


def event(id: str = "e1", person: str = "p1", code: str = "order", **changed: Any) -> IncomingEvent:
    """Something that happened at the beginning, if no other `time` is given; the rest are attributes."""
    return IncomingEvent(id, person, code, changed.pop("time", ms(NOW)), changed)


class Living(Running):
    """An engine that is posted orders, and looked into."""

    def order(self, id: str, person: str = "p1", moment: int | None = None, amount: int = 5) -> None:
        when = self.clock.now() if moment is None else moment
        self.engine.post_events([IncomingEvent(id, person, "order", when, {"amount": amount})])
        self.engine.run_until_idle(self.clock.now())

    def pass_time(self, milliseconds: int) -> None:
        """Let everything happen in this time, and let it be over."""
        end = self.clock.now() + milliseconds
        self.engine.run_until_idle(end)
        self.clock.set(max(end, self.clock.now()))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def cycles(self) -> list[datetime]:
        """When people entered, cycle by cycle, in UTC."""
        found = self.rows("SELECT at FROM cycle ORDER BY cycle")
        return [datetime.fromtimestamp(at / 1000, UTC) for (at,) in found]

    def generated(self) -> list[tuple[Any, ...]]:
        """The generated audiences with their sizes, in order of writing."""
        return self.rows(
            "SELECT g.name, a.size FROM generated_audience g JOIN audience a ON a.id = g.id"
            " ORDER BY g.written_at"
        )

    def sound(self) -> None:
        assert self.engine.check() == []


def recurring(every: Mapping[str, Any], **further: Any) -> Node:
    return "target_audience", {**EVERYBODY, "mode": "recurring", "every": every, **further}


def rule(update: Any = "manual", id: str = "a_all") -> AudienceFile:
    """An audience of everybody with a name."""
    named = {"card": "tags", "condition": {"field": "attr:name", "op": "not_empty"}}
    raw = {"id": id, "name": "Named", "update": update, "cards": [{"join": None, **named}]}
    return AUDIENCE.adapter.validate_python(raw)


def marketing(nodes: Mapping[str, Node], links: Sequence[str], **attributes: Any) -> Bundle:
    """A campaign whose messages are advertising, entered by the audience of a rule."""
    made = bundle(nodes, links, **attributes)
    raw = {**made.messages["m_hello"].canonical(), "sms_type": "promotional"}
    return Bundle(
        made.campaign,
        made.audiences,
        {"m_hello": MESSAGE.adapter.validate_python(raw)},
        made.accounts,
        made.catalog,
    )


def with_rule(made: Bundle, update: Any = "manual") -> Bundle:
    return Bundle(made.campaign, {"a_all": rule(update)}, made.messages, made.accounts, made.catalog)


PROMOTION: Node = ("text_sms", {**SMS, "sms_type": "promotional"})
DAILY = {"unit": "day", "interval": 1, "time": "18:00"}
DIRECT: dict[str, Node] = {"n_who": recurring(DAILY, repeat_unchanged=True), "n_end": END}
DIRECT_LINKS = ["n_who out n_end"]
