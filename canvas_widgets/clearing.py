"""A large canvas that nobody looks at any more goes in slices, so that the window goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QGraphicsItem

from canvas_widgets.catching_up import AT_ONCE
from canvas_widgets.scene import CampaignScene
from canvas_widgets.slicing import Slices


def _nothing() -> None: ...


def clear_away(scene: CampaignScene, done: Callable[[], object] = _nothing) -> None:
    """Take the items of a closed scene away; `done` then lets the scene itself go, with what shows it."""
    if len(scene.cards) <= AT_ONCE:
        done()
    else:
        scene.is_loaded = False  # as at first: nothing is drawn of half a flow
        Slices(scene).begin(_clearing(scene), done)


def _clearing(scene: CampaignScene) -> Iterator[None]:
    scene.overview.drop()
    tables: tuple[dict[str, QGraphicsItem], ...] = (scene.links, scene.cards)  # type: ignore[assignment]
    for items in tables:
        while items:
            scene.removeItem(items.popitem()[1])
            yield
