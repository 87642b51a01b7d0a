"""Imports over HTTP: begun, watched, cancelled, listed, undone; the rows that were not taken."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse

from engine.i18n import N_, Message
from engine.server.answering import moment_text
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.import_jobs import ImportJob
from engine.server.local import refuse_strangers
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.server.wire.base import Stored
from engine.server.wire.imports import (
    ImportOrder,
    ImportState,
    KnownImport,
    KnownImports,
    TableImportOrder,
    Undone,
)
from engine.shapes.time import utc_text
from engine.store.fields import DataSchema
from engine.store.imports.identities import Rules
from engine.store.imports.learned import too_many_ids
from engine.store.imports.result import ImportRefused
from engine.store.imports.table import TableOrder
from engine.workspace.engine_folder import rejects_file


def router(service: Service) -> APIRouter:
    """The operations on imports."""
    routes = routes_of("", "data")
    job = ImportJob(service.engine)

    @routes.post("/imports", status_code=202, openapi_extra=takes("TableImportOrder"))
    def begin(order: Annotated[TableImportOrder, Depends(body(read_as(TableImportOrder)))]) -> ImportState:
        """Begin to import a table on the engine's own computer; only callers on it may ask this."""
        refuse_strangers()
        catalog = service.catalog()
        if (problem := too_many_ids(order.mapping, catalog)) is not None:
            raise ImportRefused(problem)
        several = frozenset(name for name, type_ in catalog.id_types.items() if type_.multi)
        job.start(
            TableOrder(
                Path(order.file),
                order.mapping,
                service.zone,
                DataSchema.of(catalog),
                Rules(catalog.identifying, several),
                partial(rejects_file, service.folder),
            )
        )
        return job.state

    @routes.post("/imports/folder", status_code=202, openapi_extra=takes("ImportOrder"))
    def begin_folder(order: Annotated[ImportOrder, Depends(body(read_as(ImportOrder)))]) -> ImportState:
        """Begin to import a data folder on the engine's own computer; only callers on it may ask this."""
        refuse_strangers()
        job.start_folder(Path(order.folder), service.data_schema())
        return job.state

    @routes.get("/imports")
    def known() -> KnownImports:
        """The last imports, the latest first."""
        return KnownImports(
            imports=[
                KnownImport(
                    id=one.id,
                    state=one.state,
                    source=one.source,
                    started_at=utc_text(one.started_at),
                    finished_at=moment_text(one.finished_at),
                    counts=dict(one.counts),
                    undoable=one.undoable,
                    rejects=rejects_file(service.folder, one.id).is_file(),
                )
                for one in service.engine.imports()
            ]
        )

    @routes.get("/imports/current")
    def current() -> ImportState:
        """How far the import is that runs; or what came of the last one."""
        return job.state

    @routes.post("/imports/current/cancel", status_code=202)
    def cancel() -> ImportState:
        """Cancel the import that runs: nothing of it is left."""
        job.cancel()
        return job.state

    @routes.post("/imports/{id}/undo")
    def undo(id: Stored) -> Undone:
        """Take an import back. People who are or were in campaigns stay, and what changed since."""
        return Undone(counts=dict(service.engine.undo_import(id)))

    @routes.get("/imports/{id}/rejects", response_class=FileResponse)
    def rejects(id: Stored) -> FileResponse:
        """The rows that an import did not take, as CSV: line, reason and the row."""
        path = rejects_file(service.folder, id)
        if not path.is_file():
            raise CallRefused(404, "no_rejects", Message(N_("There is no file of rows that were not taken.")))
        return FileResponse(path, media_type="text/csv", filename=path.name)

    return routes
