"""What a wave writes: for each effect one `INSERT … SELECT` or `UPDATE` over the rows of `wave`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Select,
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
    Hold,
    JudgeEvents,
    JudgeResult,
    Send,
    SetTags,
)
from engine.plan.context import NO_NUMBER, Context, wave
from engine.plan.decide import Judge, Row
from engine.plan.graph import FlowNode
from engine.plan.messages import CYCLE, SHARD, Messages
from engine.plan.places import Layout, Path, Place, Stage
from engine.store.dialect import upsert_adding
from engine.store.tables.people import tag_value
from engine.store.tables.runs import (
    claim,
    counter,
    entry,
    finished,
    tag_write,
    token,
    token_watched,
    visit,
)
from engine.store.times import HOUR


class Effects:
    """Builds the statements of one plan, place by place."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge
        self._tracks = tracks_live(layout)
        self._messages = Messages(context)

    def of(self, place: Place) -> Iterator[Executable]:
        """All statements of the place's waves, in order; they may take the parameter `horizon`."""
        if place.stage is Stage.ENTER:
            yield self._enter(place)
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
        yield self._visits(place)
        if self._tracks:
            yield from self._live(place)

    # ---- people on their way

    def _enter(self, place: Place) -> Insert:
        live: ColumnElement[Any] = null()
        if self._tracks:
            live = case(*((wave.c.path == path.number, len(path.tails)) for path in place.paths), else_=0)
        columns = ["campaign", "person", "entry", "version", "cycle", "entered_at", "event", "live"]
        context = self._context
        return insert(entry).from_select(
            columns,
            select(
                literal(context.campaign),
                wave.c.person,
                wave.c.entry,
                literal(context.version),
                literal(CYCLE),
                wave.c.now,
                wave.c.event,
                live,
            ),
        )

    def _claim(self, place: Place) -> Insert:
        won = [path for path in place.paths if not path.merged]
        query = select(
            literal(self._context.campaign), literal(place.node.number), wave.c.person, wave.c.entry
        ).where(*_on(place, won))
        return insert(claim).from_select(["campaign", "node", "person", "entry"], query)

    def _tails(self, place: Place) -> Iterator[Insert]:
        found: dict[tuple[int, int | None], list[Path]] = {}
        for path in place.paths:
            for tail in path.tails:
                found.setdefault((tail.place, tail.via), []).append(path)
        for (target, via), paths in found.items():
            yield self._tail(place, self._layout.places[target], via, paths)

    def _tail(self, place: Place, target: Place, via: int | None, paths: list[Path]) -> Insert:
        came_by: ColumnElement[int] = wave.c.via if via is None else literal(via)
        row = Row(wave.c.person, wave.c.entry, came_by, wave.c.now, wave.c.now, null())
        due: ColumnElement[int] = wave.c.now
        behaviour = target.node.behaviour
        if target.stage is Stage.RELEASE:
            if isinstance(behaviour, JudgeResult):
                due = self._judge.result_known_at(target.node, row)
            elif isinstance(behaviour, JudgeEvents) and behaviour.early:
                due = self._judge.decided_at(behaviour, wave.c.person, wave.c.now)
            elif isinstance(behaviour, Hold | JudgeEvents):
                due = self._judge.leave_at(behaviour.until, wave.c.now)
        table = token_watched if target.watched else token
        arrived: ColumnElement[Any] = wave.c.now if target.looks_back else null()
        query = select(
            literal(self._context.version),
            literal(target.index),
            due,
            wave.c.person,
            wave.c.entry,
            came_by,
            arrived,
        ).where(*_on(place, paths))
        return insert(table).from_select(
            ["version", "place", "due", "person", "entry", "via", "arrived"], query
        )

    def _visits(self, place: Place) -> Insert:
        noted = [path for path in place.paths if path.steps]
        query = select(
            literal(self._context.version), wave.c.path, wave.c.person, wave.c.entry, wave.c.now
        ).where(*_on(place, noted))
        return insert(visit).from_select(["version", "path", "person", "entry", "at"], query)

    def _live(self, place: Place) -> Iterator[Executable]:
        mine = and_(entry.c.campaign == self._context.campaign)
        key = tuple_(entry.c.person, entry.c.entry)
        if place.stage is not Stage.ENTER:
            steps: dict[tuple[int, int], list[Path]] = {}
            for path in place.paths:
                # Rows of one entry may be merged in one wave, but never by the same path.
                kind = path.number if path.merged else 0
                steps.setdefault((len(path.tails) - 1, kind), []).append(path)
            for (delta, _), paths in steps.items():
                if delta:
                    rows = select(wave.c.person, wave.c.entry).where(*_on(place, paths))
                    yield update(entry).values(live=entry.c.live + delta).where(mine, key.in_(rows))
        ends = [path for path in place.paths if not path.tails]
        if ends:
            rows = select(wave.c.person, wave.c.entry).where(*_on(place, ends))
            n = select(func.count()).select_from(entry).where(mine, entry.c.live == 0, key.in_(rows))
            query = select(
                literal(self._context.version), literal(CYCLE), literal(SHARD), n.scalar_subquery()
            )
            yield upsert_adding(
                self._context.dialect, finished, ["version", "cycle", "shard", "n"], query, "n"
            )

    # ---- what nodes do

    def _effect(self, node: FlowNode, place: Place, paths: list[Path]) -> Iterator[Executable]:
        match node.behaviour:
            case Send():
                yield from self._messages.send(node, node.behaviour, _on(place, paths))
            case DrawCoupon():
                yield from self._messages.draw(node, node.behaviour, _on(place, paths))
            case SetTags(values, keep):
                for tag, texts in values.items():
                    if keep:
                        yield from self._keep_tag(node, tag, texts, _on(place, paths))
                    else:
                        yield from self._set_tag(tag, texts, _on(place, paths))

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


def _on(place: Place, paths: Iterable[Path]) -> list[ColumnElement[bool]]:
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
    """Add the people of a wave that spreads over several hours."""
    counted: Select[*tuple[Any, ...]] = (
        select(
            literal(context.version),
            literal(CYCLE),
            wave.c.path,
            literal(SHARD),
            (wave.c.now // HOUR).label("hour"),
            func.count(),
        )
        .where(literal_column("1") == literal_column("1"))
        .group_by(wave.c.path, literal_column("5"))
    )
    return upsert_adding(
        context.dialect, counter, ["version", "cycle", "path", "shard", "hour", "n"], counted, "n"
    )
