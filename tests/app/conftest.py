"""A main window on a small workspace, and an engine that lives in memory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app import language, tasks
from app.campaign_list import loading
from app.editor.page import EditorPage
from app.engine.service import EngineService
from app.preferences import Preferences
from app.tour.tour import SAMPLE_CAMPAIGN
from app.widgets import style
from app.window import MainWindow
from canvas_widgets.look import Look
from engine import i18n
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import merge
from engine.server.wire.sending import SendingAnswer
from engine.steps import finished
from engine.workspace import merge_record
from engine.workspace.journal import Journal
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import sample_workspace

MOMENT = "2026-11-23T08:00:00.000Z"


@dataclass
class FakeEngine:
    """What an engine's client answers, from memory.

    Attributes: statuses (by campaign id), published (bundles), calls (verb, id), error (raised by commands),
    away (it does not run, until somebody starts it), and what it tells.
    """

    statuses: dict[str, str] = field(default_factory=dict)
    published: list[bytes] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    live: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    next_run: str | None = None
    held: str | None = None
    problem: str | None = None
    reason: str | None = None
    hash: str = ""
    away: bool = False
    events: list[Any] = field(default_factory=list)
    cycles: list[Any] = field(default_factory=list)
    all_versions: list[Any] = field(default_factory=list)
    by_version: dict[int, dict[str, Any]] = field(default_factory=dict)
    by_cycle: dict[int, dict[str, Any]] = field(default_factory=dict)
    audience_states: list[Any] = field(default_factory=list)
    sized: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    doubtful_of: dict[str, int] = field(default_factory=dict)
    cannot_send: str | None = None
    backlog: str = ""
    told: SendingAnswer = field(default_factory=lambda: SendingAnswer(as_of=MOMENT, accounts=[]))
    base_url: str = "http://127.0.0.1:4711"

    def found(self) -> Any:
        """A client where it runs, in the place of an `EngineClient`."""
        return None if self.away else self

    def started(self) -> Any:
        """A client; it runs from now on."""
        self.away = False
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def status(self) -> Any:
        return SimpleNamespace(held=self.held, problem=self.problem, notice=None)

    def hold(self) -> Any:
        known = SimpleNamespace(
            name="Spring sale", last=MOMENT, messages_due=1200, messages_doubtful=3, people_due=45
        )
        reason = self.held or ""
        return SimpleNamespace(held=bool(reason), reason=reason, as_of=MOMENT, campaigns=[known])

    def sending(self) -> SendingAnswer:
        return self.told

    def release(self) -> None:
        self.calls.append(("release", ""))
        self.held = None

    def received(self) -> list[Any]:
        return self.events

    def campaigns(self) -> list[Any]:
        return [
            SimpleNamespace(
                id=id,
                status=status,
                inside=3,
                entries=10,
                reason=self.reason,
                next_run=self.next_run,
                version=4,
                hash=self.hash,
                published_at=MOMENT,
                doubtful=self.doubtful_of.get(id, 0),
                cannot_send=self.cannot_send,
                backlog=self.backlog if status == "completed" else "",
            )
            for id, status in self.statuses.items()
        ]

    def counts(self, _id: str, version: int | None = None, cycle: int | None = None) -> Any:
        live = self.by_version.get(version, self.live) if version is not None else self.live
        live = self.by_cycle.get(cycle, live) if cycle is not None else live
        return SimpleNamespace(model_dump=lambda: live, cycles=self.cycles)

    def versions(self, _id: str) -> list[Any]:
        return self.all_versions

    def bundle(self, _id: str, _version: int) -> bytes:
        return self.published[-1]

    def sizes(self) -> Any:
        return SimpleNamespace(
            audiences={id: SimpleNamespace(size=n, updated_at=MOMENT) for id, n in self.sized.items()},
            coupons={id: SimpleNamespace(left=n, more=False) for id, n in self.codes.items()},
        )

    def publish(self, bundle: bytes) -> Any:
        if self.error is not None:
            raise self.error
        self.published.append(bundle)
        return SimpleNamespace(version=len(self.published), lacks=[])

    def estimate(self, _audience: object, **_options: object) -> int:
        return 1234

    def audiences(self) -> list[Any]:
        return self.audience_states

    def size_history(self, _id: str) -> list[Any]:
        return [SimpleNamespace(at=MOMENT, size=1200), SimpleNamespace(at="2026-12-02T00:00:00Z", size=1234)]

    def sample(self, _audience: object, **_options: object) -> Any:
        return SimpleNamespace(columns=["person_id", "attr:city"], rows=[["p1", "Rome"], ["p2", "Oslo"]])

    def overlap(self, _first: object, _second: object, **_options: object) -> Any:
        return SimpleNamespace(first=100, second=50, both=20)

    def figures(self, _order: object) -> dict[str, int]:
        return {str(n): n for n in range(1, 9)} | dict.fromkeys("AIPL", 3)

    def update_audience(self, id: str) -> int:
        self.calls.append(("update_audience", id))
        return 1234

    def forget_audience(self, id: str) -> None:
        self.calls.append(("forget_audience", id))

    def refresh_audiences(self) -> None:
        self.calls.append(("refresh_audiences", ""))

    def upload_list(self, id: str, file: Path, *, add: bool, unknown: Path) -> Any:
        self.calls.append(("upload_list", id))
        unknown.write_text("000\n", encoding="utf-8")
        return SimpleNamespace(ids=3, unknown=1, repeated=0, size=2)

    def cancel(self, _ticket: str) -> None: ...

    def import_folder(self, folder: Path) -> Any:
        self.calls.append(("import", str(folder)))
        return SimpleNamespace(counts={"people": 2}, rejected=0, rejects=[])

    def stop(self, id: str) -> None:
        self.calls.append(("stop", id))
        self.statuses[id] = "stopped"

    def restart(self, id: str) -> None:
        self.calls.append(("restart", id))
        self.statuses[id] = "in_progress"

    def delete(self, id: str) -> None:
        self.calls.append(("delete", id))
        self.statuses.pop(id)

    def shutdown(self) -> None:
        self.calls.append(("shutdown", ""))
        self.away = True


def versions(*inside: int, through: int = 0) -> list[Any]:
    """Versions of a campaign as a client tells them: so many people in each, the last is current.

    through: so many have finished the first.
    """
    return [
        SimpleNamespace(
            version=n,
            published_at=MOMENT,
            current=n == len(inside),
            inside=people,
            entries=people + (through if n == 1 else 0),
        )
        for n, people in enumerate(inside, start=1)
    ]


@pytest.fixture(autouse=True)
def released_buttons(qapp: QApplication) -> None:
    """Let go of a button that a test before held to its end: the window changes nothing while one is down."""
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        if QGuiApplication.mouseButtons() & button:
            QTest.mouseRelease(QWidget(), button)
    assert QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Preferences, tokens and the sample workspace go into the test's folder."""
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def look(qapp: QApplication) -> Look:
    """One for all tests, as in the program."""
    found = Look(motion=False)
    found.apply(qapp)
    style.use(found)
    language.use_language("en")
    return found


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: every file of it is synced to the disk, which takes its time."""
    folder = tmp_path_factory.mktemp("sample") / "shop"
    made = sample_workspace(folder)
    made.save_campaign(loading.new_document(made, None, "Spring sale", "Retention"))
    return folder


@pytest.fixture
def workspace(tmp_path: Path, sample_folder: Path) -> Workspace:
    """One empty draft, “Spring sale”, in the folder Retention."""
    return Workspace.open(Path(shutil.copytree(sample_folder, tmp_path / "shop")))


@pytest.fixture
def ready(workspace: Workspace) -> str:
    """The id of a campaign that can be published."""
    document = loading.new_document(workspace, None, "Ready", "")
    complete(document)
    workspace.save_campaign(document)
    return document.attributes.id


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def small_sample(folder: Path, code: str, _progress: object) -> None:
    """A sample workspace, made in a moment, with one campaign: an audience not configured, and an end."""
    made = Workspace.create(folder, "Sample", "UTC", code)
    empty = loading.new_document(made, None, "New arrivals", "")
    attributes = empty.attributes.model_copy(update={"id": SAMPLE_CAMPAIGN})
    document = CampaignDocument(attributes, empty.nodes, empty.links)
    (link,) = document.links
    document.apply(edits.append(document, link, "target_audience").ops)
    document.apply(edits.end_open_links(document).ops)
    made.save_campaign(document)


MakeWindow = Callable[[Workspace], MainWindow]


@pytest.fixture
def english(qapp: QApplication) -> Iterator[None]:
    """Lets windows go, and only then the language that a test chose: they would set all their texts anew."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if i18n.current_language() != "en":
        language.use_language("en")


