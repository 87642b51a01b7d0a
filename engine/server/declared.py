"""Routes that hold to the table of roles, and whose changes are written down."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends
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
        permission = [] if rule.role is None else [Depends(_permission(rule))]
        super().__init__(
            path,
            _recorded(endpoint, rule) if rule.did else endpoint,
            methods=[method],
            dependencies=[*permission, *(dependencies or ())],  # first: others read what was sent
            **options,
        )


def routes_of(prefix: str = "", tag: str | None = None, *, api: str = API) -> APIRouter:
    """A router of declared routes, to be included without a prefix."""
    return APIRouter(prefix=api + prefix, tags=[tag] if tag else None, route_class=Declared)


def _permission(rule: Rule) -> Callable[[], None]:
    async def permit() -> None:
        assert rule.role is not None
        if not present_caller().role.covers(rule.role):
            text = N_("This needs the role “{role}”. Ask an administrator of the server.")
            raise CallRefused(403, "forbidden", Message(text, role=rule.role.value))

    return permit  # type: ignore[return-value]  # FastAPI awaits what is awaitable


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
