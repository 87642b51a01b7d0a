"""Publishing where several people do: base versions, changes, rolling back, four eyes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.campaign import campaign_file
from engine.server.identity.roles import Role
from engine.server.wire.campaigns import etag
from engine.store.database import Database
from engine.workspace import bundle as bundles
from engine.workspace.account import ACCOUNT
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.workspace import Workspace
from tests.engine.campaign.building import empty_campaign
from tests.engine.server.shared.serving import DAY_MS, Shared, serve_shared
from tests.engine.shop import CAMPAIGN, campaign_path, make_shop


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


def made(shop: Workspace, node: str = "Hello") -> Bundle:
    """The shop's campaign with another name of its SMS."""
    path = campaign_path(shop)
    data = path.read_bytes().replace(b'"name": "Hello",', f'"name": "{node}",'.encode())
    return bundles.make(shop, campaign_file.parse(data, path))


def publish(
    shared: Shared, bundle: Bundle, base: str | None = None, name: str = "anna", role: Role = Role.PUBLISHER
) -> requests.Response:
    headers = {"Content-Type": "application/json"} | ({"If-Match": base} if base else {})
    token = shared.token(role, name)
    return shared.call("POST", "/campaigns", token, data=bundles.write(bundle), headers=headers)


def test_nobody_publishes_over_what_he_has_not_seen(shared: Shared, shop: Workspace) -> None:
    first = publish(shared, made(shop))
    assert (first.status_code, first.json()["version"]) == (200, 1)
    tag = first.headers["ETag"]
    assert shared.call("GET", f"/campaigns/{CAMPAIGN}", shared.token(Role.VIEWER)).headers["ETag"] == tag

    without = publish(shared, made(shop, "Second"), name="ben")
    assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
    assert without.json()["conflict"]["current"]["etag"] == tag

    second = publish(shared, made(shop, "Second"), tag, "ben")
    assert (second.status_code, second.json()["version"]) == (200, 2)
    overtaken = publish(shared, made(shop, "Third"), tag)
    assert (overtaken.status_code, overtaken.json()["code"]) == (412, "overtaken")
    conflict = overtaken.json()["conflict"]
    assert (conflict["base"]["version"], conflict["base"]["published_by"]) == (1, "anna")
    assert (conflict["current"]["version"], conflict["current"]["published_by"]) == (2, "ben")
    assert conflict["current"]["etag"] == second.headers["ETag"]
    assert publish(shared, made(shop, "Third"), second.headers["ETag"]).json()["version"] == 3
    versions = shared.call("GET", f"/campaigns/{CAMPAIGN}/versions?limit=2", shared.token(Role.VIEWER)).json()
    assert ([one["published_by"] for one in versions["versions"]], versions["after"]) == (["anna", "ben"], 2)


def test_the_same_content_again_needs_no_base_and_changes_nothing(shared: Shared, shop: Workspace) -> None:
    tag = publish(shared, made(shop)).headers["ETag"]
    again = publish(shared, made(shop), name="ben")
    assert (again.status_code, again.headers["ETag"]) == (200, tag)
    version = shared.call("GET", f"/campaigns/{CAMPAIGN}/versions", shared.token(Role.VIEWER)).json()
    assert [one["published_by"] for one in version["versions"]] == ["anna"]


def test_a_base_that_was_deleted_or_never_was(shared: Shared, shop: Workspace) -> None:
    unknown = publish(shared, made(shop), etag(7, "ab" * 32))
    assert (unknown.status_code, unknown.json()["code"]) == (412, "deleted")
    assert unknown.json()["conflict"] == {"base": None, "current": None}
    publish(shared, made(shop))
    strange = publish(shared, made(shop, "Other"), '"x"')
    assert (strange.status_code, strange.json()["conflict"]["base"]) == (412, None)
    assert publish(shared, made(shop, "Other"), "*").status_code == 200


def test_of_many_who_publish_at_once_one_wins(shared: Shared, shop: Workspace) -> None:
    tag = publish(shared, made(shop)).headers["ETag"]
    names = [f"u{number}" for number in range(8)]
    for name in names:
        shared.token(Role.PUBLISHER, name)
    for round in range(3):
        answers = at_once(shared, {name: made(shop, f"{name} {round}") for name in names}, tag)
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * (len(names) - 1)
        tag = next(answer for answer in answers if answer.status_code == 200).headers["ETag"]
    assert tag.startswith('"4-')


