"""The engine's facade: what the HTTP API, the command line and the tests call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from engine.channels.sending.doubts import Settlement
from engine.channels.sending.loop import OpenAdapter, Sending
from engine.channels.sending.pacing import Backoff
from engine.channels.sending.policy import Policy
from engine.i18n import Message
from engine.plan.temporary import make_temporary
from engine.report.check import Violation, violations
from engine.report.counts import Counts
from engine.report.doubtful import Doubtful, DoubtfulGroup, Which
from engine.report.received import Received
from engine.report.totals import Totals
from engine.run.access import Access
from engine.run.answers import (
    AccountSending,
    CampaignStatus,
    EngineStatus,
    EventsReceipt,
    HeldState,
    IncomingEvent,
    Published,
    Status,
    VersionStatus,
)
from engine.run.campaigns import Campaigns
from engine.run.clock import Clock, RealClock
from engine.run.compiling import PlanSettings
from engine.run.data import Data, no_progress
from engine.run.epoch import Epoch
from engine.run.filing import FileAudiences, Filing
from engine.run.ingest import Intake
from engine.run.keeping import AudienceKeeper
from engine.run.lock import DatabaseLock, ServerLock, lock
from engine.run.mailing import EngineDesk
from engine.run.operations import Operations, is_trouble, problem_of
from engine.run.outgoing import Outgoing
from engine.run.posting import Posting
from engine.run.receiving import Receiving
from engine.run.scheduler import Scheduler
from engine.run.settings import EngineSettings
from engine.run.sharing.division import Division
from engine.run.sharing.terms import Terms
from engine.run.store import EngineStore
from engine.run.worker import Worker
from engine.store.audit import Noted
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.result import ImportResult
from engine.store.imports.runs import KnownImport
from engine.store.imports.session import Progress
from engine.store.imports.table import Progress as TableProgress
from engine.store.imports.table import TableOrder
from engine.store.lists import discard_unfinished
from engine.store.times import WallClock
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog


class Engine:
    """Runs published campaigns on one database. Thread-safe: one writer; who asks waits for one wave at most,
    or for what somebody asked before: to delete a campaign of a million people takes a second.

    `start()` runs due work in a thread of its own; without it `step` and `run_until_idle` run it in the
    caller's. `receiving` takes in what comes back of messages; `posting`, events of many callers at once;
    `settings` is what campaigns obey.
    """

    def __init__(
        self,
        database: Database,
        settings: EngineSettings,
        clock: Clock | None = None,
        epoch: Epoch | None = None,
        file_audiences: FileAudiences | None = None,
        open_adapter: OpenAdapter | None = None,
        held: DatabaseLock | None = None,
    ) -> None:
        """Take the database. Raises `Refused` where another engine holds it.

        epoch: finds out whether it was restored or copied: the engine is then held. None: it is not asked.
        file_audiences: gives the workspace what campaigns write. None: it stays in the database only.
        open_adapter: makes real accounts ready to send. None: only simulated ones can be used.
        held: the database's lock, where the caller has it; it is let go of at the end, also if this raises.
        """
        self._database = database
        self.settings = settings
        self._clock = clock = clock or RealClock()
        self._filing = Filing(database, file_audiences)
        self._lock = held or lock(database)
        try:
            now = clock.now()
            self._operations = Operations(database, settings.zone, settings.retention, epoch, now)
            plans = replace(settings.plans, mails=open_adapter is not None)
            self._division = division_of(database, self._lock)
            self._scheduler = Scheduler(
                EngineStore(database, settings.zone),
                plans,
                settings.audiences,
                now,
                catalog=settings.catalog,
                division=self._division,
            )
            self._load(plans)
            self._keeper = self._new_keeper(now)
            self._access = Access(database, self._lock, self._scheduler, self._operations)
            shared = (clock, self._access, self._scheduler, Intake(database.writer.dialect), Totals())
            self._campaigns = Campaigns(database, plans, *shared)
            self._data = Data(database, settings.future_events, self._operations, *shared)
            self._worker = Worker(
                clock, self._access, self._scheduler, self._operations, self._keeper, self._filing
            )
            self.posting = Posting(self.post_events, self._access.gate.turn)
            self.receiving = Receiving(
                database, self._access, self._scheduler, clock, settings.zone, self._worker.wake
            )
            desk = self._new_desk()
            if open_adapter is not None:
                self._worker.sending = self._new_sending(desk, open_adapter)
            self._outgoing = Outgoing(database, desk, self._worker.sending)
            self._filing.give(now)  # also what an earlier engine could not give away
        except BaseException:
            self._release()
            raise

    def _load(self, plans: PlanSettings) -> None:
        """Read what is in progress; and be asked for each further connection."""
        self._database.prepare = self._prepare
        with self._database.write() as connection:
            if self._division is not None:
                self._division.found(connection, Terms.of(plans).model_dump_json())
                self._database.began = self._division.began
            discard_unfinished(connection)
            self._scheduler.load(connection)

    def _prepare(self, connection: Connection) -> None:
        """Make the temporary tables of a new connection; what stood in those of a lost one is loaded anew."""
        if self._lock is not None:
            self._lock.prepare(connection)
        make_temporary(connection)
        WallClock(self.settings.zone).prepare(connection)
        self._scheduler.outdated = True

    def _new_keeper(self, now: int) -> AudienceKeeper:
        settings, versions = self.settings, self._scheduler.versions
        keeper = AudienceKeeper(
            self._database,
            settings.zone,
            now,
            lambda: versions.bundles,
            settings.contact.whitelist,
            self.note_audiences,
        )
        keeper.keep(settings.audiences, settings.catalog)
        return keeper

    def _new_desk(self) -> EngineDesk:
        settings = self.settings
        return EngineDesk(
            self._database, self._clock, self._access, self._scheduler, self._operations,
            self.receiving, settings, self._worker.wake,
        )  # fmt: skip

    def _new_sending(self, desk: EngineDesk, open_adapter: OpenAdapter) -> Sending:
        """The sending loop; what an engine before was about to send is looked at first."""
        database = self._database
        policy = Policy(Backoff(), resend_notifications=self.settings.resend_notifications)
        sending = Sending(desk, database.writer.dialect, open_adapter, policy, monotonic=desk.monotonic)
        with database.write() as connection:
            sending.recover(connection)
        return sending

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """What is asked inside the block, and what is written on the connection, is one transaction, between
        two waves. An exception undoes it."""
        with self._access.asked() as connection:
            yield connection

    # ---- campaigns

    def publish(self, bundle: Bundle) -> Published:
        """Publish a bundle: a new campaign, or a new version of one. Raises `Refused` with every problem."""
        self.refuse_if_held()
        published = self._campaigns.publish(bundle)
        self._worker.wake()
        return published

    def stop(self, campaign: str) -> None:
        """Entering and sending cease; people keep their place. Of a finished campaign, what waits is held
        back. Raises `UnknownCampaign`, `Refused`."""
        self._campaigns.stop(campaign)
        self._worker.file()

    def restart(self, campaign: str) -> None:
        """Take a stopped campaign up again. Raises `UnknownCampaign`, `Refused`."""
        self.refuse_if_held()
        self._campaigns.restart(campaign)
        self._worker.wake()

    def delete(self, campaign: str) -> None:
        """Remove a campaign that is not in progress, and its rows. Raises `UnknownCampaign`, `Refused`."""
        self._campaigns.delete(campaign)

    def campaigns(self) -> list[CampaignStatus]:
        """Every published campaign, in order of publishing."""
        return self._outgoing.marked(self._campaigns.all())

    def campaign(self, campaign: str) -> CampaignStatus:
        """One campaign. Raises `UnknownCampaign`."""
        return self._outgoing.marked([self._campaigns.one(campaign)])[0]

    def versions(self, campaign: str) -> list[VersionStatus]:
        """A campaign's versions, in order of publishing. Raises `UnknownCampaign`."""
        return self._campaigns.versions(campaign)

    def bundle(self, campaign: str, version: int) -> str:
        """What a version was published as, as the text of a bundle file. Raises `UnknownCampaign`."""
        return self._campaigns.bundle(campaign, version)

    def counts(self, campaign: str, version: int | None = None, cycle: int | None = None) -> Counts:
        """Live counts of a campaign, or of one version, or in one cycle. Raises `UnknownCampaign`."""
        return self._campaigns.counts(campaign, version, cycle)

    # ---- data

    def post_events(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        """Take events in durably, behind one wave at most; followed up at once if the engine runs."""
        receipt = self._data.post(events)
        self._worker.wake()
        return receipt

    def note_malformed(self, malformed: Sequence[tuple[str, Message]]) -> None:
        """Show events that could not even be read among those received: id, if there is one, and why."""
        self._operations.note_malformed(malformed, self._clock.now())

    def received(self, declared: Collection[str] = ()) -> list[Received]:
        """The events received last, the latest first, and what they did. `declared`: known codes."""
        return self._operations.received(self.settings.future_events, declared)

    def import_data(
        self, folder: Path, catalogue: DataSchema | None = None, progress: Progress = no_progress
    ) -> ImportResult:
        """Import a data folder; its events then let people in and release them like posted ones.

        Waves go on in between. Raises `ImportRefused`; `Refused` while another import runs.
        """
        result = self._data.import_folder(folder, catalogue, progress)
        self._worker.wake()
        return result

    def import_table(
        self,
        order: TableOrder,
        progress: TableProgress = no_progress,
        begun: Callable[[int], None] = lambda _id: None,
    ) -> ImportResult:
        """Import a table by a mapping, as `import_data` imports a folder. begun: told the import's number.

        What progress raises cancels it: then nothing of it is left.
        """
        result = self._data.import_table(order, progress, begun)
        self._worker.wake()
        return result

    def imports(self) -> list[KnownImport]:
        """The last imports, the latest first."""
        return self._data.imports()

    def undo_import(self, import_id: int, then: Callable[[int], None] = lambda _done: None) -> Counter[str]:
        """Take an import back; what stays is counted. Raises `UndoRefused`; `Refused` while one runs."""
        return self._data.undo_import(import_id, then)

    def erase_person(self, external_id: str, *, suppress: bool = False) -> Counter[str]:
        """Forget a person, for ever. suppress: its addresses get no marketing messages later. Raises
        `UnknownPerson`."""
        return self._data.erase_person(external_id, suppress=suppress)

    # ---- audiences

    def keep_audiences(self, files: Mapping[str, AudienceFile], catalog: Catalog) -> None:
        """The workspace's audiences and what they are made with are these from now on."""
        self._keeper.keep(files, catalog)

    def update_audience(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str) -> int:
        """Store who is in an audience now, after those that it depends on; its size.

        Waves go on meanwhile. Raises `RuleError`; `Refused` where a campaign uses it with another rule.
        """
        size = self._keeper.update(files, catalog, id, self._clock.now())
        self.note_audiences()
        return size

    def note_audiences(self) -> None:
        """Somebody has stored who is in an audience: whoever is to leave campaigns with it does so now."""
        self._scheduler.audiences_changed = True
        self._worker.wake()

    def forget_audience(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str) -> None:
        """Delete what is stored of an audience that is gone from the workspace.

        Raises `Refused` where it is not gone, or a campaign in progress uses it.
        """
        self._keeper.forget(files, catalog, id)

    def next_updates(self) -> dict[str, int]:
        """When each audience that has a schedule is updated next (ms)."""
        with self._database.read() as connection:
            return self._keeper.following(connection)

    # ---- sending

    def now(self) -> int:
        """The present moment (ms), by the engine's clock."""
        return self._clock.now()

    def accounts(self) -> list[AccountSending]:
        """How it goes with the accounts that messages go through."""
        return self._outgoing.accounts()

    def doubtful_groups(self) -> list[DoubtfulGroup]:
        """Messages of which nobody knows whether they were sent, by campaign and account."""
        return self._outgoing.groups()

    def doubtful(self, which: Which, after: str = "", limit: int = 50) -> tuple[list[Doubtful], str]:
        """A page of them, the latest first, and where it ends, "" at the last. Raises `BadKeyError`."""
        return self._outgoing.page(which, after, limit)

    def settle(self, how: Settlement, which: Which, who: str) -> int:
        """Settle doubtful messages, as somebody decided; how many there were. Raises `BadKeyError`."""
        changed = self._outgoing.settle(how, which, who)
        self._worker.wake()
        return changed

    def decisions(self) -> list[Noted]:
        """How doubtful messages were settled last, the latest first."""
        return self._outgoing.decisions()

    # ---- running

    def start(self) -> None:
        """Run due work in a background thread until `close`."""
        self._worker.start()
        if self._division is not None:
            self._division.start(self._worker.wake)

    def step(self) -> bool:
        """Run one piece of due work (at most one wave). False where nothing is due now."""
        return self._worker.step()

    def run_until_idle(self, until: int | None = None) -> None:
        """Run everything that is due now; a `VirtualClock` goes on to what is due by `until`."""
        self._worker.run_until_idle(until)

    def status(self) -> EngineStatus:
        """The engine as a whole; also where its database refuses, as far as it is known then."""
        now = self._clock.now()
        found: list[CampaignStatus] = []
        due, problem = None, self._operations.problem
        notice = self._operations.notice or self._filing.notice
        try:
            self._access.check_lock()
            found = self.campaigns()
            due = self._scheduler.next_due()
            with self._database.read() as connection:
                notice = notice or self.settings.doubt(connection)
        except Exception as error:
            if not is_trouble(error):
                raise
            problem = problem or problem_of(error)
        return EngineStatus(
            running=self._worker.running,
            now=now,
            next_due=due,
            campaigns_in_progress=sum(one.status is Status.IN_PROGRESS for one in found),
            people_inside=sum(one.inside for one in found),
            held=self._operations.held,
            problem=problem,
            notice=notice,
            doubtful=sum(one.doubtful for one in found),
        )

    @property
    def workers(self) -> int:
        """How many other processes run waves of its campaigns."""
        return 0 if self._division is None else len(self._division.workers)

    def held(self) -> HeldState | None:
        """Why the engine is held and what may already have been sent; None where it is not."""
        return self._operations.held_state(self._clock.now())

    def refuse_if_held(self) -> None:
        """Raises `Refused` where the engine is held."""
        self._operations.refuse_if_held()

    def release(self) -> None:
        """Let an engine that is held go on, as somebody decided who knows what was sent."""
        with self._access.turn():
            self._operations.release(self._clock.now())
        self._worker.wake()
        self._keeper.wake()

    def check(self) -> list[Violation]:
        """Prove conservation (components, rule 11) and that counters equal rows; [] = all is well."""
        with self._database.read() as connection:
            return list(violations(connection, self._clock.now()))

    def close(self) -> None:
        """Stop the background thread after its present wave and let go of the database."""
        self.posting.close()
        self._data.stop()
        self._worker.close()
        if self._division is not None:
            self._division.close()
        try:
            self._operations.close(self._clock.now())
        finally:
            self._release()

    def _release(self) -> None:
        self._database.prepare = self._database.began = None
        if self._lock is not None:
            self._lock.release()


def division_of(database: Database, held: DatabaseLock | None) -> Division | None:
    """What an engine may leave to other processes: one that leads by a lease, and is known by that."""
    if isinstance(held, ServerLock) and held.renewals is not None:
        return Division(database, held.renewals.lasts)
    return None
