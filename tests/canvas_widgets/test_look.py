"""The look: complete, readable, and switched live."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessibilityHints, QColor, QFontInfo, QPaintEvent, QRawFont
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from canvas_widgets import icons
from canvas_widgets.look import Look, Theme
from engine.campaign.model import NoteColour
from engine.components.base import Category
from engine.components.registry import COMPONENTS
from tests.colours import contrast, over

THEMES = [Theme.LIGHT, Theme.DARK, Theme.CONTRAST]
LEAST = {
    Theme.LIGHT: 4.5,
    Theme.DARK: 4.5,
    Theme.CONTRAST: 7.0,
}  # of texts: WCAG's AA, and AAA in high contrast
ICONS = 3.0  # of icons and lines


@pytest.mark.parametrize("theme", THEMES)
def test_texts_are_readable_on_every_ground(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    colours, least = look.colours, LEAST[theme]
    pairs = [
        (text, ground)
        for ground in ("canvas", "surface", "card", "hover", "accent_soft")
        for text in ("text", "muted", "accent")
    ]
    pairs += [(text, ground) for ground in ("surface", "card") for text in ("faint", "danger", "ok", "warn")]
    pairs += [("text", "pressed"), ("on_danger", "danger"), ("on_danger", "danger_hover")]
    pairs += [("on_accent", ground) for ground in ("accent", "accent_hover", "accent_pressed")]
    for text, ground in pairs:
        assert contrast(colours.named(text), colours.named(ground)) >= least, (text, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_are_readable_on_their_tints(qapp: QApplication, theme: Theme) -> None:
    """State pills, notices and alerts stand on a thin coat of their own colour."""
    look = Look(theme)
    colours = look.colours
    for ground in (colours.surface, colours.card):
        for text, tint in (("muted", "muted"), ("ok", "ok"), ("warn", "warn"), ("danger_hover", "danger")):
            coat = over(colours.named(tint), ground, look.tints.soft)
            assert contrast(colours.named(text), coat) >= LEAST[theme], text
            assert contrast(colours.text, coat) >= LEAST[theme], tint


WORDLESS = ("QProgressBar", "QScrollBar", "QSlider", "QSplitter", "indicator", "separator", '"line"')


@pytest.mark.parametrize("theme", THEMES)
def test_every_rule_of_the_style_sheet_can_be_read(qapp: QApplication, theme: Theme) -> None:
    """Text and ground of each rule; what has no ground of its own stands on surface or card."""
    look, texts = Look(theme), dict[str, QColor]()
    for selectors, declarations in rules(look.stylesheet()):
        if ":disabled" in selectors or any(part in selectors for part in WORDLESS):
            continue
        text, ground = colour_of(declarations, "color"), colour_of(declarations, "background")
        if text is not None:
            texts[selectors] = text
        elif ground is None:
            continue
        usual = texts.get(re.sub(r"(?<!:):(?!:)[\w-]+$", "", selectors), look.colours.text)
        for below in (look.colours.surface, look.colours.card):
            shown = below if ground is None else over(ground, below, ground.alphaF())
            assert contrast(text or usual, shown) >= LEAST[theme], selectors


def rules(sheet: str) -> list[tuple[str, str]]:
    """Selectors and declarations of a style sheet's rules."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return [(selectors.strip(), body) for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", bare)]


def colour_of(declarations: str, name: str) -> QColor | None:
    """The colour that a rule gives, None where it gives none that is seen."""
    found = re.search(rf"(?:^|[;\s]){name}:\s*(#\w+|rgba\([^)]*\))", declarations)
    if found is None:
        return None
    if found[1].startswith("#"):
        return QColor(found[1])
    red, green, blue, alpha = map(int, re.findall(r"\d+", found[1]))
    return QColor(red, green, blue, alpha)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_painted_by_hand_can_be_read(qapp: QApplication, theme: Theme) -> None:
    """Pills in the list, chips and counts on the canvas, titles of frames."""
    look, least = Look(theme), LEAST[theme]
    colours = look.colours
    for tone in ("muted", "ok", "warn", "danger_hover", "accent"):
        pill = over(colours.named(tone), colours.surface, look.tints.soft)
        assert contrast(colours.named(tone), pill) >= least, tone
    for ground in (colours.canvas, colours.card, colours.surface):
        for text in (colours.text, colours.muted):
            assert contrast(text, ground) >= least
    for paper, ink in look.notes.values():
        frame = over(paper, colours.canvas, look.tints.frame)
        for text in (ink, colours.muted):
            assert contrast(text, frame) >= least, paper.name()


def test_a_card_stands_out_in_a_grey_frame(qapp: QApplication) -> None:
    """What is nearer is lighter, in both themes: canvas, frame, card."""
    for theme in (Theme.LIGHT, Theme.DARK):
        look = Look(theme)
        frame = over(look.notes["grey"].paper, look.colours.canvas, look.tints.frame)
        assert frame.lightness() < look.colours.card.lightness(), theme


