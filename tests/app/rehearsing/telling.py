"""A rehearsal that is told instead of run: everybody goes the first way at every component, an hour apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer, Signal

from engine.campaign import campaign_file
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import (
    Cost,
    Fact,
    Order,
    Outcome,
    Pace,
    Reply,
    Sent,
    Someone,
    Step,
    Timeline,
    Value,
)

PEOPLE = 100
HOUR = 3_600_000


class ToldProcess(QObject):
    """In the place of a `RehearsalProcess`. Attributes: orders (of all of them), asked (the questions)."""

    progressed = Signal(object)
    refused = Signal(str)
    came_out = Signal(object)
    orders: ClassVar[list[Order]] = []
    refusal = ""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.asked: list[dict[str, Any]] = []
        self.stopped = False
        self._holders = 1

    def carry_out(self, order: Order) -> None:
        self.orders.append(order)
        self._order = order
        QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        if self.stopped:
            return
        self.progressed.emit(0.5)
        if self.refusal:
            self.refused.emit(self.refusal)
        else:
            self.came_out.emit(told(self._order))

    def ask(self, answered: Callable[[Reply], None], **question: Any) -> None:
        self.asked.append(question)
        name = Someone(id="p1", name="Anna")
        if question["asks"] != "journey":
            answered(Reply(number=1, people=[name]))
            return
        answered(
            Reply(
                number=1,
                people=[name],
                person=question["person"],
                steps=path(self._order),
                attributes=[Value(name="city", text="Rome")],
            )
        )

    def hold(self) -> None:
        self._holders += 1

    def stop(self) -> None:
        self._holders -= 1
        self.stopped = not self._holders


def _ways(order: Order) -> list[tuple[str, str, str]]:
    """The components that everybody comes to, with the way that they leave by and its line."""
    document = campaign_file.parse(order.draft.encode(), order.workspace)
    found: list[tuple[str, str, str]] = []
    node = document.successors(START_ID)[0]
    while True:
        links = document.out_links(node)
        if not links:
            return [*found, (node, "done", "")]
        link = document.links[links[0]]
        found.append((node, link.port, links[0]))
        if link.target is None:
            return found
        node = link.target


def told(order: Order) -> Outcome:
    """What it comes to: everybody comes to the n-th component n hours after the beginning."""
    first = int(order.since.timestamp() * 1000) // HOUR * HOUR
    ways = _ways(order)
    document = campaign_file.parse(order.draft.encode(), order.workspace)
    visits = {
        node: {"arrived": [(at, PEOPLE)], "passed": [(at, PEOPLE)]} for at, (node, _, _) in enumerate(ways)
    }
    nodes = {
        node: {
            "arrived": PEOPLE if node in visits else 0,
            "passed": PEOPLE if node in visits else 0,
            "waiting": 0,
        }
        for node in document.nodes
    }
    entrance = document.out_links(START_ID)[0]
    trigger = ways[0][0]
    return Outcome(
        goal=document.attributes.goal is not None,
        first=first,
        last=first + 24 * HOUR,
        people=PEOPLE,
        counts={"nodes": nodes, "entries": PEOPLE, "inside": 0, "finished": PEOPLE},
        timeline=Timeline(
            step=HOUR,
            moments=[first + at * HOUR for at in range(len(ways))],
            nodes=visits,
            links={
                entrance: [(0, PEOPLE)],
                **{link: [(at, PEOPLE)] for at, (_, _, link) in enumerate(ways) if link},
            },
            entries=[(0, PEOPLE)],
            finished=[(len(ways) - 1, PEOPLE)],
            converted=[(len(ways) - 1, 12)],
            messages={trigger: {"sent": {"": [(0, 90)]}, "skipped": {"fatigue": [(0, 10)]}}},
        ),
        costs={trigger: Cost(amount="9.00", currency="EUR", exact=True)},
        paces={trigger: Pace(most=90, at=first, limit=60)},
    )


def path(order: Order) -> list[Step]:
    """The path of one of them."""
    first = int(order.since.timestamp() * 1000) // HOUR * HOUR
    said = {"state": "sent", "reason": "", "receipt": "", "text": "Hello"}
    fact = Fact(asked="city is Rome", found="Rome", holds=True, port="")
    sent = Sent.model_validate(
        {"channel": "text_sms", "address": "+86", "planned": first, "sent": first, **said}
    )
    return [
        Step(
            node=node, cycle=1, entry=1, arrived=first + at * HOUR, left=first + at * HOUR, outcome=port,
            facts=[fact], messages=[sent],
        )
        for at, (node, port, _) in enumerate(_ways(order))
    ]  # fmt: skip
