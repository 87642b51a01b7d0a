"""Adding components: at an open end, on a line, and an End at every open end."""

from __future__ import annotations

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.graph import AB_TARGET, AB_TEST, enclosing_targets, reachable, trigger_of
from engine.campaign.layout import CARD_WIDTH, COLUMN, column_behind, gap_behind, place_of
from engine.campaign.model import START_ID, Link, Node, Point
from engine.campaign.occupied import Occupied, out_of_the_way, slot
from engine.components.base import OUT, Category
from engine.components.registry import COMPONENTS, component
from engine.i18n import Message, tr

END = "end"


def admissible(document: CampaignDocument, link_id: str) -> list[str]:
    """The kinds that may be added at this link (at its end or between its nodes), in palette order."""
    return [kind for kind in COMPONENTS if refusal(document, link_id, kind) is None]


def refusal(document: CampaignDocument, link_id: str, kind: str) -> Message | None:
    """Why a component of this kind cannot be added at this link; None where it can."""
    added = component(kind)
    if not added.in_palette:
        return Message("This component comes by itself.")
    link = document.links[link_id]
    if link.source == START_ID:
        return _refusal_behind_start(document, link, kind)
    if not added.placement.follows(component(document.node(link.source).kind)):
        return added.placement.refusal
    if (needed := added.placement.trigger) is not None:
        trigger = trigger_of(document)
        if trigger is None or document.node(trigger).kind != needed:
            return added.placement.refusal
    if link.target is None:
        return None
    if not added.ports(added.defaults()):
        return Message("Nothing may follow {kind}.", kind=Message(added.label))
    last_added = component(AB_TARGET if kind == AB_TEST else kind)
    following = component(document.node(link.target).kind)
    return None if following.placement.follows(last_added) else following.placement.refusal


def _refusal_behind_start(document: CampaignDocument, link: Link, kind: str) -> Message | None:
    if component(kind).category is not Category.TRIGGER:
        return Message("A campaign begins with a trigger: Target Audience or Behavior Event.")
    if link.target is not None or trigger_of(document) is not None:
        return Message("A campaign has exactly one trigger.")
    return None


def append(document: CampaignDocument, link_id: str, kind: str, at: Point | None = None) -> Edit:
    """Add a component at the open end of a link, at a place or below what stands there. Raises `Refused`."""
    _refuse(document, link_id, kind)
    if document.links[link_id].target is not None:
        raise Refused(Message("This line already leads to a component."))
    draft = Draft(document)
    first = _add(draft, kind, _place_at_end(document, link_id, kind, at), then=None)
    draft.retarget(link_id, first)
    draft.let_notes_give_way()
    return draft.edit(Message("Add {kind}", kind=Message(component(kind).label)), first)


def insert(document: CampaignDocument, link_id: str, kind: str, at: Point | None = None) -> Edit:
    """Insert a component on a link; what followed continues behind its first branch. Raises `Refused`.

    What followed an inserted AB Test continues behind its Test Target. At an open end it stands `at` a place.
    """
    _refuse(document, link_id, kind)
    target = document.links[link_id].target
    if target is None:
        return append(document, link_id, kind, at)
    draft = Draft(document)
    width = _width(kind)
    place = place_between(document, link_id, width)
    first = _add(draft, kind, place, then=target)
    draft.retarget(link_id, first)
    make_room(draft, target, place.x + width)
    draft.let_notes_give_way()
    return draft.edit(Message("Insert {kind}", kind=Message(component(kind).label)), first)


def end_open_links(document: CampaignDocument) -> Edit:
    """Lead every open link to an End of its own; inside an AB Test, to its Test Target. Raises `Refused`."""
    draft = Draft(document)
    open_links = [
        link_id
        for link_id, link in sorted(document.links.items())
        if link.target is None and link.source != START_ID
    ]
    if not open_links:
        raise Refused(Message("Every line already leads somewhere."))
    enclosing = enclosing_targets(document)
    occupied = Occupied(document.places)
    for link_id in open_links:
        target = enclosing.get(document.links[link_id].source)
        if target is None:
            place = slot(document, link_id, occupied)
            occupied.take(place)
            target = _add(draft, END, place, then=None)
        draft.join(link_id, target)
    draft.let_notes_give_way()
    return draft.edit(Message("Add End to open lines"))


