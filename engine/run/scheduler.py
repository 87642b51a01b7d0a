"""What runs next: reads the agenda only, never the waiting people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, literal, select

from engine.audience.updates import NO_DEFINITIONS
from engine.components.behaviour import EnterOnEvent
from engine.logs import get_logger
from engine.run import ending, lifecycle
from engine.run.active import ActiveVersions
from engine.run.calendar import Calendar
from engine.run.compiling import PlanSettings
from engine.run.errands import Errands
from engine.run.goals import GoalListeners
from engine.run.listeners import Listeners
from engine.run.queries import Queries
from engine.run.ranking import BRIEF_WAVES, Turn, Waiting
from engine.run.running import Item, RunningVersion
from engine.run.sharing import leases
from engine.run.sharing.division import Division
from engine.run.sharing.shares import Shares
from engine.run.store import Store
from engine.store.dialect import upsert_replacing
from engine.store.tables.runs import agenda, marketing_node
from engine.store.times import NEVER
from engine.store.trouble import trouble_of
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog

log = get_logger()


class Scheduler:
    """Chooses and runs one wave at a time, of the active campaigns.

    Campaigns that can influence each other run in lockstep, one moment at a time; all others run everything
    that is due at once, those whom an event lets in first.

    Attributes:
        versions: those that are active.
        generated: campaigns have written audiences since somebody last set it to False.
        outdated: what is remembered may not be what the database has, as after a transaction that failed;
            `refresh` reads it anew.
        audiences_changed: somebody has stored who is in an audience; whoever may set it, in any thread.
    """

    def __init__(
        self,
        store: Store,
        settings: PlanSettings,
        audiences: Mapping[str, AudienceFile],
        since: int,
        wave: int | None = None,
        catalog: Catalog = NO_DEFINITIONS,
        division: Division | None = None,
    ) -> None:
        """audiences, catalog: the workspace's, of which the whitelist is kept up to date from `since` (ms)
        on. wave: the most people of a wave. division: where other processes may run waves, too."""
        self._store = store
        self._settings = settings
        told = None if division is None else division.note_written
        self.versions = ActiveVersions(store.wave, settings, wave, told)
        self._shares = None if division is None else Shares(division, self.versions, self._concerns)
        self._calendar = Calendar(settings, audiences, since)
        self._errands = Errands(store, self.versions, self._calendar, audiences, catalog)
        self._listeners = Listeners()
        self._goals: GoalListeners | None = None
        self._asked: Queries | None = None
        self._works: dict[int, Iterator[None]] = {}
        self._let_in: set[int] = set()
        self._touched: set[int] = set()
        self._waves: defaultdict[int, int] = defaultdict(int)
        self._loads = 0
        self._brief = 0
        self._idle_until: int | None = None
        self.generated = False
        self.outdated = False
        self.audiences_changed = False

    def load(self, connection: Connection) -> None:
        """Read which versions are active. Call it after every change of campaigns, data or audiences."""
        self._works.clear()
        self._idle_until = None
        self._loads += 1
        self.versions.load(connection, anew=self.outdated)
        self._calendar.load(connection, self.versions)
        self._listeners = Listeners(self.versions)
        self._goals = GoalListeners(connection, self._settings.zone)
        self._touched = {version.campaign for version in self.versions}
        for version in self.versions:
            if self.outdated:
                version.obeyed.clear()
            version.obey_audiences(connection)
        if self._shares is not None:
            self._shares.load(connection)
        self.outdated = False

    def refresh(self, connection: Connection) -> None:
        """Read again which versions are active if that is outdated."""
        if self.outdated:
            self.load(connection)

    def note_arrivals(self, connection: Connection, version: int) -> None:
        """Look for people who have come to the version's trigger."""
        running = self.versions[version]
        running.runner.note_next(connection, running.plan.places[0])

    def write_gathered(self, connection: Connection, campaign_id: str, moment: int) -> None:
        """Write the audiences of a campaign that is stopped."""
        for version in self.versions.of(campaign_id):
            if version.enters:
                self.generated |= ending.write(connection, version, moment, self._settings.zone)

    def catch_up(self, connection: Connection, campaign_id: str, now: int) -> None:
        """Let those go on, of a campaign that is restarted, whom events released while it was stopped."""
        for version in self.versions.of(campaign_id):
            for place in version.follow.awaited:
                if connection.execute(version.follow.catch_up(place), {"now": now}).rowcount:
                    version.runner.note_next(connection, version.plan.places[place])
            if version.follow.leaving:
                connection.execute(version.follow.catch_up_leaving(), {"now": now})
                version.note_exits(connection)
            self._date_all(connection, version)

    def date_all(self, connection: Connection) -> None:
        """Say when those are judged who wait for real providers, as far as that is known by now."""
        for version in self.versions:
            self._date_all(connection, version)

    def _date_all(self, connection: Connection, version: RunningVersion) -> None:
        for one in version.plan.places:
            if one.place.awaits_provider:
                one.date_all(connection, {"since": version.resumed_at})
                version.runner.note_next(connection, one)
        version.note_exits(connection)

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the events that any active campaign listens to, or that are anybody's goal."""
        return self._listeners.codes | (self._goals.codes if self._goals else frozenset())

    def follow(self, connection: Connection, latest: int, codes: Collection[str]) -> None:
        """Let the events in `incoming`, which have these codes, do what they do; `latest`: the last time that
        lets people enter."""
        self._brief = BRIEF_WAVES
        if self._listeners.follow(connection, self._queries(connection), latest, codes):
            self._idle_until = None
        if self._goals is not None:
            self._goals.follow(connection, codes)

    def next_runs(self) -> dict[str, int]:
        """When people of audiences enter next, by campaign id; any thread may ask, at any time."""
        return {
            version.plan.context.campaign_id: version.next_run
            for version in self.versions
            if version.enters and version.next_run is not None and not version.cycles.open
        }

    def progress(self) -> Callable[[int], Hashable]:
        """Of each campaign, by its number, something that differs once its counts have changed; any thread
        may ask, at any time."""
        loads, waves = self._loads, dict(self._waves)
        return lambda campaign: (loads, waves.get(campaign, 0))

    def judge(self, connection: Connection, touched: Collection[tuple[int, int]]) -> bool:
        """Say when those are judged whose messages are in `handed`. touched: versions and nodes of these.
        Whether anybody may be judged there."""
        known = {version.key: version for version in self.versions}
        found = False
        for key, node in touched:
            if key in known:
                version = known[key]
                for place in version.plan.judging(node):
                    place.date_changed(connection, {"since": version.resumed_at})
                    version.runner.note_next(connection, place)
                    version.note_exits(connection)
                    found = True
        if found:
            self._idle_until = None
        return found

    def look_again(self, connection: Connection, touched: Collection[tuple[int, int]], now: int) -> None:
        """Messages of these versions and nodes have become due `now`, at their outboxes."""
        c = marketing_node.c
        for key, node in touched:
            row = select(c.version, c.place, literal(now)).where(c.version == key, c.node == node)
            columns = ["version", "place", "due"]
            connection.execute(upsert_replacing(connection.dialect, agenda, columns, row, ["due"]))
        self.load(connection)  # also versions of campaigns that have finished have something to do again

    # ---- running

    def step(self, now: int) -> bool:
        """Run one wave that is due by `now`, or one moment of the calendar. False where nothing is due."""
        if self.outdated:
            with self._store.write() as connection:
                self.load(connection)
        if self.audiences_changed:
            self.audiences_changed = False
            self._obey_audiences()
        if self._shares is not None:
            self._share(self._shares, now)
        try:
            return self._step(now)
        except BaseException:
            self.outdated = True
            raise

    def _step(self, now: int) -> bool:
        if self._idle_until is not None and now < self._idle_until and not self.shares:
            return False
        self._idle_until = None
        while True:
            version = self._choose(now)
            if version is None:
                self._idle_until = self._next_moment()
                return False
            if isinstance(version, Item):
                self._errands.keep_up(version)
                return True
            self._touched.add(version.campaign)
            try:
                next(self._works[version.key])
                self._waves[version.campaign] += 1
            except StopIteration:
                del self._works[version.key]
                self._share_anew()
                continue
            except Exception as error:
                if trouble_of(error) is not None:
                    raise  # it is the database's trouble, and no campaign's failure
                self._fail(version, error, now)
            return True

    @property
    def shares(self) -> bool:
        """Whether other processes run waves: what they have done is seen by looking."""
        return self._shares is not None and self._shares.any

    def is_behind_elsewhere(self, now: int) -> bool:
        """Whether something is due that other processes run."""
        if not self.shares:
            return False
        with self._store.read() as connection:
            return bool(leases.due_elsewhere(connection, now))

    def _share(self, shares: Shares, now: int) -> None:
        """Leave to others what they may run, and see what they have done."""
        for version in shares.moved():
            self._touched.add(version.campaign)
            self._waves[version.campaign] += 1
        busy = [key for key in self._works if (item := self.versions[key].item) and item.moment <= now]
        for key in shares.divide(busy, self._calendar.items()):
            self._works.pop(key, None)

    def _share_anew(self) -> None:
        if self._shares is not None:
            self._shares.stale = True

    def _obey_audiences(self) -> None:
        """Let those leave who have come into an audience whose people leave."""
        with self._store.write() as connection:
            for version in self.versions:
                version.obey_audiences(connection)
        self._idle_until = None

    def next_due(self) -> int | None:
        """When something is due next: people on their way, an audience that enters, or a campaign's end."""
        moment = self._next_moment()
        return None if moment >= NEVER else moment

    def _next_moment(self) -> int:
        with self._store.read() as connection:
            due = self._queries(connection).earliest(connection).scalar()
        return min(NEVER if due is None else int(due), self._calendar.earliest())

    def _queries(self, connection: Connection) -> Queries:
        if self._asked is None:
            self._asked = Queries(connection.dialect)
        return self._asked

    # ---- choosing

    def _choose(self, now: int) -> RunningVersion | Item | None:
        """The version whose turn it is, with its next piece of work in `_works`; or the whitelist's item."""
        items = [item for item in self._calendar.items() if item.moment <= now]
        with self._store.read() as connection:
            queries = self._queries(connection)
            overdue = queries.overdue_here if self.shares else queries.overdue
            rows = list(overdue(connection, {"now": now}))
            ready = self._shares.wait_for(connection, items, now) if self._shares is not None else items
        waiting = self._waiting(rows, items, now)
        first = min(waiting, key=lambda one: one.rank, default=None)
        held = self._in_lockstep()
        chosen: RunningVersion | Item
        if first is not None and first.turn is Turn.LET_IN:
            self._let_in.add(first.version.key)
            first.version.runner.brief = False
            return self._work_on(first)
        if held is not None:
            chosen = held
        elif first is not None and (first.turn is Turn.WAVE or not ready):
            chosen = self._work_on(first)
        elif ready:
            chosen = self._begin(min(ready))
        else:
            self._finish(now)
            return None
        self._let_in.clear()
        if isinstance(chosen, RunningVersion):
            chosen.runner.brief = self._brief > 0
        self._brief = max(0, self._brief - 1)
        return chosen

    def _in_lockstep(self) -> RunningVersion | None:
        """A coupled version that is in the middle of a moment: other coupled ones wait for it."""
        for key in self._works:
            if self.versions[key].coupled:
                return self.versions[key]
        return None

    def _waiting(self, rows: Collection[tuple[Any, ...]], items: list[Item], now: int) -> list[Waiting]:
        """Versions with something due, each with its rank and up to when it may run."""
        found = []
        for key, place, due in rows:
            version = self.versions[key]
            before = [item.moment - 1 for item in items if self._concerns(item, version)]
            limit = min([now, *before])
            if due <= limit:
                turn = self._turn(version, place, concerned=bool(before))
                rank = (
                    turn,
                    due,
                    min(version.plan.places[place].place.turn, 0),
                    version.plan.context.campaign_id,
                )
                found.append(Waiting(rank, version, due if version.coupled else limit))
        return found

    def _turn(self, version: RunningVersion, place: int, *, concerned: bool) -> Turn:
        if place or version.coupled:
            return Turn.WAVE
        if version.key not in self._let_in:
            return Turn.LET_IN
        return Turn.WAVE if concerned else Turn.AGAIN

    def _concerns(self, item: Item, version: RunningVersion) -> bool:
        """Whether the version's people must have come up to the item's moment before it is carried out."""
        if item.audience is not None and item.audience in version.updates_for_leaving:
            return True
        if item is self._calendar.upkeep:
            return version.plan.layout.influence.contacts
        other = self.versions[item.version]
        if other is version or (other.coupled and version.coupled):
            return True
        return bool(other.tags_of_audiences & version.plan.layout.influence.writes)

    def _work_on(self, waiting: Waiting) -> RunningVersion:
        version = waiting.version
        if version.key not in self._works:
            self._works[version.key] = version.runner.waves(waiting.limit)
        return version

    def _begin(self, item: Item) -> RunningVersion | Item:
        """Go on with an item, or begin it; the whitelist's is done at once and belongs to no version."""
        self._share_anew()
        if item is self._calendar.upkeep:
            return item
        version = self.versions[item.version]
        if self._shares is not None:
            self._shares.fetch(version)
        if version.key not in self._works:
            self._works[version.key] = self._errands.carry_out(version, item)
        return version

    # ---- ends

    def _finish(self, now: int) -> None:
        """Finish the cycles that everybody is through, and the campaigns that nobody can enter any more."""
        touched = self._touched | self._calendar.ended(now)
        self._touched = set()
        entered = [v for v in self.versions if v.enters and v.campaign in touched] if touched else []
        over = {version.campaign for version in entered if self._over(version, now)}
        with self._store.read() as connection:
            through = [version for version in entered if ending.has_finished_cycles(connection, version)]
            over = {number for number in over if not ending.somebody_inside(connection, number)}
        if not through and not over:
            return
        with self._store.write() as connection:
            for version in through:
                self.generated |= ending.finish_cycles(connection, version, self._settings.zone)
            for version in [version for version in entered if version.campaign in over]:
                self.generated |= ending.end(connection, version, self._settings.zone)
                lifecycle.complete(connection, version.campaign)
            self.load(connection)
        self._calendar.ended(now)  # it has been loaded anew: no end that has come is still to come

    def _over(self, version: RunningVersion, now: int) -> bool:
        ended = version.window.end is not None and version.window.end <= now
        if isinstance(version.plan.flow.trigger.behaviour, EnterOnEvent):
            return ended
        return not version.runs_ahead or ended

    def _fail(self, version: RunningVersion, error: Exception, now: int) -> None:
        with self._store.write() as connection:
            lifecycle.end_abnormally(connection, version.campaign, version.plan.context.campaign_id, error)
            self._write_what_was_gathered(connection, version, now)
            self.load(connection)

    def _write_what_was_gathered(self, connection: Connection, version: RunningVersion, now: int) -> None:
        """Write the audiences of a campaign that has failed, if that does not fail, too."""
        try:
            with connection.begin_nested():
                self.generated |= ending.write(connection, version, now, self._settings.zone)
        except Exception as error:
            if trouble_of(error) is not None:
                raise
            log.exception("audiences not written", campaign=version.plan.context.campaign_id)
