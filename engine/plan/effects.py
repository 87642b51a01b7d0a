"""What a wave writes: for each effect one `INSERT … SELECT` or `UPDATE` over the rows of `wave`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Select,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.sql import Executable

from engine.components.behaviour import (
    DrawCoupon,
    EnterOnEvent,
    Gather,
    JudgeGoal,
    Send,
    SetTags,
    Split,
)
from engine.plan.context import NO_NUMBER, Context
from engine.plan.conversions import Conversions
from engine.plan.counting import count_paths, count_turns, cycle_of_wave
from engine.plan.decide import Judge
from engine.plan.endings import Endings, tracks_live
from engine.plan.goals import Goals
from engine.plan.graph import FlowNode
from engine.plan.messages import Messages
from engine.plan.places import Layout, Path, Place, Stage, on_paths
from engine.plan.steps import Count, Step
from engine.plan.tails import Tails
from engine.plan.temporary import wave
from engine.plan.withdrawing import withdraw
from engine.store.dialect import insert_or_fail
from engine.store.tables.people import tag_value
from engine.store.tables.runs import (
    claim,
    counter,
    entry,
    gathered,
    pending_match,
    tag_write,
    visit,
)

_APART = 8
"""Up to so many paths of a place are noted one by one."""


class Effects:
    """Builds the statements of one plan, place by place."""

    def __init__(self, context: Context, layout: Layout, judge: Judge) -> None:
        self._context = context
        self._layout = layout
        self._tracks = tracks_live(context, layout)
        self._tails = Tails(context, layout, judge)
        self._endings = Endings(context, layout)
        self._messages = Messages(context)
        self._goals = Goals(context, layout)
        self._conversions = Conversions.of(context)

    def of(self, place: Place) -> Iterator[Step | Executable]:
        """All statements of the place's waves, in order; they may take the parameter `horizon`."""
        if place.stage is Stage.OUTBOX:
            send = place.node.behaviour
            assert isinstance(send, Send)
            yield from self._messages.release(place.node, send)
            yield from self._tails.unpark(place)
            return
        if place.stage is Stage.EXIT:
            yield from withdraw(self._context, self._layout)
        if place.stage is Stage.ENTER:
            yield self._enter(place)
            if self._conversions is not None:
                yield from self._conversions.entering(self._context, _held_back(place))
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
        yield from self._tails.of(place)
        if (ends := ending_test(place)) is not None:
            yield count_turns(self._context, ends)
        yield from self._visits(place)
        yield from self._endings.of(place)

    # ---- people on their way

    def _enter(self, place: Place) -> Insert:
        live: ColumnElement[Any] = null()
        if self._tracks:
            live = case(*((wave.c.path == path.number, len(path.tails)) for path in place.paths), else_=0)
        columns = [
            "campaign", "person", "entry", "version", "cycle", "entered_at", "event", "live", "origin",
        ]  # fmt: skip
        context = self._context
        query = select(
            literal(context.campaign),
            wave.c.person,
            wave.c.entry,
            literal(context.version),
            cycle_of_wave(context),
            wave.c.now,
            wave.c.event,
            live,
            wave.c.origin,
        )
        if context.control:
            columns.append("held_back")
            query = query.add_columns(_held_back(place))
        if self._conversions is not None:
            columns.append("converted_at")
            query = query.add_columns(self._conversions.moment(wave.c.person, wave.c.now))
        return insert_or_fail(entry).from_select(columns, query)

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
        return insert_or_fail(claim).from_select(["campaign", "node", "person", "entry"], query)

    def _visits(self, place: Place) -> Iterator[Step]:
        """Note and count what everybody does.

        A statement a path: each appends behind the rows that are there, and says how many people took it.
        Many would read the wave too often.
        """
        noted = [path for path in place.paths if path.steps]
        apart = len(noted) == len(place.paths) <= _APART
        if apart:
            for path in noted:
                count = Count(counter, {"path": path.number})
                yield Step(self._visit(place, [path]), counts=count)
        elif noted:
            yield Step(self._visit(place, noted))
        yield Step(count_paths(self._context), spread=apart)

    def _visit(self, place: Place, paths: Sequence[Path]) -> Insert:
        query = select(
            literal(self._context.version), wave.c.path, wave.c.person, wave.c.entry, wave.c.now
        ).where(*on_paths(place, paths))
        return insert_or_fail(visit).from_select(["version", "path", "person", "entry", "at"], query)

    # ---- what nodes do

    def _effect(self, node: FlowNode, place: Place, paths: list[Path]) -> Iterator[Step | Executable]:
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
                yield insert_or_fail(gathered).from_select(columns, query)
            case JudgeGoal():
                yield from self._goals.judged(node, node.behaviour, place, paths)
            case SetTags(values, keep):
                for tag, texts in values.items():
                    if keep:
                        yield from self._keep_tag(node, tag, texts, on_paths(place, paths))
                    else:
                        yield from self._set_tag(tag, texts, on_paths(place, paths))

    def _set_tag(self, tag: str, texts: tuple[str, ...], where: Sequence[Any]) -> Iterator[Step | Executable]:
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
            yield insert_or_fail(gone).from_select(["tag", "person"], marks)
        yield delete(written).where(written.c.tag == tag, written.c.person.in_(people))
        yield insert_or_fail(written).from_select(
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
    ) -> Iterator[Step | Executable]:
        context = self._context
        empty = ~self._has_tag(tag)
        first = func.min(wave.c.entry)  # of several entries in one wave the first writes
        key = [literal(context.campaign), literal(node.number), wave.c.person]
        query = select(*key, first, literal(tag), func.min(wave.c.now)).where(*where, empty)
        columns = ["campaign", "node", "person", "entry", "tag", "at"]
        yield insert_or_fail(tag_write).from_select(columns, query.group_by(wave.c.person))
        yield insert_or_fail(context.tags.written).from_select(
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
        """Each person of the wave once, who may be inside with several entries."""
        query = select(*columns)
        return query.distinct() if self._layout.flow.several_entries else query

    def _has_tag(self, tag: str) -> ColumnElement[bool]:
        return exists(
            select(literal(1))
            .where(tag_value.c.tag == tag, tag_value.c.person == wave.c.person)
            .correlate_except(tag_value)
        )


def _held_back(place: Place) -> ColumnElement[int]:
    """1 for rows of the wave whose people are held back instead of entering, else 0."""
    held = [path for path in place.paths if path.held_back]
    return case((on_paths(place, held)[0], 1), else_=0) if held else literal(0)


def counts_matches(layout: Layout) -> bool:
    """Whether people enter only with the n-th matching event."""
    trigger = layout.flow.trigger.behaviour
    return isinstance(trigger, EnterOnEvent) and trigger.times > 1


def ending_test(place: Place) -> FlowNode | None:
    """The node of the place, if this is where people take turns at a test that ends after some."""
    behaviour = place.node.behaviour
    ends = place.stage is Stage.RELEASE and isinstance(behaviour, Split) and behaviour.end is not None
    return place.node if ends else None
