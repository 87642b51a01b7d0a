"""What a Test Target writes: whether each person's goal was reached, and for which group of the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Insert, case, func, literal, literal_column, select
from sqlalchemy.sql import Executable

from engine.components.behaviour import JudgeGoal
from engine.plan.context import Context
from engine.plan.counting import CYCLE
from engine.plan.graph import FlowNode
from engine.plan.places import Layout, Path, Place
from engine.plan.temporary import wave
from engine.store.dialect import insert_or_fail, upsert_adding
from engine.store.tables.runs import goal, goal_counter, visit


class Goals:
    """Builds the statements of one plan."""

    def __init__(self, context: Context, layout: Layout) -> None:
        self._context = context
        self._layout = layout

    def judged(
        self, node: FlowNode, judge: JudgeGoal, place: Place, paths: Sequence[Path]
    ) -> Iterator[Executable]:
        """Note the goals of the wave and count them."""
        reached: list[ColumnElement[int]] = [
            literal_column(str(path.number)) for path in paths if node.id in path.achieved
        ]
        achieved = case((wave.c.path.in_(reached), 1), else_=0) if reached else literal(0)
        judged = select(
            wave.c.person, wave.c.entry, wave.c.now, wave.c.cycle, self._port(judge.test).label("port"),
            achieved.label("achieved"),
        ).subquery()  # fmt: skip
        known = judged.c.port.is_not(None)
        yield self._note(node, judged, known)
        yield self._count(node, judged, known)

    def _note(self, node: FlowNode, judged: Any, known: ColumnElement[bool]) -> Insert:
        columns = ["campaign", "node", "person", "entry", "port", "judged_at", "achieved"]
        j = judged.c
        query = select(
            literal(self._context.campaign),
            literal(node.number),
            j.person,
            j.entry,
            j.port,
            j.now,
            j.achieved,
        )
        return insert_or_fail(goal).from_select(columns, query.where(known))

    def _count(self, node: FlowNode, judged: Any, known: ColumnElement[bool]) -> Insert:
        cycle: ColumnElement[int] = judged.c.cycle if self._context.recurring else literal(CYCLE)
        counted = (
            select(
                literal(self._context.version), cycle.label("cycle"), literal(node.number), judged.c.port,
                judged.c.achieved, self._context.shard, func.count(),
            )
            .where(known)
            .group_by(literal_column("2"), judged.c.port, judged.c.achieved)
        )  # fmt: skip
        columns = ["version", "cycle", "node", "port", "achieved", "shard", "n"]
        return upsert_adding(self._context.dialect, goal_counter, columns, counted, "n")

    def _port(self, test: str) -> ColumnElement[Any]:
        """The port that the row's entry took at the test: by the visit that took it there."""
        number = self._layout.flow.nodes[test].number
        of_path: dict[str, list[int]] = {}
        for path in self._layout.paths:
            for node, what in path.steps:
                if node == number and what in self._layout.flow.nodes[test].ports:
                    of_path.setdefault(what, []).append(path.number)
        if not of_path:
            return literal(None)
        taken = [path for paths in of_path.values() for path in paths]
        named = case(
            *(
                (visit.c.path.in_([literal_column(str(path)) for path in paths]), port)
                for port, paths in of_path.items()
            )
        )
        return (
            select(named)
            .where(
                visit.c.version == self._context.version,
                visit.c.path.in_([literal_column(str(path)) for path in taken]),
                visit.c.person == wave.c.person,
                visit.c.entry == wave.c.entry,
            )
            .limit(1)
            .correlate(wave)
            .scalar_subquery()
        )
