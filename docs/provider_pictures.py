"""Take the pictures of providers and of sending anew: `.venv/bin/python -m docs.provider_pictures`.

The real window on a shop whose campaign really sends, to receivers on this machine, drawn without a screen:
the form of each kind of account, how sending goes, and the messages in doubt.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app import tasks
from app.main import open_window
from app.preferences import Preferences, Theme
from app.sending.section import OutgoingSection
from app.window import MainWindow
from app.workspace_settings.accounts import AccountDetail, AccountsSection
from app.workspace_settings.page import SettingsPage
from app.workspace_settings.section import SectionPage
from docs import picture_session, sending_show
from docs.camera import grab, save, settle, wait
from docs.provider_forms import FORMS, NAMES, PUBLIC, Words
from docs.take_pictures import PICTURES, SIZE, end
from engine.campaign.document import CampaignDocument
from engine.server.process import opened
from engine.workspace import bundle, cdnow
from engine.workspace.account import ACCOUNT
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import Workspace
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.kafka import KafkaFake
from tests.engine.channels.fakes.mail import MailFake
from tests.engine.channels.fakes.webhook import WebhookFake

PEOPLE = 400
RESETS, IN_ONE = 4, 3
"""Connections that end instead of an answer, and people in one request of the webhook."""
SMS_A_SECOND = 2
WIDTH, HIGH, GAP = 720, 1200, 24
"""Of a form; a higher one is shown in two columns."""
DOUBTS_HIGH = 210


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    return picture_session.run(__doc__, take, arguments)


def take(app: QApplication, home: Path, language: str, theme: Theme, out: Path) -> None:
    """All pictures in one language."""
    picture_session.move_in(home)
    with ExitStack() as stack:
        receivers = sending_show.Receivers(
            sms=stack.enter_context(HttpSmsFake()),
            mail=gone(),
            hook=stack.enter_context(WebhookFake()),
            kafka=stack.enter_context(KafkaFake()),
        )
        workspace = make_shop(home / "shop", receivers, language)
        for receiver in (receivers.hook, receivers.sms):
            receiver.misbehave("reset", times=RESETS)
        preferences = Preferences(language=language, theme=theme, size=SIZE, reduced_motion="always")
        window = open_window(app, preferences)
        try:
            window.load(workspace.folder)
            wait(lambda: len(window.rows()) > 0 and not tasks.running())
            take_sending(window, out, f"{language}-{theme}.png")
            take_forms(window, workspace, language, out, f"{language}-{theme}.png")
        finally:
            end(window)
            os.chdir(PICTURES)


def gone() -> MailFake:
    """A mail server that cannot be reached."""
    with MailFake() as server:
        return server


def make_shop(folder: Path, receivers: sending_show.Receivers, language: str) -> Workspace:
    """The shop of `docs.sending_show` in a language, with its campaign published and nothing sent yet."""
    data = cdnow.write_cdnow(folder / "data")
    workspace = sending_show.make_workspace(folder, receivers, PEOPLE)
    words = NAMES[language]
    settings = {**workspace.settings.model_dump(exclude_unset=True), "public_address": PUBLIC}
    workspace.save_settings(type(workspace.settings).model_validate(settings))
    changed = {"acc_sms": {"per_second": SMS_A_SECOND}, "acc_hook": {"batch_size": IN_ONE}}
    for id in words.accounts:
        raw = workspace.accounts[id].canonical()
        more = changed.get(id, {})
        kept = {name: value for name, value in raw["settings"].items() if name != "key_lifetime"}
        raw = {**raw, "name": words.accounts[id], "settings": {**kept, **more}}
        workspace.save_account(ACCOUNT.adapter.validate_python(raw))
    document = told(sending_show.campaign(), words)
    workspace.save_campaign(document)
    with opened(workspace) as (engine, _):
        engine.import_data(data.folder)
        engine.publish(bundle.make(workspace, document))
    return workspace


def told(document: CampaignDocument, words: Words) -> CampaignDocument:
    """The campaign with names in a language."""
    attributes = document.attributes.model_copy(update={"name": words.campaign})
    nodes = {
        id: node.model_copy(update={"name": words.nodes.get(id, node.name)})
        for id, node in document.nodes.items()
    }
    return CampaignDocument(attributes, nodes, document.links)


def take_sending(window: MainWindow, out: Path, ending: str) -> None:
    """How sending goes while an account cannot be reached; then what is in doubt, by itself."""
    window.actions_["run.start"].trigger()
    page = section(window, "outgoing")
    assert isinstance(page, OutgoingSection)
    wait(lambda: is_told(page))
    page.doubtful.groups.setCurrentRow(page.doubtful.groups.count() - 1)
    wait(lambda: page.doubtful.table.rows() > 0)
    page.doubtful.table.table.selectRow(1)
    save(grab(window), out / f"sending-{ending}")
    box = page.doubtful
    place = QRect(box.mapTo(window, QPoint()), QSize(box.width(), DOUBTS_HIGH))
    save(grab(window).copy(place.adjusted(-GAP, -4, GAP, 0)), out / f"doubtful-{ending}")


def is_told(page: OutgoingSection) -> bool:
    """Whether an account pauses, and the other one has all that shall be in doubt."""
    accounts = {} if page._told is None else {one.account: one for one in page._told.accounts}  # noqa: SLF001
    if not {"acc_mail", "acc_sms"} <= set(accounts):
        return False
    return (accounts["acc_mail"].again_in or 0) > 1 and accounts["acc_sms"].doubtful == RESETS


def take_forms(window: MainWindow, workspace: Workspace, language: str, out: Path, ending: str) -> None:
    """The form of each kind of account, filled in, with its secrets kept."""
    secrets = Secrets(workspace.folder)
    for form in FORMS:
        raw = {"id": f"acc_x_{form.kind}", "name": form.names[language], "kind": form.kind}
        account = ACCOUNT.adapter.validate_python({**raw, "settings": form.settings})
        workspace.save_account(account)
        secrets.store(account, form.secrets)
    window.reload()
    wait(lambda: not tasks.running())
    page = section(window, "accounts")
    assert isinstance(page, AccountsSection)
    for form in FORMS:
        page.show_object(f"acc_x_{form.kind}")
        wait(lambda form=form: isinstance(page.detail, AccountDetail) and page.detail.kind == form.kind)  # type: ignore[misc]
        wait(lambda: not tasks.running())
        assert isinstance(page.detail, AccountDetail)
        save(of_form(page.detail), out / f"provider-{form.kind}-{ending}")


def of_form(detail: AccountDetail) -> QImage:
    """The form as high as its content."""
    inside, window = detail.area.widget(), detail.window()
    assert inside is not None
    before, height = window.size(), inside.sizeHint().height()
    window.resize(before.width(), before.height() + height)
    settle()
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    # Of the window: what an area stands on is not its own.
    image = grab(window).copy(QRect(detail.area.mapTo(window, QPoint()), QSize(WIDTH, height)))
    window.resize(before)
    settle()
    return folded(image) if height > HIGH else image


def folded(image: QImage) -> QImage:
    """A high picture in two columns, cut where nothing stands."""
    middle = image.height() // 2
    empty = [y for y in range(middle, image.height()) if is_empty(image, y)]
    cut = next(y for y in empty if all(above in empty for above in range(y, y + GAP // 2)))
    height = max(cut, image.height() - cut) + GAP
    sheet = QImage(2 * image.width(), height, QImage.Format.Format_RGB32)
    sheet.fill(image.pixelColor(0, 0))
    with QPainter(sheet) as painter:
        painter.drawImage(0, 0, image.copy(0, 0, image.width(), cut))
        painter.drawImage(image.width(), GAP, image.copy(0, cut, image.width(), image.height() - cut))
    return sheet


def is_empty(image: QImage, y: int) -> bool:
    """Whether a line has one colour."""
    first = image.pixel(0, y)
    return all(image.pixel(x, y) == first for x in range(0, image.width(), 2))


def section(window: MainWindow, id: str) -> SectionPage:
    """A section of the settings, on show."""
    window.navigation.go("settings", id)
    settle()
    page = window.navigation.page("settings")
    assert isinstance(page, SettingsPage)
    return page._page(id)  # noqa: SLF001


if __name__ == "__main__":
    raise SystemExit(main())