def at_once(shared: Shared, wanted: dict[str, Bundle], tag: str) -> list[requests.Response]:
    """What users are answered who publish at the same time, all from one base."""
    with ThreadPoolExecutor(len(wanted)) as threads:
        asked = [threads.submit(publish, shared, bundle, tag, name) for name, bundle in wanted.items()]
        return [one.result() for one in asked]


def test_changes_between_versions_and_rolling_back(shared: Shared, shop: Workspace) -> None:
    token = shared.token(Role.PUBLISHER)
    first = publish(shared, made(shop))
    tag = publish(shared, made(shop, "Hi"), first.headers["ETag"]).headers["ETag"]
    changes = shared.call("GET", f"/campaigns/{CAMPAIGN}/versions/2/changes", token).json()
    assert (changes["since"], changes["objects"]) == (1, [])
    (node,) = changes["nodes"]
    assert (node["node"], node["change"]) == ("n_sms", "changed")
    assert "Hi" in node["details"][0]

    path = f"/campaigns/{CAMPAIGN}/versions/1/publish"
    assert shared.call("POST", path, token).status_code == 428
    back = shared.call("POST", path, token, headers={"If-Match": tag})
    assert (back.status_code, back.json()["version"], back.json()["hash"]) == (200, 3, first.json()["hash"])
    same = shared.call("GET", f"/campaigns/{CAMPAIGN}/versions/3/changes?since=1", token).json()
    assert (same["nodes"], same["objects"]) == ([], [])
    entry = shared.call("GET", f"/audit?target={CAMPAIGN}&limit=1", shared.token(Role.ADMINISTRATOR)).json()
    assert entry["entries"][0]["did"] == "roll back"
    assert entry["entries"][0]["detail"]["version"] == 3


def test_what_else_a_version_refers_to_is_compared(shared: Shared, shop: Workspace) -> None:
    token = shared.token(Role.PUBLISHER)
    first = publish(shared, made(shop))
    milan = {"field": "attr:city", "op": "is", "value": ["Milan"]}
    rome: Any = shop.audiences["a_rome"]
    content = rome.canonical() | {"cards": [{"card": "tags", "condition": milan}]}
    shop.save_audience(type(rome).model_validate_json(json.dumps(content)))
    publish(shared, made(shop), first.headers["ETag"])
    changes = shared.call("GET", f"/campaigns/{CAMPAIGN}/versions/2/changes", token).json()
    assert changes["objects"] == [{"kind": "audience", "id": "a_rome", "name": "Rome", "change": "changed"}]


def test_campaigns_come_in_pages(small: Shared, shop: Workspace) -> None:
    data = campaign_path(shop).read_bytes()
    for number in range(5):
        content = data.replace(CAMPAIGN.encode(), f"c_{number}".encode())
        content = content.replace(b'"name": "Hello Rome"', f'"name": "Hello {number}"'.encode())
        publish(small, bundles.make(shop, campaign_file.parse(content, campaign_path(shop))))
        small.clock.set(small.clock.now() + 1)
    token, found = small.token(Role.VIEWER), []
    after: str | None = ""
    while after is not None:
        page = small.call("GET", f"/campaigns?limit=2&after={after}", token).json()
        found.append([one["id"] for one in page["campaigns"]])
        after = page["after"]
    assert found == [["c_0", "c_1"], ["c_2", "c_3"], ["c_4"]]
    with small.client(token) as client:
        assert [one.id for one in client.campaigns()] == [f"c_{number}" for number in range(5)]
    assert small.call("GET", "/campaigns?after=x", token).status_code == 422


def test_what_would_come_of_it_is_told_before(shared: Shared, shop: Workspace) -> None:
    smtp = {
        "id": "ac_mail",
        "name": "Mail",
        "kind": "smtp",
        "settings": {"host": "mail.example", "user": "u"},
    }
    mail = ACCOUNT.parse(json.dumps({"format": "account", "version": 1, **smtp}).encode(), shop.folder)
    plain = made(shop)
    bundle = Bundle(
        plain.campaign, plain.audiences, plain.messages, {**plain.accounts, mail.id: mail}, plain.catalog
    )
    with shared.client(shared.token(Role.EDITOR)) as client:
        before = client.check_bundle(bundles.write(bundle))
        assert (before.current, before.same, before.approved, before.problems) == (None, False, None, [])
        assert [(lack.kind, lack.id) for lack in before.lacks] == [("secret", "ac_mail")]
        publish(shared, plain)
        after = client.check_bundle(bundles.write(plain))
        assert after.current is not None
        assert (after.current.version, after.same, after.lacks) == (1, True, [])
        empty = Bundle(empty_campaign(), {}, {}, {}, Catalog())
        assert client.check_bundle(bundles.write(empty)).problems


