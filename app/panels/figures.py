"""What a running campaign's counts say of one component, as small tables of words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.components import delivery
from engine.i18n import ntr, tr
from engine.shapes.groups import PORT_PREFIX
from engine.shapes.time import instant

Counts = Mapping[str, Any]
"""Live counts in the shape of `GET /campaigns/{id}/counts`."""

LAST_CYCLES = 5
_SHORT = "%m-%d %H:%M"


@dataclass(frozen=True)
class Table:
    """Words in rows, the first column at the left and the others at the right; `head` may be empty.

    note: stands below. trouble: what went wrong, stands above with a mark.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Figures:
    """What a campaign's run has come to.

    counts: see `Counts`. next_run: when people enter next, ISO 8601, or None. zone: in which times are shown.
    audience_name: an audience's name by its id. further: what else there is to say of a component.
    """

    counts: Counts
    next_run: str | None
    zone: ZoneInfo
    audience_name: Callable[[str], str]
    further: Callable[[str], list[Table]] = lambda _node: []

    def tables(self, document: CampaignDocument, node_id: str) -> list[Table]:
        """What there is to say of a component; [] for most."""
        node = document.node(node_id)
        found = [*self._waiting(node_id), *self._messages(document, node_id), *self._receipts(node_id)]
        if node.kind == "target_audience":
            found += self._cycles()
        if node.kind == "ab_target":
            found += self._goals(document, node_id)
        return [*found, *self.further(node_id)]

    def _waiting(self, node_id: str) -> Iterator[Table]:
        release = self.counts.get("releases", {}).get(node_id)
        if release is not None:
            waiting = self.counts["nodes"][node_id]["waiting"]
            rows = ((tr("People"), f"{waiting:,}"), (tr("Next release"), self._time(release)))
            yield Table(tr("Waiting"), (), rows)

    def _messages(self, document: CampaignDocument, node_id: str) -> Iterator[Table]:
        states = self.counts.get("reasons", {}).get(node_id, {})
        said = delivery.rows(states, id_type=document.node(node_id).id_type)
        rows = tuple((word, f"{n:,}") for word, n in said)
        if rows:
            yield Table(tr("Messages"), (), rows, trouble=delivery.undelivered_text(states))

    def _receipts(self, node_id: str) -> Iterator[Table]:
        receipts = self.counts.get("receipts", {}).get(node_id, {})
        rows = [(delivery.receipt_word(code), f"{n:,}") for code, n in sorted(receipts.items())]
        if rows:
            yield Table(tr("Receipts"), (), tuple(rows))

    def _goals(self, document: CampaignDocument, node_id: str) -> Iterator[Table]:
        groups = self.counts.get("goals", {}).get(node_id, {})
        test = document.nodes.get(str(document.node(node_id).config.get("test", "")))
        named = test.config.get("groups", ()) if test is not None else ()
        names = {
            f"{PORT_PREFIX}{group.get('id')}": str(group.get("name", ""))
            for group in (named if isinstance(named, list | tuple) else ())
            if isinstance(group, Mapping)
        }
        ordered = [port for port in names if port in groups] + [port for port in groups if port not in names]
        rows: list[tuple[str, ...]] = []
        for port in ordered:
            judged, achieved = groups[port]["judged"], groups[port]["achieved"]
            share = f"{achieved / judged:.1%}" if judged else ""
            rows.append((str(names.get(port, port)), f"{judged:,}", f"{achieved:,}", share))
        if rows:
            yield Table(tr("Goals reached"), (tr("Group"), tr("Judged"), tr("Achieved"), ""), tuple(rows))

    def _cycles(self) -> Iterator[Table]:
        cycles = self.counts.get("cycles", ())
        skipped = self.counts.get("skipped", ())
        rows = [
            (
                cycle["moment"] or "",
                (
                    f"{cycle['number']}",
                    self._time(cycle["moment"], _SHORT),
                    f"{cycle['entries']:,}",
                    f"{cycle['inside']:,}",
                    f"{cycle['finished']:,}",
                ),
            )
            for cycle in cycles
        ]
        rows += [
            (one["moment"], ("–", self._time(one["moment"], _SHORT), tr("skipped"), "", ""))
            for one in skipped
        ]
        shown = [row for _, row in sorted(rows, key=lambda one: one[0])]
        notes = []
        if len(shown) > LAST_CYCLES:
            notes.append(ntr("{n:,} earlier cycle.", "{n:,} earlier cycles.", len(shown) - LAST_CYCLES))
        if skipped:
            name = self.audience_name(skipped[-1]["audience"])
            notes.append(tr("Last skipped because “{name}” had not been updated.", name=name))
        if self.next_run is not None:
            notes.append(tr("Next run: {time}", time=self._time(self.next_run)))
        if shown or notes:
            head = (tr("No."), tr("Time"), tr("Entered"), tr("Inside"), tr("Done")) if shown else ()
            yield Table(tr("Cycles"), head, tuple(shown[-LAST_CYCLES:]), "\n".join(notes))

    def _time(self, moment: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
        return "" if moment is None else instant(moment).astimezone(self.zone).strftime(form)


def _word(words: Mapping[str, str], code: str) -> str:
    """The word for a code; a provider's own code is shown as it is."""
    return tr(words[code]) if code in words else code
