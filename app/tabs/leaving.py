"""Before campaigns are left of which something would be lost: all of it is named, and asked about.

A yes holds for what it was said of. Between it and the moment when things are closed, a workspace may have to
be read or an engine to answer, and the window goes on: what was done since is asked about again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from app.widgets.ask import Choice, Question, ask
from engine.i18n import listed, ntr, quoted, tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow

Stake = Mapping[str, object]
"""What would be lost with one thing that is closed: by what it is, in a form that tells whether it is still
the same."""
Agreed = Mapping[object, Stake]
"""What may be lost, by campaign page or place."""
NOTHING: Agreed = {}


def at_stake(page: EditorPage) -> Stake:
    """What would be lost with a campaign."""
    if page.read_only:
        return {}
    found: dict[str, object] = dict(page.panel.inputs())
    if page.session.dirty:
        found["/draft"] = page.session.changes  # no component's id
    if page.view.notes.changed:
        found["/note"] = (page.view.notes.written, page.view.notes.editor.text)
    return found


def is_agreed(agreed: Agreed, thing: object, stake: Stake) -> bool:
    """Whether nothing would be lost of it but what may be."""
    return stake.items() <= agreed.get(thing, {}).items()


class Leaving:
    """Asks whether everything may be closed: places of the workspace, and open campaigns."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def ask(self, then: Callable[[Agreed], object], agreed: Agreed = NOTHING) -> None:
        """Call `then` with what may be lost as things are; ask first about all that is not `agreed` yet."""
        window = self._window

        def go_on() -> None:
            places = window.navigation.at_stake()
            then({**places, **{page: at_stake(page) for page in window.editors}})

        campaigns = partial(window.open_campaigns.leave_all, go_on, agreed)
        window.navigation.leave_all(campaigns, agreed)


def ask_to_leave(
    window: MainWindow,
    pages: Sequence[EditorPage],
    leave: Callable[[], object],
    save: Callable[[], object],
) -> Question:
    """Ask what becomes of these campaigns, all with something unsaved.

    `leave` drops it; `save` saves the drafts and leaves. Input that was not confirmed is in no draft: where
    there is some, staying comes first, and goes to it.
    """
    changed = [page for page in pages if page.changed]
    waiting = [page for page in pages if page.panel.unapplied()]
    choices = [Choice(tr("Leave without saving"), leave, "")]
    if not changed:
        choices = [Choice(tr("Drop it and leave"), leave, "danger")]
    elif waiting:
        choices.append(Choice(tr("Save the rest and leave"), save))
    else:
        only_one = len(changed) == 1
        choices.append(Choice(tr("Save draft and leave") if only_one else tr("Save all and leave"), save))
    text = "\n\n".join(part for part in (_of_changes(changed), _of_input(waiting)) if part)
    question = ask(window, tr("Leave without saving?"), text, *choices)
    if waiting:
        question.cancel.setText(tr("Stay"))
        question.cancel.setDefault(True)
        question.cancel.setFocus()
        question.rejected.connect(partial(_show_input, window, waiting[0]))
    return question


def _of_changes(pages: Sequence[EditorPage]) -> str:
    """Whose drafts are not saved."""
    names = [page.session.document.attributes.name for page in pages]
    if not pages:
        return ""
    if len(pages) == 1:
        return tr(
            "“{name}” has changes that are not saved. If you leave now, nothing is saved.", name=names[0]
        )
    return ntr(
        "{n} campaign has changes that are not saved: {names}. If you leave now, nothing is saved.",
        "{n} campaigns have changes that are not saved: {names}. If you leave now, nothing is saved.",
        len(pages),
        names=quoted(names),
    )


def _of_input(pages: Sequence[EditorPage]) -> str:
    """Which components hold input that saving leaves out, campaign by campaign."""
    if not pages:
        return ""
    head = tr("Entered, but not confirmed with OK, and so not part of any draft:")
    lines = []
    for page in pages:
        document = page.session.document
        names = listed(document.node(id).name for id in page.panel.unapplied())
        lines.append(tr("“{campaign}”: {names}", campaign=document.attributes.name, names=names))
    how = tr("To keep it, stay, and confirm it with OK.")
    return "\n".join((head, *lines, how))


def _show_input(window: MainWindow, page: EditorPage) -> None:
    """Go to the first component that has some; the panel leads to the others."""
    if page not in window.editors:
        return
    window.tabs.show_page(page)
    node_id = next(iter(page.panel.unapplied()), None)
    if node_id is not None and node_id in page.scene.cards:
        page.show_node(node_id)
