"""What every benchmark prints: one JSON object a line on standard output, and nothing else there."""

from __future__ import annotations

import json
import os
import platform
import sys


class Report:
    """The lines of one benchmark; `machine()` ends it."""

    def __init__(self, bench: str) -> None:
        self._bench = bench
        self.ok = True

    def line(
        self, case: str, value: float, unit: str, target: float | None = None, *, at_most: bool = True
    ) -> bool | None:
        """Print a figure. It is good at or below the target, or at or above it where `at_most` is false."""
        ok = None if target is None else (value <= target if at_most else value >= target)
        self.ok = self.ok and ok is not False
        rounded = round(value, 6 if abs(value) < 1 else 3)
        self._print({"case": case, "value": rounded, "unit": unit, "target": target, "ok": ok})
        return ok

    def machine(self) -> None:
        """The last line: what the figures were measured on."""
        self._print(
            {
                "case": "machine",
                "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
                "system": platform.system(),
                "processor": platform.machine(),
                "python": platform.python_version(),
            }
        )

    def _print(self, fields: dict[str, object]) -> None:
        sys.stdout.write(json.dumps({"bench": self._bench, **fields}) + "\n")
        sys.stdout.flush()


def peak_memory() -> int:
    """The largest resident size of this process so far, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
