"""Sending through one account: claim, say so, send, write down what came of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import cast

from sqlalchemy import Connection

from engine.channels.adapter import (
    Adapter,
    AskedAdapter,
    Delivery,
    Later,
    Outcome,
    Sent,
    Traits,
    Unknown,
)
from engine.channels.receipts import Receipt
from engine.channels.sending.asking import note_questions
from engine.channels.sending.attempt import Beginning, Ended, Spoken
from engine.channels.sending.claims import Claims, Made, Tools
from engine.channels.sending.desk import Sheet
from engine.channels.sending.fates import PLANNED, UNKNOWN, failed
from engine.channels.sending.ledger import Claim, Settled, Started
from engine.channels.sending.letters import REFERENCE_LENGTH, Key, Letter, Queue
from engine.channels.sending.links import note_links
from engine.channels.sending.pacing import Breaker
from engine.channels.sending.policy import counts_as_failure
from engine.channels.sending.windows import COMPONENT, WINDOWS, Windows
from engine.channels.verdict import NotReached
from engine.i18n import MessageError
from engine.logs import get_logger
from engine.store.database import StoreError
from engine.store.tables.sending import MARKETING
from engine.store.trouble import trouble_of

log = get_logger()


class Sender:
    """One account, as versions have pinned it.

    queues: its lines, renewed from outside. in_flight: deliveries that the provider has not answered.
    """

    def __init__(self, account: str, open_adapter: Callable[[], Adapter], tools: Tools) -> None:
        """Raises `MessageError` where the account cannot be used."""
        self.account = account
        self.queues: list[Queue] = []
        self.sheets: dict[int, Sheet] = {}
        self.in_flight = 0
        self._open = open_adapter
        self._adapter = open_adapter()
        self._tools = tools
        self._traits = self._adapter.traits
        self._pace = tools.limits.of(account, self._traits)
        self.breaker = Breaker(tools.monotonic)
        self._windows = Windows(self._traits, self._pace)
        self._claims = Claims(tools, self._pace)
        self._writing = asyncio.Lock()
        self._sends = asyncio.Semaphore(self._traits.concurrency)
        self._unsettled: deque[Ended] = deque()
        self._trouble: Exception | None = None
        self._sent_any = False

    @property
    def traits(self) -> Traits:
        return self._traits

    @property
    def has_work(self) -> bool:
        """Whether anything waits for it, in the database or to be written there."""
        return bool(self.queues or self._unsettled)

    @property
    def owes(self) -> bool:
        """Whether something is on its way or still to be written down."""
        return bool(self.in_flight or self._unsettled)

    @property
    def window(self) -> int:
        """The most letters of one attempt: no more than can be on their way at a time are in doubt after a
        crash."""
        return 1 if self.breaker.is_doubtful else self._windows.most

    async def work(self, claims: int | None = None) -> bool:
        """Send what is due now, or so many claims of it. Whether there was anything.

        What has been sent is written down before anything else goes out: where the database refuses, that is
        tried again with the next call.
        """
        self._sent_any, self._trouble, self._claims.left = False, None, claims
        await self._write_all_down()
        if self.breaker.is_open or not await self._renewed():
            return False
        async with asyncio.TaskGroup() as windows:
            for _ in range(1 if self.breaker.is_doubtful else WINDOWS):
                windows.create_task(self._attempts())
        if self._trouble is not None:
            raise self._trouble
        await self._claims.give_back()
        return self._sent_any or self._claims.put_off

    def serve(self, version: int, sheet: Sheet) -> None:
        """Send for a version from now on, too."""
        if version not in self.sheets:
            self._tools.limits.pinned(self.account, self._traits, version)
        self.sheets[version] = sheet

    async def close(self) -> None:
        """Give back what was claimed. What cannot be written down is in doubt with the next start."""
        try:
            await self._write_all_down()
            await self._claims.give_back()
        except Exception as error:  # noqa: BLE001 - the connections end all the same
            log.warning("not all was written down", account=self.account, error=type(error).__name__)
        await self._adapter.close()

    async def _renewed(self) -> bool:
        """Open an account anew that answers nothing: its secret may be another one now. Whether it could."""
        if not self.breaker.is_doubtful:
            return True
        try:
            adapter = self._open()
        except MessageError as error:
            self.breaker.failed(error.message)
            return False
        before, self._adapter = self._adapter, adapter
        await before.close()
        return True

    # ---- attempts

    async def _attempts(self) -> None:
        try:
            while self._goes_on():
                if self._pace.per_second is not None:
                    await self._write_all_down()  # it may be a while until there is room
                letters, claim = await self._claims.next_window(self.queues, self.window)
                if letters:
                    self._sent_any = True
                    await self._attempt(letters, claim)
                    continue
                await self._write_all_down()
                if not await self._claims.found_room():
                    return
            await self._write_all_down()
        except Exception as error:  # noqa: BLE001 - raised when the other one's deliveries were answered, too
            self._trouble = error

    def _goes_on(self) -> bool:
        """Whether a further attempt may begin."""
        ends = self._tools.closing() or self._tools.desk.held or not self._tools.desk.leads
        return not (ends or self.breaker.is_open or self._trouble is not None)

    async def _attempt(self, letters: list[Letter], claim: Claim) -> None:
        """What comes of it is written down with the next attempt, in one transaction, or when there is none
        at once."""
        spoken = self._spoken(letters)
        letters, later = self._windows.fitting(letters, spoken.deliveries)
        self._claims.put_back(later, claim)
        slots = await self._pace.take(len(letters))
        try:
            started = await self._begun(letters, spoken, claim)
        except Exception:
            self._pace.used(slots, [], [])
            self._claims.put_back(letters, claim)
            raise
        self._pace.used(slots, letters, started.sending)
        settled: list[Settled] = []
        going = started.sending
        if spoken.unspeakable:
            going = [one for one in going if one.key in spoken.deliveries]
            silent = [one for one in started.sending if one.key in spoken.unspeakable]
            settled += [Settled(one, failed("unreadable")) for one in silent]
        self.in_flight += len(going)
        try:
            batches = self._windows.batches(going, spoken.deliveries)
            sends = [self._send(batch, spoken.deliveries) for batch in batches]
            for ended in await asyncio.gather(*sends):
                settled += ended
        finally:
            self.in_flight -= len(going)
        self._unsettled.append(Ended(settled, claim))

    def _spoken(self, letters: Iterable[Letter]) -> Spoken:
        spoken, named = Spoken({}, {}, set()), self._traits.named
        for (version, node), run in groupby(letters, COMPONENT):
            say = self.sheets[version].words(node)
            for letter in run:
                key = letter.key
                try:
                    content, links = say.render(letter)
                except Exception:
                    log.exception("a message cannot be rendered", campaign=letter.campaign, node=node)
                    spoken.unspeakable.add(key)
                    continue
                name = say.key(letter) if named else ""
                spoken.deliveries[key] = Delivery(
                    name, name[:REFERENCE_LENGTH], letter.who, say.id_type, letter.address, content
                )
                if links:
                    spoken.links[key] = links
        return spoken

    async def _begun(self, letters: list[Letter], spoken: Spoken, claim: Claim) -> Started:
        """Say that letters are on their way, before any socket opens; and what became of those before, and
        which are next."""
        async with self._writing:
            now = self._tools.desk.now()
            before = len(self._unsettled)  # others end meanwhile
            beginning = Beginning(
                Ended.together(self._unsettled),
                letters,
                self._resting(letters, now),
                {
                    (version, node): id_type
                    for version, sheet in self.sheets.items()
                    for node, id_type in sheet.id_types.items()
                },
                spoken.links,
                claim,
                now,
                self._claims.ahead(self.queues, self.window),
            )
            started, made = await self._claims.apart.do(partial(self._start, beginning))
            for _ in range(before):
                self._unsettled.popleft()
        if made is not None:
            self._claims.take(made)
        return started

    def _start(self, beginning: Beginning) -> tuple[Started, Made | None]:
        """In one transaction. Also what was claimed in it."""
        tools, now, letters, claim = self._tools, beginning.now, beginning.letters, beginning.claim
        with tools.desk.write() as connection:
            self._settle(connection, beginning.ended)
            if resting := [*beginning.resting, *self._outside(connection, beginning)]:
                tools.ledger.postpone(connection, resting, claim, now)
                tools.desk.look_again(connection, _touched(resting))
                letters = [one for one in letters if one not in resting]
            if any(one.again_by is not None for one in letters):
                letters = self._in_time(connection, letters, now)
            started = tools.ledger.start(connection, letters, beginning.id_types, claim, now)
            tools.desk.judge(connection, _touched([*started.sending, *started.suppressed]))
            if self._traits.receipts:
                named = [(one, self._key(one)[:REFERENCE_LENGTH]) for one in started.sending]
                tools.ledger.note_references(connection, named, now)
            if links := beginning.links:
                noted = [(one, link) for one in started.sending for link in links.get(one.key, ())]
                note_links(connection, noted, now)
            if started.lost:
                tools.ledger.give_back(connection, started.lost, claim)
            order = beginning.order
            return started, None if order is None else self._claims.claim(connection, order)

    def _in_time(self, connection: Connection, letters: list[Letter], now: int) -> list[Letter]:
        """Those that may go out. Of those that may have been sent before, and whose keys the provider has
        forgotten by now, nobody knows."""
        moment = self._tools.steady.now()
        late = [one for one in letters if one.again_by is not None and one.again_by <= moment]
        if late:
            unknown = [Settled(one, UNKNOWN, why="key_forgotten") for one in late]
            kept = self._tools.ledger.settle(connection, unknown, now, PLANNED)
            self._tools.desk.judge(connection, _touched(kept))
        return [one for one in letters if one not in late]

    def _key(self, letter: Letter) -> str:
        return self.sheets[letter.version].key(letter)

    def _resting(self, letters: list[Letter], now: int) -> list[Letter]:
        """Those for whom a quiet time has begun since they were looked at."""
        since: dict[tuple[int, int], int | None] = {}
        for version, node in _touched(one for one in letters if one.priority == MARKETING):
            kind = self.sheets[version].nodes[node].kind
            since[version, node] = self._tools.desk.quiet_since(kind, now)
        if not any(moment is not None for moment in since.values()):
            return []
        begun = [(one, since.get((one.version, one.node))) for one in letters]
        return [one for one, moment in begun if moment is not None and one.queued_at < moment]

    def _outside(self, connection: Connection, beginning: Beginning) -> list[Letter]:
        """Those for whom the campaign's send window is closed by now, and no quiet time holds them."""
        desk, sheets, resting = self._tools.desk, self.sheets, beginning.resting
        found: list[Letter] = []
        for version in {one.version for one in beginning.letters}:
            if (window := sheets[version].window) is None:
                continue
            mine = [one for one in beginning.letters if one.version == version and one.priority == MARKETING]
            closed = desk.closed(connection, window, {one.person for one in mine}, beginning.now)
            found += [one for one in mine if one.person in closed and one not in resting]
        return found

    async def _send(self, batch: list[Letter], deliveries: dict[Key, Delivery]) -> list[Settled]:
        async with self._sends:
            if not self._tools.desk.leads:
                # This process stood still since it said that these are on their way: they are not, and if
                # somebody else has taken over, they are his, and so this is not written down.
                return [Settled(one, PLANNED, ready_at=one.ready_at) for one in batch]
            began = self._tools.steady.now()
            since = self._tools.monotonic()
            outcomes = await self._outcomes([deliveries[one.key] for one in batch])
            self._windows.took(self._tools.monotonic() - since, len(batch))
        now = self._tools.desk.now()
        for outcome in outcomes:
            if counts_as_failure(outcome):
                if isinstance(outcome, Later):
                    self.breaker.failed(outcome.why or outcome.reason, outcome.after)
                elif isinstance(outcome, Unknown):
                    self.breaker.failed(outcome.reason)
                break
        else:
            self.breaker.succeeded()
        settle, lifetime = self._tools.policy.settled, self._traits.key_lifetime
        # It has had the key for as long as this attempt took.
        forgotten_at = None if lifetime is None else began + lifetime * 1000
        return [
            settle(letter, outcome, forgotten_at, now)
            for letter, outcome in zip(batch, outcomes, strict=True)
        ]

    async def _outcomes(self, batch: list[Delivery]) -> Sequence[Outcome]:
        try:
            outcomes = await self._adapter.send(batch)
        except NotReached as error:
            return [Later("not_reached", whole_account=True, why=error.message)] * len(batch)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            log.warning("a provider's module gave up", account=self.account)
            return [Unknown("cancelled")] * len(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what has left the machine
            log.warning("a provider's module failed", account=self.account, error=type(error).__name__)
            return [Unknown(type(error).__name__)] * len(batch)
        if len(outcomes) != len(batch):
            return [Unknown("no answer for each message")] * len(batch)
        return outcomes

    async def _write_all_down(self) -> None:
        """Write down what has become of letters; what the database refuses stays for the next time."""
        async with self._writing:
            while self._unsettled:
                try:
                    await self._claims.apart.do(partial(self._write_down, self._unsettled[0]))
                except Exception as error:
                    if trouble_of(error) is None and not isinstance(error, StoreError):
                        self._unsettled.popleft()  # it would fail again: in doubt with the next start
                    raise
                self._unsettled.popleft()

    def _write_down(self, ended: Ended) -> None:
        with self._tools.desk.write() as connection:
            self._settle(connection, ended)

    def _settle(self, connection: Connection, ended: Ended) -> None:
        """Write down what has become of letters."""
        if settled := ended.settled:
            tools = self._tools
            kept = tools.ledger.settle(connection, settled, tools.desk.now(), claim=ended.claim)
            tools.desk.judge(connection, _touched(kept))
            if self._traits.receipts:
                self._hear(connection, kept, settled)
            if self._traits.asks:
                there = {letter.key for letter in kept}
                taken = [one for one in settled if one.reference and one.letter.key in there]
                named = ((self.account, one.reference, one.letter.version) for one in taken)
                note_questions(connection, named, tools.desk.now())
            if leaving := [one for one in settled if self.sheets[one.letter.version].has_exits]:
                tools.ledger.withdraw(connection, leaving, kept, tools.desk.now())

    async def ask(self, sent: Sequence[Sent], now: datetime) -> Sequence[Receipt | None]:
        """What became of messages; None where nobody knows yet."""
        nothing: Sequence[Receipt | None] = [None] * len(sent)
        if not self._traits.asks or self.breaker.is_open:
            return nothing
        try:
            found = await cast("AskedAdapter", self._adapter).ask(sent, now)
        except NotReached:
            return nothing
        except Exception as error:  # noqa: BLE001 - it is asked again
            log.warning("a provider's module failed", account=self.account, error=type(error).__name__)
            return nothing
        return found if len(found) == len(sent) else nothing

    def _hear(self, connection: Connection, kept: list[Letter], settled: list[Settled]) -> None:
        """Let receipts count that came before their letters were settled."""
        names = {one.letter.key: one.reference for one in settled if one.reference}
        heard: dict[int, list[str]] = {}
        for letter in kept:
            both = (self._key(letter)[:REFERENCE_LENGTH], names.get(letter.key))
            heard.setdefault(letter.version, []).extend(name for name in both if name)
        for version, references in heard.items():
            account = self.sheets[version].account(self.account)
            self._tools.desk.heard(connection, account, references)


def _touched(letters: Iterable[Letter]) -> set[tuple[int, int]]:
    return {(letter.version, letter.node) for letter in letters}
