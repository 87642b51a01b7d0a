"""Users: invited, signing in, locked out; their tokens; what the audit log keeps; who comes too often."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from engine.server.identity import accounts, passwords, users
from engine.server.identity.first import invite
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.identity.throttle import NAME_EACH_S, TRIES_OF_ADDRESS, TRIES_OF_NAME
from engine.server.problems import CallRefused
from engine.server.shared.configuration import SignIn
from engine.store.database import Database
from engine.store.tables.identity import audit_log, credential, user_account
from tests.engine.server.shared.serving import DAY_MS, OWN, Shared, serve_shared

PASSWORD = "correct horse staple"


def accept(shared: Shared, token: str, password: str = PASSWORD, **more: Any) -> requests.Response:
    order = {"token": token, "password": password, **more}
    return shared.call("POST", "/invitations/accept", json=order)


def sign_in(shared: Shared, name: str, password: str = PASSWORD, **options: Any) -> requests.Response:
    order = {"name": name, "password": password, **options.pop("more", {})}
    return shared.call("POST", "/sessions", json=order, **options)


def invited(shared: Shared, name: str, role: str = "editor") -> str:
    answer = shared.call("POST", "/users", OWN, json={"name": name, "role": role})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def joined(shared: Shared, name: str, role: str = "editor") -> str:
    """The session of a new user who has chosen a password."""
    return str(accept(shared, invited(shared, name, role)).json()["token"])


def test_the_first_administrator_and_everybody_after(shared: Shared) -> None:
    rules, now = SignIn(), shared.clock.now()
    made = invite(shared.database, "admin", Role.ADMINISTRATOR, rules, now, only_first=True)
    assert made is not None
    answer = accept(shared, made.text)
    assert (answer.status_code, answer.json()["me"]["role"]) == (201, "administrator")
    assert accept(shared, made.text).json()["code"] == "no_invitation"  # it serves once
    assert invite(shared.database, "admin", Role.ADMINISTRATOR, rules, now, only_first=True) is None
    token = answer.json()["token"]
    anna = shared.call("POST", "/users", token, json={"name": "Anna", "role": "editor"})
    assert accept(shared, anna.json()["token"]).status_code == 201
    assert sign_in(shared, "ANNA").json()["me"] == {
        "name": "anna", "role": "editor", "workspace": "Shop", "four_eyes": False,
    }  # fmt: skip
    again = shared.call("POST", "/users", token, json={"name": "anna", "role": "viewer"})
    assert again.json()["code"] == "name_taken"
    listed = shared.call("GET", "/users", token).json()["users"]
    assert [(one["name"], one["role"], one["created_by"]) for one in listed] == [
        ("admin", "administrator", "engine"),
        ("anna", "editor", "admin"),
    ]


@pytest.mark.parametrize(
    "password",
    [
        "short", "aaaaaaaaaaaaaaaa", "passwordpassword", "1234567890123456", "abcabcabcabcabc",
        "qwerty123456!", "annaanna1234", "publisher-anna1", "campaigncanvas26", "SonyEricsson",
        "ghjcnjgfhjkm",
    ],
)  # fmt: skip
def test_a_password_that_others_would_guess_is_refused(password: str) -> None:
    with pytest.raises(CallRefused) as refused:
        passwords.refuse_weak(password, "anna")
    assert refused.value.code == "weak_password"


@pytest.mark.parametrize(
    "password", ["x7" * 3 + "jqpzvk" * 10, "密码 短语 四个 词语 🐎", "correct horse staple"]
)
def test_a_password_may_be_long_and_of_any_characters(password: str) -> None:
    passwords.refuse_weak(password, "anna")
    assert passwords.is_right(password, passwords.hashed(password))
    assert not passwords.is_right(password.upper() + " ", passwords.hashed(password))


def test_a_weak_password_leaves_the_invitation(small: Shared) -> None:
    token = invited(small, "anna")
    assert accept(small, token, "short").json()["code"] == "weak_password"
    assert accept(small, token).status_code == 201


def test_an_invitation_ends_and_a_newer_one_takes_its_place(small: Shared) -> None:
    first = invited(small, "anna")
    second = small.call("POST", "/users/anna/invitation", OWN).json()["token"]
    assert accept(small, first).json()["code"] == "no_invitation"
    small.clock.set(small.clock.now() + 4 * DAY_MS)
    assert accept(small, second).json()["code"] == "no_invitation"
    third = small.call("POST", "/users/anna/invitation", OWN).json()["token"]
    assert accept(small, third).status_code == 201
    assert small.call("GET", "/me", second).status_code == 401  # an invitation is no session


def test_a_new_password_ends_what_was_before(small: Shared) -> None:
    session = joined(small, "anna")
    other = sign_in(small, "anna").json()["token"]
    order = {"old": PASSWORD, "new": "another horse staple"}
    assert small.call("POST", "/me/password", session, json={**order, "old": "x"}).status_code == 403
    assert small.call("POST", "/me/password", session, json=order).status_code == 204
    assert small.call("GET", "/me", session).status_code == 200
    assert small.call("GET", "/me", other).status_code == 401
    assert sign_in(small, "anna").status_code == 401
    assert sign_in(small, "anna", "another horse staple").status_code == 201


def test_a_session_ends_by_itself_and_by_signing_out(small: Shared) -> None:
    first, second = joined(small, "anna"), sign_in(small, "anna").json()["token"]
    assert small.call("DELETE", "/sessions/current", second).status_code == 204
    assert small.call("GET", "/me", second).status_code == 401
    assert small.call("GET", "/me", first).status_code == 200
    small.clock.set(small.clock.now() + DAY_MS)
    assert small.call("GET", "/me", first).status_code == 401


def test_a_session_ends_when_nobody_uses_it(small: Shared) -> None:
    session = joined(small, "anna")
    open_page = {"Accept": "text/event-stream"}

    def after(minutes: int, headers: dict[str, str] | None = None) -> int:
        small.clock.set(small.clock.now() + minutes * users.MINUTE_MS)
        small.seconds.now += minutes * 60
        return small.call("GET", "/me", session, headers=headers or {}).status_code

    assert [after(50) for _ in range(3)] == [200] * 3
    assert after(50, open_page) == 200  # which its browser asks for by itself
    assert after(11) == 401
    token = small.token(Role.VIEWER)
    small.clock.set(small.clock.now() + DAY_MS)
    assert small.call("GET", "/me", token).status_code == 200  # programs may be silent


def test_who_gets_in_is_changed_soon_after_signing_in_and_by_no_program(small: Shared) -> None:
    chief, token = joined(small, "chief", "administrator"), small.token(Role.ADMINISTRATOR)
    invited(small, "anna")
    made = small.call("POST", "/tokens", chief, json={"label": "x"}).json()["id"]
    calls: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/users", {"name": "ben", "role": "viewer"}),
        ("POST", "/users/anna/invitation", {}),
        ("PATCH", "/users/anna", {"role": "administrator"}),
        ("POST", "/tokens", {"label": "y"}),
        ("DELETE", f"/tokens/{made}", {}),
    ]
    small.clock.set(small.clock.now() + (accounts.FRESH_MINUTES + 1) * users.MINUTE_MS)
    for method, path, order in calls:
        stale, program = (small.call(method, path, by, json=order) for by in (chief, token))
        assert (stale.status_code, stale.json()["code"]) == (403, "sign_in_again"), path
        assert (program.status_code, program.json()["code"]) == (403, "no_session"), path
    anew = sign_in(small, "chief").json()["token"]
    for method, path, order in calls:
        assert small.call(method, path, anew, json=order).status_code in (200, 201, 204), path


def test_tokens_of_programs(shared: Shared) -> None:
    session = joined(shared, "anna", "publisher")
    made = shared.call(
        "POST", "/tokens", session, json={"label": "shop", "role": "editor", "days": 30}
    ).json()
    assert shared.call("GET", "/me", made["token"]).json()["role"] == "editor"
    assert shared.call("POST", "/campaigns", made["token"], json={}).status_code == 403
    more = shared.call("POST", "/tokens", session, json={"label": "x", "role": "administrator"})
    assert more.status_code == 403
    assert shared.call("POST", "/tokens", made["token"], json={"label": "x"}).json()["code"] == "no_session"
    listed = shared.call("GET", "/tokens", session).json()["tokens"]
    assert {(one["kind"], one["label"], one["current"]) for one in listed} == {
        ("session", "", True),
        ("token", "shop", False),
    }
    assert not any(made["token"] in str(one) for one in listed)
    ben = joined(shared, "ben", "approver")
    assert shared.call("DELETE", f"/tokens/{made['id']}", ben).status_code == 404
    assert shared.call("DELETE", f"/tokens/{made['id']}", session).status_code == 204
    assert shared.call("GET", "/me", made["token"]).status_code == 401
    lasting = shared.call("POST", "/tokens", session, json={"label": "y"}).json()
    shared.clock.set(shared.clock.now() + 366 * DAY_MS)
    assert shared.call("GET", "/me", lasting["token"]).status_code == 401


def test_another_role_holds_at_once_and_the_last_administrator_stays(small: Shared) -> None:
    chief, anna = joined(small, "chief", "administrator"), joined(small, "anna")
    assert small.call("GET", "/people", anna).status_code == 200
    assert small.call("PATCH", "/users/anna", chief, json={"role": "viewer"}).json()["role"] == "viewer"
    assert small.call("GET", "/people", anna).status_code == 403
    for change in ({"role": "viewer"}, {"disabled": True}):
        assert small.call("PATCH", "/users/chief", chief, json=change).json()["code"] == "last_administrator"
    assert small.call("PATCH", "/users/anna", chief, json={"disabled": True}).json()["disabled"] is True
    assert small.call("GET", "/me", anna).status_code == 401
    assert sign_in(small, "anna").status_code == 401
    small.call("PATCH", "/users/anna", chief, json={"disabled": False})
    assert sign_in(small, "anna").status_code == 201
    assert small.call("PATCH", "/users/nobody", chief, json={}).status_code == 404


def test_passwords_that_are_tried_out(small: Shared) -> None:
    joined(small, "anna")
    wrong = [sign_in(small, "anna", "wrong").json()["detail"] for _ in range(TRIES_OF_NAME)]
    assert wrong[0] == sign_in(small, "nobody", "wrong").json()["detail"]  # nobody learns who there is
    stopped = sign_in(small, "anna")
    assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(stopped.headers["Retry-After"]) <= NAME_EACH_S
    small.seconds.now += NAME_EACH_S
    assert sign_in(small, "anna").status_code == 201


def test_names_that_are_tried_out_from_one_address(small: Shared) -> None:
    statuses = [sign_in(small, f"u{number}", "wrong").status_code for number in range(TRIES_OF_ADDRESS + 1)]
    assert statuses == [401] * TRIES_OF_ADDRESS + [429]


def test_a_browser_shows_its_cookie_and_another_site_cannot_use_it(small: Shared) -> None:
    token = invited(small, "anna", "publisher")
    answer = accept(small, token, cookie=True)
    assert answer.json()["token"] is None
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    shown = {"Cookie": cookie.partition(";")[0]}
    assert small.call("GET", "/me", headers=shown).json()["name"] == "anna"
    order = {"label": "x"}
    host = small.url.removeprefix("http://")
    for other in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        refused = small.call("POST", "/tokens", json=order, headers={**shown, **other})
        assert refused.json()["code"] == "other_site"
    for own in ({"Origin": f"http://{host}"}, {"Sec-Fetch-Site": "same-origin"}):
        assert small.call("POST", "/tokens", json=order, headers={**shown, **own}).status_code == 201


def test_a_browser_that_signs_in_again_leaves_its_session_before(small: Shared) -> None:
    token = invited(small, "anna")
    first = {"Cookie": accept(small, token, cookie=True).headers["Set-Cookie"].partition(";")[0]}
    second = sign_in(small, "anna", more={"cookie": True}, headers=first)
    assert small.call("GET", "/me", headers=first).status_code == 401
    shown = {"Cookie": second.headers["Set-Cookie"].partition(";")[0]}
    assert small.call("GET", "/me", headers=shown).status_code == 200


def test_over_tls_the_cookie_goes_nowhere_else(databases: Database, tmp_path: Path) -> None:
    with serve_shared(databases, tmp_path, public_url="https://127.0.0.1") as served:
        cookie = accept(served, invited(served, "anna"), cookie=True).headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


def test_a_token_may_call_only_so_often(databases: Database, tmp_path: Path) -> None:
    with serve_shared(databases, tmp_path, limits={"per_second": 2.0, "burst": 5}) as shared:
        token = shared.token(Role.VIEWER)
        statuses = [shared.call("GET", "/me", token).status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        assert shared.call("GET", "/me", shared.token(Role.EDITOR)).status_code == 200
        shared.seconds.now += 1
        assert [shared.call("GET", "/me", token).status_code for _ in range(3)] == [200, 200, 429]


def test_nothing_that_serves_to_sign_in_is_kept(small: Shared) -> None:
    session = joined(small, "anna")
    made = small.call("POST", "/tokens", session, json={"label": "x"}).json()["token"]
    with small.database.read() as connection:
        kept = str(
            [
                *connection.execute(select(user_account)),
                *connection.execute(select(credential)),
                *connection.execute(select(audit_log)),
            ]
        )
    for secret in (PASSWORD, session, made, session.split("_", 2)[2], made.split("_", 2)[2]):
        assert secret not in kept


def test_what_was_changed_stands_in_the_audit_log(shared: Shared) -> None:
    chief = joined(shared, "chief", "administrator")
    shared.call("POST", "/users", chief, json={"name": "anna", "role": "viewer"})
    shared.call("POST", "/users", chief, json={"name": "anna", "role": "viewer"})  # refused: no entry
    page = shared.call("GET", "/audit?limit=1", chief).json()
    (entry,) = page["entries"]
    assert (entry["who"], entry["role"], entry["did"]) == ("chief", "administrator", "invite user")
    assert (entry["target"], entry["detail"]) == ("anna", {"role": "viewer", "address": "127.0.0.1"})
    before = shared.call("GET", f"/audit?before={page['before']}", chief).json()["entries"]
    assert [(one["who"], one["did"]) for one in before] == [
        ("chief", "accept invitation"),
        ("engine", "invite user"),
    ]
    check = shared.call("POST", "/audit/verify", chief).json()
    assert check == {"entries": 3, "hash": entry["hash"], "broken": None}
    with shared.database.write() as connection:
        connection.execute(update(audit_log).where(audit_log.c.number == 2).values(who="nobody"))
    assert "Entry 2 was changed" in shared.call("POST", "/audit/verify", chief).json()["broken"]


def test_what_is_old_is_forgotten(shared: Shared) -> None:
    shared.token(Role.VIEWER)
    shared.clock.set(shared.clock.now() + 365 * DAY_MS + users.KEPT_MS + 1)
    with shared.database.write() as connection:
        users.issue(connection, "viewer", Kind.TOKEN, shared.clock.now(), DAY_MS)
        assert len(users.credentials(connection, "viewer", tuple(Kind), "", 10)) == 1


def test_many_who_sign_in_at_once_leave_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_queue", threading.BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(CallRefused) as refused:
        passwords.hashed(PASSWORD)
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert passwords.is_right(PASSWORD, passwords.hashed(PASSWORD))
