"""Edits that lead a line to a component, and grow another one."""

from __future__ import annotations

from engine.campaign.clip import copy_behind
from engine.campaign.edits import (
    Leading,
    Pasting,
    end_open_links,
    grow,
    growable,
    insert,
    join,
    move,
    paste,
)
from engine.campaign.model import START_ID
from tests.engine.campaign.building import chain, empty_campaign, fork, link_between, open_end, refused, run


def test_an_open_end_joins_a_component() -> None:
    document, _, sms, _, end = fork()
    edit = join(document, open_end(document, sms), end)
    run(document, edit)
    assert document.successors(sms) == [end]
    assert str(edit.label) == "Lead Text SMS 1 to End 1"
    assert len(document.in_links(end)) == 2


def test_a_joined_component_moves_behind_what_leads_to_it_where_there_is_room() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    sms, wait = chain(document, "text_sms", "wait_until", source=groups)
    mail, end = chain(document, "email", "end", source=groups)
    before = dict(document.layout)
    run(document, join(document, open_end(document, wait), mail))
    right = {id for id in document.nodes if document.layout[id].x > before[id].x}
    assert right == {mail, end}
    assert document.layout[mail].x > document.layout[wait].x
    assert {document.layout[id].y for id in right} == {before[mail].y}
    assert document.layout[sms] == before[sms]


def test_a_joined_component_stays_where_it_would_cover_another() -> None:
    document, groups, sms, mail, end = fork()
    wall = run(document, insert(document, open_end(document, sms), "wait_until"))
    run(document, move(document, {wall: document.layout[end]._replace(x=document.layout[end].x + 256)}))
    before = document.layout[end]
    run(document, move(document, {sms: before._replace(y=-96)}))
    run(document, grow(document, sms, "out", end))
    assert document.layout[end] == before
    assert {groups, mail} <= set(document.nodes)


def test_joining_a_line_means_joining_what_it_leads_to() -> None:
    document, groups, sms, mail, end = fork()
    leading = Leading(document, sms, "out")
    assert leading.through(link_between(document, mail, end)) is None
    assert leading.through(link_between(document, groups, sms)) is not None
    assert leading.through(open_end(document, sms)) is not None
    assert leading.targets() == {mail, end}
    assert leading.links(leading.targets()) == {
        link_between(document, groups, mail),
        link_between(document, mail, end),
    }


def test_joins_that_make_no_sense_are_refused_with_a_reason() -> None:
    document, groups, sms, mail, end = fork()
    (audience,) = document.successors(START_ID)
    line = open_end(document, sms)
    assert "into Start" in refused(lambda: join(document, line, START_ID))
    assert "into a trigger" in refused(lambda: join(document, line, audience))
    assert "itself" in refused(lambda: join(document, line, sms))
    assert "circle" in refused(lambda: join(document, line, groups))
    assert "already leads" in refused(lambda: grow(document, mail, "out", end))
    taken = link_between(document, mail, end)
    assert "already leads" in refused(lambda: join(document, taken, sms))


def test_a_join_keeps_the_placement_rules() -> None:
    document, groups, sms, _, _ = fork()
    (judgment,) = chain(document, "result_judgment", source=sms)
    wait = run(document, insert(document, open_end(document, judgment), "wait_until"))
    reason = refused(lambda: grow(document, groups, document.ports(groups)[0].name, judgment))
    assert "touches" in reason
    assert judgment not in Leading(document, wait, "out").targets()


def test_no_line_crosses_the_border_of_an_ab_test() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    (test,) = chain(document, "ab_test", source=groups)
    (target,) = document.successors(test)
    inside = run(document, insert(document, document.out_links(test)[0], "text_sms"))
    (outside,) = chain(document, "wait_until", source=groups)
    (behind,) = chain(document, "wait_until", source=target)
    assert "Test Target 1" in refused(lambda: grow(document, inside, "out", behind))
    assert "same AB Test" in refused(lambda: join(document, open_end(document, outside), inside))
    assert "same AB Test" in refused(lambda: join(document, open_end(document, outside), target))
    assert Leading(document, outside, "out").targets() == {test, behind}
    second = document.ports(test)[1].name
    assert Leading(document, test, second).targets() == {inside}


def test_another_line_grows_where_all_lead_somewhere() -> None:
    document, groups, sms, mail, end = fork()
    assert [port.name for port in growable(document, mail)] == ["out"]
    assert len(growable(document, groups)) == 2
    assert growable(document, sms) == growable(document, end) == growable(document, START_ID) == []
    run(document, grow(document, mail, "out"))
    assert len(document.out_links(mail)) == 2
    assert growable(document, mail) == []
    assert "open line" in refused(lambda: grow(document, mail, "out"))
    run(document, grow(document, sms, "out", end))
    assert end in document.successors(sms)


def test_what_joins_the_test_target_stands_in_front_of_it_and_is_told() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")[:2]
    target = next(id for id, node in document.nodes.items() if node.kind == "ab_target")
    (judgment,) = chain(document, "event_judgment", source=target)
    sms = chain(document, "text_sms", source=judgment)[0]
    run(document, end_open_links(document))
    first = document.out_links(test)[0]
    inside = run(document, insert(document, first, "text_sms"))
    document.apply(grow(document, inside, "out").ops)
    end = open_end(document, inside)
    clip = copy_behind(document, judgment)
    pasting = Pasting(document, clip)
    (joining,) = [node for node in clip.flow.nodes.values() if node.kind == "end"]
    assert pasting.count(end) == len(clip.flow.nodes) - 1 == 2
    edit = paste(document, end, clip)
    assert str(edit.label) == "Paste 2 components"
    assert str(edit.also) == f"“{joining.name}” becomes a line to “{document.node(target).name}”."
    before = document.layout[target].x
    run(document, edit)
    assert document.layout[target].x > before
    for node_id in document.predecessors(target):
        assert document.layout[node_id].x < document.layout[target].x
    assert document.layout[sms].x > document.layout[judgment].x > document.layout[target].x
