"""A process that works with a leader: takes a version of which something is due, runs its waves, gives it
back.

It keeps nothing that matters: what it has compiled can be compiled again, and whoever is killed, frozen or
cut off loses one wave, which is undone. Frozen ones cannot write when they wake up, for each wave begins by
writing into the lease of its version, and that has another fence by then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.plan.contact import Cuts
from engine.plan.context import WHOLE
from engine.plan.temporary import make_temporary
from engine.run.compiling import PlanSettings, StoredVersions
from engine.run.kin import KnownKin
from engine.run.lease import Monotonic, Renewals
from engine.run.ranking import BRIEF_WAVES
from engine.run.running import RunningVersion
from engine.run.sharing import leases
from engine.run.sharing.leases import Lease
from engine.run.sharing.terms import Terms
from engine.run.waves import WaveRunner
from engine.store import migrate
from engine.store.database import Database, StoreError
from engine.store.tables.people import data_field
from engine.store.tables.runs import campaign_version
from engine.store.times import WallClock
from engine.store.trouble import trouble_of

TURN_S = 1.0
"""How long a version is run before others have their turn."""
POLL_S = 0.1
"""How long a worker that finds nothing to do rests."""
RETRY_S = 0.5
"""How long it rests where its database is away, or no leader has been there yet."""
WAITED_S = 0.01
"""Whoever has waited longer for a wave to begin is in the leader's way: its next waves are brief."""
LOOKS = 12
"""How often it is seen whether the lease still holds, while it lasts."""

log = get_logger()


class OtherSchema(StoreError):  # noqa: N818 - an answer
    """The database is of another version of this program."""


class _Lost(Exception):  # noqa: N818
    """Somebody else has the version by now."""


class _Changed(Exception):  # noqa: N818
    """Somebody else has written for the version: what is remembered of it may be outdated."""


