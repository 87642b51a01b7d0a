"""AB tests that end after some people: who still goes by the percentages, and which group takes the rest."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, update

from engine.components.behaviour import Split, TestEnd
from engine.plan.effects import ending_test
from engine.plan.graph import FlowNode
from engine.plan.places import Place
from engine.plan.plan import PlacePlan, Plan
from engine.plan.rows import FIRST
from engine.store.dialect import bulk_insert
from engine.store.tables.runs import goal, test_state
from engine.store.times import NEVER

NOBODY = -1


class TurnsAtTests:
    """The tests of one plan. `places`: place index → node, where people take their turns."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.places: dict[int, FlowNode] = {}
        for place in plan.places:
            if (node := ending_test(place.place)) is not None:
                self.places[place.place.index] = node
        self._decided: set[int] = set()

    def decided(self, place: Place) -> bool:
        """Whether it is known who takes everybody from now on."""
        return place.index in self._decided

    def turns(self, connection: Connection, place: PlacePlan, high: int) -> Mapping[str, int]:
        """The parameters of a wave of the rows due by `high`: the first `allowed` of them go by their bucket,
        and everybody before `since`; the others go to group number `winner`, if there is one."""
        node = self.places[place.place.index]
        split = node.behaviour
        assert isinstance(split, Split)
        assert split.end is not None
        ports = [port for port, _ in split.shares]
        state = self._state(node)
        found = connection.execute(select(test_state.c.visits, test_state.c.best).where(state)).first()
        visits, best = (0, None) if found is None else found
        allowed = max(0, split.end.people - visits)
        if split.end.then is not None:
            return {"allowed": allowed, "winner": ports.index(split.end.then), "since": -NEVER}
        if best in ports:  # another version may have had other groups
            if not allowed:  # some of the first may be left: the best is fixed by whom it takes first
                self._decided.add(place.place.index)
            return {"allowed": allowed, "winner": ports.index(best), "since": -NEVER}
        since = self._moment(connection, place, split.end, node, ports, allowed, high)
        if since is None:
            return {"allowed": allowed, "winner": NOBODY, "since": NEVER}
        best = self._best(connection, node, ports, since)
        columns, row = ("campaign", "node", "visits"), (self._plan.context.campaign, node.number, 0)
        bulk_insert(connection, test_state, columns, [row], on_conflict="nothing")
        connection.execute(update(test_state).where(state).values(best=best))
        return {"allowed": allowed, "winner": ports.index(best), "since": since}

    def _state(self, node: FlowNode) -> ColumnElement[bool]:
        return and_(test_state.c.campaign == self._plan.context.campaign, test_state.c.node == node.number)

    def _judged(self, node: FlowNode) -> ColumnElement[bool]:
        contest = self._plan.layout.influence.contests[node.id]
        number = self._plan.flow.nodes[contest.target].number if contest.target is not None else None
        return and_(goal.c.campaign == self._plan.context.campaign, goal.c.node == number)

    def _moment(
        self,
        connection: Connection,
        place: PlacePlan,
        end: TestEnd,
        node: FlowNode,
        ports: list[str],
        allowed: int,
        high: int,
    ) -> int | None:
        """When the first one behind the N-th comes at whose time enough people of every group were judged."""
        first = place.bounds(connection, {**FIRST._asdict(), "horizon": high, "skip": allowed}).first()
        if first is None:
            return None
        enough: list[int] = []
        for port in ports:
            nth = (
                select(goal.c.judged_at)
                .where(self._judged(node), goal.c.port == port)
                .order_by(goal.c.judged_at)
                .offset(end.min_judged - 1)
                .limit(1)
            )
            moment = connection.execute(nth).scalar()
            if moment is None:
                return None
            enough.append(moment)
        behind = place.due_after(connection, {"after": max(enough)}).scalar()
        if behind is None:
            return None
        since = max(int(first[0]), int(behind))
        return since if since <= high else None

    def _best(self, connection: Connection, node: FlowNode, ports: list[str], moment: int) -> str:
        """The port with the highest share of those judged before `moment`; of equals the earlier one."""
        query = (
            select(goal.c.port, func.count(), func.sum(case((goal.c.achieved == 1, 1), else_=0)))
            .where(self._judged(node), goal.c.judged_at < moment)
            .group_by(goal.c.port)
        )
        rates = {port: (int(achieved), int(judged)) for port, judged, achieved in connection.execute(query)}

        def better(one: str, other: str) -> bool:
            (a, n), (b, m) = rates[one], rates[other]
            return a * m > b * n

        best = ports[0]
        for port in ports[1:]:
            if better(port, best):
                best = port
        return best
