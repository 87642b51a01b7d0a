"""What the editor does with the problems of its campaign: shows them, goes to them, cures them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.editor.problems import by_node, node_of
from engine.campaign.problem import Problem
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class Findings:
    """Keeps the page's list of problems, its badge and its red dots in step with the session."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window
        page.session.problems_changed.connect(self.show)
        page.bar.problems_asked.connect(self.toggle)
        page.problems.chosen.connect(self.jump)
        page.problems.fix_asked.connect(page.push)
        page.problems.closed.connect(page.view.setFocus)

    def show(self) -> None:
        """Show what the session found, wherever it is shown."""
        page, problems = self._page, self._page.session.problems
        page.bar.show_problems(problems)
        page.problems.show_problems(problems)
        page.scene.stage.findings = by_node(problems)
        page.outline.refresh()
        if self._window.actions_["editor.fix"].isEnabled() != bool(problems):
            self._window.actions_.refresh()

    def toggle(self) -> None:
        if self._page.problems.isVisible():
            self._page.problems.close_drawer()
        else:
            self.open()

    def open(self) -> None:
        """Open the list of problems."""
        self._page.tests.drawer.hide()  # one drawer at a time
        self._page.session.check(self._page.problems.open_drawer)

    def step(self, by: int = 1) -> None:
        """Go to the next (1) or the previous (-1) problem, and to what it is about."""
        self._page.session.check(lambda: self._page.problems.step(by))

    def jump(self, problem: Problem) -> None:
        """Select the problem's component, show it in the middle, and open its panel."""
        page = self._page
        node_id = node_of(problem, page.session.document)
        if node_id is None:
            page.edit_attributes()
            return
        if node_id not in page.scene.cards:  # the canvas is still being filled
            page.scene.loaded.connect(partial(self.jump, problem))
            return
        page.show_node(node_id)
        page.panel.show_problem(problem.field)

    def fix(self) -> None:
        """Cure the current problem; shows the problems first where they are not on show."""
        if self._page.problems.isHidden():
            self.open()
        elif not self._page.problems.ask_fix():
            self._page.say(tr("Nobody but you can decide this: go to its place and choose."))

    def fix_all(self) -> None:
        """Cure everything of the current problem's kind."""
        if self._page.problems.isHidden():
            self.open()
        elif not self._page.problems.ask_fix_all():
            self._page.say(tr("These are better looked at one by one."))
