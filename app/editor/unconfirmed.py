"""Components whose panels hold what was not confirmed: problems tell of that, not of what OK would cure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.panels.judging import edit_of, errors_of
from engine.campaign.edits import Edit
from engine.campaign.problem import Problem, Severity
from engine.i18n import Message

if TYPE_CHECKING:
    from app.editor.page import EditorPage

CODE = "unconfirmed"
_REST_MS = 200  # after a change in a panel


class Unconfirmed:
    """Amends the session's problems, and cures those of its own kind. Publishing confirms nothing itself."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page
        self._rest = QTimer(page, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(page.session.amend)
        page.session.amended = self.amended
        page.problems.fixing.of_unconfirmed = self.cure
        page.panel.unapplied_changed.connect(self._rest.start)

    def names(self) -> list[str]:
        """The components whose panels hold what was not confirmed with OK."""
        page = self._page
        return [page.session.document.node(node_id).name for node_id in page.panel.unapplied()]

    def amended(self, problems: Iterable[Problem]) -> list[Problem]:
        """The problems, where a component lacks nothing but the OK with that one instead of its others."""
        document, workspace = self._page.session.document, self._page.session.workspace
        inputs = self._page.panel.inputs()
        waiting = {
            id
            for id, input in inputs.items()
            if input.name.strip() and not errors_of(document, id, input, workspace)
        }
        found: list[Problem] = []
        told: set[str] = set()
        for problem in problems:
            if problem.code != "unconfigured" or problem.node not in waiting:
                found.append(problem)
            elif problem.node not in told:
                told.add(problem.node)
                found.append(_problem(problem.node, document.node(problem.node).name))
        return found

    def cure(self, problem: Problem) -> Edit | None:
        """What OK in the component's panel would do."""
        input = self._page.panel.inputs().get(problem.node or "")
        if input is None or problem.node is None:
            return None
        edit = edit_of(self._page.session.document, problem.node, input)
        return None if edit is None else edit._replace(label=Message("Confirm with OK"))


def _problem(node_id: str, name: str) -> Problem:
    reason = Message("It is not confirmed: what stands in its panel waits for OK.")
    return Problem(CODE, Severity.ERROR, Message("{name}: {reason}", name=name, reason=reason), node=node_id)
