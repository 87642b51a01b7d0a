"""tags.csv: `person_id,tag,value`, several rows for a multi-value tag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.store.dialect import bulk_delete, bulk_insert
from engine.store.fields import DataSchema
from engine.store.imports.before import note, tags_of
from engine.store.imports.session import Session, key, people
from engine.store.tables.people import tag_value
from engine.store.values import BadValue, milliseconds, multi, scaled, shown

FILE = "tags.csv"

TagRow = tuple[int, str, str, str]
"""Line, external id, tag and value."""


def import_tags(session: Session) -> None:
    """Store the tags of tags.csv; of several rows for a single-value tag of a person the last counts."""
    file = session.open(FILE, ["person_id", "tag", "value"])
    if file is None:
        return
    places = [file.header.index(name) for name in ("person_id", "tag", "value")]
    for chunk in session.chunks(FILE, file.rows()):
        store_tags(session, list(_rows(session, chunk, places)))
    file.close()


def _rows(
    session: Session, chunk: Sequence[tuple[int, list[str]]], places: Sequence[int]
) -> Iterator[TagRow]:
    reject = session.on_reject(FILE)
    for line, cells in chunk:
        external, tag, value = (cells[place] for place in places)
        try:
            key(tag, "tag")
            yield line, external, tag, value
        except BadValue as error:
            reject(line, error.message)


def store_tags(session: Session, rows: Sequence[TagRow], file: str = FILE) -> None:
    """Write some tags in one transaction; of several for a single-value tag of a person the last counts.

    `file`: what rejects name.
    """
    for tag in dict.fromkeys(row[2] for row in rows):
        if session.fields.tag(tag) is None:
            session.assumed(Message(N_("The tag “{name}”"), name=shown(tag)))
            session.declare(DataSchema(tags={tag: "text"}))
    reject = session.on_reject(file)
    single: dict[tuple[str, int], tuple[str, int | None]] = {}
    several: set[tuple[str, int, str]] = set()
    taken = 0
    with session.database.write() as connection:
        known = people(connection, (row[1] for row in rows))
        for line, external, tag, value in rows:
            try:
                person = _person(known, external)
                type_ = session.fields.tag(tag)
                if type_ == "multi":
                    several.update((tag, person, part) for part in _parts(tag, value))
                else:
                    single[tag, person] = key(value, shown(tag)), _number(type_, value)
                taken += 1
            except BadValue as error:
                reject(line, error.message)
        touched: dict[str, set[int]] = {}
        for tag, who in (*single, *((tag, who) for tag, who, _ in several)):
            if who <= session.last_before:
                touched.setdefault(tag, set()).add(who)
        before = {tag: tags_of(connection, people_, tag) for tag, people_ in touched.items()}
        keys = sorted(single)
        bulk_delete(connection, tag_value, ("tag", "person"), keys)
        columns = ("tag", "person", "value", "number")
        bulk_insert(connection, tag_value, columns, [(*key_, *single[key_]) for key_ in keys])
        bulk_insert(connection, tag_value, columns[:3], sorted(several), on_conflict="nothing")
        for tag, people_ in touched.items():
            after = tags_of(connection, people_, tag)
            places = {(who, tag) for who in people_}
            changes = {place: (before[tag].get(place, []), after.get(place, [])) for place in places}
            note(connection, session.import_id, "tag", changes)
    session.result.counts["tags"] += taken


def _person(known: dict[str, int], external: str) -> int:
    if external not in known:
        raise BadValue(Message(N_("There is no person “{id}”."), id=shown(external)))
    return known[external]


def _parts(tag: str, value: str) -> tuple[str, ...]:
    parts = multi(value)
    if not parts:
        raise BadValue(Message(N_("{what} is empty."), what=shown(tag)))
    return tuple(key(part, shown(tag)) for part in parts)


def _number(type_: FieldType | None, value: str) -> int | None:
    match type_:
        case "number":
            return scaled(value)
        case "time":
            return milliseconds(value)
        case _:
            return None
