"""What `EngineClient` asks of people and imports: a part of it, for there is much."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from engine.files import save_bytes
from engine.server.wire.base import Answer
from engine.server.wire.imports import (
    ImportState,
    KnownImport,
    KnownImports,
    LearnedFields,
    TableImportOrder,
    Undone,
)
from engine.server.wire.people import (
    Erased,
    EraseOrder,
    People,
    Person,
    PersonEvents,
    PersonMessages,
    PersonVisit,
    PersonVisits,
)
from engine.store.imports.learned import Learned
from engine.workspace.mapping import MappingFile

A = TypeVar("A", bound=Answer)


def learned_of(sent: LearnedFields) -> Learned:
    """What an import taught, as it was sent."""
    return Learned(
        dict(sent.attributes),
        dict(sent.tags),
        {code: dict(types) for code, types in sent.events.items()},
        tuple(sent.id_types),
        {tag: set(values) for tag, values in sent.values.items()},
    )


class PeopleCalls:
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def _call(self, answer: type[A], method: str, path: str, **options: Any) -> A:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, body: bytes | None = None, long: bool = False) -> bytes:
        raise NotImplementedError

    def people(self, search: str = "", after: int = 0) -> People:
        """A page of people, `after` being that of the page before; or those who are found by a text."""
        asked = urlencode({"search": search, "after": after})
        return self._call(People, "GET", f"/people?{asked}", long=True)

    def person(self, id: str) -> Person:
        """Who a person is."""
        return self._call(Person, "GET", f"/person?{urlencode({'id': id})}")

    def person_events(self, id: str, before: tuple[int, str] | None = None) -> PersonEvents:
        """What a person did. before: time (ms) and id of the last event of the page before."""
        place = {} if before is None else {"before_time": before[0], "before_id": before[1]}
        return self._call(PersonEvents, "GET", f"/person/events?{urlencode({'id': id, **place})}")

    def person_visits(self, id: str) -> list[PersonVisit]:
        """Every visit of every campaign."""
        found = self._call(PersonVisits, "GET", f"/person/visits?{urlencode({'id': id})}", long=True)
        return found.visits

    def person_messages(self, id: str, skip: int = 0) -> PersonMessages:
        """What was sent to a person, behind the first `skip`."""
        return self._call(PersonMessages, "GET", f"/person/messages?{urlencode({'id': id, 'skip': skip})}")

    def erase_person(self, id: str, *, suppress: bool = False) -> dict[str, int]:
        """Forget a person for ever; what there was of it."""
        body = EraseOrder(person_id=id, suppress=suppress).model_dump_json().encode()
        return self._call(Erased, "POST", "/person/erase", body=body, long=True).counts

    def import_table(self, file: Path, mapping: MappingFile) -> ImportState:
        """Begin to import a table on the engine's own computer; `import_state` tells how far it is."""
        order = TableImportOrder(file=str(file.absolute()), mapping=mapping)
        body = order.model_dump_json(by_alias=True).encode()
        return self._call(ImportState, "POST", "/imports", body=body)

    def import_state(self) -> ImportState:
        """How far the import is that runs, or what came of the last one."""
        return self._call(ImportState, "GET", "/imports/current")

    def cancel_import(self) -> ImportState:
        """Cancel the import that runs; nothing of it is left."""
        return self._call(ImportState, "POST", "/imports/current/cancel")

    def imports(self) -> list[KnownImport]:
        """The last imports, the latest first."""
        return self._call(KnownImports, "GET", "/imports").imports

    def undo_import(self, id: int) -> dict[str, int]:
        """Take an import back; what was taken back and what stays."""
        return self._call(Undone, "POST", f"/imports/{id}/undo", long=True).counts

    def save_rejects(self, id: int, path: Path) -> None:
        """Save the rows that an import did not take as a CSV file. Raises `FileError`."""
        save_bytes(path, self._send("GET", f"/imports/{id}/rejects", long=True))
