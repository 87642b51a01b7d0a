"""The server's log: one JSON object a line, without secrets and without what is people's own; in place of
`engine.logs`, which writes for people."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

HIDDEN = "…"

_SECRETS = re.compile(r"cc[tsiv]_[A-Za-z0-9_-]+|(?<=Bearer )\S+|whsec_\S+|(?<=://)[^/@\s]+@(?=\S)")
_EMAILS = re.compile(r"[^\s@\"'<>(),:;]+@[^\s@\"'<>(),:;]+\.[^\s@\"'<>(),:;]+")
_NUMBERS = re.compile(r"(?<![\w.:-])\+?\d(?:[ ()-]?\d){6,14}(?![\w:-]|\.\d)")
"""What may be a telephone number: 7 to 15 digits. Times and hashes are none."""
_OWN = frozenset(["timestamp", "level", "hash", "request"])
"""What the server writes by itself and never takes from outside."""

Fields = MutableMapping[str, Any]


def masked(text: str) -> str:
    """A text without tokens, passwords in URLs, email addresses and telephone numbers."""
    for pattern in (_SECRETS, _EMAILS, _NUMBERS):
        text = pattern.sub(HIDDEN, text)
    return text


def set_up(level: str, stream: TextIO | None = None) -> None:
    """From now on this process logs JSON, to the standard error or to `stream`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_people,
    ]
    form = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(form)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("alembic", "asyncio", "uvicorn"):  # they tell of every step
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def without_people(_logger: object, _method: str, fields: Fields) -> Fields:
    """A processor that masks what a line must not say, wherever it stands."""
    return {name: value if name in _OWN else _masked(value) for name, value in fields.items()}


def _masked(value: Any) -> Any:
    match value:
        case bool() | int() | float() | None:
            return value
        case dict():
            return {str(key): _masked(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(inner) for inner in value]
        case _:
            return masked(str(value))
