"""Take the manual's pictures anew: `.venv/bin/python -m docs.take_pictures`, in a checkout that is set up.

The real window on a new sample workspace, with the real engine behind it, in both languages and themes, drawn
without a screen. Every panel stands on one of the contact sheets, filled in as the tests fill it.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import JsonValue
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from app import language as languages
from app import tasks
from app.campaign_list.gallery import Start
from app.campaign_list.loading import empty_document
from app.editor.attributes import AttributesDialog
from app.editors.base import Context
from app.main import application, open_window
from app.panels import ConfigurationPanel
from app.pickers.account_form import AccountDialog
from app.pickers.audience_form import AudienceDialog
from app.pickers.message_form import MessageDialog
from app.preferences import Preferences, Theme
from app.publishing.dialog import PublishDialog
from app.window import MainWindow
from canvas_widgets.look import Look
from canvas_widgets.picture import render
from docs.camera import grab, pause, save, settle, wait
from docs.places import Places
from docs.rehearsals import CAMPAIGN, Rehearsals
from docs.reporting import Reports, draw_comparison, draw_report
from docs.walk import screen
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes
from engine.components.base import Category
from engine.components.registry import COMPONENTS, component
from engine.i18n import tr
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle
from engine.workspace.account import SIMULATED_ID
from engine.workspace.template import instantiate, load_templates
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import CONFIGS, sample_document, sample_workspace

PICTURES = Path(__file__).parent / "pictures"
EXPLAINED = Path(__file__).parent / "explained"
LANGUAGES = ("en", "zh")
PARTS = ("editor", "guide", "overview", "rehearsing", "reports", "dialogs", "panels", "places")
"""The last one adds campaigns, which the others shall not show."""
THEMES: tuple[Theme, ...] = ("light", "dark")
BESIDE_THE_POINTER = (40, 40)
"""Without a screen the pointer rests near its corner: nothing there shall look pointed at."""
SIZE = 1440, 900
CLOSE = 0.9  # zoom
LARGE, LARGE_WIDTH = 1000, 40  # components; open ends at most
LARGE_CONFIGS: Mapping[str, Mapping[str, JsonValue]] = {
    "wait_until": {"mode": "duration", "amount": 2, "unit": "day"},
    "random_grouping": component("random_grouping").defaults(),
}
LARGE_KINDS = (*("wait_until",) * 6, *("random_grouping",) * 2, "text_sms", "issue_coupon")
SCALE = 1.5  # of the explained campaigns
TOAST_MS = 5000
GUIDE_MS = 500  # until the bubble stands above its card
ESTIMATE_MS = 2000  # until the audience's size is there
PANELS_A_SHEET = 4
SHEET_HEIGHT = 860
GAP = 16
# The config of the tests that shows the most of a kind, where it is not the first.
SHOWN = {"target_audience": 2, "behavior_event": 1, "ab_test": 1, "wait_until": 3}


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--part", choices=PARTS, help="only these; otherwise all")
    chosen = parser.parse_args(arguments)
    out: Path = chosen.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    app = application(["pictures"])
    with TemporaryDirectory() as temporary:
        shop = sample_workspace(Path(temporary) / "shop")
        for language in LANGUAGES:
            home = Path(temporary) / language
            home.mkdir()
            os.chdir(home)  # the window shows the folder's path: let it be a short one
            os.environ["CAMPAIGN_CANVAS_HOME"] = "."
            screen.be_in_the_sample_shop()
            window = open_window(app, Preferences(language=language, size=SIZE, reduced_motion="always"))
            window.move(*BESIDE_THE_POINTER)
            window.workspaces.open_sample()
            wait(lambda window=window: len(window.rows()) > 0)  # type: ignore[misc]
            Photographer(window, shop, language, out).take(chosen.part)
            end(window)
            os.chdir(PICTURES)
        if chosen.part is None:
            draw_explained(Path(temporary), out)
    return 0


def draw_explained(temporary: Path, out: Path) -> None:
    """The canvas of each campaign that `docs/explained` plays through, with its counts."""
    languages.use_language("en")
    for folder in sorted(path for path in EXPLAINED.iterdir() if path.is_dir()):
        workspace = Workspace.open(folder / "workspace")
        (entry,) = workspace.campaigns()
        document = campaign_file.load(entry.path)
        database_file = temporary / f"{folder.name}.db"
        with Database.open(database_file) as database:
            import_folder(database, folder / "data")
        summary = simulate(
            bundle.make(workspace, document),
            database_file,
            EngineSettings.of(workspace),
            results=folder / "results.csv",
        )
        image = render(document, workspace, Look(), asdict(summary.counts), SCALE)
        save(image, out / f"explained-{folder.name}.png")


class Photographer:
    """Takes every picture in one language."""

    def __init__(self, window: MainWindow, shop: Workspace, language: str, out: Path) -> None:
        self._window, self._shop, self._language, self._out = window, shop, language, out

    def take(self, part: str | None) -> None:
        """Take one part, or all of them; people wait in a campaign on the pictures of all but the first."""
        self._take_running(picture=part is None)
        for _theme in self._themes():
            if part is None:
                self._save("list", self._window)
            for name in PARTS[:-1] if part is None else {part} & set(PARTS[:-1]):
                getattr(self, f"_take_{name}")()
        if part in (None, PARTS[-1]):
            places = Places(self._window, self._save)
            places.plan()
            for _theme in self._themes():
                places.take()

    def _themes(self) -> Iterator[Theme]:
        for theme in THEMES:
            self._window.appearance.set_theme(theme)
            self._suffix = f"{self._language}-{theme}"
            yield theme

    def _take_editor(self) -> None:
        window = self._window
        with self._opened(empty_document(Attributes(id="c_empty", name=tr("Campaign")))):
            self._save("editor-empty", window)
        with self._opened(self._template("t_first_order")):
            self._show("n_coupon")
            self._save("editor-unconfigured", window)
            self._show("n_login")
            self._save("panel-branching", window)
            window.the_editor.scene.select([])
            settle()
            (link,) = window.the_editor.session.document.out_links("n_care")
            window.the_editor.view.center_node("n_care", glide=False)
            window.the_editor.view.adding.open([link], make_room=False)
            self._save("editor-add", window)
        assert window.workspace is not None
        with self._opened(window.workspace.load_campaign("c_welcome")):
            self._show("n_coupon")
            self._save("editor-configured", window)
        with self._opened(window.workspace.load_campaign("c_arrivals")):
            window.the_editor.findings.open()
            self._save("editor-problems", window)

    def _take_guide(self) -> None:
        """The template guide, with the bubble above a component; then the outline, and all commands."""
        window = self._window
        with self._opened(self._template("t_second_order")):
            editor = window.the_editor
            wait(lambda: editor.guide.guide is not None)
            assert editor.guide.guide is not None
            editor.view.zoom_to(CLOSE)
            editor.guide.guide.show_entry("n_audience")
            pause(GUIDE_MS)
            self._save("guide", window)
            window.actions_["editor.outline"].trigger()
            self._save("outline", window)
            window.actions_["editor.outline"].trigger()
            window.actions_["view.commands"].trigger()
            self._save("commands", window)
            window.actions_["view.commands"].trigger()

    def _take_overview(self) -> None:
        """A thousand components, from far away."""
        with self._opened(large_campaign()):
            self._window.the_editor.commands.fit()
            self._save("overview", self._window)

    def _take_rehearsing(self) -> None:
        """In the light theme only: pictures are many."""
        assert self._window.workspace is not None
        if self._window.preferences.theme != THEMES[0]:
            return
        with self._opened(self._window.workspace.load_campaign(CAMPAIGN)):
            Rehearsals(self._window, self._save).take()

    def _take_reports(self) -> None:
        """The report of the campaign that runs, and one of an AB test as it is painted."""
        window = self._window
        if window.preferences.theme == THEMES[0]:
            (id,) = (id for id in (row.id for row in window.rows()) if self._waiting(id))
            with self._opened(window.workspace.load_campaign(id)):  # type: ignore[union-attr]
                Reports(window, self._save).take()
        with TemporaryDirectory() as temporary:
            image = draw_report(Path(temporary), window.look)
            compared = draw_comparison(Path(temporary), window.look)
        save(image, self._out / f"report-{self._suffix}.png")
        save(compared, self._out / f"comparison-{self._suffix}.png")

    def _show(self, node_id: str) -> None:
        """Select a component, near enough to read the cards, in the middle."""
        editor = self._window.the_editor
        editor.scene.select([node_id])
        settle()
        editor.view.zoom_to(CLOSE)
        editor.view.center_node(node_id, glide=False)

    def _take_dialogs(self) -> None:
        window, workspace = self._window, self._window.workspace
        assert workspace is not None
        gallery = window.campaigns.new_campaign()
        self._save("templates", gallery)
        gallery.reject()
        context = Context(workspace, estimate=window.runs.estimate)
        audience = AudienceDialog(window, context, _cards(workspace))
        dialogs: list[QDialog] = [
            audience,
            MessageDialog(window, context, "text_sms", {"platform": SIMULATED_ID, "sms_type": "promotional"}),
            MessageDialog(window, context, "email", {}),
            AccountDialog(window, workspace),
        ]
        for dialog in dialogs:
            dialog.open()
        audience.estimate_now()
        pause(ESTIMATE_MS)
        self._save_sheet("new", [grab(dialog) for dialog in dialogs])
        for dialog in dialogs:
            dialog.reject()
        if window.list_page.selected() is not None:
            window.campaigns.edit_attributes()
            wait(lambda: bool(window.findChildren(AttributesDialog)))
            (attributes,) = window.findChildren(AttributesDialog)
            attributes.send_window.switch.setChecked(True)
            self._save("attributes", attributes)
            attributes.reject()

    def _take_panels(self) -> None:
        kinds = [kind for kind, declared in COMPONENTS.items() if declared.category is not Category.START]
        images = [self._panel(kind) for kind in kinds]
        for number, first in enumerate(range(0, len(images), PANELS_A_SHEET), start=1):
            self._save_sheet(f"panels-{number}", images[first : first + PANELS_A_SHEET])

    def _panel(self, kind: str) -> QImage:
        """The panel of one kind, as high as its content."""
        document = sample_document(kind, CONFIGS[kind][SHOWN.get(kind, 0)], confirmed=True)
        node = document.node("n_x").model_copy(update={"name": tr(component(kind).label)})
        nodes = {**document.nodes, "n_x": node}
        document = CampaignDocument(document.attributes, nodes, document.links)
        panel = ConfigurationPanel(self._window.look)
        panel.show_node(document, "n_x", self._shop)
        panel.resize(panel.width(), SHEET_HEIGHT)
        panel.show()
        settle()
        area = panel.findChild(QScrollArea)
        assert area is not None
        inside = area.widget()
        assert inside is not None
        spare = area.viewport().height() - inside.sizeHint().height()
        panel.resize(panel.width(), SHEET_HEIGHT - spare)
        settle()
        panel.resize(panel.width(), panel.height() + area.verticalScrollBar().maximum())
        if (focused := QApplication.focusWidget()) is not None:
            focused.clearFocus()
        image = grab(panel)
        panel.close()
        panel.deleteLater()
        return image

    def _take_running(self, *, picture: bool) -> None:
        """Publish a campaign to the bundled engine, and show who is where."""
        window = self._window
        assert window.workspace is not None
        document = self._template("t_high_value")
        _halve(document, window.workspace.load_campaign("c_second").node("n_sms").config)
        with self._opened(document):
            window.publishing.publish()
            wait(lambda: window.findChild(PublishDialog) is not None)
            window.findChildren(PublishDialog)[0].publish.click()
            id = window.the_editor.session.document.attributes.id
            wait(lambda: self._waiting(id) > 0)
            pause(TOAST_MS)  # until "Published" is gone
            window.the_editor.commands.fit()
            if picture:
                for _theme in self._themes():
                    self._save("running", window)

    def _waiting(self, id: str) -> int:
        service = self._window.service
        run = service.runs.get(id) if service is not None else None
        return run.inside if run is not None else 0

    def _template(self, id: str) -> CampaignDocument:
        template = next(found for found in load_templates()[0] if found.id == id)
        return instantiate(template, template.name.text, self._language)

    @contextmanager
    def _opened(self, document: CampaignDocument) -> Iterator[None]:
        window = self._window
        known = [row.path for row in window.rows() if row.id == document.attributes.id]
        if known:
            window.open_campaigns.open_document(document, known[0])
        else:
            window.campaigns.begin(Start("", document.attributes.name, "", document))
        wait(lambda: window.the_editor.scene.is_loaded)
        settle()
        yield
        window.open_campaigns.close(window.the_editor, to_list=True)
        wait(lambda: not tasks.running())

    def _save(self, name: str, widget: QWidget) -> None:
        save(grab(widget), self._out / f"{name}-{self._suffix}.png")

    def _save_sheet(self, name: str, images: Sequence[QImage]) -> None:
        """Side by side on the canvas' colour."""
        width = sum(image.width() + GAP for image in images) + GAP
        height = max(image.height() for image in images) + 2 * GAP
        sheet = QImage(width, height, QImage.Format.Format_RGB32)
        sheet.fill(self._window.look.colours.canvas)
        left = GAP
        with QPainter(sheet) as painter:
            for image in images:
                painter.drawImage(QRect(left, GAP, image.width(), image.height()), image)
                left += image.width() + GAP
        save(sheet, self._out / f"{name}-{self._suffix}.png")


