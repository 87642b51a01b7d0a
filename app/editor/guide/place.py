"""Where an open campaign keeps its guide, if it has one: most have none, and load nothing for it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app import tasks
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editor.guide.guide import TemplateGuide
    from app.editor.page import EditorPage
    from app.window import MainWindow
    from engine.workspace.template import TemplateFile


class GuidePlace(QObject):
    """Attribute `guide`: None until the campaign's template is read, and where there is none."""

    def __init__(self, page: EditorPage, main: MainWindow) -> None:
        super().__init__(page)
        self._page, self._main = page, main
        self._ended = False
        self.guide: TemplateGuide | None = None

    def begin(self) -> None:
        """Read the campaign's template in the background, then show what is left to configure."""
        id = self._page.session.document.attributes.template
        if id is not None and not self._page.read_only:
            folder = self._page.session.workspace.templates_folder
            tasks.run(partial(_find, folder, id), self._on_read, self._main.show_error)

    def end(self) -> None:
        """Show nothing from now on: the campaign can only be looked at, or is closed."""
        self._ended = True
        if self.guide is not None:
            self.guide.end()
            self.guide = None

    @property
    def available(self) -> bool:
        """Whether the campaign has a guide that can be shown."""
        return self.guide is not None and self.guide.available

    def _on_read(self, template: TemplateFile | None) -> None:
        if template is None or self._ended:
            return
        from app.editor.guide.guide import TemplateGuide

        self.guide = TemplateGuide(self._page, self._main, template)
        if self._main.preferences.template_guide:
            self.guide.show()
        self._page.view.make_way(self.guide.window.covered)


def bring_back(main: MainWindow) -> None:
    """Undo "Don't show again": the guide shows at once where the open campaign has one, else from now on."""
    main.preferences.template_guide = True
    main.preferences.save()
    for page in main.editors:
        if page.guide.guide is not None:
            page.guide.guide.show()
    place = main.editor.guide if main.editor is not None else None
    if place is not None and place.guide is not None and place.available:
        place.guide.bring_back()
    else:
        main.toast.show_message(tr("The guide shows in campaigns that were made from a template."))


def _find(folder: Path, id: str) -> TemplateFile | None:
    from engine.workspace.template import find_template

    return find_template(folder, id)
