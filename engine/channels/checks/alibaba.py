"""Alibaba Cloud SMS and DirectMail: the AccessKey is known and may use the service; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.channels.alibaba import address, call
from engine.channels.verdict import Verdict
from engine.channels.web import Ask, judged
from engine.i18n import N_, Message
from engine.workspace.account_settings import AlibabaMailSettings, AlibabaSmsSettings

_REASONS = {
    "InvalidAccessKeyId.NotFound": N_("The provider knows no such AccessKey ID."),
    "InvalidAccessKeyId.Inactive": N_("The AccessKey is disabled. Enable it in the console."),
    "SignatureDoesNotMatch": N_("The AccessKey secret is wrong."),
    "IncompleteSignature": N_("The AccessKey secret is wrong."),
    "Forbidden.RAM": N_("The AccessKey may not use this service. Grant it in the console."),
    "NoPermission": N_("The AccessKey may not use this service. Grant it in the console."),
    "isv.ACCOUNT_NOT_EXISTS": N_("The service is not activated for this AccessKey."),
}


def check(
    settings: AlibabaSmsSettings | AlibabaMailSettings, secrets: Mapping[str, str], ask: Ask
) -> Verdict:
    """Ask for the list of signatures, or for the mail account's summary. Raises `NotReached`."""
    place = urlsplit(address(settings)).netloc
    secret = secrets.get("access_key_secret", "")
    if isinstance(settings, AlibabaSmsSettings):
        request = call(settings, secret, "QuerySmsSignList", {"PageIndex": "1", "PageSize": "1"})
    else:
        request = call(settings, secret, "DescAccountSummary", {})
    answer = ask(request)
    found = answer.json()
    code = found.get("Code")
    if isinstance(code, str) and code != "OK":
        known = next((text for prefix, text in _REASONS.items() if code.startswith(prefix)), None)
        if known is not None:
            return Verdict(False, Message(known))
        reason = str(found.get("Message", ""))[:200]
        text = N_("{place} refuses: {reason} ({code})")
        return Verdict(False, Message(text, place=place, reason=reason, code=code[:100]))
    if (trouble := judged(answer, place)) is not None:
        return Verdict(False, trouble)
    if answer.status != 200 or not found:
        text = N_("{place} does not answer like Alibaba Cloud. Check the endpoint.")
        return Verdict(False, Message(text, place=place))
    return Verdict(True, Message(N_("{place} knows the AccessKey."), place=place))
