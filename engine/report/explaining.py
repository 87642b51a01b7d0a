"""What received events did: which campaigns each of them moved, and why not the others.

They are only noted when they come in; what they did is worked out when somebody looks, out of what the
database says then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from engine.audience.conditions import RowConditions
from engine.campaign.stay import ExitRule
from engine.components.behaviour import EnterOnEvent, EventTest, JudgeEvents, JudgeGoal
from engine.plan.places import ARRIVE, EXITED
from engine.report.published import PublishedVersion
from engine.report.received import Effect, Fate, Noted, Outcome, Received
from engine.shapes.conditions import Condition, leaves
from engine.shapes.time import Duration, from_milliseconds, to_milliseconds
from engine.store.dialect import temporary_tables
from engine.store.fields import DataFields
from engine.store.list_clock import clock_of
from engine.store.tables.people import event, person
from engine.store.tables.runs import arrival, entry, visit
from engine.store.versions import PathMeaning, node_names, paths_of


@dataclass(frozen=True, slots=True)
class _Happened:
    """An accepted event as it is stored."""

    noted: Noted
    person: int
    time: int


@dataclass(frozen=True, slots=True)
class _Stay:
    """A person's visit of a node, from `arrived` to `left` (None: still there)."""

    arrived: int
    left: int | None