# ---- four eyes


@pytest.fixture
def careful(databases: Database, tmp_path: Path) -> Iterator[Shared]:
    """A server where somebody else must approve."""
    with serve_shared(databases, tmp_path, approval={"four_eyes": True, "days": 7}) as served:
        yield served


def propose(served: Shared, bundle: Bundle, name: str = "anna") -> int:
    headers = {"Content-Type": "application/json"}
    token = served.token(Role.PUBLISHER, name)
    answer = served.call("POST", "/proposals", token, data=bundles.write(bundle), headers=headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


def decide(served: Shared, number: int, how: str, name: str = "olga") -> requests.Response:
    return served.call(
        "POST", f"/proposals/{number}/{how}", served.token(Role.APPROVER, name), json={"reason": "read it"}
    )


def test_what_nobody_approved_is_not_published(careful: Shared, shop: Workspace) -> None:
    assert publish(careful, made(shop)).json()["code"] == "approval_needed"
    number = propose(careful, made(shop))
    assert publish(careful, made(shop)).json()["code"] == "approval_needed"
    token = careful.token(Role.VIEWER)
    assert careful.call("GET", "/proposals?undecided=true", token).json()["proposals"][0]["number"] == number
    stored = careful.call("GET", f"/proposals/{number}/bundle", token).content
    assert bundles.read(stored).hash == made(shop).hash
    assert decide(careful, number, "approve").status_code == 200
    assert decide(careful, number, "decline").json()["code"] == "decided"
    assert publish(careful, made(shop, "Another")).json()["code"] == "approval_needed"
    assert publish(careful, made(shop)).status_code == 200
    assert careful.call("GET", f"/proposals/{number}", token).json()["published_at"] is not None


def test_nobody_approves_for_himself(careful: Shared, shop: Workspace) -> None:
    olga = careful.token(Role.APPROVER, "olga")
    headers = {"Content-Type": "application/json"}
    data = bundles.write(made(shop))
    number = careful.call("POST", "/proposals", olga, data=data, headers=headers).json()["number"]
    assert decide(careful, number, "approve").json()["code"] == "own_proposal"
    anna = propose(careful, made(shop))
    decide(careful, anna, "approve")
    by_approver = publish(careful, made(shop), name="olga", role=Role.APPROVER)
    assert by_approver.json()["code"] == "approval_needed"
    assert publish(careful, made(shop)).status_code == 200


def test_an_approval_serves_once_and_for_some_days(careful: Shared, shop: Workspace) -> None:
    decide(careful, propose(careful, made(shop)), "approve")
    tag = publish(careful, made(shop)).headers["ETag"]
    decide(careful, propose(careful, made(shop, "Hi")), "approve")
    tag = publish(careful, made(shop, "Hi"), tag).headers["ETag"]
    back = {"headers": {"If-Match": tag}}
    path, anna = f"/campaigns/{CAMPAIGN}/versions/1/publish", careful.token(Role.PUBLISHER, "anna")
    assert careful.call("POST", path, anna, **back).json()["code"] == "approval_needed"
    decide(careful, propose(careful, made(shop)), "approve")
    careful.clock.set(careful.clock.now() + 8 * DAY_MS)
    assert careful.call("POST", path, anna, **back).json()["code"] == "approval_needed"
    decide(careful, propose(careful, made(shop)), "approve")
    assert careful.call("POST", path, anna, **back).status_code == 200


def test_a_declined_proposal_is_not_published(careful: Shared, shop: Workspace) -> None:
    number = propose(careful, made(shop))
    assert decide(careful, number, "decline").json()["reason"] == "read it"
    assert publish(careful, made(shop)).json()["code"] == "approval_needed"
    assert decide(careful, 99, "approve").status_code == 404
