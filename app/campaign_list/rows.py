"""What the list shows: one row a campaign file, and what filters keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.campaign_list.status import Status, status_of
from app.engine.situation import Run, Trouble
from engine.campaign.model import Attributes
from engine.files import FileError
from engine.i18n import tr
from engine.shapes.time import instant

UNGROUPED = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign of the list; `error` and nothing else where its file cannot be read."""

    path: Path
    id: str
    name: str
    group: str = UNGROUPED
    sub_campaigns: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    modified: datetime | None = None
    components: int = 0
    status: Status = Status.DRAFT
    run: Run | None = None
    error: FileError | None = None

    @property
    def failure(self) -> str:
        """See `Run.failure`."""
        return self.run.failure if self.run is not None else ""

    @property
    def trouble(self) -> Trouble | None:
        """See `Run.trouble`."""
        return self.run.trouble if self.run is not None else None

    @property
    def tone(self) -> str:
        """The status's state colour; an abnormal end is not like a normal one."""
        return "danger" if self.failure else self.status.tone


def readable_row(path: Path, attributes: Attributes, components: int, modified: datetime | None) -> Row:
    return Row(
        path=path,
        id=attributes.id,
        name=attributes.name,
        group=attributes.group,
        sub_campaigns=attributes.sub_campaigns,
        start=instant(attributes.start) if attributes.start else None,
        end=instant(attributes.end) if attributes.end else None,
        modified=modified,
        components=components,
    )


def broken_row(path: Path, error: FileError) -> Row:
    return Row(path=path, id="", name=path.name, status=Status.UNREADABLE, error=error)


def with_runs(rows: Iterable[Row], runs: Mapping[str, Run], otherwise: Status) -> list[Row]:
    """The rows with the engine's word on each campaign; `otherwise`: the status of those without one."""
    result = []
    for row in rows:
        if row.error is None:
            run = runs.get(row.id)
            row = replace(row, run=run, status=status_of(run.status, run.backlog) if run else otherwise)
        result.append(row)
    return result


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown. None filters nothing; `sub_campaigns` keeps rows that have any of them."""

    text: str = ""
    status: Status | None = None
    group: str | None = None
    sub_campaigns: frozenset[str] = frozenset()

    def keeps(self, row: Row) -> bool:
        return (self.status is None or row.status is self.status) and self.keeps_apart_from_status(row)

    def keeps_apart_from_status(self, row: Row) -> bool:
        """Counts per status are of what the other filters keep."""
        return (
            self.text.casefold() in row.name.casefold()
            and (self.group is None or row.group == self.group)
            and (not self.sub_campaigns or not self.sub_campaigns.isdisjoint(row.sub_campaigns))
        )


def counts_by_status(rows: Iterable[Row], kept: Filter) -> Counter[Status]:
    return Counter(row.status for row in rows if kept.keeps_apart_from_status(row))


def folders(rows: Iterable[Row], declared: Sequence[str]) -> list[str]:
    """The workspace's folders in their order, then those that only campaigns name; never the empty one."""
    named = sorted({row.group for row in rows if row.group} - set(declared))
    return [*declared, *named]


def folder_label(group: str) -> str:
    return group or tr("Ungrouped")
