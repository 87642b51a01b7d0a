"""Bulk import of a data folder: people with ten columns.

Case by case: rows a second, seconds and memory, measured in a process of its own.
"""

# ruff: noqa: N999 - run by `python -m`, under the name that the command line gives the benchmark

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._report import Report, peak_memory

CITIES = ("Beijing", "Shanghai", "Guangzhou", "Shenzhen", "Hangzhou", "成都", "武汉", "西安")


def write_people(folder: Path, people: int) -> None:
    """people.csv with an id, two addresses and seven attributes, the same every time."""
    chance = random.Random(2)
    folder.mkdir(parents=True, exist_ok=True)
    types = '"city": "text", "gender": "text", "name": "text", "age": "number", "spent": "number"'
    types += ', "born": "time", "source": "text"'
    (folder / "schema.json").write_text(f'{{"attributes": {{{types}}}}}')
    with (folder / "people.csv").open("w", encoding="utf-8") as file:
        file.write(
            "person_id,id:mobile,id:email,attr:name,attr:city,attr:gender,attr:age,attr:spent,attr:born,"
        )
        file.write("attr:source\n")
        for n in range(people):
            city, age = chance.choice(CITIES), chance.randrange(18, 80)
            file.write(f"p{n:07d},+86138{n:08d},person{n}@example.com,Person {n},{city},{'fm'[n % 2]},{age},")
            file.write(f"{chance.randrange(10**6) / 100},{2026 - age}-03-0{n % 9 + 1}T00:00:00+08:00,web\n")


def _measure(folder: Path) -> None:
    """Runs in its own process: prints seconds, rejects and the peak memory of the import alone."""
    from engine.store.database import Database
    from engine.store.imports.folder import import_folder

    with Database.open(folder / "engine.db") as database:
        start = time.perf_counter()
        result = import_folder(database, folder / "data")
        seconds = time.perf_counter() - start
    sys.stdout.write(f"{seconds} {result.rejected} {peak_memory()}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--full", action="store_true", help="10 million people")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        _measure(options.measure)
        return
    people = 10_000_000 if options.full else options.people
    report = Report("import")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_people(folder / "data", people)
        command = [sys.executable, "-m", "benchmarks.import", "--measure", str(folder)]
        seconds, rejected, memory = subprocess.run(
            command, check=True, capture_output=True, text=True
        ).stdout.split()
        size = (folder / "engine.db").stat().st_size
    share = people / 1_000_000
    report.line(f"{people:,} people, 10 columns", float(seconds), "s", 20 * share)
    report.line("memory", int(memory) / 2**20, "MiB", 300)
    report.line("people/s", people / float(seconds), "people/s")
    report.line("rejected", int(rejected), "rows", 0)
    report.line("database", size / people, "bytes/person")
    report.machine()


if __name__ == "__main__":
    main()
