"""What the actions for lines do: lead an open one, add another, cut one; without the mouse, too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from app.command_palette import Entry, Picker
from app.widgets.ask import Choice, Question, ask
from canvas_widgets.gestures.adding import place_words
from canvas_widgets.matching import in_every_language
from engine.campaign import edits
from engine.campaign.edits import Leading
from engine.components.base import Port
from engine.components.registry import component
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow

T = TypeVar("T")


class LineCommands:
    """Each works on the selected component, asks where several lines may be meant, and says why not."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window

    def ask_cut(self, link_id: str) -> Question | None:
        """Cut a line; asks first, saying how many components go, where any does."""
        document = self._page.session.document
        edit = self._page.commands.made(lambda: edits.cut(document, link_id))
        if edit is None:
            return None
        count = len(edits.stranded(document, {link_id}))
        if not count:
            self._page.push(edit)
            return None
        text = ntr(
            "{n} component that only this line leads to goes with it.",
            "{n} components that only this line leads to go with it.",
            count,
        )
        title = tr("Cut the line to “{name}”?", name=document.node(document.links[link_id].target or "").name)
        return ask(self._page, title, text, Choice(tr("Cut"), lambda: self._page.push(edit), "danger"))

    def open_lines(self) -> list[str]:
        """The open lines behind the selected component; in the menu of a line, that one."""
        if (asked := self._page.menus.link_id) is not None:
            link = self._page.session.document.links.get(asked)
            return [asked] if link is not None and link.target is None else []
        document, selected = self._page.session.document, self._page.scene.selected_node
        links = document.out_links(selected) if selected is not None else []
        return [link_id for link_id in links if document.links[link_id].target is None]

    def growable(self) -> list[Port]:
        """The ports of the selected component that another line may leave."""
        selected = self._page.scene.selected_node
        return [] if selected is None else edits.growable(self._page.session.document, selected)

    def cuttable(self) -> list[str]:
        """The lines into the selected component, and open ones behind it, that scissors cut.

        In the menu of a line, that one.
        """
        document, selected = self._page.session.document, self._page.scene.selected_node
        if (asked := self._page.menus.link_id) is not None:
            taken = asked in document.links and edits.why_uncut(document, asked) is None
            return [asked] if taken else []
        links = [*document.in_links(selected), *self.open_lines()] if selected is not None else []
        return [link_id for link_id in links if edits.why_uncut(document, link_id) is None]

    def lead(self) -> None:
        """Choose where the open line behind the selected component leads."""
        self._one(self.open_lines(), self._place, tr("Lead which line?"), self._lead)

    def add(self) -> None:
        """Add another line with an open end behind the selected component."""
        selected = self._page.scene.selected_node
        assert selected is not None

        def grow(port: Port) -> None:
            self._page.commands.push_or_say(
                lambda: edits.grow(self._page.session.document, selected, port.name)
            )

        self._one(
            self.growable(), lambda port: str(port.label or ""), tr("Another line for which branch?"), grow
        )

    def cut(self) -> None:
        """Cut the line in front of the selected component."""
        self._one(self.cuttable(), self._place, tr("Cut which line?"), self.ask_cut)

    def _lead(self, link_id: str) -> None:
        document = self._page.session.document
        link = document.links[link_id]
        targets = Leading(document, link.source, link.port).targets()
        if not targets:
            self._page.say(tr("There is no other component that this line may lead to."))
            return
        order = sorted(targets, key=lambda node_id: self._page.scene.place(node_id))

        def join(node_id: str) -> None:
            self._page.commands.push_or_say(lambda: edits.join(document, link_id, node_id))

        entries = (self._target_entry(node_id, partial(join, node_id)) for node_id in order)
        self._pick(entries, tr("Lead the line to…"))

    def _target_entry(self, node_id: str, run: Callable[[], None]) -> Entry:
        node = self._page.session.document.node(node_id)
        declared = component(node.kind)
        kinds = in_every_language(declared.label)
        return Entry(
            id=node_id,
            text=node.name,
            names=(node.name,),
            also=kinds,
            section=tr(declared.label),
            icon=declared.icon,
            run=run,
            colour=declared.colour,
        )

    def _one(
        self, candidates: Sequence[T], words: Callable[[T], str], title: str, then: Callable[[T], object]
    ) -> None:
        """Go on with the only candidate, or with the one that is picked."""
        if len(candidates) == 1:
            then(candidates[0])
        elif candidates:
            texts = [words(candidate) for candidate in candidates]
            self._pick(
                [
                    Entry(str(index), text, (text,), (), "", "route", partial(then, candidate))
                    for index, (candidate, text) in enumerate(zip(candidates, texts, strict=True))
                ],
                title,
            )

    def _pick(self, entries: Iterable[Entry], title: str) -> None:
        Picker(self._window, list(entries), title).begin()

    def _place(self, link_id: str) -> str:
        """Where a line is, in words."""
        behind, before = place_words(self._page.session.document, link_id)
        return behind if before else tr("Open line: {place}", place=behind)
