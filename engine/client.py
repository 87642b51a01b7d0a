"""Talks to an engine over its HTTP API: the bundled one of a workspace, or one on another computer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode

import requests
from pydantic import JsonValue, ValidationError

from engine.i18n import N_, Message, MessageError, current_language
from engine.people_client import PeopleCalls
from engine.server.wire.audiences import (
    AudienceState,
    AudienceStates,
    Estimate,
    Figures,
    OverlapAnswer,
    SampleAnswer,
    SizeAt,
    SizeHistory,
    UploadAnswer,
)
from engine.server.wire.base import API, Answer, Problem
from engine.server.wire.campaigns import Campaign, CampaignList, Counts, PublishAnswer, Version, VersionList
from engine.server.wire.data import Event, EventsAnswer, ReceivedEvent, ReceivedEvents, Sizes
from engine.server.wire.engine import CheckAnswer, EngineState, Health, Hold, Violation
from engine.server.wire.imports import ImportAnswer
from engine.server.wire.lists import (
    CodesAnswer,
    CodeState,
    CouponCodePage,
    CouponPool,
    CouponPools,
    SuppressedAnswer,
    SuppressedPage,
)
from engine.workspace.engine_folder import engine_folder

TIMEOUT_S = (5.0, 30.0)
"""To connect, and to wait for an answer."""
LONG_TIMEOUT_S = (5.0, 3_600.0)
"""For what takes its time: importing, counting an audience, checking."""
ADDRESS_NAME = "address.json"
TOKEN_NAME = "token"  # noqa: S105 - the name of the file, not what stands in it

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


class EngineClient(PeopleCalls):
    """One engine. Every method raises `EngineUnreachable` and `EngineRefused`.

    A client may be used by one thread at a time; it keeps its connection between calls.
    """

    def __init__(self, base_url: str, token: str, timeout: tuple[float, float] = TIMEOUT_S) -> None:
        """`base_url` is the engine's address without the API's prefix. Raises `EngineUnreachable`."""
        self.base_url = base_url.strip().rstrip("/")
        if not self.base_url.startswith(("http://", "https://")):
            message = N_(
                "Enter the engine's address with http:// or https://, such as https://engine.example:8080."
            )
            raise EngineUnreachable(Message(message))
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between us, and no .netrc gives our token away
        self._token = token

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- the engine

    def health(self) -> Health:
        """Whether an engine is there. Does not show it the token."""
        return self._call(Health, "GET", "/health", anonymous=True)

    def status(self) -> EngineState:
        return self._call(EngineState, "GET", "/status")

    def hold(self) -> Hold:
        """Whether the engine is held because its database was restored or copied, and what it knows."""
        return self._call(Hold, "GET", "/hold", long=True)

    def release(self) -> None:
        """Let an engine that is held go on. What it sends may have been sent before."""
        self._send("POST", "/release")

    def check(self) -> list[Violation]:
        """Let the engine prove its books; [] = all is well."""
        return self._call(CheckAnswer, "POST", "/check", long=True).violations

    def shutdown(self) -> None:
        """Ask the engine to end after its present work. It still answers for a moment."""
        self._send("POST", "/shutdown")

    # ---- campaigns

    def publish(self, bundle: bytes) -> PublishAnswer:
        """Publish a bundle, as `engine.workspace.bundle` writes it."""
        return self._call(PublishAnswer, "POST", "/campaigns", body=bundle)

    def campaigns(self) -> list[Campaign]:
        """Every published campaign, in order of publishing."""
        return self._call(CampaignList, "GET", "/campaigns").campaigns

    def campaign(self, id: str) -> Campaign:
        return self._call(Campaign, "GET", f"/campaigns/{_part(id)}")

    def stop(self, id: str) -> Campaign:
        """Entering and sending cease; people keep their place."""
        return self._call(Campaign, "POST", f"/campaigns/{_part(id)}/stop")

    def restart(self, id: str) -> Campaign:
        return self._call(Campaign, "POST", f"/campaigns/{_part(id)}/restart")

    def delete(self, id: str) -> None:
        """Remove a campaign that is not in progress, with all that it left."""
        self._send("DELETE", f"/campaigns/{_part(id)}")

    def counts(self, id: str, version: int | None = None) -> Counts:
        """Live counts of a campaign, or of one of its versions."""
        one = "" if version is None else f"/versions/{version}"
        return self._call(Counts, "GET", f"/campaigns/{_part(id)}{one}/counts")

    def versions(self, id: str) -> list[Version]:
        """A campaign's versions, in order of publishing."""
        return self._call(VersionList, "GET", f"/campaigns/{_part(id)}/versions").versions

    def bundle(self, id: str, version: int) -> bytes:
        """What a version was published as, as `engine.workspace.bundle` reads it."""
        return self._send("GET", f"/campaigns/{_part(id)}/versions/{version}")

    # ---- data

    def post_events(self, events: Iterable[Event]) -> EventsAnswer:
        """Tell what people did. Safe to repeat: an event counts once."""
        body = {"events": [event.model_dump(mode="json") for event in events]}
        return self._call(EventsAnswer, "POST", "/events", body=_json(body))

    def received(self) -> list[ReceivedEvent]:
        """The events received last, the latest first, and what they did."""
        return self._call(ReceivedEvents, "GET", "/events/received").events

    def sizes(self) -> Sizes:
        """How many people audiences hold, and how many codes coupons have left."""
        return self._call(Sizes, "GET", "/sizes")

    def import_folder(self, folder: Path) -> ImportAnswer:
        """Import a data folder on the engine's own computer."""
        body = _json({"folder": str(folder.absolute())})
        return self._call(ImportAnswer, "POST", "/import", body=body, long=True)

    # ---- audiences

    def audiences(self) -> list[AudienceState]:
        """What the engine holds of every audience that it knows."""
        return self._call(AudienceStates, "GET", "/audiences").audiences

    def size_history(self, id: str) -> list[SizeAt]:
        """The sizes that an audience has had, the earliest first."""
        return self._call(SizeHistory, "GET", f"/audiences/{_part(id)}/sizes").sizes

    def update_audience(self, id: str) -> int:
        """Store who is in an audience now, by its file; its size."""
        return self._call(Estimate, "POST", f"/audiences/{_part(id)}/update", long=True).size

    def refresh_audiences(self) -> None:
        """Tell the engine that audiences of the workspace have changed: it keeps them up to date."""
        self._send("POST", "/audiences/refresh")

    def upload_list(
        self, id: str, file: Path, *, add: bool = False, unknown: Path | None = None
    ) -> UploadAnswer:
        """Make a list's people of a CSV file on the engine's own computer; ids that nobody has go into the
        file `unknown`."""
        order = {"file": str(file.absolute()), "add": add}
        if unknown is not None:
            order["unknown"] = str(unknown.absolute())
        path = f"/audiences/{_part(id)}/upload"
        return self._call(UploadAnswer, "POST", path, body=_json(order), long=True)

    def estimate(
        self,
        audience: dict[str, JsonValue],
        at: str | None = None,
        *,
        catalog: dict[str, JsonValue] | None = None,
        ticket: str | None = None,
    ) -> int:
        """How many people an audience (its file's content) holds, now or as of an ISO 8601 time.

        catalog: what its cards name, by default the workspace's. ticket: see `EstimateOrder`.
        """
        body = _json({"audience": audience, "at": at, "catalog": catalog, "ticket": ticket})
        return self._call(Estimate, "POST", "/estimate", body=body, long=True).size

    def sample(self, audience: dict[str, JsonValue], *, ticket: str | None = None) -> SampleAnswer:
        """A hundred people of an audience, chosen by chance and always the same."""
        body = _json({"audience": audience, "ticket": ticket})
        return self._call(SampleAnswer, "POST", "/sample", body=body, long=True)

    def overlap(
        self, first: dict[str, JsonValue], second: dict[str, JsonValue], *, ticket: str | None = None
    ) -> OverlapAnswer:
        """How many people are in both of two audiences."""
        body = _json({"first": first, "second": second, "ticket": ticket})
        return self._call(OverlapAnswer, "POST", "/overlap", body=body, long=True)

    def figures(self, order: dict[str, JsonValue]) -> dict[str, int]:
        """How many people are of each RFM type or in each AIPL stage; `order`: see `FiguresOrder`."""
        return self._call(Figures, "POST", "/figures", body=_json(order), long=True).people

    def cancel(self, ticket: str) -> None:
        """Nobody wants to know any more what was asked with this ticket."""
        self._send("DELETE", f"/questions/{_part(ticket)}")

    # ---- lists that are kept by hand

    def suppressed(
        self, search: str = "", type: str = "", after: tuple[str, str] = ("", ""), limit: int = 100
    ) -> SuppressedPage:
        """Addresses to which nothing may be sent, behind the one of type and value `after`."""
        asked = {"search": search, "type": type, "after_type": after[0], "after": after[1], "limit": limit}
        return self._call(SuppressedPage, "GET", f"/suppressed?{urlencode(asked)}")

    def suppress(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Suppress addresses, each a type and a value; at most `MAX_ADDRESSES`."""
        return self._call(SuppressedAnswer, "POST", "/suppressed", body=_addresses(addresses))

    def release_addresses(self, addresses: Iterable[tuple[str, str]]) -> SuppressedAnswer:
        """Let addresses have messages again."""
        return self._call(SuppressedAnswer, "POST", "/suppressed/remove", body=_addresses(addresses))

    def coupons(self) -> list[CouponPool]:
        """Every coupon that has codes: how many, and how many were issued."""
        return self._call(CouponPools, "GET", "/coupons", long=True).coupons

    def add_codes(self, coupon: str, codes: Sequence[str]) -> CodesAnswer:
        """Add codes to a coupon's pool; at most `MAX_CODES`."""
        body = _json({"codes": list(codes)})
        return self._call(CodesAnswer, "POST", f"/coupons/{_part(coupon)}/codes", body=body, long=True)

    def coupon_codes(
        self, coupon: str, search: str = "", state: CodeState = "all", after: str = "", limit: int = 100
    ) -> CouponCodePage:
        """A coupon's codes behind `after`; `search` takes a part of a code, or a person's id."""
        asked = urlencode({"search": search, "state": state, "after": after, "limit": limit})
        return self._call(CouponCodePage, "GET", f"/coupons/{_part(coupon)}/codes?{asked}", long=True)

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
    ) -> bytes:
        headers = {"Accept": "application/json", "Accept-Language": current_language()}
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


