"""What a client asks of users, on a shared server: signing in, tokens, the list of users, the audit log."""

from __future__ import annotations

from engine.client.calls import Calls, part, query
from engine.server.wire.base import Wire
from engine.server.wire.identity import (
    AcceptOrder,
    AuditCheck,
    AuditPage,
    Invitation,
    MadeToken,
    Me,
    PasswordOrder,
    RoleName,
    SignedIn,
    SignInOrder,
    TokenOrder,
    Tokens,
    UserChange,
    UserOrder,
    Users,
    UserState,
)


class UserCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    # ---- oneself

    def sign_in(self, name: str, password: str) -> SignedIn:
        """Begin a session; a client with its `token` then calls as this user."""
        body = _bytes(SignInOrder(name=name, password=password))
        return self._call(SignedIn, "POST", "/sessions", body=body, anonymous=True)

    def accept_invitation(self, token: str, password: str) -> SignedIn:
        """Choose a password, and begin a session."""
        body = _bytes(AcceptOrder(token=token, password=password))
        return self._call(SignedIn, "POST", "/invitations/accept", body=body, anonymous=True)

    def sign_out(self) -> None:
        """The token of this client is taken no more."""
        self._send("DELETE", "/sessions/current")

    def me(self) -> Me:
        """Who this client's token is of, and what holds on this server."""
        return self._call(Me, "GET", "/me")

    def change_password(self, old: str, new: str) -> None:
        """All other sessions end."""
        self._send("POST", "/me/password", body=_bytes(PasswordOrder(old=old, new=new)))

    def tokens(self, after: str | None = None) -> Tokens:
        """A page of one's own tokens and sessions."""
        return self._call(Tokens, "GET", f"/tokens{query(after=after)}")

    def make_token(self, label: str, role: RoleName | None = None, days: int | None = None) -> MadeToken:
        """A token for a program; only the answer ever has it. Needs a session."""
        body = _bytes(TokenOrder(label=label, role=role, days=days))
        return self._call(MadeToken, "POST", "/tokens", body=body)

    def revoke_token(self, id: str) -> None:
        """Take a token or session no more; another user's, for administrators."""
        self._send("DELETE", f"/tokens/{part(id)}")

    # ---- for administrators

    def users(self, after: str | None = None) -> Users:
        """A page of users, in order of their names."""
        return self._call(Users, "GET", f"/users{query(after=after)}")

    def invite(self, name: str, role: RoleName) -> Invitation:
        """A new user."""
        return self._call(Invitation, "POST", "/users", body=_bytes(UserOrder(name=name, role=role)))

    def invite_again(self, name: str) -> Invitation:
        """Let a user choose another password."""
        return self._call(Invitation, "POST", f"/users/{part(name)}/invitation")

    def change_user(self, name: str, role: RoleName | None = None, disabled: bool | None = None) -> UserState:
        """Give a user another role, or lock the user out."""
        body = _bytes(UserChange(role=role, disabled=disabled))
        return self._call(UserState, "PATCH", f"/users/{part(name)}", body=body)

    def tokens_of(self, name: str, after: str | None = None) -> Tokens:
        """A page of another user's tokens and sessions."""
        return self._call(Tokens, "GET", f"/users/{part(name)}/tokens{query(after=after)}")

    def audit(
        self, before: int | None = None, limit: int = 100, who: str | None = None, target: str | None = None
    ) -> AuditPage:
        """What users changed, the latest first; of one user, or of one campaign, user or token."""
        asked = query(before=before, limit=limit, who=who, target=target)
        return self._call(AuditPage, "GET", f"/audit{asked}")

    def verify_audit(self) -> AuditCheck:
        """Whether the audit log is what was written."""
        return self._call(AuditCheck, "POST", "/audit/verify", long=True)


def _bytes(order: Wire) -> bytes:
    return order.model_dump_json().encode()
