"""Signing in with a browser, and what its pages show; whatever goes wrong is a page, too."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.campaign import campaign_file
from engine.run.answers import IncomingEvent
from engine.server.identity.roles import Role
from engine.server.web.words import moment_text
from engine.workspace import bundle as bundles
from engine.workspace.account import SIMULATED_ID
from engine.workspace.workspace import Workspace
from tests.engine.run.drafting import Nodes, bundle
from tests.engine.server.shared.serving import DAY_MS, OWN, Shared
from tests.engine.server.web.conftest import PASSWORD, Visitor, add_user
from tests.engine.server.web.events import publish_orders
from tests.engine.shop import CAMPAIGN, campaign_path

PAGE = f"/web/campaigns/{CAMPAIGN}"


def texts(html: str) -> str:
    """What stands on a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_who_has_not_signed_in_is_asked_to_and_comes_back(visitor: Visitor) -> None:
    asked = visitor.get(PAGE)
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/web/sign-in?next={PAGE}")
    form = visitor.get(asked.headers["Location"])
    assert form.status_code == 200
    assert '<form method="post">' in form.text
    back = visitor.post(asked.headers["Location"], name="ann", password=PASSWORD)
    assert (back.status_code, back.headers["Location"]) == (303, PAGE)
    cookie = back.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert visitor.get(PAGE).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/web/../x", "/api/v1/me"])
