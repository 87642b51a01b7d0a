"""One person with other values, in a rehearsal: “what if she lived in Rome?”. The data stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, column, delete, insert, literal, table, text, update

from engine.run.overlay import OWN_TAGS
from engine.shapes.conditions import FieldType
from engine.store.dialect import bulk_insert
from engine.store.distribution import is_distributed
from engine.store.fields import DataField, DataFields
from engine.store.people import key_of
from engine.store.values import joined, milliseconds, multi, packed, scaled

_COPY = "CREATE TEMPORARY TABLE person_changed AS SELECT * FROM {base}.person WHERE 1 = 0"
_DISTRIBUTED_COPY = "CREATE UNLOGGED TABLE person_changed (LIKE {base}.person)"
_PLACE = "SELECT create_distributed_table('person_changed', 'id', colocate_with => 'public.person')"
_FILL = "INSERT INTO person_changed SELECT * FROM {base}.person WHERE id = :id"
_VIEW = """
CREATE TEMPORARY VIEW person AS
SELECT * FROM {base}.person AS stored
WHERE NOT EXISTS (SELECT 1 FROM person_changed AS c WHERE c.id = stored.id)
UNION ALL
SELECT * FROM person_changed
"""


@dataclass(frozen=True, slots=True)
class Changed:
    """Other values of one person, as data files give them; "" is none. Of a tag, all its values, by “|”."""

    person: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def change(connection: Connection, schema: str, changed: Changed) -> None:
    """Let the person have these values in an overlay that keeps tags of its own.

    schema: of the database below. What the data does not know changes nothing. Raises `BadValue`.
    """
    key = key_of(connection, changed.person)
    if key is None:
        return
    fields = DataFields.load(connection)
    base = connection.dialect.identifier_preparer.quote(schema)
    values: dict[str, object] = {}
    for name, said in changed.attributes.items():
        if (known := fields.attribute(name)) is not None:
            values |= _slots(known, said)
    if values:
        if is_distributed(connection):
            connection.exec_driver_sql(_DISTRIBUTED_COPY.format(base=base))
            connection.exec_driver_sql(_PLACE)
        else:
            connection.exec_driver_sql(_COPY.format(base=base))
        connection.execute(text(_FILL.format(base=base)), {"id": key})
        own = table("person_changed", *(column(name) for name in values))
        connection.execute(update(own).values(values))
        connection.exec_driver_sql(_VIEW.format(base=base))
    for tag, said in changed.tags.items():
        if (type_ := fields.tag(tag)) is not None:
            _set_tag(connection, key, tag, type_, said)


def _slots(known: DataField, said: str) -> dict[str, object]:
    """What stands in the columns of an attribute."""
    if not said:
        return dict.fromkeys(known.slots)
    if known.type == "text":
        return {known.slot: said}
    if known.type == "multi":
        values = multi(said)
        return {known.slot: packed(values), known.text_slot: joined(values)}
    return {known.slot: _number(known.type, said), known.text_slot: said}


def _number(type_: FieldType, said: str) -> int | None:
    """What a value is compared by; None where that is its text."""
    if type_ == "number":
        return scaled(said)
    return milliseconds(said) if type_ == "time" else None


def _set_tag(connection: Connection, key: int, tag: str, type_: FieldType, said: str) -> None:
    written, replaced = OWN_TAGS.written, OWN_TAGS.replaced
    assert replaced is not None
    connection.execute(delete(written).where(written.c.tag == literal(tag), written.c.person == key))
    connection.execute(insert(replaced), {"tag": tag, "person": key})
    rows = [(tag, key, value, _number(type_, value)) for value in multi(said)]
    bulk_insert(connection, written, ("tag", "person", "value", "number"), rows)
