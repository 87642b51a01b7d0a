"""What the actions of the editor do to the campaign and to how it is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.editor import areas
from app.widgets.ask import Choice, Question, ask
from engine.campaign import edits
from engine.campaign.edits import Edit, Refused
from engine.campaign.model import START_ID
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage


class EditorCommands:
    """One method an action; each works on what is selected, and says why where it cannot."""

    def __init__(self, page: EditorPage) -> None:
        self._page = page

    def add_ends(self) -> None:
        self.push_or_say(lambda: edits.end_open_links(self._page.session.document))

    def undo(self) -> None:
        self._page.session.undo_stack.undo()

    def redo(self) -> None:
        self._page.session.undo_stack.redo()

    def fit(self) -> None:
        self._page.showing.fit()

    def zoom_in(self) -> None:
        self._page.view.zoom_in()

    def zoom_out(self) -> None:
        self._page.view.zoom_out()

    def zoom_reset(self) -> None:
        self._page.view.zoom_to(1.0)

    def next_area(self, by: int) -> None:
        """From the palette or outline to the canvas, the problems or tests, the panel and the top bar."""
        page = self._page
        below = page.problems, page.tests.drawer
        areas.step((page.side_bar, page.view, *below, page.panel, page.bar), by)

    def focus_palette(self) -> None:
        self._page.side_bar.show_tab("components")
        self._page.palette_.focus_search()

    def toggle_outline(self) -> None:
        """Go to the outline; from there back to the components and the canvas."""
        page = self._page
        if page.outline.hasFocus():
            page.side_bar.show_tab("components")
            page.view.setFocus()
        else:
            page.side_bar.show_tab("outline")
            page.outline.setFocus()

    def rename_selected(self) -> None:
        """Edit the selected component's name in its row of the outline."""
        node_id = self._page.scene.selected_node
        if node_id is not None:
            self._page.side_bar.show_tab("outline")
            self._page.outline.rename(node_id)

    def add_in_front(self) -> None:
        """Offer what can be inserted on the lines in front of the selected card, by typing."""
        document, node_id = self._page.session.document, self._page.scene.selected_node
        links = [] if node_id is None else document.in_links(node_id)
        taking = [link_id for link_id in links if edits.admissible(document, link_id)]
        if taking:
            self._page.view.setFocus()
            self._page.view.adding.open(taking)
        else:
            self._page.say(tr("Nothing can be inserted in front of this."))

    def add_kind(self, kind: str) -> None:
        """Add a component behind the selected one: at its first open end, else on its first line."""
        document = self._page.session.document
        links = self._links_behind()
        if not links:
            self._page.say(tr("Nothing can follow here. Select the component to add it behind."))
            return
        chosen = next((link_id for link_id in links if kind in edits.admissible(document, link_id)), links[0])
        self.push_or_say(lambda: edits.insert(document, chosen, kind))
        self._page.view.setFocus()

    def _links_behind(self) -> list[str]:
        """Where to add: at the selected card's lines, open ones first, or at any open end."""
        document, selected = self._page.session.document, self._page.scene.selected_node
        links = document.out_links(selected) if selected is not None else self._page.session.open_links()
        return sorted(links, key=lambda link_id: document.links[link_id].target is not None)

    def delete_selected(self) -> Question | None:
        if self._page.view.holding.held:  # in the middle of a gesture
            return None
        nodes, notes = self._page.scene.chosen
        if len(nodes) > 1 or notes:
            return self._ask_delete_several(nodes - {START_ID}, notes)
        node_id = self._page.selecting.deletable_node()
        return self.ask_delete(node_id) if node_id is not None else None

    def _ask_delete_several(self, node_ids: frozenset[str], note_ids: frozenset[str]) -> Question | None:
        """Ask, saying how many components go with the selected ones, then delete. Start stays."""
        document = self._page.session.document
        edit = self.made(lambda: edits.delete_several(document, node_ids))
        if edit is None:
            return None
        edit = edit._replace(ops=edit.ops + edits.delete_notes(document, note_ids).ops)
        more = len(edits.doomed_together(document, node_ids) - node_ids)
        title = ntr("Delete {n:,} component?", "Delete {n:,} components?", len(node_ids))
        text = (
            ntr(
                "{n:,} component behind them, which nothing else leads to, goes too.",
                "{n:,} components behind them, which nothing else leads to, go too.",
                more,
            )
            if more
            else tr("Nothing else stands behind them.")
        )
        if note_ids:
            said = ntr("{n:,} note goes, too.", "{n:,} notes go, too.", len(note_ids))
            text = tr("{one} {other}", one=text, other=said)
        return ask(self._page, title, text, Choice(tr("Delete"), lambda: self._page.push(edit), "danger"))

    def ask_delete(self, node_id: str) -> Question | None:
        """Ask, saying how many components go, then delete."""
        document = self._page.session.document
        edit = self.made(lambda: edits.delete_behind(document, node_id))
        if edit is None:
            return None
        count = len(edits.doomed(document, node_id)) - 1
        name = document.node(node_id).name
        text = (
            ntr(
                "{n} component behind it, which nothing else leads to, goes too.",
                "{n} components behind it, which nothing else leads to, go too.",
                count,
            )
            if count
            else tr("Nothing stands behind it.")
        )
        title = tr("Delete “{name}”?", name=name)
        choice = Choice(tr("Delete"), lambda: self._page.push(edit), "danger")
        return ask(self._page, title, text, choice)

    def take_out(self) -> Question | None:
        """Delete the selected component alone: its lines lead on. Asks where other branches of it go, too."""
        node_id = self._page.selecting.deletable_node()
        if node_id is None:
            return None
        document = self._page.session.document
        edit = self.made(lambda: edits.take_out(document, node_id))
        if edit is None:
            return None
        lost = len(edits.lost_without(document, node_id))
        if not lost:
            self._page.push(edit)
            return None
        title = tr("Take out “{name}”?", name=document.node(node_id).name)
        text = ntr(
            "{n} component that only its other branches lead to goes, too.",
            "{n} components that only its other branches lead to go, too.",
            lost,
        )
        return ask(self._page, title, text, Choice(tr("Take out"), lambda: self._page.push(edit), "danger"))

    def push_or_say(self, make: Callable[[], Edit]) -> None:
        """Push an edit, or say why it is refused."""
        if (edit := self.made(make)) is not None:
            self._page.push(edit)

    def made(self, make: Callable[[], Edit]) -> Edit | None:
        """The edit; None where it is refused, and says why."""
        try:
            return make()
        except Refused as refused:
            self._page.say(refused.message)
            return None

    def add(self) -> None:
        """Offer what can be added behind the selected card, or on the line of a menu, by typing."""
        self._page.view.setFocus()
        if (link_id := self._page.menus.link_id) is not None:
            self._page.view.adding.open([link_id], make_room=False)
        elif not self._page.view.adding.open_behind():
            self._page.say(tr("Nothing can follow here. Select the component to add it behind."))
