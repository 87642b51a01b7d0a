"""What a user can do with reports: rows of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.spec import ActionSpec, Context, Place
from engine.i18n import N_

if TYPE_CHECKING:
    from app.window import MainWindow


def at_hand(window: MainWindow) -> str | None:
    """The id of the campaign at hand, where it has been published to the engine."""
    if window.editor is not None:
        id = window.editor.session.document.attributes.id
    elif window.list_shown and (row := window.list_page.selected()) is not None:
        id = row.id
    else:
        return None
    return id if window.service is not None and id in window.service.runs else None


def _has_run(window: MainWindow) -> bool:
    return at_hand(window) is not None


def show_report(window: MainWindow) -> None:
    """Open the report of the campaign at hand."""
    from app.reports.window import ReportWindow

    if (id := at_hand(window)) is not None:
        ReportWindow(window, id).show()


def _any_has_run(window: MainWindow) -> bool:
    return window.service is not None and bool(window.service.runs)


def compare_campaigns(window: MainWindow) -> None:
    """Put campaigns side by side, the one at hand among them."""
    from app.reports.comparison_window import ComparisonOfCampaigns

    ComparisonOfCampaigns(window, at_hand(window)).show()


def ask_why(window: MainWindow) -> None:
    """Ask about a person, and the selected component where there is one."""
    from app.reports.why import WhyDialog

    if (id := at_hand(window)) is None:
        return
    selected = () if window.editor is None else window.editor.scene.selection
    node = next(iter(selected)) if len(selected) == 1 else None
    WhyDialog(window, id, node=node).open()


REPORT_ACTIONS = (
    ActionSpec(
        "run.report",
        N_("Report"),
        "Ctrl+Shift+Y",
        Place.RUN,
        show_report,
        _has_run,
        "activity",
        also=N_("statistics, funnel, numbers, results, analysis, A/B, export"),
    ),
    ActionSpec(
        "run.compare",
        N_("Compare campaigns…"),
        "Ctrl+Alt+M",
        Place.RUN,
        compare_campaigns,
        _any_has_run,
        "a-b",
        also=N_("side by side, report, benchmark, A/B"),
    ),
    ActionSpec(
        "run.why",
        N_("Why did they get this?…"),
        "Ctrl+Alt+J",
        Place.RUN,
        ask_why,
        _has_run,
        "help",
        context=Context.CARD,
        also=N_("why not, explain, reason, person"),
    ),
)
