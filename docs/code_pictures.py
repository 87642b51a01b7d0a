"""Take the pictures of the page “Campaigns as code” anew: `.venv/bin/python -m docs.code_pictures`.

The real window on the sample workspace, drawn without a screen: two campaigns compared, a file that others
changed meanwhile, and the campaign's tests.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue
from PySide6.QtWidgets import QApplication, QDialog

from app.editor.page import EditorPage
from app.engine.situation import State
from app.main import open_window
from app.merging.dialog import MergeDialog
from app.preferences import Preferences, Theme
from app.window import MainWindow
from canvas_widgets.comparison import ComparisonPicture
from canvas_widgets.picture import image
from docs import picture_session
from docs.camera import grab, save, settle, wait
from docs.take_pictures import PICTURES, SIZE, end
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Side
from engine.campaign.model import Point
from engine.campaign.overlay import overlaid
from engine.steps import finished

SCALE = 1.2
CAMPAIGN = "c_welcome"
WORDS = {
    "en": ("Welcome SMS", "A warm welcome", "A letter", "Greeting"),
    "zh": ("欢迎短信", "热情欢迎", "一封邮件", "问候"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    return picture_session.run(__doc__, take, arguments)


def take(app: QApplication, home: Path, language: str, theme: Theme, out: Path) -> None:
    """All pictures in one language."""
    picture_session.move_in(home)
    preferences = Preferences(language=language, theme=theme, size=SIZE, reduced_motion="always")
    window = open_window(app, preferences)
    window.workspaces.open_sample()
    wait(lambda: len(window.rows()) > 0 and engine_runs(window))
    try:
        take_all(window, WORDS[language], out, f"{language}-{theme}.png")
    finally:
        end(window)
        os.chdir(PICTURES)


def take_all(window: MainWindow, words: Sequence[str], out: Path, ending: str) -> None:
    page = opened(window)
    compared(page, window, words, out / f"diff-{ending}")
    tested(page, window, out / f"tests-{ending}")
    merged(page, window, words, out / f"merge-{ending}")


def engine_runs(window: MainWindow) -> bool:
    """Whether it answers by now: one that is still on its way up would outlive the window."""
    return window.service is not None and window.service.situation.state is State.ON


def opened(window: MainWindow) -> EditorPage:
    row = next(row for row in window.rows() if row.id == CAMPAIGN)
    window.open_campaigns.open_file(row.path)
    wait(lambda: window.editor is not None and window.the_editor.scene.is_loaded)
    return window.the_editor


def compared(page: EditorPage, window: MainWindow, words: Sequence[str], path: Path) -> None:
    """The campaign and a later state of it, in one picture."""
    before = page.session.document
    after = before.copy()
    after.apply(renamed(after, "n_care", words[0]).ops)
    after.apply(edits.take_out(after, "n_expiry").ops)
    (link,) = [id for id in after.out_links("n_login") if after.links[id].port == "out"]
    after.apply(edits.insert(after, link, "email").ops)
    picture = ComparisonPicture(overlaid(before, after), page.session.workspace, window.look)
    try:
        save(finished(image(picture, SCALE)), path)
    finally:
        picture.close()


def tested(page: EditorPage, window: MainWindow, path: Path) -> None:
    """The campaign's test, with one that fails because the canvas has changed."""
    document = page.session.document
    node = document.nodes["n_login"]
    sooner: dict[str, JsonValue] = {"judge_after": {"amount": 1, "unit": "day"}}
    page.push(edits.configure(document, "n_login", name=node.name, memo="", config={**node.config, **sooner}))
    window.actions_["editor.run_tests"].trigger()
    wait(lambda: bool(page.tests.drawer.results))
    save(grab(page.tests.drawer), path)
    page.tests.drawer.close_drawer()
    page.session.undo_stack.undo()


def merged(page: EditorPage, window: MainWindow, words: Sequence[str], dialog: Path) -> None:
    """Somebody else changed the file, too: what has to be chosen."""
    session = page.session
    assert session.path is not None
    on_disk = campaign_file.load(session.path)
    (link,) = [id for id in on_disk.out_links("n_login") if on_disk.links[id].port == "other"]
    for edit in (
        renamed(on_disk, "n_care", words[1]),
        edits.take_out(on_disk, "n_expiry"),
        edits.insert(on_disk, link, "tag"),
    ):
        on_disk.apply(edit.ops)
    page.push(renamed(session.document, "n_care", words[3]))
    page.push(renamed(session.document, "n_expiry", words[2]))
    page.push(edits.move(session.document, {"n_end": Point(1824, 96)}))
    campaign_file.save(on_disk, session.path)
    page.safekeeping.watch.look()
    wait(lambda: page.safekeeping.standing is not None)
    window.actions_["editor.disk_merge"].trigger()
    wait(lambda: bool(window.findChildren(MergeDialog)))
    (shown,) = window.findChildren(MergeDialog)
    shown.take(Side.THEIRS)
    settle()
    save(grab(shown), dialog)
    QDialog.reject(shown)


def renamed(document: CampaignDocument, node: str, name: str) -> edits.Edit:
    return edits.configure(document, node, name=name, memo="", config=dict(document.nodes[node].config))


if __name__ == "__main__":
    raise SystemExit(main())
