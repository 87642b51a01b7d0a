"""Users over HTTP: signing in and out, invitations, tokens, users, the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from engine.server.answering import moment_text
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.identity import users
from engine.server.identity.accounts import Accounts, Session
from engine.server.identity.callers import Caller, note, present_call, present_caller
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.identity.users import Credential, User
from engine.server.wire.identity import (
    AcceptOrder,
    AuditCheck,
    AuditEntry,
    AuditPage,
    Invitation,
    MadeToken,
    Me,
    PasswordOrder,
    SignedIn,
    SignInOrder,
    TokenOrder,
    Tokens,
    TokenState,
    UserChange,
    UserOrder,
    Users,
    UserState,
)
from engine.shapes.time import utc_text
from engine.store import audit_log
from engine.store.audit_log import Logged

ORDERS = (SignInOrder, AcceptOrder, PasswordOrder, UserOrder, UserChange, TokenOrder)
MOST_SHOWN = 1_000
Limit = Annotated[int, Query(ge=1, le=MOST_SHOWN)]
After = Annotated[str, Query(max_length=100)]
Name = Annotated[str | None, Query(min_length=1, max_length=100)]
_SignIn = Annotated[SignInOrder, Depends(body(read_as(SignInOrder)))]
_Accept = Annotated[AcceptOrder, Depends(body(read_as(AcceptOrder)))]
_LISTED = (Kind.TOKEN, Kind.SESSION, Kind.SHARE)


class Cookie:
    """The cookie that holds a browser's session. secure: only ever sent over TLS."""

    def __init__(self, *, secure: bool) -> None:
        self.secure = secure
        # The prefix lets a browser refuse one that another host of the same site has set.
        self.name = "__Host-canvas" if secure else "canvas"

    def give(self, response: Response, text: str, seconds: int) -> None:
        """Let the browser keep a session."""
        response.set_cookie(
            self.name, text, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def take(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")


def router(accounts: Accounts, cookie: Cookie, me: Callable[[str, Role], Me]) -> APIRouter:
    """The operations on users. me: what is said to somebody of a name and role."""
    routes = routes_of("", "users")
    _signing_in(routes, accounts, cookie, me)
    _own(routes, accounts, me)
    _tokens(routes, accounts)
    _users(routes, accounts)
    _audit(routes, accounts)
    return routes


def _signing_in(routes: APIRouter, accounts: Accounts, cookie: Cookie, me: Callable[[str, Role], Me]) -> None:
    def begun(session: Session, request: Request, response: Response, *, by_cookie: bool) -> SignedIn:
        if by_cookie:
            accounts.end(request.cookies.get(cookie.name, ""))
            seconds = max(0, session.expires_at - accounts.clock.now()) // 1000
            cookie.give(response, session.secret.text, seconds)
        return SignedIn(
            token=None if by_cookie else session.secret.text,
            expires_at=utc_text(session.expires_at),
            me=me(session.user.name, session.user.role),
        )

    @routes.post("/sessions", status_code=201, openapi_extra=takes("SignInOrder"))
    def sign_in(
        request: Request,
        response: Response,
        order: Annotated[SignInOrder, Depends(body(read_as(SignInOrder)))],
    ) -> SignedIn:
        """Sign in with a name and a password."""
        session = accounts.sign_in(order.name, order.password, present_call().address)
        return begun(session, request, response, by_cookie=order.cookie)

    @routes.post("/invitations/accept", status_code=201, openapi_extra=takes("AcceptOrder"))
    def accept(
        request: Request,
        response: Response,
        order: Annotated[AcceptOrder, Depends(body(read_as(AcceptOrder)))],
    ) -> SignedIn:
        """Choose a password with an invitation, and sign in."""
        session = accounts.accept(order.token, order.password, present_call().address)
        return begun(session, request, response, by_cookie=order.cookie)

    @routes.delete("/sessions/current", status_code=204)
    def sign_out(response: Response) -> None:
        """What this call shows is taken no more."""
        accounts.sign_out(present_caller())
        cookie.take(response)


def _own(routes: APIRouter, accounts: Accounts, me: Callable[[str, Role], Me]) -> None:
    @routes.get("/me")
    def who() -> Me:
        """Who calls, and what holds here."""
        caller = present_caller()
        return me(caller.name, caller.role)

    @routes.post("/me/password", status_code=204, openapi_extra=takes("PasswordOrder"))
    def change_password(order: Annotated[PasswordOrder, Depends(body(read_as(PasswordOrder)))]) -> None:
        """Choose another password; all other sessions end."""
        accounts.change_password(present_caller(), order.old, order.new, present_call().address)


def _tokens(routes: APIRouter, accounts: Accounts) -> None:
    @routes.get("/tokens")
    def own(after: After = "", limit: Limit = 100) -> Tokens:
        """The caller's tokens and sessions; those that serve no more for a while, too."""
        caller = present_caller()
        return _listed(accounts, caller.name, after, limit, caller)

    @routes.post("/tokens", status_code=201, openapi_extra=takes("TokenOrder"))
    def make(order: Annotated[TokenOrder, Depends(body(read_as(TokenOrder)))]) -> MadeToken:
        """Make a token for a program. It is told once."""
        caller = present_caller()
        role = caller.role if order.role is None else Role(order.role)
        made, expires_at = accounts.make_token(caller, order.label, role, order.days)
        return MadeToken(id=made.id, token=made.text, role=role.value, expires_at=utc_text(expires_at))

    @routes.delete("/tokens/{id}", status_code=204)
    def revoke(id: str) -> None:
        """Take a token or a session no more; of others, if the caller is an administrator."""
        accounts.revoke(present_caller(), id)


def _users(routes: APIRouter, accounts: Accounts) -> None:
    @routes.get("/users")
    def listed(after: After = "", limit: Limit = 100) -> Users:
        """Everybody who uses this server."""
        with accounts.database.read() as connection:
            found = users.users(connection, after, limit + 1)
        return Users(
            users=[_user(one) for one in found[:limit]],
            after=found[limit - 1].name if len(found) > limit else None,
        )

    @routes.post("/users", status_code=201, openapi_extra=takes("UserOrder"))
    def invite(order: Annotated[UserOrder, Depends(body(read_as(UserOrder)))]) -> Invitation:
        """A new user. The invitation is told once: give it to whom it is for."""
        note(target=order.name, role=order.role)
        made, expires_at = accounts.invite(present_caller(), order.name, Role(order.role))
        return Invitation(name=order.name, role=order.role, token=made.text, expires_at=utc_text(expires_at))

    @routes.patch("/users/{name}", openapi_extra=takes("UserChange"))
    def change(name: str, order: Annotated[UserChange, Depends(body(read_as(UserChange)))]) -> UserState:
        """Give a user another role, or lock the user out; both hold at once."""
        note(**order.model_dump(exclude_none=True))
        role = Role(order.role) if order.role else None
        return _user(accounts.change(present_caller(), name, role, order.disabled))

    @routes.post("/users/{name}/invitation", status_code=201)
    def again(name: str) -> Invitation:
        """Let a user choose another password; the present one holds until then."""
        user, made, expires_at = accounts.invite_again(present_caller(), name)
        return Invitation(
            name=user.name, role=user.role.value, token=made.text, expires_at=utc_text(expires_at)
        )

    @routes.get("/users/{name}/tokens")
    def tokens_of(name: str, after: After = "", limit: Limit = 100) -> Tokens:
        """Another user's tokens and sessions."""
        return _listed(accounts, name, after, limit, present_caller())


def _audit(routes: APIRouter, accounts: Accounts) -> None:
    @routes.get("/audit")
    def entries(
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Limit = 100,
        who: Name = None,
        target: Name = None,
    ) -> AuditPage:
        """What users changed, the latest first; of one user, or of one campaign, user or token."""
        with accounts.database.read() as connection:
            found = audit_log.page(connection, before, limit + 1, who, target)
        shown = found[:limit]
        return AuditPage(
            entries=[_entry(one) for one in shown],
            before=shown[-1].number if len(found) > limit else None,
        )

    @routes.post("/audit/verify")
    def verify() -> AuditCheck:
        """Read the whole log, and say whether it is what was written."""
        with accounts.database.read() as connection:
            entries, hash, broken = audit_log.verify(connection)
        return AuditCheck(entries=entries, hash=hash, broken=None if broken is None else str(broken.message))


def _listed(accounts: Accounts, owner: str, after: str, limit: int, caller: Caller) -> Tokens:
    with accounts.database.read() as connection:
        found = users.credentials(connection, owner, _LISTED, after, limit + 1)
    return Tokens(
        tokens=[_token(one, current=one.id == caller.credential) for one in found[:limit]],
        after=found[limit - 1].id if len(found) > limit else None,
    )


def _token(one: Credential, *, current: bool) -> TokenState:
    return TokenState(
        id=one.id,
        kind=one.kind.value,
        label=one.label,
        role=None if one.role is None else one.role.value,
        created_at=utc_text(one.created_at),
        expires_at=utc_text(one.expires_at),
        used_at=moment_text(one.used_at),
        revoked_at=moment_text(one.revoked_at),
        current=current,
    )


def _user(one: User) -> UserState:
    return UserState(
        name=one.name,
        role=one.role.value,
        invited=one.password is None,
        disabled=one.disabled_at is not None,
        created_at=utc_text(one.created_at),
        created_by=one.created_by,
    )


def _entry(one: Logged) -> AuditEntry:
    entry = one.entry
    return AuditEntry(
        number=one.number,
        at=utc_text(entry.at),
        who=entry.who,
        role=entry.role,
        did=entry.did,
        target=entry.target,
        detail=dict(entry.detail),
        hash=one.hash,
    )
