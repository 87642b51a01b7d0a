"""The engine's facade: what the HTTP API, the command line and the tests call."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from engine.audience.errors import RuleError
from engine.i18n import Message
from engine.plan.graph import NotRunnable
from engine.plan.temporary import make_temporary
from engine.report.check import Violation, violations
from engine.report.counts import Counts, counts_of
from engine.report.received import Received
from engine.report.totals import Totals
from engine.run import lifecycle
from engine.run.answers import (
    CampaignStatus,
    EngineStatus,
    EventsReceipt,
    HeldState,
    IncomingEvent,
    Published,
    Refused,
    Status,
    UnknownCampaign,
    VersionStatus,
)
from engine.run.clock import Clock, RealClock, VirtualClock
from engine.run.compiling import PlanSettings, plan_of
from engine.run.epoch import Epoch
from engine.run.filing import FileAudiences, Filing
from engine.run.gate import Gate
from engine.run.importing import Importing, no_progress
from engine.run.ingest import Intake
from engine.run.keeping import AudienceKeeper
from engine.run.lock import lock
from engine.run.operations import Operations, is_trouble, problem_of
from engine.run.scheduler import Scheduler
from engine.run.settings import EngineSettings
from engine.run.statuses import statuses, version_key, version_statuses
from engine.run.store import EngineStore
from engine.store.database import Database
from engine.store.fields import DataFields, DataSchema
from engine.store.imports.result import ImportResult
from engine.store.imports.runs import KnownImport
from engine.store.imports.session import Progress
from engine.store.imports.table import Progress as TableProgress
from engine.store.imports.table import TableOrder
from engine.store.lists import discard_unfinished
from engine.store.tables.runs import ACTIVE, STOPPED, campaign, campaign_version
from engine.store.times import WallClock
from engine.store.versions import stored_text
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog

RETRY_AFTER = 5_000
"""ms until the database is tried again after it refused (a full disk, another program's lock)."""


class Engine:
    """Runs published campaigns on one database. Thread-safe: one writer; who asks waits for one wave at most,
    or for what somebody asked before: to delete a campaign of a million people takes a second.

    `start()` runs due work in a thread of its own; without it `step` and `run_until_idle` run it in the
    caller's.
    """

    def __init__(
        self,
        database: Database,
        settings: EngineSettings,
        clock: Clock | None = None,
        epoch: Epoch | None = None,
        file_audiences: FileAudiences | None = None,
    ) -> None:
        """Take the database. Raises `Refused` where another engine holds it.

        epoch: finds out whether it was restored or copied: the engine is then held. None: it is not asked.
        file_audiences: gives the workspace what campaigns write. None: it stays in the database only.
        """
        self._database = database
        self._settings = settings
        self._plan_settings = PlanSettings(settings.zone, settings.contact)
        self._clock = clock or RealClock()
        self._filing = Filing(database, file_audiences)
        self._lock = lock(database)
        self._gate = Gate()
        self._totals = Totals()
        self._wake = threading.Event()
        self._closing = False
        self._intake = Intake(database.writer.dialect)
        self._thread: threading.Thread | None = None
        try:
            now = self._clock.now()
            self._operations = Operations(database, settings.zone, settings.retention, epoch, now)
            store = EngineStore(database, settings.zone)
            self._scheduler = Scheduler(
                store, self._plan_settings, settings.audiences, now, catalog=settings.catalog
            )
            database.prepare = self._prepare
            with database.write() as connection:
                discard_unfinished(connection)
                self._scheduler.load(connection)
            self._keeper = AudienceKeeper(
                database,
                settings.zone,
                now,
                lambda: self._scheduler.versions.bundles,
                settings.contact.whitelist,
            )
            self._keeper.keep(settings.audiences, settings.catalog)
            self._importing = Importing(
                database,
                self._clock,
                self._asked,
                self._scheduler,
                self._intake,
                self._operations,
                self._totals,
                settings.future_events,
            )
            self._filing.give(now)  # also what an earlier engine could not give away
        except BaseException:
            self._release()
            raise

    def _prepare(self, connection: Connection) -> None:
        """Make the temporary tables of a new connection; what stood in those of a lost one is loaded anew."""
        if self._lock is not None:
            self._lock.prepare(connection)
        make_temporary(connection)
        WallClock(self._settings.zone).prepare(connection)
        self._scheduler.outdated = True

    # ---- life cycle of campaigns

    def publish(self, bundle: Bundle) -> Published:
        """Publish a bundle: a new campaign, or a new version of one. Raises `Refused` with every problem."""
        now = self._clock.now()
        self.refuse_if_held()
        lifecycle.refuse_problems(bundle, now)
        try:
            with self._asked() as connection:
                published = self._published(connection, bundle) or self._publish(connection, bundle, now)
        except NotRunnable as error:
            raise Refused(*error.messages) from error
        except RuleError as error:
            raise Refused(error.message) from error
        self._wake.set()
        return published

    def _publish(self, connection: Connection, bundle: Bundle, now: int) -> Published:
        keys = lifecycle.new_version(connection, bundle, now, self._settings.contact)
        self._intake.forget_fields()
        lifecycle.declare_catalogue(connection, DataFields.load(connection), bundle)
        plan = plan_of(bundle, keys, connection, self._plan_settings)
        lifecycle.refuse_accounts(bundle, plan.flow)
        lifecycle.write_paths(connection, plan)
        self._scheduler.versions.add(bundle, plan)
        self._scheduler.load(connection)
        published = self._published(connection, bundle)
        assert published is not None
        return published

    def _published(self, connection: Connection, bundle: Bundle) -> Published | None:
        """The campaign's present version, if it is this bundle and not finished."""
        row = connection.execute(
            select(campaign_version.c.version)
            .join(campaign, campaign.c.version == campaign_version.c.key)
            .where(
                campaign.c.id == bundle.campaign.attributes.id,
                campaign.c.state.in_((ACTIVE, STOPPED)),
                campaign_version.c.hash == bundle.hash,
            )
        ).first()
        return None if row is None else Published(bundle.campaign.attributes.id, row.version, bundle.hash)

    def stop(self, campaign: str) -> None:
        """Entering and sending cease; people keep their place. Raises `UnknownCampaign`, `Refused`."""
        with self._asked() as connection:
            lifecycle.stop(connection, campaign)
            self._scheduler.write_gathered(connection, campaign, self._clock.now())
            self._scheduler.load(connection)
        with self._turn():
            self._file(self._clock.now())

    def restart(self, campaign: str) -> None:
        """Take a stopped campaign up again. Raises `UnknownCampaign`, `Refused`."""
        self.refuse_if_held()
        with self._asked() as connection:
            now = self._clock.now()
            lifecycle.restart(connection, campaign, now)
            self._scheduler.load(connection)
            self._scheduler.catch_up(connection, campaign, now)
        self._wake.set()

    def delete(self, campaign: str) -> None:
        """Remove a campaign that is not in progress, and its rows. Raises `UnknownCampaign`, `Refused`."""
        with self._asked() as connection:
            lifecycle.remove(connection, campaign, self._clock.now())
            self._scheduler.load(connection)

    def campaigns(self) -> list[CampaignStatus]:
        """Every published campaign, in order of publishing."""
        return self._statuses()

    def campaign(self, campaign: str) -> CampaignStatus:
        """One campaign. Raises `UnknownCampaign`."""
        for found in self._statuses(campaign):
            return found
        raise UnknownCampaign(campaign)

    def _statuses(self, campaign: str | None = None) -> list[CampaignStatus]:
        progress, runs = self._scheduler.progress(), self._scheduler.next_runs()
        with self._database.read() as connection:
            total = partial(self._totals.of, connection, progress)
            found = statuses(connection, self._clock.now(), total, campaign)
        return [replace(one, next_run=runs.get(one.campaign)) for one in found]

    def versions(self, campaign: str) -> list[VersionStatus]:
        """A campaign's versions, in order of publishing. Raises `UnknownCampaign`."""
        progress = self._scheduler.progress()
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, campaign)
            totals = self._totals.by_version(connection, progress, number)
            return version_statuses(connection, number, totals)

    def bundle(self, campaign: str, version: int) -> str:
        """What a version was published as, as the text of a bundle file. Raises `UnknownCampaign`."""
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, campaign)
            return stored_text(connection, version_key(connection, number, version))

    def counts(self, campaign: str, version: int | None = None) -> Counts:
        """Live counts of a campaign, or of one version, from the counters only. Raises `UnknownCampaign`."""
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, campaign)
            key = None if version is None else version_key(connection, number, version)
            return counts_of(connection, number, key)

    # ---- data

    def post_events(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        """Take events in durably, behind one wave at most; followed up at once if the engine runs."""
        now = self._clock.now()
        with self._asked() as connection:
            receipt = self._intake.take_in(connection, events, now, self._operations.oldest_event(now))
            if receipt.accepted:
                latest = now + self._settings.future_events
                self._scheduler.follow(connection, latest, {one.event for one in events})
        self._operations.note_events(events, receipt, now)
        self._wake.set()
        return receipt

    def note_malformed(self, malformed: Sequence[tuple[str, Message]]) -> None:
        """Show events that could not even be read among those received: id, if there is one, and why."""
        self._operations.note_malformed(malformed, self._clock.now())

    def import_data(
        self, folder: Path, catalogue: DataSchema | None = None, progress: Progress = no_progress
    ) -> ImportResult:
        """Import a data folder; its events then let people in and release them like posted ones.

        Waves go on in between. Raises `ImportRefused`; `Refused` while another import runs.
        """
        result = self._importing.folder(folder, catalogue, progress)
        self._wake.set()
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
        result = self._importing.table(order, progress, begun)
        self._wake.set()
        return result

    def imports(self) -> list[KnownImport]:
        """The last imports, the latest first."""
        return self._importing.known()

    def undo_import(self, import_id: int, then: Callable[[int], None] = lambda _done: None) -> Counter[str]:
        """Take an import back; what stays is counted. Raises `UndoRefused`; `Refused` while one runs."""
        return self._importing.undo(import_id, then)

    def erase_person(self, external_id: str, *, suppress: bool = False) -> Counter[str]:
        """Forget a person, for ever. suppress: nothing may be sent to its addresses later. Raises
        `UnknownPerson`."""
        return self._importing.erase(external_id, suppress=suppress)

    # ---- audiences

    def keep_audiences(self, files: Mapping[str, AudienceFile], catalog: Catalog) -> None:
        """The workspace's audiences and what they are made with are these from now on."""
        self._keeper.keep(files, catalog)

    def update_audience(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str) -> int:
        """Store who is in an audience now, after those that it depends on; its size.

        Waves go on meanwhile. Raises `RuleError`; `Refused` where a campaign uses it with another rule.
        """
        size = self._keeper.update(files, catalog, id, self._clock.now())
        self._wake.set()
        return size

    def next_updates(self) -> dict[str, int]:
        """When each audience that has a schedule is updated next (ms)."""
        with self._database.read() as connection:
            return self._keeper.following(connection)

    def received(self, declared: Collection[str] = ()) -> list[Received]:
        """The events received last, the latest first, and what they did. `declared`: known codes."""
        return self._operations.received(self._settings.future_events, declared)

    # ---- running

    def start(self) -> None:
        """Run due work in a background thread until `close`."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        self._keeper.start(self._clock, lambda: self._operations.held is None)

    def step(self) -> bool:
        """Run one piece of due work (at most one wave). False where nothing is due now."""
        with self._turn():
            if self._operations.held is not None:
                return False
            now = self._clock.now()
            moved = self._scheduler.step(now) or self._operations.clean(now)
            if not moved and self._thread is None:  # else in a thread of its own
                moved = self._keeper.step(now)
            if moved:
                self._operations.worked()
            else:
                self._operations.write_again()
            self._file(now)
            self._operations.between_waves(now)
            return moved

    def run_until_idle(self, until: int | None = None) -> None:
        """Run everything that is due now; a `VirtualClock` goes on to what is due by `until`."""
        while True:
            while self.step():
                pass
            following = None
            if self._operations.held is None:
                following = self._scheduler.next_due()
            if not isinstance(self._clock, VirtualClock) or following is None:
                return
            if until is not None and following > until:
                self._clock.set(max(until, self._clock.now()))
                return
            self._clock.set(following)

    def status(self) -> EngineStatus:
        """The engine as a whole; also where its database refuses, as far as it is known then."""
        now = self._clock.now()
        found: list[CampaignStatus] = []
        due, problem = None, self._operations.problem
        notice = self._operations.notice or self._filing.notice
        try:
            self._check_lock()
            found = self.campaigns()
            due = self._scheduler.next_due()
            with self._database.read() as connection:
                notice = notice or self._settings.doubt(connection)
        except Exception as error:
            if not is_trouble(error):
                raise
            problem = problem or problem_of(error)
        return EngineStatus(
            running=self._thread is not None and self._thread.is_alive(),
            now=now,
            next_due=due,
            campaigns_in_progress=sum(one.status is Status.IN_PROGRESS for one in found),
            people_inside=sum(one.inside for one in found),
            held=self._operations.held,
            problem=problem,
            notice=notice,
        )

    def held(self) -> HeldState | None:
        """Why the engine is held and what may already have been sent; None where it is not."""
        return self._operations.held_state(self._clock.now())

    def refuse_if_held(self) -> None:
        """Raises `Refused` where the engine is held."""
        self._operations.refuse_if_held()

    def release(self) -> None:
        """Let an engine that is held go on, as somebody decided who knows what was sent."""
        with self._turn():
            self._operations.release(self._clock.now())
        self._wake.set()
        self._keeper.wake()

    def check(self) -> list[Violation]:
        """Prove conservation (components, rule 11) and that counters equal rows; [] = all is well."""
        with self._database.read() as connection:
            return list(violations(connection, self._clock.now()))

    def close(self) -> None:
        """Stop the background thread after its present wave and let go of the database."""
        self._importing.stop()
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._keeper.close()
        try:
            self._operations.close(self._clock.now())
        finally:
            self._release()

    # ---- inside

    def _check_lock(self) -> None:
        """Raises `StoreError` where the database is no longer the one that was opened."""
        if self._lock is not None:
            self._lock.check()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Between two waves. What fails is undone in the database only, or has lost its temporary tables."""
        with self._gate.turn():
            self._check_lock()
            try:
                yield
            except (Refused, UnknownCampaign):
                raise
            except BaseException:
                self._scheduler.outdated = True
                raise

    @contextmanager
    def _asked(self) -> Iterator[Connection]:
        """A writing transaction for somebody who asks, between two waves."""
        with self._operations.writing(), self._turn():
            with self._database.write() as connection:
                outdated = self._scheduler.outdated
                self._scheduler.refresh(connection)
                try:
                    yield connection
                except (Refused, UnknownCampaign):
                    self._scheduler.outdated = outdated  # a refusal undoes what was refreshed, and no more
                    raise
            self._operations.worked()

    def _file(self, now: int) -> None:
        """Give the workspace the audiences that have been written."""
        if self._scheduler.generated or self._filing.is_due(now):
            self._scheduler.generated = False
            self._filing.give(now)

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            try:
                moved = self.step()
                following = None if moved else self._next()
                self._operations.found_nothing()
            except Exception as error:  # noqa: BLE001 - whatever it is, the engine says so and tries again
                self._operations.note_problem(error)
                moved, following = False, self._clock.now() + RETRY_AFTER
            if not moved:
                self._clock.wait_until(following, self._wake)

    def _next(self) -> int | None:
        """When there is something to do again, or None while there is not."""
        if self._operations.held is not None:
            return None
        again = None if self._operations.problem is None else self._clock.now() + RETRY_AFTER
        moments = (self._scheduler.next_due(), self._operations.due(), self._filing.due, again)
        return min((moment for moment in moments if moment is not None), default=None)

    def _release(self) -> None:
        self._database.prepare = None
        if self._lock is not None:
            self._lock.release()
