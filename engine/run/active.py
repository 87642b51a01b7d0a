"""The versions of campaigns that have something to do, compiled, and what they can change for each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, select

from engine.plan.contact import Cuts
from engine.plan.plan import Plan
from engine.run import lifecycle
from engine.run.compiling import PlanSettings, StoredVersions
from engine.run.coupling import coupled
from engine.run.cycles import Cycles
from engine.run.entering import Window, grid_of, window_of
from engine.run.kin import KnownKin
from engine.run.running import RunningVersion
from engine.run.waves import NoteWritten, Transactions
from engine.store.tables.people import data_field
from engine.store.tables.runs import ACTIVE, COMPLETED, campaign, campaign_version
from engine.store.trouble import trouble_of
from engine.store.versions import busy_versions
from engine.workspace.bundle import Bundle


class ActiveVersions:
    """Versions that people may enter or are in, by key, in the order of their campaigns' ids.

    bundles: theirs as of the last `load`; any thread may read it.
    """

    def __init__(
        self,
        transactions: Transactions,
        settings: PlanSettings,
        wave: int | None,
        note_written: NoteWritten | None = None,
    ) -> None:
        """wave: the most people of a wave; None: the usual number. note_written: where others may run
        them."""
        self._transactions = transactions
        self._note_written = note_written
        self._settings = settings
        self._wave = wave
        self._by_key: dict[int, RunningVersion] = {}
        self._fields: int | None = None
        self.bundles: tuple[Bundle, ...] = ()
        self._kin = KnownKin()

    def __getitem__(self, key: int) -> RunningVersion:
        return self._by_key[key]

    def __iter__(self) -> Iterator[RunningVersion]:
        return iter(tuple(self._by_key.values()))

    def of(self, campaign_id: str) -> list[RunningVersion]:
        """Those of a campaign."""
        return [version for version in self if version.plan.context.campaign_id == campaign_id]

    def add(self, bundle: Bundle, plan: Plan) -> None:
        """Take over a version that has been compiled; `load` then finds it in the database."""
        version = RunningVersion(bundle, plan, self._transactions, self._wave, self._note_written)
        self._by_key[version.key] = version

    def load(self, connection: Connection, *, anew: bool) -> None:
        """Read which there are. anew: temporary tables may have been lost, or undone.

        Each is compiled once, until the data has further fields. One that cannot be compiled any more ends
        its campaign.
        """
        fields = connection.execute(select(func.count()).select_from(data_field)).scalar_one()
        earlier = self._by_key if self._fields in (None, fields) else {}
        self._fields = fields
        stored = StoredVersions(connection, self._settings)
        rows = _rows(connection)
        had = Cycles.load_all(connection, {row.number for row in rows})
        self._by_key = {}
        failed: set[int] = set()
        for row in rows:
            if row.key in earlier and earlier[row.key].plan.context.cuts == row.cuts:
                self._by_key[row.key] = earlier[row.key]
            elif row.number in failed or not self._compiled(connection, stored, row):
                failed.add(row.number)
                continue
            version = self._by_key[row.key]
            version.runner.forget()
            # A later version may begin later than its campaign did.
            version.window = Window(window_of(version.bundle, row.starts_at).start, row.ends_at)
            since = row.published_at if row.runs_from is None else row.runs_from
            version.grid = grid_of(version.bundle, since)
            version.published_at, version.resumed_at = row.made_at, row.resumed_at or 0
            version.enters = row.state == ACTIVE and row.key == row.version
            version.cycles = had[row.number]
        self._by_key = {key: one for key, one in self._by_key.items() if one.campaign not in failed}
        self._relate(connection, anew=anew)
        self.bundles = tuple(version.bundle for version in self)

    def _compiled(self, connection: Connection, stored: StoredVersions, row: Row[Any]) -> bool:
        """Compile a stored version; False where it cannot run any more, which ends its campaign."""
        try:
            bundle, plan = stored.compile(row.number, row.key, Cuts(row.cuts))
            lifecycle.note_held_back(connection, plan)
            self.add(bundle, plan)
        except Exception as error:
            if trouble_of(error) is not None:
                raise
            lifecycle.end_abnormally(connection, row.number, row.id, error)
            return False
        return True

    def _relate(self, connection: Connection, *, anew: bool) -> None:
        """Find out which versions can influence each other, and who shares addresses."""
        keys = coupled(self, limited=bool(self._settings.contact.limits))
        for version in self:
            version.coupled = version.key in keys
        id_types = {id_type for version in self for id_type in version.shared_id_types}
        self._kin.load(connection, id_types, anew=anew)


def _rows(connection: Connection) -> list[Row[Any]]:
    """The versions that have something to do, with their campaigns."""
    busy, v = busy_versions(connection), campaign_version.c
    query = (
        select(campaign, v.key, v.cuts, v.runs_from, v.published_at.label("made_at"))
        .join(campaign_version, v.campaign == campaign.c.number)
        .where(campaign.c.state.in_((ACTIVE, COMPLETED)))
        .order_by(campaign.c.id, v.key)
    )
    # What waits for its time, of a finished campaign, still goes out.
    return [
        row
        for row in connection.execute(query)
        if row.key in busy or (row.state == ACTIVE and row.key == row.version)
    ]
