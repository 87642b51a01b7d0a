"""Why one person of a million (`--full`; else of a tenth) got what they got: the whole chain of facts."""

from __future__ import annotations

import argparse
import time
from statistics import median

from benchmarks._databases import Target
from benchmarks._report import Report
from benchmarks._reported import CAMPAIGN, ZONE, on_each_database
from engine.run.lifecycle import number_of
from engine.run.settings import EngineSettings
from engine.run.why import why_of
from engine.store.database import Database
from engine.store.people import known_key

PEOPLE, FULL = 100_000, 1_000_000
TARGET_MS = 200.0
ASKED = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} people")
    given = parser.parse_args()
    report = Report("why")
    people = FULL if given.full else given.people
    on_each_database(people, lambda dialect, target, people: measure(report, dialect, target, people))
    report.machine()


def measure(report: Report, dialect: str, target: Target, people: int) -> None:
    settings = EngineSettings(ZONE)
    times = []
    with Database.open(target) as database:
        for n in range(ASKED):
            with database.read() as connection:
                began = time.perf_counter()
                number = number_of(connection, CAMPAIGN)
                key = known_key(connection, f"p{1 + n * (people - 1) // ASKED}")
                why_of(connection, number, key, settings, 2**42)
                times.append((time.perf_counter() - began) * 1_000)
    report.line(f"{dialect} one of {people:,} people, median", median(times), "ms", TARGET_MS)
    report.line(f"{dialect} one of {people:,} people, slowest", max(times), "ms", TARGET_MS)


if __name__ == "__main__":
    main()
