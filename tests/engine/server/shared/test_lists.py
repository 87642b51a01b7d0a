"""What a server on another computer lacks, and is sent; who decides there."""

from __future__ import annotations

from sqlalchemy import select

from engine.client import EngineClient
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.wire.data import Event
from engine.server.wire.sending import SettleOrder
from engine.store.tables.people import audience
from tests.engine.server.shared.serving import Shared


def people(client: EngineClient, *ids: str) -> None:
    """People who are known by what they did."""
    time = "2025-11-01T00:00:00Z"
    client.post_events(
        [Event(event_id=f"e_{id}", person_id=id, event="order", time=time, attributes={}) for id in ids]
    )


def test_a_list_is_sent_and_added_to(shared: Shared) -> None:
    with shared.client(shared.token(Role.PUBLISHER)) as client:
        people(client, "p1", "p2", "p3")
        first = client.send_list("a_vip", "person_id", ["p1", "p2", "p2", "nobody"])
        assert (first.ids, first.unknown, first.repeated, first.size) == (3, 1, 1, 2)
        assert client.send_list("a_vip", "person_id", ["p3"], add=True).size == 3
        assert client.send_list("a_vip", "person_id", ["p3"]).size == 1
    with shared.database.read() as connection:
        assert connection.execute(select(audience.c.id)).scalars().all() == ["a_vip"]
    entry = shared.call("GET", "/audit?target=a_vip&limit=1", shared.token(Role.ADMINISTRATOR)).json()
    assert entry["entries"][0]["detail"] == {"address": "127.0.0.1", "ids": 1, "size": 1}
    strange = shared.call(
        "POST", "/audiences/..%2Fx/list", shared.token(Role.PUBLISHER), json={"id_type": "x", "ids": ["1"]}
    )
    assert strange.status_code == 404


def test_who_settles_is_who_calls(shared: Shared) -> None:
    with shared.client(shared.token(Role.PUBLISHER, "anna")) as client:
        order = SettleOrder(how="sent", who="somebody else")
        assert client.settle_doubtful(order) == 0
        assert "somebody else" not in str(client.sending().decisions)
    entry = shared.call("GET", "/audit?limit=1", shared.token(Role.ADMINISTRATOR)).json()["entries"][0]
    assert (entry["who"], entry["did"]) == ("anna", "settle")


def test_where_a_call_comes_from_is_what_our_proxies_say(small: Shared) -> None:
    """Without proxies that are believed nobody else's word counts."""
    chief = small.token(Role.ADMINISTRATOR, kind=Kind.SESSION)
    headers = {"X-Forwarded-For": "192.0.2.7"}
    small.call("POST", "/users", chief, json={"name": "x", "role": "viewer"}, headers=headers)
    entry = small.call("GET", "/audit?limit=1", chief).json()["entries"][0]
    assert entry["detail"]["address"] == "127.0.0.1"
