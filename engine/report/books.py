"""What the checks of one campaign compare: its counters, and what they are checked against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.i18n import Message
from engine.plan.places import ARRIVE, EXITED, LEFT, MERGED
from engine.report.counts import Counts, counts_of, path_counts
from engine.store.tables.runs import campaign
from engine.store.versions import HELD_BACK, PathMeaning, node_names, paths_of, versions_of


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant that `check` found; `where` is a campaign, maybe with a node, or a table."""

    where: str
    message: Message


class Books:
    """One campaign's books as of `now` (ms).

    Attributes:
        campaign: its number in the database.
        name: its id in the campaign file; a simulation has only the number.
        versions: their keys. names: node number → the node's id. paths: what the path numbers mean.
        counts: what the counters say. taken: (version, path number) → people, by the counters.
    """

    def __init__(self, connection: Connection, number: int, now: int) -> None:
        self.connection = connection
        self.campaign = number
        self.now = now
        id = connection.execute(select(campaign.c.id).where(campaign.c.number == number)).scalar()
        self.name = id or str(number)
        self.versions: list[int] = versions_of(connection, number)
        self.names: dict[int, str] = node_names(connection, number)
        self.paths: list[PathMeaning] = paths_of(connection, self.versions)
        self.counts: Counts = counts_of(connection, number)
        self.taken: dict[tuple[int, int], int] = path_counts(connection, self.versions)

    def passed(self) -> Counter[tuple[int, int]]:
        """(Version, node number) → people whom the node let pass, by the counters."""
        found: Counter[tuple[int, int]] = Counter()
        for path in self.paths:
            for node, what in path.steps:
                if what not in (ARRIVE, LEFT, MERGED, EXITED, HELD_BACK):
                    found[path.version, node] += self.taken.get((path.version, path.number), 0)
        return found

    def wrong(self, message: Message, node: int | None = None) -> Violation:
        """Something does not add up in the campaign, at one of its nodes or as a whole."""
        where = self.name if node is None else f"{self.name} {self.names.get(node, node)}"
        return Violation(where, message)
