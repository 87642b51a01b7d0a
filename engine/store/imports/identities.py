"""Who the rows of a table are: by their own id, by IDs that are theirs alone, or by both.

Rows that name one person by two known IDs say that two people are one. The older one is kept: the one who was
there before, of two the one who was imported first. The rows are written to that person at once; the other is
merged when the import comes to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from engine.i18n import N_, Message
from engine.store.functions import is_in, is_one_of, text_list
from engine.store.imports.reading import Row
from engine.store.imports.session import Session, create_people, people
from engine.store.tables.people import person, person_id
from engine.store.values import MAX_KEY, SEPARATOR, multi

Id = tuple[str, str]
"""Type and value."""

UNBORN = 2**63
"""The key of who has none yet: younger than everybody."""


class Owner(NamedTuple):
    """A person's key and external id."""

    key: int
    name: str


class Rules(NamedTuple):
    """identifying: the ID types that tell who a person is, in the order in which they are asked. several:
    those of which a person may have more than one value."""

    identifying: Sequence[str] = ()
    several: frozenset[str] = frozenset()


class Identities:
    """Gives every row the external id of its person, and remembers who turned out to be one.

    key: the column with the person's own id, or None. columns: those with IDs, by type.
    """

    def __init__(
        self, session: Session, file: str, key: int | None, columns: Mapping[str, int], rules: Rules
    ) -> None:
        self._session = session
        self._file = file
        self._key = key
        self.columns = {type_: columns[type_] for type_ in rules.identifying if type_ in columns}
        self._several = rules.several
        self._same: dict[str, str] = {}
        self._ages: dict[str, int] = {}

    @property
    def needed(self) -> bool:
        """Whether the rows' own ids do not say everything already."""
        return self._key is None or bool(self.columns)

    def named(self, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """The rows with the external ids of their people; rows without any ID are rejected."""
        with self._session.database.read() as connection:
            holders = self._holders(connection, rows)
            own = [] if self._key is None else [cells[self._key] for _, cells in rows]
            known = people(connection, own)
            names = _names(connection, {*known.values(), *holders.values()})
        owners = {id: Owner(key, names[key]) for id, key in holders.items()}
        by_own_id = {external: Owner(key, names[key]) for external, key in known.items()}
        found: list[tuple[Row, str]] = []
        for row in rows:
            external = self._of(row, owners, by_own_id)
            if external is None:
                message = Message(N_("The row has no ID that tells who the person is."))
                self._session.result.reject(self._file, row[0], message, row[1])
            else:
                found.append((row, external))
        return found

    def merges(self, connection: Connection) -> list[tuple[int, int]]:
        """Who is to be merged, as pairs (kept, merged) of keys; every merged one once, kept ones never."""
        names = {name for pair in self._same.items() for name in pair}
        missing = sorted(names - people(connection, names).keys())
        if missing:
            create_people(connection, missing, self._session.import_id)
        keys = people(connection, names)
        pairs = ((keys[self._root(name)], keys[name]) for name in self._same)
        return sorted({pair for pair in pairs if pair[0] != pair[1]})

    def _holders(self, connection: Connection, rows: Sequence[Row]) -> dict[Id, int]:
        """Whose each of the rows' identifying IDs is."""
        found: dict[Id, int] = {}
        for type_, column in self.columns.items():
            values = {value for _, cells in rows for value in self._values(type_, cells[column])}
            query = (
                select(person_id.c.value, func.min(person_id.c.person))
                .where(person_id.c.type == type_, is_in(person_id.c.value, text_list(values)))
                .group_by(person_id.c.value)
            )
            found.update({(type_, value): key for value, key in connection.execute(query)})
        return found

    def _values(self, type_: str, cell: str) -> Iterable[str]:
        if not cell:
            return ()
        return multi(cell) if type_ in self._several and SEPARATOR in cell else (cell,)

    def _of(self, row: Row, owners: dict[Id, Owner], by_own_id: dict[str, Owner]) -> str | None:
        """The external id of a row's person: of several the oldest, with whom the others will be merged.

        Its IDs are that person's from now on.
        """
        own = "" if self._key is None else row[1][self._key]
        ids = [
            (type_, value)
            for type_, column in self.columns.items()
            for value in self._values(type_, row[1][column])
        ]
        found = [by_own_id.get(own, Owner(UNBORN, own))] if own else []
        found += [owners[id] for id in ids if id in owners]
        if not found:
            if not ids:
                return None
            found = [Owner(UNBORN, _new_name(*ids[0]))]
        ages: dict[str, int] = {}
        for key, name in found:
            root = self._root(name)
            ages[root] = min(self._ages.get(root, key), ages.get(root, key))
        kept = min(ages, key=lambda name: ages[name])
        for name in ages:
            if name != kept:
                self._same[name] = kept
                self._ages[kept] = ages[kept]
        for id in ids:
            owners.setdefault(id, Owner(ages[kept], kept))
        return kept

    def _root(self, name: str) -> str:
        while name in self._same:
            name = self._same[name]
        return name


def _new_name(type_: str, value: str) -> str:
    """The external id of somebody who has none of their own."""
    name = f"{type_}:{value}"
    return name if len(name) <= MAX_KEY else f"{type_[:100]}:{blake2b(value.encode()).hexdigest()[:32]}"


def _names(connection: Connection, keys: Iterable[int]) -> dict[int, str]:
    query = select(person.c.id, person.c.external_id).where(is_one_of(person.c.id, keys))
    return dict(connection.execute(query).all())
