"""The manual keeps in step: components, actions, benchmarks, links."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from app.actions import ACTIONS
from app.help.manual import anchor
from engine import i18n
from engine.components.base import Component
from engine.components.hints import form
from engine.components.registry import COMPONENTS

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").rglob("*.md")])


COMPONENT_PAGES = {"en": ROOT / "docs" / "components.md", "zh": ROOT / "docs" / "zh" / "components.md"}


def sections(language: str) -> dict[str, str]:
    """The components' sections by heading, as the page in a language has them."""
    text = COMPONENT_PAGES[language].read_text("utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.split("\n# ")[0] for part in parts[2::2]), strict=True))


@pytest.mark.parametrize("language", COMPONENT_PAGES)
@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_component_is_described_with_every_setting(kind: str, language: str) -> None:
    declared = COMPONENTS[kind]
    with i18n.use_language(language):
        label = i18n.tr(declared.label)
        shown = {i18n.tr(field.hint.label) for field in form(declared.Config) if field.hint.widget != "node"}
    assert set(re.findall(r"\*\*(.+?)\*\*", sections(language)[label])) == shown


@pytest.mark.parametrize("language", COMPONENT_PAGES)
def test_every_kind_runs_and_is_described(language: str) -> None:
    described = sections(language)
    for kind, declared in COMPONENTS.items():
        assert kind == "start" or type(declared).behaviour is not Component.behaviour
        with i18n.use_language(language):
            section = described[i18n.tr(declared.label)]
        assert [line for line in section.splitlines() if line and not line.startswith("|")], kind


ROOMS = (
    "app", "app/editor", "canvas_widgets", "canvas_widgets/gestures", "canvas_widgets/items",
    "engine/audience", "engine/campaign", "engine/channels", "engine/plan", "engine/report", "engine/run",
    "engine/server", "engine/store", "engine/workspace",
)  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_and_folder_of_a_room_is_named(room: str) -> None:
    _, rest = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split(f"| `{room}/` | |\n")
    table, _, _ = rest.partition("\n\n")
    named = [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.partition(" | ")[0])]
    modules = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    assert sorted(named) == sorted(modules | folders)


def anchors(page: Path) -> set[str]:
    """What links may name behind the # of a page: its headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {anchor(heading) for heading in headings}


def test_links_and_pictures_lead_somewhere() -> None:
    for page in PAGES:
        for target, place in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
            if "://" in target:
                continue
            file = page.parent / target if target else page
            assert file.exists(), f"{page.name}: {target}"
            assert not place or place in anchors(file), f"{page.name}: {target}#{place}"


def test_every_picture_is_shown_and_small() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    pictures = sorted((ROOT / "docs" / "pictures").rglob("*.png"))
    assert [picture.name for picture in pictures if picture.name not in text] == []
    assert sum(picture.stat().st_size for picture in pictures) < 10_000_000


def test_shortcuts_that_pages_name_exist() -> None:
    known = {spec.shortcut for spec in ACTIONS} | {"Ctrl+C"}
    for page in PAGES:
        text = page.read_text("utf-8")
        for keys in re.findall(r"\b(?:Ctrl|Alt|Shift)\+(?:\w+\+)*(?:\w+|[.,/])|\bF\d+\b", text, re.ASCII):
            assert keys in known, f"{page.name}: {keys}"


def test_every_benchmark_is_described() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    for path in (ROOT / "benchmarks").glob("[a-z]*.py"):
        assert f"`{path.stem}`" in text


def test_the_pictures_can_be_taken_anew() -> None:
    """The script is not run here, but it knows every kind, and what it imports is there."""
    pictures = importlib.import_module("docs.take_pictures")
    assert set(pictures.SHOWN) <= set(pictures.CONFIGS)
    assert set(pictures.CONFIGS) == {kind for kind in COMPONENTS if kind != "start"}
