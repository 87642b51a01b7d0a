"""Asking an engine over HTTP, and what comes of it: an answer, a refusal, or nobody there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from engine.i18n import N_, Message, MessageError, current_language
from engine.server.wire.base import API, Answer, Problem

if TYPE_CHECKING:
    import requests

TIMEOUT_S = (5.0, 30.0)
"""To connect, and to wait for an answer."""
LONG_TIMEOUT_S = (5.0, 3_600.0)
"""For what takes its time: importing, counting an audience, checking."""

A = TypeVar("A", bound=Answer)


class EngineUnreachable(MessageError):  # noqa: N818 - an answer that is shown, not a fault of the program
    """No engine answers at that address. What was asked may have been done nevertheless."""


class EngineRefused(Exception):  # noqa: N818
    """The engine did not do what was asked; `problem` says why, in words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def message(self) -> Message:
        return Message.verbatim(str(self))

    def __str__(self) -> str:
        reasons = [error.text for error in self.problem.errors]
        return "\n".join(reasons) if reasons else self.problem.detail


class Calls:
    """One engine, asked. What it is asked is said by subclasses, one a group of calls."""

    def __init__(self, base_url: str, token: str, timeout: tuple[float, float] = TIMEOUT_S) -> None:
        """`base_url` is the engine's address without the API's prefix. Raises `EngineUnreachable`."""
        self.base_url = base_url.strip().rstrip("/")
        if not self.base_url.startswith(("http://", "https://")):
            message = N_(
                "Enter the engine's address with http:// or https://, such as https://engine.example:8080."
            )
            raise EngineUnreachable(Message(message))
        import requests  # takes a while, and a window that opens asks nobody yet

        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between us, and no .netrc gives our token away
        if self.base_url.startswith("https://"):
            from engine.client.trust import ComputersTrust

            self._session.mount("https://", ComputersTrust())
        self._token = token

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, answer: type[A], method: str, path: str, **options: Any) -> A:
        content = self._send(method, path, **options)
        try:
            return answer.model_validate_json(content)
        except ValidationError:
            raise self._stranger() from None

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        long: bool = False,
        anonymous: bool = False,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes:
        import requests

        headers = {"Accept": "application/json", "Accept-Language": current_language(), **headers}
        if not anonymous:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = self._session.request(
                method,
                self.base_url + API + path,
                data=body,
                headers=headers,
                timeout=LONG_TIMEOUT_S if long else self._timeout,
                allow_redirects=False,  # the token is for this address only
            )
        except requests.exceptions.SSLError as error:
            message = N_(
                "There is no safe connection to {url}: its certificate is not one that this computer trusts, "
                "or it does not speak TLS."
            )
            raise EngineUnreachable(Message(message, url=self.base_url)) from error
        except (requests.RequestException, UnicodeError, ValueError) as error:
            message = N_("The engine at {url} does not answer. Is it running, and is the address right?")
            raise EngineUnreachable(Message(message, url=self.base_url)) from error
        if response.ok and not response.is_redirect:
            return response.content
        raise self._refusal(response)

    def _refusal(self, response: requests.Response) -> Exception:
        try:
            return EngineRefused(Problem.model_validate_json(response.content))
        except ValidationError:
            return self._stranger()

    def _stranger(self) -> EngineUnreachable:
        message = N_("What answers at {url} is no engine of this version. Check the address.")
        return EngineUnreachable(Message(message, url=self.base_url))


def json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def query(**asked: object) -> str:
    """What is asked for, as a query; what is None is left out, and so is the query where all is."""
    known = {name: value for name, value in asked.items() if value is not None}
    return f"?{urlencode(known)}" if known else ""


def part(id: str) -> str:
    """An id as a part of a path."""
    return quote(id, safe="")
