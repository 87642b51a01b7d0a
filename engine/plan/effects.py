"""What a wave writes: for each effect one `INSERT … SELECT` or `UPDATE` over the rows of `wave`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Select,
    Subquery,
    Update,
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
    tuple_,
    union_all,
    update,
)
from sqlalchemy.sql import Executable

from engine.components.behaviour import (
    DrawCoupon,
    EnterOnEvent,
    Gather,
    Hold,
    JudgeEvents,
    JudgeGoal,
    JudgeResult,
    Send,
    SetTags,
    Split,
)
from engine.plan.context import NO_NUMBER, Context, wave
from engine.plan.decide import Judge, Row
from engine.plan.goals import Goals
from engine.plan.graph import FlowNode
from engine.plan.messages import CYCLE, SHARD, Messages
from engine.plan.places import Layout, Path, Place, Stage, may_wait
from engine.store.dialect import upsert_adding
from engine.store.tables.people import tag_value
from engine.store.tables.runs import (
    claim,
    counter,
    entry,
    finished,
    gathered,
    pending_match,
    tag_write,
    test_state,
    token,
    token_watched,
    visit,
)
from engine.store.times import HOUR

TOKEN_COLUMNS = ["version", "place", "due", "person", "entry", "via", "arrived"]


class Effects:
    """Builds the statements of one plan, place by place."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge
        self._tracks = tracks_live(layout)
        self._messages = Messages(context)
        self._goals = Goals(context, layout)

    def of(self, place: Place) -> Iterator[Executable]:
        """All statements of the place's waves, in order; they may take the parameter `horizon`."""
        if place.stage is Stage.OUTBOX:
            yield from self._outbox(place)
            return
        if place.stage is Stage.ENTER:
            yield self._enter(place)
            if counts_matches(self._layout):
                yield self._forget_matches()
        if place.joins:
            yield self._claim(place)
        nodes = self._layout.flow.nodes
        acting: dict[str, list[Path]] = {}
        for path in place.paths:
            for id in path.effects:
                acting.setdefault(id, []).append(path)
        for id in sorted(acting, key=lambda id: nodes[id].order):
            yield from self._effect(nodes[id], place, acting[id])
        yield from self._tails(place)
        if (ends := test_that_ends(place)) is not None:
            yield self._count_turns(ends)
        yield self._visits(place)
        yield from self._ends(place)

    # ---- people on their way

    def _enter(self, place: Place) -> Insert:
        live: ColumnElement[Any] = null()
        if self._tracks:
            live = case(*((wave.c.path == path.number, len(path.tails)) for path in place.paths), else_=0)
        columns = [
            "campaign", "person", "entry", "version", "cycle", "entered_at", "event", "live", "origin",
        ]  # fmt: skip
        context = self._context
        return insert(entry).from_select(
            columns,
            select(
                literal(context.campaign),
                wave.c.person,
                wave.c.entry,
                literal(context.version),
                self._cycle,
                wave.c.now,
                wave.c.event,
                live,
                wave.c.origin,
            ),
        )

    @property
    def _cycle(self) -> ColumnElement[int]:
        return wave.c.cycle if self._context.recurring else literal(CYCLE)

    def _forget_matches(self) -> Delete:
        """Who enters begins to count anew."""
        return delete(pending_match).where(
            pending_match.c.campaign == self._context.campaign,
            pending_match.c.person.in_(select(wave.c.person)),
        )

    def _claim(self, place: Place) -> Insert:
        won = [path for path in place.paths if not path.merged]
        query = select(
            literal(self._context.campaign), literal(place.node.number), wave.c.person, wave.c.entry
        ).where(*on_paths(place, won))
        return insert(claim).from_select(["campaign", "node", "person", "entry"], query)

    def _tails(self, place: Place) -> Iterator[Insert]:
        found: dict[tuple[int, int | None], list[Path]] = {}
        for path in place.paths:
            for tail in path.tails:
                found.setdefault((tail.place, tail.via), []).append(path)
        for (target, via), paths in found.items():
            yield from self._tail(place, self._layout.places[target], via, paths)

    def _tail(self, place: Place, target: Place, via: int | None, paths: list[Path]) -> Iterator[Insert]:
        came_by: ColumnElement[int] = wave.c.via if via is None else literal(via)
        row = Row(wave.c.person, wave.c.entry, came_by, wave.c.now, wave.c.now, null())
        arrived: ColumnElement[Any] = wave.c.now if target.looks_back else NO_NUMBER
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
        if not self._may_be_unknown(target):
            yield insert(table).from_select(TOKEN_COLUMNS, query)
            return
        # Whoever waits for a message that a quiet time holds back is parked until it is handed over.
        dated = query.subquery()
        known = select(dated).where(dated.c.due.is_not(None))
        yield insert(token).from_select(TOKEN_COLUMNS, known)
        yield insert(token_watched).from_select(TOKEN_COLUMNS, select(dated).where(dated.c.due.is_(None)))

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
        return target.stage is Stage.RELEASE and waits_for_outbox(self._layout, target)

    def _outbox(self, place: Place) -> Iterator[Executable]:
        """Hand over what a quiet time held back, and date those who wait for its result."""
        send = place.node.behaviour
        assert isinstance(send, Send)
        yield from self._messages.release(place.node, send)
        for target in places_behind_outbox(self._layout, place):
            yield from self._unpark(target)

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
        yield insert(token).from_select(TOKEN_COLUMNS, select(dated).where(dated.c.due.is_not(None)))
        moved = exists(
            select(literal(1)).where(
                token.c.version == parked.c.version,
                token.c.place == parked.c.place,
                token.c.person == parked.c.person,
                token.c.entry == parked.c.entry,
            )
        )
        people = parked.c.person.in_(select(wave.c.person))
        yield delete(parked).where(mine, people, moved)

    def _visits(self, place: Place) -> Insert:
        noted = [path for path in place.paths if path.steps]
        query = select(
            literal(self._context.version), wave.c.path, wave.c.person, wave.c.entry, wave.c.now
        ).where(*on_paths(place, noted))
        return insert(visit).from_select(["version", "path", "person", "entry", "at"], query)

    def _ends(self, place: Place) -> Iterator[Executable]:
        """Note whose last token has ended; whoever has entered makes the row that counts them."""
        ends = [path for path in place.paths if not path.tails]
        if place.stage is Stage.ENTER and (self._tracks or keeps_ends(self._layout)):
            nobody = select(self._cycle.label("cycle"), literal(0).label("at"), literal(0).label("n"))
            yield self._finished(nobody.select_from(wave).subquery())
        if self._tracks:
            yield from self._live(place)
            if ends:
                yield self._finished(self._last_tokens(place, ends))
        elif ends and keeps_ends(self._layout):
            ended = select(self._cycle.label("cycle"), wave.c.now.label("at"), literal(1).label("n"))
            yield self._finished(ended.where(*on_paths(place, ends)).subquery())

    def _live(self, place: Place) -> Iterator[Update]:
        if place.stage is Stage.ENTER:
            return
        steps: dict[tuple[int, int], list[Path]] = {}
        for path in place.paths:
            # Rows of one entry may be merged in one wave, but never by the same path.
            kind = path.number if path.merged else 0
            steps.setdefault((len(path.tails) - 1, kind), []).append(path)
        key = tuple_(entry.c.person, entry.c.entry)
        for (delta, _), paths in steps.items():
            if delta:
                rows = select(wave.c.person, wave.c.entry).where(*on_paths(place, paths))
                mine = entry.c.campaign == self._context.campaign
                yield update(entry).values(live=entry.c.live + delta).where(mine, key.in_(rows))

    def _last_tokens(self, place: Place, ends: list[Path]) -> Subquery:
        """Entries of the wave of which a token has ended, with their cycle, the moment, and whether it was the
        last one: places do not run in order of time, so an earlier one may be the last to be run."""
        rows = select(wave.c.person, wave.c.entry, func.max(wave.c.now).label("at"))
        rows = rows.where(*on_paths(place, ends)).group_by(wave.c.person, wave.c.entry)
        last = rows.subquery()
        return (
            select(entry.c.cycle, last.c.at, case((entry.c.live == 0, 1), else_=0).label("n"))
            .select_from(last)
            .join(
                entry,
                and_(
                    entry.c.campaign == self._context.campaign,
                    entry.c.person == last.c.person,
                    entry.c.entry == last.c.entry,
                ),
            )
            .subquery()
        )

    def _finished(self, ended: Subquery) -> Insert:
        counted = (
            select(
                literal(self._context.version).label("version"),
                ended.c.cycle,
                literal(SHARD).label("shard"),
                func.sum(ended.c.n).label("n"),
                func.max(ended.c.at).label("last"),
            )
            .group_by(ended.c.cycle)
            .subquery()
        )
        rows = select(counted).where(counted.c.n >= 0)  # SQLite wants a condition in front of ON CONFLICT
        columns = ["version", "cycle", "shard", "n", "last"]
        return upsert_adding(self._context.dialect, finished, columns, rows, "n", latest="last")

    def _count_turns(self, node: FlowNode) -> Insert:
        n = select(func.count()).select_from(wave).scalar_subquery()
        row = select(literal(self._context.campaign), literal(node.number), n).where(n > 0)
        columns = ["campaign", "node", "visits"]
        return upsert_adding(self._context.dialect, test_state, columns, row, "visits")

    # ---- what nodes do

    def _effect(self, node: FlowNode, place: Place, paths: list[Path]) -> Iterator[Executable]:
        match node.behaviour:
            case Send():
                yield from self._messages.send(node, node.behaviour, on_paths(place, paths))
            case DrawCoupon():
                yield from self._messages.draw(node, node.behaviour, on_paths(place, paths))
            case Gather():
                columns = ["campaign", "node", "person", "entry", "at"]
                query = select(
                    literal(self._context.campaign),
                    literal(node.number),
                    wave.c.person,
                    wave.c.entry,
                    wave.c.now,
                ).where(*on_paths(place, paths))
                yield insert(gathered).from_select(columns, query)
            case JudgeGoal():
                yield from self._goals.judged(node, node.behaviour, place, paths)
            case SetTags(values, keep):
                for tag, texts in values.items():
                    if keep:
                        yield from self._keep_tag(node, tag, texts, on_paths(place, paths))
                    else:
                        yield from self._set_tag(tag, texts, on_paths(place, paths))

    def _set_tag(self, tag: str, texts: tuple[str, ...], where: Sequence[Any]) -> Iterator[Executable]:
        target, people = self._context.tags, select(wave.c.person).where(*where)
        written = target.written
        if target.replaced is not None:
            gone = target.replaced
            unmarked = ~exists(
                select(literal(1))
                .where(gone.c.tag == tag, gone.c.person == wave.c.person)
                .correlate_except(gone)
            )
            marks = select(literal(tag), wave.c.person).distinct().where(*where, unmarked)
            yield insert(gone).from_select(["tag", "person"], marks)
        yield delete(written).where(written.c.tag == tag, written.c.person.in_(people))
        yield insert(written).from_select(
            ["tag", "person", "value", "number"],
            union_all(
                *(
                    self._people_once(literal(tag), wave.c.person, literal(text), NO_NUMBER).where(*where)
                    for text in texts
                )
            ),
        )

    def _keep_tag(
        self, node: FlowNode, tag: str, texts: tuple[str, ...], where: Sequence[Any]
    ) -> Iterator[Executable]:
        context = self._context
        empty = ~self._has_tag(tag)
        first = func.min(wave.c.entry)  # of several entries in one wave the first writes
        key = [literal(context.campaign), literal(node.number), wave.c.person]
        query = select(*key, first, literal(tag), func.min(wave.c.now)).where(*where, empty)
        columns = ["campaign", "node", "person", "entry", "tag", "at"]
        yield insert(tag_write).from_select(columns, query.group_by(wave.c.person))
        yield insert(context.tags.written).from_select(
            ["tag", "person", "value", "number"],
            union_all(
                *(
                    self._people_once(literal(tag), wave.c.person, literal(text), NO_NUMBER).where(
                        *where, empty
                    )
                    for text in texts
                )
            ),
        )

    def _people_once(self, *columns: Any) -> Select[Any]:
        """Each person of the wave once; only an event lets somebody in who is still inside."""
        query = select(*columns)
        entered = self._layout.flow.trigger.behaviour
        return query.distinct() if isinstance(entered, EnterOnEvent) else query

    def _has_tag(self, tag: str) -> ColumnElement[bool]:
        return exists(
            select(literal(1))
            .where(tag_value.c.tag == tag, tag_value.c.person == wave.c.person)
            .correlate_except(tag_value)
        )


