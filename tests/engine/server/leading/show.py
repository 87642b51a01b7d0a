"""What is tried with several servers: people come by events, and each is sent two messages.

It goes on while servers and their database meet whatever can happen to them. In the end everybody must be
where one server that nobody disturbs would have put them.
"""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.channels.adapter import Adapter
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.report.check import violations
from engine.run.answers import IncomingEvent
from engine.run.clock import VirtualClock
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.tables.people import person, tag_value
from engine.store.tables.runs import campaign_node, entry, message, visit
from engine.store.tables.sending import doubt
from engine.workspace import bundle as bundles
from engine.workspace.account import AccountFile
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.channels.sending.killing import WEBHOOK, account
from tests.engine.run.drafting import EVERYBODY, Running, bundle, database
from tests.engine.server.leading.troupe import Player, Troupe, until

BATCH = 5
"""People of one request to the provider."""
CALL = 20
"""Events of one call."""
WHEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
State = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Play:
    """What is tried. orders, messages: how many each person places, and gets."""

    campaigns: Callable[[WebhookFake], Sequence[Bundle]]
    orders: int
    messages: int


def letters(fake: WebhookFake) -> Bundle:
    """Who orders gets a message, a tag and another message."""
    found = account(fake.port, 24 if fake.heeds_keys else None, BATCH)
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
        "n_thanks": ("webhook", WEBHOOK),
        "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
        "n_more": ("webhook", WEBHOOK),
        "n_end": ("end", {}),
    }
    links = ["n_order out n_thanks", "n_thanks out n_tag", "n_tag out n_more", "n_more out n_end"]
    return bundle(nodes, links, account=found)


LETTERS = Play(lambda fake: [letters(fake)], orders=1, messages=2)


def together(fake: WebhookFake, campaigns: int = 4) -> list[Bundle]:
    """Campaigns that make no difference to each other: who has ordered gets a message and, when they order
    again, another one; and one that everybody enters at once."""
    found = account(fake.port, 24 if fake.heeds_keys else None, BATCH)
    again = {
        "judge_after": {"amount": 1, "unit": "day"},
        "conditions": [{"join": None, "event": "order"}],
        "early": True,
        "other": True,
    }
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_order": ("behavior_event", {"event": "order", "re_entry": "once"}),
        "n_thanks": ("webhook", WEBHOOK),
        "n_again": ("event_judgment", again),
        "n_more": ("webhook", WEBHOOK),
        "n_end": ("end", {}),
        "n_late": ("end", {}),
    }
    links = ["n_order out n_thanks", "n_thanks out n_again", "n_again out n_more", "n_more out n_end"]
    links.append("n_again other n_late")
    everybody: dict[str, tuple[str, dict[str, Any]]] = {
        "n_who": ("target_audience", EVERYBODY), "n_hello": ("webhook", WEBHOOK), "n_end": ("end", {}),
    }  # fmt: skip
    hello = bundle(everybody, ["n_who out n_hello", "n_hello out n_end"], id="c_all", account=found)
    return [hello, *(bundle(nodes, links, id=f"c_{n}", account=found) for n in range(1, campaigns))]


TOGETHER = Play(together, orders=2, messages=7)


def state(target: Target) -> State:
    """Where everybody is, without when; a message of which nobody knows counts as sent."""
    who = person.c.external_id
    of_node = (message.c.campaign == campaign_node.c.campaign) & (message.c.node == campaign_node.c.node)
    messages = select(who, message.c.version, campaign_node.c.id, message.c.entry, message.c.state)
    visits = select(who, visit.c.version, visit.c.entry, visit.c.path, func.count())
    queries = {
        "messages": messages.join_from(message, campaign_node, of_node).join(
            person, person.c.id == message.c.person
        ),
        "tags": select(who, tag_value.c.tag, tag_value.c.value).where(person.c.id == tag_value.c.person),
        "entries": select(who, entry.c.campaign, entry.c.entry, entry.c.event).where(
            person.c.id == entry.c.person
        ),
        "visits": visits.where(person.c.id == visit.c.person).group_by(
            who, visit.c.version, visit.c.entry, visit.c.path
        ),
    }
    with Database.open(target) as store, store.read() as connection:
        assert list(violations(connection, ms(datetime.now(UTC)))) == []
        rows = {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}
    rows["messages"] = [(*row[:-1], row[-1].replace("unknown", "sent")) for row in rows["messages"]]
    return {name: sorted(found) for name, found in rows.items()}


