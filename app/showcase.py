"""The main job without a screen: real purchases in, two templates run to their end, funnel and picture out.

Takes the CDNOW purchases where they lie beside the checkout, else an invented set of the same shape, and says
which. Everything it makes goes into one folder: the workspace, and a picture of each canvas with its counts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import configure
from engine.campaign.model import START_ID
from engine.i18n import ntr, tr
from engine.report.counts import Counts
from engine.run.settings import EngineSettings
from engine.run.simulate import Summary, simulate
from engine.shapes.variables import variables
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle, cdnow
from engine.workspace.account import SIMULATED_ID
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.template import GuideEntry, TemplateFile, instantiate, load_templates
from engine.workspace.workspace import Workspace

OUT = Path("build") / "showcase"
SCALE = 2.0
_ZONE = ZoneInfo(cdnow.ZONE)
_NAME_WIDTH = 28
CATALOG: Mapping[str, Any] = {
    "events": {cdnow.EVENT: {"name": "Order", "attributes": {"amount": "number", "quantity": "number"}}},
    "id_types": {"member": {}, "mobile": {}, "email": {}},
    "coupons": {cdnow.COUPON: {"name": "Second order, 10 off", "value": "10", "valid_days": 30}},
}
"""What the purchases need in a workspace's catalogue."""


@dataclass(frozen=True)
class Show:
    """A template to run, and as of when."""

    template: str
    since: datetime


SHOWS = (
    Show("t_second_order", datetime(1997, 4, 1, tzinfo=_ZONE)),
    Show("t_high_value", datetime(1998, 7, 1, tzinfo=_ZONE)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the showcase; 0 where everything adds up."""
    parser = argparse.ArgumentParser(prog="app.showcase", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help=tr("Folder of the pictures."))
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary:
        workspace = make_workspace(Path(temporary))
        templates = {template.id: template for template in load_templates()[0]}
        sound = [run(workspace, templates[show.template], show.since, out) for show in SHOWS]
    return 0 if all(sound) else 1


def make_workspace(folder: Path, source: Path = cdnow.SOURCE) -> Workspace:
    """A workspace with the purchases imported; says what they are."""
    data = cdnow.write_cdnow(folder / "data", source)
    origin = (
        tr("An invented set of purchases, because there is no {file}", file=source.name)
        if data.invented
        else tr("The CDNOW purchases")
    )
    print(
        tr(
            "{origin}: {people:,} people, {orders:,} orders",
            origin=origin,
            people=data.people,
            orders=data.orders,
        )
    )
    workspace = Workspace.create(folder / "workspace", "CDNOW", cdnow.ZONE, "en")
    workspace.save_catalog(Catalog.model_validate(CATALOG))
    with Database.open(workspace.database_file) as database:
        result = import_folder(database, data.folder)
    print(ntr("{n:,} row rejected", "{n:,} rows rejected", result.rejected))
    return workspace


def run(workspace: Workspace, template: TemplateFile, since: datetime, out: Path) -> bool:
    """Configure the template as its guide recommends, run it to its end, show what came of it."""
    document = configured(workspace, template)
    made = bundle.make(workspace, document)
    summary = simulate(made, workspace.database_file, EngineSettings.of(workspace), since=since)
    print()
    print(tr("{name}, as of {day}", name=template.name.text, day=since.date().isoformat()))
    for line in funnel(document, summary.counts):
        print(f"  {line}")
    for violation in summary.violations:
        print(f"  {violation.where}: {violation.message}")
    sound = not summary.violations and summary.counts.entries == summary.counts.finished
    # Not inside an f-string: before Python 3.12 its texts are not collected.
    print(" ", tr("Conservation holds.") if sound else tr("The numbers do not add up."))
    picture = draw(document, workspace, summary, out / f"{template.id}.png")
    print(" ", tr("Picture: {file}", file=picture))
    return sound


def configured(workspace: Workspace, template: TemplateFile) -> CampaignDocument:
    """The template's campaign with the audiences and messages that its guide recommends."""
    document = instantiate(template, template.name.text, "en")
    for entry in template.guide:
        node = document.node(entry.node)
        config = {**node.config, **_recommended(workspace, entry, node.kind, node.name)}
        edit = configure(document, entry.node, name=node.name, memo="", config=config)
        document.apply(edit.ops)
    return document


def _recommended(workspace: Workspace, entry: GuideEntry, kind: str, name: str) -> Mapping[str, Any]:
    if entry.rule is not None:
        cards = [card.model_dump(mode="json", by_alias=True, exclude_none=True) for card in entry.rule.cards]
        value = {"format": "audience", "version": 1, "name": name, "cards": cards}
        id = f"a_{len(workspace.audiences) + 1}"
        workspace.save_audience(AUDIENCE.adapter.validate_python({**value, "id": id}))
        return {"audiences": [id]}
    if kind == "issue_coupon":
        return {"coupon": cdnow.COUPON}
    if entry.content is None:
        return {}
    content = entry.content.content.model_dump(mode="json")
    id = f"m_{len(workspace.messages) + 1}"
    value = {"format": "message", "version": 1, "id": id, "name": name, "kind": kind, "status": "approved"}
    sms = {"platform": SIMULATED_ID, "sms_type": "promotional"}
    workspace.save_message(MESSAGE.adapter.validate_python({**value, **sms, "content": content}))
    bound = {
        name: {"from": "constant", "value": "friend"} for name in variables(str(content.get("text", "")))
    }
    return {**sms, "signature": "CDNOW", "template": id, "variables": bound}


def funnel(document: CampaignDocument, counts: Counts) -> list[str]:
    """One line a component, in the order of the flow: who arrived, and their share of all who entered."""
    lines = []
    for node_id in _in_order(document):
        arrived = counts.nodes[node_id].arrived if node_id in counts.nodes else 0
        share = arrived / counts.entries if counts.entries else 0.0
        lines.append(f"{document.node(node_id).name:<{_NAME_WIDTH}} {arrived:>10,} {share:>8.1%}")
    for node_id, states in sorted(counts.messages.items()):
        numbers = ", ".join(f"{state} {number:,}" for state, number in sorted(states.items()))
        lines.append(tr("Messages of {name}: {numbers}", name=document.node(node_id).name, numbers=numbers))
    return lines


def _in_order(document: CampaignDocument) -> list[str]:
    """Breadth first from Start, each component once."""
    order, waiting = [], document.successors(START_ID)
    while waiting:
        node_id = waiting.pop(0)
        if node_id not in order:
            order.append(node_id)
            waiting += document.successors(node_id)
    return order


def draw(document: CampaignDocument, workspace: Workspace, summary: Summary, path: Path) -> Path:
    """Write the canvas with its counts as a picture; returns its absolute path."""
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication

    from canvas_widgets.look import Look
    from canvas_widgets.picture import render

    application = QGuiApplication.instance() or QApplication(sys.argv[:1])
    image = render(document, workspace, Look(), asdict(summary.counts), SCALE)
    image.save(str(path))
    del application
    return path.absolute()


if __name__ == "__main__":
    sys.exit(main())
