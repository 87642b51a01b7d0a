"""Signing in and out, invitations, tokens: what users do about themselves, and administrators about users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run.clock import Clock
from engine.server.identity import passwords, secret, users
from engine.server.identity.callers import Caller, note
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind, Secret
from engine.server.identity.throttle import Tries
from engine.server.identity.users import MINUTE_MS, User
from engine.server.problems import CallRefused
from engine.server.shared.configuration import SignIn
from engine.store.database import Database

HOUR_MS, DAY_MS = 3_600_000, 24 * 3_600_000
MOST_TOKENS, MOST_SESSIONS = 100, 50
FRESH_MINUTES = 15
"""For how long after signing in one may change who else gets in, and how."""

log = get_logger()


class Session(NamedTuple):
    """A session that has begun. expires_at: in ms."""

    user: User
    secret: Secret
    expires_at: int


@dataclass(frozen=True)
class Accounts:
    """The users of one server. Any thread may call."""

    database: Database
    clock: Clock
    tries: Tries
    rules: SignIn

    # ---- signing in

    def sign_in(self, name: str, password: str, address: str) -> Session:
        """Raises `CallRefused` where it is wrong, in the same words and after the same time whatever is."""
        self.tries.begin(name, address)
        with self.database.read() as connection:
            user = users.user(connection, name)
        hash = user.password if user is not None and user.disabled_at is None else None
        if not passwords.is_right(password, hash) or user is None or hash is None:
            log.warning("a sign-in failed", name=name, address=address)
            raise CallRefused(401, "wrong_password", Message(N_("The name or the password is wrong.")))
        self.tries.succeeded(name, address)
        if passwords.is_outdated(hash):
            anew = passwords.hashed(password)
            with self.database.write() as connection:
                users.change_user(connection, name, password=anew)
        return self._begin(user)

    def accept(self, token: str, password: str, address: str) -> Session:
        """Choose a password with an invitation, which serves once. Whatever served before does no more."""
        guesses = f"invitation from {address}"
        self.tries.begin(guesses, address)
        shown, now = secret.read(token.strip()), self.clock.now()
        user = self._invited(shown, now)
        passwords.refuse_weak(password, user.name)
        hash = passwords.hashed(password)
        with self.database.write() as connection:
            if shown is None or not users.revoke(connection, shown.id, now):
                raise _no_invitation()
            users.revoke_all(connection, user.name, now)
            users.change_user(connection, user.name, password=hash)
        self.tries.succeeded(guesses, address)
        return self._begin(user)

    def sign_out(self, caller: Caller) -> None:
        """What the caller shows is taken no more."""
        with self.database.write() as connection:
            users.revoke(connection, caller.credential, self.clock.now())

    def end(self, shown: str) -> None:
        """The session of a browser that begins another one."""
        before = secret.read(shown)
        if before is None or before.kind is not Kind.SESSION:
            return
        with self.database.write() as connection:
            pair = users.found(connection, before.id)
            if pair is not None and before.is_of(pair[0].hash):
                users.revoke(connection, before.id, self.clock.now())

    def change_password(self, caller: Caller, old: str, new: str, address: str) -> None:
        """Other sessions of the user end."""
        refuse_programs(caller)
        self.tries.begin(caller.name, address)
        with self.database.read() as connection:
            user = users.user(connection, caller.name)
        if user is None or not passwords.is_right(old, user.password):
            log.warning("a change of password failed", name=caller.name, address=address)
            raise CallRefused(403, "wrong_password", Message(N_("The old password is wrong.")))
        self.tries.succeeded(caller.name, address)
        passwords.refuse_weak(new, caller.name)
        hash, now = passwords.hashed(new), self.clock.now()
        with self.database.write() as connection:
            users.change_user(connection, caller.name, password=hash)
            users.revoke_all(connection, caller.name, now, but=caller.credential, kinds=[Kind.SESSION])

    # ---- tokens

    def make_token(self, caller: Caller, label: str, role: Role, days: int | None) -> tuple[Secret, int]:
        """A token of the caller's, and when it ends (ms). Raises `CallRefused`."""
        refuse_programs(caller)
        self._refuse_stale(caller)
        if not caller.role.covers(role):
            message = N_("A token may do no more than you may. Choose another role.")
            raise CallRefused(403, "forbidden", Message(message))
        now = self.clock.now()
        lasts = min(days or self.rules.token_days, self.rules.token_days) * DAY_MS
        with self.database.write() as connection:
            if users.how_many(connection, caller.name, Kind.TOKEN, now) >= MOST_TOKENS:
                text = N_("You have {n} tokens. Revoke some that you no longer need.")
                raise CallRefused(409, "too_many_tokens", Message(text, n=MOST_TOKENS))
            made = users.issue(connection, caller.name, Kind.TOKEN, now, lasts, label=label, role=role)
        note(target=made.id, label=label, role=role.value)
        return made, now + lasts

    def revoke(self, caller: Caller, id: str) -> None:
        """Take a token or session of the caller's no more, or anybody's if the caller administers users."""
        if id != caller.credential:
            self._refuse_stale(caller)
        with self.database.write() as connection:
            pair = users.found(connection, id)
            mine = pair is not None and pair[1].name == caller.name
            if pair is None or not (mine or caller.role.covers(Role.ADMINISTRATOR)):
                raise CallRefused(404, "unknown_token", Message(N_("There is no such token.")))
            users.revoke(connection, id, self.clock.now())
        note(owner=pair[1].name)

    # ---- users

    def invite(self, caller: Caller, name: str, role: Role) -> tuple[Secret, int]:
        """A new user, with an invitation and when it ends (ms). Raises `CallRefused` for a taken name."""
        self._refuse_stale(caller)
        with self.database.write() as connection:
            if not users.add_user(connection, name, role, caller.name, self.clock.now()):
                raise CallRefused(409, "name_taken", Message(N_("There is a user of this name already.")))
            return self._invitation(name)

    def invite_again(self, caller: Caller, name: str) -> tuple[User, Secret, int]:
        """A new invitation, such as for who has forgotten the password; earlier ones serve no more."""
        self._refuse_stale(caller)
        with self.database.write() as connection:
            user = self._user(name)
            users.revoke_all(connection, name, self.clock.now(), kinds=[Kind.INVITATION])
            return user, *self._invitation(name)

    def change(self, caller: Caller, name: str, role: Role | None, disabled: bool | None) -> User:
        """Give a user another role, or lock the user out. Raises `CallRefused` for the last administrator."""
        self._refuse_stale(caller)
        now = self.clock.now()
        with self.database.write() as connection:
            user = self._user(name)
            falls = disabled or (role is not None and role is not Role.ADMINISTRATOR)
            if user.role is Role.ADMINISTRATOR and falls and not users.other_administrators(connection, name):
                text = N_("This is the only administrator. Make somebody else one first.")
                raise CallRefused(409, "last_administrator", Message(text))
            if role is not None:
                users.change_user(connection, name, role=role.value)
            if disabled is not None:
                users.change_user(connection, name, disabled_at=now if disabled else None)
            if disabled:
                users.revoke_all(connection, name, now)
            return self._user(name)

    def _refuse_stale(self, caller: Caller) -> None:
        """Raises `CallRefused` where nobody has given a password for a while: a session that was left open or
        stolen, or a token, gives nobody else a way in."""
        if caller.here:
            return
        refuse_programs(caller)
        if self.clock.now() - caller.since > FRESH_MINUTES * MINUTE_MS:
            text = N_("Sign in again first: this can be done within {n} minutes of signing in.")
            raise CallRefused(403, "sign_in_again", Message(text, n=FRESH_MINUTES))

    def _user(self, name: str) -> User:
        with self.database.write() as connection:  # the transaction of who asks
            user = users.user(connection, name)
        if user is None:
            raise CallRefused(404, "unknown_user", Message(N_("There is no user “{name}”."), name=name))
        return user

    def _invitation(self, name: str) -> tuple[Secret, int]:
        now, lasts = self.clock.now(), self.rules.invitation_hours * HOUR_MS
        with self.database.write() as connection:
            return users.issue(connection, name, Kind.INVITATION, now, lasts), now + lasts

    def _invited(self, shown: Secret | None, now: int) -> User:
        """Whom an invitation is for. Raises `CallRefused`."""
        if shown is None or shown.kind is not Kind.INVITATION:
            raise _no_invitation()
        with self.database.read() as connection:
            pair = users.found(connection, shown.id)
        if pair is None or not shown.is_of(pair[0].hash) or not pair[0].serves(now):
            raise _no_invitation()
        if pair[1].disabled_at is not None:
            raise _no_invitation()
        return pair[1]

    def _begin(self, user: User) -> Session:
        now, lasts = self.clock.now(), self.rules.session_hours * HOUR_MS
        with self.database.write() as connection:
            if users.how_many(connection, user.name, Kind.SESSION, now) >= MOST_SESSIONS:
                users.revoke_all(connection, user.name, now, kinds=[Kind.SESSION])
            made = users.issue(connection, user.name, Kind.SESSION, now, lasts)
        note(who=user.name)
        return Session(user, made, now + lasts)


def refuse_programs(caller: Caller) -> None:
    """Raises `CallRefused` where nobody signed in for this: a token that was stolen makes no other."""
    if not caller.session:
        message = N_("Only somebody who signed in with a password can do this.")
        raise CallRefused(403, "no_session", Message(message))


def _no_invitation() -> CallRefused:
    text = N_("This invitation is wrong, was used, or is too old. Ask an administrator for another one.")
    return CallRefused(403, "no_invitation", Message(text))
