"""People over HTTP: finding them, everything that is known of one, erasing one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from engine.report import person as report
from engine.server.answering import moment_text
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.service import Service
from engine.server.wire.base import Stored
from engine.server.wire.people import (
    Erased,
    EraseOrder,
    FoundPerson,
    People,
    Person,
    PersonAddress,
    PersonAttribute,
    PersonEvent,
    PersonEvents,
    PersonId,
    PersonMessage,
    PersonMessages,
    PersonVisit,
    PersonVisits,
)
from engine.shapes.time import utc_text
from engine.store import people

Id = Annotated[str, Query(min_length=1, max_length=200)]


def router(service: Service) -> APIRouter:
    """The operations on people."""
    routes = routes_of("", "people")
    indexed: list[bool] = []

    @routes.get("/people")
    def find(search: Annotated[str, Query(max_length=200)] = "", after: Stored = 0) -> People:
        """People in order of import; or those whose own id, address or name begins with a text."""
        if not search:
            return _page(service, after)
        if not indexed:
            with service.database.write() as connection:
                people.index_attributes(connection, people.NAMES)
            indexed.append(True)
        with service.database.read() as connection:
            found = people.search(connection, search, people.NAMES)
        return People(people=_listed(found[: people.MOST_FOUND]), more=len(found) > people.MOST_FOUND)

    @routes.get("/person")
    def one(id: Id) -> Person:
        """Who a person is."""
        with service.database.read() as connection:
            found = report.describe(connection, people.known_key(connection, id))
        return Person(
            person_id=found.external_id,
            merged=found.merged,
            source=found.source,
            ids=[
                PersonAddress(
                    type=one.type,
                    value=one.value,
                    time=moment_text(one.time),
                    follower=one.follower,
                    suppressed=one.suppressed,
                )
                for one in found.ids
            ],
            attributes=[PersonAttribute(name=n, type=t, value=v) for n, t, v in found.attributes],
            tags=found.tags,
            events=found.events,
            entries=found.entries,
            messages=found.messages,
        )

    @routes.get("/person/events")
    def events(id: Id, before_time: Stored | None = None, before_id: str = "") -> PersonEvents:
        """What a person did, a page at a time; `before_time` (ms) and `before_id`: of the last one shown."""
        before = None if before_time is None else (before_time, before_id)
        with service.database.read() as connection:
            found = report.events_of(connection, people.known_key(connection, id), before)
        listed = [
            PersonEvent(
                event_id=one.id,
                event=one.code,
                time=utc_text(one.time),
                received_at=utc_text(one.received_at),
                attributes=dict(one.attributes),  # type: ignore[arg-type]  # it was read as JSON
            )
            for one in found[: report.PAGE]
        ]
        return PersonEvents(events=listed, more=len(found) > report.PAGE)

    @routes.get("/person/visits")
    def visits(id: Id) -> PersonVisits:
        """Where in which campaigns a person was and is, and what came of it."""
        with service.database.read() as connection:
            found = report.visits_of(connection, people.known_key(connection, id))
        return PersonVisits(visits=[_visit(one) for one in found])

    @routes.get("/person/messages")
    def messages(id: Id, skip: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> PersonMessages:
        """What was sent to a person, or why it was not; `skip`: how many were shown before."""
        with service.database.read() as connection:
            now = service.clock.now()
            found = report.messages_of(connection, people.known_key(connection, id), now, skip)
        listed = [_message(one) for one in found[: report.PAGE]]
        return PersonMessages(messages=listed, more=len(found) > report.PAGE)

    @routes.post("/person/erase", openapi_extra=takes("EraseOrder"))
    def erase(order: Annotated[EraseOrder, Depends(body(read_as(EraseOrder)))]) -> Erased:
        """Forget a person, for ever: who it was and what it did. Counts of campaigns stay."""
        counts = service.engine.erase_person(order.person_id, suppress=order.suppress)
        return Erased(counts=dict(counts))

    return routes


def _page(service: Service, after: int) -> People:
    with service.database.read() as connection:
        found = people.page(connection, after, people.NAMES)
        total = people.count(connection) if after == 0 else None
    shown = found[: people.PAGE]
    following = shown[-1].key if len(found) > people.PAGE else None
    return People(people=_listed(shown), total=total, after=following)


def _listed(found: list[people.Found]) -> list[FoundPerson]:
    return [
        FoundPerson(
            person_id=one.external_id,
            ids=[PersonId(type=type, value=value) for type, value in one.ids],
            values=one.values,
        )
        for one in found
    ]


def _visit(one: report.PersonVisit) -> PersonVisit:
    return PersonVisit(
        campaign=one.campaign,
        name=one.name,
        entry=one.visit.entry,
        person_id=one.visit.person,
        node=one.visit.node,
        title=one.title,
        kind=one.kind,
        arrived=utc_text(one.visit.arrived),
        left=moment_text(one.visit.left),
        outcome=one.visit.outcome,
    )


def _message(one: report.PersonMessage) -> PersonMessage:
    return PersonMessage(
        campaign=one.campaign,
        name=one.name,
        title=one.title,
        channel=one.channel,
        address=one.address,
        planned_at=utc_text(one.planned_at),
        sent_at=moment_text(one.sent_at),
        state=one.state,
        reason=one.reason,
        receipt=one.receipt,
        text=one.text,
    )
