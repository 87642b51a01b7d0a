"""What newly received events do: they let people in, and release those whose judgment they decide."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Insert, Update, bindparam, insert, literal, select, update

from engine.components.behaviour import EnterOnEvent, JudgeEvents
from engine.plan.context import incoming
from engine.plan.decide import Judge
from engine.plan.places import Place
from engine.plan.plan import Plan
from engine.plan.prepared import Prepared
from engine.store.tables.people import event, person
from engine.store.tables.runs import arrival, token_watched


class FollowUps:
    """The statements that follow the events in `incoming`, for one plan.

    arrivals: None where the campaign does not start with an event. It takes `start`, `end` and `latest` (ms).
    releases: place → statement, for places that events release early.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        dialect = plan.context.dialect
        trigger = plan.flow.trigger.behaviour
        self.codes: frozenset[str] = frozenset(self._codes())
        self.arrivals = (
            Prepared(self._arrivals(trigger), dialect) if isinstance(trigger, EnterOnEvent) else None
        )
        self.releases = {
            place.place.index: Prepared(self._release(place.place), dialect)
            for place in plan.places
            if place.place.watched
        }

    def _codes(self) -> Iterator[str]:
        """Codes of the events that the campaign listens to."""
        trigger = self._plan.flow.trigger.behaviour
        if isinstance(trigger, EnterOnEvent):
            yield trigger.event
        for place in self._plan.places:
            behaviour = place.place.node.behaviour
            if place.place.watched and isinstance(behaviour, JudgeEvents):
                yield from (test.event for test in behaviour.tests)

    def _arrivals(self, trigger: EnterOnEvent) -> Insert:
        context = self._plan.context
        query = (
            select(literal(context.version), event.c.time, event.c.person, event.c.source_id)
            .select_from(
                incoming.join(person, person.c.external_id == incoming.c.person).join(
                    event,
                    (event.c.person == person.c.id) & (event.c.source_id == incoming.c.source_id),
                )
            )
            .where(
                event.c.code == trigger.event,
                event.c.time >= bindparam("start", required=True),
                event.c.time < bindparam("end", required=True),
                event.c.time <= bindparam("latest", required=True),
            )
        )
        if trigger.where is not None:
            query = query.where(context.conditions.of_event(trigger.where, trigger.event, event))
        return insert(arrival).from_select(["version", "due", "person", "event"], query)

    def _release(self, place: Place) -> Update:
        behaviour = place.node.behaviour
        assert isinstance(behaviour, JudgeEvents)
        judge = Judge(self._plan.context, self._plan.flow)
        watched = token_watched
        people = select(person.c.id).where(person.c.external_id.in_(select(incoming.c.person)))
        due = judge.decided_at(behaviour, watched.c.person, watched.c.arrived)
        return (
            update(watched)
            .values(due=due)
            .where(
                watched.c.version == self._plan.context.version,
                watched.c.place == place.index,
                watched.c.person.in_(people),
                due < watched.c.due,
            )
        )
