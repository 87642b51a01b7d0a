"""What runs next: reads the agenda only, never the waiting people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.exc import OperationalError

from engine.audience.updates import update_audience
from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.plan.follow import FollowUps
from engine.plan.plan import Plan
from engine.run import lifecycle
from engine.run.entering import Window, entering_moment, lists_in_force
from engine.run.versions import VersionKeys, plan_of
from engine.run.waves import WaveRunner
from engine.shapes.time import from_milliseconds
from engine.store.database import Database
from engine.store.tables.people import audience, data_field
from engine.store.tables.runs import agenda, campaign, campaign_node, campaign_version, cycle
from engine.store.times import NEVER
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

FIRST_CYCLE = 1
LOOK_AT = 1_000
"""Places of the agenda that are looked at to choose the next wave."""

log = structlog.get_logger()

NOBODY = Window(0, 0)


@dataclass(slots=True)
class _Version:
    """A version with people in it, or that people may enter."""

    campaign: int
    key: int
    bundle: Bundle
    plan: Plan
    runner: WaveRunner
    follow: FollowUps
    window: Window = NOBODY
    resumed_at: int = 0
    enters: bool = False
    coupled: bool = False
    cycle: tuple[int, bool] | None = None
    """Moment of the audience cycle, and whether everybody has entered."""


class Scheduler:
    """Chooses and runs one wave at a time, of the active campaigns.

    Campaigns that use each other's tags or coupon pools run in lockstep, one moment at a time; all others run
    everything that is due at once.
    """

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._versions: dict[int, _Version] = {}
        self._fields = 0
        self._work: tuple[_Version, Iterator[None]] | None = None

    def add(self, bundle: Bundle, plan: Plan) -> None:
        """Take over a version that has been compiled; `load` then finds it in the database."""
        runner = WaveRunner(plan, self._database.write)
        context = plan.context
        version = _Version(context.campaign, context.version, bundle, plan, runner, FollowUps(plan))
        self._versions[context.version] = version

    def load(self, connection: Connection) -> None:
        """Read which versions are active. Call it after every change of campaigns or of the data's fields."""
        self._work = None
        stored = connection.execute(select(func.count()).select_from(data_field)).scalar_one()
        earlier = self._versions if stored == self._fields else {}
        self._fields = stored
        busy = set(connection.scalars(select(agenda.c.version).distinct()))
        query = (
            select(campaign, campaign_version.c.key)
            .join(campaign_version, campaign_version.c.campaign == campaign.c.number)
            .where(campaign.c.state == lifecycle.ACTIVE)
            .order_by(campaign.c.id, campaign_version.c.key)
        )
        self._versions = {}
        for row in connection.execute(query).all():
            if row.key == row.version or row.key in busy:
                if row.key in earlier:
                    self._versions[row.key] = earlier[row.key]
                else:
                    self._compile(connection, row.number, row.key)
                version = self._versions[row.key]
                version.window = Window(row.starts_at, row.ends_at)
                version.resumed_at = row.resumed_at or 0
                version.enters = row.key == row.version
                version.cycle = self._started(connection, row.number)
        for version in self._versions.values():
            version.coupled = any(
                _influence(version, other) for other in self._versions.values() if other is not version
            )

    def _compile(self, connection: Connection, number: int, key: int) -> None:
        stored = connection.execute(
            select(campaign_version.c.bundle).where(campaign_version.c.key == key)
        ).scalar_one()
        bundle = bundles.read(stored.encode(), Path("campaign.bundle"))
        nodes = select(campaign_node.c.id, campaign_node.c.node).where(campaign_node.c.campaign == number)
        keys = VersionKeys(number, key, dict(connection.execute(nodes).all()))
        self.add(bundle, plan_of(bundle, keys, connection, self._zone))

    def _started(self, connection: Connection, number: int) -> tuple[int, bool] | None:
        query = select(cycle.c.at, cycle.c.done).where(
            cycle.c.campaign == number, cycle.c.cycle == FIRST_CYCLE
        )
        found = connection.execute(query).first()
        return None if found is None else (found.at, bool(found.done))

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the events that any active campaign listens to."""
        return frozenset(code for version in self._versions.values() for code in version.follow.codes)

    def follow(self, connection: Connection, latest: int) -> None:
        """Let the events in `incoming` do what they do; `latest`: the last time that lets people enter."""
        for version in self._versions.values():
            places = []
            if version.enters and version.follow.arrivals is not None:
                limits = {"start": version.window.start, "end": version.window.end or NEVER, "latest": latest}
                if version.follow.arrivals(connection, limits).rowcount:
                    places.append(0)
            for place, release in version.follow.releases.items():
                if release(connection).rowcount:
                    places.append(place)
            for place in places:
                version.runner.note_next(connection, version.plan.places[place])

    def step(self, now: int) -> bool:
        """Run one wave that is due by `now`. False where there is none."""
        while True:
            if self._work is None:
                self._work = self._choose(now)
                if self._work is None:
                    return False
            version, waves = self._work
            try:
                next(waves)
            except StopIteration:
                self._work = None
                continue
            except OperationalError:
                self._work = None
                raise
            except Exception as error:  # noqa: BLE001 - one campaign's failure must not stop the others
                self._fail(version, error)
                return True
            return True

    def next_due(self, now: int) -> int | None:
        """When something is due next: people on their way, an audience that enters, or a campaign's end."""
        moments = [moment for version in self._versions.values() if (moment := self._entering(version))]
        moments += [
            version.window.end
            for version in self._versions.values()
            if version.window.end is not None and version.window.end > now
        ]
        with self._database.read() as connection:
            due = connection.execute(select(func.min(agenda.c.due))).scalar()
            if due is not None and due < NEVER:
                moments.append(due)
        return min(moments, default=None)

    # ---- choosing

    def _choose(self, now: int) -> tuple[_Version, Iterator[None]] | None:
        entering = [
            (moment, version.plan.context.campaign_id, version)
            for version in self._versions.values()
            if (moment := self._entering(version)) is not None and moment <= now
        ]
        with self._database.read() as connection:
            rows = connection.execute(overdue(now)).all()
        waiting = [(due, self._versions[key].plan.context.campaign_id, key) for key, due in rows]
        if entering:
            moment, _, version = min(entering, key=lambda item: item[:2])
            # People who were due before those who enter now go first, where that can make a difference.
            if not version.coupled or not waiting or moment <= min(waiting)[0]:
                return version, self._enter(version, moment)
        if waiting:
            moment, _, key = min(waiting)
            version = self._versions[key]
            return version, version.runner.waves(moment if version.coupled else now)
        self._finish(now)
        return None

    def _entering(self, version: _Version) -> int | None:
        """When the version's audience is to enter, or goes on to; None where that is over."""
        trigger = version.plan.flow.trigger.behaviour
        if not version.enters or not isinstance(trigger, EnterAudiences):
            return None
        if version.cycle is not None:
            moment, done = version.cycle
            return None if done else moment
        planned = entering_moment(trigger, version.window)
        if planned is None or not version.window.holds(max(planned, version.resumed_at)):
            return None
        return max(planned, version.resumed_at)

    def _enter(self, version: _Version, moment: int) -> Iterator[None]:
        trigger = version.plan.flow.trigger.behaviour
        assert isinstance(trigger, EnterAudiences)
        self._update_missing(version, trigger, moment)
        with self._database.write() as connection:
            lists = lists_in_force(connection, trigger.audiences)
            if version.cycle is None:
                row = {"campaign": version.campaign, "cycle": FIRST_CYCLE, "version": version.key}
                connection.execute(insert(cycle).values(**row, at=moment, after=0, done=0))
                version.cycle = (moment, False)
        yield from version.runner.enter(moment, lists, FIRST_CYCLE)
        version.cycle = (moment, True)

    def _update_missing(self, version: _Version, trigger: EnterAudiences, moment: int) -> None:
        """An audience that was never updated has no members yet: it is updated before its people enter."""
        with self._database.read() as connection:
            known = set(connection.scalars(select(audience.c.id).where(audience.c.list.is_not(None))))
        for id in trigger.audiences:
            if id not in known and version.bundle.audiences[id].cards is not None:
                now = from_milliseconds(moment)
                update_audience(self._database, version.bundle.audiences, id, now, self._zone)

    def _finish(self, now: int) -> None:
        """Complete the campaigns that nobody is in and nobody can enter any more."""
        over = [version for version in self._versions.values() if version.enters and self._over(version, now)]
        if not over:
            return
        with self._database.read() as connection:
            busy = set(connection.scalars(select(agenda.c.version).distinct()))
        done = {version.campaign for version in over} - {
            version.campaign for key, version in self._versions.items() if key in busy
        }
        if done:
            with self._database.write() as connection:
                for number in sorted(done):
                    lifecycle.complete(connection, number)
                self.load(connection)

    def _over(self, version: _Version, now: int) -> bool:
        ended = version.window.end is not None and version.window.end <= now
        if isinstance(version.plan.flow.trigger.behaviour, EnterOnEvent):
            return ended
        return self._entering(version) is None or ended

    def _fail(self, version: _Version, error: Exception) -> None:
        log.error("campaign failed", campaign=version.plan.context.campaign_id, exc_info=error)
        self._work = None
        with self._database.write() as connection:
            lifecycle.end_abnormally(connection, version.campaign, f"{type(error).__name__}: {error}")
            self.load(connection)


def overdue(now: int) -> Select[int, int]:
    """Versions with something due by `now`, the longest overdue first; found through the index on `due`."""
    return (
        select(agenda.c.version, agenda.c.due)
        .where(agenda.c.due <= now)
        .order_by(agenda.c.due)
        .limit(LOOK_AT)
    )


def _influence(one: _Version, other: _Version) -> bool:
    """Whether what the one campaign does can make a difference to the other."""
    a, b = one.plan.layout.influence, other.plan.layout.influence
    tags = (a.writes & (b.writes | b.reads)) | (b.writes & a.reads)
    return bool(tags or a.pools.keys() & b.pools.keys())
