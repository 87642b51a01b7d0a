"""Routes that hold to the table of roles, and whose changes are written down."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

from engine.i18n import N_, Message
from engine.server.identity.callers import present_call, present_caller
from engine.server.identity.roles import RULES, Rule
from engine.server.problems import CallRefused
from engine.server.wire.base import API

_NAMING = ("id", "name", "number")
"""Parameters of paths that say what a call changes."""


class Declared(APIRoute):
    """A route that stands in the table. What does not cannot be made."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        dependencies: Sequence[Dependency] | None = None,
        **options: Any,
    ) -> None:
        (method,) = methods or ("GET",)
        rule = RULES[method, path]
        permit = _permission(rule)
        answer = _recorded(endpoint, rule) if rule.did else endpoint
        # Before `super`, which asks for the handler.
        self._direct = _direct(permit, endpoint) if answer is endpoint and not dependencies else None
        super().__init__(
            path,
            answer,
            methods=[method],
            dependencies=[Depends(permit), *(dependencies or ())],  # first: others read what was sent
            **options,
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a call: directly where nothing has to be made of it first."""
        return self._direct or super().get_route_handler()


def routes_of(prefix: str = "", tag: str | None = None, *, api: str = API) -> APIRouter:
    """A router of declared routes, to be included without a prefix."""
    return APIRouter(prefix=api + prefix, tags=[tag] if tag else None, route_class=Declared)


def _permission(rule: Rule) -> Callable[[], Awaitable[None]]:
    async def permit() -> None:
        if rule.role is not None and not present_caller().role.covers(rule.role):
            text = N_("This needs the role “{role}”. Ask an administrator of the server.")
            raise CallRefused(403, "forbidden", Message(text, role=rule.role.value))

    return permit


def _direct(
    permit: Callable[[], Awaitable[None]], endpoint: Callable[..., Any]
) -> Callable[[Request], Coroutine[Any, Any, Response]] | None:
    """A handler for a coroutine that takes the whole request and gives the response; None for any other
    endpoint. FastAPI would look for what it depends on, which costs more than most events do."""
    if not inspect.iscoroutinefunction(endpoint) or list(inspect.signature(endpoint).parameters) != [
        "request"
    ]:
        return None

    async def handle(request: Request) -> Response:
        await permit()
        response: Response = await endpoint(request)
        return response

    return handle


def _recorded(endpoint: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    """The endpoint, which is no coroutine; what it changes is written down where that is asked for."""

    @functools.wraps(endpoint)
    def recorded(**given: Any) -> Any:
        call = present_call()
        if call.recorder is None:
            return endpoint(**given)
        call.noted["target"] = next((str(given[name]) for name in _NAMING if name in given), "")
        with call.recorder.recording(rule, call):
            return endpoint(**given)

    return recorded
