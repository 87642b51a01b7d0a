"""Reports of a campaign of ten million visits (`--full`; else a tenth), whose counters spread over the hours
of three months, also as a page; and the first page of the people behind its numbers."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from benchmarks._databases import Target
from benchmarks._report import Report
from benchmarks._reported import CAMPAIGN, VISITS_A_PERSON, ZONE, on_each_database
from engine.report.behind import Number, What, people_behind
from engine.report.comparing import sum_of
from engine.report.overview import report_of
from engine.report.series import Step
from engine.run.lifecycle import number_of
from engine.server.reporting import report_answer
from engine.server.web.choices import Addresses, Choices
from engine.server.web.report_parts import ReportParts
from engine.store.database import Database

PEOPLE, FULL = 150_000, 1_700_000
TARGET_S = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} people: 10 million visits")
    given = parser.parse_args()
    report = Report("report")
    people = FULL if given.full else given.people
    on_each_database(people, lambda dialect, target, people: measure(report, dialect, target, people))
    report.machine()


def measure(report: Report, dialect: str, target: Target, people: int) -> None:
    report.line(f"{dialect} visits", people * VISITS_A_PERSON, "visits")
    with Database.open(target) as database, database.read() as connection:
        number = number_of(connection, CAMPAIGN)
        now = 2**42

        def behind(what: What, place: str = "") -> Callable[[], object]:
            return lambda: people_behind(connection, number, Number(what, place), now)

        def page() -> list[str]:
            found = report_answer(CAMPAIGN, "Bench", now, report_of(connection, number, ZONE))
            return list(ReportParts(found, Choices(), Addresses("/web", with_people=True), ZONE).parts())

        asked: dict[str, Callable[[], object]] = {
            "report by hour": lambda: report_of(connection, number, ZONE),
            "report by day": lambda: report_of(connection, number, ZONE, step=Step.DAY),
            "report of a cycle": lambda: report_of(connection, number, ZONE, cycle=1),
            "report as a page": page,
            "comparison of 10": lambda: [sum_of(connection, number) for _ in range(10)],
            "people who finished": behind(What.FINISHED),
            "people at a component": behind(What.ARRIVED, "n_5"),
            "people of messages": behind(What.MESSAGES, "n_6"),
        }
        for name, ask in asked.items():
            began = time.perf_counter()
            ask()
            report.line(f"{dialect} {name}", time.perf_counter() - began, "s", TARGET_S)


if __name__ == "__main__":
    main()
