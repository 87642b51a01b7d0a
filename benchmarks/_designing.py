"""What a designer does to a campaign of the largest size, one after the other: part of `benchmarks._gaps`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.editor.page import EditorPage
from app.exporting.options import Format, Options
from app.window import MainWindow
from engine.campaign import clip, edits
from engine.campaign.edits import Edit
from engine.campaign.model import START_ID

Work = tuple[str, Callable[[], object]]
MOVED, PASTED = 100, 1_000
LINE = "l_2500_0"
"""In the middle of the flow: half of it has to make room."""
PICTURED = 3_000
"""All of them would be more pixels than a PNG may have."""


def works(window: MainWindow, folder: Path) -> Iterator[Work]:
    """Each as the window's own command for it; the campaign is open, and loaded."""
    page = window.the_editor
    session, document, commands = page.session, page.session.document, page.commands
    yield "zooming to 100 %", commands.zoom_reset
    yield "showing the outline", lambda: page.side_bar.show_tab("outline")
    yield "scrolling the outline", page.outline.scrollToBottom
    waits = next(id for id, node in document.nodes.items() if node.kind == "wait_until")
    copied = clip.copy_nodes(document, list(document.nodes)[1 : PASTED + 1])
    for tab in ("components", "outline"):
        page.side_bar.show_tab(tab)
        beside = " beside the outline" if tab == "outline" else ""
        yield f"inserting{beside}", partial(_push, page, edits.insert, LINE, "wait_until")
        yield f"undoing that{beside}", commands.undo
        page.scene.select(list(document.nodes)[:MOVED])
        yield f"moving {MOVED:,}{beside}", lambda: page.arranging.nudge(1, 0)
        yield f"selecting all{beside}", page.selecting.everything
        yield f"moving all{beside}", lambda: page.arranging.nudge(0, 1)
        yield f"undoing that all moved{beside}", commands.undo
        page.scene.select(())
        yield f"tidying up{beside}", page.tidying.tidy
        yield f"undoing the tidying{beside}", commands.undo
        first = next(document.links[id].target for id in document.out_links(START_ID))
        assert first is not None
        yield f"deleting everything behind one{beside}", partial(_push, page, edits.delete_behind, first)
        place = next(id for id in session.open_links() if document.links[id].source != START_ID)
        yield f"pasting {PASTED:,}{beside}", partial(_push, page, edits.paste, place, copied)
        yield f"undoing the paste{beside}", commands.undo
        yield f"undoing the deletion{beside}", commands.undo
        yield f"keeping the work{beside}", session.keeper.flush
    yield "finding", lambda: _find(window, "9")
    yield "finding more closely", lambda: page.finding.bar.search.setText("99")
    page.finding.close()
    yield "offering where a copy may go", lambda: page.copying.copy_from_card(waits, False)
    page.view.pasting.end()
    yield "switching to the dark theme", partial(window.appearance.set_theme, "dark")
    yield "switching to the light theme", partial(window.appearance.set_theme, "light")
    for language in ("zh", "en"):
        yield f"switching to the language {language}", partial(window.appearance.set_language, language)
    yield "opening the problems", page.findings.open
    yield "inserting once more", partial(_push, page, edits.insert, LINE, "wait_until")
    yield "saving", page.save
    page.scene.select(sorted(document.nodes, key=document.layout.__getitem__)[:PICTURED])
    for format in (Format.PNG, Format.SVG, Format.PDF):
        options = Options(format=format, scale=1, selection=format is Format.PNG)
        path = folder / f"picture.{format}"
        yield f"exporting {format}", partial(window.exports.write, page, options, path)
        if not path.exists():
            raise FileNotFoundError(path)


def _push(page: EditorPage, make: Callable[..., Edit], *arguments: object) -> None:
    page.push(make(page.session.document, *arguments))


def _find(window: MainWindow, text: str) -> None:
    finding = window.the_editor.finding
    finding.open()
    finding.bar.search.setText(text)
