"""Edits that cut a line; and AB tests, which keep their test targets."""

from __future__ import annotations

from typing import Any

from engine.campaign.clip import copy_nodes
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import (
    configure,
    cut,
    delete_behind,
    doomed,
    end_open_links,
    grow,
    insert,
    join,
    paste,
    stranded,
)
from engine.campaign.layout import ROW
from engine.campaign.ops import inverse
from tests.engine.campaign.building import chain, empty_campaign, fork, link_between, open_end, refused, run


def test_cutting_opens_the_end_and_takes_what_only_it_led_to() -> None:
    document, groups, sms, mail, end = fork()
    run(document, join(document, open_end(document, sms), end))
    line = link_between(document, groups, mail)
    assert stranded(document, {line}) == {mail}
    edit = cut(document, line)
    run(document, edit)
    assert document.links[line].target is None
    assert set(document.nodes) == {*document.predecessors(groups), groups, sms, end}
    assert str(edit.label) == "Cut the line to Email 1"
    document.apply(inverse(edit.ops))
    assert document.successors(mail) == [end]


def test_cutting_one_of_two_ways_keeps_what_the_other_reaches() -> None:
    document, _, sms, _, end = fork()
    run(document, join(document, open_end(document, sms), end))
    line = link_between(document, sms, end)
    assert stranded(document, {line}) == set()
    run(document, cut(document, line))
    assert end in document.nodes
    assert document.links[line].target is None


def test_a_line_beside_others_of_its_branch_is_taken_away() -> None:
    document, _, sms, mail, end = fork()
    run(document, grow(document, mail, "out", sms))
    run(document, cut(document, link_between(document, mail, sms)))
    assert document.successors(mail) == [end]
    assert len(document.out_links(mail)) == 1
    run(document, grow(document, mail, "out"))
    run(document, cut(document, open_end(document, mail)))
    assert len(document.out_links(mail)) == 1
    assert "nowhere" in refused(lambda: cut(document, open_end(document, sms)))


def test_cutting_inside_an_ab_test_joins_its_test_target_again() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    line = document.out_links(test)[0]
    assert "control group" in refused(lambda: cut(document, line))
    sms = run(document, insert(document, line, "text_sms"))
    wait = run(document, insert(document, link_between(document, sms, target), "wait_until"))
    run(document, cut(document, link_between(document, sms, wait)))
    assert document.successors(sms) == [target]
    assert wait not in document.nodes


def joined_test() -> tuple[CampaignDocument, str, str, str]:
    """An AB Test whose two groups meet at one SMS, the only way to the Test Target."""
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    first, second = document.out_links(test)
    sms = run(document, insert(document, first, "text_sms"))
    run(document, grow(document, test, document.links[second].port, sms))
    run(document, cut(document, second))
    assert document.successors(test) == [sms]
    return document, test, sms, target


def test_a_test_target_stays_with_its_ab_test() -> None:
    document, test, sms, target = joined_test()
    assert doomed(document, sms) == {sms}
    run(document, delete_behind(document, sms))
    assert document.successors(test) == [target]


def test_the_only_line_to_a_test_target_is_made_good_by_an_open_end() -> None:
    document, _, sms, target = joined_test()
    (line,) = document.out_links(sms)
    run(document, grow(document, sms, "out"))
    spare = open_end(document, sms)
    run(document, cut(document, line))
    assert document.out_links(sms) == [spare]
    assert document.successors(sms) == [target]


def test_a_test_target_that_only_a_removed_branch_reached_is_led_to_anew() -> None:
    document, _, sms, target = joined_test()
    groups = run(document, insert(document, link_between(document, sms, target), "random_grouping"))
    held: Any = document.node(groups).config["groups"]
    config: dict[str, Any] = {"groups": [held[1], {**held[1], "id": "g_new"}]}
    run(document, configure(document, groups, name="Groups", memo="", config=config))
    assert target in document.nodes
    assert document.successors(groups) == [target]


def test_ends_everywhere_lead_a_branch_to_its_test_target_once() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    run(document, grow(document, test, document.ports(test)[0].name))
    run(document, end_open_links(document))
    assert [document.links[id].target for id in document.out_links(test)] == [target, target]


def test_branches_of_a_new_ab_test_take_their_rows_in_order() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")[:2]
    first, second = document.out_links(test)
    one = run(document, insert(document, first, "text_sms"))
    two = run(document, paste(document, second, copy_nodes(document, [one])))
    row = document.layout[test].y
    assert document.layout[one].y == row
    assert document.layout[two].y == row + ROW
    target = next(id for id, node in document.nodes.items() if node.kind == "ab_target")
    assert document.layout[target].y == row
    assert document.layout[target].x > document.layout[two].x
