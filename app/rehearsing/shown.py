"""How a rehearsal lies on the canvas: counts and remarks at a moment, and the lit path of one person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.panels.figures import Figures, Table
from app.rehearsing.figures import Rehearsed
from app.widgets import moments
from canvas_widgets.items.count_line import Remarks
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.commands.rehearsal_lines import Step
from engine.components.base import RefKind
from engine.i18n import tr
from engine.shapes.time import from_milliseconds

if TYPE_CHECKING:
    from app.editor.page import EditorPage


_LEGIBLE = 0.9
"""The zoom at which a path is gone along, where the view is farther away."""


class Shown:
    """Puts it on one page's canvas, and beside it."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page

    def show(self, rehearsed: Rehearsed, position: int, zone: ZoneInfo) -> None:
        """Counts as they stood at a position; what was never reached is marked all along."""
        page, lookup = self._page, self._page.session.lookup
        remarks = {
            node: remarks_of(rehearsed, node, position, zone) for node in rehearsed.outcome.counts["nodes"]
        }
        counts = {**rehearsed.counts(position), "untested": rehearsed.untested, "remarks": remarks}
        further = partial(further_tables, rehearsed, position=position, zone=zone)

        def name_of(audience: str) -> str:
            return lookup.name_of(RefKind.AUDIENCE, audience) or audience

        page.running.show_rehearsed(Figures(counts, None, zone, name_of, further))
        if not page.rehearsal_bar.playing:
            page.outline.refresh()

    def light(self, document: CampaignDocument, path: Sequence[Step]) -> None:
        """Let a path stand out, and everything else fade; the last step is in the middle."""
        if not path:
            self.light_nothing()
            return
        mine = [step for step in path if step.entry == path[-1].entry]
        links = {
            id
            for step in mine
            for id in document.out_links(step.node)
            if document.links[id].port == step.outcome
        }
        scene = self._page.scene
        scene.light_path(links | set(document.out_links(START_ID)), [START_ID, *(one.node for one in mine)])
        if path[-1].node in scene.cards:
            scene.select([path[-1].node])
            view, card = self._page.view, scene.cards[path[-1].node]
            view.zoom_to(max(view.zoom, _LEGIBLE), card.scene_rect.center())

    def light_nothing(self) -> None:
        self._page.scene.light_path(None)


def remarks_of(rehearsed: Rehearsed, node: str, position: int, zone: ZoneInfo) -> Remarks:
    """What stands at a card besides its counts."""
    pace = rehearsed.pace(node)
    alarm = why = ""
    if pace is not None and pace.limit is not None and rehearsed.too_fast(node):
        alarm = tr("too fast")
        why = tr(
            "{most:,} messages in one minute ({time}); the account takes {limit:,}",
            most=pace.most,
            time=moments.shown(from_milliseconds(pace.at), zone),
            limit=pace.limit,
        )
    return Remarks(node in rehearsed.untested, rehearsed.cost_text(node, position), alarm, why)


def further_tables(rehearsed: Rehearsed, node: str, *, position: int, zone: ZoneInfo) -> list[Table]:
    """What a component's panel says besides its counts: what its messages cost, how many go out at once."""
    pace, cost = rehearsed.pace(node), rehearsed.cost_text(node, position)
    rows: list[tuple[str, ...]] = []
    if cost:
        rows.append((tr("Cost"), cost))
    if pace is not None:
        rows.append((tr("Most in one minute"), f"{pace.most:,}"))
        rows.append((tr("At"), moments.shown(from_milliseconds(pace.at), zone)))
        if pace.limit is not None:
            rows.append((tr("The account takes a minute"), f"{pace.limit:,}"))
    if not rows:
        return []
    trouble = tr("More at once than the account takes") if rehearsed.too_fast(node) else ""
    return [Table(tr("Sending"), (), tuple(rows), trouble=trouble)]
