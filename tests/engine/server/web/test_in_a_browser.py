"""The pages in a real Chromium: signing in by keys, live counts, the picture, phones, both languages."""

from __future__ import annotations

import pytest

from engine.run.answers import IncomingEvent
from engine.server.identity.roles import Role
from tests.browser import Tab
from tests.engine.server.shared.serving import OWN, Shared
from tests.engine.server.web.conftest import PASSWORD, add_user, known
from tests.engine.server.web.events import publish_orders
from tests.engine.shop import CAMPAIGN

PAGE = f"/web/campaigns/{CAMPAIGN}"
VIEW_BOX = "document.querySelector('.stage svg').getAttribute('viewBox')"


def test_signing_in_by_keys_leads_to_the_campaign_as_it_runs(
    tab: Tab, served: Shared, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add_user(served, "ann", Role.PUBLISHER)
    campaign = publish_orders(served)
    tab.open(f"{served.url}/web/campaigns/{campaign}")
    tab.type("ann")  # the first field has the focus
    tab.press("Tab", 9)
    tab.type(PASSWORD)
    tab.press("Enter", 13)
    tab.wait("document.querySelector('[data-connection=on]') !== null")
    entered = "document.querySelector('[data-live=\"+totals\"] .big').textContent"
    on_the_card = "document.querySelector('[data-live=\"people n_order\"]').textContent"
    assert tab.run(entered) == "0"
    now = served.clock.now()
    served.engine.post_events([IncomingEvent(f"e{i}", f"p{i}", "order", now) for i in (1, 2)])
    served.engine.run_until_idle(now)
    tab.wait(f"{entered} === '2' && {on_the_card} === '2'")
    assert tab.run("document.querySelector('[data-connection]').innerText") == "Live"
    assert tab.errors == []  # the policy has stopped nothing, no script has failed


def test_an_invitation_in_the_address_becomes_a_password_and_goes_to_nobody(tab: Tab, served: Shared) -> None:
    order = {"name": "ben", "role": "viewer"}
    token = served.call("POST", "/users", OWN, json=order).json()["token"]
    tab.open(f"{served.url}/web/invitation#{token}")
    assert tab.run("document.querySelector('[name=token]').value") == token
    tab.submit("document.querySelector('.languages a[lang=zh-CN]').click()")
    assert tab.run("document.querySelector('[name=token]').value") == token
    assert tab.run("document.querySelector('h1').innerText") == "欢迎"
    tab.type("short")  # the password has the focus
    tab.press("Tab", 9)
    tab.type("other")
    assert tab.run("document.querySelector('form').checkValidity()") is False
    tab.run("document.querySelector('form').noValidate = true")
    tab.submit("document.querySelector('main button').click()")
    assert tab.run("document.querySelector('[role=alert]').innerText")
    assert tab.run("document.querySelector('[name=token]').value") == token
    for field in ("password", "again"):
        tab.run(f"document.querySelector('[name={field}]').focus()")
        tab.type(PASSWORD)
    tab.submit("document.querySelector('main button').click()")
    assert tab.run("location.pathname + location.hash") == "/web"
    assert tab.run("document.querySelector('.user').innerText") == "ben"
    tab.errors[:] = [one for one in tab.errors if "422" not in one]
    assert tab.errors == []


def test_the_picture_is_moved_by_keys_a_pointer_and_buttons(tab: Tab, served: Shared) -> None:
    known(tab, served).open(served.url + PAGE)
    tab.run("document.querySelector('.stage').focus()")
    seen = [tab.run(VIEW_BOX)]
    for key, code in (("+", 187), ("+", 187), ("+", 187), ("ArrowRight", 39), ("0", 48)):
        tab.press(key, code)
        seen.append(tab.run(VIEW_BOX))
    assert len(set(seen[:-1])) == len(seen) - 1, "every key has changed something"
    tab.run("for (let i = 0; i < 4; i++) document.querySelector('[data-zoom=in]').click()")
    larger = tab.run(VIEW_BOX)
    assert larger != seen[-1]
    y = tab.run("document.querySelector('.stage').getBoundingClientRect().top") + 100
    for kind, x in (("mousePressed", 700), ("mouseMoved", 600), ("mouseReleased", 600)):
        tab.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)
    assert tab.run(VIEW_BOX) != larger


def test_no_page_is_wider_than_the_screen(tab: Tab, served: Shared) -> None:
    known(tab, served)
    for path in ("/web", PAGE, "/web/sign-in", "/web/invitation", "/web/nothing"):
        for width in (360, 2560):
            tab.look_like(width, 800, touch=width < 500)
            tab.open(served.url + path)
            assert tab.run("document.documentElement.scrollWidth") == width, path


def test_dark_calm_and_chinese_where_the_reader_wants_it(tab: Tab, served: Shared) -> None:
    known(tab, served).speak("zh-CN")
    ground = "getComputedStyle(document.body).backgroundColor"
    tab.look_like(1280, 800)
    tab.open(served.url + PAGE)
    light = tab.run(ground)
    pulse = "getComputedStyle(document.querySelector('.pulse')).animationName"
    tab.wait(f"{pulse} === 'pulse'")
    tab.look_like(1280, 800, dark=True, calm=True)
    assert tab.run(ground) != light
    assert tab.run(pulse) == "none"
    assert tab.run("document.documentElement.lang") == "zh-CN"
    assert "人群" in tab.run("document.body.innerText") or "活动" in tab.run("document.body.innerText")


def test_a_screen_reader_hears_what_there_is(tab: Tab, served: Shared) -> None:
    known(tab, served).open(served.url + PAGE)
    assert tab.names("heading")[0] == "Hello Rome"
    assert {"How far people came", "Messages by result", "Cycles", "Share"} <= set(tab.names("heading"))
    assert "The flow of “Hello Rome”" in [*tab.names("image"), *tab.names("img")]
    assert {"Smaller", "Larger", "Show all", "Sign out"} <= set(tab.names("button"))
    assert "Not found" not in tab.names("heading")
    assert tab.names("rowheader")


def test_a_link_is_made_shown_once_and_looks_for_anybody(tab: Tab, served: Shared) -> None:
    known(tab, served).open(served.url + PAGE)
    tab.submit("document.querySelector('.share form button').click()")
    link = tab.run("document.querySelector('input[name=link]').value")
    tab.send("Network.clearBrowserCookies")
    tab.open(link)
    assert tab.run("document.querySelector('h1').innerText") == "Hello Rome"
    tab.wait("document.querySelector('[data-connection=on]') !== null")
    assert tab.run("document.querySelector('.share')") is None
    assert tab.errors == []