def _refuse(document: CampaignDocument, link_id: str, kind: str) -> None:
    if (message := refusal(document, link_id, kind)) is not None:
        raise Refused(message)


def _add(draft: Draft, kind: str, place: Point, then: str | None) -> str:
    """Add a node (an AB Test with its target); its first branch leads to `then`, the others stay open."""
    if kind == AB_TEST:
        return _add_ab_test(draft, place, then)
    node_id = draft.put_node(_new_node(draft, kind))
    draft.place(node_id, place)
    ports = component(kind).ports(component(kind).defaults())
    for index, port in enumerate(ports):
        draft.put_link(Link(source=node_id, port=port.name, target=then if index == 0 else None))
    return node_id


def _add_ab_test(draft: Draft, place: Point, then: str | None) -> str:
    test = draft.put_node(_new_node(draft, AB_TEST))
    target_node = _new_node(draft, AB_TARGET)
    target = draft.put_node(target_node.model_copy(update={"config": {**target_node.config, "test": test}}))
    draft.place(test, place)
    beside = _beside_test(place)
    draft.place(target, beside)
    for port in component(AB_TEST).ports(component(AB_TEST).defaults()):
        draft.put_link(Link(source=test, port=port.name, target=target))
    draft.put_link(Link(source=target, port=OUT, target=then))
    return test


def _beside_test(place: Point) -> Point:
    """Where the Test Target of a new AB Test stands."""
    ports = component(AB_TEST).ports(component(AB_TEST).defaults())
    return Point(place.x + CARD_WIDTH + gap_behind(ports), place.y)


def _place_at_end(document: CampaignDocument, link_id: str, kind: str, at: Point | None) -> Point:
    """Where a component at an open end covers nothing, an AB Test with its target."""
    occupied = Occupied(document.places)
    place = slot(document, link_id, occupied) if at is None else at
    if at is not None:
        occupied.take(place_of(document, START_ID))
    added = [place, _beside_test(place)] if kind == AB_TEST else [place]
    return Point(place.x, place.y + occupied.room_for(added))


def _width(kind: str) -> int:
    """How wide a component of a kind is with the gap behind it; an AB Test with its Test Target."""
    declared = component(kind)
    return CARD_WIDTH + gap_behind(declared.ports(declared.defaults())) + (COLUMN if kind == AB_TEST else 0)


def _new_node(draft: Draft, kind: str) -> Node:
    declared = component(kind)
    nothing_to_configure = not declared.Config.model_fields
    return Node(
        kind=kind,
        name=draft.free_name(tr(declared.label)),
        config=declared.defaults(),
        confirmed=nothing_to_configure,
    )


def place_between(document: CampaignDocument, link_id: str, width: int) -> Point:
    """Next column; on the target's row where only this link enters it, else on the row of its own branch.

    `width` is what comes there with the gap behind it: what gives way to it is not in its way.
    """
    link = document.links[link_id]
    assert link.target is not None
    column = column_behind(document, link.source)
    if len(document.in_links(link.target)) == 1:
        return Point(column, place_of(document, link.target).y)
    shifted = _shifted(document, link.target, column + width)
    occupied = Occupied(document.places, shifted.keys())
    for place in shifted.values():
        occupied.take(place)
    return slot(document, link_id, occupied)


def make_room(draft: Draft, target: str, left: int) -> None:
    """Shift the target and everything behind it to the right until it stands behind `left`.

    Other cards go down out of the way of these, and of those that the draft adds.
    """
    document = draft.document
    for node_id, place in _shifted(document, target, left).items():
        draft.place(node_id, place)
    for node_id, place in out_of_the_way(document, draft.placed()).items():
        draft.place(node_id, place)


def _shifted(document: CampaignDocument, target: str, left: int) -> dict[str, Point]:
    """Where a node and everything behind it come to stand once it stands behind `left`; {} where it does."""
    shift = left - place_of(document, target).x
    behind = reachable(document, [target]) if shift > 0 else set()
    places = {node_id: document.layout[node_id] for node_id in behind if node_id in document.layout}
    return {node_id: Point(place.x + shift, place.y) for node_id, place in places.items()}