class Explainer:
    """Says on one connection what events did. `ahead`: ms by which an event's time may lie ahead."""

    def __init__(
        self,
        connection: Connection,
        versions: Iterable[PublishedVersion],
        zone: ZoneInfo,
        ahead: int,
        declared: Collection[str] = (),
    ) -> None:
        """`declared`: codes of the catalogue; those that the database has room for are known anyway."""
        self._connection = connection
        self._versions = list(versions)
        self._ahead = ahead
        self._zone = zone
        self._fields = DataFields.load(connection)
        self._declared = set(declared) | set(self._fields.events)
        self._paths: dict[int, list[PathMeaning]] = {}
        self._numbers: dict[int, dict[str, int]] = {}
        clock = clock_of(zone, connection)
        self._conditions = RowConditions(self._fields, clock)
        if any(_relative(condition) for condition in self._wheres()):
            with temporary_tables(connection):
                clock.prepare(connection)

    def explain(self, noted: Noted) -> Received:
        """What the event did, one effect a campaign and component that listens."""
        if noted.fate is not Fate.ACCEPTED:
            return Received(noted, ())
        happened = self._stored(noted)
        effects = () if happened is None else tuple(self._effects(happened))
        if not effects:
            known = noted.event in self._declared
            effects = (Effect.of(Outcome.NOBODY_LISTENS if known else Outcome.UNKNOWN_CODE),)
        return Received(noted, effects)

    def _wheres(self) -> Iterator[Condition]:
        for version in self._versions:
            if isinstance(version.trigger, EnterOnEvent) and version.trigger.where is not None:
                yield version.trigger.where
            for _, _, test in _tests(version):
                if test.where is not None:
                    yield test.where
            yield from (rule.where for rule in _exits(version) if rule.where is not None)
            goal = version.bundle.campaign.attributes.goal
            if goal is not None and goal.where is not None:
                yield goal.where

    def _stored(self, noted: Noted) -> _Happened | None:
        query = (
            select(person.c.id)
            .join(event, event.c.person == person.c.id)
            .where(person.c.external_id == noted.person, event.c.source_id == noted.id)
        )
        id = self._connection.execute(query).scalar()
        return None if id is None or noted.time is None else _Happened(noted, id, noted.time)

    def _effects(self, happened: _Happened) -> Iterator[Effect]:
        for version in self._versions:
            if version.published_at > happened.noted.received_at:
                continue
            trigger = version.trigger
            listens = isinstance(trigger, EnterOnEvent) and trigger.event == happened.noted.event
            if version.current and isinstance(trigger, EnterOnEvent) and listens:
                yield self._entering(version, trigger, happened)
            if version.made_at <= happened.noted.received_at:
                yield from self._judged(version, happened)
                yield from self._leaving(version, happened)
                yield from self._reaching(version, happened)

    # ---- entering

    def _entering(self, version: PublishedVersion, trigger: EnterOnEvent, happened: _Happened) -> Effect:
        if (held_back := self._entry_of(version, happened)) is not None:
            return _effect(version, Outcome.HELD_BACK if held_back else Outcome.ENTERED)
        for outcome, holds in self._out_of_time(version, happened):
            if holds:
                return _effect(version, outcome)
        if not self._matches(trigger.where, happened):
            return _effect(version, Outcome.CONDITION, node=_trigger_name(version))
        before = self._entries_before(version, happened)
        if trigger.re_entry == "once" and before:
            return _effect(version, Outcome.ENTERED_BEFORE)
        if trigger.times > 1:
            k = self._matching_until(version, trigger, happened, max(before, default=None))
            if k < trigger.times:
                return _effect(version, Outcome.TOO_FEW, k=k, n=trigger.times)
        waiting = select(arrival.c.due).where(
            arrival.c.version == version.key,
            arrival.c.due == happened.time,
            arrival.c.person == happened.person,
            arrival.c.event == happened.noted.id,
        )
        if self._connection.execute(waiting).first() is None and trigger.re_entry == "after_exit" and before:
            return _effect(version, Outcome.INSIDE)
        return _effect(version, Outcome.PENDING)

    def _entry_of(self, version: PublishedVersion, happened: _Happened) -> bool | None:
        """Whether the person was held back, whom the event let in or would have; None where it did not."""
        mine = select(func.coalesce(entry.c.held_back, 0)).where(
            entry.c.campaign == version.number,
            entry.c.person == happened.person,
            entry.c.event == happened.noted.id,
        )
        found = self._connection.execute(mine).scalar()
        return None if found is None else bool(found)

    def _out_of_time(self, version: PublishedVersion, happened: _Happened) -> Iterator[tuple[Outcome, bool]]:
        at, received = happened.time, happened.noted.received_at
        yield Outcome.BEFORE_START, at < version.starts_at
        yield Outcome.AFTER_END, version.ends_at is not None and at >= version.ends_at
        yield Outcome.TOO_FAR_AHEAD, at > received + self._ahead
        yield Outcome.STOPPED, version.stopped or (version.resumed_at or 0) > received
        yield Outcome.FINISHED, not version.live

    def _entries_before(self, version: PublishedVersion, happened: _Happened) -> list[int]:
        query = select(entry.c.entered_at).where(
            entry.c.campaign == version.number, entry.c.person == happened.person
        )
        return [at for at in self._connection.scalars(query) if at <= happened.time]

    def _matching_until(
        self, version: PublishedVersion, trigger: EnterOnEvent, happened: _Happened, last: int | None
    ) -> int:
        """Which of the person's matching events it is, counted anew behind the last one that let them in."""
        first = version.starts_at if last is None else max(version.starts_at, last + 1)
        if isinstance(trigger.within, Duration):
            span = trigger.within.before(from_milliseconds(happened.time), self._zone)
            first = max(first, to_milliseconds(span))
        query = select(func.count()).where(
            event.c.code == trigger.event,
            event.c.person == happened.person,
            event.c.time >= first,
            event.c.time <= happened.time,
        )
        if trigger.where is not None:
            query = query.where(self._conditions.of_event(trigger.where, trigger.event, event))
        return int(self._connection.execute(query).scalar_one())

    def _matches(self, where: Condition | None, happened: _Happened) -> bool:
        if where is None:
            return True
        query = select(event.c.person).where(
            event.c.person == happened.person,
            event.c.source_id == happened.noted.id,
            self._conditions.of_event(where, happened.noted.event, event),
        )
        return self._connection.execute(query).first() is not None

    # ---- leaving

    def _leaving(self, version: PublishedVersion, happened: _Happened) -> Iterator[Effect]:
        rules = [rule for rule in _exits(version) if rule.event == happened.noted.event]
        if not rules:
            return
        if not any(self._matches(rule.where, happened) for rule in rules):
            yield _effect(version, Outcome.EXIT_CONDITION)
            return
        left = [
            path.number for path in self._paths_of(version) if any(what == EXITED for _, what in path.steps)
        ]
        query = (
            select(visit.c.at)
            .join(entry, (entry.c.person == visit.c.person) & (entry.c.entry == visit.c.entry))
            .where(
                entry.c.campaign == version.number,
                entry.c.entered_at < happened.time,
                visit.c.version == version.key,
                visit.c.path.in_(left),
                visit.c.person == happened.person,
                visit.c.at >= happened.time,
            )
        )
        found = self._connection.execute(query.order_by(visit.c.at).limit(1)).scalar()
        # Of an event that was received late the person left where they had come to by then.
        known = max(happened.time, happened.noted.received_at)
        gone = found is not None and found <= known
        yield _effect(version, Outcome.EXITED if gone else Outcome.NOT_INSIDE)

    # ---- the goal

    def _reaching(self, version: PublishedVersion, happened: _Happened) -> Iterator[Effect]:
        goal = version.bundle.campaign.attributes.goal
        if goal is None or goal.event != happened.noted.event:
            return
        if not self._matches(goal.where, happened):
            yield _effect(version, Outcome.GOAL_CONDITION)
            return
        reached = select(entry.c.entry).where(
            entry.c.campaign == version.number,
            entry.c.person == happened.person,
            entry.c.version == version.key,
            entry.c.converted_at == happened.time,
        )
        found = self._connection.execute(reached).first() is not None
        yield _effect(version, Outcome.GOAL if found else Outcome.NO_GOAL)

    # ---- judgments

    def _judged(self, version: PublishedVersion, happened: _Happened) -> Iterator[Effect]:
        for node, judgment, test in _tests(version):
            if test.event != happened.noted.event:
                continue
            name = version.bundle.campaign.nodes[node].name
            stay = next(
                (s for s in self._stays(version, node, happened.person) if _within(s, happened)), None
            )
            if stay is None:
                yield _effect(version, Outcome.NOT_WAITING, node=name)
            elif self._came_too_late(stay, happened, judgment):
                yield _effect(version, Outcome.TOO_LATE, node=name)
            elif self._matches(test.where, happened):
                yield _effect(version, Outcome.COUNTED, node=name)
            else:
                yield _effect(version, Outcome.CONDITION, node=name)

    def _came_too_late(self, stay: _Stay, happened: _Happened, judgment: JudgeEvents | JudgeGoal) -> bool:
        """Whether an event of the time of somebody's stay was received when they had gone on.

        Who goes on early does so at the time of the event that decides, which is received after that.
        """
        if stay.left is None:
            return False
        known = stay.left
        if isinstance(judgment, JudgeEvents) and judgment.early:
            known = max([known, *self._received_for(judgment, stay.arrived, stay.left, happened.person)])
        return happened.noted.received_at > known

    def _received_for(self, judgment: JudgeEvents, arrived: int, left: int, who: int) -> Iterator[int]:
        """When as many events of a person had been received as each condition asks for (ms)."""
        for test in judgment.tests:
            query = select(event.c.received_at).where(
                event.c.person == who,
                event.c.code == test.event,
                event.c.time > arrived,
                event.c.time <= left,
            )
            if test.where is not None:
                query = query.where(self._conditions.of_event(test.where, test.event, event))
            nth = query.order_by(event.c.received_at).offset(test.times - 1).limit(1)
            if (moment := self._connection.execute(nth).scalar()) is not None:
                yield moment

    def _stays(self, version: PublishedVersion, node: str, who: int) -> list[_Stay]:
        """The person's visits of a node, over all entries."""
        number = self._number_of(version, node)
        steps = {
            path.number: [what for passed, what in path.steps if passed == number]
            for path in self._paths_of(version)
        }
        through = [number for number, found in steps.items() if found]
        query = select(visit.c.path, visit.c.entry, visit.c.at).where(
            visit.c.version == version.key, visit.c.path.in_(through), visit.c.person == who
        )
        arrived: dict[int, int] = {}
        left: dict[int, int] = {}
        for number, nth, at in self._connection.execute(query):
            for what in steps[number]:
                times = arrived if what == ARRIVE else left
                times[nth] = min(at, times.get(nth, at))
        return [_Stay(at, left.get(nth)) for nth, at in arrived.items()]

    def _paths_of(self, version: PublishedVersion) -> list[PathMeaning]:
        if version.key not in self._paths:
            self._paths[version.key] = paths_of(self._connection, [version.key])
        return self._paths[version.key]

    def _number_of(self, version: PublishedVersion, node: str) -> int:
        if version.number not in self._numbers:
            names = node_names(self._connection, version.number)
            self._numbers[version.number] = {id: number for number, id in names.items()}
        return self._numbers[version.number][node]


