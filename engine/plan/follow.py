"""What newly received events do: they let people in, release those whose judgment they decide, and let those
leave for whom the campaign's exit rules say so; what the people of an audience do, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from sqlalchemy import (
    ColumnElement,
    Insert,
    Update,
    exists,
    insert,
    literal,
    select,
    update,
)

from engine.components.behaviour import Behaviour, EnterOnEvent, JudgeEvents
from engine.plan.decide import Judge
from engine.plan.places import Place
from engine.plan.plan import Plan
from engine.plan.prepared import Prepared, given
from engine.plan.temporary import incoming
from engine.store.functions import greatest
from engine.store.tables.people import event
from engine.store.tables.runs import arrival, token_watched


class FollowUps:
    """The statements that follow the events in `incoming`, for one plan; each is compiled when first needed.

    Attributes:
        trigger: code of the event that lets people in, or None.
        awaited: places that events release early → codes of those events.
    """

    def __init__(self, plan: Plan) -> None:
        """Raises `RuleError` where the trigger's condition does not fit the data: later, that would be when
        somebody posts events, which are not to blame."""
        self._plan = plan
        self._releases: dict[int, Prepared] = {}
        self._judge = Judge(plan.context, plan.flow)
        trigger = plan.flow.trigger.behaviour
        self.trigger = trigger.event if isinstance(trigger, EnterOnEvent) else None
        self._matching = self._condition(trigger)
        self.awaited: Mapping[int, frozenset[str]] = dict(self._awaited())

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the events that the campaign listens to."""
        own = frozenset() if self.trigger is None else frozenset((self.trigger,))
        return own.union(*self.awaited.values(), self.leaving)

    @property
    def leaving(self) -> frozenset[str]:
        """Codes of the events with which people leave, who wait."""
        return self._judge.exits.codes if self._plan.exits else frozenset()

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences whose people leave."""
        return self._judge.exits.audiences

    @cached_property
    def leave_by_event(self) -> Prepared:
        """Lets those leave who wait, and of whom an event has come."""
        statement = self._judge.exits.leave_by_event(self._plan.exits)
        return Prepared(statement, self._plan.context.dialect)

    @cached_property
    def leave_by_audience(self) -> Prepared:
        """Lets those leave who wait and are members of `list`, in force since `since` (ms)."""
        statement = self._judge.exits.leave_by_audience(self._plan.exits)
        return Prepared(statement, self._plan.context.dialect)

    def catch_up_leaving(self) -> Update:
        """Lets those leave whom events let leave while the campaign was stopped: `now` (ms)."""
        return self._judge.exits.catch_up(self._plan.exits)

    @cached_property
    def arrivals(self) -> Prepared | None:
        """Lets people arrive; None where the campaign does not start with an event. It takes `start`, `end`
        and `latest` (ms)."""
        trigger = self._plan.flow.trigger.behaviour
        if not isinstance(trigger, EnterOnEvent):
            return None
        return Prepared(self._arrivals(trigger), self._plan.context.dialect)

    def release(self, place: int) -> Prepared:
        """Lets people at one of the places of `awaited` go on as soon as their outcome is certain."""
        if place not in self._releases:
            statement = self._release(self._plan.places[place].place)
            self._releases[place] = Prepared(statement, self._plan.context.dialect)
        return self._releases[place]

    def catch_up(self, place: int) -> Update:
        """Lets people at one of the places of `awaited` go on whose outcome has become certain while the
        campaign was stopped: `now` (ms), at the earliest."""
        due, release = self._certain(self._plan.places[place].place)
        now = given("now")
        return release.values(due=greatest(due, now)).where(token_watched.c.due > now)

    def _condition(self, trigger: Behaviour) -> ColumnElement[bool] | None:
        """What the trigger asks of an event besides its code."""
        if not isinstance(trigger, EnterOnEvent) or trigger.where is None:
            return None
        return self._plan.context.conditions.of_event(trigger.where, trigger.event, event)

    def _awaited(self) -> Iterator[tuple[int, frozenset[str]]]:
        for one in self._plan.places:
            behaviour = one.place.node.behaviour
            if one.place.decided_early and isinstance(behaviour, JudgeEvents):
                yield one.place.index, frozenset(test.event for test in behaviour.tests)

    def _arrivals(self, trigger: EnterOnEvent) -> Insert:
        context = self._plan.context
        query = select(
            literal(context.version), incoming.c.time, incoming.c.person, incoming.c.source_id
        ).where(
            incoming.c.code == trigger.event,
            incoming.c.time >= given("start"),
            incoming.c.time < given("end"),
            incoming.c.time <= given("latest"),
        )
        if self._matching is not None:
            # A subquery, not a join: the planner does not know that `incoming` is the small one.
            matching = select(literal(1)).where(
                event.c.person == incoming.c.person,
                event.c.source_id == incoming.c.source_id,
                self._matching,
            )
            query = query.where(exists(matching.correlate(incoming)))
        return insert(arrival).from_select(["version", "due", "person", "event"], query)

    def _release(self, place: Place) -> Update:
        people = select(incoming.c.person).where(incoming.c.code.in_(sorted(self.awaited[place.index])))
        due, release = self._certain(place)
        return release.values(due=due).where(token_watched.c.person.in_(people))

    def _certain(self, place: Place) -> tuple[ColumnElement[int], Update]:
        """When the outcome of a person at the place is certain, and an update of those of whom that is
        earlier than was thought."""
        behaviour, watched = place.node.behaviour, token_watched
        assert isinstance(behaviour, JudgeEvents)
        due = self._judge.decided_at(behaviour, watched.c.person, watched.c.arrived)
        mine = (watched.c.version == self._plan.context.version) & (watched.c.place == place.index)
        return due, update(watched).where(mine, due < watched.c.due)