class Hand:
    """Works on a PostgreSQL database.

    Attributes:
        number: as the leader knows it, 0 while it does not.
        waves: how many it has run.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        lasts: float,
        closing: threading.Event,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        """name: what it is called. lasts: for how many seconds others wait for a sign of it. closing: it ends
        after the present wave."""
        self._database = database
        self._name = name
        self._lasts = lasts
        self._monotonic = monotonic
        self.number = 0
        self.waves = 0
        self._brief = 0
        self._lease: Lease | None = None
        self._runner: WaveRunner | None = None
        self._known = _Known(database, self._wave)
        self._closing = closing
        database.prepare = self._prepare

    def run(self) -> None:
        """Work until it is to end. Raises `OtherSchema` where this program is of another version than the
        database."""
        said = ""
        while not self._closing.is_set():
            try:
                renewals = self._come()
                if renewals is None:
                    if said != (said := "no leader has been here yet"):
                        log.info(said)
                    self._closing.wait(RETRY_S)
                    continue
                said = ""
                self._work(renewals)
            except OtherSchema:
                raise
            except Exception as error:
                known = isinstance(error, StoreError) or trouble_of(error) is not None
                if said != (said := str(error).partition("\n")[0]):
                    log.warning("cannot work now", reason=said, exc_info=None if known else error)
                self._closing.wait(RETRY_S)

    # ---- coming and going

    def _prepare(self, connection: Connection) -> None:
        """Make what a new connection needs; what stood in the temporary tables of a lost one is read anew."""
        make_temporary(connection)
        self._known.outdated = True
        if self.number:
            leases.mark(connection, self.number)

    def _come(self) -> Renewals | None:
        self.number = 0
        began = self._monotonic()
        with self._database.write() as connection:
            _check_schema(connection)
            number = leases.come(connection, self._name, self._lasts)
        if number is None:
            return None
        self.number = number
        log.info("working", number=number, worker=self._name)
        return Renewals(self._database.url, number, self._lasts, began, leases.renew, self._monotonic)

    def _work(self, renewals: Renewals) -> None:
        over = threading.Event()
        guard = threading.Thread(target=self._guard, args=(renewals, over), name="guard", daemon=True)
        guard.start()
        try:
            while not (self._closing.is_set() or renewals.lost.is_set()):
                if renewals.left <= 0 or not self._turn():
                    self._closing.wait(POLL_S)
        finally:
            over.set()
            guard.join()
            renewals.close()
            if renewals.lost.is_set():
                log.warning("the leader has given this worker up; it comes anew", number=self.number)
            with suppress(DBAPIError, StoreError), self._database.write() as connection:
                leases.go(connection, self.number)

    def _guard(self, renewals: Renewals, over: threading.Event) -> None:
        """See that nobody waits for ever for a database that does not answer."""
        while not over.wait(self._lasts / LOOKS):
            if renewals.left <= 0 and not renewals.lost.is_set():
                self._database.cut()
                renewals.cut()

    # ---- versions and their waves

    def _turn(self) -> bool:
        """Run what is due of one version, for a while. False where nothing is due that nobody has."""
        with self._database.write() as connection:
            lease = self._lease = leases.take(connection, self.number)
        if lease is None:
            return False
        try:
            self._run(lease)
        except _Lost:
            return True
        except Exception as error:
            if isinstance(error, StoreError) or trouble_of(error) is not None:
                raise
            log.warning("the leader is to see what is wrong", version=lease.version, exc_info=error)
            self._give_back(lease, refused=True)
        else:
            self._give_back(lease)
        return True

    def _run(self, lease: Lease) -> None:
        until = self._monotonic() + TURN_S
        with suppress(_Changed):
            self._runner = None
            with self._wave() as connection:
                runner = self._known.version(connection, lease).runner
            self._runner = runner
            runner.shard = lease.shard
            runner.forget()
            runner.brief = self._brief > 0
            for _ in runner.waves(min(lease.now, lease.up_to)):
                self.waves += 1
                self._brief = max(0, self._brief - 1)
                runner.brief = self._brief > 0
                if self._closing.is_set() or self._monotonic() >= until:
                    break

    @contextmanager
    def _wave(self) -> Iterator[Connection]:
        """A transaction in which nobody else writes for the version. Raises `_Lost`, `_Changed`.

        Events may be written for it all the time: where that makes no difference, what is due is read anew.
        """
        lease = self._lease
        assert lease is not None
        with self._database.write() as connection:
            asked = self._monotonic()
            leases.besides(connection)
            if self._monotonic() - asked > WAITED_S:
                self._brief = BRIEF_WAVES
            held = leases.hold(connection, self.number, lease)
            if held is None:
                raise _Lost
            changed, generation = held
            if held != (lease.changed, lease.generation):
                runner = self._runner
                if generation != lease.generation or not (runner is None or runner.place_by_place):
                    raise _Changed
                self._lease = lease._replace(changed=changed)
                if runner is not None:
                    runner.forget()
            yield connection

    def _give_back(self, lease: Lease, *, refused: bool = False) -> None:
        with self._database.write() as connection:
            leases.give_back(connection, self.number, lease, refused=refused)


class _Known:
    """The versions that a worker has compiled, and what they are compiled with.

    outdated: temporary tables were lost.
    """

    def __init__(
        self, database: Database, transactions: Callable[[], AbstractContextManager[Connection]]
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._versions: dict[tuple[int, bool], RunningVersion] = {}
        self._generation = 0
        self._with: tuple[str, int] = ("", 0)
        self._settings: PlanSettings | None = None
        self._kin = KnownKin()
        self.outdated = True

    def version(self, connection: Connection, lease: Lease) -> RunningVersion:
        """The version of a lease, compiled. Raises `OtherSchema`, and what compiling raises."""
        if lease.generation != self._generation or self.outdated or self._settings is None:
            settings = self._look(connection)
        else:
            settings = self._settings
        key = lease.version, lease.shard != WHOLE
        known = lease.generation == self._generation and not self.outdated and key in self._versions
        if not known and key in self._versions:
            row = select(campaign_version.c.cuts).where(campaign_version.c.key == lease.version)
            if self._versions[key].plan.context.cuts != connection.execute(row).scalar_one():
                del self._versions[key]
        if key not in self._versions:
            self._versions[key] = self._compiled(connection, lease, settings)
        if not known:  # the leader says so when people may be others
            id_types = {id_type for one in self._versions.values() for id_type in one.shared_id_types}
            self._kin.load(connection, id_types, anew=self.outdated)
        self._generation, self.outdated = lease.generation, False
        return self._versions[key]

    def _look(self, connection: Connection) -> PlanSettings:
        """See whether versions have to be compiled anew."""
        _check_schema(connection)
        text = leases.settings(connection)
        fields = connection.execute(select(func.count()).select_from(data_field)).scalar_one()
        if self._settings is None or self._with != (text, fields):
            self._versions.clear()
            self._with, self._settings = (text, fields), Terms.model_validate_json(text).plans
        WallClock(self._settings.zone).prepare(connection)
        return self._settings

    def _compiled(self, connection: Connection, lease: Lease, settings: PlanSettings) -> RunningVersion:
        key, settings = lease.version, replace(settings, sharded=lease.shard != WHOLE)
        query = select(campaign_version.c.campaign, campaign_version.c.cuts).where(
            campaign_version.c.key == key
        )
        number, cuts = connection.execute(query).one()
        bundle, plan = StoredVersions(connection, settings).compile(number, key, Cuts(cuts))
        return RunningVersion(bundle, plan, self._transactions)


def _check_schema(connection: Connection) -> None:
    """Raises `OtherSchema`."""
    revision = migrate.current(connection)
    if revision != migrate.revisions()[-1]:
        text = N_(
            "The database is of another version (schema {revision}) than this program. Work with it again "
            "once both are of the same one."
        )
        raise OtherSchema(Message(text, revision=revision or "-"))
