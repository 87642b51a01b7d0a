"""Why a person took a branch, in a rehearsal or in earnest: what was asked there, and what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, func, literal, select

from engine.campaign.stay import exit_words
from engine.components.base import Lookup, RefKind
from engine.components.behaviour import (
    Branch,
    EventTest,
    JudgeEvents,
    JudgeGoal,
    JudgeResult,
    OriginTest,
    PersonTest,
    SetTags,
    Split,
    TriggerTest,
)
from engine.components.branches import result_label
from engine.i18n import N_, Message
from engine.plan.graph import FlowNode
from engine.plan.places import EXITED
from engine.plan.plan import Plan
from engine.plan.salt import Salt
from engine.report.visits import Visit
from engine.shapes.conditions import Leaf, field_name, leaves, words
from engine.shapes.time import from_milliseconds
from engine.shapes.words import joined
from engine.store.fields import DataFields
from engine.store.tables.people import audience, audience_member, event, person, tag_value
from engine.store.tables.runs import entry, message, tag_write
from engine.store.versions import HELD_BACK

_TAG, _ATTRIBUTE = "tag:", "attr:"
_SHOWN_EVENTS = 5
_NOTHING = Message(N_("nothing"))
_TIMES = {
    (True, True): N_("“{event}” at least once"),
    (True, False): N_("“{event}” at least {n} times"),
    (False, True): N_("“{event}” not once"),
    (False, False): N_("“{event}” fewer than {n} times"),
}
"""What is asked of an event: whether it has to occur, and whether it is about a single time."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was looked at. asked: what was asked; found: what there was; holds: whether that is what
    was asked for, None where that is no question. port: the branch that it is about, or empty."""

    asked: Message
    found: Message
    holds: bool | None = None
    port: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What is looked at: a version that ran, up to `last` (ms, included).

    tags_before: where tags stand as they were before; None: the data goes on changing meanwhile, and nobody
    knows any more what it said. zone: of the times that are told.
    """

    plan: Plan
    zone: ZoneInfo
    last: int
    tags_before: Table | None = None


