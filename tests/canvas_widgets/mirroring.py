"""That a scene shows what its document holds, and nothing else."""

from __future__ import annotations

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.link import LinkItem
from canvas_widgets.items.note import NoteItem
from canvas_widgets.scene import CampaignScene
from engine.campaign.model import START_ID
from engine.campaign.notes import note_box


def assert_mirrors(scene: CampaignScene) -> None:
    """Every node and link has its item, with the right place, state and ends, and there is no other item."""
    document = scene.document
    assert scene.cards.keys() == {START_ID, *document.nodes}
    assert scene.links.keys() == set(document.links)
    items = {item for item in scene.items() if isinstance(item, CardItem | LinkItem)}
    assert items == {*scene.cards.values(), *scene.links.values()}
    for node_id, card in scene.cards.items():
        assert card.node is document.node(node_id)
        assert card.pos().toTuple() == scene.place(node_id)
    for link_id, link in document.links.items():
        item = scene.links[link_id]
        assert item.link is link
        assert item.line is not None
        assert item.line.start == scene.cards[link.source].right_port
        assert item.open == item.line.open == (link.target is None)
        if link.target is not None:
            assert item.line.end == scene.cards[link.target].left_port
            assert item.solid == scene.cards[link.target].configured
    assert scene.selection <= scene.cards.keys()
    assert_shows_notes(scene)


def assert_joined(scene: CampaignScene) -> None:
    """Every line runs between its cards, wherever these are shown just now."""
    for item in scene.links.values():
        assert item.line is not None
        assert item.pos() + item.line.start == scene.cards[item.link.source].right_port
        if item.link.target is not None:
            assert item.pos() + item.line.end == scene.cards[item.link.target].left_port


def assert_shows_notes(scene: CampaignScene) -> None:
    """Every note has its item, where the document has it, and there is no other item."""
    notes = scene.document.notes
    assert scene.notes.items.keys() == set(notes)
    assert {item for item in scene.items() if isinstance(item, NoteItem)} == set(scene.notes.items.values())
    for note_id, item in scene.notes.items.items():
        assert item.note is notes[note_id]
        assert item.box == note_box(notes[note_id])
        assert item.scene_rect.getRect() == tuple(item.box)
        assert item.selected == (note_id in scene.selected_notes)
        assert not item.broken
    assert scene.selected_notes <= scene.notes.items.keys()
