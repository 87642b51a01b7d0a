"""Pasting what was copied: one component on a line or at its end, a part with several only at an open end."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from engine.campaign.campaign_file import MAX_NODES
from engine.campaign.clip import Clip
from engine.campaign.document import CampaignDocument
from engine.campaign.edits.add import make_room, place_between
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.graph import AB_TARGET, Scopes, trigger_of
from engine.campaign.layout import CARD_WIDTH, column_behind, gap_behind
from engine.campaign.model import START, Link, Node, Point
from engine.campaign.occupied import Occupied, slot
from engine.components.base import Category
from engine.components.hints import form
from engine.components.registry import component
from engine.i18n import Message


class Pasting:
    """Where a clip may go in a document. Asked for many lines, it looks at both once."""

    def __init__(self, document: CampaignDocument, clip: Clip) -> None:
        self._document = document
        self._clip = clip
        self._scopes = Scopes(document)
        self._roots = [component(clip.flow.node(root).kind) for root in clip.roots]
        kinds = sorted({node.kind for node in clip.flow.nodes.values()})
        self._last = component(AB_TARGET if AB_TARGET in kinds else self._roots[0].kind)
        self._placements = [component(kind).placement for kind in kinds]
        trigger = trigger_of(document)
        self._trigger = None if trigger is None else document.node(trigger).kind
        self._too_many = len(document.nodes) + len(clip.flow.nodes) > MAX_NODES
        self._answers: dict[tuple[str, str | None, bool], Message | None] = {}

    def refusal(self, link_id: str) -> Message | None:
        """Why the clip cannot go to this line; None where it can."""
        link = self._document.links[link_id]
        source = self._document.node(link.source).kind
        target = None if link.target is None else self._document.node(link.target).kind
        case = source, target, self._scopes.behind(link.source) is not None
        if case not in self._answers:
            self._answers[case] = self._refusal(*case)
        return self._answers[case]

    def places(self) -> list[str]:
        """The lines that take the clip."""
        return [link_id for link_id in self._document.links if self.refusal(link_id) is None]

    def count(self, link_id: str) -> int:
        """How many components a paste at this line adds."""
        return len(self._clip.flow.nodes) - len(self._joining(link_id))

    def also(self, link_id: str) -> Message | None:
        """What a paste at this line makes of Ends, which may not stand there; None where it has none."""
        ends = self._joining(link_id)
        if not ends:
            return None
        around = self._scopes.behind(self._document.links[link_id].source) or ""
        target = self._document.node(around).name
        if len(ends) > 1:
            return Message("{count} Ends become lines to “{target}”.", count=len(ends), target=target)
        return Message(
            "“{end}” becomes a line to “{target}”.", end=self._clip.flow.node(ends[0]).name, target=target
        )

    def _joining(self, link_id: str) -> list[str]:
        """The clip's components that become lines to the Test Target around a line."""
        inside = self._scopes.behind(self._document.links[link_id].source) is not None
        return _ends(self._clip) if inside else []

    def _refusal(self, source: str, target: str | None, inside: bool) -> Message | None:
        """The same for any line between two kinds (`target` None: an open end), inside an AB Test or not."""
        if self._too_many:
            return Message("A campaign holds at most {most:,} components.", most=MAX_NODES)
        return self._behind(source, target) or self._in_front(target, inside)

    def _behind(self, source: str, target: str | None) -> Message | None:
        """Does what the clip begins with fit behind the line's source, and all of it into the campaign?"""
        at_start = source == START.kind
        if any(root.category is Category.TRIGGER for root in self._roots) != at_start:
            if at_start:
                return Message("A campaign begins with a trigger: Target Audience or Behavior Event.")
            return Message("A campaign has exactly one trigger. This one can only begin an empty campaign.")
        if at_start and (target is not None or len(self._roots) > 1):
            return Message("A campaign has exactly one trigger.")
        for root in self._roots:
            if not root.placement.follows(component(source)):
                return root.placement.refusal
        trigger = self._roots[0].kind if at_start else self._trigger
        unfit = (placement for placement in self._placements if placement.trigger not in (None, trigger))
        return next((placement.refusal for placement in unfit), None)

    def _in_front(self, target: str | None, inside: bool) -> Message | None:
        """Does what follows the line fit behind the clip? Inside an AB Test, something has to lead on."""
        if target is None:
            if inside and not any(root.ports({}) for root in self._roots):
                return Message("Inside an AB Test nothing ends: every branch leads to its Test Target.")
            return None
        if not self._clip.single:
            return Message("Several components can be pasted at an open end only.")
        if not self._last.ports({}):
            return Message("Nothing may follow {kind}.", kind=Message(self._last.label))
        following = component(target).placement
        return None if following.follows(self._last) else following.refusal


