"""What can be done about problems of the open campaign at a click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from app.editor.session import EditorSession
from app.editor.unconfirmed import CODE as UNCONFIRMED
from engine.campaign.edits import Edit
from engine.campaign.fixes import Known, fix, fix_all, fixable_together
from engine.campaign.problem import Problem


class Fixing:
    """Cures of the session's problems; none while `may_edit` says no.

    Attribute `of_unconfirmed`: the cure of what only lacks the OK of its panel.
    """

    def __init__(self, session: EditorSession, may_edit: Callable[[], bool]) -> None:
        self._session = session
        self._may_edit = may_edit
        self.of_unconfirmed: Callable[[Problem], Edit | None] = lambda _problem: None

    def of(self, problem: Problem) -> Edit | None:
        """The edit that cures a problem, where there is an obvious one."""
        if not self._may_edit():
            return None
        if problem.code == UNCONFIRMED:
            return self.of_unconfirmed(problem)
        session = self._session
        names = session.workspace.other_campaign_names  # looks into a folder: not for each line of a list
        taken = names(session.document.attributes.id) if problem.code == "name_taken" else ()
        accounts = {id: (file.kind, file.name) for id, file in session.workspace.accounts.items()}
        return fix(session.document, problem, Known(datetime.now(UTC), taken, accounts))

    def together(self, problem: Problem) -> int:
        """How many problems of this one's kind may be cured in one go."""
        if not self._may_edit() or not fixable_together(problem.code):
            return 0
        return sum(other.code == problem.code for other in self._session.problems)

    def of_all_like(self, problem: Problem) -> Edit | None:
        """The edit that cures every problem of this one's kind."""
        if not self._may_edit():
            return None
        return fix_all(self._session.document, self._session.problems, problem.code)
