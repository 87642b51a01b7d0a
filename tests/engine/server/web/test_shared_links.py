"""Links by which anybody looks at one campaign: for a while, and until they are revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.server.identity import users
from engine.server.identity.roles import Role
from engine.store.tables.identity import credential
from tests.engine.server.shared.serving import DAY_MS, Shared
from tests.engine.server.web.conftest import Visitor
from tests.engine.shop import CAMPAIGN

LINKS = f"/web/campaigns/{CAMPAIGN}/links"


def link_of(visitor: Visitor, days: str = "7") -> str:
    """The address of a new link, without the server's own."""
    made = visitor.post(LINKS, days=days)
    assert made.status_code == 200
    found = re.search(r'value="http://[^/]+(/web/shared/\w+_\w+_[\w-]+)"', made.text)
    assert found is not None
    return found[1]


@pytest.fixture
def stranger(served: Shared) -> Iterator[Visitor]:
    one = Visitor(served)
    with one.session:
        yield one


def test_a_link_shows_its_campaign_and_nothing_else(visitor: Visitor, stranger: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor)
    page = stranger.get(link)
    assert page.status_code == 200
    assert "Hello Rome" in page.text
    assert "Make a link" not in page.text
    assert f'data-live-from="{link}/live"' in page.text
    assert stranger.get("/web").status_code == 303
    assert stranger.get(f"/web/campaigns/{CAMPAIGN}").status_code == 303
    token = link.rpartition("/")[2]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"canvas={token}"}):
        assert stranger.get("/api/v1/campaigns", headers=headers).status_code == 401


def test_it_ends_by_itself(served: Shared, visitor: Visitor, stranger: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor, "1")
    served.clock.set(served.clock.now() + DAY_MS - 1)
    assert stranger.get(link).status_code == 200
    served.clock.set(served.clock.now() + 1)
    assert stranger.get(link).status_code == 404


def test_it_is_revoked_at_once_and_by_its_own_campaign_only(visitor: Visitor, stranger: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor)
    id = link.split("_")[1]
    assert visitor.post(f"/web/campaigns/c_other/links/{id}/revoke").status_code == 404
    assert stranger.get(link).status_code == 200
    assert visitor.post(f"{LINKS}/{id}/revoke").status_code == 303
    assert stranger.get(link).status_code == 404
    assert visitor.post(f"{LINKS}/{id}/revoke").status_code == 404


def test_it_falls_with_who_made_it(served: Shared, visitor: Visitor, stranger: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor)
    with served.database.write() as connection:
        users.change_user(connection, "ann", role=Role.VIEWER.value)
    assert stranger.get(link).status_code == 404


def test_a_guess_is_worth_nothing(visitor: Visitor, stranger: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor)
    for guess in (link[:-3] + "AAA", link.replace("ccv", "cct"), f"{link}x", "/web/shared/%F0%9F%92%A9"):
        assert stranger.get(guess).status_code == 404, guess


def test_only_its_hash_is_kept_and_both_changes_are_written_down(served: Shared, visitor: Visitor) -> None:
    visitor.sign_in()
    link = link_of(visitor)
    _, id, value = link.rpartition("/")[2].split("_", 2)
    visitor.post(f"{LINKS}/{id}/revoke")
    with served.database.read() as connection:
        rows = connection.execute(credential.select()).all()
    assert not any(value in str(column) for row in rows for column in row)
    entries = served.call("GET", "/audit", served.token(Role.ADMINISTRATOR)).json()["entries"]
    said = [(one["did"], one["who"], one["target"], one["detail"].get("link")) for one in entries]
    assert ("share campaign", "ann", CAMPAIGN, id) in said
    assert ("revoke link", "ann", CAMPAIGN, id) in said
    assert value not in str(entries)
