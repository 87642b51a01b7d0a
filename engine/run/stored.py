"""Published versions as the database keeps them, compiled again."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, bindparam, select

from engine.plan.contact import Cuts
from engine.plan.plan import Plan
from engine.run.versions import PlanSettings, VersionKeys, plan_of
from engine.store.fields import DataFields
from engine.store.tables.runs import campaign_node
from engine.store.versions import stored_bundle
from engine.workspace.bundle import Bundle

_NODES = select(campaign_node.c.id, campaign_node.c.node).where(
    campaign_node.c.campaign == bindparam("campaign")
)


class StoredVersions:
    """Compiles many versions in one transaction: what they have in common is read once."""

    def __init__(self, connection: Connection, settings: PlanSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._fields = cache(lambda: DataFields.load(connection))
        self._nodes = cache(self._read_nodes)

    def compile(self, campaign: int, version: int, cuts: Cuts) -> tuple[Bundle, Plan]:
        """A version by its key. Raises `NotRunnable`, `RuleError`."""
        bundle = stored_bundle(self._connection, version)
        keys = VersionKeys(campaign, version, self._nodes(campaign), cuts)
        return bundle, plan_of(bundle, keys, self._connection, self._settings, self._fields())

    def _read_nodes(self, campaign: int) -> dict[str, int]:
        return dict(self._connection.execute(_NODES, {"campaign": campaign}).all())