def large_campaign() -> CampaignDocument:
    """A flow of a thousand components, always the same, tidied up; some are still to configure."""
    choose = random.Random(LARGE)
    document = empty_document(Attributes(id="c_large", name=tr("Campaign")))
    open_ends = deque(document.links)
    while len(document.nodes) < LARGE:
        kind = choose.choice(LARGE_KINDS) if document.nodes else "target_audience"
        edit = edits.append(document, open_ends.popleft(), kind)
        document.apply(edit.ops)
        assert edit.focus is not None
        open_ends.extend(document.out_links(edit.focus))
        if (config := LARGE_CONFIGS.get(kind)) is not None:
            name = document.node(edit.focus).name
            document.apply(edits.configure(document, edit.focus, name=name, memo="", config=config).ops)
        if len(open_ends) > LARGE_WIDTH:
            document.apply(edits.append(document, open_ends.popleft(), "end").ops)
    document.apply(edits.end_open_links(document).ops)
    document.apply(edits.tidy(document, ()).ops)
    return document


def _halve(document: CampaignDocument, sms: Mapping[str, JsonValue]) -> None:
    """Half of the people get the message and wait; the others end as a control group."""
    (link,) = document.in_links("n_sms")
    document.apply(edits.insert(document, link, "random_grouping").ops)
    document.apply(edits.end_open_links(document).ops)
    (link,) = document.out_links("n_sms")
    document.apply(edits.insert(document, link, "wait_until").ops)
    configs: dict[str, Mapping[str, JsonValue]] = {
        "target_audience": {"audiences": ["a_high_value"]},
        "text_sms": {**sms, "template": "m_arrivals"},
        "wait_until": {"mode": "duration", "amount": 3, "unit": "day"},
    }
    for node_id, node in list(document.nodes.items()):
        config = {**node.config, **configs.get(node.kind, {})}
        document.apply(edits.configure(document, node_id, name=node.name, memo="", config=config).ops)


def _cards(workspace: Workspace) -> dict[str, JsonValue]:
    """What the audience form holds: the rule of a sample audience under a new name."""
    raw = workspace.audiences["a_once"].model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"name": tr("Audience"), "cards": raw["cards"]}


def end(window: MainWindow) -> None:
    """Close the window and its engine."""
    assert window.service is not None
    window.service.shut_down(window.close_without_asking)
    wait(lambda: not window.isVisible())
    window.deleteLater()


if __name__ == "__main__":
    raise SystemExit(main())
