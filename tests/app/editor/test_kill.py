"""Kills while editing lose nothing that was kept; kills while saving leave the old or the new file."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.campaign import campaign_file
from engine.workspace import recovery
from engine.workspace.offers import Standing, offers
from engine.workspace.workspace import Workspace
from tests.app.editor.killing import POINTS, Life, Nursery, Told, state
from tests.engine.campaign.building import empty_campaign

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks processes and kills them")

CI_KILLS = 20


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as found:
        yield found


class Place:
    """A workspace with one campaign, in which one process after the other edits and dies."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace.create(folder / "shop", "Shop", "Asia/Shanghai", "en")
        self.path = self.workspace.save_campaign(empty_campaign())

    def life(self, seed: int, *, saves: int) -> Life:
        """Half of the lives die somewhere, the others at a named point."""
        chance = random.Random(seed)
        point = chance.choice(POINTS if saves else POINTS[:3]) if seed % 2 else ""
        most = 120 if not point else 3 if point == "replace" and not saves else 12
        nth = chance.randint(1, most)
        folder, path = str(self.workspace.folder), str(self.path)
        return Life(folder, path, seed, saves, nth, point, before=chance.random() < 0.5)

    def check(self, told: Told) -> None:
        """What is on the disk after a death; then the next one may come."""
        file = campaign_file.load(self.path)  # readable, or this raises
        assert file.origin is not None
        begun = max(told.saved, told.saving)
        assert file.origin in {told.states[told.saved], told.states[begun]}, "neither the old nor the new"
        found = [state(file)]
        for left in recovery.left_behind(self.workspace.folder):
            found.append(state(left.read().document))
            left.remove()
        newest = max(step for step, digest in enumerate(told.states) if digest in found)
        assert newest >= max(told.kept, told.saved), "what was kept is lost"
        self.clear_temporary_files()

    def clear_temporary_files(self) -> None:
        """A kill in the middle of a save leaves its temporary file, which nobody takes for a campaign."""
        assert [entry.path for entry in self.workspace.campaigns()] == [self.path]
        for folder in (self.path.parent, self.workspace.folder / ".journal"):
            for path in folder.glob(".*.tmp"):
                path.unlink()


@pytest.mark.parametrize("kills", [CI_KILLS, pytest.param(500, marks=pytest.mark.full)])
def test_kills_while_editing(nursery: Nursery, tmp_path: Path, kills: int) -> None:
    place = Place(tmp_path)
    kept = 0
    for seed in range(kills):
        told = nursery.live(place.life(seed, saves=0))
        kept += told.kept > 0
        place.check(told)
    assert kept > kills // 3, "too few lives came to keep anything"


@pytest.mark.parametrize("kills", [CI_KILLS, pytest.param(1000, marks=pytest.mark.full)])
def test_kills_while_saving(nursery: Nursery, tmp_path: Path, kills: int) -> None:
    place = Place(tmp_path)
    saved = 0
    for seed in range(kills):
        told = nursery.live(place.life(1_000_000 + seed, saves=3))
        saved += told.saved > 0
        place.check(told)
    assert saved > kills // 4, "too few lives came to save anything"


def test_a_crash_is_offered_as_it_was(nursery: Nursery, tmp_path: Path) -> None:
    place = Place(tmp_path)
    life = Life(str(place.workspace.folder), str(place.path), seed=3, saves=0, nth=60)
    told = nursery.live(life)
    (offer,) = offers(place.workspace)
    assert offer.standing is Standing.SAME
    assert offer.unsaved is not None
    assert state(offer.unsaved.document) in told.states[told.kept :]
    offer.left.remove()


def test_a_full_disk_leaves_the_old_file_and_editing_goes_on(nursery: Nursery, tmp_path: Path) -> None:
    """The system refuses to write more than a few bytes (a limit of the process), and then no longer."""
    place = Place(tmp_path)
    before = place.path.read_bytes()
    life = Life(str(place.workspace.folder), str(place.path), seed=5, saves=0, nth=0, full=True)
    told = nursery.live(life)
    assert place.path.read_bytes() == before
    trouble, refused, none = told.words
    assert "Unsaved work cannot be kept" in trouble or "not saved" in trouble
    assert "not saved, the old one is unchanged" in refused
    assert none == "trouble: None"
    (left,) = recovery.left_behind(place.workspace.folder)
    assert state(left.read().document) == told.states[-1], "all is kept once there is room again"
    left.remove()
    assert not list(place.path.parent.glob(".*.tmp"))