@pytest.mark.parametrize("theme", THEMES)
def test_icons_and_lines_stand_out(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    colours = look.colours
    for ground in (colours.canvas, colours.surface, colours.card):
        for drawn in ("line", "muted", "faint", "accent", "danger", "ok", "warn"):
            assert contrast(colours.named(drawn), ground) >= ICONS, drawn
    for category in Category:
        colour = colours.named(category.value)
        tile = over(colour, colours.card, look.tints.tile)
        assert contrast(colour, colours.surface) >= ICONS, category
        assert contrast(colour, colours.canvas) >= ICONS, category  # the overview's blocks
        assert contrast(colour, tile) >= ICONS, category


def test_high_contrast_draws_borders_and_the_focus_thicker(qapp: QApplication) -> None:
    colours, thick, usual = Look(Theme.CONTRAST).colours, Look(Theme.CONTRAST).strokes, Look().strokes
    assert thick.border > usual.border
    assert thick.focus > usual.focus
    assert thick.selected > usual.selected
    for drawn in (colours.border, colours.disabled):
        assert contrast(drawn, colours.surface) >= LEAST[Theme.CONTRAST]
    assert f"border: {thick.focus}px solid {colours.accent.name()}" in Look(Theme.CONTRAST).stylesheet()


def test_controls_are_as_high_in_every_theme(qtbot: QtBot, qapp: QApplication) -> None:
    heights = set()
    for theme in THEMES:
        Look(theme).apply(qapp)
        for made in (QPushButton("Publish"), QLineEdit(), QComboBox()):
            qtbot.addWidget(made)
            made.ensurePolished()
            heights.add(made.sizeHint().height())
    assert heights == {Look().sizes.control}


def test_the_systems_high_contrast_is_followed(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Look(Theme.SYSTEM)
    assert look.colours == Look(Theme.LIGHT).colours
    wish = Qt.ContrastPreference.HighContrast
    monkeypatch.setattr(QAccessibilityHints, "contrastPreference", lambda _self: wish)
    look._on_system_changed()
    assert look.colours == Look(Theme.CONTRAST).colours
    look.set_theme(Theme.LIGHT)
    assert look.colours == Look(Theme.LIGHT).colours


@pytest.mark.parametrize("theme", THEMES)
def test_notes_have_every_colour_of_the_file_and_can_be_read(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    assert tuple(look.notes) == get_args(NoteColour)
    for paper, ink in look.notes.values():
        for text in (ink, look.colours.text, look.colours.muted):
            assert contrast(text, paper) >= LEAST[theme], (text.name(), paper.name())
        assert contrast(ink, look.colours.canvas) >= LEAST[theme]


def test_every_component_has_an_icon() -> None:
    for component in COMPONENTS.values():
        assert "currentColor" in icons.source(component.icon), component.kind


def test_the_font_is_the_bundled_one_with_latin_and_chinese(look: Look) -> None:
    for role in ("control", "card_name"):
        font = look.font(role)
        assert QFontInfo(font).family() == "Campaign Sans"
        raw = QRawFont.fromFont(font)
        assert all(raw.supportsCharacter(ord(char)) for char in "Aé€…·“”首单优惠券龙，。！")
    assert QFontInfo(look.font("card_name")).weight() == 600


@pytest.mark.parametrize("theme", THEMES)
def test_the_style_sheet_has_all_its_values(qapp: QApplication, theme: Theme) -> None:
    sheet = Look(theme).stylesheet()
    assert "$" not in sheet
    assert Look(theme).colours.accent.name() in sheet


def test_a_switch_of_theme_reaches_bound_icons_and_listeners(look: Look, qtbot: QtBot) -> None:
    button, hidden = QToolButton(), QToolButton()
    for bound in (button, hidden):
        qtbot.addWidget(bound)
        look.set_icon(bound, "plus")
    button.show()
    before = button.icon().pixmap(16).toImage()
    with qtbot.waitSignal(look.changed):
        look.set_theme(Theme.DARK)
    assert look.is_dark
    qtbot.waitUntil(lambda: button.icon().pixmap(16).toImage() != before)
    qtbot.waitUntil(lambda: hidden.icon().pixmap(16).toImage() != before)


def test_a_switch_of_theme_is_painted_in_a_turn_of_its_own(
    look: Look, qtbot: QtBot, qapp: QApplication
) -> None:
    """Dressing every widget takes as long as a turn may: what else is due comes before the painting."""
    log: list[str] = []

    class Window(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            log.append("painted")

    look.apply(qapp)
    window = Window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: "painted" in log)
    look.changed.connect(lambda: log.append("dressed"))
    timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: log.append("tick"))
    timer.start()
    log.clear()
    look.set_theme(Theme.DARK)
    assert log == ["dressed"]
    qtbot.waitUntil(lambda: "painted" in log)
    timer.stop()
    assert log[1] == "tick"
    assert window.updatesEnabled()


def test_choosing_the_theme_in_force_changes_nothing(look: Look, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(look.changed):
        look.set_theme(Theme.LIGHT)


def test_reduced_motion_leaves_no_time_for_movement(qapp: QApplication) -> None:
    assert Look(motion=False).duration == 0
    assert 120 <= Look().duration <= 160
