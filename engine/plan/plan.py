"""The plan of one campaign version: its places with their statements, each built when it is first needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, literal, literal_column, select

from engine.components.behaviour import EnterAudiences, Send
from engine.plan.contact import Cuts
from engine.plan.context import Context
from engine.plan.decide import Judge
from engine.plan.effects import Effects
from engine.plan.graph import Flow
from engine.plan.places import Layout, Path, Place, Stage, layout_of
from engine.plan.prepared import Prepared, given
from engine.plan.rows import Rows, Taken
from engine.plan.steps import Counters, PreparedStep
from engine.plan.tails import Tails, places_behind_outbox
from engine.plan.temporary import Emptying, front, handed, newcomer, wave
from engine.store.dialect import upsert_replacing
from engine.store.tables.runs import agenda


class Range(NamedTuple):
    """Statements over the rows of a place.

    note: before that, None where nothing is to be noted. take: fill `wave`. drop: delete the rows taken, None
    where what the wave writes does that.
    """

    note: Prepared | None
    take: Prepared
    drop: Prepared | None


class PlacePlan:
    """One place.

    Attributes:
        upto, exact, front: the three forms in which rows are taken, see `Rows`.
        bounds: due moment and person of the row behind the first `skip`. next_due: the earliest due moment.
        due_after: the earliest behind `after`.
        effects: what the wave writes, in order.
        feeds: the places that people go on to.
    """

    def __init__(
        self,
        place: Place,
        layout: Layout,
        context: Context,
        rows: Rows,
        effects: Effects,
        counters: Counters,
        tails: Tails,
    ) -> None:
        self._tails = tails
        self.place = place
        self.feeds = feeds_of(place, layout)
        self._context = context
        self._rows = rows
        self._effects = effects
        self._counters = counters

    @cached_property
    def upto(self) -> Range:
        return self._range(self._rows.upto(self.place))

    @cached_property
    def exact(self) -> Range:
        return self._range(self._rows.exact(self.place))

    @cached_property
    def front(self) -> Range:
        return self._range(self._rows.front_of(self.place))

    @cached_property
    def bounds(self) -> Prepared:
        return self._prepare(self._rows.ahead(self.place))

    @cached_property
    def next_due(self) -> Prepared:
        return self._prepare(self._rows.next_due(self.place))

    @cached_property
    def note_incoming(self) -> Prepared:
        """Writes into the agenda that whom events in `incoming` concern may be due here, for their shards."""
        return self._prepare(self._rows.note_incoming(self.place))

    @cached_property
    def note_shards(self) -> Prepared:
        """Writes into the agenda when something is due here next for each shard: they are left to others."""
        return self._prepare(self._rows.note_shards(self.place))

    @cached_property
    def due_after(self) -> Prepared:
        return self._prepare(self._rows.due_after(self.place))

    @cached_property
    def date_changed(self) -> Prepared:
        """Says when those are judged here whose messages are in `handed`, where a provider is awaited; nobody
        before `since` (ms)."""
        return self._prepare(self._tails.date(self.place, handed, given("since")))

    @cached_property
    def date_all(self) -> Prepared:
        """The same of everybody who waits here."""
        return self._prepare(self._tails.date(self.place, None, given("since")))

    @cached_property
    def effects(self) -> tuple[PreparedStep, ...]:
        counters = self._counters
        return tuple(PreparedStep(step, counters) for step in self._effects.of(self.place))

    def _range(self, taken: Taken) -> Range:
        note, take, drop = taken
        return Range(
            None if note is None else self._prepare(note),
            self._prepare(take),
            None if drop is None else self._prepare(drop),
        )

    def _prepare(self, statement: Any) -> Prepared:
        return Prepared(statement, self._context.dialect)


class Common:
    """Statements about the wave, the front and the agenda of one plan.

    Attributes:
        clear_wave, clear_front: empty the tables. fronts: place, earliest due moment and batches there.
        agenda: place and due moment. note_due: `place` has something due at `due`; forget_due: nothing.
        newcomers: how many people are in the wave, and the last of them. span: its first and last moment.
    """

    def __init__(self, context: Context) -> None:
        version, dialect = agenda.c.version == context.version, context.dialect
        mine = and_(version, agenda.c.shard == context.shard) if context.sharded else version
        place, due = given("place"), given("due")
        row = select(literal(context.version), place, context.shard, due).where(literal_column("1 = 1"))
        noted = upsert_replacing(dialect, agenda, ["version", "place", "shard", "due"], row, ["due"])
        fronts = select(front.c.place, func.min(front.c.due), func.max(front.c.batch) + 1)
        self.clear_wave = Emptying(wave, dialect)
        self.clear_front = Emptying(front, dialect)
        self.fronts = Prepared(fronts.group_by(front.c.place), dialect)
        known = select(agenda.c.place, func.min(agenda.c.due)).where(mine).group_by(agenda.c.place)
        self.agenda = Prepared(known, dialect)
        self.note_due = Prepared(noted, dialect)
        self.forget_due = Prepared(delete(agenda).where(mine, agenda.c.place == place), dialect)
        self.newcomers = Prepared(select(func.count(), func.max(wave.c.person)), dialect)
        self.span = Prepared(select(func.min(wave.c.now), func.max(wave.c.now)), dialect)
        self._dialect = dialect

    @cached_property
    def nth_of_wave(self) -> Prepared:
        """The position of the row of the wave that has so many `before` it."""
        order = (wave.c.now, wave.c.person, wave.c.entry, wave.c.via)
        nth = select(*order).order_by(*order).offset(given("before")).limit(1)
        return Prepared(nth, self._dialect)


class Plan:
    """A compiled campaign version. `places[0]` is the trigger."""

    def __init__(self, context: Context, layout: Layout) -> None:
        self.context = context
        self.layout = layout
        judge = Judge(context, layout.flow)
        self._rows = Rows(context, layout, judge)
        effects = Effects(context, layout, judge)
        counters = Counters(context)
        tails = Tails(context, layout, judge)
        self.places = tuple(
            PlacePlan(place, layout, context, self._rows, effects, counters, tails) for place in layout.places
        )
        judge.check(layout)

    @property
    def flow(self) -> Flow:
        return self.layout.flow

    @property
    def exits(self) -> dict[int, int]:
        """Place where people wait → the one by which they leave; empty without exit rules."""
        places = self.layout.places
        return {place.index: place.way_out for place in places if place.way_out is not None}

    def judging(self, node: int) -> list[PlacePlan]:
        """The places where people wait for what a real provider says of a node's messages; by its number."""
        return [
            one
            for one in self.places
            if one.place.awaits_provider
            and any(touch.number == node for touch in self.flow.touches_before(one.place.node.id))
        ]

    @cached_property
    def gather_newcomers(self) -> tuple[Prepared, ...]:
        """What comes before the next two, in order and with the same parameters."""
        dialect = self.context.dialect
        if not self.context.distributed:
            return ()
        newcomers = Prepared(self._rows.newcomers(self._audiences), dialect)
        return Emptying(newcomer, dialect), newcomers

    @cached_property
    def enter_audience(self) -> Prepared:
        """The next people of the audiences, who enter for the first time; only for campaigns that start with
        Target Audience."""
        return self._enter(again=False)

    @cached_property
    def enter_again(self) -> Prepared:
        """The same, where some may have entered before."""
        return self._enter(again=True)

    def entering(self, cycle: int) -> Prepared:
        """What lets the audiences enter in a cycle."""
        again = cycle > 1 or Cuts.FOLLOWS in self.context.cuts
        return self.enter_again if again else self.enter_audience

    @property
    def _audiences(self) -> int:
        trigger = self.flow.trigger.behaviour
        assert isinstance(trigger, EnterAudiences)
        return len(trigger.audiences)

    def _enter(self, *, again: bool) -> Prepared:
        statement = self._rows.enter_audience(self.layout.places[0], self._audiences, again=again)
        return Prepared(statement, self.context.dialect)

    @cached_property
    def common(self) -> Common:
        """The statements that are the same for all places."""
        return Common(self.context)

    @cached_property
    def front(self) -> Prepared:
        """Each person's earliest due row."""
        return Prepared(self._rows.front(kin_only=False), self.context.dialect)

    @cached_property
    def kin_front(self) -> Prepared:
        """The same, of people who share an address with somebody only."""
        return Prepared(self._rows.front(kin_only=True), self.context.dialect)

    def path_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the table `path`: what each path number means."""
        yield from map(self._path_row, self.layout.paths)

    def held_back_row(self) -> dict[str, Any] | None:
        """The one of them that the workspace's settings may bring; None where nobody is held back."""
        held = [path for path in self.layout.places[0].paths if path.held_back]
        return self._path_row(held[0]) if held else None

    def _path_row(self, path: Path) -> dict[str, Any]:
        node = self.places[path.place].place.node.number
        steps = {"node": node, "steps": path.steps, "links": path.links, "tokens": len(path.tails)}
        return {
            "version": self.context.version,
            "path": path.number,
            "place": path.place,
            "steps": json.dumps(steps, separators=(",", ":")),
        }

    def goal_row(self) -> dict[str, Any] | None:
        """The row of the table `campaign_goal`, where there is a goal."""
        context = self.context
        if context.goal is None:
            return None
        text = json.dumps(context.goal.canonical(), separators=(",", ":"), ensure_ascii=False)
        holdout = sum(draw.below for draw in context.control if not draw.everywhere)
        key = {"version": context.version, "campaign": context.campaign}
        return {**key, "event": context.goal.event, "goal": text, "holdout": holdout}

    def marketing_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of the table `marketing_node`: what fatigue control counts the version's messages under."""
        for place in self.layout.places:
            if place.stage is Stage.OUTBOX:
                send = place.node.behaviour
                assert isinstance(send, Send)
                yield {
                    "version": self.context.version,
                    "node": place.node.number,
                    "channel": place.node.kind,
                    "signature": send.signature,
                    "place": place.index,
                }


def feeds_of(place: Place, layout: Layout) -> tuple[int, ...]:
    """The places where something may be due after a wave of this one, or nothing any more, besides itself."""
    fed = {tail.place for path in place.paths for tail in path.tails}
    if place.stage is Stage.OUTBOX:
        fed |= {behind.index for behind in places_behind_outbox(layout, place)}
    fed |= {out for index in tuple(fed) if (out := layout.places[index].way_out) is not None}
    acting = {node for path in place.paths for node in path.effects}
    outboxes = [other for other in layout.places if other.stage is Stage.OUTBOX]
    fed |= {outbox.index for outbox in outboxes if outbox.node.id in acting or place.stage is Stage.EXIT}
    return tuple(sorted(fed))


def compile_plan(flow: Flow, context: Context) -> Plan:
    """Cut a campaign version into places. Raises `RuleError` for conditions that do not fit the data."""
    return Plan(context, layout_of(flow, context.cuts, holds_back=bool(context.control)))
