"""What compares a second rehearsal with the one on the canvas of a page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from app import tasks
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.ordering import Span, order_of
from app.rehearsing.sides import CampaignState, CampaignStates, Side
from engine import i18n

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.rehearsing.comparison_window import ComparisonWindow
    from app.rehearsing.rehearsing import Rehearsing
    from app.window import MainWindow
    from engine.commands.rehearsal_lines import Order


class Comparing:
    """Of one page. Attribute `windows`: the comparisons that are open."""

    def __init__(self, page: EditorPage, window: MainWindow, rehearsing: Rehearsing) -> None:
        self._page, self._window, self._rehearsing = page, window, rehearsing
        self.windows: list[ComparisonWindow] = []

    def open(self) -> None:
        """Ask what is to be compared."""
        from app.rehearsing.comparison_dialog import ComparisonDialog

        first = self._rehearsing.first
        if first is not None:
            states = CampaignStates(self._page, self._window)
            workspace = self._page.session.workspace
            confirmed = partial(self.begin, first)
            ComparisonDialog(self._window, self._window.look, first, states, workspace, confirmed).open()

    def begin(self, first: Side, state: CampaignState, choice: RehearsalChoice, span: Span | None) -> None:
        """Rehearse a second time, in a window that then compares both."""
        from app.rehearsing.comparison_window import ComparisonWindow

        page = self._page
        if page.session.closed:
            return
        process = self._rehearsing.make_process(self._window)
        found = ComparisonWindow(self._window, page.session.workspace, first, state, choice, process)
        self.windows.append(found)
        found.finished.connect(lambda _result: self.windows.remove(found))
        found.show()
        language = cast("Literal['en', 'zh']", i18n.current_language())
        work = partial(
            order_of,
            choice,
            state.document,
            page.session.workspace,
            language,
            published=state.published,
            span=span,
        )
        tasks.run(work, partial(_carry_out, found), found.fail)

    def end(self) -> None:
        """The page goes."""
        for window in list(self.windows):
            window.close()


def _carry_out(window: ComparisonWindow, order: Order) -> None:
    if window.open_:
        window.carry_out(order)