def undisturbed(folder: Path, people: int, play: Play = LETTERS) -> State:
    """What an engine comes to that nobody disturbs."""
    folder.mkdir()
    target = database(folder, people=people)
    network = Network(["127.0.0.1"])

    def opened(found: AccountFile) -> Adapter:
        return adapter_of(found, {}, network)

    with WebhookFake() as fake, Running(target, clock=VirtualClock(ms(WHEN)), open_adapter=opened) as run:
        for one in play.campaigns(fake):
            run.engine.publish(one)
        for order in range(play.orders):
            run.clock.set(ms(WHEN + timedelta(minutes=order + 1)))
            numbers, now = range(order * people + 1, (order + 1) * people + 1), run.clock.now() - 1_000
            run.engine.post_events(
                [IncomingEvent(f"e{n}", _who(n, people), "order", now, {}) for n in numbers]
            )
            run.advance(30_000)
    return state(target)


def _who(number: int, people: int) -> str:
    """Who places an order."""
    return f"p{(number - 1) % people + 1}"


class Show:
    """Servers with campaigns, and people who order one after the other."""

    def __init__(
        self, troupe: Troupe, fake: WebhookFake, target: str, people: int, play: Play = LETTERS
    ) -> None:
        self.troupe = troupe
        self._fake = fake
        self.target = target
        self._people = people
        self._play = play
        self._ordered, self._orders = 0, people * play.orders
        troupe.leading()
        for one in play.campaigns(fake):
            answer = troupe.ask("POST", "/campaigns", data=bundles.write(one))
            assert answer.status_code < 300, answer.text

    def order(self, calls: int, each: int = CALL) -> None:
        """So many calls of so many people, each repeated until somebody has answered that it is on disk."""
        for _ in range(calls):
            numbers = range(self._ordered + 1, min(self._ordered + each, self._orders) + 1)
            now = datetime.now(UTC).isoformat()
            events = [
                {"event_id": f"e{n}", "person_id": _who(n, self._people), "event": "order", "time": now}
                for n in numbers
            ]
            if events:
                answer = self.troupe.ask("POST", "/events", data=json.dumps({"events": events}))
                assert answer.json()["rejected"] == []
            self._ordered = numbers.stop - 1

    def forget(self, ordered: int) -> None:
        """The database knows nothing any more of what was ordered after the first so many orders."""
        self._ordered = ordered

    def finish(self) -> None:
        """Let the rest order, and wait until nobody waits for anything; then all servers end."""
        while self._ordered < self._orders:
            self.order(1)
        with Database.open(self.target) as store:

            def missing() -> int:
                settled = message.c.state.in_(("sent", "unknown"))
                with store.read() as connection:
                    found = connection.execute(select(func.count()).where(settled)).scalar_one()
                return self._people * self._play.messages - found

            until(lambda: missing() == 0)
        for player in (*self.troupe.hands, *self.troupe.players):
            self.troupe.kill(player, signal.SIGTERM)

    def check(self, expected: State) -> int:
        """That nothing was lost or came twice; how many messages are in doubt."""
        assert state(self.target) == expected
        with Database.open(self.target) as store, store.read() as connection:
            states = Counter(connection.scalars(select(message.c.state)))
            listed = connection.execute(select(func.count()).select_from(doubt)).scalar_one()
        assert listed == states["unknown"]
        sent = self._fake.by_key
        assert [key for key, times in sent.items() if times > 1] == []
        assert states["sent"] <= len(sent) <= states["sent"] + states["unknown"]
        if self._fake.heeds_keys:
            assert listed == 0
        return listed


Event = Callable[[Show, Player], None]
"""Something that happens to who leads; afterwards somebody leads."""


def killed(show: Show, leader: Player) -> None:
    show.troupe.kill(leader)
    show.order(2)
    show.troupe.start(leader)


def frozen(show: Show, leader: Player) -> None:
    """Until another one has taken over and worked."""
    show.troupe.freeze(leader)
    show.order(2)
    show.troupe.thaw(leader)
    until(lambda: leader.readiness == "standby")


def cut_off(show: Show, leader: Player) -> None:
    leader.wire.cut()
    show.order(2)
    leader.wire.mend()
    until(lambda: leader.readiness)


def silent(show: Show, leader: Player) -> None:
    """No packet arrives, and nobody is told."""
    leader.wire.silence()
    show.order(2)
    leader.wire.mend()
    until(lambda: leader.readiness)


def ended(show: Show, leader: Player) -> None:
    """In order, as for an upgrade."""
    show.troupe.kill(leader, signal.SIGTERM)
    show.order(2)
    show.troupe.start(leader)


HAPPENINGS: tuple[Event, ...] = (killed, frozen, cut_off, silent, ended)
