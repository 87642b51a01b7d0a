"""The look: complete, readable, and switched live."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtGui import QColor, QFontInfo, QRawFont
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from canvas_widgets import icons
from canvas_widgets.look import Look, Theme
from engine.campaign.model import NoteColour
from engine.components.base import Category
from engine.components.registry import COMPONENTS

THEMES = [Theme.LIGHT, Theme.DARK]


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG defines it."""
    linear = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def over(colour: QColor, ground: QColor, opacity: float) -> QColor:
    """What a colour looks like on a ground that shines through."""
    pairs = (
        (colour.redF(), ground.redF()),
        (colour.greenF(), ground.greenF()),
        (colour.blueF(), ground.blueF()),
    )
    mixed = (c * opacity + g * (1 - opacity) for c, g in pairs)
    return QColor.fromRgbF(*mixed)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_are_readable_on_every_ground(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    colours = look.colours
    for ground in (colours.canvas, colours.surface, colours.card, colours.hover):
        for text in (colours.text, colours.muted, colours.accent):
            assert contrast(text, ground) >= 4.5, (text.name(), ground.name())
    for text in (colours.danger, colours.ok, colours.warn):
        assert contrast(text, colours.surface) >= 4.5, text.name()
        assert contrast(text, colours.card) >= 4.5, text.name()
    for text, tint in (
        (colours.muted, colours.muted),
        (colours.ok, colours.ok),
        (colours.warn, colours.warn),
        (colours.danger_hover, colours.danger),
    ):
        assert contrast(text, over(tint, colours.surface, look.tints.soft)) >= 4.5, text.name()
    for ground in (colours.accent, colours.accent_hover, colours.accent_pressed):
        assert contrast(colours.on_accent, ground) >= 4.5
    assert contrast(colours.on_danger, colours.danger) >= 4.5
    assert contrast(colours.accent, colours.accent_soft) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_icons_and_lines_stand_out(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    colours = look.colours
    assert contrast(colours.line, colours.canvas) >= 3
    for category in Category:
        colour = colours.named(category.value)
        tile = over(colour, colours.card, look.tints.tile)
        assert contrast(colour, colours.surface) >= 3, category
        assert contrast(colour, tile) >= 3, category


@pytest.mark.parametrize("theme", THEMES)
def test_notes_have_every_colour_of_the_file_and_can_be_read(qapp: QApplication, theme: Theme) -> None:
    look = Look(theme)
    assert tuple(look.notes) == get_args(NoteColour)
    for paper, ink in look.notes.values():
        for text in (ink, look.colours.text, look.colours.muted):
            assert contrast(text, paper) >= 4.5, (text.name(), paper.name())
        assert contrast(ink, look.colours.canvas) >= 4.5


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
    button = QToolButton()
    qtbot.addWidget(button)
    look.set_icon(button, "plus")
    before = button.icon().pixmap(16).toImage()
    with qtbot.waitSignal(look.changed):
        look.set_theme(Theme.DARK)
    assert look.is_dark
    assert button.icon().pixmap(16).toImage() != before


def test_choosing_the_theme_in_force_changes_nothing(look: Look, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(look.changed):
        look.set_theme(Theme.LIGHT)


def test_reduced_motion_leaves_no_time_for_movement(qapp: QApplication) -> None:
    assert Look(motion=False).duration == 0
    assert 120 <= Look().duration <= 160
