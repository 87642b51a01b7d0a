"""Every control of the settings and the calendar has a name, a role and room, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app import language
from app.navigation.places import PLACES
from app.window import MainWindow
from engine.i18n import tr
from tests.app.auditing import clipped, findings
from tests.app.conftest import settle

SECTIONS = (
    "general", "fatigue", "quiet", "data", "suppression", "accounts/acc_hook", "accounts/acc_push",
    "catalog/events/order", "coupons/cp_1", "marketing/mc_2", "tests/mobile", "limits",
)  # fmt: skip


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_section_and_the_calendar(qtbot: QtBot, window: MainWindow, code: str) -> None:
    window.resize(1280, 800)
    language.use_language(code)
    by_arrows = frozenset(tr(place.title) for place in PLACES)
    for id in SECTIONS:
        window.navigation.go("settings", id)
        settings: Any = window.navigation.page("settings")
        section = settings._page(id.partition("/")[0])
        if id == "fatigue":
            section.form.editor("fatigue").rows.add_button.click()
        if id == "quiet":
            section.form.editor("quiet").times.add_button.click()
            section.form.editor("quiet").holidays.add_button.click()
        settle(qtbot)
        assert findings(window, by_arrows) == [], id
        assert clipped(window) == [], id
    window.navigation.go("calendar", "2026-12-10")
    settle(qtbot)
    assert findings(window, by_arrows) == []
    assert clipped(window) == []
