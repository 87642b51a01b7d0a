"""The values of `resources/look.json` as typed objects: colours, sizes in pixels, fonts."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from PySide6.QtGui import QColor

FALLBACK_FAMILIES = "Inter, Noto Sans, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
"""Fonts that look alike, for files that are shown where the application's font is not installed."""

RESOURCES = Path(__file__).parent.parent / "resources"


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme's colours. What components name as theirs are fields too: `start`, `trigger` … `end`."""

    canvas: QColor
    dots: QColor
    surface: QColor
    card: QColor
    border: QColor
    text: QColor
    muted: QColor
    faint: QColor
    line: QColor
    accent: QColor
    accent_hover: QColor
    accent_pressed: QColor
    accent_soft: QColor
    hover: QColor
    pressed: QColor
    on_accent: QColor
    disabled: QColor
    start: QColor
    trigger: QColor
    touch: QColor
    control: QColor
    judgment: QColor
    push: QColor
    end: QColor
    ok: QColor
    warn: QColor
    danger: QColor
    danger_hover: QColor
    on_danger: QColor
    shadow: QColor

    def named(self, name: str) -> QColor:
        """The colour of this name. Raises `AttributeError` for a name that is not a field."""
        colour: QColor = getattr(self, name)
        return colour


class NotePaint(NamedTuple):
    """One colour of notes and frames: the paper, and the ink of titles and edges."""

    paper: QColor
    ink: QColor


@dataclass(frozen=True, slots=True)
class Tints:
    """Opacities, 0-1: of an icon tile's and a state pill's colour, of a shadow at its darkest, of a frame.

    The canvas shines through a frame, so that cards stand out in it.
    """

    tile: float
    soft: float
    shadow: float
    frame: float


@dataclass(frozen=True, slots=True)
class Strokes:
    """How wide one theme draws borders, the focus, and the frame of what is selected, in logical pixels."""

    border: int
    focus: int
    selected: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lengths in logical pixels, and `duration` of a movement in milliseconds."""

    grid: int
    dots: int
    top_bar: int
    rail: int
    palette: int
    outline: int
    palette_row: int
    panel: int
    control: int
    control_radius: int
    window_radius: int
    row: int
    card_radius: int
    card_tile: int
    tile: int
    tile_radius: int
    icon: int
    small_icon: int
    minimap_width: int
    minimap_height: int
    ring: int
    open_end: int
    dot: int
    dot_ring: int
    dot_on_screen: int
    duration: int


class Face(NamedTuple):
    """A font role: size in pixels and weight (400 or 600)."""

    pixels: int
    weight: int


@dataclass(frozen=True, slots=True)
class Fonts:
    """The family and its roles."""

    family: str
    display: Face
    title: Face
    control: Face
    strong: Face
    card_name: Face
    label: Face
    small: Face
    summary: Face
    section: Face


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that `look.json` holds; the first four by theme, which is `light`, `dark` or `contrast`.

    Attribute `notes`: the colours that people can choose for notes and frames, in their shown order.
    """

    colours: MappingProxyType[str, Colours]
    tints: MappingProxyType[str, Tints]
    strokes: MappingProxyType[str, Strokes]
    notes: MappingProxyType[str, MappingProxyType[str, NotePaint]]
    sizes: Sizes
    fonts: Fonts


def read_values(path: Path = RESOURCES / "look.json") -> Values:
    """Read the look. Raises `TypeError` where a value is missing or not known."""
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    faces = {name: Face(*value) for name, value in raw["fonts"].items() if name != "family"}
    return Values(
        MappingProxyType({theme: _colours(names) for theme, names in raw["colours"].items()}),
        MappingProxyType({theme: Tints(**tints) for theme, tints in raw["tints"].items()}),
        MappingProxyType({theme: Strokes(**widths) for theme, widths in raw["strokes"].items()}),
        MappingProxyType({theme: _note_paints(paints) for theme, paints in raw["notes"].items()}),
        Sizes(**raw["sizes"]),
        Fonts(family=raw["fonts"]["family"], **faces),
    )


def _colours(names: dict[str, str]) -> Colours:
    return Colours(**{name: QColor(value) for name, value in names.items()})


def _note_paints(paints: dict[str, list[str]]) -> MappingProxyType[str, NotePaint]:
    return MappingProxyType({name: NotePaint(*map(QColor, pair)) for name, pair in paints.items()})


def field_names(of: type[Colours | Sizes | Fonts]) -> list[str]:
    return [field.name for field in fields(of)]
