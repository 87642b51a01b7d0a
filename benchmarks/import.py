"""Bulk import of people with ten columns: as a data folder, and as a table by a mapping of its columns.

Case by case: seconds, people a second and memory, each measured in a process of its own; of the table also
how long it takes to read it as a whole before, and to undo it after.
"""

# ruff: noqa: N999 - run by `python -m`, under the name that the command line gives the benchmark

from __future__ import annotations

import argparse
import json
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


def _measure_folder(folder: Path) -> None:
    """Runs in its own process: seconds, rejects and the peak memory of the import alone."""
    from engine.store.database import Database
    from engine.store.imports.folder import import_folder

    with Database.open(folder / "engine.db") as database:
        start = time.perf_counter()
        result = import_folder(database, folder / "data")
        seconds = time.perf_counter() - start
    _tell(seconds=seconds, rejected=result.rejected, memory=peak_memory())


def _measure_table(folder: Path) -> None:
    """The same of people.csv as a table, found out and mapped as the wizard does it; then undone."""
    from zoneinfo import ZoneInfo

    from engine.run.merging import merge
    from engine.store.database import Database
    from engine.store.imports.guessing import guessed
    from engine.store.imports.survey import survey
    from engine.store.imports.table import TableOrder, import_table
    from engine.store.imports.undo import undo
    from engine.workspace.catalog import Catalog

    path = folder / "data" / "people.csv"
    start = time.perf_counter()
    found = survey(path)
    read = time.perf_counter() - start
    mapping = guessed(found, Catalog(), path, "people")
    with Database.open(folder / "table.db") as database:
        start = time.perf_counter()
        result = import_table(database, TableOrder(path, mapping, ZoneInfo("Asia/Shanghai")), merge)
        seconds = time.perf_counter() - start
        memory = peak_memory()
        start = time.perf_counter()
        undo(database.write, result.import_id)
        undone = time.perf_counter() - start
    _tell(seconds=seconds, rejected=result.rejected, memory=memory, read=read, undone=undone)


def _tell(**measured: float) -> None:
    sys.stdout.write(json.dumps(measured))


def _measured(what: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.import", "--measure", what, "--folder", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--full", action="store_true", help="10 million people")
    parser.add_argument("--measure", choices=("folder", "table"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        (_measure_folder if options.measure == "folder" else _measure_table)(options.folder)
        return
    people = 10_000_000 if options.full else options.people
    report = Report("import")
    share = people / 1_000_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_people(folder / "data", people)
        for what in ("folder", "table"):
            found = _measured(what, folder)
            report.line(f"{what}, {people:,} people, 10 columns", found["seconds"], "s", 20 * share)
            report.line(f"{what}, memory", found["memory"] / 2**20, "MiB", 300)
            report.line(f"{what}, people/s", people / found["seconds"], "people/s")
            report.line(f"{what}, rejected", found["rejected"], "rows", 0)
            if what == "table":
                report.line("table, read as a whole before", found["read"], "s")
                report.line("table, undone after", found["undone"], "s")
        size = (folder / "engine.db").stat().st_size
    report.line("database", size / people, "bytes/person")
    report.machine()


if __name__ == "__main__":
    main()
