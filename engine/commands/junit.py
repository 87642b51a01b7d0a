"""Results of campaign tests as JUnit XML, which every CI system shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from engine.files import save_bytes

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Case(NamedTuple):
    """One person of a test. `failure`: what is other than expected; `error`: why nobody knows."""

    name: str
    failure: str = ""
    error: str = ""


class Suite(NamedTuple):
    """One test file."""

    name: str
    cases: Sequence[Case]
    seconds: float = 0.0


def write(suites: Sequence[Suite], path: Path) -> None:
    """Write the file, and the folders above it. Raises `FileError`."""
    root = ET.Element("testsuites", _counts([case for suite in suites for case in suite.cases]))
    for suite in suites:
        seconds = f"{suite.seconds:.3f}"
        counts = _counts(suite.cases)
        element = ET.SubElement(root, "testsuite", {"name": _text(suite.name), **counts, "time": seconds})
        for case in suite.cases:
            _add(element, suite.name, case)
    ET.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_bytes(path, ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _add(suite: ET.Element, name: str, case: Case) -> None:
    element = ET.SubElement(suite, "testcase", {"classname": _text(name), "name": _text(case.name)})
    for kind, text in (("failure", case.failure), ("error", case.error)):
        if text:
            found = ET.SubElement(element, kind, {"message": _text(text.splitlines()[0])})
            found.text = _text(text)


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "errors": str(sum(bool(case.error) for case in cases)),
    }


def _text(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("�", text)