def paste(document: CampaignDocument, link_id: str, clip: Clip) -> Edit:
    """Paste a clip on a line or at its open end. Raises `Refused`.

    On a line, what followed continues behind the first branch. A clip that begins with several components is
    led to by a line each. The Ends of a part that goes into an AB Test become its Test Target.
    """
    pasting = Pasting(document, clip)
    if (message := pasting.refusal(link_id)) is not None:
        raise Refused(message)
    draft, link = Draft(document), document.links[link_id]
    around = Scopes(document).behind(link.source)
    ids = _add_nodes(draft, clip, around)
    _add_links(draft, clip, ids, then=link.target)
    first, *others = (ids[root] for root in clip.roots if ids[root] != around)
    draft.retarget(link_id, first)
    for other in others:
        draft.put_link(Link(source=link.source, port=link.port, target=other))
    right = _place(draft, clip, ids, link_id)
    if link.target is not None:
        make_room(draft, link.target, right)
    count, also = pasting.count(link_id), pasting.also(link_id)
    if also is not None and around is not None:
        _lead_on_to(draft, around)
    draft.let_notes_give_way()
    if clip.single or count == 1:
        return draft.edit(Message("Paste {name}", name=clip.name), first, also)
    return draft.edit(Message("Paste {count} components", count=count), first, also)


def _lead_on_to(draft: Draft, target: str) -> None:
    """Let the Test Target stand to the right of the copies that now lead to it."""
    after = draft.result()
    copies = [node_id for node_id in after.predecessors(target) if node_id not in draft.document.nodes]
    if copies:  # where the copies fork again, theirs may lead elsewhere
        make_room(draft, target, max(column_behind(after, node_id) for node_id in copies))


def _place(draft: Draft, clip: Clip, ids: Mapping[str, str], link_id: str) -> int:
    """Place the copies as they stood to each other. Answers the x of the column behind them."""
    document = draft.document
    occupied = Occupied(document.places)
    on_line = document.links[link_id].target is not None
    added = {id: at for id, at in clip.places.items() if ids[id] not in document.nodes}
    first = added[next(root for root in clip.roots if root in added)]
    width = max(at.x - first.x + CARD_WIDTH + gap_behind(clip.flow.ports(id)) for id, at in added.items())
    wanted = place_between(document, link_id, width) if on_line else slot(document, link_id, occupied)
    places = {id: Point(at.x - first.x + wanted.x, at.y - first.y + wanted.y) for id, at in added.items()}
    down = 0 if on_line else occupied.room_for(places.values())
    for id, at in places.items():
        draft.place(ids[id], Point(at.x, at.y + down))
    return wanted.x + width


def _add_nodes(draft: Draft, clip: Clip, around: str | None) -> dict[str, str]:
    """Add the copied components under new ids and free names. Answers the new id of each of the clip's."""
    flow = clip.flow
    ids: dict[str, str] = {} if around is None else dict.fromkeys(_ends(clip), around)
    added = {id: node for id, node in flow.nodes.items() if id not in ids}
    ids |= {id: draft.new_node_id() for id in added}
    for id, node in added.items():
        changed = {"name": draft.copied_name(node.name), "config": _pointed_anew(node, ids)}
        draft.put_node(node.model_copy(update=changed), ids[id])
    return ids


def _pointed_anew(node: Node, ids: Mapping[str, str]) -> dict[str, JsonValue]:
    """The config, with the copies in the place of the components that it names."""
    naming = [field.name for field in form(component(node.kind).Config) if field.hint.widget == "node"]
    anew = {name: ids[named] for name in naming if isinstance(named := node.config.get(name), str)}
    return {**node.config, **anew}


def _add_links(draft: Draft, clip: Clip, ids: Mapping[str, str], then: str | None) -> None:
    """Add the lines inside the part. Its last component's first branch leads to `then`."""
    flow = clip.flow
    last = _last(clip)
    lead_on = (last, flow.ports(last)[0].name) if then is not None else None
    made: set[Link] = set()
    for link in flow.links.values():
        target = None if link.target is None else ids[link.target]
        if (link.source, link.port) == lead_on:
            target = then
        copied = Link(source=ids[link.source], port=link.port, target=target)
        if copied not in made:  # two Ends of a branch may have become one Test Target
            draft.put_link(copied)
        made.add(copied)


def _ends(clip: Clip) -> list[str]:
    """The components that nothing can follow."""
    return [node_id for node_id in clip.flow.nodes if not clip.flow.ports(node_id)]


def _last(clip: Clip) -> str:
    """Of one component: itself, or the Test Target of an AB Test."""
    nodes = clip.flow.nodes
    return next((id for id, node in nodes.items() if node.kind == AB_TARGET), clip.roots[0])
