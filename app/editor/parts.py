"""What an editor is made of before anything in it works together, made part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.editor.outline import OutlineTree
from app.editor.selection_panel import SelectionPanel
from app.editor.session import EditorSession
from app.editor.side_bar import SideBar
from app.editor.top_bar import TopBar
from app.panels import ConfigurationPanel
from app.publishing.versions import ShownVersion
from app.rehearsing.bar import RehearsalBar
from app.rehearsing.journey_panel import JourneyPanel
from canvas_widgets.palette import Palette
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign.document import CampaignDocument
from engine.steps import Steps
from engine.workspace.pinned import as_published

if TYPE_CHECKING:
    from app.window import MainWindow


class Parts(NamedTuple):
    """More than half of the work of making an editor, which is too much for one turn of the event loop."""

    palette: Palette
    panel: ConfigurationPanel
    several: SelectionPanel
    journey: JourneyPanel
    bar: TopBar
    rehearsal_bar: RehearsalBar
    session: EditorSession
    scene: CampaignScene
    view: CanvasView
    outline: OutlineTree
    side_bar: SideBar

    def close(self) -> None:
        """No editor is made of them: let go of the document, and let them go."""
        self.session.close()
        self.scene.close()
        for part in reversed(self):  # the view before its scene
            part.deleteLater()


def making_parts(
    window: MainWindow,
    document: CampaignDocument,
    path: Path | None,
    *,
    read_only: bool,
    version: ShownVersion | None = None,
) -> Steps[Parts]:
    """Make them, step by step; the session, which has to be closed, in the last one."""
    look, actions, runs, workspace = window.look, window.actions_, window.runs, window.workspace
    assert workspace is not None
    palette = Palette(look)
    yield
    panel = ConfigurationPanel(look, runs.estimate, counted=runs.figures)
    yield
    several = SelectionPanel(look, actions)
    yield
    journey = JourneyPanel(look, actions)
    yield
    bar = TopBar(look, actions)
    yield
    rehearsal_bar = RehearsalBar(look, actions)
    yield
    published = None if version is None else as_published(workspace, version.bundle)
    session = EditorSession(workspace, document, path, lookup=published)
    scene = CampaignScene(document, session.lookup, look)
    view = CanvasView(scene, look, read_only=read_only)
    outline = OutlineTree(scene, look, read_only=read_only)
    side_bar = SideBar(look, palette, outline, window.preferences, read_only=read_only)
    return Parts(
        palette, panel, several, journey, bar, rehearsal_bar, session, scene, view, outline, side_bar
    )
