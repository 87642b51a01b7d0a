"""The plan of one campaign version: its places with their prebuilt statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Delete,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    true,
    tuple_,
    union,
)

from engine.components.behaviour import EnterAudiences, EnterOnEvent
from engine.plan.context import Context, front, wave
from engine.plan.decide import Judge, Row, splits_in
from engine.plan.effects import Effects, count_paths, raise_counter
from engine.plan.graph import Flow
from engine.plan.places import Layout, Place, Stage, layout_of
from engine.plan.prepared import Prepared
from engine.plan.times import HOUR
from engine.store.tables.people import audience_member
from engine.store.tables.runs import arrival, entry, token, token_watched

WAVE_COLUMNS = ["person", "entry", "now", "path", "via", "event"]


@dataclass(frozen=True, slots=True)
class Range:
    """Statements over the rows of a place in one form of range.

    take: fill `wave`. drop: delete the rows taken. `upto`: everything due by `high`; `exact`: due at `high`,
    up to person `last`; `front`: the rows listed in `front` for this place.
    """

    take: Prepared
    drop: Prepared


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """One place.

    bounds: first and (offset `size`) last due moment and person of the next rows. next_due: the earliest due
    row.
    effects: what the wave writes, in order. tally: the first and last hour of the wave, and how many people
    take each path (in order of `paths`).
    """

    place: Place
    upto: Range
    exact: Range
    front: Range
    bounds: Prepared
    next_due: Prepared
    effects: tuple[Prepared, ...]
    tally: Prepared
    feeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled campaign version. `places[0]` is the trigger."""

    context: Context
    layout: Layout
    places: tuple[PlacePlan, ...]
    enter_audience: Prepared | None
    front: Prepared
    count_paths: Prepared
    raise_counter: Prepared

    @property
    def flow(self) -> Flow:
        return self.layout.flow

    def path_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the table `path`: what each path number means."""
        for path in self.layout.paths:
            node = self.places[path.place].place.node.number
            steps = {"node": node, "steps": path.steps, "links": path.links, "tokens": len(path.tails)}
            yield {
                "version": self.context.version,
                "path": path.number,
                "place": path.place,
                "steps": json.dumps(steps, separators=(",", ":")),
            }


def compile_plan(flow: Flow, context: Context) -> Plan:
    """Build every statement of a campaign version."""
    layout = layout_of(flow)
    return _Compiler(context, layout).plan()


class _Compiler:
    def __init__(self, context: Context, layout: Layout) -> None:
        self._context = context
        self._layout = layout
        self._judge = Judge(context, layout.flow)

    def plan(self) -> Plan:
        trigger = self._layout.flow.trigger.behaviour
        places = tuple(self._place(place) for place in self._layout.places)
        enter = None
        if isinstance(trigger, EnterAudiences):
            enter = self._prepare(self._enter_audience(self._layout.places[0], len(trigger.audiences)))
        return Plan(
            self._context,
            self._layout,
            places,
            enter,
            self._prepare(self._front()),
            self._prepare(count_paths(self._context)),
            self._prepare(raise_counter(self._context)),
        )

    def _prepare(self, statement: Any) -> Prepared:
        return Prepared(statement, self._context.dialect)

    def _place(self, place: Place) -> PlacePlan:
        table = self._table(place)
        mine = self._mine(place, table)
        high, last = _given("high"), _given("last")
        upto = and_(mine, table.c.due <= high)
        exact = and_(mine, table.c.due == high, table.c.person <= last)
        effects = Effects(self._context, self._layout, self._judge)
        ahead = (
            select(table.c.due, table.c.person)
            .where(mine, table.c.due <= _given("horizon"))
            .order_by(table.c.due, table.c.person)
            .limit(1)
            .offset(_given("skip"))
        )
        return PlacePlan(
            place=place,
            upto=self._range(place, table, upto),
            exact=self._range(place, table, exact),
            front=self._front_range(place, table),
            bounds=self._prepare(ahead),
            next_due=self._prepare(select(func.min(table.c.due)).where(mine)),
            effects=tuple(self._prepare(statement) for statement in effects.of(place)),
            tally=self._prepare(_tally(place)),
            feeds=tuple(sorted({tail.place for path in place.paths for tail in path.tails})),
        )

    def _table(self, place: Place) -> Table:
        if place.stage is Stage.ENTER:
            return arrival
        return token_watched if place.watched else token

    def _mine(self, place: Place, table: Table) -> ColumnElement[bool]:
        mine = table.c.version == self._context.version
        return mine if table is arrival else and_(mine, table.c.place == place.index)

    def _range(self, place: Place, table: Table, which: ColumnElement[bool]) -> Range:
        return Range(self._prepare(self._take(place, table, which)), self._prepare(_drop(table, which)))

    def _front_range(self, place: Place, table: Table) -> Range:
        mine = and_(front.c.place == place.index, front.c.batch == _given("batch"))
        names = ["due", "person", *([] if table is arrival else ["entry", "via"])]
        key = tuple_(*(table.c[name] for name in names))
        rows = select(*(front.c[name] for name in names)).where(mine)
        if table is arrival:  # `entry` of `front` holds nothing; a person has one event at a time there
            rows = select(front.c.due, front.c.person).where(mine)
        which = and_(self._mine(place, table), key.in_(rows))
        return Range(self._prepare(self._take(place, table, which)), self._prepare(_drop(table, which)))

    def _take(self, place: Place, table: Table, which: ColumnElement[bool]) -> Insert:
        if place.stage is Stage.ENTER:
            return self._take_arrivals(place, which)
        arrived = table.c.arrived if place.looks_back else null().label("arrived")
        due = (
            select(table.c.person, table.c.entry, table.c.via, table.c.due.label("now"), arrived)
            .where(which)
            .order_by(table.c.due, table.c.person, table.c.entry, table.c.via)
        )
        source = due.cte("due").prefix_with("MATERIALIZED") if place.joins else due.subquery("due")
        return self._decided(place, source, source.c.via, null())

    def _take_arrivals(self, place: Place, which: ColumnElement[bool]) -> Insert:
        trigger = self._layout.flow.trigger.behaviour
        again = trigger.re_entry if isinstance(trigger, EnterOnEvent) else "every_time"
        earlier = select(func.coalesce(func.max(entry.c.entry), 0)).where(
            entry.c.campaign == self._context.campaign, entry.c.person == arrival.c.person
        )
        turn = func.row_number().over(
            partition_by=arrival.c.person, order_by=[arrival.c.due, arrival.c.event]
        )
        mine = (
            select(literal(1))
            .where(entry.c.campaign == self._context.campaign, entry.c.person == arrival.c.person)
            .correlate_except(entry)
        )
        admitted: ColumnElement[bool] = true()
        if again == "once":
            admitted = ~exists(mine)
        elif again == "after_exit":
            admitted = ~exists(mine.where(entry.c.live > 0))
        ranked = (
            select(
                arrival.c.person,
                (earlier.scalar_subquery() + turn).label("entry"),
                literal(0).label("via"),
                arrival.c.due.label("now"),
                null().label("arrived"),
                arrival.c.event,
                turn.label("turn"),
            )
            .where(which, admitted)
            .order_by(arrival.c.due, arrival.c.person)
            .subquery("due")
        )
        first_only = ranked.c.turn == 1 if again != "every_time" else None
        return self._decided(place, ranked, ranked.c.via, ranked.c.event, first_only)

    def _enter_audience(self, place: Place, audiences: int) -> Insert:
        """The next people of the union of `list_0`, `list_1` …, with a key above `after`, at most `size`."""
        size, after = _given("size"), _given("after")
        members = [
            select(audience_member.c.person)
            .where(
                audience_member.c.list == _given(f"list_{index}"),
                audience_member.c.person > after,
            )
            .order_by(audience_member.c.person)
            .limit(size)
            .subquery()
            for index in range(audiences)
        ]
        people = union(*(select(part.c.person) for part in members)).subquery()
        earlier = (
            select(func.coalesce(func.max(entry.c.entry), 0))
            .where(entry.c.campaign == self._context.campaign, entry.c.person == people.c.person)
            .scalar_subquery()
        )
        chosen = (
            select(
                people.c.person,
                (case((_given("again") == 1, earlier), else_=0) + 1).label("entry"),
                literal(0).label("via"),
                _given("at").label("now"),
                null().label("arrived"),
            )
            .order_by(people.c.person)
            .limit(size)
            .subquery("due")
        )
        return self._decided(place, chosen, chosen.c.via, null())

    def _decided(
        self, place: Place, source: Any, via: Any, event: Any, where: ColumnElement[bool] | None = None
    ) -> Insert:
        """Fill `wave` from the due rows: each with the number of its path."""
        judge = self._judge.at_join(place.node) if place.joins else self._judge
        splits = splits_in(place.tree)
        if splits:  # seeded once a row, not once a comparison
            inner: Select[Any] = select(*source.c, *judge.seeds(splits, source.c.person, source.c.entry))
            source = inner.cte("seeded").prefix_with("MATERIALIZED")
            via, event = source.c.via, source.c.event if "event" in source.c else event
            where = source.c.turn == 1 if where is not None and "turn" in source.c else where
        seeds = {node: source.c[node] for node in splits}
        row = Row(source.c.person, source.c.entry, via, source.c.now, source.c.arrived, seeds)
        chosen = judge.path(place.tree, row)
        query = select(row.person, row.entry, row.now, chosen, via, event)
        if where is not None:
            query = query.where(where)
        return insert(wave).from_select(WAVE_COLUMNS, query)

    def _front(self) -> Insert:
        """Each person's earliest row due by `horizon`: by time, then by place, entry and link."""
        version, horizon = self._context.version, _given("horizon")
        zero: ColumnElement[int] = literal_column("0")
        rows = [
            select(t.c.place, t.c.due, t.c.person, t.c.entry, t.c.via).where(
                t.c.version == version, t.c.due <= horizon
            )
            for t in (token, token_watched)
        ]
        rows.append(
            select(
                zero.label("place"), arrival.c.due, arrival.c.person, zero.label("entry"), zero.label("via")
            ).where(arrival.c.version == version, arrival.c.due <= horizon)
        )
        due = rows[0].union_all(*rows[1:]).subquery()
        order = [due.c.due, due.c.place, due.c.entry, due.c.via]
        rank = func.row_number().over(partition_by=due.c.person, order_by=order).label("rank")
        ranked = select(due, rank).subquery()
        turn = func.row_number().over(partition_by=ranked.c.place, order_by=[ranked.c.due, ranked.c.person])
        columns = ["place", "due", "person", "entry", "via"]
        query = select(*(ranked.c[name] for name in columns), (turn - 1) // _given("size"))
        return insert(front).from_select([*columns, "batch"], query.where(ranked.c.rank == 1))


def _tally(place: Place) -> Select[*tuple[Any, ...]]:
    """One pass, where grouping would sort the wave."""
    first, last = func.min(wave.c.now // HOUR), func.max(wave.c.now // HOUR)
    numbers: list[ColumnElement[int]] = [func.count()]
    if len(place.paths) > 1:
        numbers = [func.count(case((wave.c.path == path.number, 1))) for path in place.paths]
    columns: list[ColumnElement[int]] = [first, last, *numbers]
    return select(*columns).select_from(wave)


def _drop(table: Table, which: ColumnElement[bool]) -> Delete:
    return delete(table).where(which)


def _given(name: str) -> BindParameter[int]:
    """A number that is given at each call."""
    return bindparam(name, type_=BigInteger, required=True)
