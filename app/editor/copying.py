"""What the actions for copying and pasting do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.editor import clipboard
from app.widgets.toast import Tone
from engine.campaign import edits
from engine.campaign.clip import Clip, NotCopied, copy_behind, copy_nodes
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Pasting
from engine.campaign.ops import Table
from engine.files import FileError
from engine.i18n import Message, ntr, tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class CopyCommands:
    """Each works on what is selected, and says why where it cannot."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window

    def copy(self) -> None:
        """Copy what is selected."""
        document, chosen = self._page.session.document, self._page.scene.selection
        self._tell_copied(self._put(lambda: copy_nodes(document, chosen)))

    def copy_behind(self) -> None:
        """Copy the selected component with everything behind it."""
        if (node_id := self._page.scene.selected_node) is not None:
            self._tell_copied(self._put(lambda: copy_behind(self._page.session.document, node_id)))

    def copy_from_card(self, node_id: str, everything: bool) -> None:
        """Copy a component (or it with everything behind it), and offer at once where the copy may go."""
        document = self._page.session.document
        clip = self._put(
            lambda: copy_behind(document, node_id) if everything else copy_nodes(document, [node_id])
        )
        if clip is None:
            return
        why_not = None if self._page.read_only else self._page.view.pasting.begin(clip, near=node_id)
        if self._page.read_only or why_not is not None:
            self._tell_copied(clip, why_not)

    def cut(self) -> None:
        """Copy what a deletion would take, and delete it: nothing is lost, so nothing is asked."""
        document, chosen = self._page.session.document, self._page.scene.selection
        lost = edits.doomed_together(document, chosen) or set(chosen)
        edit = self._page.commands.made(lambda: _deletion(document, sorted(chosen)))
        clip = None if edit is None else self._put(lambda: copy_nodes(document, lost))
        if edit is not None and clip is not None:
            self._page.push(edit)
            self._tell_copied(clip)

    def paste(self) -> None:
        """Paste behind the selected component, or where there is just one place; else show all places."""
        try:
            clip = clipboard.get()
        except NotCopied as refused:
            self._page.say(refused.message)
            return
        except FileError:  # its line and field mean nothing to who only pressed Ctrl+V
            self._page.say(tr("What lies in the clipboard is damaged. Copy it again."))
            return
        if clip is None:
            self._page.say(tr("There is nothing to paste. Copy a component first."))
            return
        document, near = self._page.session.document, self._page.scene.selected_node
        if (asked := self._page.menus.link_id) is not None:
            self._page.commands.push_or_say(lambda: edits.paste(document, asked, clip))
            return
        place = _place(Pasting(document, clip).places(), self._page, near)
        if place is not None:
            self._page.commands.push_or_say(lambda: edits.paste(document, place, clip))
        elif (why_not := self._page.view.pasting.begin(clip, near)) is not None:
            self._page.say(why_not)

    def _put(self, make: Callable[[], Clip]) -> Clip | None:
        try:
            clip = make()
        except NotCopied as refused:
            self._page.say(refused.message)
            return None
        clipboard.put(clip)
        return clip

    def _tell_copied(self, clip: Clip | None, why_not: Message | None = None) -> None:
        if clip is None:
            return
        count = len(clip.flow.nodes)
        copied = ntr("Copied {n} component.", "Copied {n} components.", count)
        keys = self._window.actions_.keys("editor.paste")
        how = (
            tr("{keys} pastes, also into another campaign.", keys=keys)
            if why_not is None
            else tr("Nothing here takes it: {reason}", reason=why_not)
        )
        tone: Tone = "ok" if why_not is None else "warn"
        self._window.toast.show_message(tr("{copied} {how}", copied=copied, how=how), tone=tone)


def _deletion(document: CampaignDocument, chosen: list[str]) -> Edit:
    """The deletion as the step of undo that it is part of. Raises `Refused`."""
    if len(chosen) == 1:
        label = Message("Cut {name}", name=document.node(chosen[0]).name)
        return edits.delete_behind(document, chosen[0])._replace(label=label)
    edit = edits.delete_several(document, chosen)
    count = sum(op.table is Table.NODES for op in edit.ops)
    return edit._replace(label=Message("Cut {count} components", count=count))


def _place(places: list[str], page: EditorPage, near: str | None) -> str | None:
    """The line that is meant without a question: the selected component's open end, else its first line."""
    document = page.session.document
    if near is None:
        return places[0] if len(places) == 1 else None
    behind = [link_id for link_id in document.out_links(near) if link_id in set(places)]
    ends = [link_id for link_id in behind if document.links[link_id].target is None]
    if len(ends) > 1:
        return None
    return next(iter(ends or behind), None)
