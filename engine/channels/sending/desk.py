"""What the sending loop needs of its engine, and what it knows of versions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, select

from engine.campaign.send_window import SendWindow
from engine.channels.receipts import Receipt
from engine.channels.sending.letters import REFERENCE_LENGTH, Letter, idempotency_key
from engine.channels.sending.rendering import Render, renderer
from engine.components.behaviour import Send
from engine.files import FileError
from engine.i18n import MessageError
from engine.plan.graph import FlowNode, NotRunnable, flow_of
from engine.store.tables.runs import campaign_node
from engine.store.versions import stored_bundle
from engine.workspace.account import AccountFile
from engine.workspace.bundle import Bundle


class Desk(Protocol):
    """The engine, as the sending loop sees it. Any thread may call it."""

    def now(self) -> int:
        """The present moment, in ms."""

    def write(self) -> AbstractContextManager[Connection]:
        """A writing transaction between two waves, with the temporary tables of waves."""

    def read(self) -> AbstractContextManager[Connection]:
        """A reading transaction."""

    def judge(self, connection: Connection, touched: Collection[tuple[int, int]]) -> None:
        """People may wait for the results of the messages in `handed`, of these versions and nodes."""

    def quiet_since(self, channel: str, now: int) -> int | None:
        """When the quiet time of a channel (a component's kind) began that `now` lies in, or None."""

    def closed(
        self, connection: Connection, window: SendWindow, people: Collection[int], now: int
    ) -> Collection[int]:
        """Those of these people (by key) on whose clock a campaign's send window is closed `now` (ms)."""

    def heard(self, connection: Connection, account: AccountFile, references: Collection[str]) -> None:
        """These messages have a result: receipts of theirs that came before count now."""

    def reported(self, connection: Connection, account: AccountFile, receipts: Sequence[Receipt]) -> None:
        """An account's provider told what became of messages."""

    def look_again(self, connection: Connection, touched: Collection[tuple[int, int]]) -> None:
        """Messages of these versions and nodes are to be looked at by a wave before they go out."""

    @property
    def public_address(self) -> str | None:
        """Where those who get messages reach this engine, if they do."""

    @property
    def held(self) -> bool:
        """Whether nothing may be sent until somebody decides."""

    @property
    def leads(self) -> bool:
        """Whether no other engine can have begun to send what stands in this outbox."""


class Words(NamedTuple):
    """What the letters of one node say. key: a letter's idempotency key. id_type: of the addresses."""

    render: Render
    key: Callable[[Letter], str]
    id_type: str


@dataclass
class Sheet:
    """What is sent for one version of a campaign."""

    bundle: Bundle
    nodes: dict[int, FlowNode]
    public_address: str | None = None

    @classmethod
    def load(cls, connection: Connection, version: int, campaign: int, address: str | None) -> Sheet:
        """Read a version by its key, and the number of its campaign. address: the engine's public one.
        Raises `MessageError` where this program cannot read it, or run it."""
        query = select(campaign_node.c.id, campaign_node.c.node).where(campaign_node.c.campaign == campaign)
        numbers = {row.id: row.node for row in connection.execute(query)}
        try:
            bundle = stored_bundle(connection, version)
            flow = flow_of(bundle.campaign, numbers)
        except FileError as error:
            raise MessageError(error.message) from error
        except NotRunnable as error:
            raise MessageError(error.messages[0]) from error
        return cls(bundle, {node.number: node for node in flow.nodes.values()}, address)

    def account(self, id: str) -> AccountFile:
        """An account as the version pinned it."""
        return self.bundle.accounts[id]

    @property
    def window(self) -> SendWindow | None:
        """When the version's marketing messages may go out, where that is not always."""
        return self.bundle.campaign.attributes.send_window

    @property
    def has_exits(self) -> bool:
        """Whether people may leave by exit rules."""
        return bool(self.bundle.campaign.attributes.exits)

    def send_of(self, node: int) -> Send:
        behaviour = self.nodes[node].behaviour
        assert isinstance(behaviour, Send)
        return behaviour

    @cached_property
    def id_types(self) -> dict[int, str]:
        """Of the addresses that each node sends to, by its number."""
        return {
            number: node.behaviour.id_type
            for number, node in self.nodes.items()
            if isinstance(node.behaviour, Send)
        }

    @cached_property
    def _words(self) -> dict[int, Words]:
        return {}

    def words(self, node: int) -> Words:
        """How the letters of a node become deliveries."""
        if (known := self._words.get(node)) is not None:
            return known
        found = self.nodes[node]
        made = Words(
            renderer(self.bundle, found, self.public_address),
            partial(idempotency_key, self.bundle.campaign.attributes.id, found.id),
            self.id_types[node],
        )
        return self._words.setdefault(node, made)

    def key(self, letter: Letter) -> str:
        """A letter's idempotency key."""
        return idempotency_key(self.bundle.campaign.attributes.id, self.nodes[letter.node].id, letter)

    def reference(self, letter: Letter) -> str:
        """What a letter is called to its provider."""
        return self.key(letter)[:REFERENCE_LENGTH]
