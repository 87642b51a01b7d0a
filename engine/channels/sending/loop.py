"""The sending loop: finds what waits in the outbox and lets a sender for each account send it.

`start` runs it in a thread of its own, with an event loop; without that, `step` sends what is due now in the
caller's thread. Database work is done in that thread, too, and waits for one wave at most: between two
threads, each of its statements would wait for the interpreter.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

import structlog
from sqlalchemy import Connection, Dialect

from engine.channels.adapter import Adapter
from engine.channels.sending.desk import Desk, Sheet
from engine.channels.sending.fates import UNKNOWN
from engine.channels.sending.ledger import Ledger
from engine.channels.sending.letters import Letter, Queue
from engine.channels.sending.pacing import Backoff, Monotonic, RateLimit, Sleep
from engine.channels.sending.policy import Policy
from engine.channels.sending.sender import Sender, Tools
from engine.i18n import Message, MessageError
from engine.store.times import NEVER
from engine.store.trouble import trouble_of
from engine.workspace.account import AccountFile

log = structlog.get_logger()

POLL_S = 1.0
"""How long the loop rests at most: a letter may become due, and an account be usable again."""
LOOK_S = 0.2
"""How long it rests at least while something is sent: looking for new lines takes time from that."""

OpenAdapter = Callable[[AccountFile], Adapter]
"""Makes an account ready to send. Raises `MessageError` where it cannot be used: a secret is missing."""


@dataclass(slots=True)
class AccountState:
    """How it goes with an account. waiting: the versions of which something waits for it. problem: why
    nothing goes out; again_in: seconds until it is tried anew, None where somebody must see to it."""

    account: str
    waiting: frozenset[int]
    in_flight: int
    problem: Message | str | None
    again_in: float | None = None
    per_second: int | None = None


@dataclass
class _Desks:
    """Senders by account and by the settings that versions have pinned; each account has one rate."""

    senders: dict[tuple[str, str], Sender] = field(default_factory=dict)
    limits: dict[str, RateLimit] = field(default_factory=dict)
    problems: dict[str, Message] = field(default_factory=dict)
    blocked: dict[str, set[int]] = field(default_factory=dict)


class Sending:
    """Sends what waits in an engine's outbox."""

    def __init__(
        self,
        desk: Desk,
        dialect: Dialect,
        open_adapter: OpenAdapter,
        policy: Policy | None = None,
        *,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._desk = desk
        self._open = open_adapter
        self._ledger = Ledger(dialect)
        self._policy = policy or Policy(Backoff())
        self._tools = Tools(
            desk, self._ledger, self._policy, secrets.token_hex(8), itertools.count(1), monotonic, sleep,
            lambda: self._closing,
        )  # fmt: skip
        self._sheets: dict[int, Sheet] = {}
        self._known = _Desks()
        self._working: dict[Sender, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._wake = asyncio.Event()
        self._closing = False

    # ---- from outside

    def start(self) -> None:
        """Send in the background until `close`."""
        self._thread = threading.Thread(target=self._run, name="sending", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something may wait."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def step(self) -> bool:
        """Send what is due now, up to a claim of each account, in this thread. Whether there was anything."""
        return self._loop.run_until_complete(self._round())

    def close(self) -> None:
        """End after the deliveries that are on their way."""
        self._closing = True
        if self._thread is not None:
            self.wake()
            self._thread.join()
        else:
            self._loop.run_until_complete(self._close())
        self._loop.run_until_complete(_cancel_others())
        self._loop.close()

    def states(self) -> list[AccountState]:
        """How it goes with the accounts that anything was sent through, or should be; any thread may ask."""
        found = [
            AccountState(
                account,
                frozenset(queue.version for queue in sender.queues),
                sender.in_flight,
                sender.breaker.reason if sender.breaker.is_open or sender.breaker.is_doubtful else None,
                sender.breaker.pause,
                sender.traits.per_second,
            )
            for (account, _), sender in list(self._known.senders.items())
        ]
        blocked = self._known.blocked
        problems = [
            AccountState(id, frozenset(blocked.get(id, ())), 0, why)
            for id, why in list(self._known.problems.items())
        ]
        return sorted([*found, *problems], key=lambda one: one.account)

    def next_due(self) -> int | None:
        """When something that waits is due (ms), through accounts that can be used."""
        self._look()
        moments: list[int] = []
        with self._desk.read() as connection:
            for sender in self._known.senders.values():
                ready = [self._ledger.next_ready(connection, queue) for queue in sender.queues]
                pause = self._desk.now() + round(sender.breaker.pause * 1000)
                moments += [max(moment, pause) for moment in ready if moment is not None]
        return min(moments, default=None)

    # ---- after a crash

    def recover(self, connection: Connection, by: int = NEVER) -> None:
        """Take back what workers have left whose leases end by a moment; NEVER: of everybody, as where this
        is the only engine of its database. What had been claimed is claimed anew; what was being sent goes
        out again with its key where the provider heeds that, else nobody knows."""
        claimed, sending = self._ledger.abandoned(connection, by)
        if claimed:
            self._ledger.free(connection, claimed)
        if sending:
            now = self._desk.now()
            settled = [
                self._policy.doubtful(letter, "interrupted", self._key_lifetime(connection, letter), now)
                for letter in sending
            ]
            kept = self._ledger.settle(connection, settled, now)
            self._desk.judge(connection, {(one.queue.version, one.node) for one in kept})
            for letter in kept:
                with suppress(MessageError):  # a version that cannot be read any more
                    sheet = self._sheet(connection, letter.queue.version, letter.campaign)
                    account = sheet.account(letter.queue.account)
                    self._desk.heard(connection, account, [sheet.reference(letter)])
            doubtful = sum(one.fate == UNKNOWN for one in settled)
            log.warning("messages were being sent", again=len(settled) - doubtful, doubtful=doubtful)

    def _key_lifetime(self, connection: Connection, letter: Letter) -> int | None:
        """How long the letter's provider heeds keys; None where it does not, or cannot be asked."""
        try:
            sheet = self._sheet(connection, letter.queue.version, letter.campaign)
            sender = self._sender(letter.queue.account, sheet)
        except MessageError:
            return None
        return sender.traits.key_lifetime

    # ---- inside

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())

    async def _main(self) -> None:
        try:
            while not self._closing:
                self._wake.clear()
                try:
                    self._send_off()
                except Exception:
                    log.exception("the sending loop failed; it tries again")
                await self._rest()
        finally:
            await self._close()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), POLL_S)
        if self._working and not self._closing:
            await asyncio.sleep(LOOK_S)

    async def _close(self) -> None:
        """End when what is on its way has been answered and written down."""
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        for sender in self._known.senders.values():
            await sender.close()
        self._known.senders.clear()

    def _send_off(self) -> None:
        """Let every account send what it has, each at its own pace: none waits for another one."""
        if self._desk.held:
            return
        self._look()
        for sender in self._known.senders.values():
            if sender.has_work and sender not in self._working:
                self._working[sender] = self._loop.create_task(self._work(sender))

    async def _work(self, sender: Sender) -> None:
        moved = False
        try:
            moved = await sender.work()
        except (Exception, BaseExceptionGroup) as error:
            known = (
                isinstance(error, Exception) and trouble_of(error) is not None
            )  # the engine says it itself
            log.warning("it tries again", account=sender.account, exc_info=None if known else error)
        finally:
            del self._working[sender]
        if moved:
            self._wake.set()

    async def _round(self) -> bool:
        """Let every account send some of what it has now."""
        if self._desk.held:
            return False
        self._look()
        busy = [sender for sender in self._known.senders.values() if sender.has_work]
        moved = await asyncio.gather(*(sender.work(claims=1) for sender in busy), return_exceptions=True)
        for one in moved:
            if isinstance(one, BaseException):
                raise one
        return any(moved)

    def _look(self) -> None:
        """See which lines there are, and who sends them."""
        lines: dict[Sender, list[Queue]] = {}
        problems: dict[str, Message] = {}
        blocked: dict[str, set[int]] = {}
        with self._desk.read() as connection:
            for queue in self._ledger.queues(connection):
                try:
                    sender = self._sender_of(connection, queue)
                except MessageError as error:
                    blocked.setdefault(queue.account, set()).add(queue.version)
                    problems[queue.account] = error.message
                    continue
                if sender is not None:
                    lines.setdefault(sender, []).append(queue)
        for sender in self._known.senders.values():
            sender.queues = sorted(lines.get(sender, []), key=lambda one: (one.priority, one.version))
        self._known.problems, self._known.blocked = problems, blocked

    def _sender_of(self, connection: Connection, queue: Queue) -> Sender | None:
        """Who sends what stands in a line; None where it does not go on. Raises `MessageError`."""
        campaign = self._ledger.campaign_of(connection, queue)
        if campaign is None:
            return None
        sheet = self._sheet(connection, queue.version, campaign)
        sender = self._sender(queue.account, sheet)
        sender.sheets[queue.version] = sheet
        return sender

    def _sheet(self, connection: Connection, version: int, campaign: int) -> Sheet:
        if version not in self._sheets:
            self._sheets[version] = Sheet.load(connection, version, campaign, self._desk.public_address)
        return self._sheets[version]

    def _sender(self, account: str, sheet: Sheet) -> Sender:
        """Who sends through an account as a version pinned it. Raises `MessageError`."""
        file = sheet.account(account)
        key = (account, _fingerprint(file))
        if key not in self._known.senders:
            made = Sender(account, partial(self._open, file), self._known.limits, self._tools)
            self._known.senders[key] = made
        return self._known.senders[key]


async def _cancel_others() -> None:
    """End what a step that failed has left."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _fingerprint(file: AccountFile) -> str:
    return blake2b(file.model_dump_json().encode(), digest_size=16).hexdigest()
