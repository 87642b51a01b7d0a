"""Statements that choose the rows of a wave: which are due, who they are, and which path each takes."""

from __future__ import annotations

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

from engine.components.behaviour import EnterOnEvent
from engine.plan.context import NO_NUMBER, Context, front, wave
from engine.plan.decide import Judge, Row, splits_in
from engine.plan.places import Layout, Place, Stage
from engine.store.tables.people import audience_member, person
from engine.store.tables.runs import arrival, entry, token, token_watched
from engine.store.times import HOUR

WAVE_COLUMNS = ["person", "entry", "now", "path", "via", "event"]

Taken = tuple[Insert, Delete]
"""Fill `wave` with rows of a place; delete those rows."""


class Rows:
    """Builds the statements of one plan."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge

    def upto(self, place: Place) -> Taken:
        """Everything that is due by `high`."""
        table = self._table(place)
        return self._taken(place, table, and_(self._mine(place, table), table.c.due <= _given("high")))

    def exact(self, place: Place) -> Taken:
        """What is due at `high`, up to person `last`."""
        table = self._table(place)
        which = and_(table.c.due == _given("high"), table.c.person <= _given("last"))
        return self._taken(place, table, and_(self._mine(place, table), which))

    def front_of(self, place: Place) -> Taken:
        """The rows that batch `batch` of `front` lists for the place."""
        table = self._table(place)
        # An arrival has no entry yet; two of a person at one instant are taken together.
        names = ["due", "person"] if table is arrival else ["due", "person", "entry", "via"]
        rows = select(*(front.c[name] for name in names)).where(
            front.c.place == place.index, front.c.batch == _given("batch")
        )
        key = tuple_(*(table.c[name] for name in names))
        return self._taken(place, table, and_(self._mine(place, table), key.in_(rows)))

    def ahead(self, place: Place) -> Select[*tuple[Any, ...]]:
        """Due moment and person of the row behind the first `skip`, of those due by `horizon`."""
        table = self._table(place)
        return (
            select(table.c.due, table.c.person)
            .where(self._mine(place, table), table.c.due <= _given("horizon"))
            .order_by(table.c.due, table.c.person)
            .limit(1)
            .offset(_given("skip"))
        )

    def next_due(self, place: Place) -> Select[*tuple[Any, ...]]:
        """When something is due here next."""
        table = self._table(place)
        return select(func.min(table.c.due)).where(self._mine(place, table))

    def _table(self, place: Place) -> Table:
        if place.stage is Stage.ENTER:
            return arrival
        return token_watched if place.watched else token

    def _mine(self, place: Place, table: Table) -> ColumnElement[bool]:
        mine = table.c.version == self._context.version
        return mine if table is arrival else and_(mine, table.c.place == place.index)

    def _taken(self, place: Place, table: Table, which: ColumnElement[bool]) -> Taken:
        return self._take(place, table, which), delete(table).where(which)

    def _take(self, place: Place, table: Table, which: ColumnElement[bool]) -> Insert:
        if place.stage is Stage.ENTER:
            return self._take_arrivals(place, which)
        arrived = table.c.arrived if place.looks_back else NO_NUMBER.label("arrived")
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
                NO_NUMBER.label("arrived"),
                arrival.c.event,
                turn.label("turn"),
            )
            .where(which, admitted)
            .order_by(arrival.c.due, arrival.c.person)
            .subquery("due")
        )
        first_only = ranked.c.turn == 1 if again != "every_time" else None
        return self._decided(place, ranked, ranked.c.via, ranked.c.event, first_only)

    def enter_audience(self, place: Place, audiences: int) -> Insert:
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
                NO_NUMBER.label("arrived"),
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
        splits = splits_in(place.tree)
        hashed = person.c.hash if splits else null()
        row = Row(source.c.person, source.c.entry, via, source.c.now, source.c.arrived, hashed)
        chosen = self._judge.path(place.tree, row)
        query = select(row.person, row.entry, row.now, chosen, via, event)
        if splits:
            query = query.select_from(source.join(person, person.c.id == source.c.person))
        if where is not None:
            query = query.where(where)
        return insert(wave).from_select(WAVE_COLUMNS, query)

    def front(self) -> Insert:
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


def tally(place: Place) -> Select[*tuple[Any, ...]]:
    """One pass, where grouping would sort the wave."""
    first, last = func.min(wave.c.now // HOUR), func.max(wave.c.now // HOUR)
    numbers: list[ColumnElement[int]] = [func.count()]
    if len(place.paths) > 1:
        numbers = [func.count(case((wave.c.path == path.number, 1))) for path in place.paths]
    columns: list[ColumnElement[int]] = [first, last, *numbers]
    return select(*columns).select_from(wave)


def _given(name: str) -> BindParameter[int]:
    """A number that is given at each call."""
    return bindparam(name, type_=BigInteger, required=True)
