"""The picture of a campaign that is made without Qt."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Link, Node, Point
from engine.i18n import use_language
from engine.server.web.font import REGULAR, face
from engine.server.web.picture import picture
from engine.server.web.wrapping import wrapped
from engine.workspace.template import TemplateFile, instantiate, load_templates
from tests.engine.campaign.building import Everything, empty_campaign

TEMPLATES = load_templates()[0]


def drawn(document: CampaignDocument) -> ET.Element:
    made = picture(document, Everything())
    return ET.fromstring(f"<svg>{made.drawing}</svg>")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_every_card_and_line_is_there_within_the_picture(template: TemplateFile) -> None:
    document = instantiate(template, "c_1", "en")
    made = picture(document, Everything())
    root = drawn(document)
    cards = [one.get("data-card") for one in root.iter("g") if one.get("data-card")]
    assert sorted(map(str, cards)) == sorted(id for id, _ in document.all_nodes())
    lines = [one for one in root.iter("path") if "line" in str(one.get("class")).split()]
    assert len(lines) == len(document.links)
    shown = {one.get("data-live") for one in root.iter() if one.get("data-live")}
    assert {f"people {id}" for id in document.nodes} <= shown
    for card in (one for one in root.iter("g") if one.get("data-card")):
        x, y = map(float, str(card.get("transform"))[10:-1].split())
        assert made.area.left < x < made.area.right
        assert made.area.top < y < made.area.bottom


def test_an_empty_campaign_has_a_picture() -> None:
    assert len(list(drawn(empty_campaign()).iter("g"))) >= 1


def test_it_speaks_the_readers_language() -> None:
    document = empty_campaign()
    with use_language("zh"):
        assert "开始" in picture(document, Everything()).drawing


def test_widths_are_those_of_the_font() -> None:
    small = face(REGULAR, 11)
    assert small.width("Did not buy · 42%") == pytest.approx(93.5, abs=0.5)  # as Qt measures it
    assert small.width("人群") == pytest.approx(22, abs=0.1)
    assert small.fitting("Did not buy", 40).endswith("…")
    assert small.width(small.fitting("Did not buy", 40)) <= 40
    assert small.fitting("人", 40) == "人"


def test_notes_are_wrapped_at_spaces_and_cut_where_there_is_no_room() -> None:
    small = face(REGULAR, 12)
    lines = wrapped("one two three four five six\nseven", small, 60, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(small.width(line) <= 60 for line in lines)
    assert wrapped("a\n\nb", small, 60, 9) == ["a", "", "b"]


def test_a_file_may_say_anything_of_where_cards_stand() -> None:
    """Cards as far apart as a file can say: still a picture, soon."""
    far = 10_000_000
    kinds = ("end", "random_grouping")
    nodes = {f"n_{i}": Node(kind=kinds[i % 2], name="x") for i in range(40)}
    links = {f"l_{i}": Link(source=START_ID, port="out", target=id) for i, id in enumerate(nodes)}
    layout = {f"n_{i}": Point((-far, far, 0)[i % 3], (far, -far, 0)[i % 4 % 3]) for i in range(40)}
    document = CampaignDocument(empty_campaign().attributes, nodes, links, {}, layout)
    assert picture(document, Everything()).drawing
