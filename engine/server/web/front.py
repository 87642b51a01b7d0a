"""What stands before the API for browsers: the reader's language, and refusals as pages."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from pydantic import ValidationError
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from engine.i18n import LANGUAGES, use_language
from engine.server.guard import language_of
from engine.server.problems import MEDIA_TYPE
from engine.server.web.frame import LONGEST_WAY_BACK, Frame, quoted
from engine.server.web.pages import invitation_page, problem_page, sign_in_page
from engine.server.wire.base import Problem

SIGN_IN = "/web/sign-in"
_FORMS = {SIGN_IN: sign_in_page, "/web/invitation": invitation_page}
"""What is shown again where it was not taken, with the reason."""
_LANGUAGE_COOKIE = "canvas-language"
_YEAR_S = 365 * 24 * 3600


class Front:
    """Wraps the whole application; looks at what browsers show as pages, and at nothing else."""

    def __init__(self, app: ASGIApp, workspace: str, *, secure: bool) -> None:
        """workspace: its name; secure: cookies go over TLS only."""
        self._app = app
        self._workspace = workspace
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == "/" or scope["path"].startswith("/web")):
            await self._app(scope, receive, send)
            return
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        asked = _asked(scope)
        language = asked or _kept(headers) or language_of(headers.get(b"accept-language", b"")) or "en"
        # In place: who counts requests reads later what the routes have written into it.
        others = [pair for pair in scope["headers"] if pair[0] != b"accept-language"]
        scope["headers"] = [*others, (b"accept-language", language.encode())]
        shown = _Shown(self, scope, receive, send, language, keep=asked is not None)
        await self._app(scope, receive, shown.sent)

    def page(self, scope: Scope, problem: Problem, headers: MutableHeaders) -> Response:
        """What somebody who looks at pages is shown in place of a problem."""
        form = _FORMS.get(scope["path"]) if scope["method"] == "POST" else None
        if form is not None:
            response: Response = form(Frame(self._workspace), problem.detail, problem.status)
        elif problem.status == 401:
            back = f"?next={quoted(_here(scope))}" if scope["method"] == "GET" else ""
            response = RedirectResponse(SIGN_IN + back, 303)
        else:
            response = problem_page(Frame(self._workspace), problem)
        for name in ("retry-after", "allow"):
            if name in headers:
                response.headers[name] = headers[name]
        return response

    def keep(self, response_headers: MutableHeaders, language: str) -> None:
        """Let the browser remember a language."""
        answer = Response()
        answer.set_cookie(
            _LANGUAGE_COOKIE, language, max_age=_YEAR_S, path="/", secure=self._secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        response_headers.append("set-cookie", answer.headers["set-cookie"])


class _Shown:
    """One answer on its way out."""

    def __init__(
        self, front: Front, scope: Scope, receive: Receive, send: Send, language: str, *, keep: bool
    ) -> None:
        self._front, self._scope, self._receive, self._send = front, scope, receive, send
        self._language = language
        self._keep = keep
        self._refusal: Event | None = None
        self._body = b""

    async def sent(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            headers = MutableHeaders(scope=event)
            if headers.get("content-type") == MEDIA_TYPE and _wants_pages(self._scope):
                self._refusal = event
                return
            if self._keep:
                self._front.keep(headers, self._language)
        elif self._refusal is not None:
            self._body += event.get("body", b"")
            if not event.get("more_body"):
                await self._refuse(self._refusal)
            return
        await self._send(event)

    async def _refuse(self, start: Event) -> None:
        problem = _problem(self._body, start["status"])
        with use_language(self._language):
            response = self._front.page(self._scope, problem, MutableHeaders(scope=start))
        if self._keep:
            self._front.keep(response.headers, self._language)
        await response(self._scope, self._receive, self._send)


def _problem(body: bytes, status: int) -> Problem:
    try:
        return Problem.model_validate_json(body)
    except ValidationError:
        return Problem(title="", status=status, code="", detail="")


def _wants_pages(scope: Scope) -> bool:
    """Whether somebody looks at pages: programs and streams of events take a problem as it is."""
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _here(scope: Scope) -> str:
    """The address that was asked for; without its query where that makes it too long."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= LONGEST_WAY_BACK else path


def _asked(scope: Scope) -> str | None:
    """The language that the address asks for."""
    try:
        found = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("lang", [])
    except ValueError:
        return None
    return found[0] if found and found[0] in LANGUAGES else None


def _kept(headers: Mapping[bytes, bytes]) -> str | None:
    """The language that the browser was let remember."""
    try:
        found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(_LANGUAGE_COOKIE)
    except CookieError:
        return None
    return found.value if found is not None and found.value in LANGUAGES else None
