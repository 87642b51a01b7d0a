"""Every refusal as a problem of RFC 9457 (`application/problem+json`), in the asker's language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.audience.errors import RuleError
from engine.files import FileError
from engine.files.findings import code_of, findings, sentence
from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.report.doubtful import BadKeyError
from engine.run.answers import Refused, UnknownCampaign, UnknownComponent, UnknownVersion
from engine.server.wire.base import Conflict, FieldProblem, Problem
from engine.store.database import StoreError
from engine.store.imports.result import ImportRefused
from engine.store.imports.undo import UndoRefused
from engine.store.people import UnknownPerson
from engine.store.trouble import NOT_NOW, trouble_of

log = get_logger()

MEDIA_TYPE = "application/problem+json"
REFUSED = "canvas.refused"
"""Where a request's scope says by which code it was refused, for the log."""


class InvalidBody(Exception):  # noqa: N818 - an answer
    """The body is JSON, but not what this call takes."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(error)
        self.error = error


class CallRefused(Exception):  # noqa: N818
    """A call that is refused for its form or its sender: status, code and words.

    again_in: in how many seconds it may be tried anew, or None.
    """

    def __init__(self, status: int, code: str, message: Message, again_in: float | None = None) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.again_in = again_in


class NotPublished(Refused):
    """A campaign that is not published, for what its publisher did not know or may not: status and code."""

    def __init__(self, status: int, code: str, message: Message, conflict: Conflict | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.conflict = conflict


def answer(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    conflict: Conflict | None = None,
) -> Response:
    """A response that carries a problem."""
    title = HTTPStatus(status).phrase
    problem = Problem(
        title=title, status=status, code=code, detail=detail, errors=list(errors), conflict=conflict
    )
    left_out = {"conflict"} if conflict is None else None
    return Response(problem.model_dump_json(exclude=left_out), status, media_type=MEDIA_TYPE)


def refusal(refused: CallRefused) -> Response:
    """The answer to a call that is refused."""
    response = answer(refused.status, refused.code, str(refused.message))
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.again_in is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(refused.again_in)))
    return response


def install(app: FastAPI) -> None:
    """Answer every exception that is an answer."""
    handlers: dict[type[Exception], Any] = {
        BadKeyError: _bad_key,
        CallRefused: _call_refused,
        DBAPIError: _database,
        Exception: _defect,
        FileError: _file,
        HTTPException: _http,
        ImportRefused: _import,
        InvalidBody: _invalid,
        NotPublished: _not_published,
        OSError: _system,
        Refused: _refused,
        RequestValidationError: _parameters,
        RuleError: _rule,
        StoreError: _store,
        UndoRefused: _undo,
        UnicodeDecodeError: _damaged,
        UnknownCampaign: _unknown_campaign,
        UnknownComponent: _unknown_component,
        UnknownPerson: _unknown_person,
        UnknownVersion: _unknown_version,
    }
    for exception, handler in handlers.items():
        app.add_exception_handler(exception, handler)


async def _call_refused(request: Request, error: CallRefused) -> Response:
    request.scope[REFUSED] = error.code
    return refusal(error)


async def _refused(_: Request, error: Refused) -> Response:
    return answer(409, "refused", str(error), [FieldProblem(text=str(message)) for message in error.messages])


async def _not_published(_: Request, error: NotPublished) -> Response:
    return answer(error.status, error.code, str(error), conflict=error.conflict)


async def _unknown_campaign(_: Request, _error: UnknownCampaign) -> Response:
    return answer(
        404, "unknown_campaign", str(Message(N_("This campaign was not published to this engine.")))
    )


async def _unknown_component(_: Request, error: UnknownComponent) -> Response:
    return answer(404, "unknown_component", str(error.message))


async def _unknown_person(_: Request, error: UnknownPerson) -> Response:
    return answer(404, "unknown_person", str(error.message))


async def _bad_key(_: Request, error: BadKeyError) -> Response:
    return answer(422, "bad_message_key", str(error.message))


async def _undo(_: Request, error: UndoRefused) -> Response:
    return answer(409, "undo_refused", str(error.message))


async def _unknown_version(_: Request, _error: UnknownVersion) -> Response:
    return answer(404, "unknown_version", str(Message(N_("This campaign has no version of this number."))))


async def _file(_: Request, error: FileError) -> Response:
    reason = str(error.message)
    if error.line is not None:
        reason = str(Message(N_("Line {line}: {reason}"), line=error.line, reason=reason))
    return answer(422, "invalid_body", reason, [FieldProblem(field=error.field, text=str(error.message))])


async def _invalid(_: Request, error: InvalidBody) -> Response:
    errors = [
        FieldProblem(field=".".join(str(part) for part in finding.path), text=str(finding.message))
        for finding in findings(error.error)
    ]
    first = errors[0]
    detail = f"{first.field}: {first.text}" if first.field else first.text
    return answer(422, "invalid_body", detail, errors)


async def _parameters(_: Request, error: RequestValidationError) -> Response:
    """What stands in the address or the headers is not what the call takes."""
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in detail["loc"][1:]),
            text=str(sentence(code_of(detail), detail.get("ctx", {}))),
        )
        for detail in error.errors()
    ]
    first = errors[0]
    return answer(422, "invalid_request", f"{first.field}: {first.text}", errors)


async def _import(_: Request, error: ImportRefused) -> Response:
    return answer(422, "import_refused", str(error.message))


async def _rule(_: Request, error: RuleError) -> Response:
    return answer(422, "rule_refused", str(error.message))


async def _system(_: Request, error: OSError) -> Response:
    message = Message(N_("The system refused: {reason}."), reason=error.strerror or str(error))
    return answer(422, "system_refused", str(message))


async def _store(_: Request, error: StoreError) -> Response:
    return answer(503, "database", str(error.message))


async def _database(_: Request, error: DBAPIError) -> Response:
    return refusal(database_refusal(error))


def database_refusal(error: DBAPIError) -> CallRefused:
    """What is answered where the database refuses."""
    trouble = trouble_of(error)
    if trouble is None or trouble.text == NOT_NOW:
        # Its first line; the others show the statement.
        log.error("the database refuses", reason=str(error.orig).partition("\n")[0])
        trouble = Message(N_("The database cannot do this now. The engine's log says why."))
    return CallRefused(503, "database", trouble)


async def _damaged(_: Request, error: UnicodeDecodeError) -> Response:
    return answer(503, "database", str(trouble_of(error)))


async def _http(_: Request, error: HTTPException) -> Response:
    known = {
        404: ("not_found", N_("There is nothing at this address.")),
        405: ("method_not_allowed", N_("This address does not take this method.")),
    }
    code, text = known.get(error.status_code, ("invalid_request", N_("This request cannot be read.")))
    response = answer(error.status_code, code, str(Message(text)))
    response.headers.update(error.headers or {})
    return response


async def _defect(_: Request, _error: Exception) -> Response:
    """What nobody foresaw; the log has the trace."""
    return answer(500, "defect", str(Message(N_("Something went wrong in the engine. Its log says more."))))