@pytest.fixture
def make_window(
    english: None,  # ends when `qtbot` has closed the windows
    qtbot: QtBot,
    look: Look,
    engine: FakeEngine,
) -> Iterator[MakeWindow]:
    windows: list[MainWindow] = []

    def make(workspace: Workspace) -> MainWindow:
        window = MainWindow(look, Preferences(language="en"))
        windows.append(window)
        qtbot.addWidget(window, before_close_func=_let_close)
        window.runs.make_service = lambda folder: EngineService(
            folder, lambda _: engine.found(), lambda _: engine.started()
        )
        window.workspaces.make_sample = small_sample
        window.show()
        with qtbot.waitSignal(window.ready):
            window.load(workspace.folder)
        return window

    yield make
    for window in windows:
        close_dialogs(window)
        if window.service is not None:
            window.service.close()
    qtbot.waitUntil(lambda: not tasks.running())
    # What a test copied: the platform without a screen crashes at its end over what Python put there.
    QGuiApplication.clipboard().clear()


@pytest.fixture
def window(make_window: MakeWindow, workspace: Workspace) -> MainWindow:
    """The window with the campaign list on show."""
    return make_window(workspace)


def _let_close(window: Any) -> None:
    window.close_without_asking()


def dialogs(window: MainWindow) -> list[QDialog]:
    """The dialogs that stand over the window."""
    return [found for found in window.findChildren(QDialog) if found.isVisible()]


