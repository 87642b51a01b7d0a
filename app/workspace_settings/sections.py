"""The table of sections, in the order of the list. A page is made when its section is first shown."""

from __future__ import annotations

from app.workspace_settings.section import Section

# fmt: off
SECTIONS: tuple[Section, ...] = (
)
# fmt: on
