# ruff: noqa: E501 - a table reads best with one row a line
"""What a user can do with audiences: rows of the table of actions. The place itself is loaded when it is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions.spec import ActionSpec, Place
from engine.i18n import N_

if TYPE_CHECKING:
    from app.audiences.audience import AudienceView
    from app.audiences.page import AudiencesPage
    from app.audiences.rows import Row
    from app.window import MainWindow

_AUDIENCES = Place.AUDIENCES


def _page(window: MainWindow) -> AudiencesPage | None:
    """The place, while it is on show."""
    page = window.navigation.shown("audiences")
    if page is None:
        return None
    from app.audiences.page import AudiencesPage

    assert isinstance(page, AudiencesPage)
    return page


def _go(window: MainWindow) -> AudiencesPage:
    window.navigation.go("audiences")
    page = _page(window)
    assert page is not None
    return page


def _has_workspace(window: MainWindow) -> bool:
    return window.workspace is not None


def _row(window: MainWindow) -> Row | None:
    """The audience at hand: the one that is open, else the selected one."""
    page = _page(window)
    return None if page is None else page.at_hand()


def _at_hand(window: MainWindow) -> bool:
    return _row(window) is not None


def _with_rule(window: MainWindow) -> bool:
    row = _row(window)
    return row is not None and row.file.cards is not None


def _listed(window: MainWindow) -> bool:
    page = _page(window)
    return page is not None and page.open_view is None and _at_hand(window)


def _view(window: MainWindow) -> AudienceView | None:
    page = _page(window)
    return None if page is None else page.open_view


def _edited(window: MainWindow) -> bool:
    return _view(window) is not None


def _on_row(work: Callable[[AudiencesPage, Row], object]) -> Callable[[MainWindow], None]:
    def run(window: MainWindow) -> None:
        page, row = _page(window), _row(window)
        if page is not None and row is not None:
            work(page, row)

    return run


def _on_view(work: Callable[[AudienceView], object]) -> Callable[[MainWindow], None]:
    def run(window: MainWindow) -> None:
        if (view := _view(window)) is not None:
            work(view)

    return run


# fmt: off
AUDIENCE_ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("audience.new", N_("New audience"), "Ctrl+Alt+A", _AUDIENCES, lambda w: _go(w).new(), _has_workspace, "users-plus", also=N_("segment, people, rule")),
    ActionSpec("audience.new_list", N_("New list of people"), "Ctrl+Alt+Shift+L", _AUDIENCES, lambda w: _go(w).new_list(), _has_workspace, "list", also=N_("upload, CSV, ids")),
    ActionSpec("audience.open", N_("Open audience"), "Ctrl+Alt+Shift+O", _AUDIENCES, _on_row(lambda page, row: page.show_object(row.file.id)), _listed, "pencil"),
    ActionSpec("audience.back", N_("Back to all audiences"), "Ctrl+Alt+Shift+B", _AUDIENCES, _on_view(lambda view: view.leave()), _edited, "arrow-left"),
    ActionSpec("audience.save", N_("Save audience"), "Ctrl+Alt+Shift+W", _AUDIENCES, _on_view(lambda view: view.save()), _edited),
    ActionSpec("audience.undo", N_("Undo in the audience"), "Ctrl+Alt+Z", _AUDIENCES, _on_view(lambda view: view.undo()), _edited, "arrow-back-up"),
    ActionSpec("audience.redo", N_("Redo in the audience"), "Ctrl+Alt+Y", _AUDIENCES, _on_view(lambda view: view.redo()), _edited, "arrow-forward-up"),
    ActionSpec("audience.update", N_("Update audience now"), "Ctrl+F5", _AUDIENCES, _on_row(lambda page, row: page.update_at_hand(row)), _with_rule, "refresh", also=N_("count, members, refresh")),
    ActionSpec("audience.rename", N_("Rename audience"), "Ctrl+Alt+F2", _AUDIENCES, _on_row(lambda page, row: page.rename(row)), _at_hand, "pencil"),
    ActionSpec("audience.copy", N_("Copy audience"), "Ctrl+Alt+Shift+Y", _AUDIENCES, _on_row(lambda page, row: page.copy(row)), _at_hand, "copy", also=N_("duplicate, clone")),
    ActionSpec("audience.delete", N_("Delete audience…"), "Ctrl+Alt+Shift+X", _AUDIENCES, _on_row(lambda page, row: page.delete(row)), _at_hand, "trash", also=N_("remove, erase")),
    ActionSpec("audience.rfm", N_("RFM models"), "Ctrl+Alt+Shift+1", _AUDIENCES, lambda w: _go(w).show_definitions("rfm"), _has_workspace, "layout-grid", also=N_("recency, frequency, money")),
    ActionSpec("audience.aipl", N_("AIPL stages…"), "Ctrl+Alt+Shift+2", _AUDIENCES, lambda w: _go(w).show_definitions("aipl"), _has_workspace, "sitemap", also=N_("awareness, interest, purchase, loyalty")),
    ActionSpec("audience.tables", N_("Statistics tables"), "Ctrl+Alt+Shift+3", _AUDIENCES, lambda w: _go(w).show_definitions("tables"), _has_workspace, "database", also=N_("metrics, figures, dimensions")),
)
# fmt: on
