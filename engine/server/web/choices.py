"""What a reader has chosen of a report, as it stands in the addresses of its pages and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from pydantic import StringConstraints

from engine.report.overview import Course
from engine.report.series import Step
from engine.server.reported.numbers import Ask

_MOST_LINES = 200
_Line = Annotated[str, StringConstraints(max_length=64)]


@dataclass(frozen=True)
class Choices:
    """step: of the series. cycle: the only one that is told of, or None. through, via: of the funnel's path,
    see `Course`."""

    step: Step = Step.HOUR
    cycle: int | None = None
    through: str = ""
    via: tuple[str, ...] = ()

    @property
    def course(self) -> Course:
        return Course(through=self.through, via=self.via)

    def fields(self) -> list[tuple[str, str]]:
        """As fields of an address: what is as it always is stands in none."""
        found = [("step", self.step.value)] if self.step is not Step.HOUR else []
        found += [("cycle", f"{self.cycle}")] if self.cycle is not None else []
        found += [("through", self.through)] if self.through else []
        return [*found, *(("via", line) for line in self.via)]

    def down(self, start: str, lines: tuple[str, ...]) -> Choices:
        """The same along another path, down these lines. start: where it begins, "" where most people do."""
        return replace(self, through=start, via=lines)


def chosen(
    step: Step = Step.HOUR,
    cycle: Annotated[str, Query(pattern="^([1-9][0-9]{0,8})?$")] = "",
    through: Annotated[str, Query(max_length=64)] = "",
    via: Annotated[list[_Line] | None, Query(max_length=_MOST_LINES)] = None,
) -> Choices:
    """What the address of a page says. `cycle` is empty for all, as a form sends it."""
    return Choices(step, int(cycle) if cycle else None, through, tuple(via or ()))


@dataclass(frozen=True)
class Addresses:
    """Where a report and what belongs to it are found. campaign: the page that this is the report of.
    with_people: whether the reader may see the people behind its numbers."""

    campaign: str
    with_people: bool

    @property
    def base(self) -> str:
        return f"{self.campaign}/report"

    def report(self, choices: Choices) -> str:
        return address(self.base, choices.fields())

    def file(self, format: str, choices: Choices) -> str:
        return address(f"{self.base}/files/{format}", choices.fields())

    def people(self, ask: Ask) -> str | None:
        """The people behind a number; None where the reader may not see them."""
        return address(f"{self.base}/people", _asked(ask)) if self.with_people else None


def in_another_language(fields: list[tuple[str, str]]) -> str:
    """What an address keeps behind the language that is chosen."""
    return f"&{urlencode(fields)}" if fields else ""


def address(path: str, fields: list[tuple[str, str]]) -> str:
    """An address with its fields."""
    return f"{path}?{urlencode(fields)}" if fields else path


def _asked(ask: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, f"{value}") for name, value in ask.items() if value is not None]
