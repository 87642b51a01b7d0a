"""What the command palette offers: every action, the workspace's campaigns, the components on show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from app.actions import ACTIONS, SECTIONS, ActionSpec, Place
from canvas_widgets.matching import Query, fitting, in_every_language
from engine.components.registry import COMPONENTS
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from app.window import MainWindow

SHOWN = 60
"""So many of what was found: who wants more types more."""
RECENT = 6
ITSELF = "view.commands"
_ACTION = 3.0  # better than an equally good name of a campaign or a component
_IMPOSSIBLE = -1000.0  # behind all that can be done
_OF_SELECTION = frozenset({Place.SELECT, Place.ARRANGE, Place.NOTES})
_OF_EDITOR = _OF_SELECTION | {Place.EDITOR}
_OPEN, _GO_TO = N_("Open"), N_("Go to")


class Entry(NamedTuple):
    """One row of the palette.

    Attributes: id; text; names (what it is found by, in all languages) and also (what finds it less well);
    section ("" below its heading), and place where it is an action; icon and its colour; run; keys (native,
    "" for none); why_not ("" where it is possible).
    """

    id: str
    text: str
    names: Sequence[str]
    also: Sequence[str]
    section: str
    icon: str
    run: Callable[[], object]
    colour: str = "muted"
    place: Place | None = None
    keys: str = ""
    why_not: str = ""


Listed = Entry | str
"""A row of the list: an entry, or the heading of those that follow."""


def gather(window: MainWindow) -> list[Entry]:
    """Everything that there is to choose at this moment."""
    window.actions_.refresh()
    actions = [_of_action(window, spec) for spec in ACTIONS if spec.id != ITSELF]
    return [*actions, *_campaigns(window), *_components(window)]


def listed(entries: Sequence[Entry], typed: str, recent: Sequence[str]) -> list[Listed]:
    """What the list shows: the best matches first, or while nothing is typed the possible actions by section.

    What was used last comes first, under a heading of its own or among equal matches.
    """
    by_id = {entry.id: entry for entry in entries}
    used = [by_id[id] for id in recent if id in by_id]
    query = Query(typed)
    if query:
        order = {entry.id: place for place, entry in enumerate(used)}
        return [*found(query, sorted(entries, key=lambda entry: order.get(entry.id, len(order))))]
    again = [entry for entry in used if not entry.why_not][:RECENT]
    rows: list[Listed] = [tr("Recently used"), *again] if again else []
    for place, title in SECTIONS.items():
        possible = [entry for entry in entries if entry.place is place and not entry.why_not]
        if possible:
            rows += [tr(title), *(entry._replace(section="") for entry in possible)]
    return rows


def found(query: Query, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that fit what is typed, the best first; equally good ones in their order."""
    scored = [
        (score + (_ACTION if entry.place else 0.0) + (_IMPOSSIBLE if entry.why_not else 0.0), entry)
        for score, entry in fitting(query, entries, lambda entry: (entry.names, entry.also))
    ]
    return [entry for _, entry in sorted(scored, key=lambda pair: -pair[0])][:SHOWN]


def _of_action(window: MainWindow, spec: ActionSpec) -> Entry:
    action, section = window.actions_[spec.id], SECTIONS[spec.place]
    text = action.text().replace("&&", "&").rstrip("…")
    return Entry(
        id=spec.id,
        text=text,
        names=(text, *(name.rstrip("…") for name in in_every_language(spec.text))),
        also=(*in_every_language(section), *(in_every_language(spec.also) if spec.also else ())),
        section=tr(section),
        icon=spec.icon,
        run=action.trigger,
        place=spec.place,
        keys=window.actions_.keys(spec.id),
        why_not="" if action.isEnabled() else _why_not(window, spec.place),
    )


def _why_not(window: MainWindow, place: Place) -> str:
    """Why an action of a place is not possible, as far as the place says it."""
    editor = window.editor
    if window.workspace is None:
        return tr("Open a workspace first")
    if place is Place.LIST and editor is not None:
        return tr("In the list of campaigns")
    if place in _OF_EDITOR:
        if editor is None:
            return tr("In an open campaign")
        if editor.read_only:
            return tr("This campaign is only viewed")
        if place in _OF_SELECTION:
            return tr("With another selection")
    return tr("Not possible just now")


def _campaigns(window: MainWindow) -> Iterator[Entry]:
    section, also = tr("Campaigns"), in_every_language(_OPEN)
    for row in window.rows():
        yield Entry(
            id=f"campaign:{row.id or row.path}",
            text=tr("Open {name}", name=row.name),
            names=(row.name,),
            also=also,
            section=section,
            icon="route",
            run=partial(window.open_campaigns.on_row_opened, row),
        )


def _components(window: MainWindow) -> Iterator[Entry]:
    if window.editor is None:
        return
    page = window.editor
    also = {
        kind: (*in_every_language(_GO_TO), *in_every_language(COMPONENTS[kind].label)) for kind in COMPONENTS
    }
    for node_id, node in page.session.document.all_nodes():
        yield Entry(
            id=f"node:{node_id}",
            text=tr("Go to {name}", name=node.shown_name),
            names=(node.shown_name,),
            also=also[node.kind],
            section=tr(COMPONENTS[node.kind].label),
            icon=COMPONENTS[node.kind].icon,
            run=partial(page.show_node, node_id),
            colour=COMPONENTS[node.kind].colour,
        )
