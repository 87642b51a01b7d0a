"""Calls of Alibaba Cloud's RPC services, signed as their documentation says (signature version 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import quote, urlencode

from engine.channels.web import Request
from engine.workspace.account_fields import with_scheme
from engine.workspace.account_settings import AlibabaMailSettings, AlibabaSmsSettings


class Service(NamedTuple):
    """A service: the version of its interface, and its host in each region ("" for all others)."""

    version: str
    hosts: Mapping[str, str]


SMS = Service(
    "2017-05-25", {"": "dysmsapi.aliyuncs.com", "ap-southeast-1": "dysmsapi.ap-southeast-1.aliyuncs.com"}
)
MAIL = Service(
    "2015-11-23",
    {
        "": "dm.aliyuncs.com",
        "ap-southeast-1": "dm.ap-southeast-1.aliyuncs.com",
        "ap-southeast-2": "dm.ap-southeast-2.aliyuncs.com",
    },
)


def address(settings: AlibabaSmsSettings | AlibabaMailSettings) -> str:
    """Where the account's calls go."""
    if settings.endpoint:
        return with_scheme(settings.endpoint)
    hosts = (SMS if isinstance(settings, AlibabaSmsSettings) else MAIL).hosts
    return f"https://{hosts.get(settings.region, hosts[''])}"


def signed(parameters: Mapping[str, str], secret: str, method: Literal["GET", "POST"] = "POST") -> str:
    """The signature of a call's parameters."""
    query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(parameters.items()))
    text = f"{method}&{_encoded('/')}&{_encoded(query)}"
    # The interface asks for SHA-1; it keys a MAC here, for which it is not broken.
    mac = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def call(
    settings: AlibabaSmsSettings | AlibabaMailSettings,
    secret: str,
    action: str,
    parameters: Mapping[str, str],
) -> Request:
    """A signed call; with a random number in it, so that it is accepted once."""
    service = SMS if isinstance(settings, AlibabaSmsSettings) else MAIL
    whole = {
        **parameters,
        "Action": action,
        "Version": service.version,
        "Format": "JSON",
        "RegionId": settings.region,
        "AccessKeyId": settings.access_key_id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": randomness.token_hex(16),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    body = urlencode({**whole, "Signature": signed(whole, secret)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", f"{address(settings)}/", headers, body)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
