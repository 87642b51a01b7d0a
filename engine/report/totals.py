"""How many people campaigns have had, for lists that somebody looks at again every second."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.report.counts import entries_of
from engine.store.versions import PathMeaning, paths_of, versions_of


class Total(NamedTuple):
    """People of one campaign, or of one version."""

    entries: int
    finished: int

    @property
    def inside(self) -> int:
        return self.entries - self.finished


class Totals:
    """Counts the people of a campaign again only when something has changed; any thread may ask."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Hashable, Mapping[int, Total]]] = {}
        self._paths: dict[int, list[PathMeaning]] = {}

    def of(self, connection: Connection, progress: Callable[[int], Hashable], campaign: int) -> Total:
        """A campaign's total, by its number; see `by_version`."""
        totals = self.by_version(connection, progress, campaign).values()
        return Total(sum(one.entries for one in totals), sum(one.finished for one in totals))

    def by_version(
        self, connection: Connection, progress: Callable[[int], Hashable], campaign: int
    ) -> Mapping[int, Total]:
        """The total of each version of a campaign, by the version's key.

        progress: of a campaign, something that differs once its counts have changed; found out before the
        transaction began, so that what changes meanwhile is counted the next time.
        """
        state = progress(campaign)
        known = self._known.get(campaign)
        if known is not None and known[0] == state:
            return known[1]
        totals = {version: self._count(connection, version) for version in versions_of(connection, campaign)}
        self._known[campaign] = (state, totals)
        return totals

    def forget(self) -> None:
        """What paths mean has changed: somebody's place ended from outside."""
        self._paths.clear()
        self._known.clear()

    def _count(self, connection: Connection, version: int) -> Total:
        if version not in self._paths:
            self._paths[version] = paths_of(connection, [version])
        entries, done, _ = entries_of(connection, self._paths[version])
        return Total(sum(entries.values()), sum(done.values()))
