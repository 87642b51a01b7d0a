"""What the engine logs: where something failed, never the values that it had at hand.

Left to itself, structlog shows the local variables of an error wherever `rich` is installed, as the command
line has it: among them are secrets, and addresses of people.
"""

from __future__ import annotations

from typing import Any

import structlog


def set_up() -> None:
    """Lines for people, on standard output. A shared server has a log of its own (`engine/server/shared`)."""
    structlog.reset_defaults()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def get_logger() -> Any:
    """A logger of its own for each module."""
    return structlog.get_logger()


set_up()
