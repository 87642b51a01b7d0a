"""What a new campaign can start from: the templates that ship, and the workspace's own."""

from __future__ import annotations

from app.campaign_list.gallery import Start
from engine.campaign.document import CampaignDocument
from engine.files import FileError
from engine.i18n import current_language
from engine.workspace.template import SHIPPED, instantiate, load_templates
from engine.workspace.workspace import Workspace


def starts(workspace: Workspace) -> tuple[list[Start], list[FileError]]:
    """Every readable template in the current language, and why others cannot be read."""
    found: list[Start] = []
    broken: list[FileError] = []
    language = current_language()
    for folder in (SHIPPED, workspace.folder / "templates"):
        templates, errors = load_templates(folder)
        broken += errors
        for template in templates:
            document: CampaignDocument = instantiate(template, template.name.text[:50], language)
            found.append(Start(template.id, template.name.text, template.description.text, document))
    return found, broken
