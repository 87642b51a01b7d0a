"""The campaign file: canonical bytes, what is refused and where, what is repaired."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link, Node, Note, Point
from engine.files import FileError

PATH = Path("x.campaign.json")

# The example of the file format's description, to the byte.
EXAMPLE = b"""\
{
  "format": "campaign",
  "version": 1,
  "id": "c_7hq2m9",
  "name": "First purchase, lead to the second",
  "group": "Retention",
  "sub_campaigns": [],
  "start": null,
  "end": null,
  "template": null,
  "nodes": {
    "n_a1": {
      "kind": "target_audience",
      "name": "Bought once",
      "memo": "",
      "config": {
        "audiences": ["a_once"],
        "mode": "now",
        "repeat_unchanged": false
      },
      "confirmed": true
    },
    "n_b2": {
      "kind": "text_sms",
      "name": "Use your coupon",
      "memo": "",
      "config": {},
      "confirmed": false
    }
  },
  "links": {
    "l_01": { "from": "n_start", "port": "out", "to": "n_a1" },
    "l_02": { "from": "n_a1", "port": "out", "to": "n_b2" },
    "l_03": { "from": "n_b2", "port": "out", "to": null }
  },
  "notes": {},
  "layout": {
    "n_a1": [160, 0],
    "n_b2": [416, 0]
  }
}
"""


def parse(data: bytes) -> CampaignDocument:
    return campaign_file.parse(data, PATH)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(EXAMPLE)
    change(value)
    return json.dumps(value, indent=1).encode()


def test_open_and_save_is_byte_identical(tmp_path: Path) -> None:
    path = tmp_path / PATH
    path.write_bytes(EXAMPLE)
    doc = campaign_file.load(path)
    campaign_file.save(doc, path)
    assert path.read_bytes() == EXAMPLE
    assert doc.attributes.name == "First purchase, lead to the second"
    assert doc.links["l_03"] == Link(source="n_b2", port="out", target=None)
    assert doc.layout["n_b2"] == Point(416, 0)


def test_order_of_fields_and_objects_means_nothing() -> None:
    def reversed_everywhere(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reversed_everywhere(value[key]) for key in reversed(value)}
        return value

    shuffled = json.dumps(reversed_everywhere(json.loads(EXAMPLE))).encode()
    assert campaign_file.dump(parse(shuffled)) == EXAMPLE


def test_defaults_may_be_left_out_and_are_written() -> None:
    def strip(value: dict[str, Any]) -> None:
        for field in ("group", "sub_campaigns", "start", "end", "template", "notes"):
            del value[field]
        for node in value["nodes"].values():
            node.pop("memo")
        value["nodes"]["n_a1"]["config"] = {"audiences": ["a_once"]}
        del value["nodes"]["n_b2"]["config"], value["nodes"]["n_b2"]["confirmed"]
        value["group"] = "Retention"

    assert campaign_file.dump(parse(changed(strip))) == EXAMPLE


def test_partial_config_keeps_its_fields_in_declared_order() -> None:
    partial = {"signature": "Brand", "sms_type": "promotional", "platform": "acc"}
    doc = parse(changed(lambda value: value["nodes"]["n_b2"].update(config=partial)))
    assert list(doc.nodes["n_b2"].config.items()) == [
        ("platform", "acc"),
        ("sms_type", "promotional"),
        ("signature", "Brand"),
    ]
    assert campaign_file.dump(parse(campaign_file.dump(doc))) == campaign_file.dump(doc)


def test_port_without_a_link_gets_an_open_end_with_a_stable_id() -> None:
    def cut(value: dict[str, Any]) -> None:
        del value["links"]["l_03"]

    doc = parse(changed(cut))
    (added,) = doc.links.keys() - {"l_01", "l_02"}
    assert doc.links[added] == Link(source="n_b2", port="out", target=None)
    assert parse(changed(cut)).links.keys() == doc.links.keys()
    assert parse(campaign_file.dump(doc)).links == doc.links


def test_empty_campaign_has_the_open_end_of_start() -> None:
    doc = parse(b'{"format": "campaign", "version": 1, "id": "c_1", "name": "New"}')
    assert [(link.source, link.target) for link in doc.links.values()] == [(START_ID, None)]


def test_a_draft_may_be_wrong_in_its_structure() -> None:
    def cycle(value: dict[str, Any]) -> None:
        value["links"]["l_03"]["to"] = "n_a1"
        value["links"]["l_04"] = {"from": "n_b2", "port": "out", "to": "n_start"}

    assert parse(changed(cycle)).links["l_03"].target == "n_a1"


def put(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(value: Any) -> None:
        for part in path[:-1]:
            value = value[part]
        value[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (put("nodes", "n_a1", "kind", to="teleport"), "nodes.n_a1.kind", "no component of kind"),
        (put("nodes", "n_a1", "name", to=""), "nodes.n_a1.name", "Fill this in"),
        (put("nodes", "n_a1", "name", to="x" * 51), "nodes.n_a1.name", "at most 50"),
        (put("nodes", "n_a1", "kindd", to=""), "nodes.n_a1.kindd", "not known"),
        (put("nodes", "n_start", to={"kind": "start", "name": "S"}), "nodes.n_start", "not stored"),
        (put("nodes", "n a", to={"kind": "end", "name": "S"}), "nodes.n a", "right form"),
        (put("nodes", "n_a1", "config", "audience", to=[]), "nodes.n_a1.config.audience", "not known"),
        (put("nodes", "n_a1", "config", "mode", to=1), "nodes.n_a1.config.mode", ""),
        (put("nodes", "n_a1", "config", "audiences", to=[1]), "nodes.n_a1.config.audiences.0", "text"),
        (put("nodes", "n_a1", "config", "max_cycles", to="1"), "nodes.n_a1.config.max_cycles", "whole"),
        (put("nodes", "n_a1", "config", to=[]), "nodes.n_a1.config", ""),
        (put("links", "l_01", "to", to="n_gone"), "links.l_01.to", "no component “n_gone”"),
        (put("links", "l_01", "from", to="n_gone"), "links.l_01.from", "no component “n_gone”"),
        (put("links", "l_01", "port", to="side"), "links.l_01.port", "no branch “side”"),
        (put("links", "l_01", to={"from": "n_start", "port": "out"}), "links.l_01.to", "Fill this in"),
        (put("links", "l_01", to={"source": "n_start", "port": "out", "to": None}), "links.l_01.from", ""),
        (put("layout", "n_gone", to=[0, 0]), "layout.n_gone", "Remove this line"),
        (put("layout", "n_a1", to=[0]), "layout.n_a1", ""),
        (put("layout", "n_a1", to=[0.5, 0]), "layout.n_a1", "whole number"),
        (put("layout", "n_a1", to=[10**12, 0]), "layout.n_a1", "10,000,000"),
        (put("layout", "n_a1", to=["1", 0]), "layout.n_a1", "whole number"),
        (put("layout", "n_a1", to=[True, 0]), "layout.n_a1", "whole number"),
        (put("layout", "n_a1", to={"x": 1, "y": 2}), "layout.n_a1", "whole number"),
        (put("notes", "t_1", to={"at": [0, 0], "size": [10**9, 1]}), "notes.t_1.size", "10,000,000"),
        (put("start", to="tomorrow"), "start", "date and time"),
        (put("sub_campaigns", to="mc_1"), "sub_campaigns", "list"),
        (put("id", to="../../etc"), "id", "right form"),
        (put("version", to=2), "version", "Update the program"),
    ],
)  # fmt: skip
def test_refuses_with_field_and_line(
    change: Callable[[dict[str, Any]], None], field: str, words: str
) -> None:
    data = changed(change)
    with pytest.raises(FileError) as caught:
        parse(data)
    error = caught.value
    assert error.field.startswith(field)
    assert words in str(error.message)
    assert error.line is not None
    line = data.decode().splitlines()[error.line - 1]
    parts = error.field.split(".")
    # The line of the field, or of what should hold it; an item of a list stands on its own line.
    assert any(f'"{part}"' in line for part in parts[-2:]) or parts[-1].isdigit()


def test_too_many_components() -> None:
    node = {"kind": "end", "name": "End"}
    nodes = {f"n_{index:04}": node for index in range(campaign_file.MAX_NODES + 1)}
    data = changed(lambda value: value.update(nodes=nodes, links={}, layout={}))
    with pytest.raises(FileError, match=r"nodes\.n_5000: A campaign holds at most 5,000 components"):
        parse(data)


def test_content_hash_names_what_is_published() -> None:
    doc = parse(EXAMPLE)
    before = campaign_file.content_hash(doc)
    moved = changed(put("layout", "n_a1", to=[8, 8]))
    noted = changed(put("notes", "t_1", to={"text": "x", "at": [0, 0], "size": [8, 8]}))
    renamed = changed(put("nodes", "n_a1", "name", to="Other"))
    assert campaign_file.content_hash(parse(moved)) == before
    assert campaign_file.content_hash(parse(noted)) == before
    assert campaign_file.content_hash(parse(renamed)) != before


def test_a_moved_card_is_one_changed_line() -> None:
    moved = campaign_file.dump(parse(changed(put("layout", "n_a1", to=[8, 8])))).splitlines()
    assert [line for line in moved if line not in EXAMPLE.splitlines()] == [b'    "n_a1": [8, 8],']


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)
NAMES = TEXT.filter(bool)
IDS = st.from_regex(r"\A[a-z][a-z0-9_.-]{0,8}\Z").filter(lambda id: id != START_ID)
POINTS = st.builds(Point, st.integers(-9999, 9999), st.integers(-9999, 9999))
NODES = st.builds(
    Node,
    kind=st.just("wait_until"),
    name=NAMES,
    memo=TEXT,
    config=st.sampled_from([{}, {"mode": "duration"}, {"mode": "duration", "amount": 3, "unit": "day"}]),
    confirmed=st.booleans(),
)
NOTES = st.builds(Note, text=TEXT, at=POINTS, size=POINTS, title=st.none() | TEXT)


@st.composite
def documents(draw: st.DrawFn) -> CampaignDocument:
    nodes = draw(st.dictionaries(IDS, NODES, max_size=6))
    present = [START_ID, *nodes]
    sources = [*present, *draw(st.lists(st.sampled_from(present)))]
    ends = st.none() | st.sampled_from(present)
    links = {
        f"l_{index}": Link(source=source, port="out", target=draw(ends))
        for index, source in enumerate(sources)
    }
    layout = {id: draw(POINTS) for id in nodes if draw(st.booleans())}
    attributes = Attributes(id=draw(IDS), name=draw(NAMES), group=draw(TEXT))
    return CampaignDocument(attributes, nodes, links, draw(st.dictionaries(IDS, NOTES, max_size=2)), layout)


@given(documents())
def test_any_document_reads_back_as_it_was(doc: CampaignDocument) -> None:
    data = campaign_file.dump(doc)
    again = parse(data)
    assert campaign_file.dump(again) == data
    assert again.attributes == doc.attributes
    assert again.links == doc.links
    assert again.notes == doc.notes
    assert again.layout == doc.layout
    assert {id: node.name for id, node in again.nodes.items()} == {id: n.name for id, n in doc.nodes.items()}
    assert campaign_file.content_hash(again) == campaign_file.content_hash(doc)


RULES: list[dict[str, Any]] = [
    {"event": "order", "where": {"field": "amount", "op": ">", "value": 3}},
    {"audience": "a_1"},
]


def test_exit_rules_stand_in_the_file_only_where_there_are_some() -> None:
    plain = {"format": "campaign", "version": 1, "id": "c_1", "name": "X"}
    without = campaign_file.parse(json.dumps(plain).encode(), Path("x"))
    assert b"exits" not in campaign_file.dump(without)
    found = campaign_file.parse(json.dumps({**plain, "exits": RULES}).encode(), Path("x"))
    assert campaign_file.content(found)["exits"] == RULES
    assert campaign_file.parse(campaign_file.dump(found), Path("x")).attributes == found.attributes
    assert campaign_file.content_hash(found) != campaign_file.content_hash(without)


@pytest.mark.parametrize(
    "rule",
    [{}, {"event": "a", "audience": "b"}, {"audience": "a", "where": RULES[0]["where"]}, {"event": 1}],
)
def test_an_exit_rule_is_an_event_or_an_audience(rule: dict[str, Any]) -> None:
    raw = {"format": "campaign", "version": 1, "id": "c_1", "name": "X", "exits": [rule]}
    with pytest.raises(FileError) as refused:
        campaign_file.parse(json.dumps(raw).encode(), Path("x"))
    assert refused.value.field.startswith("exits.0")


WINDOW = {"from": "20:00", "to": "06:30", "zone": "home"}


def test_a_send_window_stands_in_the_file_only_where_there_is_one() -> None:
    plain = {"format": "campaign", "version": 1, "id": "c_1", "name": "X"}
    without = campaign_file.parse(json.dumps(plain).encode(), Path("x"))
    assert b"send_window" not in campaign_file.dump(without)
    found = campaign_file.parse(json.dumps({**plain, "send_window": WINDOW}).encode(), Path("x"))
    assert campaign_file.content(found)["send_window"] == WINDOW
    assert campaign_file.parse(campaign_file.dump(found), Path("x")).attributes == found.attributes
    assert campaign_file.content_hash(found) != campaign_file.content_hash(without)
    everybodys = {"from": "20:00", "to": "06:30"}
    found = campaign_file.parse(json.dumps({**plain, "send_window": everybodys}).encode(), Path("x"))
    assert campaign_file.content(found)["send_window"] == everybodys


@pytest.mark.parametrize(
    "window",
    [{}, {"from": "09:00"}, {**WINDOW, "to": "20:00"}, {**WINDOW, "to": "24:00"}, {**WINDOW, "zone": ""}],
)
def test_a_send_window_opens_and_closes(window: dict[str, Any]) -> None:
    raw = {"format": "campaign", "version": 1, "id": "c_1", "name": "X", "send_window": window}
    with pytest.raises(FileError) as refused:
        campaign_file.parse(json.dumps(raw).encode(), Path("x"))
    assert refused.value.field.startswith("send_window")
    if window.get("to") == "20:00":
        assert "ends when it begins" in str(refused.value.message)
