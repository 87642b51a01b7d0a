"""What goes over the wire of people and of imports, shared by the server and its client."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from engine.server.wire import Answer, ImportAnswer, Key, Wire
from engine.shapes.text import Text
from engine.workspace.fields import FieldType
from engine.workspace.mapping import MappingFile


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
    """Whom to forget, for ever. `suppress`: nothing may be sent to its addresses, should they come again."""

    person_id: Key
    suppress: bool = False


class Erased(Answer):
    """What there was of an erased person, by kind: `ids`, `tags`, `events`, `messages`, `places`."""

    counts: dict[str, int]


class TableImportOrder(Wire):
    """A table on the engine's own computer, and what its columns are."""

    file: Annotated[Text, StringConstraints(min_length=1, max_length=4_096)]
    mapping: MappingFile


class LearnedFields(Answer):
    """What an import brought that a catalogue may not know: types by name; values of tags, where few."""

    attributes: dict[str, FieldType] = Field(default_factory=dict)
    tags: dict[str, FieldType] = Field(default_factory=dict)
    events: dict[str, dict[str, FieldType]] = Field(default_factory=dict)
    id_types: list[str] = Field(default_factory=list)
    values: dict[str, list[str]] = Field(default_factory=dict)


class ImportState(Answer):
    """The import that runs, or the last one that did since the engine started.

    Attributes:
        id: its number, null before it has one. file: its name.
        done, total: of the file's bytes or rows, as far as that is known.
        answer: what it did, once it is done. problem: why nothing of it was taken.
    """

    state: Literal["none", "running", "done", "failed", "cancelled"]
    id: int | None = None
    file: str = ""
    done: int = 0
    total: int = 0
    answer: ImportAnswer | None = None
    learned: LearnedFields | None = None
    problem: str | None = None


class KnownImport(Answer):
    """An import that was. `rejects`: there is a file with the rows that were not taken."""

    id: int
    state: str
    source: str
    started_at: str
    finished_at: str | None
    counts: dict[str, int] = Field(default_factory=dict)
    undoable: bool = False
    rejects: bool = False


class KnownImports(Answer):
    """The last imports, the latest first."""

    imports: list[KnownImport]


class Undone(Answer):
    """What was taken back, by kind (`people`, `values`, `events`, `coupons`), and what stays (`…_kept`)."""

    counts: dict[str, int]
