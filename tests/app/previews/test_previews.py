"""What messages look like, and what the previews refuse to do."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app import tasks
from app.previews import person_choice
from app.previews.digital import DigitalSmsView
from app.previews.email import EmailView, SafeBrowser
from app.previews.pane import Draft, PreviewPane
from app.previews.push import PushView
from app.previews.sms import SmsView, length_words, money
from app.previews.view import Shown
from app.previews.wechat import TemplateMessageView
from engine.workspace.sample_values import SamplePerson
from engine.workspace.sms_length import Price
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import sample_workspace

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return sample_workspace(tmp_path / "shop")


@pytest.fixture
def pane(qtbot: QtBot, workspace: Workspace) -> PreviewPane:
    pane = PreviewPane(workspace)
    qtbot.addWidget(pane)
    pane.show()
    return pane


def sms(text: str, **more: Any) -> Draft:
    return Draft("text_sms", {"text": text}, **more)


def said(pane: PreviewPane) -> str:
    assert isinstance(pane.view, SmsView)
    return pane.view.text.accessibleDescription()


def test_the_worst_people_and_what_is_not_bound(pane: PreviewPane) -> None:
    pane.show_draft(sms("Hi ${first_name}, ${nobody}", sender="Brand"))
    assert "Maximiliane" in said(pane)
    assert said(pane).startswith("【Brand】")
    assert pane._unbound.text() == "Nothing is bound to: ${nobody}"
    assert "${nobody}" in said(pane)
    for worst, shown in (("empty", "Hi , "), ("emoji", "🎉")):
        pane.people._on_chosen(f"worst:{worst}")
        assert shown in said(pane)


def test_a_person_of_the_engine_is_searched_and_shown(qtbot: QtBot, pane: PreviewPane) -> None:
    person = SamplePerson("p7", {"first_name": "Li"}, {}, {})
    person_choice.use(
        lambda search, done, _failed: done([("p7", "p7 · Li Wei")] if "li" in search.lower() else []),
        lambda id, done, failed: done(person) if id == "p7" else failed("gone"),
    )
    pane.show_draft(sms("Hi ${first_name}"))
    combo = pane.people.combo
    combo.showPopup()
    assert combo.popup is not None
    combo.popup.search.setText("li")
    qtbot.waitUntil(lambda: combo.findData("p7") >= 0)
    combo.popup.picked.emit(combo.findData("p7"))
    combo.popup.close()
    assert said(pane) == "Hi Li"
    person_choice._source.clear()


def test_short_links_and_languages(pane: PreviewPane) -> None:
    links: Any = {"address": "https://s.cn", "shorten": [{"url": "https://a.example/x", "per_person": True}]}
    languages = {"de": {"text": "Hallo https://a.example/x"}}
    pane.show_draft(sms("Hi https://a.example/x", links=links, languages=languages))
    assert said(pane).startswith("Hi https://s.cn/")
    pane.language.buttons()["de"].click()
    assert said(pane).startswith("Hallo https://s.cn/")


def test_what_an_sms_takes() -> None:
    assert length_words("好" * 64, "Brand", international=False) == (
        "71 characters with the signature · 2 messages"
    )
    price = Price(Decimal("0.045"), "CNY")
    assert length_words("Hi", "", True, price) == (
        "2 characters · 1 message · 0.045 CNY a person, 45.00 CNY for 1,000"
    )
    assert money(price.amount * 2, "EUR") == "0.09 EUR"


def test_which_character_forces_ucs_2_abroad(qtbot: QtBot) -> None:
    view = SmsView()
    qtbot.addWidget(view)
    view.show()
    view.show_message(Shown({"text": "It’s " + "a" * 70}, international=True))
    assert "’ (U+2019) × 1" in view.encoding.text()
    assert view.simplify.isVisible()
    assert view.parts.text() == "Parts: 67 + 8 characters"
    view.show_message(Shown({"text": "It's"}, international=True))
    assert not view.encoding.isVisible()


def test_an_email_loads_nothing_and_runs_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"x")
    view = EmailView()
    qtbot.addWidget(view)
    view.show()
    html = (
        f"<h1>Hi</h1><script>alert(1)</script><img src='{secret.as_uri()}' alt='A shoe'>"
        "<link rel=stylesheet href='https://evil.example/x.css'><a href='https://evil.example'>go</a>"
    )
    view.show_message(Shown({"subject": "S", "html": html}))
    qtbot.waitUntil(lambda: not tasks.running())
    qtbot.waitUntil(lambda: "A shoe" in view.page.toPlainText())
    assert "alert" not in view.page.toPlainText()
    assert "<img" not in view.page.toHtml()
    for form in ("phone", "text"):
        view.form.buttons()[form].click()
        assert "Hi" in view.page.toPlainText()
    view.dark.click()


def test_the_browser_refuses_every_resource(qtbot: QtBot) -> None:
    browser = SafeBrowser()
    qtbot.addWidget(browser)
    kind = QTextDocument.ResourceType.ImageResource.value
    for url in ("https://evil.example/x.png", "file:///etc/hosts", "data:image/png;base64,AAAA", "qrc:/x"):
        assert not browser.loadResource(kind, QUrl(url))
    browser.setSource(QUrl("file:///etc/hosts"))
    assert browser.toPlainText() == ""
    browser.setHtml("<img src='https://evil.example/x.png'>x")
    found = browser.document().resource(kind, QUrl("https://evil.example/x.png"))
    assert not found or QByteArray(found).isEmpty()


def test_html_that_would_take_too_long_says_so(qtbot: QtBot) -> None:
    view = EmailView()
    qtbot.addWidget(view)
    view.show()
    view.show_message(Shown({"subject": "S", "html": "<p>x</p>" * 700_000}))
    qtbot.waitUntil(lambda: "more than" in view.note.text())


def test_a_push_is_cut_as_lock_screens_cut_it(qtbot: QtBot) -> None:
    view = PushView()
    qtbot.addWidget(view)
    view.show()
    view.show_message(Shown({"title": "Sale", "content": "新" * 100, "platform": "android"}, sender="Shop"))
    assert view.system.value() == "android"
    assert view.note.text() == "The lock screen cuts off the content."
    texts = [label.accessibleDescription() for label in view.findChildren(QLabel)]
    assert f"{'新' * 65}…" in texts
    view.system.buttons()["ios"].click()
    assert view.note.isVisible()


def test_keywords_have_their_colours(qtbot: QtBot) -> None:
    view = TemplateMessageView()
    qtbot.addWidget(view)
    keywords: Any = [{"key": "first", "text": "${x} <b>", "colour": "#173177"}]
    view.show_message(Shown({"template_id": "T1", "keywords": keywords}))
    label = next(one for one in view.findChildren(QLabel) if one.accessibleName() == "first")
    assert "#173177" in label.styleSheet()
    assert label.accessibleDescription() == "${x} <b>"


def test_hostile_media_is_not_opened(qtbot: QtBot, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "evil.png").write_bytes(b"<svg onload='x'>")
    view = DigitalSmsView()
    qtbot.addWidget(view)
    blocks: Any = [{"image": "media/evil.png"}, {"image": "media/../../x"}, {"video": "https://a.example/f"}]
    view.show_message(Shown({"subject": "S", "blocks": blocks}, media=tmp_path))
    assert view._pictures == {}
