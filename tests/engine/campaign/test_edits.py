"""Edits as a designer sees them, and what every edit keeps true."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import (
    Refused,
    admissible,
    append,
    configure,
    delete_behind,
    doomed,
    end_open_links,
    grow,
    insert,
    lost_by,
    move,
    set_attributes,
)
from engine.campaign.layout import (
    BRANCH_GAP,
    CARD_HEIGHT,
    CARD_WIDTH,
    COLUMN,
    ROW,
    gap_behind,
    layered,
    with_missing_places,
)
from engine.campaign.model import Attributes, Point
from engine.campaign.ops import StaleOpError, Table, inverse
from engine.components.registry import component
from tests.engine.campaign.building import chain, empty_campaign, link_between, open_end, run
from tests.engine.campaign.random_edits import RandomEdits, assert_whole, random_edit, state


def kinds(document: CampaignDocument) -> list[str]:
    return sorted(node.kind for node in document.nodes.values())


def test_only_triggers_may_follow_start() -> None:
    document = empty_campaign()
    assert admissible(document, "l_start") == ["target_audience", "behavior_event"]
    with pytest.raises(Refused):
        append(document, "l_start", "text_sms")


def test_an_appended_component_stands_in_the_next_column_with_open_ends_for_all_its_ports() -> None:
    document = empty_campaign()
    audience, judgment = chain(document, "target_audience", "tag_judgment")
    assert document.layout[audience] == (160, 0)
    assert document.layout[judgment] == (416, 0)
    ports = {document.links[id].port for id in document.out_links(judgment)}
    assert ports == {port.name for port in document.ports(judgment)}
    assert all(document.links[id].target is None for id in document.out_links(judgment))


def test_a_new_component_gets_the_next_running_number_and_is_not_confirmed() -> None:
    document = empty_campaign()
    _, one, two, end = chain(document, "target_audience", "wait_until", "wait_until", "end")
    assert document.node(one).name == "Wait Until 1"
    assert document.node(two).name == "Wait Until 2"
    assert not document.node(two).confirmed
    assert document.node(end).confirmed, "an End has nothing to configure"


def test_an_inserted_component_makes_room() -> None:
    document = empty_campaign()
    audience, sms, end = chain(document, "target_audience", "text_sms", "end")
    wait = run(document, insert(document, link_between(document, audience, sms), "wait_until"))
    assert document.successors(audience) == [wait]
    assert document.successors(wait) == [sms]
    assert [document.layout[id].x for id in (audience, wait, sms, end)] == [160, 416, 672, 928]


def test_what_followed_an_inserted_branching_component_continues_behind_its_first_branch() -> None:
    document = empty_campaign()
    audience, sms = chain(document, "target_audience", "text_sms")
    judgment = run(document, insert(document, link_between(document, audience, sms), "random_grouping"))
    first, second = document.out_links(judgment)
    assert document.links[first].target == sms
    assert document.links[second].target is None


def test_what_followed_an_inserted_ab_test_continues_behind_its_test_target() -> None:
    document = empty_campaign()
    audience, sms = chain(document, "target_audience", "text_sms")
    test = run(document, insert(document, link_between(document, audience, sms), "ab_test"))
    (target,) = document.successors(test)
    assert document.node(target).kind == "ab_target"
    assert document.node(target).config["test"] == test
    assert document.successors(target) == [sms]
    assert len(document.out_links(test)) == 2


def test_nothing_is_inserted_between_start_and_trigger_nor_an_end_before_something() -> None:
    document = empty_campaign()
    audience, sms = chain(document, "target_audience", "text_sms")
    assert admissible(document, "l_start") == []
    assert "end" not in admissible(document, link_between(document, audience, sms))


def test_a_result_judgment_stays_directly_behind_its_touch() -> None:
    document = empty_campaign()
    _, sms, judgment = chain(document, "target_audience", "text_sms", "result_judgment")
    between = admissible(document, link_between(document, sms, judgment))
    assert "wait_until" not in between
    assert "text_sms" in between
    assert "result_judgment" not in admissible(document, open_end(document, judgment))


def test_deleting_takes_what_only_it_leads_to_and_leaves_what_another_line_reaches() -> None:
    document = empty_campaign()
    audience, groups = chain(document, "target_audience", "random_grouping")
    (sms,) = chain(document, "text_sms", source=groups)
    (mail,) = chain(document, "email", source=groups)
    (end,) = chain(document, "end", source=mail)
    shared = document.links[open_end(document, sms)]
    # a join: the SMS leads to the same End
    from engine.campaign.edits.edit import Draft
    from engine.i18n import Message

    draft = Draft(document)
    draft.retarget(open_end(document, shared.source), end)
    document.apply(draft.edit(Message("join")).ops)

    assert doomed(document, mail) == {mail}
    run(document, delete_behind(document, mail))
    assert kinds(document) == ["end", "random_grouping", "target_audience", "text_sms"]
    assert document.successors(groups) == [sms]
    assert doomed(document, groups) == {groups, sms, end}
    run(document, delete_behind(document, audience))
    assert not document.nodes
    assert [link.target for link in document.links.values()] == [None]


def test_deleting_inside_an_ab_test_joins_the_branch_to_the_test_target_again() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    first = document.out_links(test)[0]
    sms = run(document, insert(document, first, "text_sms"))
    assert doomed(document, sms) == {sms}
    run(document, delete_behind(document, sms))
    assert document.links[first].target == target


def test_an_ab_test_and_its_test_target_go_together() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    with pytest.raises(Refused):
        delete_behind(document, target)
    assert doomed(document, test) == {test, target}


def test_end_everywhere_closes_open_lines_and_joins_ab_branches_to_their_target() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    run(document, insert(document, document.out_links(test)[0], "random_grouping"))
    run(document, end_open_links(document))
    assert all(link.target is not None for link in document.links.values())
    assert kinds(document).count("end") == 1
    assert document.node(document.successors(target)[0]).kind == "end"
    with pytest.raises(Refused):
        end_open_links(document)


def test_end_everywhere_leaves_the_place_of_the_trigger_open() -> None:
    with pytest.raises(Refused):
        end_open_links(empty_campaign())


def _groups(*ids: str) -> dict[str, object]:
    percent = 100 / len(ids)
    return {"groups": [{"id": id, "name": id, "percent": percent} for id in ids]}


def test_a_removed_group_takes_what_stands_only_behind_it_in_one_step() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    one, two = (port.name for port in document.ports(groups))
    (sms,) = chain(document, "text_sms", source=groups)
    (mail, end) = chain(document, "email", "end", source=groups)
    kept = one.removeprefix("group:")
    config = _groups(kept, "g_new")
    assert lost_by(document, groups, config) == {mail, end}  # type: ignore[arg-type]
    before = (dict(document.nodes), dict(document.links), dict(document.layout))
    edit = configure(document, groups, name="Split", memo="", config=config)  # type: ignore[arg-type]
    document.apply(edit.ops)
    assert [document.links[id].port for id in document.out_links(groups)] == [one, "group:g_new"]
    assert document.successors(groups) == [sms]
    assert mail not in document.nodes
    assert document.node(groups).confirmed
    document.apply(inverse(edit.ops))
    assert (document.nodes, document.links, document.layout) == before
    assert two in {port.name for port in document.ports(groups)}


def test_reordered_and_renamed_groups_keep_their_links() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    (sms,) = chain(document, "text_sms", source=groups)
    one, two = (port.name.removeprefix("group:") for port in document.ports(groups))
    config = _groups(two, one)
    assert lost_by(document, groups, config) == set()  # type: ignore[arg-type]
    run(document, configure(document, groups, name="Split", memo="", config=config))  # type: ignore[arg-type]
    assert document.links[document.in_links(sms)[0]].port == f"group:{one}"


def test_longer_names_of_branches_get_the_room_that_they_need() -> None:
    document = empty_campaign()
    _, groups, sms = chain(document, "target_audience", "random_grouping", "text_sms")
    mail = run(document, append(document, open_end(document, groups), "email"))
    far = run(document, append(document, open_end(document, mail), "end"))
    before = dict(document.layout)
    one, two = (port.name.removeprefix("group:") for port in document.ports(groups))
    named = [{"id": id, "name": "Came back within 3 days", "percent": 50} for id in (one, two)]
    config = {"groups": named, "other": False}
    document.apply(configure(document, groups, name="Fork", memo="", config=config).ops)  # type: ignore[arg-type]
    wider = gap_behind(document.ports(groups)) - BRANCH_GAP
    assert wider > 0
    moved = {id: (place.x - before[id].x, place.y - before[id].y) for id, place in document.layout.items()}
    assert {id: by for id, by in moved.items() if by != (0, 0)} == dict.fromkeys((sms, mail, far), (wider, 0))


def test_a_new_group_of_an_ab_test_leads_to_its_test_target() -> None:
    document = empty_campaign()
    _, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    config = {**document.node(test).config, **_groups("g_a", "g_b", "g_c")}
    run(document, configure(document, test, name="T", memo="", config=config))  # type: ignore[arg-type]
    assert {document.links[id].target for id in document.out_links(test)} == {target}
    assert len(document.out_links(test)) == 3


def test_a_stale_op_changes_nothing() -> None:
    document = empty_campaign()
    edit = append(document, "l_start", "target_audience")
    other = append(document, "l_start", "behavior_event")
    document.apply(edit.ops)
    before = (dict(document.nodes), dict(document.links))
    with pytest.raises(StaleOpError):
        document.apply(other.ops)
    assert (document.nodes, document.links) == before


def test_attributes_keep_the_id() -> None:
    document = empty_campaign()
    run(document, set_attributes(document, Attributes(id="c_other", name="Renamed")))
    assert (document.attributes.id, document.attributes.name) == ("c_test", "Renamed")


# ---- every edit, at random


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_any_sequence_of_edits_keeps_the_document_whole_and_undo_is_exact(seed: int) -> None:
    draws, document = RandomEdits(random.Random(seed)), empty_campaign()
    undo = []
    for _ in range(30):
        before = state(document)
        if (edit := draws.draw(document)) is not None:
            document.apply(edit.ops)
            assert_whole(document)
            undo.append((inverse(edit.ops), before))
    saved = campaign_file.dump(document)
    assert campaign_file.dump(campaign_file.parse(saved, Path("saved"))) == saved
    for ops, before in reversed(undo):
        document.apply(ops)
        assert state(document) == before


@given(st.integers(0, 2**32))
def test_the_layered_layout_covers_every_node_without_overlap(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    for _ in range(30):
        if (edit := random_edit(document, choose)) is not None:
            document.apply(edit.ops)
    places = sorted(layered(document).values())
    assert len(places) == len(document.nodes)
    for index, one in enumerate(places):
        for other in places[index + 1 :]:
            assert abs(one.x - other.x) >= CARD_WIDTH or abs(one.y - other.y) >= CARD_HEIGHT


@given(st.integers(0, 2**32))
def test_what_is_added_at_an_open_end_covers_nothing(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    chain(document, "target_audience", "random_grouping")
    for _ in range(20):
        ends = [id for id, link in sorted(document.links.items()) if link.target is None]
        before = dict(document.layout)
        link_id = choose.choice(ends)
        if not (kinds := admissible(document, link_id)):
            break
        at = choose.choice([None, Point(choose.randrange(0, 900, 8), choose.randrange(-300, 300, 8))])
        document.apply(append(document, link_id, choose.choice(kinds), at).ops)
        for new in (place for id, place in document.layout.items() if id not in before):
            for other in before.values():
                assert abs(new.x - other.x) >= CARD_WIDTH or abs(new.y - other.y) >= CARD_HEIGHT
        if not any(link.target is None for link in document.links.values()):
            break


def covering(document: CampaignDocument) -> set[frozenset[str]]:
    """The pairs of cards of which one covers the other, partly or whole."""
    places = sorted(document.layout.items())
    return {
        frozenset((id, other))
        for at, (id, one) in enumerate(places)
        for other, there in places[at + 1 :]
        if abs(one.x - there.x) < CARD_WIDTH and abs(one.y - there.y) < CARD_HEIGHT
    }


@given(st.integers(0, 2**32))
def test_what_is_inserted_or_pasted_lets_no_card_cover_another(seed: int) -> None:
    draws = RandomEdits(random.Random(seed))
    document = empty_campaign()
    for _ in range(40):
        edit = draws.draw(document)
        if edit is None:
            continue
        adds = any(op.table is Table.NODES and op.before is None for op in edit.ops)
        before, stood = covering(document), set(document.layout)
        document.apply(edit.ops)
        if adds:  # what is pasted may cover itself, as where it was copied
            assert not [pair for pair in covering(document) - before if pair & stood], edit.label


def test_a_card_in_the_way_of_what_is_inserted_goes_down() -> None:
    document = empty_campaign()
    audience, groups, tag = chain(document, "target_audience", "random_grouping", "tag")
    other = run(document, append(document, open_end(document, groups), "wait_until"))
    place = document.layout[tag]
    document.apply(move(document, {other: Point(place.x + COLUMN, place.y)}).ops)
    document.apply(insert(document, link_between(document, groups, tag), "tag").ops)
    assert document.layout[tag] == Point(place.x + COLUMN, place.y)
    assert document.layout[other] == Point(place.x + COLUMN, place.y + ROW)
    assert document.layout[audience].y == place.y


def test_a_new_ab_test_has_room_for_its_target_as_well() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    first, second = document.out_links(groups)[:2]
    plain = append(document, second, "tag")
    assert plain.focus is not None
    (place,) = (op.after for op in plain.ops if op.table is Table.LAYOUT)
    assert isinstance(place, Point)
    tag = run(document, append(document, first, "tag"))
    in_the_way = Point(place.x + CARD_WIDTH + BRANCH_GAP, place.y)
    document.apply(move(document, {tag: in_the_way}).ops)
    before = set(document.layout)
    document.apply(append(document, second, "ab_test").ops)
    added = [place for id, place in document.layout.items() if id not in before]
    assert len(added) == 2
    assert len({place.y for place in added}) == 1
    assert all(
        abs(new.x - in_the_way.x) >= CARD_WIDTH or abs(new.y - in_the_way.y) >= CARD_HEIGHT for new in added
    )


def test_cards_without_a_place_get_one_below_the_others() -> None:
    document = empty_campaign()
    audience, sms = chain(document, "target_audience", "text_sms")
    bare = CampaignDocument(
        document.attributes, document.nodes, document.links, layout={audience: Point(0, 40)}
    )
    places = with_missing_places(bare)
    assert places[audience] == (0, 40)
    assert places[sms].y > 40


def test_what_is_put_somewhere_stands_there_or_below_what_does() -> None:
    document = empty_campaign()
    audience, tag = chain(document, "target_audience", "tag")
    free = Point(800, -320)
    mail = run(document, append(document, open_end(document, tag), "email", free))
    assert document.layout[mail] == free
    for wanted, place in ((free, (free.x, free.y + ROW)), (Point(0, 0), (0, ROW))):
        run(document, grow(document, audience, "out"))
        sms = run(document, append(document, open_end(document, audience), "text_sms", wanted))
        assert document.layout[sms] == place


def test_every_kind_can_be_added_somewhere() -> None:
    from engine.components.registry import COMPONENTS

    reached = set()
    for trigger in ("target_audience", "behavior_event"):
        document = empty_campaign()
        (first,) = chain(document, trigger)
        reached.add(trigger)
        reached |= set(admissible(document, open_end(document, first)))
        (sms,) = chain(document, "text_sms", source=first)
        reached |= set(admissible(document, open_end(document, sms)))
    assert reached == set(COMPONENTS) - {"start", "ab_target"}
    assert component("ab_test").deletable
