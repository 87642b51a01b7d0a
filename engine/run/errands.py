"""Carrying out what campaigns have to do at their moments: update audiences, let their people enter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.components.behaviour import EnterAudiences
from engine.logs import get_logger
from engine.run import cycles
from engine.run.active import ActiveVersions
from engine.run.calendar import Calendar
from engine.run.cycles import Cycles
from engine.run.entering import lists_in_force
from engine.run.running import Item, RunningVersion
from engine.run.store import Store
from engine.shapes.time import from_milliseconds
from engine.store.trouble import trouble_of
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog

log = get_logger()


class Errands:
    """Carries out the calendar's items."""

    def __init__(
        self,
        store: Store,
        versions: ActiveVersions,
        calendar: Calendar,
        audiences: Mapping[str, AudienceFile],
        catalog: Catalog,
    ) -> None:
        """audiences, catalog: the workspace's, of which the whitelist is made."""
        self._store = store
        self._versions = versions
        self._calendar = calendar
        self._audiences = audiences
        self._catalog = catalog

    def carry_out(self, version: RunningVersion, item: Item) -> Iterator[None]:
        """Do what a version's item says, and find out what comes next; yields after each piece of work."""
        if item.audience is not None:
            moment = from_milliseconds(item.moment)
            bundle = version.bundle
            self._store.update_audience(bundle.audiences, item.audience, moment, bundle.catalog)
            self._obey_audiences()
        else:
            for other in self._versions:
                if other is version or (other.coupled and version.coupled):
                    yield from other.runner.outbox(item.moment)
            yield from self._enter(version, item)
        with self._store.read() as connection:
            self._calendar.renew(connection, version, item)
        yield

    def keep_up(self, item: Item) -> None:
        """Update the whitelist. It is no campaign's: where that fails, its earlier members stand until the
        next time."""
        assert item.audience is not None
        try:
            moment = from_milliseconds(item.moment)
            self._store.update_audience(self._audiences, item.audience, moment, self._catalog)
            self._obey_audiences()
        except Exception as error:
            if trouble_of(error) is not None:
                raise
            log.warning("whitelist not updated", audience=item.audience, reason=str(error))
        with self._store.read() as connection:
            self._calendar.renew_upkeep(connection, item)

    def _obey_audiences(self) -> None:
        """Let those leave who are in an audience now whose people leave."""
        if any(version.follow.audiences for version in self._versions):
            with self._store.write() as connection:
                for version in self._versions:
                    version.obey_audiences(connection)

    def _enter(self, version: RunningVersion, item: Item) -> Iterator[None]:
        trigger = version.plan.flow.trigger.behaviour
        assert isinstance(trigger, EnterAudiences)
        with self._store.write() as connection:
            if item.run is not None:
                campaign = version.campaign
                unchanged = cycles.unchanged_audience(
                    connection, trigger, version.cycles, campaign, version.key
                )
                if unchanged is not None:
                    cycles.skip(connection, version.campaign, item.run.planned, unchanged)
                    version.cycles = Cycles.load(connection, version.campaign)
                    return
                number = version.cycles.number + 1
                cycles.begin(connection, version.campaign, version.key, number, item.run)
            lists = lists_in_force(connection, trigger.audiences, version.bundle.audiences)
            version.cycles = Cycles.load(connection, version.campaign)
        yield from version.runner.enter(item.moment, lists, version.cycles.number)
        with self._store.read() as connection:
            version.cycles = Cycles.load(connection, version.campaign)
