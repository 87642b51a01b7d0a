"""Campaign goals that new events may reach: those of every campaign, for a goal counts within its window also
once the campaign has finished or stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import Connection, exists, literal, select, true

from engine.audience.conditions import RowConditions
from engine.campaign.measuring import CampaignGoal
from engine.plan.conversions import Conversions
from engine.plan.prepared import Prepared
from engine.plan.temporary import incoming
from engine.store.fields import DataFields
from engine.store.list_clock import clock_of
from engine.store.tables.runs import campaign_goal, entry


class GoalListeners:
    """The goals that the database holds. `codes`: of all events that any of them waits for.

    What a goal does is compiled when somebody first has such an event behind an entry.
    """

    def __init__(self, connection: Connection, zone: ZoneInfo) -> None:
        self._zone = zone
        self._goals: defaultdict[str, dict[int, tuple[int, str]]] = defaultdict(dict)
        for row in connection.execute(select(campaign_goal)):
            self._goals[row.event][row.version] = (row.campaign, row.goal)
        self.codes = frozenset(self._goals)
        self._compiled: dict[int, list[Prepared]] = {}
        self._fields: DataFields | None = None
        self._concerned: Prepared | None = None

    def follow(self, connection: Connection, received: Collection[str]) -> None:
        """Let the events in `incoming`, which have the codes `received`, count for the goals that wait for
        them."""
        codes = self.codes.intersection(received)
        entered = self._entered(connection) if codes else set[int]()
        for code in sorted(codes):
            for version in sorted(entered & self._goals[code].keys()):
                for statement in self._statements(connection, code, version):
                    statement(connection)

    def _entered(self, connection: Connection) -> set[int]:
        """Versions with a goal that somebody has entered of whom an event has come."""
        if self._concerned is None:
            people = select(incoming.c.person).distinct().subquery("people")
            mine = select(literal(1)).where(
                entry.c.campaign == campaign_goal.c.campaign,
                entry.c.person == people.c.person,
                entry.c.version == campaign_goal.c.version,
            )
            query = select(campaign_goal.c.version).join_from(campaign_goal, people, true())
            query = query.where(exists(mine.correlate(campaign_goal, people))).distinct()
            self._concerned = Prepared(query, connection.dialect)
        return {version for (version,) in self._concerned(connection)}

    def _statements(self, connection: Connection, code: str, version: int) -> list[Prepared]:
        if version not in self._compiled:
            campaign, text = self._goals[code][version]
            goal = CampaignGoal.model_validate(from_json(text))
            clock = clock_of(self._zone, connection)
            self._fields = self._fields or DataFields.load(connection)
            conditions = RowConditions(self._fields, clock)
            made = Conversions(connection.dialect, clock, conditions, campaign, version, goal)
            self._compiled[version] = [Prepared(one, connection.dialect) for one in made.follow()]
        return self._compiled[version]
