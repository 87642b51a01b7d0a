"""The scene: a one-way mirror of a campaign document. It reads ops and never writes any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import thread_time

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter

from canvas_widgets.catching_up import AT_ONCE, SOON, CatchingUp
from canvas_widgets.collector import keep_large
from canvas_widgets.counting import changed_nodes, show_count
from canvas_widgets.extent import Extent
from canvas_widgets.items.appear import Appearance
from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import CARD
from canvas_widgets.items.link import LinkItem
from canvas_widgets.items.note_layer import NoteLayer
from canvas_widgets.items.paints import CardState, Paints
from canvas_widgets.items.stage import FADED, Counts, Stage
from canvas_widgets.laying import Laying
from canvas_widgets.look import Look
from canvas_widgets.overview import Overview
from canvas_widgets.pointing import PointedScene
from canvas_widgets.slicing import Slices
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import ORIGIN, with_missing_places
from engine.campaign.model import START, START_ID, Link, Point
from engine.campaign.notes import Group
from engine.campaign.ops import Op, Table
from engine.components.base import Lookup
from engine.files.memory import collection_paused

_ANIMATED = 24  # more cards than this appear at once


class CampaignScene(PointedScene):
    """Cards and lines by id, following the document's ops.

    Call `load` (at once) or `start_loading` (in slices), and `close` when done. `loaded` follows the last
    slice; `mirrored` every change that the document made. `selection` is a set of node ids; notes and frames
    that are selected with them are in `selected_notes`. `extent` says how far everything reaches.
    """

    loaded = Signal()
    mirrored = Signal(object)
    selection_changed = Signal()

    def __init__(self, document: CampaignDocument, lookup: Lookup, look: Look) -> None:
        super().__init__()
        self.stage = Stage(document, lookup, Paints(look))
        self.cards: dict[str, CardItem] = {}
        self.links: dict[str, LinkItem] = {}
        self.overview = Overview(self.cards, self.links, self.stage.changed)
        self.selection: frozenset[str] = frozenset()
        self.selected_notes: frozenset[str] = frozenset()
        self._shown_selected: frozenset[str] = frozenset()
        self._path: tuple[frozenset[str] | None, frozenset[str]] = (None, frozenset())
        self.is_loaded = False
        self.notes = NoteLayer(self, self.stage)
        self.catching_up: CatchingUp = CatchingUp(self)
        self._refreshing = Slices(self)
        self._counting = Slices(self)
        self._uncounted: set[str] = set()
        self._laying = Laying(self)
        self.extent: Extent = Extent(self)
        self._look = look
        self._appearance = Appearance(look)
        self._made_up: Mapping[str, Point] = {}
        self._slices = Slices(self, lambda: keep_large(len(self.cards)))
        self._unsubscribe: Callable[[], None] | None = document.subscribe(self._on_ops)
        look.changed.connect(self._on_look_changed)

    @property
    def selected_node(self) -> str | None:
        """The one component that is selected, Start included; None for none, and for several."""
        return next(iter(self.selection)) if len(self.selection) == 1 else None

    @property
    def chosen(self) -> Group:
        """All that is selected: cards and notes."""
        return Group(self.selection, self.selected_notes)

    @property
    def is_loading(self) -> bool:
        """Whether slices are still to come."""
        return self._slices.active

    @property
    def document(self) -> CampaignDocument:
        return self.stage.document

    # Loading -----------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Mirror the whole document now."""
        with collection_paused():
            for _ in self.loading():
                pass

    def start_loading(self) -> None:
        """Mirror the document in slices between turns of the event loop; `loaded` says when all is there."""
        self._slices.begin(self.loading(to_look_at=True))

    def close(self) -> None:
        """Let go of the document and the look. The scene shows what it last showed."""
        self._slices.stop()
        self.catching_up.stop()
        self._refreshing.stop()
        self._counting.stop()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
            self._look.changed.disconnect(self._on_look_changed)

    def loading(self, *, to_look_at: bool = False) -> Iterator[None]:
        """Mirror the whole document, step by step as the iterator is advanced.

        to_look_at: with what is seen from far away; else that is gathered once it is asked for.
        """
        document = self.document
        items = len(document.nodes) + len(document.links)
        if items > AT_ONCE:  # else Qt makes the index as deep as befits the first of them
            self.setBspTreeDepth(items.bit_length() - 1)
        yield from self.indexing(self._loading())
        if to_look_at:
            yield from self.overview.gathering()
        self._finish_loading()

    def _loading(self) -> Iterator[None]:
        document = self.document
        places = with_missing_places(document)
        self._made_up = {id: place for id, place in places.items() if id not in document.layout}
        self.extent.grow([*places.values(), *document.notes.values()])
        yield
        for note_id in list(document.notes):
            self.notes.mirror(note_id)
            yield
        for node_id in [START_ID, *document.nodes]:
            self._mirror_node(node_id)
            yield
        for node_id in list(self.cards):
            if node_id in self.cards:  # an edit may come between two slices
                for link_id in document.out_links(node_id):
                    self._mirror_link(link_id)
                show_count(self, node_id)  # so may counts, and they find only what is there already
                self._laying.lay(node_id, everywhere=True)
            yield
        yield from self._laying.settle(everywhere=True)

    def _finish_loading(self) -> None:
        self.is_loaded = True
        self._slices.stop()
        keep_large(len(self.cards))
        self.loaded.emit()
        self.update()

    # Mirroring ---------------------------------------------------------------------------------------------

    def _on_ops(self, ops: Sequence[Op]) -> None:
        self.extent.grow(op.after for op in ops)
        mirroring = self.indexing(self.mirroring(ops))
        at_once = not self.is_loaded or (len(ops) <= AT_ONCE and not self.catching_up.active)
        if not at_once or not self._is_soon_through(mirroring):
            self.catching_up.begin(mirroring)
            self._drop_lost_selection()

    def _is_soon_through(self, mirroring: Iterator[None]) -> bool:
        """Bring a change onto the canvas now; of a large flow only as far as that takes a frame."""
        end = thread_time() + SOON  # other programs may be at work, too
        for _ in mirroring:
            if self.is_loaded and thread_time() > end and len(self.cards) > AT_ONCE:
                return False
        return True

    def mirroring(self, ops: Sequence[Op]) -> Iterator[None]:
        """Bring every item that the ops touch in line with the document as it now is, step by step.

        The document may have changed further meanwhile; those ops are then still to come.
        """
        changed = {op.id for op in ops if op.table in (Table.NODES, Table.LAYOUT)}
        fresh = [op.id for op in ops if op.table is Table.NODES and op.id not in self.cards]
        sources = {value.source for op in ops for value in (op.before, op.after) if isinstance(value, Link)}
        everywhere = len(changed) > max(AT_ONCE, len(self.cards) // 2)
        for op in ops:
            if op.table is Table.NOTES:
                self.notes.mirror(op.id)
                yield
        for node_id in changed:
            self._mirror_node(node_id)
            yield
        for link_id in {op.id for op in ops if op.table is Table.LINKS}:
            self._mirror_link(link_id)
            yield
        for node_id in changed & self.cards.keys() if not everywhere else ():
            sources |= {node_id, *self.document.predecessors(node_id)}
            yield
        for source_id in list(self.cards) if everywhere else sorted(sources):
            show_count(self, source_id)
            self._laying.lay(source_id, everywhere=everywhere)
            yield
        for op in ops if not everywhere else ():
            for place in (op.before, op.after):
                if isinstance(place, Point):
                    self._laying.touch(CARD.translated(*place))
            yield
        yield from self._laying.settle(everywhere=everywhere)
        self._finish_mirroring(ops, [self.cards[node_id] for node_id in fresh if node_id in self.cards])

    def _finish_mirroring(self, ops: Sequence[Op], fresh: Sequence[CardItem]) -> None:
        if self.is_loaded and 0 < len(fresh) <= _ANIMATED:
            self._appearance.show(fresh)
        self._drop_lost_selection()
        self.mirrored.emit(ops)

    def _mirror_node(self, node_id: str) -> None:
        document = self.document
        node = START if node_id == START_ID else document.nodes.get(node_id)
        card = self.cards.get(node_id)
        if node is None:
            if card is not None:
                self._appearance.forget(card)
                self.removeItem(self.cards.pop(node_id))
                self.stage.changed.cards.add(node_id)
            return
        if card is None:
            card = self.cards[node_id] = CardItem(self.stage, node_id, node)
            card.stand_at(*self.place(node_id))
            self.addItem(card)
            card.refresh_status()
            return
        card.stand_at(*self.place(node_id))
        if card.node is not node:
            card.set_node(node)
            card.refresh_status()

    def _mirror_link(self, link_id: str) -> None:
        link = self.document.links.get(link_id)
        item = self.links.get(link_id)
        if link is None:
            if item is not None:
                self._laying.forget(item)
                self.removeItem(self.links.pop(link_id))
                self.stage.changed.links.add(link_id)
        elif item is None:
            item = self.links[link_id] = LinkItem(self.stage, link_id, link)
            self.addItem(item)
        else:
            item.link = link

    def place(self, node_id: str) -> Point:
        """Where the document, or the layout made for a card without a place, has a card."""
        if node_id == START_ID:
            return ORIGIN
        return self.document.layout.get(node_id) or self._made_up.get(node_id, ORIGIN)

    # Lines -------------------------------------------------------------------------------------------------

    def links_of(self, source_id: str) -> list[str]:
        """The links that leave a card, as far as they have lines; in their shown order."""
        return [link_id for link_id in self.document.out_links(source_id) if link_id in self.links]

    def has_line(self, link_id: str) -> bool:
        """Whether a link is shown: of much that came at once, some is still on its way."""
        return link_id in self.links and self.links[link_id].line is not None

    def lay_lines(self, source_ids: Iterable[str]) -> None:
        """Lay the lines that leave these cards anew: cards are shown elsewhere than before."""
        self._laying.show(source_ids)

    # What is shown -----------------------------------------------------------------------------------------

    def set_counts(self, counts: Counts | None, *, in_slices: bool = False) -> None:
        """Show live counts under the cards and at the lines; None, or none at all, shows none.

        in_slices: of very many cards, between turns of the event loop.
        """
        steps = self.counting(counts)
        if in_slices and len(self._uncounted) > AT_ONCE:
            self._counting.begin(steps)
            return
        for _ in steps:
            pass

    def counting(self, counts: Counts | None) -> Iterator[None]:
        """Show live counts as `set_counts` does, step by step as the iterator is advanced."""
        before, self.stage.counts = self.stage.counts, counts or None
        self._uncounted.update(changed_nodes(self, before, self.stage.counts))
        return self._count()

    def _count(self) -> Iterator[None]:
        while self._uncounted:
            node_id = self._uncounted.pop()
            if show_count(self, node_id):
                self._laying.lay(node_id)
            yield
        yield from self._laying.settle()

    def refresh(self) -> None:
        """Workspace or language changed: ask again what is configured and what cards and lines say."""
        if len(self.cards) > AT_ONCE:
            self.overview.hold()
            self._refreshing.begin(self._refresh())
            return
        for _ in self._refresh():
            pass

    def _refresh(self) -> Iterator[None]:
        stale: set[str] = set()
        for node_id, card in list(self.cards.items()):
            card.forget()
            if card.refresh_status():
                stale.update(self.document.predecessors(node_id))
            if any(port.label is not None for port in card.node.ports):
                stale.add(node_id)
            yield
        for node_id in stale:
            self._laying.lay(node_id)
            yield
        yield from self._laying.settle()
        if self.stage.counts is not None:
            self.set_counts(self.stage.counts, in_slices=True)
        self.notes.forget()
        yield from self.overview.taking_in()
        self.update()

    def set_targets(self, targets: Iterable[str] | None, nodes: Iterable[str] = ()) -> None:
        """During a drag: the links and cards that take what is dragged light up, everything else fades. After
        it (None), what stood out before does so again."""
        if targets is None:
            targets, nodes = self._path
        self.stage.targets = None if targets is None else frozenset(targets)
        self.stage.target_nodes = frozenset(nodes)
        self.update()

    def light_path(self, links: Iterable[str] | None, nodes: Iterable[str] = ()) -> None:
        """Let a path stand out until another one does, or none (None)."""
        self._path = (None if links is None else frozenset(links), frozenset(nodes))
        self.set_targets(None)

    def set_found(self, node_ids: Iterable[str] | None) -> None:
        """While something is sought: the cards that fit it stand out, everything else fades."""
        found = None if node_ids is None else frozenset(node_ids)
        if found != self.stage.found:
            self.stage.found = found
            self.update()

    def select(self, node_ids: Iterable[str], note_ids: Iterable[str] = ()) -> None:
        """Select these cards and these notes, and no others."""
        self.show_selected(node_ids, note_ids)
        if self._shown_selected != self.selection or self.notes.shown_selected != self.selected_notes:
            self.selection, self.selected_notes = self._shown_selected, self.notes.shown_selected
            self.selection_changed.emit()

    def show_selected(self, node_ids: Iterable[str], note_ids: Iterable[str] = ()) -> None:
        """Light these up, and no others; what is selected stays as it is until `select`."""
        wanted = [node_id for node_id in node_ids if self._holds(node_id)]
        for node_id in wanted:
            if node_id not in self.cards:  # it is still on its way
                self._mirror_node(node_id)
        shown = frozenset(wanted)
        self.notes.show_selected(note_ids, alone=not shown)
        before, self._shown_selected = self._shown_selected, shown
        changed = before ^ shown
        if len(changed) > AT_ONCE:
            self.update()  # all of it: else Qt asks each card for its place
        for node_id in changed:
            if (card := self.cards.get(node_id)) is not None:
                card.set_state(CardState.SELECTED if node_id in shown else CardState.PLAIN)

    def draw_overview(self, painter: QPainter) -> None:
        """Everything as seen from far away; the painter's transform maps scene units to the screen."""
        found = self.stage.found
        painter.setOpacity(1.0 if found is None else FADED)
        self.notes.draw_overview(painter, frames=True)
        self.overview.draw(painter, self.stage.paints)
        self.notes.draw_overview(painter, frames=False)
        painter.setOpacity(1.0)
        if found is not None:
            cards = [self.cards[node_id] for node_id in found if node_id in self.cards]
            self.overview.draw_found(painter, self.stage.paints, cards)
        selected = [self.cards[node_id] for node_id in self._shown_selected if node_id in self.cards]
        self.overview.draw_selection(painter, self.stage.paints, selected)

    def _drop_lost_selection(self) -> None:
        nodes = self.selection - {START_ID}
        shown = self.catching_up.active or nodes <= self.cards.keys()
        held = shown and nodes <= self.document.nodes.keys()
        if not held or not self.selected_notes <= self.notes.items.keys():
            self.select(self.selection, self.selected_notes)

    def _holds(self, node_id: str) -> bool:
        """Whether a card is shown, or about to be."""
        in_document = node_id == START_ID or node_id in self.document.nodes
        return in_document and (node_id in self.cards or self.catching_up.active)

    def _on_look_changed(self) -> None:
        self.stage.paints = Paints(self._look)
        for card in self.cards.values():
            card.forget()
        self.notes.forget()
        self.update()
