"""Lets users into a shared server, and its own computer."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from engine.i18n import N_, Message
from engine.run.clock import Clock
from engine.server.guard import OwnToken, bearer, is_loopback
from engine.server.identity import secret, users
from engine.server.identity.callers import Caller
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind, Secret
from engine.server.identity.throttle import Rate
from engine.server.problems import CallRefused, database_refusal
from engine.store.database import Database, StoreError

KEPT_S = 5.0
"""How long what was found good is not looked up anew, though another process may revoke it meanwhile."""
MOST_KEPT = 10_000
SAFE_METHODS = frozenset(["GET", "HEAD", "OPTIONS"])
SIGNING_IN = frozenset([Kind.TOKEN, Kind.SESSION])

_STREAM = b"text/event-stream"
_FORWARDING = (b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via")


class _Known(NamedTuple):
    """A caller who was found good. until: by the monotonic clock; expires: by the engine's."""

    caller: Caller
    until: float
    expires: int


class Team:
    """Knows a server's users by what they show: a bearer token, or the cookie of a session."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        own: OwnToken,
        rate: Rate,
        *,
        cookie: str,
        idle_ms: int,
        proxies: Collection[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
        marks_use: bool = True,
    ) -> None:
        """own: what programs on this computer show. cookie: the name of the sessions' cookie; idle_ms: after
        so long without a call they end. marks_use: it is written down when a token was used; False where
        nothing may be written."""
        self._database = database
        self._clock = clock
        self._own = own
        self._rate = rate
        self._cookie = cookie
        self._idle_ms = idle_ms
        self._proxies = [ipaddress.ip_network(one) for one in proxies]
        self._monotonic = monotonic
        self._marks_use = marks_use
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], _Known] = {}
        self._changes = 0

    # ---- as a doorkeeper

    def address(self, headers: Mapping[bytes, bytes], peer: str) -> str:
        """The last one in the chain of proxies that is none of ours."""
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        for one in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            if not self._is_proxy(peer):
                break
            peer = one
        return peer[:64]

    async def caller(self, method: str, headers: Mapping[bytes, bytes], address: str) -> Caller:
        if self._own.is_shown(headers):
            # Whoever stands behind a proxy on this computer is not on this computer.
            if not is_loopback(address) or any(name in headers for name in _FORWARDING):
                raise _unknown()
            return await self._own.caller(method, headers, address)
        shown, by_cookie = self._shown(headers)
        if shown is None or shown.kind not in SIGNING_IN:
            raise _unknown()
        if by_cookie and method not in SAFE_METHODS:
            refuse_other_sites(headers)
        try:
            # A page that lies open asks by itself: that is nobody's use of it.
            by_itself = _STREAM in headers.get(b"accept", b"")
            known = self._kept(shown) or await run_in_threadpool(self._look_up, shown, by_itself)
        except DBAPIError as error:
            raise database_refusal(error) from error
        except StoreError as error:
            raise CallRefused(503, "database", error.message) from error
        if known is None:
            raise _unknown()
        self._rate.take(shown.id)
        return known

    # ---- for those who change users

    def forget(self) -> None:
        """Users or what they sign in with have changed: look everybody up anew."""
        with self._lock:
            self._known.clear()
            self._changes += 1

    # ---- inside

    def _shown(self, headers: Mapping[bytes, bytes]) -> tuple[Secret | None, bool]:
        """What a request shows, and whether it is a cookie."""
        if (token := bearer(headers)) is not None:
            return secret.read(token.decode("latin-1")), False
        try:
            jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        except CookieError:
            return None, False
        found = jar.get(self._cookie)
        return (None, False) if found is None else (secret.read(found.value), True)

    def _kept(self, shown: Secret) -> Caller | None:
        with self._lock:
            known = self._known.get((shown.id, shown.hash))
        if known is None or self._monotonic() >= known.until or self._clock.now() >= known.expires:
            return None
        return known.caller

    def _look_up(self, shown: Secret, by_itself: bool) -> Caller | None:
        now, changes = self._clock.now(), self._changes
        with self._database.read() as connection:
            pair = users.found(connection, shown.id)
        if pair is None:
            return None
        credential, owner = pair
        idle = credential.is_idle(now, self._idle_ms)
        good = credential.serves(now) and not idle and owner.disabled_at is None
        if not shown.is_of(credential.hash) or credential.kind is not shown.kind or not good:
            return None
        role = _lesser(owner.role, credential.role)
        session = shown.kind is Kind.SESSION
        caller = Caller(owner.name, role, credential.id, session=session, since=credential.created_at)
        if self._marks_use and credential.is_to_be_marked(now) and not by_itself:
            # A database that takes nothing more keeps nobody from looking.
            with suppress(DBAPIError), self._database.write() as connection:
                users.mark_used(connection, credential.id, now)
        self._keep(shown, _Known(caller, self._monotonic() + KEPT_S, credential.expires_at), changes)
        return caller

    def _keep(self, shown: Secret, known: _Known, changes: int) -> None:
        """Know it for a while, if nothing has changed since it was looked up."""
        with self._lock:
            if changes != self._changes:
                return
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[shown.id, shown.hash] = known

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)


def _lesser(own: Role, most: Role | None) -> Role:
    return own if most is None or most.covers(own) else most


def refuse_other_sites(headers: Mapping[bytes, bytes]) -> None:
    """A browser shows cookies by itself: another site must not make it call. Raises `CallRefused`."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        same = site == b"same-origin"
    else:
        origin = headers.get(b"origin", b"")
        same = origin.partition(b"://")[2] == headers.get(b"host", b"") != b""
    if not same:
        raise CallRefused(403, "other_site", Message(N_("Another site asked for this. It was not done.")))


def _unknown() -> CallRefused:
    message = Message(N_("You are not signed in, or no longer. Sign in, or show another token."))
    return CallRefused(401, "unauthorized", message)
