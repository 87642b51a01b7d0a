"""The sending loop: finds what waits in the outbox and lets a sender for each account send it.

`start` runs it in a thread of its own, with an event loop, and lets senders do their database work in
another one (`apart`), where it waits for one wave at most. Without that, `step` sends what is due now in the
caller's thread.
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

from sqlalchemy import Connection, Dialect

from engine.channels.adapter import Adapter
from engine.channels.sending.apart import Apart
from engine.channels.sending.asking import Asking
from engine.channels.sending.claims import Tools
from engine.channels.sending.desk import Desk, Sheet
from engine.channels.sending.destinations import Limits
from engine.channels.sending.fates import UNKNOWN
from engine.channels.sending.ledger import Ledger
from engine.channels.sending.letters import Letter, Queue
from engine.channels.sending.pacing import Backoff, Monotonic, Sleep, SteadyClock
from engine.channels.sending.policy import Policy
from engine.channels.sending.sender import Sender
from engine.i18n import Message, MessageError
from engine.logs import get_logger
from engine.store.database import StoreError
from engine.store.times import NEVER
from engine.store.trouble import trouble_of
from engine.workspace.account import AccountFile

log = get_logger()

POLL_S = 1.0
"""How long the loop rests at most: a letter may become due, and an account be usable again."""
LOOK_S = 0.2
"""How long it rests at least while something is sent: looking for new lines takes time from that."""
IDLE_S = 0.02
"""How long it rests at least where nothing was there to be sent: while events come, the engine says after
each of a hundred waves a second that there may be something."""

CLAIMS_OF_A_STEP = 1
"""How many claims of each account `step` sends."""
KEPT_S = 600.0
"""How long a version of which nothing waits is kept in memory, and an account that only it has opened."""

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
    """Senders by account and by the settings that versions have pinned."""

    senders: dict[tuple[str, str], Sender] = field(default_factory=dict)
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
            lambda: self._closing, Limits(monotonic, sleep), SteadyClock(desk.now, monotonic),
            Apart(),
        )  # fmt: skip
        self._sheets: dict[int, Sheet] = {}
        self._needed_at: dict[int, float] = {}
        self._known = _Desks()
        self._working: dict[Sender, asyncio.Task[None]] = {}
        self._asking = Asking(desk, self._asked)
        self._loop = new_event_loop()
        self._thread: threading.Thread | None = None
        self._questions: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._closing = False

    # ---- from outside

    def start(self) -> None:
        """Send in the background until `close`."""
        self._tools.apart.start()
        self._thread = threading.Thread(target=self._run, name="sending", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something may wait."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def step(self) -> bool:
        """Send what is due now, a claim of each account, in this thread. Whether there was anything."""
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
        self._tools.apart.close()
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
            if (question := self._asking.next_due(connection)) is not None:
                moments.append(question)
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
                self._policy.doubtful(letter, "interrupted", self._forgotten_at(connection, letter), now)
                for letter in sending
            ]
            kept = self._ledger.settle(connection, settled, now)
            self._desk.judge(connection, {(one.version, one.node) for one in kept})
            for letter in kept:
                with suppress(MessageError):  # a version that cannot be read any more
                    sheet = self._sheet(connection, letter.version, letter.campaign)
                    account = sheet.account(letter.account)
                    self._desk.heard(connection, account, [sheet.reference(letter)])
            doubtful = sum(one.fate == UNKNOWN for one in settled)
            log.warning("messages were being sent", again=len(settled) - doubtful, doubtful=doubtful)

    def _forgotten_at(self, connection: Connection, letter: Letter) -> int | None:
        """When the letter's provider forgets its key; None where it heeds none, or cannot be asked."""
        try:
            sheet = self._sheet(connection, letter.version, letter.campaign)
            sender = self._sender(letter.account, sheet)
        except MessageError:
            return None
        lifetime = sender.traits.key_lifetime
        return None if lifetime is None else (letter.first_attempt or self._desk.now()) + lifetime * 1000

    # ---- inside

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())

    async def _main(self) -> None:
        try:
            while not self._closing:
                self._wake.clear()
                idle = False
                try:
                    idle = not self._send_off()
                    await self._let_go()
                except Exception as error:
                    known = None if _is_known(error) else error
                    log.warning("the sending loop failed; it tries again", exc_info=known)
                await self._rest(idle=idle)
        finally:
            await self._close()

    async def _rest(self, *, idle: bool) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), POLL_S)
        if not self._closing and (self._working or idle):
            await asyncio.sleep(LOOK_S if self._working else IDLE_S)

    async def _close(self) -> None:
        """End when what is on its way has been answered and written down."""
        if self._questions is not None:
            await self._questions
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        for sender in self._known.senders.values():
            await sender.close()
        self._known.senders.clear()

    def _send_off(self) -> bool:
        """Let every account send what it has, each at its own pace: none waits for another one. Whether any
        has something."""
        if self._desk.held:
            return False
        self._look()
        if self._questions is None or self._questions.done():
            self._questions = self._loop.create_task(self._ask())
        for sender in self._known.senders.values():
            if sender.has_work and sender not in self._working:
                self._working[sender] = self._loop.create_task(self._work(sender))
        return bool(self._working)

    async def _ask(self) -> None:
        """Ask for receipts until none is due."""
        try:
            while not self._closing and await self._asking.round():
                pass
        except Exception as error:
            log.warning("receipts are asked for again", exc_info=None if _is_known(error) else error)

    def _asked(
        self, connection: Connection, account: str, version: int, campaign: int
    ) -> tuple[Sender, Sheet]:
        """Who can be asked for receipts. Raises `MessageError`."""
        sheet = self._sheet(connection, version, campaign)
        return self._sender(account, sheet), sheet

    async def _work(self, sender: Sender) -> None:
        moved = False
        try:
            moved = await sender.work()
        except (Exception, BaseExceptionGroup) as error:
            known = None if _is_known(error) else error
            log.warning("it tries again", account=sender.account, exc_info=known)
        finally:
            del self._working[sender]
        if moved:
            self._wake.set()

    async def _round(self) -> bool:
        """Let every account send some of what it has now."""
        if self._desk.held:
            return False
        self._look()
        await self._let_go()
        busy = [sender for sender in self._known.senders.values() if sender.has_work]
        moved = await asyncio.gather(
            *(sender.work(CLAIMS_OF_A_STEP) for sender in busy), return_exceptions=True
        )
        for one in moved:
            if isinstance(one, BaseException):
                raise one
        return await self._asking.round() or any(moved)

    async def _let_go(self) -> None:
        """Forget versions of which nothing has waited for long, and close what only those have opened:
        accounts with other settings than they have by now."""
        before = self._tools.monotonic() - KEPT_S
        old = [version for version, at in self._needed_at.items() if at <= before]
        if not old:
            return
        owing = [sender.sheets for sender in self._known.senders.values() if sender.owes]
        for version in set(old).difference(*owing):
            del self._needed_at[version]
            self._sheets.pop(version, None)
            for sender in self._known.senders.values():
                sender.sheets.pop(version, None)
        newest = {account: sender for (account, _), sender in self._known.senders.items()}
        for key, sender in list(self._known.senders.items()):
            unused = not sender.sheets and not sender.has_work and sender not in self._working
            if unused and newest[sender.account] is not sender:
                del self._known.senders[key]
                await sender.close()

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
        sender.serve(queue.version, sheet)
        return sender

    def _sheet(self, connection: Connection, version: int, campaign: int) -> Sheet:
        self._needed_at[version] = self._tools.monotonic()
        if version not in self._sheets:
            self._sheets[version] = Sheet.load(connection, version, campaign, self._desk.public_address)
        return self._sheets[version]

    def _sender(self, account: str, sheet: Sheet) -> Sender:
        """Who sends through an account as a version pinned it. Raises `MessageError`."""
        file = sheet.account(account)
        key = (account, _fingerprint(file))
        if key not in self._known.senders:
            made = Sender(account, partial(self._open, file), self._tools)
            self._known.senders[key] = made
        return self._known.senders[key]


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A fast one where the system has it."""
    try:
        from uvloop import new_event_loop as fast
    except ImportError:  # on Windows
        return asyncio.new_event_loop()
    return fast()


async def _cancel_others() -> None:
    """End what a step that failed has left."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _is_known(error: BaseException) -> bool:
    """Whether it is the database's trouble, which the engine tells by itself."""
    return isinstance(error, StoreError) or trouble_of(error) is not None


def _fingerprint(file: AccountFile) -> str:
    return blake2b(file.model_dump_json().encode(), digest_size=16).hexdigest()
