"""Keeping the workspace's audiences up to date by their schedules, whether a campaign uses them or not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.audience.updates import update_audience, update_order
from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run import cycles
from engine.run.answers import Refused
from engine.run.clock import Clock
from engine.shapes.time import from_milliseconds
from engine.store.database import Database
from engine.store.lists import forget
from engine.store.times import NEVER
from engine.store.trouble import trouble_of
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog

log = get_logger()

RETRY_AFTER = 60_000
"""ms until it is tried again after the database refused."""

Pinned = Callable[[], Iterable[Bundle]]
"""The bundles of the campaigns in progress: they use audiences as these were when they were published."""


class AudienceKeeper:
    """Updates audiences one at a time, in whatever thread asks for it; people may enter meanwhile.

    Those with which people leave campaigns in progress are kept up to date by the scheduler.
    """

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        since: int,
        pinned: Pinned,
        except_for: str | None,
        updated: Callable[[], None],
    ) -> None:
        """except_for: another one that the scheduler keeps up to date while campaigns are in progress, or
        None. updated: called after an update by schedule."""
        self._database = database
        self._zone = zone
        self._since = since
        self._pinned = pinned
        self._except_for = except_for
        self._updated = updated
        self._files: Mapping[str, AudienceFile] = {}
        self._scheduled: Mapping[str, AudienceFile] = {}
        self._catalog = Catalog()
        self._tried: dict[str, int] = {}
        self._one_at_a_time = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self, clock: Clock, may_work: Callable[[], bool]) -> None:
        """Update what is due in a thread of its own until `close`, as long as it `may_work`."""
        self._thread = threading.Thread(
            target=self._run, args=(clock, may_work), name="audiences", daemon=True
        )
        self._thread.start()

    def wake(self) -> None:
        """There may be something to do, or it may be done now."""
        self._wake.set()

    def close(self) -> None:
        """End after the present update."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, clock: Clock, may_work: Callable[[], bool]) -> None:
        while not self._closing:
            self._wake.clear()
            following = None
            try:
                if may_work():
                    if self.step(clock.now()):
                        continue
                    following = self.due()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                log.warning("audiences not kept up to date", reason=str(error))
                following = clock.now() + RETRY_AFTER
            clock.wait_until(following, self._wake)

    def keep(self, files: Mapping[str, AudienceFile], catalog: Catalog) -> None:
        """From now on these are the workspace's."""
        self._files, self._catalog = dict(files), catalog
        self._scheduled = {id: file for id, file in files.items() if not isinstance(file.update, str)}
        self._tried = {id: tried for id, tried in self._tried.items() if id in files}
        self._wake.set()

    def following(self, connection: Connection) -> dict[str, int]:
        """When each audience that has a schedule is updated next (ms)."""
        bundles = list(self._pinned())
        others = {rule.audience for bundle in bundles for rule in bundle.campaign.attributes.exits}
        others |= {self._except_for} if bundles else set()
        found = {}
        for id, file in self._scheduled.items():
            if id in others:
                continue
            tried = self._tried.get(id, -NEVER)
            moment = cycles.next_update(connection, file, self._zone, self._since, tried)
            if moment is not None:
                found[id] = moment
        return found

    def due(self) -> int | None:
        """When the next audience is to be updated (ms), or None."""
        if not self._scheduled:  # asked at every turn of an engine without threads, as below
            return None
        with self._database.read() as connection:
            return min(self.following(connection).values(), default=None)

    def step(self, now: int) -> bool:
        """Update one audience that is due, as of the moment when it was: its next ones count from there.

        False where none is due. One that fails waits for its next moment.
        """
        if not self._scheduled:
            return False
        with self._database.read() as connection:
            due = [(moment, id) for id, moment in self.following(connection).items() if moment <= now]
            if not due:
                return False
            _, id = min(due)
            moment = cycles.last_update_due(connection, self._scheduled[id], now, self._zone)
        self._tried[id] = now
        files, catalog = self._as_published(id)
        try:
            self._update(files, catalog, id, now if moment is None else moment)
            self._updated()
        except Exception as error:
            if trouble_of(error) is not None:
                raise
            log.warning("audience not updated", audience=id, reason=str(error))
        return True

    def update(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str, now: int) -> int:
        """Update an audience because somebody asked for it; its size.

        Raises `RuleError`; `Refused` where a campaign in progress uses it with another rule: its people are
        those whom it was published with.
        """
        self.keep(files, catalog)
        for bundle in self._pinned():
            for other in update_order(files, id):
                if other in bundle.audiences and _differs(bundle, other, files[other], catalog):
                    text = N_(
                        "The campaign “{campaign}” in progress uses “{name}” as it was when the campaign was "
                        "published. Publish the campaign again, or stop it, before you update the new rule."
                    )
                    campaign = bundle.campaign.attributes.name
                    raise Refused(Message(text, campaign=campaign, name=files[other].name))
        return self._update(files, catalog, id, now)

    def forget(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str) -> None:
        """Delete what is stored of an audience that is gone from the workspace.

        Raises `Refused` where it is not gone, or a campaign in progress uses it.
        """
        self.keep(files, catalog)
        if id in files:
            raise Refused(Message(N_("The audience “{name}” is in the workspace."), name=files[id].name))
        for bundle in self._pinned():
            if id in bundle.audiences:
                text = N_("The campaign “{campaign}” in progress uses this audience.")
                raise Refused(Message(text, campaign=bundle.campaign.attributes.name))
        with self._one_at_a_time, self._database.write() as connection:
            forget(connection, id)

    def _update(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str, now: int) -> int:
        moment = from_milliseconds(now)
        with self._one_at_a_time:
            return update_audience(
                self._database, files, id, moment, self._zone, catalog=catalog, including_now=True
            )

    def _as_published(self, id: str) -> tuple[Mapping[str, AudienceFile], Catalog]:
        """The rules to update an audience by: those of a campaign in progress that uses it come first."""
        for bundle in self._pinned():
            if id in bundle.audiences:
                return {**self._files, **bundle.audiences}, bundle.catalog
        return self._files, self._catalog


def _differs(bundle: Bundle, id: str, file: AudienceFile, catalog: Catalog) -> bool:
    """Whether an audience finds other people by its present rule than by that of a bundle."""
    pinned, defined = bundle.audiences[id], bundle.catalog
    return (pinned.cards, pinned.list) != (file.cards, file.list) or any(
        getattr(defined, table).get(key) not in (None, getattr(catalog, table).get(key))
        for table in ("tables", "rfm_models", "aipl")
        for key in getattr(defined, table)
    )
