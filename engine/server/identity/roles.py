"""The roles, and the one table that says what each call needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from engine.server.wire.base import API


class Role(StrEnum):
    """What a user may do: each role all that the ones before it may.

    A viewer looks at campaigns and numbers; an editor also at people, asks about audiences, tells events; a
    publisher runs campaigns and changes data; an approver approves what others publish; an administrator
    looks after users, the engine, and what cannot be taken back.
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: Role) -> bool:
        """Whether who has this role may do what needs the other one."""
        return _RANK[self] >= _RANK[needed]


_RANK = {role: rank for rank, role in enumerate(Role)}
ANYBODY = None
"""What needs no sign-in."""


class Span(Enum):
    """How far the transaction reaches in which a change is written into the audit log.

    Attributes:
        ENTRY: only the entry, before the call is answered; the change takes its time, or several of its own.
        STORE: the change, too. ENGINE: the change, between two waves of the engine.
    """

    ENTRY = auto()
    STORE = auto()
    ENGINE = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a call needs and leaves.

    role: the least that may call; None: anybody. did: what the audit log calls it; "": it changes nothing, or
    what it changes is data that programs send by the thousand. span: what is one transaction with the entry.
    """

    role: Role | None
    did: str = ""
    span: Span = Span.ENTRY


_V, _E, _P = Role.VIEWER, Role.EDITOR, Role.PUBLISHER
_APPROVER, _ADMIN = Role.APPROVER, Role.ADMINISTRATOR

_CALLS: Mapping[str, Rule] = {
    # the engine
    "GET /health": Rule(ANYBODY),
    "GET /openapi.json": Rule(ANYBODY),
    "GET /status": Rule(_V),
    "GET /hold": Rule(_V),
    "POST /release": Rule(_ADMIN, "release"),
    "POST /check": Rule(_P),
    "POST /shutdown": Rule(_ADMIN, "shut down"),
    # campaigns
    "POST /campaigns": Rule(_P, "publish", Span.ENGINE),
    "GET /campaigns": Rule(_V),
    "POST /campaigns/check": Rule(_E),
    "GET /campaigns/{id}": Rule(_V),
    "GET /campaigns/{id}/counts": Rule(_V),
    "GET /campaigns/{id}/report": Rule(_V),
    "GET /campaigns/{id}/report/people": Rule(_E),
    "GET /campaigns/{id}/why": Rule(_E),
    "GET /comparison": Rule(_V),
    "GET /campaigns/{id}/versions": Rule(_V),
    "GET /campaigns/{id}/versions/{version}": Rule(_V),
    "GET /campaigns/{id}/versions/{version}/counts": Rule(_V),
    "GET /campaigns/{id}/versions/{version}/changes": Rule(_V),
    "POST /campaigns/{id}/versions/{version}/publish": Rule(_P, "roll back", Span.ENGINE),
    "POST /campaigns/{id}/stop": Rule(_P, "stop", Span.ENGINE),
    "POST /campaigns/{id}/restart": Rule(_P, "restart", Span.ENGINE),
    "DELETE /campaigns/{id}": Rule(_P, "delete", Span.ENGINE),
    # proposals
    "GET /proposals": Rule(_V),
    "POST /proposals": Rule(_E, "propose", Span.STORE),
    "GET /proposals/{number}": Rule(_V),
    "GET /proposals/{number}/bundle": Rule(_V),
    "POST /proposals/{number}/approve": Rule(_APPROVER, "approve", Span.STORE),
    "POST /proposals/{number}/decline": Rule(_APPROVER, "decline", Span.STORE),
    # data
    "POST /events": Rule(_E),
    "GET /events/received": Rule(_E),
    "POST /import": Rule(_P, "import"),
    "GET /sizes": Rule(_V),
    "POST /imports": Rule(_P, "import"),
    "POST /imports/folder": Rule(_P, "import"),
    "GET /imports": Rule(_V),
    "GET /imports/current": Rule(_V),
    "POST /imports/current/cancel": Rule(_P, "cancel import"),
    "POST /imports/{id}/undo": Rule(_P, "undo import"),
    "GET /imports/{id}/rejects": Rule(_E),
    # audiences
    "GET /audiences": Rule(_V),
    "GET /audiences/{id}/sizes": Rule(_V),
    "POST /audiences/{id}/update": Rule(_E, "update audience"),
    "POST /audiences/{id}/forget": Rule(_P, "forget audience"),
    "POST /audiences/refresh": Rule(_E, "refresh audiences"),
    "POST /audiences/{id}/upload": Rule(_P, "upload audience"),
    "POST /audiences/{id}/list": Rule(_P, "upload audience"),
    "POST /estimate": Rule(_E),
    "POST /sample": Rule(_E),
    "POST /overlap": Rule(_E),
    "POST /figures": Rule(_E),
    "DELETE /questions/{ticket}": Rule(_E),
    # lists
    "GET /suppressed": Rule(_E),
    "POST /suppressed": Rule(_P, "suppress addresses"),
    "POST /suppressed/remove": Rule(_P, "release addresses"),
    "GET /coupons": Rule(_V),
    "POST /coupons/{id}/codes": Rule(_P, "add codes"),
    "GET /coupons/{id}/codes": Rule(_E),
    # people
    "GET /people": Rule(_E),
    "GET /person": Rule(_E),
    "GET /person/events": Rule(_E),
    "GET /person/visits": Rule(_E),
    "GET /person/messages": Rule(_E),
    "POST /person/erase": Rule(_ADMIN, "erase person"),
    # sending
    "GET /sending": Rule(_V),
    "GET /doubtful": Rule(_E),
    "POST /doubtful/settle": Rule(_P, "settle"),
    # users
    "POST /sessions": Rule(ANYBODY, "sign in"),
    "DELETE /sessions/current": Rule(_V, "sign out", Span.STORE),
    "POST /invitations/accept": Rule(ANYBODY, "accept invitation"),
    "GET /me": Rule(_V),
    "POST /me/password": Rule(_V, "change password"),
    "GET /tokens": Rule(_V),
    "POST /tokens": Rule(_V, "make token", Span.STORE),
    "DELETE /tokens/{id}": Rule(_V, "revoke token", Span.STORE),
    "GET /users": Rule(_ADMIN),
    "POST /users": Rule(_ADMIN, "invite user", Span.STORE),
    "PATCH /users/{name}": Rule(_ADMIN, "change user", Span.STORE),
    "POST /users/{name}/invitation": Rule(_ADMIN, "invite again", Span.STORE),
    "GET /users/{name}/tokens": Rule(_ADMIN),
    "GET /audit": Rule(_ADMIN),
    "POST /audit/verify": Rule(_ADMIN),
}

_OUTSIDE: Mapping[str, Rule] = {
    "GET /healthz": Rule(ANYBODY),
    "GET /readyz": Rule(ANYBODY),
    "GET /metrics": Rule(_V),
    # pages in a browser
    "GET /": Rule(ANYBODY),
    "GET /web": Rule(_V),
    "GET /web/sign-in": Rule(ANYBODY),
    "POST /web/sign-in": Rule(ANYBODY, "sign in"),
    "GET /web/invitation": Rule(ANYBODY),
    "POST /web/invitation": Rule(ANYBODY, "accept invitation"),
    "POST /web/sign-out": Rule(_V, "sign out", Span.STORE),
    "GET /web/campaigns/{id}": Rule(_V),
    "GET /web/campaigns/{id}/live": Rule(_V),
    "GET /web/campaigns/{id}/report": Rule(_V),
    "GET /web/campaigns/{id}/report/files/{format}": Rule(_V),
    "GET /web/campaigns/{id}/report/people": Rule(_E),
    "GET /web/comparison": Rule(_V),
    "GET /web/comparison/files/{format}": Rule(_V),
    "POST /web/campaigns/{id}/links": Rule(_P, "share campaign", Span.STORE),
    "POST /web/campaigns/{id}/links/{link}/revoke": Rule(_P, "revoke link", Span.STORE),
    # for who was given a link, by its secret
    "GET /web/shared/{token}": Rule(ANYBODY),
    "GET /web/shared/{token}/live": Rule(ANYBODY),
    "GET /web/shared/{token}/report": Rule(ANYBODY),
    "GET /web/shared/{token}/report/files/{format}": Rule(ANYBODY),
    "GET /web/static/{name}": Rule(ANYBODY),
}


def _key(call: str, prefix: str) -> tuple[str, str]:
    method, _, path = call.partition(" ")
    return method, prefix + path


RULES: Mapping[tuple[str, str], Rule] = {
    **{_key(call, API): rule for call, rule in _CALLS.items()},
    **{_key(call, ""): rule for call, rule in _OUTSIDE.items()},
}
"""What each call needs, by its method and the path that it was declared with. What does not stand here cannot
be declared at all."""

OPEN_CALLS = frozenset(key for key, rule in RULES.items() if rule.role is ANYBODY)
"""What anybody who reaches the port may call."""
