"""WeChat's safe mode: what it tells stands encrypted in a field, signed together with the account's token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import replace

from engine.channels.receipts.receipt import NotTaken, Report, same

KEY = re.compile(r"[A-Za-z0-9]{43}")
"""An EncodingAESKey: 32 bytes in Base64 without its end."""
_FIELD = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?</Encrypt>")
_BLOCK, _RANDOM, _LENGTH = 32, 16, 4


def opened(report: Report, token: str, app_id: str, key: str) -> Report:
    """The report with what it says in clear. Raises `NotTaken`: it is not WeChat's, or not this account's."""
    found = _FIELD.search(report.body)
    if found is None or not _is_signed(report, token, found[1].decode()):
        raise NotTaken(401, "signature")
    content = _decrypted(found[1], key)
    length = int.from_bytes(content[_RANDOM : _RANDOM + _LENGTH], "big")
    end = _RANDOM + _LENGTH + length
    if content[end:] != app_id.encode():
        raise NotTaken(401, "account")
    return replace(report, body=content[_RANDOM + _LENGTH : end])


def _is_signed(report: Report, token: str, encrypted: str) -> bool:
    parts = sorted((token, report.query.get("timestamp", ""), report.query.get("nonce", ""), encrypted))
    # The interface asks for SHA-1 of the sorted parts.
    wanted = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    return bool(token) and same(report.query.get("msg_signature", ""), wanted)


def _decrypted(encrypted: bytes, key: str) -> bytes:
    """Random bytes, a length, the message and the account's app ID."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not KEY.fullmatch(key):
        raise NotTaken(401, "key")
    secret = base64.b64decode(key + "=")
    try:
        content = base64.b64decode(encrypted, validate=True)
    except binascii.Error:
        raise NotTaken(400, "no_base64") from None
    if not content or len(content) % 16:
        raise NotTaken(400, "no_blocks")
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    plain = decryptor.update(content) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= _BLOCK or len(plain) < padding + _RANDOM + _LENGTH:
        raise NotTaken(401, "key")
    return plain[:-padding]