def tracks_live(layout: Layout) -> bool:
    """Whether the entries count their tokens: where several may be alive, or leaving makes a difference."""
    trigger = layout.flow.trigger.behaviour
    return layout.flow.fans_out or (isinstance(trigger, EnterOnEvent) and trigger.re_entry == "after_exit")


def keeps_ends(layout: Layout) -> bool:
    """Whether it counts when everybody of a cycle is through: then audiences are written."""
    gathers = any(isinstance(node.behaviour, Gather) for node in layout.flow.nodes.values())
    return gathers or layout.flow.recurs


def counts_matches(layout: Layout) -> bool:
    """Whether people enter only with the n-th matching event."""
    trigger = layout.flow.trigger.behaviour
    return isinstance(trigger, EnterOnEvent) and trigger.times > 1


def test_that_ends(place: Place) -> FlowNode | None:
    """The node of the place, if this is where people take turns at a test that ends after some."""
    behaviour = place.node.behaviour
    ends = place.stage is Stage.RELEASE and isinstance(behaviour, Split) and behaviour.end is not None
    return place.node if ends else None


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


def on_paths(place: Place, paths: Iterable[Path]) -> list[ColumnElement[bool]]:
    """The condition that a row of the wave is on one of the paths; nothing where all are."""
    numbers = {path.number for path in paths}
    if len(numbers) == len(place.paths):
        return []
    return [wave.c.path.in_([literal_column(str(number)) for number in sorted(numbers)])]