def _within(stay: _Stay, happened: _Happened) -> bool:
    return stay.arrived < happened.time and (stay.left is None or happened.time <= stay.left)


def _tests(version: PublishedVersion) -> Iterator[tuple[str, JudgeEvents | JudgeGoal, EventTest]]:
    """The conditions on events that components judge, with the component's node and what it does."""
    for node, behaviour in version.behaviours.items():
        if isinstance(behaviour, JudgeEvents):
            yield from ((node, behaviour, test) for test in behaviour.tests)
        elif isinstance(behaviour, JudgeGoal):
            yield node, behaviour, behaviour.goal


def _exits(version: PublishedVersion) -> tuple[ExitRule, ...]:
    return version.bundle.campaign.attributes.exits


def _trigger_name(version: PublishedVersion) -> str:
    node = next(id for id, b in version.behaviours.items() if b is version.trigger)
    return version.bundle.campaign.nodes[node].name


def _relative(condition: Condition) -> bool:
    return any(leaf.op in ("in_last", "not_in_last", "in_next") for _, leaf in leaves(condition))


def _effect(version: PublishedVersion, outcome: Outcome, **params: object) -> Effect:
    attributes = version.bundle.campaign.attributes
    return Effect.of(outcome, attributes.id, attributes.name, **params)