def bundled(workspace: Path) -> EngineClient | None:
    """A client for the workspace's own engine if it runs, else None.

    The address may have been left by an engine that was killed, and its port be somebody else's by now: the
    token is shown only to the very process that wrote it. In a workspace that was copied the address is that
    of the other workspace's engine.
    """
    address = _address(workspace)
    try:
        if address.get("place") != place_of(engine_folder(workspace)):
            return None
        token = (engine_folder(workspace) / TOKEN_NAME).read_text(encoding="utf-8").strip()
        client = EngineClient(address["url"], token)
    except (OSError, ValueError, KeyError, EngineUnreachable):
        return None
    try:
        if client.health().instance == address.get("instance"):
            return client
    except (EngineUnreachable, EngineRefused):
        pass
    client.close()
    return None


def instance_of(workspace: Path) -> str | None:
    """The engine that left its address and has not ended in order since, or None."""
    return _address(workspace).get("instance")


def place_of(folder: Path) -> str:
    """What tells a folder from its copies, and stays when it is moved within its disk."""
    found = folder.stat()
    return f"{found.st_dev}:{found.st_ino}"


def _address(workspace: Path) -> dict[str, str]:
    """What the address file says, empty where there is none that can be read."""
    try:
        found = json.loads((engine_folder(workspace) / ADDRESS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _addresses(addresses: Iterable[tuple[str, str]]) -> bytes:
    return _json({"addresses": [{"type": type, "value": value} for type, value in addresses]})


def _part(id: str) -> str:
    """An id as a part of a path."""
    return quote(id, safe="")
