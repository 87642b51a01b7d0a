"""The canvas for who does not see it: its name, what is selected, and that the outline holds the same."""

from __future__ import annotations

from app.editor.outline.words import Words
from app.widgets.announce import announce, describe
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign.outline import Row
from engine.i18n import ntr, quoted, tr

_NAMED = 5
"""So many of the components that follow are named; the others are counted."""


class Speaking:
    """Follows selection and copy mode. The drawn items themselves are nothing that a screen reader knows."""

    def __init__(self, view: CanvasView, scene: CampaignScene, words: Words) -> None:
        self._view, self._scene, self._words = view, scene, words
        scene.selection_changed.connect(self._on_changed)
        scene.mirrored.connect(self.refresh)
        view.pasting.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Say it in the words of the moment."""
        self._view.setAccessibleName(tr("Canvas"))
        aside = tr("Arrow keys go from component to component. The outline holds the same as a list.")
        describe(self._view, f"{self.sentence()} {aside}")

    def sentence(self) -> str:
        """What is selected, or in copy mode which place is chosen."""
        mode = self._view.pasting
        if mode.active and mode.words:
            return tr("Paste here: {place}.", place=mode.words)
        nodes, notes = self._scene.chosen
        match len(nodes), len(notes):
            case 0, 0:
                return tr("Nothing is selected.")
            case 1, 0:
                return self._of_component(next(iter(nodes)))
            case 0, 1:
                return self._of_note(next(iter(notes)))
        return ntr("{n:,} thing is selected.", "{n:,} things are selected.", len(nodes) + len(notes))

    def _of_component(self, node_id: str) -> str:
        what = self._words.spoken(Row("node", node_id), None)
        behind = [self._words.name(other) for other in self._scene.document.successors(node_id)]
        if not behind:
            return tr("Selected: {what}. Nothing follows it.", what=what)
        names = quoted(behind[:_NAMED])
        if (more := len(behind) - _NAMED) > 0:
            names = ntr("{names} and {n} more", "{names} and {n} more", more, names=names)
        return tr("Selected: {what}. Followed by {names}.", what=what, names=names)

    def _of_note(self, note_id: str) -> str:
        note = self._scene.document.notes[note_id]
        text = self._scene.notes.items[note_id].text
        if note.is_frame:
            return tr("Selected: frame “{text}”.", text=text)
        return tr("Selected: note “{text}”.", text=text)

    def _on_changed(self) -> None:
        self.refresh()
        if self._view.hasFocus():
            announce(self._view, self.sentence())
