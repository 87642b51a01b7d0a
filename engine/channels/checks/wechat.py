"""A WeChat official account: app ID and secret give an access token.

Asked for by the interface that leaves the tokens of other programs valid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.channels.receipts.wechat_encrypted import KEY
from engine.channels.verdict import Verdict
from engine.channels.web import Ask, Request, judged
from engine.i18n import N_, Message
from engine.workspace.account_fields import with_scheme
from engine.workspace.account_settings import WechatSettings

ENDPOINT = "https://api.weixin.qq.com"
_REASONS = {
    40001: N_("The app secret is wrong."),
    40125: N_("The app secret is wrong."),
    40013: N_("WeChat knows no such app ID."),
    40164: N_("WeChat does not let this computer's address in. Add it to the IP whitelist of the account."),
    40243: N_("The app secret is frozen. Unfreeze it in the account's console."),
    45009: N_("The account has used up its calls for today. Try again tomorrow."),
    45011: N_("WeChat answers that there were too many requests. Try again in a minute."),
    -1: N_("WeChat is busy. Try again later."),
}


def token_request(base: str, app_id: str, secret: str, *, force: bool = False) -> Request:
    """Asks for the account's token. force: another one, although that which there is has not run out."""
    asked = {"grant_type": "client_credential", "appid": app_id, "secret": secret, "force_refresh": force}
    headers = {"Content-Type": "application/json"}
    return Request("POST", f"{base}/cgi-bin/stable_token", headers, json.dumps(asked).encode())


def check(settings: WechatSettings, secrets: Mapping[str, str], ask: Ask) -> Verdict:
    """Raises `NotReached`."""
    if settings.encrypted and not KEY.fullmatch(secrets.get("aes_key", "")):
        return Verdict(False, Message(N_("An EncodingAESKey has 43 letters and digits.")))
    base = with_scheme(settings.endpoint) if settings.endpoint else ENDPOINT
    place = urlsplit(base).netloc
    answer = ask(token_request(base, settings.app_id, secrets.get("app_secret", "")))
    found = answer.json()
    if isinstance(found.get("access_token"), str):
        return Verdict(True, Message(N_("{place} knows the official account."), place=place))
    code = found.get("errcode")
    if isinstance(code, int) and code in _REASONS:
        return Verdict(False, Message(_REASONS[code]))
    if isinstance(code, int):
        reason = str(found.get("errmsg", ""))[:200]
        text = N_("{place} refuses: {reason} ({code})")
        return Verdict(False, Message(text, place=place, reason=reason, code=code))
    if (trouble := judged(answer, place)) is not None:
        return Verdict(False, trouble)
    return Verdict(
        False, Message(N_("{place} does not answer like WeChat. Check the endpoint."), place=place)
    )
