"""Tidying up: straight runs, branches in the order of their ports, and no card on another."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, configure, move, tidy, tidy_in_steps
from engine.campaign.edits.edit import Draft
from engine.campaign.fan import FAN_PITCH
from engine.campaign.layout import (
    BRANCH_GAP,
    CARD_HEIGHT,
    CARD_WIDTH,
    GAP,
    ROW,
    START_WIDTH,
    layered,
)
from engine.campaign.model import START_ID, Link, Note, Point
from engine.campaign.notes import card_box, note_box
from engine.campaign.ops import StaleOpError, Table, inverse
from engine.i18n import Message
from tests.engine.campaign.building import chain, empty_campaign, open_end
from tests.engine.campaign.random_edits import state
from tests.engine.campaign.test_delete_several import grown


def scatter(document: CampaignDocument, choose: random.Random) -> None:
    """Put every card anywhere on the grid."""
    places = {id: Point(8 * choose.randint(-90, 90), 8 * choose.randint(-90, 90)) for id in document.nodes}
    if places:
        document.apply(move(document, places).ops)


def assert_apart(document: CampaignDocument) -> None:
    boxes = [(*document.layout[id], CARD_WIDTH) for id in document.nodes]
    for (x, y, width), (other_x, other_y, other_width) in combinations([(0, 0, START_WIDTH), *boxes], 2):
        apart = x + width <= other_x or other_x + other_width <= x or abs(y - other_y) >= CARD_HEIGHT
        assert apart, (x, y, other_x, other_y)


def test_a_chain_becomes_one_straight_line_in_its_columns() -> None:
    document = empty_campaign()
    ids = chain(document, "target_audience", "random_grouping", "wait_until", "end")
    scatter(document, random.Random(1))
    document.apply(tidy(document, document.nodes).ops)
    assert [document.layout[id].y for id in ids] == [0, 0, 0, 0]
    steps = [START_WIDTH + GAP, CARD_WIDTH + GAP, CARD_WIDTH + BRANCH_GAP, CARD_WIDTH + GAP]
    assert [document.layout[id].x for id in ids] == [sum(steps[: n + 1]) for n in range(4)]


def test_branches_follow_their_ports_from_top_to_bottom() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    second = document.out_links(groups)[1]
    document.apply(append(document, second, "email").ops)
    (mail,) = document.successors(groups)
    (sms,) = chain(document, "text_sms", source=groups)
    document.apply(tidy(document, document.nodes).ops)
    assert (document.layout[groups].y, document.layout[sms].y, document.layout[mail].y) == (0, 0, ROW)


def test_a_short_branch_leaves_room_for_what_comes_later() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    _, judgment, *_ = chain(document, "text_sms", "result_judgment", source=groups)
    chain(document, "wait_until", "end", source=judgment)
    (late,) = chain(document, "tag", source=judgment)
    (end,) = chain(document, "end", source=groups)
    document.apply(tidy(document, document.nodes).ops)
    assert document.layout[late].y == ROW
    assert document.layout[end].y == ROW, "beside it, and not a row of its own below"


def test_many_open_ends_get_the_rows_that_they_need() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    draft = Draft(document)
    node = document.node(groups)
    many = {"groups": [{"id": f"g{n}", "name": str(n), "percent": 12} for n in range(8)], "other": False}
    (wide,) = chain(document, "random_grouping", source=groups)
    draft.put_node(node.model_copy(update={"config": many}), wide)
    for link_id in document.out_links(wide):
        draft.remove(Table.LINKS, link_id)
    for port in draft.document.node(groups).model_copy(update={"config": many}).ports:
        draft.put_link(Link(source=wide, port=port.name, target=None))
    document.apply(draft.edit(Message("widen")).ops)
    (below,) = chain(document, "email", source=groups)
    document.apply(tidy(document, document.nodes).ops)
    assert document.layout[below].y - document.layout[wide].y == 2 * ROW


def skipping() -> tuple[CampaignDocument, list[str], str]:
    """A run behind a branch whose second line skips two cards of it, and whose third leads to a card."""
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    three = [{"id": f"g{n}", "name": str(n), "percent": 33} for n in range(3)]
    document.apply(
        configure(document, groups, name="Fork", memo="", config={"groups": three, "other": False}).ops  # type: ignore[dict-item]
    )
    run = chain(document, "text_sms", "wait_until", "end", source=groups)
    draft = Draft(document)
    draft.retarget(open_end(document, groups), run[-1])
    document.apply(draft.edit(Message("join")).ops)
    (below,) = chain(document, "email", source=groups)
    return document, run, below


def test_a_line_that_skips_cards_gets_a_row_of_its_own() -> None:
    document, run, below = skipping()
    document.apply(tidy(document, document.nodes).ops)
    assert [document.layout[id].y for id in (*run, below)] == [0, 0, 0, 2 * ROW]


def test_cards_that_leave_no_room_for_a_line_are_out_of_place() -> None:
    document, _, below = skipping()
    document.apply(tidy(document, document.nodes).ops)
    document.apply(move(document, {below: Point(document.layout[below].x, ROW)}).ops)
    assert {op.id for op in tidy(document, document.nodes).ops} == {below}


def test_names_of_many_branches_push_down_what_leaves_below_them() -> None:
    document = empty_campaign()
    audience, groups = chain(document, "target_audience", "random_grouping")
    six = [{"id": f"g{n}", "name": str(n), "percent": 16} for n in range(6)]
    document.apply(
        configure(document, groups, name="Fork", memo="", config={"groups": six, "other": False}).ops  # type: ignore[dict-item]
    )
    for _ in range(6):
        chain(document, "text_sms", source=groups)
    (first,) = document.out_links(audience)
    draft = Draft(document)
    draft.put_link(Link(source=audience, port="out", target=None), f"{first}_second")
    document.apply(draft.edit(Message("another line")).ops)
    (beside,) = chain(document, "wait_until", source=audience)
    document.apply(tidy(document, document.nodes).ops)
    names = 5 * FAN_PITCH
    assert document.layout[beside].x == document.layout[groups].x
    assert document.layout[beside].y > names > ROW, "and not right below, where its line would pass them"


@given(st.integers(0, 2**32))
def test_no_card_covers_another_wherever_they_were(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    scatter(document, choose)
    before = state(document)
    edit = tidy(document, document.nodes)
    document.apply(edit.ops)
    assert_apart(document)
    for node_id, _ in document.all_nodes():
        here = document.layout.get(node_id, Point(0, 0))
        for target in document.successors(node_id):
            assert document.layout[target].x > here.x, "lines lead to the right"
        alone = [id for id in document.successors(node_id) if document.predecessors(id) == [node_id]]
        ys = [document.layout[target].y for target in alone]
        assert ys == sorted(ys), "branches stand in the order of their ports"
        if document.successors(node_id)[:1] == alone[:1] != []:
            assert ys[0] == here.y, "the first branch goes straight on"
    document.apply(inverse(edit.ops))
    assert state(document) == before


@given(st.integers(0, 2**32))
def test_it_always_finds_the_same_places(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    scatter(document, choose)
    document.apply(tidy(document, document.nodes).ops)
    scatter(document, choose)
    links = list(document.links.items())
    choose.shuffle(links)
    other = CampaignDocument(document.attributes, document.nodes, dict(links), {}, document.layout)
    assert tidy(document, document.nodes).ops == tidy(other, other.nodes).ops
    document.apply(tidy(document, document.nodes).ops)
    assert not tidy(document, document.nodes).ops, "what is tidy stays as it is"


@given(st.integers(0, 2**32))
def test_part_of_a_campaign_covers_nothing_of_the_rest(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    if len(document.nodes) < 3:
        return
    document.apply(tidy(document, document.nodes).ops)
    chosen = choose.sample(sorted(document.nodes), choose.randint(2, len(document.nodes) - 1))
    with_start = [START_ID] if choose.random() < 0.3 else []
    edit = tidy(document, [*chosen, *with_start])
    assert {op.id for op in edit.ops} <= set(chosen)
    document.apply(edit.ops)
    assert_apart(document)


def test_the_first_card_of_a_part_stays() -> None:
    document = empty_campaign()
    ids = chain(document, "target_audience", "wait_until", "text_sms", "end")
    put = {ids[0]: (0, 96), ids[1]: (400, 512), ids[2]: (480, 640), ids[3]: (1000, 300)}
    document.apply(move(document, {id: Point(*place) for id, place in put.items()}).ops)
    document.apply(tidy(document, ids[1:3]).ops)
    assert [document.layout[id] for id in ids] == [(0, 96), (400, 512), (656, 512), (1000, 300)]


def test_a_change_meanwhile_makes_it_stale() -> None:
    document = empty_campaign()
    ids = chain(document, "target_audience", "wait_until")
    scatter(document, random.Random(2))
    edit = tidy(document, document.nodes)
    document.apply(move(document, {ids[0]: Point(8, 8)}).ops)
    with pytest.raises(StaleOpError):
        document.apply(edit.ops)


def test_a_window_can_go_on_after_each_component() -> None:
    document = empty_campaign()
    chain(document, "target_audience", *["wait_until"] * 20)
    assert sum(1 for _ in tidy_in_steps(document, document.nodes)) > len(document.nodes)


def test_notes_go_along_with_their_card_and_frames_with_what_they_hold() -> None:
    document = empty_campaign()
    audience, wait, end = chain(document, "target_audience", "wait_until", "end")
    places = {audience: Point(160, 0), wait: Point(600, 400), end: Point(1000, 400)}
    document.apply(move(document, places).ops)
    draft = Draft(document)
    note = draft.put_note(Note(at=Point(600, 480), size=Point(100, 60), text="x"))
    far = draft.put_note(Note(at=Point(-3000, 0), size=Point(100, 60), text="x"))
    frame = draft.put_note(Note(at=Point(580, 360), size=Point(640, 200), title="Wait"))
    empty = draft.put_note(Note(at=Point(5000, 360), size=Point(300, 200), title="Nothing"))
    document.apply(draft.edit(Message("notes")).ops)
    document.apply(tidy(document, document.nodes).ops)
    assert document.layout == {audience: (160, 0), wait: (416, 0), end: (672, 0)}
    assert document.notes[note].at == (416, 80)
    assert document.notes[frame].at == (396, -40)
    assert document.notes[frame].size == (640 - 400 + 256, 200)
    assert (document.notes[far].at, document.notes[empty].at) == ((-3000, 0), (5000, 360))


@given(st.integers(0, 2**32))
def test_a_note_that_goes_along_comes_to_lie_on_no_card(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    scatter(document, choose)
    draft = Draft(document)
    for _ in range(5):
        at = Point(8 * choose.randint(-90, 90), 8 * choose.randint(-90, 90))
        draft.put_note(Note(at=at, size=Point(200, 100), text="x"))
    document.apply(draft.edit(Message("notes")).ops)
    lay_on = {id: covered(document, id) for id in document.notes}
    edit = tidy(document, document.nodes)
    document.apply(edit.ops)
    for id in {op.id for op in edit.ops if op.table is Table.NOTES}:
        assert covered(document, id) <= lay_on[id]
    assert not tidy(document, document.nodes).ops


def covered(document: CampaignDocument, note_id: str) -> set[str]:
    """The cards that a note lies on."""
    box = note_box(document.notes[note_id])
    return {id for id, _ in document.all_nodes() if box.meets(card_box(document, id))}


def test_a_cycle_in_a_file_is_laid_out_as_well() -> None:
    document = empty_campaign()
    audience, one, two = chain(document, "target_audience", "wait_until", "wait_until")
    draft = Draft(document)
    draft.retarget(open_end(document, two), one)
    document.apply(draft.edit(Message("cycle")).ops)
    places = layered(document)
    assert places.keys() == {audience, one, two}
    document.apply(tidy(document, document.nodes).ops)
    assert_apart(document)
