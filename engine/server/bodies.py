"""Bodies of requests: read as strictly as files, and checked against their model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from engine.files import read_json
from engine.i18n import N_, Message
from engine.server.problems import CallRefused, InvalidBody
from engine.server.wire.base import Wire

W = TypeVar("W", bound=Wire)
T = TypeVar("T")

NAME = Path("request")
"""What errors call a body; it is not shown."""
SMALL = 16 * 1024
"""Bytes of a body that is read at once: to have another thread read it would take longer."""


async def json_bytes(request: Request) -> bytes:
    """The body of a request that says that it sends JSON."""
    # A form in a page of somebody else can send anything but this type without asking first.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise CallRefused(
            415, "not_json", Message(N_("Send JSON, with the header Content-Type: application/json."))
        )
    return await request.body()


def read_as(model: type[W]) -> Callable[[bytes], W]:
    """Reads a body as `model`. Raises `FileError` for what is no plain JSON object, `ValidationError` for
    another object than the model."""
    return lambda data: model.model_validate_json(read_json(data, NAME).text)


def body(read: Callable[[bytes], T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that gives the body as `read` reads it. Raises what that does, and `InvalidBody`."""

    def checked(data: bytes) -> T:
        try:
            return read(data)
        except ValidationError as error:
            raise InvalidBody(error) from None

    async def value(request: Request) -> T:
        data = await json_bytes(request)
        return checked(data) if len(data) <= SMALL else await run_in_threadpool(checked, data)

    return value


def takes(*names: str) -> dict[str, Any]:
    """The part of the OpenAPI document that says what an operation's body holds: one of the named schemas."""
    schemas = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