def raise_counter(context: Context) -> Insert:
    """Add `n` people who took `path` in `hour`."""
    given = {name: bindparam(name, type_=BigInteger, required=True) for name in ("path", "hour", "n")}
    row: Select[*tuple[Any, ...]] = select(
        literal(context.version), literal(CYCLE), given["path"], literal(SHARD), given["hour"], given["n"]
    )
    row = row.where(literal_column("1") == literal_column("1"))
    return upsert_adding(
        context.dialect, counter, ["version", "cycle", "path", "shard", "hour", "n"], row, "n"
    )


def count_paths(context: Context) -> Insert:
    """Add the people of a wave that spreads over several hours or cycles."""
    cycle: ColumnElement[int] = wave.c.cycle if context.recurring else literal(CYCLE)
    counted: Select[*tuple[Any, ...]] = (
        select(
            literal(context.version),
            cycle.label("cycle"),
            wave.c.path,
            literal(SHARD),
            (wave.c.now // HOUR).label("hour"),
            func.count(),
        )
        .where(literal_column("1") == literal_column("1"))
        .group_by(literal_column("2"), wave.c.path, literal_column("5"))
    )
    return upsert_adding(
        context.dialect, counter, ["version", "cycle", "path", "shard", "hour", "n"], counted, "n"
    )