def test_signing_in_leads_nowhere_else(visitor: Visitor, elsewhere: str) -> None:
    answer = visitor.session.post(
        f"{visitor._shared.url}/web/sign-in",
        params={"next": elsewhere},
        data={"name": "ann", "password": PASSWORD},
        allow_redirects=False,
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/web")


def test_a_wrong_password_is_told_on_the_form_and_is_slowed_down(visitor: Visitor) -> None:
    answers = [visitor.post("/web/sign-in", name="ann", password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "The name or the password is wrong." in answers[0].text
    assert 'type="password"' in answers[0].text
    assert not visitor.session.cookies
    assert visitor.post("/web/sign-in", name="").status_code == 422


def test_no_other_site_signs_in_or_out_or_shares(visitor: Visitor) -> None:
    evil = "https://evil.example"
    refused = visitor.post("/web/sign-in", evil, name="ann", password=PASSWORD)
    assert (refused.status_code, refused.headers.get("Set-Cookie")) == (403, None)
    visitor.sign_in()
    for path in ("/web/sign-out", f"{PAGE}/links"):
        assert visitor.post(path, evil, days="7").status_code == 403
    assert visitor.get("/web").status_code == 200


def test_who_was_invited_chooses_a_password_and_is_in(served: Shared, visitor: Visitor) -> None:
    visitor.sign_in()
    before = visitor.session.cookies.copy()
    order = {"name": "ben", "role": "viewer"}
    token = served.call("POST", "/users", OWN, json=order).json()["token"]
    page = visitor.get("/web/invitation")
    assert 'autocomplete="new-password"' in page.text
    fields = {"token": token, "password": "a long one of ben", "again": "a long one of ben"}
    for wrong, says in (
        ({"again": "another one of ben"}, "not the same"),
        ({"password": "short", "again": "short"}, "at least 12"),
        ({"token": "cci_wrong"}, "This invitation is wrong"),
    ):
        refused = visitor.post("/web/invitation", **{**fields, **wrong})
        assert refused.status_code in (403, 422)
        assert says in refused.text
        assert 'name="again"' in refused.text
    evil = visitor.post("/web/invitation", "https://evil.example", **fields)
    assert (evil.status_code, evil.headers.get("Set-Cookie")) == (403, None)
    accepted = visitor.post("/web/invitation", **fields)
    # Without an end of its own the browser would keep the one with the invitation.
    assert (accepted.status_code, accepted.headers["Location"]) == (303, "/web#")
    assert "ben" in texts(visitor.get("/web").text)
    assert served.call("GET", "/me", headers={"Cookie": f"canvas={before['canvas']}"}).status_code == 401
    assert visitor.post("/web/invitation", **fields).status_code == 403  # it serves once
    assert "invitation.js" not in visitor.get("/web/sign-in").text


def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    visitor.sign_in()
    (kept,) = [one.value for one in visitor.session.cookies]
    assert visitor.post("/web/sign-out").headers["Location"] == "/web/sign-in"
    assert visitor.get("/web", headers={"Cookie": f"canvas={kept}"}).status_code == 303


def test_the_list_and_the_page_say_how_the_campaign_goes(visitor: Visitor) -> None:
    visitor.sign_in()
    assert "Hello Rome Finished 3 0 3" in texts(visitor.get("/web").text)
    page = visitor.get(PAGE).text
    said = texts(page)
    assert "Entered 3 Inside 0 0% Finished 3 100% Messages sent 2" in said
    assert "Failed: no mobile number 1" in said
    assert '<tspan data-live="people n_sms">3</tspan>' in page
    assert '<tspan class="trouble" data-live="trouble n_sms"> · ▲ 1 failed</tspan>' in page
    assert 'data-live="line l_2">3</text>' in page


def test_the_moment_told_is_that_of_the_version_told(served: Shared, visitor: Visitor) -> None:
    campaign = publish_orders(served)
    served.clock.set(served.clock.now() + DAY_MS)
    publish_orders(served, "Orders, again")
    (status,) = (one for one in served.engine.campaigns() if one.campaign == campaign)
    assert status.version_published_at == status.published_at + DAY_MS == served.clock.now()
    told = moment_text(served.clock.now(), ZoneInfo("UTC"))
    visitor.sign_in()
    assert f"Version 2 Published {told}" in texts(visitor.get(f"/web/campaigns/{campaign}").text)
    assert f"Orders, again In progress 0 0 0 {told} version 2" in texts(visitor.get("/web").text)


def test_what_other_systems_are_told_is_among_the_messages(served: Shared, visitor: Visitor) -> None:
    """It counts as sent, so it is told by component, too."""
    nodes: Nodes = {
        "n_order": ("behavior_event", {"event": "order", "re_entry": "once"}),
        "n_hook": ("webhook", {"webhook": SIMULATED_ID, "id_type": "mobile"}),
        "n_end": ("end", {}),
    }
    served.engine.publish(bundle(nodes, ["n_order out n_hook", "n_hook out n_end"], id="c_hook"))
    now = served.clock.now()
    served.engine.post_events([IncomingEvent("e1", "p1", "order", now)])
    served.engine.run_until_idle(now)
    visitor.sign_in()
    said = texts(visitor.get("/web/campaigns/c_hook").text)
    assert "Messages sent 1" in said
    assert "Messages by result Component Sent n_hook 1" in said


def test_names_are_never_markup(served: Shared, visitor: Visitor, tmp_path: Path) -> None:
    shop = Workspace.open(tmp_path / "shop")
    document = campaign_file.load(campaign_path(shop))
    evil = '<script>alert("1")</script>'
    for id, node in list(document.nodes.items()):
        document._nodes[id] = node.model_copy(update={"name": evil})
    document._attributes["campaign"] = document.attributes.model_copy(update={"id": "c_x", "name": evil})
    served.engine.publish(bundles.make(shop, document))
    visitor.sign_in()
    for path in ("/web", "/web/campaigns/c_x"):
        page = visitor.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>" not in page


def test_what_goes_wrong_is_a_page(visitor: Visitor) -> None:
    visitor.sign_in()
    for path in ("/web/campaigns/c_none", "/web/nothing", "/web/static/x", "/web/shared/x"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8"), path
    assert visitor.post("/web").status_code == 405
    assert visitor.post(f"{PAGE}/links", days="-1").status_code == 422
    program = visitor.get("/web/campaigns/c_none", headers={"Accept": "*/*"})
    assert program.headers["Content-Type"] == "application/problem+json"


def test_a_browser_is_held_to_what_is_ours(visitor: Visitor) -> None:
    visitor.sign_in()
    for path in ("/web", PAGE, "/web/sign-in", "/web/invitation", "/web/nothing"):
        answer = visitor.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?! type=\"module\" src=)|\sstyle=|\son\w+=|<style", answer.text)


def test_the_language_is_the_readers_and_can_be_switched(visitor: Visitor) -> None:
    asked = visitor.get("/web/sign-in", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-CN">' in asked.text
    switched = visitor.get("/web/sign-in?lang=en", headers={"Accept-Language": "zh"})
    assert '<html lang="en">' in switched.text
    kept = visitor.get("/web/sign-in", headers={"Accept-Language": "zh"})
    assert '<html lang="en">' in kept.text
    assert f'href="?lang=zh&amp;next={PAGE}"' in visitor.get(f"/web/sign-in?next={PAGE}").text
    for lang in ("xx", "%FF"):
        wrong = visitor.get(f"/web/sign-in?lang={lang}&next=//evil")
        assert "evil" not in wrong.text
        assert wrong.status_code == 200
    assert visitor.get("/web/sign-in?lang=en&lang=zh").status_code == 422


def test_files_are_kept_for_as_long_as_they_are_the_same(visitor: Visitor) -> None:
    address = re.search(r'href="(/web/static/web\.css\?v=\w+)"', visitor.get("/web/sign-in").text)
    assert address is not None
    assert "immutable" in visitor.get(address[1]).headers["Cache-Control"]
    assert visitor.get("/web/static/web.css?v=old").headers["Cache-Control"] == "no-cache"
    plain = visitor.get("/web/static/live.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.text == visitor.get("/web/static/live.js").text


def test_a_viewer_sees_everything_and_shares_nothing(served: Shared, visitor: Visitor) -> None:
    add_user(served, "vic", Role.VIEWER)
    visitor.sign_in("vic")
    assert "Make a link" not in visitor.get(PAGE).text
    assert visitor.post(f"{PAGE}/links", days="7").status_code == 403
