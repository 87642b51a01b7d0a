"""What a campaign's run has come to, as parts of its page; each is made anew when its figures change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.campaign.layout import CARD_WIDTH
from engine.campaign.model import START_ID
from engine.components.count_words import brief_moment, count_texts, fitting, share_text
from engine.components.delivery import RECEIPTS, STATES, rows, undelivered_text
from engine.components.effect_words import method_words, uplift_words
from engine.components.registry import component
from engine.i18n import Message, ntr, tr
from engine.report.counts import Counts, NodeCounts
from engine.report.effect import Effect
from engine.run.answers import CampaignStatus
from engine.server.web.charts import bar
from engine.server.web.font import REGULAR, face
from engine.server.web.html import Html, joined, tag
from engine.server.web.look import icon, values
from engine.server.web.parts import count_cell, named, table, tile
from engine.server.web.words import moment, number, share, state
from engine.shapes.time import from_milliseconds

LAST_CYCLES = 20
_COUNT_ROOM = CARD_WIDTH + 24  # below a card
_TROUBLE = "▲ "


@dataclass(frozen=True)
class Figures:
    """A campaign's status and counts at one moment, `now` (ms). document: of its present version. effect: of
    its goal, where it has one; goal: that in words."""

    document: CampaignDocument
    status: CampaignStatus
    counts: Counts
    zone: ZoneInfo
    now: int
    effect: Effect | None = None
    goal: Message | None = None

    def live(self) -> dict[str, str]:
        """All that changes on the page, by its address there: texts, and markup where that begins with +."""
        return {**dict(self._cards()), **dict(self._lines()), **{f"+{k}": v for k, v in self.parts().items()}}

    def parts(self) -> Mapping[str, Html]:
        """The parts of the page beside the picture."""
        goal = {} if self.effect is None else {"goal": _goal(self.effect, self.goal)}
        return {
            **goal,
            "state": self._state(),
            "totals": self._totals(),
            "funnel": self._funnel(),
            "messages": self._messages(),
            "cycles": self._cycles(),
        }

    # ---- on the picture

    def _cards(self) -> Iterator[tuple[str, str]]:
        width = face(REGULAR, values()["fonts"]["summary"][0]).width
        for id, node in self.document.nodes.items():
            found = self.counts.nodes.get(id)
            said = undelivered_text(self.counts.reasons.get(id, {}))
            trouble = (" · " if found is not None else "") + _TROUBLE + said if said else ""
            texts = ("",) if found is None else count_texts(node.kind, asdict(found), self._release(id))
            yield f"people {id}", fitting(texts, width, _COUNT_ROOM - width(trouble))
            yield f"trouble {id}", trouble

    def _release(self, id: str) -> str:
        """When somebody who waits goes on next, in a few signs, or ""."""
        moment = self.counts.releases.get(id)
        if moment is None:
            return ""
        there = from_milliseconds(moment).astimezone(self.zone)
        return brief_moment(there, from_milliseconds(self.now).astimezone(self.zone))

    def _lines(self) -> Iterator[tuple[str, str]]:
        document = self.document
        for node_id, _ in document.all_nodes():
            ids = document.out_links(node_id)
            total = sum(self.counts.links.get(id, 0) for id in ids)
            named = {port.name for port in document.ports(node_id) if port.label is not None}
            for id in ids:
                text = share_text(self.counts.links.get(id), total, len(ids))
                if document.links[id].port in named:
                    yield f"share {id}", f" · {text}" if text else ""
                else:
                    yield f"line {id}", text

    # ---- beside it

    def _state(self) -> Html:
        status = self.status
        alarms = [text for text in (status.reason, status.cannot_send) if text is not None]
        if status.doubtful:
            alarms.append(
                ntr("{n:,} message with an unknown result", "{n:,} messages with an unknown result",
                    status.doubtful)
            )  # fmt: skip
        return joined(
            [state(status), *(tag("p", icon("alert-triangle"), text, class_="alarm") for text in alarms)]
        )

    def _totals(self) -> Html:
        counts = self.counts
        sent = sum(states.get("sent", 0) for states in counts.messages.values())
        lost = sum(
            n for states in counts.messages.values() for s, n in states.items() if s in ("failed", "skipped")
        )
        everybody = counts.entries + counts.held_back
        kept = (tr("Control group"), counts.held_back, share(counts.held_back, everybody))
        held_back = [kept] if counts.held_back else []
        tiles = [
            (tr("Entered"), counts.entries, ""),
            (tr("Inside"), counts.inside, share(counts.inside, counts.entries)),
            (tr("Finished"), counts.finished, share(counts.finished, counts.entries)),
            *held_back,
            (tr("Messages sent"), sent, ""),
            (tr("Failed or skipped"), lost, share(lost, sent + lost)),
        ]
        return joined(
            tile(label, number(n), more, bad=label == tiles[-1][0] and n > 0) for label, n, more in tiles
        )

    def _funnel(self) -> Html:
        """Who came how far: each component along the flow, with its share of all who entered."""
        entries = self.counts.entries
        lines = [_bar_row(tr("Entered"), "start", "users", entries, entries)]
        for id in flow_order(self.document):
            if id == START_ID:
                continue
            node = self.document.node(id)
            kind = component(node.kind)
            arrived = self.counts.nodes.get(id, NodeCounts()).arrived
            lines.append(_bar_row(node.shown_name, kind.colour, kind.icon, arrived, entries))
        head = [tr("Step"), tr("People"), tr("Percent")]
        return table(head, lines)

    def _messages(self) -> Html:
        """Messages by what became of them, of each component that sends; reasons below."""
        senders = [id for id in flow_order(self.document) if self.counts.messages.get(id)]
        if not senders:
            return tag("p", tr("Nothing has been sent yet."), class_="nothing")
        shown = [s for s in STATES if any(self.counts.messages.get(id, {}).get(s) for id in senders)]
        codes = [c for c in RECEIPTS if any(self.counts.receipts.get(id, {}).get(c) for id in senders)]
        head = [tr("Component"), *(tr(STATES[s]) for s in shown), *(tr(RECEIPTS[c]) for c in codes)]
        return table(head, [self._touch(id, shown, codes) for id in senders])

    def _touch(self, id: str, shown: Sequence[str], codes: Sequence[str]) -> Html:
        node, states = self.document.node(id), self.counts.messages.get(id, {})
        reasons = rows(self.counts.reasons.get(id, {}), ("failed", "skipped", "unknown"), node.id_type)
        why = [tag("li", f"{words} ", tag("b", number(n))) for words, n in reasons]
        kind = component(node.kind)
        name = [
            named(node.shown_name, kind.colour, kind.icon),
            tag("ul", why, class_="why") if why else None,
        ]
        receipts = self.counts.receipts.get(id, {})
        cells = [count_cell(states.get(s, 0), bad=s in ("failed", "unknown")) for s in shown]
        return tag("tr", tag("th", name, scope="row"), cells, [count_cell(receipts.get(c, 0)) for c in codes])

    def _cycles(self) -> Html:
        cycles = self.counts.cycles[-LAST_CYCLES:]
        if not cycles:
            return tag("p", tr("Nobody has entered yet."), class_="nothing")
        lines = []
        for one in reversed(cycles):
            began = tr("whenever the event happens") if one.moment is None else moment(one.moment, self.zone)
            name = tag("th", f"{one.number}", scope="row")
            numbers = [count_cell(n) for n in (one.entries, one.inside, one.finished)]
            lines.append(tag("tr", name, tag("td", began, class_="text"), numbers))
        head = [tr("Cycle"), tr("Began"), tr("Entered"), tr("Inside"), tr("Finished")]
        return table(head, lines)


def _goal(effect: Effect, words: Message | None) -> Html:
    """Who reached the goal, and what the control group says."""
    groups = [(tr("Entered"), effect.entered, effect.interval)]
    if effect.control.judged:
        groups.append((tr("Control group"), effect.control, effect.control_interval))
    lines = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            count_cell(arm.judged),
            count_cell(arm.achieved),
            tag("td", share(arm.achieved, arm.judged)),
            tag("td", f"{between.low:.1%} – {between.high:.1%}"),
        )
        for name, arm, between in groups
    ]
    head = [tr("Group"), tr("People"), tr("Reached it"), tr("Rate"), tr("95 % interval")]
    said = [tag("p", words), table(head, lines)]
    if (change := effect.uplift) is not None:
        said += [tag("p", tag("b", uplift_words(change))), tag("p", tag("small", method_words(change)))]
    return joined(said)


def _bar_row(name: str, colour: str, picture: str, n: int, of: int) -> Html:
    part = min(n / of, 1.0) if of else 0.0
    first = tag("th", named(name, colour, picture), bar(part, colour), scope="row")
    return tag("tr", first, count_cell(n), tag("td", share(n, of)))
