"""Whatever happens to a campaign, the scene shows it: thousands of random edits, undone and redone."""

from __future__ import annotations

import gc
import random
from collections import Counter

import pytest
from PySide6.QtWidgets import QApplication

from canvas_widgets.commands import UndoStack
from canvas_widgets.gestures.moving import MovePreview
from canvas_widgets.look import Look, Theme
from canvas_widgets.scene import CampaignScene
from engine.campaign.model import START_ID, Point
from tests.canvas_widgets.conftest import Everything, Flow, paint
from tests.canvas_widgets.mirroring import assert_joined, assert_mirrors
from tests.engine.campaign.random_edits import SORTS, RandomEdits, assert_whole, state

SEEDS, EDITS_A_SEED = 20, 260  # more than 5,000 edits together
LARGE = 40  # components: a flow as large as that is begun anew
LEAST_OF_A_SORT = 20


class Life:
    """One campaign on a scene with an undo stack."""

    def __init__(self, choose: random.Random, draws: RandomEdits) -> None:
        self._choose, self._draws = choose, draws
        self._look = Look(motion=False)
        self._flow, self._stack = Flow(), UndoStack()
        self.scene = CampaignScene(self._flow.document, Everything(), self._look)
        self.scene.load()
        self.edits = 0

    def step(self) -> None:
        """An edit, or something else that happens in between; the scene then mirrors the document."""
        edit = self._draws.draw(self._flow.document)
        if edit is not None:
            self._stack.push_edit(self._flow.document, edit)
            self.edits += 1
        match self._choose.randrange(60):
            case 0:
                gc.collect()
                paint(self.scene)
            case 1:
                self._look.set_theme(self._choose.choice([Theme.LIGHT, Theme.DARK]))
                self.scene.refresh()
            case number if number < 10:
                self._undo_and_redo()
                if number < 5:
                    self._open_anew()
            case number if number < 15:
                for _ in range(self._choose.randrange(4)):
                    self._stack.undo()
            case number if number < 20:
                self._select()
            case number if number < 25:
                self._preview()
        assert_mirrors(self.scene)

    @property
    def large(self) -> bool:
        return len(self._flow.document.nodes) > LARGE

    def end(self) -> None:
        """Back to the empty campaign and forth again: the same in the end."""
        assert_whole(self._flow.document)
        last, index = state(self._flow.document), self._stack.index()
        self._stack.setIndex(0)
        assert not self._flow.document.nodes
        assert_mirrors(self.scene)
        self._stack.setIndex(index)
        assert state(self._flow.document) == last
        assert_mirrors(self.scene)
        self._open_anew()
        self.scene.close()

    def _open_anew(self) -> None:
        """Lines run as in a scene that knows nothing of what was done and undone."""
        fresh = CampaignScene(self._flow.document, Everything(), self._look)
        fresh.load()
        lines = {link_id: item.line for link_id, item in fresh.links.items()}
        fresh.close()
        assert {link_id: item.line for link_id, item in self.scene.links.items()} == lines

    def _undo_and_redo(self) -> None:
        before, index = state(self._flow.document), self._stack.index()
        self._stack.undo()
        assert_mirrors(self.scene)
        self._stack.setIndex(index)
        assert state(self._flow.document) == before

    def _select(self) -> None:
        cards, notes = sorted(self.scene.cards), sorted(self.scene.notes.items)
        few = self._choose.sample(cards, self._choose.randrange(min(4, len(cards)) + 1))
        self.scene.select(few, notes[:1])

    def _preview(self) -> None:
        movable = sorted(self.scene.cards.keys() - {START_ID})
        if movable:
            preview = MovePreview(self.scene, self._choose.sample(movable, min(3, len(movable))))
            preview.show(Point(80, 40))
            assert_joined(self.scene)
            preview.end()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_scene_is_the_document(seed: int, qapp: QApplication) -> None:
    choose = random.Random(seed)
    draws = RandomEdits(choose)
    edits = 0
    while edits < EDITS_A_SEED:
        life = Life(choose, draws)
        while edits + life.edits < EDITS_A_SEED and not life.large:
            life.step()
        life.end()
        edits += life.edits


def test_every_sort_of_edit_was_among_them() -> None:
    """The same draws, without a scene."""
    drawn: Counter[str] = Counter()
    for seed in range(SEEDS):
        draws, flow = RandomEdits(random.Random(seed)), Flow()
        for _ in range(EDITS_A_SEED):
            if (edit := draws.draw(flow.document)) is not None:
                flow.document.apply(edit.ops)
            if len(flow.document.nodes) > LARGE:
                flow = Flow()
        drawn.update(draws.drawn)
    assert {sort for sort in SORTS if drawn[sort] < LEAST_OF_A_SORT} == set()
