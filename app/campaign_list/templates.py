"""What a new campaign can start from: the templates that ship, and the workspace's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.campaign_list.gallery import Start
from engine.files import FileError
from engine.i18n import use_language
from engine.workspace.own_templates import own_templates
from engine.workspace.template import SHIPPED, TemplateFile, instantiate, load_templates

_NAME = 50


def shipped_starts(language: str) -> list[Start]:
    """The templates that ship, with flows named in a language."""
    return [start_of(template, language, SHIPPED) for template in load_templates()[0]]


def own_starts(folder: Path, language: str) -> tuple[list[Start], list[FileError]]:
    """The workspace's own templates, and why others of its files cannot be read."""
    with use_language(language):  # may run in a thread of its own, which has none
        found, broken = own_templates(folder)
        starts = [replace(start_of(own.template, language, own.path), own=own) for own in found]
        return starts, broken


def start_of(template: TemplateFile, language: str, path: Path) -> Start:
    """A template as a start, under a name that a campaign may have."""
    name = template.name.in_language(language).strip()[:_NAME] or path.name.partition(".")[0][:_NAME]
    description = template.description.in_language(language)
    return Start(template.id, name, description, instantiate(template, name, language))