class Deciding:
    """Says on one connection what decided the visits of one person, which are given in order."""

    def __init__(
        self,
        connection: Connection,
        run: Run,
        key: int,
        seen: Sequence[Visit],
        lookup: Lookup,
    ) -> None:
        self._connection = connection
        self._run = run
        self._plan = run.plan
        self._key = key
        self._seen = seen
        self._lookup = lookup
        self._fields = DataFields.load(connection)
        self._hash = int(connection.execute(select(person.c.hash).where(person.c.id == key)).scalar_one())

    def facts(self, number: int) -> Iterator[Fact]:
        """What decided the visit of that number."""
        one = self._seen[number]
        node = self._plan.flow.nodes[one.node]
        if one.outcome == "merged":
            yield Fact(Message(N_("Two branches meet here")), Message(N_("the person had come already")))
            return
        if one.outcome == EXITED:
            yield from self._exits(one)
            return
        if one.outcome == HELD_BACK:
            yield from self._held_back()
            return
        match node.behaviour:
            case Branch():
                yield from self._branch(number, node, node.behaviour)
            case Split():
                yield from self._split(one, node, node.behaviour)
            case JudgeEvents() | JudgeGoal():
                yield from self._events(one, node, node.behaviour)
            case JudgeResult():
                yield from self._result(one, node, node.behaviour)
            case SetTags(values):
                for tag, texts in values.items():
                    yield Fact(Message(N_("Tag “{tag}”"), tag=tag), Message.verbatim(", ".join(texts)))
            case _:
                yield from self._entered(one, node)

    def _held_back(self) -> Iterator[Fact]:
        """The control groups, and whether the person is in them."""
        for draw in self._plan.context.control:
            bucket = int(draw.bucket(self._hash))
            text = N_("draws {bucket:,} of 10,000; below {below:,} is held back")
            yield Fact(draw.words, Message(text, bucket=bucket, below=draw.below), bucket < draw.below)

    # ---- who leaves early

    def _exits(self, one: Visit) -> Iterator[Fact]:
        """The exit rules, and what there was of each up to the moment of leaving."""
        assert one.left is not None
        query = select(entry.c.entered_at).where(
            entry.c.campaign == self._plan.context.campaign,
            entry.c.person == self._key,
            entry.c.entry == one.entry,
        )
        entered = int(self._connection.execute(query).scalar_one())
        for rule in self._plan.flow.exits:
            asked = Message(N_("Exit rule: {rule}"), rule=exit_words(rule, self._lookup))
            if rule.event is not None:
                test = EventTest(None, rule.event, rule.where, 1, occurred=True)
                times = self._times(test, entered, one.left)
                yield Fact(asked, self._told(times), bool(times))
            else:
                inside = self._is_member(str(rule.audience), one.left)
                found = Message(N_("yes")) if inside else Message(N_("not as it was updated last"))
                yield Fact(asked, found, inside or None)

    def _is_member(self, id: str, moment: int) -> bool:
        """Whether the person was in an audience at a moment, as far as is known of its last update."""
        query = (
            select(audience_member.c.person)
            .join(audience, audience.c.list == audience_member.c.list)
            .where(
                audience.c.id == id, audience.c.updated_at <= moment, audience_member.c.person == self._key
            )
        )
        return self._connection.execute(query).first() is not None

    # ---- who enters

    def _entered(self, one: Visit, node: FlowNode) -> Iterator[Fact]:
        if node.id != self._plan.flow.trigger.id:
            return
        happened = self._event_of(one)
        if happened is None:
            return
        code, attributes = happened
        said = ", ".join(f"{name}: {_text(value)}" for name, value in attributes.items())
        found = Message.verbatim(said) if said else _NOTHING
        yield Fact(Message(N_("The event “{event}” came, with"), event=self._event_name(code)), found)

    def _event_of(self, one: Visit) -> tuple[str, Mapping[str, object]] | None:
        """The event that let the person in."""
        query = (
            select(event.c.code, event.c.attributes)
            .join(entry, (entry.c.person == event.c.person) & (entry.c.event == event.c.source_id))
            .where(
                entry.c.campaign == self._plan.context.campaign,
                entry.c.person == self._key,
                entry.c.entry == one.entry,
            )
        )
        row = self._connection.execute(query).first()
        return None if row is None else (row[0], json.loads(row[1]) if row[1] else {})

    # ---- branches by conditions

    def _branch(self, number: int, node: FlowNode, behaviour: Branch) -> Iterator[Fact]:
        """The groups in their order, up to the one that was taken."""
        one = self._seen[number]
        for port, test in behaviour.groups:
            taken = port == one.outcome
            match test:
                case PersonTest(condition):
                    for _, leaf in leaves(condition):
                        yield self._leaf_of_person(number, leaf, port)
                case TriggerTest(condition):
                    for _, leaf in leaves(condition):
                        yield self._leaf_of_event(one, leaf, port)
                case OriginTest(audiences):
                    names = (self._lookup.name_of(RefKind.AUDIENCE, id) or id for id in audiences)
                    asked = Message(N_("Entered out of {audiences}"), audiences=joined(names))
                    yield Fact(asked, _yes_or_no(holds=taken), taken, port)
                case _:
                    asked = Message(N_("May be contacted now, by the workspace's limits"))
                    yield Fact(asked, _yes_or_no(holds=taken), taken, port)
            if taken:
                return

    def _leaf_of_person(self, number: int, leaf: Leaf, port: str) -> Fact:
        moment = self._seen[number].left
        if leaf.field.startswith(_TAG):
            values, later = self._tag_then(number, leaf.field.removeprefix(_TAG))
            found = _listed(values)
        else:
            found, later = self._attribute(leaf.field.removeprefix(_ATTRIBUTE)), False
        holds: bool | None = None
        known = not later and self._run.tags_before is not None
        if known and moment is not None:  # else the data says by now what it did not say then
            condition = self._plan.context.conditions.of_person(leaf, literal(self._key), literal(moment))
            holds = bool(self._connection.execute(select(condition)).scalar_one())
        return Fact(words(leaf), found, holds, port)

    def _attribute(self, name: str) -> Message:
        known = self._fields.attribute(name)
        if known is None:
            return _NOTHING
        query = select(known.text(person)).where(person.c.id == self._key)
        value = self._connection.execute(query).scalar()
        return _NOTHING if value is None else Message.verbatim(value)

    def _tag_then(self, number: int, tag: str) -> tuple[list[str], bool]:
        """The values that a tag had when a visit was decided, and whether it was written later."""
        known: list[str] | None = None
        later = False
        for n, one in enumerate(self._seen):
            behaviour = self._plan.flow.nodes[one.node].behaviour
            if not isinstance(behaviour, SetTags) or tag not in behaviour.values or one.left is None:
                continue
            if behaviour.keep and not self._was_written(one, tag):
                continue
            if n < number:
                known = list(behaviour.values[tag])
            else:
                later = True
        return (self._tag_before(tag, later=later) if known is None else known), later

    def _was_written(self, one: Visit, tag: str) -> bool:
        """Whether a component that keeps what is there has written a tag for the person."""
        query = select(tag_write.c.at).where(
            tag_write.c.campaign == self._plan.context.campaign,
            tag_write.c.node == self._plan.flow.nodes[one.node].number,
            tag_write.c.person == self._key,
            tag_write.c.entry == one.entry,
            tag_write.c.tag == tag,
        )
        return self._connection.execute(query).first() is not None

    def _tag_before(self, tag: str, *, later: bool) -> list[str]:
        """A tag's values before the rehearsal wrote it; what it says now, where it never did."""
        t = self._run.tags_before if later and self._run.tags_before is not None else tag_value
        query = select(t.c.value).where(t.c.tag == tag, t.c.person == self._key).order_by(t.c.value)
        return list(self._connection.scalars(query))

    def _leaf_of_event(self, one: Visit, leaf: Leaf, port: str) -> Fact:
        happened = self._event_of(one)
        if happened is None:
            return Fact(words(leaf), _NOTHING, False, port)
        code, attributes = happened
        value = attributes.get(field_name(leaf.field))
        found = _NOTHING if value is None else Message.verbatim(_text(value))
        mine = select(entry.c.event).where(
            entry.c.campaign == self._plan.context.campaign,
            entry.c.person == self._key,
            entry.c.entry == one.entry,
        )
        matches = self._plan.context.conditions.of_event(leaf, code, event)
        query = select(func.count()).where(
            event.c.person == self._key, event.c.source_id.in_(mine), event.c.code == code, matches
        )
        return Fact(words(leaf), found, bool(self._connection.execute(query).scalar_one()), port)

    # ---- by chance

    def _split(self, one: Visit, node: FlowNode, behaviour: Split) -> Iterator[Fact]:
        drawn = self._drawn(node.id, one.entry)
        found = Message(N_("the number {number}"), number=_hundredth(drawn))
        facts, low = [], 0
        for port, share in behaviour.shares:
            high = low + share * 10
            asked = Message(
                N_("By chance: a number from {low} to {high}"), low=_hundredth(low), high=_hundredth(high)
            )
            facts.append(Fact(asked, found, low <= drawn < high, port))
            low = high
        if behaviour.end is not None and not any(fact.holds for fact in facts if fact.port == one.outcome):
            asked = Message(N_("The test had ended: everybody goes this way"))
            facts = [Fact(asked, found, holds=True, port=one.outcome)]
        yield from facts

    def _drawn(self, node: str, nth: int) -> int:
        salt = Salt.of(self._plan.context.campaign_id, node)
        return int(salt.bucket(salt.seed(self._hash, nth)))

    # ---- what people did

    def _events(self, one: Visit, node: FlowNode, judged: JudgeEvents | JudgeGoal) -> Iterator[Fact]:
        if judged.chance is not None:
            asked = Message(
                N_("By chance, for this rehearsal: a number below {number}"), number=_hundredth(judged.chance)
            )
            drawn = self._drawn(node.id, one.entry)
            found = Message(N_("the number {number}"), number=_hundredth(drawn))
            yield Fact(asked, found, drawn < judged.chance if one.left is not None else None)
            return
        tests = judged.tests if isinstance(judged, JudgeEvents) else (judged.goal,)
        until = self._run.last if one.left is None else one.left
        for test in tests:
            times = self._times(test, one.arrived, until)
            name = self._event_name(test.event)
            asked = Message(_TIMES[test.occurred, test.times == 1], event=name, n=test.times)
            met = (len(times) >= test.times) is test.occurred
            yield Fact(asked, self._told(times), met if one.left is not None else None)

    def _times(self, test: EventTest, arrived: int, until: int) -> list[int]:
        query = select(event.c.time).where(
            event.c.person == self._key,
            event.c.code == test.event,
            event.c.time > arrived,
            event.c.time <= until,
        )
        if test.where is not None:
            query = query.where(self._plan.context.conditions.of_event(test.where, test.event, event))
        return list(self._connection.scalars(query.order_by(event.c.time)))

    def _told(self, times: Sequence[int]) -> Message:
        if not times:
            return Message(N_("not once"))
        if len(times) == 1:
            return Message(N_("once: {time}"), time=self._clock(times[0]))
        shown = joined(self._clock(time) for time in times[:_SHOWN_EVENTS])
        if len(times) > _SHOWN_EVENTS:
            return Message(N_("{n} times: {times}, …"), n=len(times), times=shown)
        return Message(N_("{n} times: {times}"), n=len(times), times=shown)

    def _clock(self, moment: int) -> str:
        zone = self._run.zone
        return from_milliseconds(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")

    def _event_name(self, code: str) -> str:
        return self._lookup.name_of(RefKind.EVENT, code) or code

    # ---- what became of messages

    def _result(self, one: Visit, node: FlowNode, judged: JudgeResult) -> Iterator[Fact]:
        touches = {touch.number for touch in self._plan.flow.touches_before(node.id)}
        m, moment = message.c, self._run.last if one.left is None else one.left
        query = select(m.result, m.result_at, m.receipt, m.receipt_at).where(
            m.campaign == self._plan.context.campaign,
            m.node.in_(sorted(touches)),
            m.person == self._key,
            m.entry == one.entry,
        )
        rows = self._connection.execute(query.order_by(m.planned_at, m.address)).all()
        for row in rows:
            code, at = (row.receipt, row.receipt_at) if judged.receipt else (row.result, row.result_at)
            found = Message(N_("nothing by then"))
            if code is not None and at is not None and at <= moment:
                said = result_label("success" if code == "sent" else code)
                found = Message(N_("{what}, {time}"), what=said, time=self._clock(at))
            asked = (
                N_("What came back of the message") if judged.receipt else N_("What became of the message")
            )
            yield Fact(Message(asked), found)


def _yes_or_no(*, holds: bool) -> Message:
    return Message(N_("yes")) if holds else Message(N_("no"))


def _listed(values: Sequence[str]) -> Message:
    return Message.verbatim(", ".join(values)) if values else _NOTHING


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _hundredth(bucket: int) -> str:
    return f"{bucket / 100:.2f}"
