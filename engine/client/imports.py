"""What a client asks of imports, and what one has taught."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.client.calls import Calls
from engine.files import save_bytes
from engine.server.wire.imports import (
    ImportOrder,
    ImportState,
    KnownImport,
    KnownImports,
    LearnedFields,
    TableImportOrder,
    Undone,
)
from engine.workspace.mapping import MappingFile

if TYPE_CHECKING:
    from engine.store.imports.learned import Learned


class ImportCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def import_table(self, file: Path, mapping: MappingFile) -> ImportState:
        """Begin to import a table on the engine's own computer; `import_state` tells how far it is."""
        order = TableImportOrder(file=str(file.absolute()), mapping=mapping)
        body = order.model_dump_json(by_alias=True).encode()
        return self._call(ImportState, "POST", "/imports", body=body)

    def begin_folder(self, folder: Path) -> ImportState:
        """Begin to import a data folder on the engine's own computer; `import_state` tells how far it is."""
        body = ImportOrder(folder=str(folder.absolute())).model_dump_json().encode()
        return self._call(ImportState, "POST", "/imports/folder", body=body)

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


def learned_of(sent: LearnedFields) -> Learned:
    """What an import taught, as it was sent."""
    from engine.store.imports.learned import Learned  # brings the database's library

    return Learned(
        dict(sent.attributes),
        dict(sent.tags),
        {code: dict(types) for code, types in sent.events.items()},
        tuple(sent.id_types),
        {tag: set(values) for tag, values in sent.values.items()},
    )
