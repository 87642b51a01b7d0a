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
from engine.plan.bindings import bound_values
from engine.plan.context import Context, outgoing, result_script, wave
from engine.plan.decide import Judge, Row
from engine.plan.graph import FlowNode
from engine.plan.places import Layout, Path, Place, Stage
from engine.plan.times import HOUR
from engine.store.dialect import json_list, upsert_adding
from engine.store.tables.people import coupon_code, person_id, tag_value
from engine.store.tables.runs import (
    claim,
    counter,
    coupon_issue,
    entry,
    finished,
    message,
    message_counter,
    tag_write,
    token,
    token_watched,
    visit,
)

CYCLE = 1
SHARD = 0


class Effects:
    """Builds the statements of one plan, place by place."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._judge = judge
        self._tracks = tracks_live(layout)

    def of(self, place: Place) -> Iterator[Executable]:
        """All statements of the place's waves, in order; they may take the parameter `horizon`."""
        if place.stage is Stage.ENTER:
            yield self._enter(place)
        if place.joins:
            yield self._claim(place)
        for node in self._layout.flow.nodes.values():
            paths = [path for path in place.paths if node.id in path.effects]
            if paths:
                yield from self._effect(node, place, paths)
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
        row = Row(wave.c.person, wave.c.entry, came_by, wave.c.now, wave.c.now, {})
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
                yield from self._send(node, node.behaviour, _on(place, paths))
            case DrawCoupon():
                yield from self._draw(node, node.behaviour, _on(place, paths))
            case SetTags(values, keep):
                for tag, texts in values.items():
                    if keep:
                        yield from self._keep_tag(node, tag, texts, _on(place, paths))
                    else:
                        yield from self._set_tag(tag, texts, _on(place, paths))

    def _send(self, node: FlowNode, send: Send, where: Sequence[Any]) -> Iterator[Executable]:
        values = bound_values(self._context, send.variables, wave.c.person, wave.c.entry)
        if send.to_all:
            ids = person_id.alias()
            source: Any = wave.outerjoin(ids, and_(ids.c.person == wave.c.person, ids.c.type == send.id_type))
            query = select(wave.c.person, wave.c.entry, wave.c.now, ids.c.value, literal(""), values)
            query = query.select_from(source).where(*where)
        else:
            query = select(
                wave.c.person, wave.c.entry, wave.c.now, newest_id(send.id_type), literal(""), values
            ).where(*where)
        yield delete(outgoing)
        yield insert(outgoing).from_select(
            ["person", "entry", "now", "address", "reason", "variables"], query
        )
        yield from self._hand_over(node)

    def _draw(self, node: FlowNode, draw: DrawCoupon, where: Sequence[Any]) -> Iterator[Executable]:
        issued = (
            select(func.count())
            .where(
                coupon_issue.c.person == outgoing.c.person,
                coupon_issue.c.campaign == self._context.campaign,
                coupon_issue.c.coupon == draw.coupon,
            )
            .correlate(outgoing)
            .scalar_subquery()
        )
        query = select(
            wave.c.person, wave.c.entry, wave.c.now, newest_id(draw.id_type), literal(""), null()
        ).where(*where)
        yield delete(outgoing)
        yield insert(outgoing).from_select(
            ["person", "entry", "now", "address", "reason", "variables"], query
        )
        yield self._issue(node, draw, issued)
        position = (
            select(coupon_issue.c.position)
            .where(
                coupon_issue.c.person == outgoing.c.person,
                coupon_issue.c.campaign == self._context.campaign,
                coupon_issue.c.coupon == draw.coupon,
                coupon_issue.c.entry == outgoing.c.entry,
                coupon_issue.c.node == node.number,
            )
            .correlate(outgoing)
            .scalar_subquery()
        )
        code = select(json_list(coupon_code.c.code)).where(
            coupon_code.c.coupon == draw.coupon,
            coupon_code.c.person.is_(None),
            coupon_code.c.position == position,
        )
        yield update(outgoing).values(variables=code.scalar_subquery()).where(outgoing.c.address.is_not(None))
        reason: ColumnElement[str] = literal("no_code")
        if draw.per_person is not None:
            reason = case((issued >= draw.per_person, "limit"), else_="no_code")
        yield (
            update(outgoing)
            .values(reason=reason)
            .where(outgoing.c.address.is_not(None), outgoing.c.variables.is_(None))
        )
        yield from self._hand_over(node)

    def _issue(self, node: FlowNode, draw: DrawCoupon, issued: ColumnElement[int]) -> Insert:
        """Give the next free codes to the rows in order of time and import, as many as the limit allows."""
        order = [outgoing.c.now, outgoing.c.person, outgoing.c.entry]
        turn = func.row_number().over(partition_by=outgoing.c.person, order_by=order)
        wanting = select(outgoing.c.person, outgoing.c.entry, outgoing.c.now).where(
            outgoing.c.address.is_not(None)
        )
        if draw.per_person is not None:
            allowed = wanting.add_columns((issued + turn).label("nth")).subquery()
            wanting = select(allowed.c.person, allowed.c.entry, allowed.c.now).where(
                allowed.c.nth <= draw.per_person
            )
        w = wanting.subquery()
        rank = func.row_number().over(order_by=[w.c.now, w.c.person, w.c.entry])
        ranked = select(w.c.person, w.c.entry, w.c.now, rank.label("rank")).subquery()
        last = select(func.coalesce(func.max(coupon_issue.c.position), -1)).where(
            coupon_issue.c.coupon == draw.coupon
        )
        free = (
            select(coupon_code.c.position)
            .where(
                coupon_code.c.coupon == draw.coupon,
                coupon_code.c.person.is_(None),
                coupon_code.c.position > last.scalar_subquery(),
            )
            .order_by(coupon_code.c.position)
            .limit(select(func.count()).select_from(outgoing).scalar_subquery())
            .subquery()
        )
        numbered = select(
            free.c.position, func.row_number().over(order_by=free.c.position).label("rank")
        ).subquery()
        query = select(
            literal(draw.coupon),
            numbered.c.position,
            ranked.c.person,
            literal(self._context.campaign),
            ranked.c.entry,
            literal(node.number),
            ranked.c.now,
        ).select_from(ranked.join(numbered, ranked.c.rank == numbered.c.rank))
        columns = ["coupon", "position", "person", "campaign", "entry", "node", "at"]
        return insert(coupon_issue).from_select(columns, query)

    def _hand_over(self, node: FlowNode) -> Iterator[Insert]:
        """Write the outgoing messages, handed over to the simulated channel at their own *now*.

        Nothing outside the database happens then, so planning and handing over are one step of one transaction.
        """
        context, o = self._context, outgoing.c
        stopped = case((o.address.is_(None), "no_id"), else_=o.reason)
        fails = stopped != ""
        source: Any = outgoing
        said: ColumnElement[Any] = literal("sent")
        why: ColumnElement[Any] = literal("")
        known: ColumnElement[Any] = o.now
        if context.scripted:
            s = result_script.alias()
            best = result_script.alias()
            line = (
                select(best.c.id)
                .where(
                    best.c.person == o.person,
                    best.c.node == node.number,
                    best.c.entry.in_([literal_column("0"), o.entry]),
                    best.c.address.in_([literal_column("''"), o.address]),
                )
                .order_by(best.c.entry.desc(), best.c.address.desc(), best.c.id.desc())
                .limit(1)
                .correlate(outgoing)
                .scalar_subquery()
            )
            source = outgoing.outerjoin(s, s.c.id == line)
            said = func.coalesce(s.c.result, "sent")
            why = func.coalesce(s.c.reason, "")
            known = o.now + func.coalesce(s.c.after, 0)
        rows = (
            select(
                o.person,
                o.entry,
                o.now,
                o.variables,
                func.coalesce(o.address, "").label("address"),
                case((fails, "failed"), else_=said).label("result"),
                case((fails, stopped), else_=why).label("reason"),
                case((fails, o.now), else_=known).label("result_at"),
                case((fails, None), else_=o.now).label("sent_at"),
            )
            .select_from(source)
            .subquery()
        )
        r = rows.c
        state: ColumnElement[str] = r.result
        if context.scripted:
            state = case((r.result_at <= bindparam("horizon", required=True), r.result), else_="sending")
        columns = [
            "campaign", "node", "person", "entry", "address", "version", "state", "reason", "planned_at",
            "sent_at", "result", "result_at", "variables",
        ]  # fmt: skip
        yield insert(message).from_select(
            columns,
            select(
                literal(context.campaign), literal(node.number), r.person, r.entry, r.address,
                literal(context.version), state, r.reason, r.now, r.sent_at, r.result, r.result_at, r.variables,
            ),
        )  # fmt: skip
        shown = case((state == "sending", ""), else_=r.reason) if context.scripted else r.reason
        hour = (r.now // HOUR).label("hour")
        counted = (
            select(
                literal(context.version), literal(CYCLE), literal(node.number), state.label("state"),
                shown.label("reason"), literal(""), literal(SHARD), hour, func.count(),
            )
            .where(literal_column("1") == literal_column("1"))
            .group_by(literal_column("4"), literal_column("5"), literal_column("8"))
        )  # fmt: skip
        names = ["version", "cycle", "node", "state", "reason", "receipt", "shard", "hour", "n"]
        yield upsert_adding(context.dialect, message_counter, names, counted, "n")

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
                    self._people_once(literal(tag), wave.c.person, literal(text), null()).where(*where)
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
                    self._people_once(literal(tag), wave.c.person, literal(text), null()).where(*where, empty)
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


def newest_id(id_type: str) -> ColumnElement[Any]:
    """The newest address of a type of the wave's person, or null.

    Nearly everybody has one of a type: found without sorting.
    """
    only, ids = person_id.alias(), person_id.alias()
    single = select(case((func.count() == 1, func.min(only.c.value)))).where(
        only.c.person == wave.c.person, only.c.type == id_type
    )
    newest = (
        select(ids.c.value)
        .where(ids.c.person == wave.c.person, ids.c.type == id_type)
        .order_by(ids.c.time.desc(), ids.c.seq.desc())
        .limit(1)
    )
    return func.coalesce(single.correlate(wave).scalar_subquery(), newest.correlate(wave).scalar_subquery())


def _on(place: Place, paths: Iterable[Path]) -> list[ColumnElement[bool]]:
    """The condition that a row of the wave is on one of the paths; nothing where all are."""
    numbers = {path.number for path in paths}
    if len(numbers) == len(place.paths):
        return []
    return [wave.c.path.in_([literal_column(str(number)) for number in sorted(numbers)])]


def raise_counter(context: Context) -> Insert:
    """Add `n` people who took `path` in `hour`."""
    given = {name: bindparam(name, type_=BigInteger, required=True) for name in ("path", "hour", "n")}
    row = select(
        literal(context.version), literal(CYCLE), given["path"], literal(SHARD), given["hour"], given["n"]
    )
    row = row.where(literal_column("1") == literal_column("1"))
    return upsert_adding(
        context.dialect, counter, ["version", "cycle", "path", "shard", "hour", "n"], row, "n"
    )


def count_paths(context: Context) -> Insert:
    """Add the people of a wave that spreads over several hours."""
    counted: Select[Any] = (
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
