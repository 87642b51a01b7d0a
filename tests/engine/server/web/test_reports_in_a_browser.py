"""Reports in a real Chromium: by keys, on phones, in the dark, on paper, and for screen readers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.browser import Tab
from tests.engine.server.shared.serving import Shared
from tests.engine.server.web.conftest import known
from tests.engine.server.web.events import HALVES, let_order, publish_halves
from tests.engine.shop import CAMPAIGN

REPORT = f"/web/campaigns/{HALVES}/report"
COMPARED = f"/web/comparison?campaign={HALVES}&campaign={CAMPAIGN}"
LONG = "A name that was given without a thought of phones"


@pytest.fixture
def reading(tab: Tab, served: Shared) -> Tab:
    """A publisher, and a campaign whose people go two ways."""
    publish_halves(served, LONG)
    let_order(served, *(f"p{number}" for number in range(200)))
    return known(tab, served)


def focused(tab: Tab) -> str:
    """What the element with the focus says."""
    return str(tab.run("document.activeElement.innerText.trim()"))


def tab_to(tab: Tab, words: str) -> None:
    """Press Tab until something that says this has the focus."""
    for _ in range(60):
        tab.press("Tab", 9)
        if focused(tab).startswith(words):
            return
    raise AssertionError(words)


def test_keys_lead_from_a_branch_to_its_people_and_back(reading: Tab, served: Shared) -> None:
    reading.open(served.url + REPORT)
    tab_to(reading, "An hour")
    reading.submit_by(lambda: reading.press("Enter", 13))
    assert reading.run("location.hash") == "#funnel"
    steps = "[...document.querySelectorAll('.funnel tbody bdi:first-of-type')].map(e => e.innerText)"
    assert "An hour" in reading.run(steps)
    few = reading.run("document.querySelectorAll('.funnel tbody td a')[2].innerText")
    reading.run("document.querySelectorAll('.funnel tbody td a')[2].focus()")
    reading.submit_by(lambda: reading.press("Enter", 13))
    assert reading.run("document.querySelector('.lead').innerText") == "An hour · Arrived"
    assert reading.run("document.querySelectorAll('tbody tr').length") == int(few)
    tab_to(reading, "Report: A name")
    reading.submit_by(lambda: reading.press("Enter", 13))
    assert reading.run("location.pathname") == REPORT
    assert reading.errors == []  # the policy has stopped nothing


def test_a_pointer_comes_to_people_by_the_picture(reading: Tab, served: Shared) -> None:
    reading.open(served.url + REPORT)
    spot = "document.querySelector('[href*=\"place=l_1\"] .band').getBoundingClientRect()"
    reading.run("document.querySelector('.sankey').scrollIntoView({block: 'center'})")
    x, y = reading.run(f"[{spot}.left + {spot}.width / 2, {spot}.top + {spot}.height / 2]")

    def click() -> None:
        for kind in ("mousePressed", "mouseReleased"):
            reading.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    reading.submit_by(click)
    assert reading.run("location.search") == "?what=line&place=l_1"


def test_no_report_is_wider_than_the_screen(reading: Tab, served: Shared) -> None:
    for path in (REPORT, f"{REPORT}?step=day", f"{REPORT}/people?what=inside", COMPARED):
        for width in (360, 390, 1280, 2560):
            reading.look_like(width, 800, touch=width < 500)
            reading.open(served.url + path)
            assert reading.run("document.documentElement.scrollWidth") == width, (path, width)


def test_charts_stay_legible_whatever_the_width(reading: Tab, served: Shared) -> None:
    """Letters are neither stretched nor shrunk, and names of times do not run into each other."""
    for width in (360, 1920):
        reading.look_like(width, 800, touch=width < 500)
        reading.open(served.url + REPORT)
        size = "document.querySelector('.sankey .name').getBoundingClientRect().height"
        assert 10 <= reading.run(size) <= 24, width
        times = (
            "[...document.querySelectorAll('.times text')].map(e => e.getBoundingClientRect())"
            ".filter(r => r.width).map(r => [r.left, r.right])"
        )
        found = reading.run(times)
        assert all(first[1] <= second[0] for first, second in pairwise(found)), width


def test_a_screen_reader_hears_charts_as_pictures_and_tables(reading: Tab, served: Shared) -> None:
    reading.open(served.url + REPORT)
    assert {"Funnel", "Where people went", "By the hour"} <= set(reading.names("heading"))
    pictures = [*reading.names("image"), *reading.names("img")]
    assert {"Where people went", "By the hour"} <= set(pictures)
    before = len(reading.names("rowheader"))
    reading.run("document.querySelector('.ways summary').focus()")
    reading.press(" ", 32)
    reading.wait("document.querySelector('.ways details').open")
    assert len(reading.names("rowheader")) > before
    assert "Cycle" not in reading.names("combobox")
    assert "Path of the funnel" in reading.names("combobox")


def test_the_dark_and_the_readers_language(reading: Tab, served: Shared) -> None:
    reading.speak("zh-CN")
    ink = "getComputedStyle(document.querySelector('.sankey .name')).fill"
    reading.open(served.url + REPORT)
    light = reading.run(ink)
    reading.look_like(1280, 800, dark=True)
    assert reading.run(ink) != light
    assert reading.run("document.querySelector('.funnel h2').innerText") == "漏斗"


def test_on_paper_only_the_report_is_left(reading: Tab, served: Shared) -> None:
    ink = "getComputedStyle(document.querySelector('h1')).color"
    reading.open(served.url + REPORT)
    light = reading.run(ink)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    reading.send("Emulation.setEmulatedMedia", media="print", features=dark)
    assert reading.run(ink) == light, "paper is white, whatever the screen is"
    shown = "document.querySelector('{}').getClientRects().length > 0"
    for part in (".choices", ".branches", ".as-table", "header.bar", ".back"):
        assert reading.run(shown.format(part)) is False, part
    for part in ("h1", ".totals", ".funnel", ".sankey", ".series"):
        assert reading.run(shown.format(part)) is True, part
    assert reading.send("Page.printToPDF")["data"].startswith("JVBER")  # %PDF
    reading.send("Emulation.setEmulatedMedia", media="", features=[])


def test_campaigns_are_ticked_by_keys(reading: Tab, served: Shared) -> None:
    reading.open(served.url + "/web/comparison")
    boxes = "[...document.querySelectorAll('[name=campaign]')]"
    reading.run(f"{boxes}.find(e => e.value === '{CAMPAIGN}').focus()")
    reading.press(" ", 32)
    reading.submit_by(lambda: reading.run("document.querySelector('.ticked button').click()"))
    assert "Tick two to ten campaigns." in reading.run("document.querySelector('main').innerText")
    reading.run(f"{boxes}.find(e => e.value === '{CAMPAIGN}').click()")
    reading.submit_by(lambda: reading.run("document.querySelector('.ticked button').click()"))
    assert "Hello Rome" in reading.run("document.querySelector('.compared').innerText")
