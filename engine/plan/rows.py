"""Statements that choose the rows of a wave: which are due, who they are, and which path each takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Select,
    Subquery,
    Table,
    and_,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from engine.audience.moments import ColumnMoment
from engine.components.behaviour import EnterOnEvent
from engine.plan.context import NO_NUMBER, SHARDS, Context, shard_of
from engine.plan.counting import cycle_of
from engine.plan.decide import Judge, Row, asks_origin, draws_lots
from engine.plan.effects import counts_matches
from engine.plan.places import Layout, Place, Stage
from engine.plan.prepared import given
from engine.plan.temporary import front, incoming, kin, newcomer, wave
from engine.store.dialect import is_among, look_up, upsert_least, upsert_replacing
from engine.store.tables.people import audience_member, person
from engine.store.tables.runs import agenda, arrival, entry, message, pending_match, token, token_watched
from engine.store.times import NEVER

WAVE_COLUMNS = ["person", "entry", "now", "path", "via", "event", "cycle", "origin"]


class Position(NamedTuple):
    """A moment and a person in the order in which a place runs its rows; parameters of its statements."""

    low: int
    behind: int


FIRST = Position(-NEVER, -1)
"""In front of every row."""

Taken = tuple[Insert | None, Insert, Delete | None]
"""Note something of the rows of a place, fill `wave` with them, delete them (where the effects do not)."""


class Rows:
    """Builds the statements of one plan."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge

    def upto(self, place: Place) -> Taken:
        """Everything that is due from `low` to `high`."""
        due = self._due(place)
        return self._taken(place, and_(self._mine(place), due >= given("low"), due <= given("high")))

    def exact(self, place: Place) -> Taken:
        """What is due at `high`, of the people behind `behind` up to `last`."""
        who = self._table(place).c.person
        which = and_(self._due(place) == given("high"), who > given("behind"), who <= given("last"))
        return self._taken(place, and_(self._mine(place), which))

    def front_of(self, place: Place) -> Taken:
        """The rows that batch `batch` of `front` lists for the place."""
        table = self._table(place)
        if place.stage is Stage.ENTER:
            key, listed = [table.c.due, table.c.person, table.c.event], ["due", "person", "mark"]
        elif place.stage is Stage.OUTBOX:
            key = [table.c.due_at, table.c.person, table.c.entry, table.c.address]
            listed = ["due", "person", "entry", "mark"]
        else:
            listed = ["due", "person", "entry", "via"]
            key = [table.c[name] for name in listed]
        rows = select(*(front.c[name] for name in listed)).where(
            front.c.place == place.index, front.c.batch == given("batch")
        )
        return self._taken(place, and_(self._mine(place), tuple_(*key).in_(rows)))

    def ahead(self, place: Place) -> Select[*tuple[Any, ...]]:
        """Due moment and person of the row behind the first `skip`, of those due by `horizon`."""
        due, who = self._due(place), self._table(place).c.person
        return (
            select(due.label("due"), who)
            .where(self._mine(place), self._left(place), due <= given("horizon"))
            .order_by(due, who)
            .limit(1)
            .offset(given("skip"))
        )

    def next_due(self, place: Place) -> Select[*tuple[Any, ...]]:
        """When something is due here next."""
        return self._first(place, self._left(place))

    def note_incoming(self, place: Place) -> Insert:
        """Note that whom events in `incoming` brought or released may be due here, for their shards."""
        due: ColumnElement[int] = incoming.c.time
        person: ColumnElement[int] = incoming.c.person
        which = incoming.c.code == self._context.trigger_event
        if place.stage is not Stage.ENTER:
            due, person = self._due(place), self._table(place).c.person
            which = and_(self._mine(place), due.is_not(None), person.in_(select(incoming.c.person)))
        rows = select(literal(self._context.version), literal(place.index), shard_of(person), func.min(due))
        grouped = rows.where(which).group_by(literal_column("3"))
        columns = ["version", "place", "shard", "due"]
        return upsert_least(self._context.dialect, agenda, columns, grouped, "due")

    def note_shards(self, place: Place) -> Insert:
        """Note when something is due here next for each shard."""
        mine = shard_of(self._table(place).c.person)
        firsts = [
            select(
                literal_column(str(shard)).label("shard"),
                self._first(place, mine == literal_column(str(shard))).scalar_subquery().label("due"),
            )
            for shard in range(1, SHARDS + 1)
        ]
        found = union_all(*firsts).subquery()
        rows = select(literal(self._context.version), literal(place.index), found.c.shard, found.c.due)
        columns = ["version", "place", "shard", "due"]
        noted = rows.where(found.c.due.is_not(None))
        return upsert_replacing(self._context.dialect, agenda, columns, noted, ["due"])

    def _left(self, place: Place) -> ColumnElement[bool]:
        """Whether a row lies behind moment `low` and person `behind`, up to where there is none any more.

        PostgreSQL would read past all that have been deleted there, as long as nobody has cleaned them up.
        """
        return tuple_(self._due(place), self._table(place).c.person) > tuple_(given("low"), given("behind"))

    def due_after(self, place: Place) -> Select[*tuple[Any, ...]]:
        """When the first row behind the moment `after` is due."""
        return self._first(place, self._due(place) > given("after"))

    def _first(self, place: Place, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        # Not the minimum: for that PostgreSQL reads all rows as long as it believes that there are few.
        due = self._due(place)
        return select(due).where(self._mine(place), which).order_by(due).limit(1)

    def _table(self, place: Place) -> Table:
        if place.stage is Stage.ENTER:
            return arrival
        if place.stage is Stage.OUTBOX:
            return message
        return token_watched if place.watched else token

    def _due(self, place: Place) -> ColumnElement[int]:
        table = self._table(place)
        return table.c.due_at if place.stage is Stage.OUTBOX else table.c.due

    def _mine(self, place: Place) -> ColumnElement[bool]:
        table = self._table(place)
        mine = and_(table.c.version == self._context.version, *self._context.runs(table.c.person))
        if place.stage is Stage.ENTER:
            return mine
        if place.stage is Stage.OUTBOX:
            planned = and_(table.c.node == place.node.number, table.c.state == literal_column("'planned'"))
            # All that wait have a moment; said so, planners find them in their index.
            return and_(mine, planned, table.c.due_at.is_not(None))
        return and_(mine, table.c.place == place.index)

    def _taken(self, place: Place, which: ColumnElement[bool]) -> Taken:
        if place.stage is Stage.OUTBOX:
            return None, self._take_messages(place, which), None
        table = self._table(place)
        note = None
        if place.stage is Stage.ENTER and counts_matches(self._layout):
            note = self._note_matches(which)
        return note, self._take(place, table, which), delete(table).where(which)

    def _take_messages(self, place: Place, which: ColumnElement[bool]) -> Insert:
        held = (
            select(
                message.c.person,
                message.c.entry,
                literal(0).label("via"),
                message.c.due_at.label("now"),
                NO_NUMBER.label("arrived"),
                message.c.address,
            )
            .where(which)
            .order_by(message.c.due_at, message.c.planned_at, message.c.person, message.c.entry)
            .subquery("due")
        )
        return self._decided(place, held, held.c.address)

    def _take(self, place: Place, table: Table, which: ColumnElement[bool]) -> Insert:
        if place.stage is Stage.ENTER:
            return self._take_arrivals(place, which)
        arrived = table.c.arrived if place.looks_back else NO_NUMBER.label("arrived")
        due = (
            select(table.c.person, table.c.entry, table.c.via, table.c.due.label("now"), arrived)
            .where(which)
            .order_by(table.c.due, table.c.person, table.c.entry, table.c.via)
        )
        apart = place.joins and not self._context.distributed  # where a CTE's rows ask for nothing further
        source = due.cte("due").prefix_with("MATERIALIZED") if apart else due.subquery("due")
        return self._decided(place, source, null())

    def _note_matches(self, which: ColumnElement[bool]) -> Insert:
        """Keep the arrivals of people who enter with the n-th match only."""
        query = select(literal(self._context.campaign), arrival.c.person, arrival.c.event, arrival.c.due)
        columns = ["campaign", "person", "event", "time"]
        return insert(pending_match).from_select(columns, query.where(which))

    def _take_arrivals(self, place: Place, which: ColumnElement[bool]) -> Insert:
        turn = func.row_number().over(
            partition_by=arrival.c.person, order_by=[arrival.c.due, arrival.c.event]
        )
        ranked = (
            select(
                arrival.c.person,
                (self._entries_of(arrival.c.person) + turn).label("entry"),
                literal(0).label("via"),
                arrival.c.due.label("now"),
                NO_NUMBER.label("arrived"),
                arrival.c.event,
                turn.label("turn"),
            )
            .where(which, *self._admitted())
            .order_by(arrival.c.due, arrival.c.person)
            .subquery("due")
        )
        trigger = self._layout.flow.trigger.behaviour
        every_time = isinstance(trigger, EnterOnEvent) and trigger.re_entry == "every_time"
        first_only = None if every_time else ranked.c.turn == 1
        return self._decided(place, ranked, ranked.c.event, where=first_only)

    def _entries_of(self, who: ColumnElement[int]) -> ColumnElement[int]:
        """How often a person has entered the campaign."""
        return (
            select(func.coalesce(func.max(entry.c.entry), 0))
            .where(entry.c.campaign == self._context.campaign, entry.c.person == who)
            .correlate_except(entry)
            .scalar_subquery()
        )

    def _admitted(self) -> Iterator[ColumnElement[bool]]:
        """Whether an arrival may enter."""
        trigger = self._layout.flow.trigger.behaviour
        assert isinstance(trigger, EnterOnEvent)
        yield from self._participates(arrival.c.person)
        mine = (
            select(literal(1))
            .where(entry.c.campaign == self._context.campaign, entry.c.person == arrival.c.person)
            .correlate_except(entry)
        )
        if trigger.re_entry == "once":
            yield ~exists(mine)
        elif trigger.re_entry == "after_exit":
            # Who leaves at the very instant at which they entered is still inside for what else happens then.
            yield ~exists(mine.where(or_(entry.c.live > 0, entry.c.entered_at == arrival.c.due)))
        if trigger.times > 1:
            matches = select(func.count()).where(
                pending_match.c.campaign == self._context.campaign,
                pending_match.c.person == arrival.c.person,
            )
            if trigger.within is not None:
                since = ColumnMoment(arrival.c.due, self._context.clock).before(trigger.within)
                matches = matches.where(pending_match.c.time > since, pending_match.c.time <= arrival.c.due)
            yield matches.correlate_except(pending_match).scalar_subquery() >= trigger.times

    def enter_audience(self, place: Place, audiences: int, *, again: bool) -> Insert:
        """The next people of the union of `list_0`, `list_1` …, with a key above `after`, at most `size`.

        They enter at `at` in cycle `cycle`. again: whether they may have entered before.
        """
        people = newcomer if self._context.distributed else self._members(audiences)
        origin: ColumnElement[Any] = people.c.origin if "origin" in people.c else NO_NUMBER
        nth = self._entries_of(people.c.person) + 1 if again else literal_column("1")
        chosen = select(
            people.c.person,
            nth.label("entry"),
            literal(0).label("via"),
            given("at").label("now"),
            NO_NUMBER.label("arrived"),
            origin.label("origin"),
        ).subquery("due")
        return self._decided(place, chosen, null(), origin=chosen.c.origin)

    def newcomers(self, audiences: int) -> Insert:
        """Put those people into `newcomer`: their number is limited over all machines."""
        people = self._members(audiences)
        return insert(newcomer).from_select(list(people.c.keys()), select(people))

    def _participates(self, who: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
        """Whether a person may enter at all: in a rehearsal that is not everybody's."""
        if (only := self._context.participants) is not None:
            yield is_among(self._context.dialect, who, select(only.c.person))

    def _members(self, audiences: int) -> Subquery:
        """People of the audiences in order of their keys; where it matters, with their `origin`."""
        size, after = given("size"), given("after")
        lists = [
            select(audience_member.c.person, literal(1 << index).label("origin"))
            .where(
                audience_member.c.list == given(f"list_{index}"),
                audience_member.c.person > after,
                *self._participates(audience_member.c.person),
            )
            .order_by(audience_member.c.person)
            .limit(size)
            .subquery()
            for index in range(audiences)
        ]
        if len(lists) == 1:  # as it is: a union would sort it once more
            return lists[0]
        if asks_origin(self._layout):
            all_ = union_all(*(select(part) for part in lists)).subquery()
            bits = cast(func.sum(all_.c.origin), BigInteger).label("origin")
            people = select(all_.c.person, bits).group_by(all_.c.person)
        else:
            either = union(*(select(part.c.person) for part in lists)).subquery()
            people = select(either.c.person)
        return people.order_by(people.selected_columns.person).limit(size).subquery()

    def _decided(
        self,
        place: Place,
        source: Any,
        event: Any,
        *,
        origin: Any = None,
        where: ColumnElement[bool] | None = None,
    ) -> Insert:
        """Fill `wave` from the due rows: each with the number of its path."""
        drawn = draws_lots(place.tree)
        entering = place.stage is Stage.ENTER
        looked_up, who = look_up(self._context.dialect, source, person, source.c.person)
        row = Row(
            source.c.person,
            source.c.entry,
            source.c.via,
            source.c.now,
            source.c.arrived,
            hashed=who.hash if drawn else null(),
            event=event if entering else None,
            origin=origin if entering else None,
        )
        chosen = self._judge.path(place.tree, row)
        bits = NO_NUMBER if origin is None else origin
        query = select(row.person, row.entry, row.now, chosen, row.via, event, self._cycle(row), bits)
        if drawn:
            query = query.select_from(looked_up)
        if where is not None:
            query = query.where(where)
        return insert(wave).from_select(WAVE_COLUMNS, query)

    def _cycle(self, row: Row) -> ColumnElement[Any]:
        """The row's cycle, where there are several."""
        if not self._context.recurring:
            return NO_NUMBER
        return given("cycle") if row.origin is not None else cycle_of(self._context, row.person, row.entry)

    def front(self, *, kin_only: bool) -> Insert:
        """Each person's earliest row due by `horizon`: by time, then by place, entry and link.

        People of one kin take turns as if they were one. `kin_only`: of nobody else.
        """
        due = union_all(*self._all_due()).subquery("all_due")
        whose = func.coalesce(kin.c.leader, due.c.person)
        order = [due.c.due, due.c.turn, due.c.place, due.c.person, due.c.entry, due.c.via, due.c.event]
        # The messages of one person and node that a quiet time held back go out together.
        rank = func.rank().over(partition_by=whose, order_by=order).label("rank")
        joined = due.join(kin, kin.c.person == due.c.person, isouter=not kin_only)
        ranked = select(due, rank).select_from(joined).subquery()
        # All rows of one person and moment in one batch.
        turn = func.dense_rank().over(partition_by=ranked.c.place, order_by=[ranked.c.due, ranked.c.person])
        columns = ["place", "due", "person", "entry", "via", "mark"]
        query = select(*(ranked.c[name] for name in columns), (turn - 1) // given("size"))
        return insert(front).from_select([*columns, "batch"], query.where(ranked.c.rank == 1))

    def _all_due(self) -> Iterator[Select[*tuple[Any, ...]]]:
        """Every row of the version that is due by `horizon`. `turn`: what was planned earlier goes first, and
        what quiet times held back before everything else."""
        version, horizon = self._context.version, given("horizon")
        zero: ColumnElement[int] = literal_column("0")
        no_event: ColumnElement[str] = literal_column("''").label("event")
        no_mark: ColumnElement[str] = literal_column("''").label("mark")
        last: ColumnElement[int] = literal_column(str(NEVER)).label("turn")
        for t in (token, token_watched):
            yield select(t.c.place, t.c.due, t.c.person, t.c.entry, t.c.via, no_mark, no_event, last).where(
                t.c.version == version, t.c.due <= horizon, *self._context.runs(t.c.person)
            )
        yield select(
            zero.label("place"), arrival.c.due, arrival.c.person, zero.label("entry"), zero.label("via"),
            arrival.c.event.label("mark"), arrival.c.event, last,
        ).where(
            arrival.c.version == version, arrival.c.due <= horizon, *self._context.runs(arrival.c.person)
        )  # fmt: skip
        for place in self._layout.places:
            if place.stage is Stage.OUTBOX:
                yield select(
                    literal_column(str(place.index)).label("place"), message.c.due_at.label("due"),
                    message.c.person, message.c.entry, zero.label("via"), message.c.address.label("mark"),
                    no_event, message.c.planned_at.label("turn"),
                ).where(self._mine(place), message.c.due_at <= horizon)  # fmt: skip
