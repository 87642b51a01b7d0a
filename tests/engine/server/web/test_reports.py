"""Reports in a browser: who sees what, paths and cycles that are chosen, people behind numbers, files."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook

from engine.campaign import campaign_file
from engine.server.identity.roles import Role
from engine.server.reported.comparing import MOST
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.engine.server.shared.serving import DAY_MS, Shared
from tests.engine.server.web.conftest import Visitor, add_user
from tests.engine.server.web.events import HALVES, let_order, publish_halves, publish_orders
from tests.engine.server.web.test_pages import texts
from tests.engine.server.web.test_shared_links import link_of
from tests.engine.shop import CAMPAIGN, campaign_path

PAGE = f"/web/campaigns/{CAMPAIGN}"
REPORT = f"{PAGE}/report"
MANY = [f"p{number:03}" for number in range(120)]


@pytest.fixture
def stranger(served: Shared) -> Iterator[Visitor]:
    one = Visitor(served)
    with one.session:
        yield one


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    """A publisher who has signed in."""
    visitor.sign_in()
    return visitor


def links(page: str, part: str) -> list[str]:
    """Addresses on a page that hold a text."""
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page) if part in one]


def told(visitor: Visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200, address
    return answer.text


def test_the_report_says_what_the_designers_says(reader: Visitor) -> None:
    assert links(told(reader, PAGE), "/report") == [REPORT]
    page = told(reader, REPORT)
    said = texts(page)
    assert "Entered 3 Inside 0 0.0% Finished 3 100.0% Messages sent 2 of 3 planned" in said
    assert "Hello Failed: no mobile number 1 3 2 1" in said
    for heading in ("Funnel", "Where people went", "By the hour", "Messages"):
        assert f"<h2>{heading}</h2>" in page
    assert "<h2>By the day</h2>" in told(reader, f"{REPORT}?step=day")
    assert links(page, "/web/campaigns")[0] == PAGE


def test_viewers_see_numbers_and_people_need_an_editor(served: Shared, visitor: Visitor) -> None:
    add_user(served, "vic", Role.VIEWER)
    add_user(served, "eve", Role.EDITOR)
    visitor.sign_in("vic")
    assert not links(told(visitor, REPORT), "/people")
    assert visitor.get(f"{REPORT}/people?what=entered").status_code == 403
    assert visitor.get(f"{REPORT}/files/csv").status_code == 200
    visitor.post("/web/sign-out")
    visitor.sign_in("eve")
    people = links(told(visitor, REPORT), "/people")
    assert people
    for address in people:
        assert "<tbody>" in told(visitor, address), address


def test_who_has_a_link_sees_numbers_and_nobody(reader: Visitor, stranger: Visitor) -> None:
    link = link_of(reader)
    assert links(told(stranger, link), "/report") == [f"{link}/report"]
    page = told(stranger, f"{link}/report")
    assert "Entered 3" in texts(page)
    assert not links(page, "/people")
    assert not links(page, "/web/campaigns")
    assert stranger.get(f"{link}/report/people?what=entered").status_code == 404
    for address in links(page, "/files/"):
        assert stranger.get(address).status_code == 200
    assert stranger.get(REPORT).status_code == 303
    id = link.split("_")[1]
    reader.post(f"{PAGE}/links/{id}/revoke")
    for address in (f"{link}/report", f"{link}/report/files/csv"):
        assert stranger.get(address).status_code == 404


def test_the_funnel_follows_the_branch_that_is_chosen(served: Shared, reader: Visitor) -> None:
    publish_halves(served)
    let_order(served, *MANY)
    address = f"/web/campaigns/{HALVES}/report"

    def path(page: str) -> list[str]:
        funnel = page[page.index('id="funnel"') : page.index("</section>", page.index('id="funnel"'))]
        return re.findall(r'<th scope="row"><span class="named[^>]*>.*?<bdi>(.*?)</bdi>', funnel, re.DOTALL)

    usual = told(reader, address)
    assert path(usual) == ["Ordered", "Which way?", "Halves", "Late"]
    few, many = links(usual, "#funnel")
    other = told(reader, few)
    assert path(other) == ["Ordered", "Which way?", "An hour", "End"]
    assert path(told(reader, f"{address}?through=n_few")) == path(other)
    assert path(told(reader, many)) == path(usual)
    # What else is chosen on that page keeps the path.
    for kept in (*links(other, "step=day"), *links(other, "/files/csv"), *links(other, "?lang=zh")):
        assert parse_qs(urlsplit(kept).query)["via"] == ["l_2"], kept
    rows = csv.reader(io.StringIO(reader.get(links(other, "/files/csv")[0]).content.decode("utf-8-sig")))
    assert ["An hour"] in [row[:1] for row in rows]


def test_what_is_no_path_and_no_cycle_is_refused(reader: Visitor) -> None:
    for query in ("through=n_none", "cycle=x", "cycle=0", "step=year", "cycle=1&cycle=2", "via=" + "x" * 65):
        answer = reader.get(f"{REPORT}?{query}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/html; charset=utf-8"), (
            query
        )
    assert reader.get(f"{REPORT}?via=l_none&cycle=").status_code == 200
    assert reader.get("/web/campaigns/c_none/report").status_code == 404
    assert reader.get(f"{REPORT}/files/exe").status_code == 422


def test_cycles_can_be_chosen_one_by_one(served: Shared, reader: Visitor, tmp_path: Path) -> None:
    shop = Workspace.open(tmp_path / "shop")
    document = campaign_file.load(campaign_path(shop))
    every = {"unit": "day", "interval": 1, "time": "09:00"}
    config = {"audiences": ["a_rome"], "mode": "recurring", "every": every, "repeat_unchanged": True}
    document._nodes["n_who"] = document.nodes["n_who"].model_copy(update={"config": config})
    named = document.attributes.model_copy(update={"id": "c_daily", "name": "Daily"})
    document._attributes["campaign"] = named
    served.engine.publish(bundles.make(shop, document))
    for _ in range(3):
        served.clock.set(served.clock.now() + DAY_MS)
        served.engine.run_until_idle(served.clock.now())
    reader.sign_in()  # the session has ended meanwhile
    address = "/web/campaigns/c_daily/report"
    page = told(reader, address)
    assert [f'<option value="{n}">Cycle {n}</option>' in page for n in (1, 2, 3)] == [True, True, True]
    assert "<h2>Cycles</h2>" in page
    one = told(reader, f"{address}?cycle=2")
    assert '<option value="2" selected>Cycle 2</option>' in one
    assert '<option value="3">' in one
    assert "Entered 3" in texts(one)
    assert "Entered 9" in texts(page)
    assert all("cycle=2" in link for link in links(one, "/people"))
    assert "Nobody has entered yet." in told(reader, f"{address}?cycle=7")


def test_people_stand_behind_a_number_a_page_at_a_time(served: Shared, reader: Visitor) -> None:
    publish_halves(served)
    evil = "<b>\u202e=1"
    let_order(served, *MANY, evil)
    page = f"/web/campaigns/{HALVES}/report/people?what=arrived&place=n_split"
    seen: list[str] = []
    while page:
        content = told(reader, page)
        assert "Which way? · Arrived" in texts(content)
        assert links(content, "lang=zh")[0].startswith("?lang=zh&what=arrived&place=n_split")
        seen += [html.unescape(one) for one in re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', content)]
        page = next(iter(links(content, "/report/people?")), "")
    assert sorted(seen) == sorted([*MANY, evil])
    line = told(reader, f"/web/campaigns/{HALVES}/report/people?what=line&place=l_2")
    assert "Which way? → An hour" in texts(line)
    nobody = told(reader, f"/web/campaigns/{HALVES}/report/people?what=messages&place=%3Ci%3E&state=odd")
    assert "Nobody." in nobody
    assert "<i>" not in nobody
    assert reader.get(f"{REPORT}/people?what=entered&after=x").status_code == 422
    assert reader.get(f"{REPORT}/people?what=odd").status_code == 422


def test_files_hold_the_same_numbers(reader: Visitor) -> None:
    answer = reader.get(f"{REPORT}/files/csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{CAMPAIGN}-report.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["Hello", "3", "3", "0", "0", "0", "0", "0"] in rows
    assert ["Hello", "Failed: no mobile number", "1"] in rows
    book = load_workbook(io.BytesIO(reader.get(f"{REPORT}/files/xlsx").content))
    assert book.sheetnames[:2] == ["Components", "Funnel"]
    chinese = reader.get(f"{REPORT}/files/csv?lang=zh").content.decode("utf-8-sig")
    assert "组件" in chinese


def test_campaigns_stand_side_by_side(served: Shared, reader: Visitor) -> None:
    assert "Tick two to ten campaigns." in told(reader, "/web/comparison")
    publish_halves(served)
    publish_orders(served)
    let_order(served, *MANY[:10])
    assert links(told(reader, "/web"), "/web/comparison")
    page = told(reader, "/web/comparison")  # the largest two
    assert page.count(" checked>") == 2
    assert f"/web/campaigns/{HALVES}/report" in links(page, "/report")
    address = f"/web/comparison?campaign={CAMPAIGN}&campaign={HALVES}&campaign={CAMPAIGN}"
    page = told(reader, address)
    assert re.search(r"Hello Rome 3 0 0\.0% 3 100\.0% Halves 10 10 100\.0% 0", texts(page))
    (table,) = links(page, "/files/csv")
    rows = list(csv.reader(io.StringIO(reader.get(table).content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:4]] == [["Campaign", "Entered"], ["Hello Rome", "3"], ["Halves", "10"]]
    many = "&".join(f"campaign=c_{n}" for n in range(MOST + 1))
    assert "tick ten at most" in told(reader, f"/web/comparison?{many}")
    assert reader.get("/web/comparison?campaign=c_none&campaign=c_x").status_code == 404


def test_names_are_neither_markup_nor_formulas(served: Shared, reader: Visitor) -> None:
    evil = '＝<script>alert("1")</script>\u202e'
    publish_halves(served, evil)
    let_order(served, *MANY[:10])
    address = f"/web/campaigns/{HALVES}/report"
    compared = f"/web/comparison?campaign={HALVES}&campaign={CAMPAIGN}"
    for page in (address, compared, f"{address}/people?what=inside"):
        content = told(reader, page)
        assert "&lt;script&gt;" in content
        assert "<script>" not in content
    table = reader.get(f"{address}/files/csv").content.decode("utf-8-sig")
    assert "'＝<script>" in table
    assert "\n＝" not in table


def test_signing_in_leads_back_to_what_was_chosen(visitor: Visitor) -> None:
    asked = visitor.get(f"{REPORT}?step=day&via=l_1")
    back = visitor.post(asked.headers["Location"], name="ann", password="correct horse battery")
    assert back.headers["Location"] == f"{REPORT}?step=day&via=l_1"
    far = visitor.get(f"{REPORT}?" + "&".join(["via=l_1"] * 200), cookies={"canvas": ""})
    assert parse_qs(urlsplit(far.headers["Location"]).query)["next"] == [REPORT]


def test_reports_are_held_to_what_is_ours(reader: Visitor) -> None:
    for path in (REPORT, f"{REPORT}/people?what=entered", "/web/comparison"):
        answer = reader.get(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script|\sstyle=|\son\w+=|<style", answer.text)
