"""The template guide: what is left to configure, and how, in a campaign that came from a template."""

from app.editor.guide.place import GuidePlace, bring_back

__all__ = ["GuidePlace", "bring_back"]
