"""Edits that paste a copy, and what the clipboard may hold."""

from __future__ import annotations

from typing import Any

import pytest

from engine.campaign import campaign_file
from engine.campaign.clip import Clip, NotCopied, copy_behind, copy_nodes, parse
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import (
    Pasting,
    configure,
    cut,
    grow,
    insert,
    join,
    paste,
)
from engine.campaign.graph import targets_by_test
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.model import START_ID
from engine.components.registry import component
from engine.files import FileError
from tests.engine.campaign.building import chain, empty_campaign, fork, link_between, open_end, refused, run


def test_a_copy_keeps_its_configuration_and_takes_a_free_number() -> None:
    document = empty_campaign()
    _, wait = chain(document, "target_audience", "wait_until")
    config: dict[str, Any] = {"mode": "duration", "duration": {"amount": 3, "unit": "day"}}
    run(document, configure(document, wait, name="Three days", memo="why", config=config))
    clip = copy_nodes(document, [wait])
    assert clip.single
    copied = run(document, paste(document, open_end(document, wait), clip))
    node = document.node(copied)
    assert (node.config, node.memo, node.confirmed) == (config, "why", True)
    assert node.name == "Three days 2"
    again = run(document, paste(document, open_end(document, copied), clip))
    assert document.node(again).name == "Three days 3"
    assert document.successors(copied) == [again]


@pytest.mark.parametrize(
    ("name", "copy"), [("Wait Until 7", "Wait Until 8"), ("x" * 50, "x" * 48 + " 2"), ("2024", "2024 2")]
)
def test_names_of_copies_stay_short_and_count_on(name: str, copy: str) -> None:
    document = empty_campaign()
    _, wait = chain(document, "target_audience", "wait_until")
    run(document, configure(document, wait, name=name, memo="", config={}))
    copied = run(document, paste(document, open_end(document, wait), copy_nodes(document, [wait])))
    assert document.node(copied).name == copy


def test_one_component_is_pasted_on_a_line() -> None:
    document, groups, sms, mail, end = fork()
    line = link_between(document, mail, end)
    clip = copy_nodes(document, [sms])
    places = Pasting(document, clip).places()
    assert line in places
    assert "l_start" not in places
    before = document.layout[end].x
    copied = run(document, paste(document, line, clip))
    assert document.successors(mail) == [copied]
    assert document.successors(copied) == [end]
    assert document.layout[end].x > before
    branching = copy_nodes(document, [groups])
    several = run(document, paste(document, link_between(document, copied, end), branching))
    first, second = document.out_links(several)
    assert document.links[first].target == end
    assert document.links[second].target is None


def test_what_is_joined_stays_joined_inside_the_copy_and_lines_out_of_it_open() -> None:
    document, groups, sms, mail, end = fork()
    run(document, join(document, open_end(document, sms), end))
    inner = copy_behind(document, groups)
    assert not inner.single
    only = Pasting(document, inner).places()
    assert only == []
    run(document, cut(document, link_between(document, mail, end)))
    line = open_end(document, mail)
    assert Pasting(document, inner).places() == [line]
    copied = run(document, paste(document, line, inner))
    behind = [document.successors(node_id) for node_id in document.successors(copied)]
    assert behind[0] == behind[1]
    assert len(behind[0]) == 1
    part = copy_nodes(document, [groups, sms])
    assert sorted(link.target or "" for link in part.flow.links.values()) == ["", "", sms]


def test_copies_stand_as_they_stood_and_cover_nothing() -> None:
    document, groups, sms, mail, _ = fork()
    clip = copy_behind(document, groups)
    before = set(document.nodes)
    copied = run(document, paste(document, open_end(document, sms), clip))
    added = [document.layout[id] for id in document.nodes if id not in before]
    assert len(added) == 4
    shift = document.layout[copied].x - document.layout[groups].x
    moved = sorted((at.x - shift) for at in added)
    assert moved == sorted(document.layout[id].x for id in clip.flow.nodes)
    places = list(document.layout.values())
    for index, one in enumerate(places):
        for other in places[index + 1 :]:
            assert abs(one.x - other.x) >= CARD_WIDTH or abs(one.y - other.y) >= CARD_HEIGHT
    assert mail in document.nodes


def test_an_ab_test_is_copied_with_its_test_target() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    sms = run(document, insert(document, document.out_links(test)[0], "text_sms"))
    clip = copy_nodes(document, [test])
    assert clip.single
    copied = run(document, paste(document, open_end(document, target), clip))
    (again,) = document.successors(copied)
    assert document.node(again).config["test"] == copied
    assert targets_by_test(document) == {test: target, copied: again}
    with pytest.raises(NotCopied, match="Copy the AB Test"):
        copy_nodes(document, [target])
    whole = copy_behind(document, test)
    assert {node.kind for node in whole.flow.nodes.values()} == {"ab_test", "ab_target", "text_sms"}
    branch = copy_behind(document, sms)
    assert list(branch.flow.nodes) == [sms]


def test_a_part_of_a_branch_does_not_reach_into_the_copied_test_from_outside() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    first = run(document, insert(document, document.out_links(test)[0], "text_sms"))
    last = run(document, insert(document, link_between(document, first, target), "wait_until"))
    flow = copy_nodes(document, [test, last]).flow
    assert set(flow.nodes) == {test, target, last}
    assert {flow.links[id].target for id in flow.out_links(test)} == {target}
    assert [flow.links[id].target for id in flow.out_links(last)] == [None]


