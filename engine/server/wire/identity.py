"""Users over the wire: signing in, tokens, the list of users, the audit log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from engine.server.wire.base import Answer, Wire
from engine.shapes.text import Text

RoleName = Literal["viewer", "editor", "publisher", "approver", "administrator"]

UserName = Annotated[
    Text,
    AfterValidator(str.lower),
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$"),
]
"""What a user signs in with; small and capital letters are the same."""
Password = Annotated[Text, StringConstraints(min_length=1, max_length=256)]
SecretText = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Label = Annotated[Text, StringConstraints(min_length=1, max_length=100)]


class SignInOrder(Wire):
    """Signing in. cookie: a browser asks, which is to show the session by itself from then on."""

    name: UserName
    password: Annotated[Password, Field(repr=False)]
    cookie: bool = False


class AcceptOrder(Wire):
    """Choosing a password with an invitation; then one is signed in."""

    token: Annotated[SecretText, Field(repr=False)]
    password: Annotated[Password, Field(repr=False)]
    cookie: bool = False


class PasswordOrder(Wire):
    """Choosing another password."""

    old: Annotated[Password, Field(repr=False)]
    new: Annotated[Password, Field(repr=False)]


class UserOrder(Wire):
    """A user who is invited."""

    name: UserName
    role: RoleName


class UserChange(Wire):
    """What is to be changed of a user; null: it stays. disabled: nothing of the user is taken any more."""

    role: RoleName | None = None
    disabled: bool | None = None


class TokenOrder(Wire):
    """A token for a program. role: the most that it may do, null: what the user may; days: how long it holds,
    null: as long as the server allows."""

    label: Label
    role: RoleName | None = None
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None


class Me(Answer):
    """Who calls. `four_eyes`: what is published here must be approved by somebody else."""

    name: str
    role: RoleName
    workspace: str
    four_eyes: bool


class SignedIn(Answer):
    """A session. `token`: what to show as bearer; null where a cookie holds it."""

    token: str | None
    expires_at: str
    me: Me


class UserState(Answer):
    """A user. `invited`: no password was chosen yet."""

    name: str
    role: RoleName
    invited: bool
    disabled: bool
    created_at: str
    created_by: str


class Users(Answer):
    """Some users, in order of their names. `after`: where the next page begins, or null."""

    users: list[UserState]
    after: str | None = None


class Invitation(Answer):
    """An invitation; its `token` is told once, and never again."""

    name: str
    role: RoleName
    token: str
    expires_at: str


class TokenState(Answer):
    """A token or session. `current`: the one that asks."""

    id: str
    kind: Literal["token", "session", "invitation", "share"]
    label: str
    role: RoleName | None
    created_at: str
    expires_at: str
    used_at: str | None
    revoked_at: str | None
    current: bool = False


class Tokens(Answer):
    """Some tokens and sessions, in order of their ids. `after`: where the next page begins, or null."""

    tokens: list[TokenState]
    after: str | None = None


class MadeToken(Answer):
    """A new token: `token` is told once, and never again."""

    id: str
    token: str
    role: RoleName
    expires_at: str


class AuditEntry(Answer):
    """What somebody changed; `hash` holds it and all entries before it fast."""

    number: int
    at: str
    who: str
    role: str
    did: str
    target: str
    detail: dict[str, JsonValue]
    hash: str


class AuditPage(Answer):
    """Some entries, the latest first. `before`: where the next page begins, or null."""

    entries: list[AuditEntry]
    before: int | None = None


class AuditCheck(Answer):
    """Whether the log is what was written: how many entries hold, the last hash, and what breaks first."""

    entries: int
    hash: str
    broken: str | None = None
