"""A person as messages see one, asked of a running engine, or read in a database that nobody else holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.workspace.sample_values import SamplePerson

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.client import EngineClient


def asked(client: EngineClient, id: str) -> SamplePerson:
    """A person of a running engine. Raises as the client does."""
    person = client.person(id)
    return _sample(
        id,
        {attribute.name: attribute.value for attribute in person.attributes},
        person.tags,
        [(event.event, event.attributes) for event in client.person_events(id).events],
    )


def read(connection: Connection, id: str) -> SamplePerson | None:
    """A person of a database, or None where it knows none of that id."""
    from engine.report.person import describe, events_of
    from engine.store.people import key_of

    key = key_of(connection, id)
    if key is None:
        return None
    person = describe(connection, key)
    events = [(event.code, event.attributes) for event in events_of(connection, key)]
    return _sample(id, {name: value for name, _type, value in person.attributes}, person.tags, events)


def _sample(
    id: str, attributes: dict[str, str], tags: dict[str, list[str]], told: list[tuple[str, Any]]
) -> SamplePerson:
    """told: events with their attributes, the latest first; of each kind the latest counts."""
    events: dict[str, dict[str, str]] = {}
    for code, values in told:
        if code not in events:
            events[code] = {name: _text(value) for name, value in values.items()}
    return SamplePerson(
        id, attributes, {tag: ", ".join(sorted(values)) for tag, values in tags.items()}, events
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else str(value)