def test_ends_that_go_into_an_ab_test_become_its_test_target() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    (test,) = chain(document, "ab_test", source=groups)
    (target,) = document.successors(test)
    sms, end = chain(document, "text_sms", "end", source=groups)
    port = document.ports(test)[0].name
    run(document, grow(document, test, port))
    line = open_end(document, test)
    assert "nothing ends" in refused(lambda: paste(document, line, copy_nodes(document, [end])))
    copied = run(document, paste(document, line, copy_behind(document, sms)))
    assert document.successors(copied) == [target]
    assert sum(node.kind == "end" for node in document.nodes.values()) == 1


def test_several_beginnings_are_led_to_by_a_line_each() -> None:
    document, _, sms, mail, end = fork()
    clip = copy_nodes(document, [sms, mail, end])
    assert clip.roots == [sms, mail]
    first = run(document, paste(document, open_end(document, sms), clip))
    assert len(document.successors(sms)) == 2
    assert first == document.successors(sms)[0] or first in document.successors(sms)


def test_a_trigger_begins_another_campaign_and_goes_nowhere_else() -> None:
    document, _, sms, _, _ = fork()
    (audience,) = document.successors(START_ID)
    clip = copy_behind(document, audience)
    assert Pasting(document, clip).places() == []
    assert "exactly one trigger" in refused(lambda: paste(document, open_end(document, sms), clip))
    other = empty_campaign()
    run(other, paste(other, "l_start", clip))
    assert len(other.nodes) == len(document.nodes)
    assert "begins with a trigger" in refused(
        lambda: paste(empty_campaign(), "l_start", copy_nodes(document, [sms]))
    )


def test_what_needs_another_trigger_does_not_fit() -> None:
    document = empty_campaign()
    _, judgment = chain(document, "behavior_event", "attribute_judgment")
    other = empty_campaign()
    (audience,) = chain(other, "target_audience")
    clip = copy_nodes(document, [judgment])
    assert Pasting(other, clip).places() == []
    reason = refused(lambda: paste(other, open_end(other, audience), clip))
    assert reason == str(component("attribute_judgment").placement.refusal)


def test_start_and_nothing_are_not_copied() -> None:
    document, *_ = fork()
    with pytest.raises(NotCopied, match="Start"):
        copy_nodes(document, [START_ID])
    with pytest.raises(NotCopied, match="Select"):
        copy_nodes(document, [])
    everything = copy_behind(document, START_ID)
    assert everything.flow.nodes.keys() == document.nodes.keys()


def test_a_campaign_that_is_full_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    document, _, sms, _, _ = fork()
    monkeypatch.setattr("engine.campaign.edits.pasting.MAX_NODES", 5)
    clip = copy_nodes(document, [sms])
    assert "at most 5" in refused(lambda: paste(document, open_end(document, sms), clip))


def test_a_clip_comes_back_from_the_clipboard() -> None:
    document, groups, *_ = fork()
    clip = copy_behind(document, groups)
    again = parse(clip.data())
    assert again.flow.nodes == clip.flow.nodes
    assert again.flow.links == clip.flow.links
    assert again.places == clip.places
    assert parse(again.data()).data() == again.data()


def changed(clip: Clip, **tables: Any) -> bytes:
    """The clip's bytes with other tables."""
    flow = clip.flow
    held: dict[str, Any] = {
        "nodes": dict(flow.nodes),
        "links": dict(flow.links),
        "layout": dict(flow.layout),
    } | tables
    return campaign_file.dump(CampaignDocument(flow.attributes, **held))


def test_a_hostile_clipboard_is_refused() -> None:
    document, _, sms, mail, end = fork()
    clip = copy_nodes(document, [mail, end])
    links = dict(clip.flow.links)
    (line,) = links
    back = links[line].model_copy(update={"source": mail, "target": mail})
    for bad in (
        changed(clip, links={line: back}),  # leads to itself
        changed(clip, links={line: links[line].model_copy(update={"target": START_ID})}),
        changed(clip, links={**links, "l_twice": links[line]}),
        changed(clip, nodes={}, links={}, layout={}),
    ):
        with pytest.raises(NotCopied):
            parse(bad)
    for garbage in (b"", b"{}", b"[1]", b"\xff\xfe", b'{"format": "campaign"}', clip.data()[:-40]):
        with pytest.raises(FileError):
            parse(garbage)
    with pytest.raises(FileError):
        parse(clip.data().replace(b'"email"', b'"no_such_kind"'))
    assert sms in document.nodes


def test_an_ab_test_without_its_other_half_is_refused() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    clip = copy_nodes(document, [test])
    halves = clip.flow.nodes
    alone = {target: halves[target]}
    kept = {id: link for id, link in clip.flow.links.items() if link.source == target}
    with pytest.raises(NotCopied):
        parse(changed(clip, nodes=alone, links=kept, layout={}))


def test_absurd_places_are_laid_out_anew() -> None:
    document, _, sms, mail, end = fork()
    clip = copy_nodes(document, [mail, end])
    far = {mail: clip.flow.layout[mail], end: clip.flow.layout[end]._replace(x=9_000_000)}
    again = parse(changed(clip, layout=far))
    run(document, paste(document, open_end(document, sms), again))
    assert max(at.x for at in document.layout.values()) < 10_000
