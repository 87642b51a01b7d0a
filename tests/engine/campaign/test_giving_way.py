"""Notes and frames where edits bring cards: no card comes to stand under a note or half out of its frame."""

from __future__ import annotations

import random

import pytest

from engine.campaign.clip import copy_nodes
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import add_frame, append, end_open_links, insert, paste
from engine.campaign.edits.edit import Draft
from engine.campaign.edits.notes import NOTE_SIZE
from engine.campaign.model import Note, Point
from engine.campaign.notes import Group, card_box, contents, note_box
from engine.campaign.ops import inverse
from engine.i18n import Message
from tests.engine.campaign.building import chain, empty_campaign, link_between, open_end, run


@pytest.fixture
def document() -> CampaignDocument:
    made = empty_campaign()
    chain(made, "target_audience", "issue_coupon", "end")
    return made


def put_note(document: CampaignDocument, at: Point, size: Point = NOTE_SIZE) -> str:
    draft = Draft(document)
    note_id = draft.put_note(Note(at=at, size=size, text="Ask first"))
    document.apply(draft.edit(Message("note")).ops)
    return note_id


def covered(document: CampaignDocument) -> set[tuple[str, str]]:
    """Which cards stand under which notes."""
    return {
        (node_id, note_id)
        for node_id, _ in document.all_nodes()
        for note_id, note in document.notes.items()
        if not note.is_frame and note_box(note).meets(card_box(document, node_id))
    }


def test_a_note_makes_way_for_a_card_that_is_pushed_under_it(document: CampaignDocument) -> None:
    _, coupon, end = document.nodes
    at = document.layout[end]
    beside = put_note(document, Point(at.x + 232, at.y - 16))
    far = put_note(document, Point(at.x + 232, at.y + 400))
    before = dict(document.notes)
    edit = insert(document, link_between(document, coupon, end), "wait_until")
    document.apply(edit.ops)
    assert not covered(document)
    moved = document.notes[beside]
    assert (moved.at.x, moved.size) == (before[beside].at.x, before[beside].size)
    assert document.notes[far] == before[far]
    document.apply(inverse(edit.ops))
    assert document.notes == before


@pytest.mark.parametrize("how", ["append", "ends", "paste"])
def test_a_note_makes_way_for_new_cards(how: str) -> None:
    document = empty_campaign()
    audience, coupon = chain(document, "target_audience", "issue_coupon")
    at = document.layout[coupon]
    note = put_note(document, Point(at.x + 240, at.y))
    line = open_end(document, coupon)
    clip = copy_nodes(document, [coupon])
    edits = {
        "append": lambda: append(document, line, "wait_until"),
        "ends": lambda: end_open_links(document),
        "paste": lambda: paste(document, line, clip),
    }
    cards = dict(document.layout)
    document.apply(edits[how]().ops)
    assert not covered(document)
    assert document.notes[note].at.x == at.x + 240
    (new,) = document.layout.keys() - cards.keys()
    assert document.layout[new].y == at.y, "the card stays in its row"
    assert audience in cards


def test_what_a_note_lay_on_before_it_may_lie_on(document: CampaignDocument) -> None:
    audience, coupon, end = document.nodes
    at = document.layout[coupon]
    note = put_note(document, Point(at.x + 100, at.y + 40), Point(64, 40))
    document.apply(insert(document, link_between(document, coupon, end), "wait_until").ops)
    assert covered(document) == {(coupon, note)}
    assert audience in document.nodes


def test_a_frame_goes_on_holding_what_it_held(document: CampaignDocument) -> None:
    audience, coupon, end = document.nodes
    note = put_note(document, Point(document.layout[end].x, 96))
    document.apply(
        add_frame(document, Group(frozenset({coupon, end}), frozenset({note})), Point(0, 0), "").ops
    )
    (frame,) = (id for id, found in document.notes.items() if found.is_frame)
    before = note_box(document.notes[frame])
    line = link_between(document, coupon, end)
    new = run(document, insert(document, line, "random_grouping"))
    held, box = contents(document, frame), note_box(document.notes[frame])
    assert held == Group(frozenset({coupon, new, end}), frozenset({note}))
    assert (box.left, box.top, box.bottom) == (before.left, before.top, before.bottom)
    margin = before.right - 192 - (document.layout[coupon].x + 256)
    assert box.right - 192 - document.layout[end].x == margin, "as far from its last card as before"
    assert audience not in held.nodes


def test_a_frame_that_nothing_is_pushed_out_of_stays(document: CampaignDocument) -> None:
    audience, coupon, _ = document.nodes
    document.apply(add_frame(document, Group(frozenset({audience}), frozenset()), Point(0, 0), "").ops)
    before = dict(document.notes)
    document.apply(insert(document, link_between(document, audience, coupon), "wait_until").ops)
    assert document.notes == before


@pytest.mark.parametrize("seed", range(20))
def test_wherever_notes_are_no_new_card_comes_to_stand_under_one(seed: int) -> None:
    choose = random.Random(seed)
    document = empty_campaign()
    chain(document, "target_audience", "random_grouping", "text_sms", "wait_until", "end")
    for _ in range(8):
        put_note(document, Point(8 * choose.randrange(-20, 200), 8 * choose.randrange(-40, 60)))
    for _ in range(8):
        already = covered(document)
        lines = [id for id, link in document.links.items() if link.source in document.nodes]
        line = choose.choice(sorted(lines))
        kind = "end" if document.links[line].target is None and choose.random() < 0.3 else "random_grouping"
        document.apply(insert(document, line, kind).ops)
        assert covered(document) <= already
