"""Leading lines: an open end to a component, another line out of a port, and the scissors."""

from __future__ import annotations

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.delete import open_ends_towards, rejoin_targets, stranded
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.graph import AB_TARGET, Scopes, ancestors, reachable
from engine.campaign.layout import column_behind, place_of
from engine.campaign.model import START_ID, Link, Point
from engine.campaign.occupied import Occupied
from engine.components.base import Category, Port
from engine.components.registry import component
from engine.i18n import Message


class Leading:
    """Where a line out of a port may lead. Asked for many targets, it looks at the document once.

    Attributes: `document`, `source`, `port`.
    """

    def __init__(self, document: CampaignDocument, source: str, port: str) -> None:
        self.document = document
        self.source = source
        self.port = port
        self._before = ancestors(document, source)
        self._scopes = Scopes(document)
        links = (document.links[link_id] for link_id in document.out_links(source))
        self._led = {link.target for link in links if link.port == port}

    def refusal(self, target: str) -> Message | None:
        """Why the line cannot lead to this component; None where it can."""
        document, source = self.document, self.source
        if target == START_ID:
            return Message("No line may lead into Start.")
        names = {"source": document.node(source).name, "target": document.node(target).name}
        declared = component(document.node(target).kind)
        if declared.category is Category.TRIGGER and source != START_ID:
            return Message("No line may lead into a trigger: it stands directly behind Start.")
        if target == source:
            return Message("A component cannot lead to itself.")
        if target in self._led:
            return Message("“{source}” already leads to “{target}”.", **names)
        if target in self._before:
            return Message("“{target}” comes before “{source}”: the line would lead in a circle.", **names)
        if not declared.placement.follows(component(document.node(source).kind)):
            return declared.placement.refusal
        return self._across_a_border(target)

    def through(self, link_id: str) -> Message | None:
        """Why the line cannot join another line, which means: lead where that one leads."""
        target = self.document.links[link_id].target
        if target is None:
            return Message("That line leads nowhere itself. Lead this one to a component.")
        return self.refusal(target)

    def targets(self) -> frozenset[str]:
        """Every component that the line may lead to."""
        return frozenset(node_id for node_id in self.document.nodes if self.refusal(node_id) is None)

    def links(self, targets: frozenset[str]) -> frozenset[str]:
        """The lines that lead to these components: joining one is joining its component."""
        return frozenset(id for node_id in targets for id in self.document.in_links(node_id))

    def _across_a_border(self, target: str) -> Message | None:
        if not self._scopes.crosses(self.source, target):
            return None
        if (around := self._scopes.behind(self.source)) is not None:
            name = self.document.node(around).name
            return Message("A line inside an AB Test stays inside, or leads to “{target}”.", target=name)
        return Message("Only lines of the same AB Test may lead into its branches and its Test Target.")


def join(document: CampaignDocument, link_id: str, target: str) -> Edit:
    """Lead the open end of a link to a component. Raises `Refused`."""
    link = document.links[link_id]
    if link.target is not None:
        raise Refused(Message("This line already leads to a component."))
    if (message := Leading(document, link.source, link.port).refusal(target)) is not None:
        raise Refused(message)
    draft = Draft(document)
    draft.retarget(link_id, target)
    _run_to_the_right(draft, link.source, target)
    return draft.edit(_lead(document, link.source, target))


def growable(document: CampaignDocument, node_id: str) -> list[Port]:
    """The ports that another line may leave: all their lines lead somewhere. Start has one trigger only."""
    if node_id == START_ID:
        return []
    links = [document.links[link_id] for link_id in document.out_links(node_id)]
    still_open = {link.port for link in links if link.target is None}
    return [port for port in document.ports(node_id) if port.name not in still_open]


def grow(document: CampaignDocument, node_id: str, port: str, target: str | None = None) -> Edit:
    """Add another line out of a port: with an open end, or to a component at once. Raises `Refused`."""
    if node_id == START_ID:
        raise Refused(Message("A campaign has exactly one trigger."))
    if target is None and all(found.name != port for found in growable(document, node_id)):
        raise Refused(Message("An open line leaves here already. Lead it somewhere first."))
    if target is not None and (message := Leading(document, node_id, port).refusal(target)) is not None:
        raise Refused(message)
    draft = Draft(document)
    draft.put_link(Link(source=node_id, port=port, target=target))
    if target is not None:
        _run_to_the_right(draft, node_id, target)
        return draft.edit(_lead(document, node_id, target))
    return draft.edit(Message("Add a line behind {name}", name=document.node(node_id).name))


def why_uncut(document: CampaignDocument, link_id: str) -> Message | None:
    """Why the scissors do nothing to a line; None where they cut it."""
    link = document.links[link_id]
    if _is_spare(document, link_id):
        return None
    if link.target is None:
        return Message("This line leads nowhere yet.")
    is_goal = document.node(link.target).kind == AB_TARGET
    if is_goal and Scopes(document).behind(link.source) == link.target:
        return Message(
            "Every branch of an AB Test leads to its Test Target. An empty one is a control group."
        )
    return None


def cut(document: CampaignDocument, link_id: str) -> Edit:
    """Cut a line: its end opens, and what only it led to goes. Raises `Refused`.

    A line beside others of its port is taken away. Inside an AB Test the end joins the Test Target.
    """
    if (message := why_uncut(document, link_id)) is not None:
        raise Refused(message)
    draft = Draft(document)
    lost = stranded(document, {link_id})
    for node_id in lost:
        draft.drop_node(node_id)
    open_ends_towards(draft, lost, {link_id})
    rejoin_targets(draft)
    target = document.links[link_id].target
    if target is None:
        return draft.edit(Message("Remove the open line"))
    return draft.edit(Message("Cut the line to {name}", name=document.node(target).name))


def _is_spare(document: CampaignDocument, link_id: str) -> bool:
    """Whether the port has another line, so that this one may go altogether."""
    link = document.links[link_id]
    return sum(document.links[id].port == link.port for id in document.out_links(link.source)) > 1


def _run_to_the_right(draft: Draft, source: str, target: str) -> None:
    """Let what the line leads to stand behind its source, unless a card would come to lie on another."""
    document = draft.document
    shift = column_behind(document, source) - place_of(document, target).x
    if shift <= 0:
        return
    moved = reachable(document, [target])
    staying = Occupied(document.places, moved)
    places = {id: document.layout[id] for id in moved if id in document.layout}
    shifted = {id: Point(place.x + shift, place.y) for id, place in places.items()}
    if all(staying.free_place(place) == place for place in shifted.values()):
        for node_id, place in shifted.items():
            draft.place(node_id, place)


def _lead(document: CampaignDocument, source: str, target: str) -> Message:
    names = document.node(source).name, document.node(target).name
    return Message("Lead {source} to {target}", source=names[0], target=names[1])
