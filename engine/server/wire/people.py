"""People over the wire: who they are, what they did and got; forgetting one."""

from __future__ import annotations

from pydantic import Field, JsonValue

from engine.server.wire.base import Answer, Key, Wire
from engine.workspace.fields import FieldType


class PersonId(Answer):
    """An address of a person."""

    type: str
    value: str


class FoundPerson(Answer):
    """A person of a list. `values`: what its attributes say of its name."""

    person_id: str
    ids: list[PersonId] = Field(default_factory=list)
    values: dict[str, str] = Field(default_factory=dict)


class People(Answer):
    """A page of people.

    Attributes:
        total: how many people there are; null where they were searched for.
        after: where the next page begins, or null. more: there are further ones, which no page shows.
    """

    people: list[FoundPerson]
    total: int | None = None
    after: int | None = None
    more: bool = False


class PersonAddress(Answer):
    """An address. `time`: since when it is known, or null; `suppressed`: nothing is sent to it."""

    type: str
    value: str
    time: str | None = None
    follower: bool | None = None
    suppressed: bool = False


class PersonAttribute(Answer):
    """An attribute with its value as text."""

    name: str
    type: FieldType
    value: str


class Person(Answer):
    """Who a person is.

    Attributes:
        merged: own ids of those who turned out to be this person.
        source: the file or folder of the import that brought it, or "".
        events, entries, messages: how many there are.
    """

    person_id: str
    merged: list[str] = Field(default_factory=list)
    source: str = ""
    ids: list[PersonAddress] = Field(default_factory=list)
    attributes: list[PersonAttribute] = Field(default_factory=list)
    tags: dict[str, list[str]] = Field(default_factory=dict)
    events: int = 0
    entries: int = 0
    messages: int = 0


class PersonEvent(Answer):
    """Something that the person did."""

    event_id: str
    event: str
    time: str
    received_at: str
    attributes: dict[str, JsonValue] = Field(default_factory=dict)


class PersonEvents(Answer):
    """A page of events, the latest first; `more`: there are earlier ones."""

    events: list[PersonEvent]
    more: bool = False


class PersonVisit(Answer):
    """A visit of a component. `name`: the campaign's, `title`: the component's; `left` null: still there."""

    campaign: str
    name: str
    entry: int
    person_id: str
    node: str
    title: str
    kind: str
    arrived: str
    left: str | None
    outcome: str


class PersonVisits(Answer):
    """Every visit, the latest entry first, each entry in order of time."""

    visits: list[PersonVisit]


class PersonMessage(Answer):
    """A message. `channel` is the component's kind, `text` the text as it was or will be sent."""

    campaign: str
    name: str
    title: str
    channel: str
    address: str
    planned_at: str
    sent_at: str | None
    state: str
    reason: str = ""
    receipt: str = ""
    text: str = ""


class PersonMessages(Answer):
    """A page of messages, the latest first; `more`: there are earlier ones."""

    messages: list[PersonMessage]
    more: bool = False


class EraseOrder(Wire):
    """Whom to forget, for ever. `suppress`: its addresses get no marketing messages, if they come again."""

    person_id: Key
    suppress: bool = False


class Erased(Answer):
    """What there was of an erased person, by kind: `ids`, `tags`, `events`, `messages`, `places`."""

    counts: dict[str, int]
