"""The campaigns of an engine, for whoever asks: publish, look at, stop, restart, delete. What each of these
does in the database is in `lifecycle`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from engine.audience.errors import RuleError
from engine.plan.graph import NotRunnable
from engine.report.counts import Counts, counts_of
from engine.report.totals import Totals
from engine.run import lifecycle
from engine.run.access import Access
from engine.run.answers import (
    Backlog,
    CampaignStatus,
    Published,
    Refused,
    Status,
    UnknownCampaign,
    VersionStatus,
)
from engine.run.backlog import backlogs
from engine.run.clock import Clock
from engine.run.compiling import PlanSettings, plan_of
from engine.run.ingest import Intake
from engine.run.scheduler import Scheduler
from engine.run.statuses import statuses, version_key, version_statuses
from engine.store.database import Database
from engine.store.fields import DataFields
from engine.store.tables.runs import ACTIVE, STOPPED, campaign, campaign_version
from engine.store.versions import stored_text
from engine.workspace.bundle import Bundle


class Campaigns:
    """Belongs to one engine, whose parts it uses. Any thread may call."""

    def __init__(
        self,
        database: Database,
        settings: PlanSettings,
        clock: Clock,
        access: Access,
        scheduler: Scheduler,
        intake: Intake,
        totals: Totals,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._access = access
        self._scheduler = scheduler
        self._intake = intake
        self._totals = totals

    # ---- changing them

    def publish(self, bundle: Bundle) -> Published:
        """Publish a bundle: a new campaign, or a new version of one. Raises `Refused` with every problem."""
        now = self._clock.now()
        lifecycle.refuse_problems(bundle, now)
        try:
            with self._access.asked() as connection:
                return self._published(connection, bundle) or self._publish(connection, bundle, now)
        except NotRunnable as error:
            raise Refused(*error.messages) from error
        except RuleError as error:
            raise Refused(error.message) from error

    def _publish(self, connection: Connection, bundle: Bundle, now: int) -> Published:
        mails = self._settings.mails
        keys = lifecycle.new_version(connection, bundle, now, self._settings.contact, mails=mails)
        self._intake.forget_fields()
        lifecycle.declare_catalogue(connection, DataFields.load(connection), bundle)
        plan = plan_of(bundle, keys, connection, self._settings)
        if not mails:
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

    def stop(self, id: str) -> None:
        """Entering and sending cease; people keep their place. Of a finished campaign, what waits is held
        back. Raises `UnknownCampaign`, `Refused`."""
        with self._access.asked() as connection:
            lifecycle.stop(connection, id)
            self._scheduler.write_gathered(connection, id, self._clock.now())
            self._scheduler.load(connection)

    def restart(self, id: str) -> None:
        """Take a stopped campaign up again. Raises `UnknownCampaign`, `Refused`."""
        with self._access.asked() as connection:
            now = self._clock.now()
            lifecycle.restart(connection, id, now)
            self._scheduler.load(connection)
            self._scheduler.catch_up(connection, id, now)

    def delete(self, id: str) -> None:
        """Remove a campaign that is not in progress, and its rows. Raises `UnknownCampaign`, `Refused`."""
        with self._access.asked() as connection:
            lifecycle.remove(connection, id, self._clock.now(), self._settings.contact)
            self._scheduler.load(connection)

    # ---- looking at them

    def all(self) -> list[CampaignStatus]:
        """Every published campaign, in order of publishing."""
        return self._statuses()

    def one(self, id: str) -> CampaignStatus:
        """One campaign. Raises `UnknownCampaign`."""
        for found in self._statuses(id):
            return found
        raise UnknownCampaign(id)

    def _statuses(self, id: str | None = None) -> list[CampaignStatus]:
        progress, runs = self._scheduler.progress(), self._scheduler.next_runs()
        with self._database.read() as connection:
            total = partial(self._totals.of, connection, progress)
            found = statuses(connection, self._clock.now(), total, id)
            finished = any(one.status is Status.COMPLETED for one in found)
            waiting = backlogs(connection) if finished else {}
        return [
            replace(one, next_run=runs.get(one.campaign), backlog=waiting.get(one.campaign, Backlog.NONE))
            for one in found
        ]

    def versions(self, id: str) -> list[VersionStatus]:
        """A campaign's versions, in order of publishing. Raises `UnknownCampaign`."""
        progress = self._scheduler.progress()
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, id)
            totals = self._totals.by_version(connection, progress, number)
            return version_statuses(connection, number, totals)

    def bundle(self, id: str, version: int) -> str:
        """What a version was published as, as the text of a bundle file. Raises `UnknownCampaign`."""
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, id)
            return stored_text(connection, version_key(connection, number, version))

    def counts(self, id: str, version: int | None = None, cycle: int | None = None) -> Counts:
        """Live counts of a campaign, or of one version, or in one cycle. Raises `UnknownCampaign`."""
        with self._database.read() as connection:
            number = lifecycle.number_of(connection, id)
            key = None if version is None else version_key(connection, number, version)
            return counts_of(connection, number, key, cycle)