def dialog(window: MainWindow) -> Any:
    """The one dialog that stands over the window."""
    (found,) = dialogs(window)
    return found


def close_dialogs(window: MainWindow) -> None:
    for found in dialogs(window):
        found.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def settle(qtbot: QtBot) -> None:
    """Wait for the work in the background, and for what it leads to."""
    qtbot.waitUntil(lambda: not tasks.running())
    QApplication.processEvents()


def open_draft(
    qtbot: QtBot, window: MainWindow, name: str = "Spring sale", kinds: Iterable[str] = ()
) -> EditorPage:
    """Open a campaign of the list for editing, and add components to it, each behind the one before."""
    row = next(row for row in window.rows() if row.name == name)
    window.list_page.select(row.path)
    window.actions_["campaign.open"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    for kind in kinds:
        window.the_editor.commands.add_kind(kind)
    return window.the_editor


def leave_conflict(qtbot: QtBot, page: EditorPage) -> str:
    """Save, and leave a conflict about a component's name, as the merge driver does; the component's id."""
    page.save()
    settle(qtbot)
    path, document = page.session.path, page.session.document
    assert path is not None
    node = min(document.nodes)
    sides = [document.copy() for _ in range(2)]
    for side, name in zip(sides, ("Mine", "Theirs"), strict=True):
        config = dict(side.nodes[node].config)
        side.apply(edits.configure(side, node, name=name, memo="", config=config).ops)
    merged = merge(document.copy(), *sides)
    merge_record.record_path(path).write_bytes(merge_record.write(merged))
    campaign_file.save(merged.document(), path)
    page.safekeeping.watch.look()
    settle(qtbot)
    page.merging.look()
    settle(qtbot)
    return node


def change_on_disk(page: EditorPage, **attributes: Any) -> bytes:
    """Let another program change the open campaign's file, and look at it; the bytes that are there now."""
    path = page.session.path
    assert path is not None
    document = campaign_file.load(path)
    changed = document.attributes.model_copy(update=attributes or {"group": "Elsewhere"})
    document.apply(edits.set_attributes(document, changed).ops)
    campaign_file.save(document, path)
    page.safekeeping.watch.look()
    return path.read_bytes()


def leave_behind(workspace: Workspace) -> None:
    """A journal of a campaign that was never saved, as a crash leaves it."""
    document = loading.new_document(workspace, None, "Never saved", "")
    (link,) = document.links
    document.apply(edits.append(document, link, "target_audience").ops)
    journal = Journal(workspace.folder, document.attributes.id, None, None)
    part = journal.collect(document)
    assert part is not None
    journal.write(finished(journal.encoded(part)))
    assert journal._hold is not None
    journal._hold.release()


def complete(document: CampaignDocument) -> None:
    """Make a campaign without problems: an audience, a tag, an end."""
    (link,) = document.links
    for kind in ("target_audience", "tag", "end"):
        document.apply(edits.append(document, link, kind).ops)
        link = next((id for id, found in document.links.items() if found.target is None), "")
    configs: dict[str, Any] = {
        "target_audience": {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False},
        "tag": {"on_conflict": "overwrite", "assignments": [{"tag": "level", "value": "VIP"}]},
    }
    for id, node in list(document.nodes.items()):
        if node.kind in configs:
            edit = edits.configure(document, id, name=node.name, memo="", config=configs[node.kind])
            document.apply(edit.ops)


@pytest.fixture
def at_home_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Lets this machine be in a time zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()
