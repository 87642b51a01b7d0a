"""Where people go from a wave: the tokens that it leaves at the next places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import Executable

from engine.components.behaviour import Hold, JudgeEvents, JudgeGoal, JudgeResult
from engine.plan.context import NO_NUMBER, Context
from engine.plan.decide import Judge, Row
from engine.plan.exits import place_and_due
from engine.plan.places import Layout, Path, Place, Stage, may_wait, on_paths
from engine.plan.temporary import wave
from engine.store.dialect import insert_or_fail, is_among
from engine.store.tables.runs import token, token_watched
from engine.store.times import NEVER, Ms

TOKEN_COLUMNS = ["version", "place", "due", "person", "entry", "via", "arrived"]


class Tails:
    """Builds the statements of one plan."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge

    def of(self, place: Place) -> Iterator[Insert]:
        """Leave the tokens of a wave."""
        found: dict[tuple[int, int | None], list[Path]] = {}
        for path in place.paths:
            for tail in path.tails:
                found.setdefault((tail.place, tail.via), []).append(path)
        for (target, via), paths in found.items():
            yield from self._tail(place, self._layout.places[target], via, paths)

    def _tail(self, place: Place, target: Place, via: int | None, paths: list[Path]) -> Iterator[Insert]:
        came_by: ColumnElement[int] = wave.c.via if via is None else literal(via)
        row = Row(wave.c.person, wave.c.entry, came_by, wave.c.now, wave.c.now, null())
        remembers = target.looks_back or target.way_out is not None
        arrived: ColumnElement[Any] = wave.c.now if remembers else NO_NUMBER
        table = token_watched if target.watched else token
        query = select(
            literal(self._context.version).label("version"),
            literal(target.index).label("place"),
            self._due(target, row).label("due"),
            wave.c.person,
            wave.c.entry,
            came_by.label("via"),
            arrived.label("arrived"),
        ).where(*on_paths(place, paths))
        if target.way_out is not None:
            yield self._unless_leaving(target, target.way_out, query)
            return
        if target.awaits_provider or not self._may_be_unknown(target):
            yield insert_or_fail(table).from_select(TOKEN_COLUMNS, query)
            return
        # Whoever waits for a message that a quiet time holds back is parked until it is handed over.
        dated = query.subquery()
        known = select(dated).where(dated.c.due.is_not(None))
        yield insert_or_fail(token).from_select(TOKEN_COLUMNS, known)
        yield insert_or_fail(token_watched).from_select(
            TOKEN_COLUMNS, select(dated).where(dated.c.due.is_(None))
        )

    def _unless_leaving(self, target: Place, way_out: int, query: Select[Any]) -> Insert:
        """Leave the tokens at the target, or at its exit if people are to leave before they go on."""
        dated = query.subquery()
        leaving = self._judge.exits.moment(dated.c.person, dated.c.entry, dated.c.arrived)
        known = select(dated, leaving.label("leaving")).subquery()
        place, due = place_and_due(target.index, way_out, known.c.due, known.c.leaving)
        columns = {**dict(known.c.items()), "place": place, "due": due}
        return insert_or_fail(token_watched).from_select(
            TOKEN_COLUMNS, select(*(columns[name] for name in TOKEN_COLUMNS))
        )

    def _due(self, target: Place, row: Row) -> ColumnElement[Any]:
        """When somebody who arrives at the place goes on; null where that is not known yet."""
        behaviour = target.node.behaviour
        if target.stage is not Stage.RELEASE:
            return row.now
        if isinstance(behaviour, JudgeResult):
            return self._judge.result_known_at(target.node, row)
        if isinstance(behaviour, JudgeEvents) and behaviour.early:
            return self._judge.decided_at(behaviour, row.person, row.now)
        if isinstance(behaviour, Hold | JudgeEvents | JudgeGoal):
            return self._judge.leave_at(behaviour.until, row.now)
        return row.now

    def _may_be_unknown(self, target: Place) -> bool:
        return waits_for_outbox(self._layout, target) and any(
            may_wait(touch) and self._context.may_postpone(touch.kind)
            for touch in self._layout.flow.touches_before(target.node.id)
        )

    def unpark(self, outbox: Place) -> Iterator[Executable]:
        """Date those who wait for the result of what an outbox has handed over."""
        for target in places_behind_outbox(self._layout, outbox):
            if target.awaits_provider or target.way_out is not None:
                yield self.date(target, wave)
            else:
                yield from self._unpark(target)

    def date(self, target: Place, changed: FromClause | None, since: Ms | None = None) -> Update:
        """Say of those who wait for what a real provider says when they are judged, as far as that is known
        by now. changed: whose messages have changed (`person`); None: of everybody's. since: when the
        campaign was last restarted; nobody is judged before.
        """
        waiting = token_watched
        version, place = waiting.c.version, waiting.c.place
        mine = [version == self._context.version, place == target.index]
        if changed is not None:
            # The sums keep the planner from beginning with all who wait here.
            mine = [version + 0 == self._context.version, place + 0 == target.index]
            mine.append(is_among(self._context.dialect, waiting.c.person, select(changed.c.person)))
        row = Row(waiting.c.person, waiting.c.entry, waiting.c.via, waiting.c.due, waiting.c.due, null())
        known = self._judge.result_known_at(target.node, row, since)
        if target.way_out is None:
            return update(waiting).values(due=known).where(*mine)
        # Who is to leave at a moment that is known goes on before it, if the result allows.
        mine[1] = or_(place == target.index, place == target.way_out)
        leaving = case((place == target.way_out, waiting.c.due), else_=NEVER)
        moved, due = place_and_due(target.index, target.way_out, known, leaving)
        return update(waiting).values(place=moved, due=due).where(*mine)

    def _unpark(self, target: Place) -> Iterator[Executable]:
        parked = token_watched
        mine = and_(
            parked.c.version == self._context.version,
            parked.c.place == target.index,
            parked.c.due.is_(None),
        )
        handed = select(wave.c.person, wave.c.entry, func.max(wave.c.now).label("now"))
        handed_over = handed.group_by(wave.c.person, wave.c.entry).subquery()
        row = Row(parked.c.person, parked.c.entry, parked.c.via, handed_over.c.now, handed_over.c.now, null())
        dated = (
            select(
                parked.c.version,
                parked.c.place,
                self._judge.result_known_at(target.node, row).label("due"),
                parked.c.person,
                parked.c.entry,
                parked.c.via,
                parked.c.arrived,
            )
            .join(
                handed_over,
                and_(parked.c.person == handed_over.c.person, parked.c.entry == handed_over.c.entry),
            )
            .where(mine)
            .subquery()
        )
        known = select(dated).where(dated.c.due.is_not(None))
        yield insert_or_fail(token).from_select(TOKEN_COLUMNS, known)
        moved = known.with_only_columns(dated.c.person, dated.c.entry, dated.c.via)
        yield delete(parked).where(mine, tuple_(parked.c.person, parked.c.entry, parked.c.via).in_(moved))


def waits_for_outbox(layout: Layout, place: Place) -> bool:
    """Whether people at the place wait for a message that a quiet time may hold back."""
    behind = isinstance(place.node.behaviour, JudgeResult) and place.stage is Stage.RELEASE
    return behind and any(may_wait(touch) for touch in layout.flow.touches_before(place.node.id))


def places_behind_outbox(layout: Layout, outbox: Place) -> list[Place]:
    """Where people wait for the messages of an outbox."""
    return [
        place
        for place in layout.places
        if waits_for_outbox(layout, place)
        and any(touch.id == outbox.node.id for touch in layout.flow.touches_before(place.node.id))
    ]
