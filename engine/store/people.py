"""People as they are looked for: by their own id, by an address, by the beginning of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from engine.i18n import N_, Message, MessageError
from engine.store.dialect import add_index
from engine.store.fields import DataFields
from engine.store.functions import is_one_of
from engine.store.tables.people import GONE_IMPORT, import_run, person, person_id

PAGE = 50
"""People of one page."""
MOST_FOUND = 200
"""People whom a search shows."""
NAMES = ("name", "full_name", "first_name", "last_name", "nickname", "姓名", "名字", "昵称", "姓", "名")
"""Attributes that tell what somebody is called: they are shown in lists, and looked into."""
_LAST = "\U0010ffff"


class UnknownPerson(MessageError):  # noqa: N818 - names the condition
    """There is no person of that id."""

    def __init__(self, external_id: str) -> None:
        super().__init__(Message(N_("There is no person “{id}”."), id=external_id))


class Found(NamedTuple):
    """A person of a list: its key, its own id, its addresses (type and value) and some attributes as text."""

    key: int
    external_id: str
    ids: list[tuple[str, str]]
    values: dict[str, str]


def key_of(connection: Connection, external_id: str) -> int | None:
    """The key of a person by its own id; of who was merged, whose it is now. None where there is none."""
    found = func.coalesce(person.c.merged_into, person.c.id)
    return connection.execute(select(found).where(person.c.external_id == external_id)).scalar()


def known_key(connection: Connection, external_id: str) -> int:
    """The key of a person, by own id. Raises `UnknownPerson`."""
    key = key_of(connection, external_id)
    if key is None:
        raise UnknownPerson(external_id)
    return key


def everybody(connection: Connection, key: int) -> list[int]:
    """The person, and those who were merged into it."""
    return [key, *connection.scalars(select(person.c.id).where(person.c.merged_into == key))]


def count(connection: Connection) -> int:
    """How many people there are."""
    return connection.execute(select(func.count()).select_from(person).where(counted())).scalar_one()


def counted() -> ColumnElement[bool]:
    """Whether a person counts: not of an import that goes on, not merged or erased."""
    complete = select(import_run.c.id).where(import_run.c.state == "complete")
    return person.c.import_id.in_(complete)


def is_named() -> ColumnElement[bool]:
    """Whether a row of people still tells who it is: not that of one who was erased."""
    return or_(person.c.import_id != GONE_IMPORT, person.c.merged_into.is_not(None))


def page(connection: Connection, after: int, shown: Sequence[str]) -> list[Found]:
    """The people behind a key, in order of import, one more than a page if there are. shown: attributes."""
    query = select(person.c.id).where(person.c.id > after, counted()).order_by(person.c.id).limit(PAGE + 1)
    return described(connection, list(connection.scalars(query)), shown)


def search(connection: Connection, text: str, shown: Sequence[str]) -> list[Found]:
    """The first people whose own id, address of any kind, or one of some attributes begins with a text.

    Every way is a range of an index: `index_attributes` makes those of the attributes.
    """
    found: dict[int, None] = {}
    for query in _ways(connection, text, shown):
        for key in connection.scalars(query.limit(MOST_FOUND + 1)):
            found.setdefault(key)
            if len(found) > MOST_FOUND:
                break
    return described(connection, list(found), shown)


def _ways(connection: Connection, text: str, shown: Sequence[str]) -> Iterator[Select[int]]:
    own = func.coalesce(person.c.merged_into, person.c.id)
    yield select(own).where(_begins(person.c.external_id, text)).order_by(person.c.external_id)
    c = person_id.c
    for type_ in id_types(connection):
        for form in _forms(type_, text):
            yield select(c.person).where(c.type == type_, _begins(c.value, form)).order_by(c.value)
    fields = DataFields.load(connection)
    for name in shown:
        if (field := fields.attribute(name)) is not None:
            column = field.text(person)
            yield select(person.c.id).where(_begins(column, text)).order_by(column)


def _forms(type_: str, text: str) -> Iterable[str]:
    """How the beginning of an address may be stored."""
    yield text
    if type_ == "mobile" and text[:1] == "1":
        yield f"+86{text}"
    elif type_ == "email" and text != text.lower():
        yield text.lower()


def _begins(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    return and_(column >= text, column < text + _LAST)


def described(connection: Connection, keys: Sequence[int], shown: Sequence[str]) -> list[Found]:
    """The people of some keys who count, in this order."""
    fields = DataFields.load(connection)
    columns = {name: field.text(person) for name in shown if (field := fields.attribute(name)) is not None}
    query = select(person.c.id, person.c.external_id, *columns.values())
    rows = {row[0]: row for row in connection.execute(query.where(is_one_of(person.c.id, keys), counted()))}
    c = person_id.c
    ids: dict[int, list[tuple[str, str]]] = {}
    theirs = select(c.person, c.type, c.value).where(is_one_of(c.person, rows))
    newest_first = theirs.order_by(c.person, c.type, c.time.desc(), c.seq.desc())
    for who, type_, value in connection.execute(newest_first):
        ids.setdefault(who, []).append((type_, value))
    return [
        Found(
            key,
            row[1],
            ids.get(key, []),
            {name: value for name, value in zip(columns, row[2:], strict=True) if value is not None},
        )
        for key in keys
        if (row := rows.get(key)) is not None
    ]


def id_types(connection: Connection) -> list[str]:
    """The types of addresses that people have, found by steps over the index."""
    c = person_id.c
    found: list[str] = []
    step = select(func.min(c.type)).where(c.type > bindparam("last"))
    while (following := connection.execute(step, {"last": found[-1] if found else ""}).scalar()) is not None:
        found.append(following)
    return found


def index_attributes(connection: Connection, names: Sequence[str]) -> None:
    """Let people be found by attributes; an index of a million takes a second, once."""
    fields = DataFields.load(connection)
    for name in names:
        if (field := fields.attribute(name)) is not None:
            add_index(connection, "person", field.text_slot)
