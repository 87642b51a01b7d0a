"""Whose word clients take that a server is the one it says: that of all whom this computer trusts."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter


class ComputersTrust(HTTPAdapter):
    """Trusts the authorities of the operating system, a company's own among them, or those that the variables
    `SSL_CERT_FILE` and `SSL_CERT_DIR` name; and those that the library brings along."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """TLS 1.2 or newer; certificates and names are checked."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
