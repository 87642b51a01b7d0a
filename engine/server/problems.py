"""Every refusal as a problem of RFC 9457 (`application/problem+json`), in the asker's language."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.audience.errors import RuleError
from engine.files import FileError
from engine.files.findings import findings
from engine.i18n import N_, Message
from engine.report.doubtful import BadKeyError
from engine.run.answers import Refused, UnknownCampaign, UnknownVersion
from engine.server.wire.base import FieldProblem, Problem
from engine.store.database import StoreError
from engine.store.imports.result import ImportRefused
from engine.store.imports.undo import UndoRefused
from engine.store.people import UnknownPerson
from engine.store.trouble import trouble_of

MEDIA_TYPE = "application/problem+json"


class InvalidBody(Exception):  # noqa: N818 - an answer
    """The body is JSON, but not what this call takes."""

    def __init__(self, error: ValidationError) -> None:
        super().__init__(error)
        self.error = error


class CallRefused(Exception):  # noqa: N818
    """A call that is refused for its form or its sender: status, code and words."""

    def __init__(self, status: int, code: str, message: Message) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message


def answer(status: int, code: str, detail: str, errors: Sequence[FieldProblem] = ()) -> Response:
    """A response that carries a problem."""
    title = HTTPStatus(status).phrase
    problem = Problem(title=title, status=status, code=code, detail=detail, errors=list(errors))
    return Response(problem.model_dump_json(), status, media_type=MEDIA_TYPE)


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
        OSError: _system,
        Refused: _refused,
        RuleError: _rule,
        StoreError: _store,
        UndoRefused: _undo,
        UnicodeDecodeError: _damaged,
        UnknownCampaign: _unknown_campaign,
        UnknownPerson: _unknown_person,
        UnknownVersion: _unknown_version,
    }
    for exception, handler in handlers.items():
        app.add_exception_handler(exception, handler)


async def _call_refused(_: Request, error: CallRefused) -> Response:
    return answer(error.status, error.code, str(error.message))


async def _refused(_: Request, error: Refused) -> Response:
    return answer(409, "refused", str(error), [FieldProblem(text=str(message)) for message in error.messages])


async def _unknown_campaign(_: Request, _error: UnknownCampaign) -> Response:
    return answer(
        404, "unknown_campaign", str(Message(N_("This campaign was not published to this engine.")))
    )


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
    refused = Message(N_("The database cannot do this now: {reason}"), reason=str(error.orig))
    message = trouble_of(error) or refused
    return answer(503, "database", str(message))


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
