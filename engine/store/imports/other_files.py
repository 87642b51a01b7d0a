"""ids.csv, coupons.csv, suppressed.csv and audiences/<id>.csv."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.i18n import N_, Message
from engine.store.coupon_pool import PLACES
from engine.store.dialect import bulk_insert
from engine.store.imports.before import ids_of, note, note_suppressed, suppressed_among
from engine.store.imports.session import Session, key, people
from engine.store.lists import new_list
from engine.store.tables.people import (
    OLDEST,
    audience_member,
    coupon_code,
    person_id,
    suppression,
)
from engine.store.values import BadValue, milliseconds, shown

IDS, COUPONS, SUPPRESSED, AUDIENCES = "ids.csv", "coupons.csv", "suppressed.csv", "audiences"
_FOLLOWER = {"": None, "0": 0, "1": 1}


def import_ids(session: Session) -> None:
    """Store the addresses of ids.csv; the newest of a type is the one that is used."""
    file = session.open(IDS, ["person_id", "type", "value"], lambda column: column in {"time", "follower"})
    if file is None:
        return
    reject = session.on_reject(IDS)
    for chunk in session.chunks(IDS, file.rows()):
        with session.database.write() as connection:
            known = people(connection, _column(chunk, file.header, "person_id"))
            newest: dict[tuple[int, str, str], tuple[int, int, int | None]] = {}
            for line, cells in chunk:
                try:
                    place, rest = _address(dict(zip(file.header, cells, strict=True)), known)
                except BadValue as error:
                    reject(line, error.message)
                    continue
                found = (rest[0], (session.import_id << PLACES) + line, rest[1])
                newest[place] = max(newest.get(place, found), found, key=lambda row: row[:2])
                session.result.counts["ids"] += 1
            rows = [(*place, *rest) for place, rest in sorted(newest.items())]
            columns = ("person", "type", "value", "time", "seq", "follower")
            old = {row[0] for row in rows if row[0] <= session.last_before}
            types = sorted({row[1] for row in rows})
            before = ids_of(connection, old, types) if old else {}
            bulk_insert(connection, person_id, columns, rows, on_conflict="replace", unless_newer="time")
            after = ids_of(connection, old, types) if old else {}
            changes = {place: (before.get(place, []), found) for place, found in after.items()}
            note(connection, session.import_id, "ids", changes)
    file.close()


def _address(
    row: dict[str, str], known: dict[str, int]
) -> tuple[tuple[int, str, str], tuple[int, int | None]]:
    person = _person(known, row["person_id"])
    follower = row.get("follower", "")
    if follower not in _FOLLOWER:
        raise BadValue(Message(N_("“follower” is 0, 1 or empty, not “{value}”."), value=shown(follower)))
    # Without a time: newer than any address of people.csv, older than any with a time.
    time = milliseconds(row["time"]) if row.get("time") else OLDEST + 1
    return (person, key(row["type"], "type"), key(row["value"], "value")), (time, _FOLLOWER[follower])


def import_coupons(session: Session) -> None:
    """Add codes to the pools of coupons; a code that its pool has already counts once."""
    for chunk in _pairs(session, COUPONS, ("coupon", "code")):
        rows = [(*pair, (session.import_id << PLACES) + line) for line, pair in chunk]
        with session.database.write() as connection:
            columns = ("coupon", "code", "position")
            added = bulk_insert(connection, coupon_code, columns, rows, on_conflict="nothing")
        session.result.counts["coupons"] += added
        session.result.counts["coupons_repeated"] += len(rows) - added


def import_suppressed(session: Session) -> None:
    """Add addresses that get no marketing messages."""
    for chunk in _pairs(session, SUPPRESSED, ("type", "value")):
        rows = sorted({pair for _, pair in chunk})
        with session.database.write() as connection:
            known = suppressed_among(connection, rows)
            new = [pair for pair in rows if pair not in known]
            bulk_insert(connection, suppression, ("type", "value"), new)
            note_suppressed(connection, session.import_id, new)
        session.result.counts["suppressed"] += len(chunk)


def _pairs(
    session: Session, name: str, columns: tuple[str, str]
) -> Iterator[list[tuple[int, tuple[str, str]]]]:
    """Chunks of the rows of a file with two columns that make up the key."""
    file = session.open(name, columns)
    if file is None:
        return
    reject = session.on_reject(name)
    first, second = (file.header.index(column) for column in columns)
    for chunk in session.chunks(name, file.rows()):
        good = []
        for line, cells in chunk:
            try:
                good.append((line, (key(cells[first], columns[0]), key(cells[second], columns[1]))))
            except BadValue as error:
                reject(line, error.message)
        yield good
    file.close()


def import_audiences(session: Session) -> dict[str, int | None]:
    """Store the lists of people under audiences/; they come into force by `engine.store.lists.put_in_force`.

    Returns the new list of each audience id; None for an audience of nobody.
    """
    lists: dict[str, int | None] = {}
    for path in sorted((session.folder / AUDIENCES).glob("*.csv")):
        name = f"{AUDIENCES}/{path.name}"
        file = session.open(name, ["person_id"])
        if file is None:
            continue
        reject = session.on_reject(name)
        new = None
        for chunk in session.chunks(name, file.rows()):
            with session.database.write() as connection:
                externals = _column(chunk, file.header, "person_id")
                known = people(connection, externals)
                for (line, _), external in zip(chunk, externals, strict=True):
                    try:
                        _person(known, external)
                    except BadValue as error:
                        reject(line, error.message)
                if new is None and known:  # with its first members: until then the number is nobody's
                    new = new_list(connection)
                    session.lists.append(new)
                rows = [(new, person) for person in sorted(known.values())]
                added = bulk_insert(
                    connection, audience_member, ("list", "person"), rows, on_conflict="nothing"
                )
            session.result.counts["audience_members"] += added
        lists[path.stem] = new
        file.close()
    return lists


def _column(chunk: Sequence[tuple[int, list[str]]], header: Sequence[str], name: str) -> list[str]:
    place = header.index(name)
    return [cells[place] for _, cells in chunk]


def _person(known: dict[str, int], external: str) -> int:
    if external not in known:
        raise BadValue(Message(N_("There is no person “{id}”."), id=shown(external)))
    return known[external]
