"""What a new campaign can start from: the templates that ship, and the workspace's own."""

from __future__ import annotations

from pathlib import Path

from app.campaign_list.gallery import Start
from engine.files import FileError
from engine.i18n import use_language
from engine.workspace.own_templates import OwnTemplate, own_templates
from engine.workspace.template import TemplateFile, instantiate, load_templates

_NAME = 50


def shipped_starts(language: str) -> list[Start]:
    """The templates that ship, with flows named in a language."""
    return [_start(template, language, None) for template in load_templates()[0]]


def own_starts(folder: Path, language: str) -> tuple[list[Start], list[FileError]]:
    """The workspace's own templates, and why others of its files cannot be read."""
    with use_language(language):  # may run in a thread of its own, which has none
        found, broken = own_templates(folder)
        return [_start(own.template, language, own) for own in found], broken


def _start(template: TemplateFile, language: str, own: OwnTemplate | None) -> Start:
    words = template.name.zh if language == "zh" else template.name.en
    # A campaign's name is shorter than what a file may call a template.
    name = words.strip()[:_NAME] or (own.path.name.partition(".")[0][:_NAME] if own is not None else "")
    description = template.description.zh if language == "zh" else template.description.en
    return Start(template.id, name, description, instantiate(template, name, language), own)
