"""Umeng push: each app's key and secret are known. Asks for a task that there is not; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.channels.umeng import ENDPOINT, call
from engine.channels.verdict import Verdict
from engine.channels.web import Ask, judged
from engine.i18n import N_, Message
from engine.workspace.account_fields import App, with_scheme
from engine.workspace.account_settings import UmengSettings

_NO_SUCH_TASK = "2005"
"""What a call is answered that was signed rightly."""
_REASONS = {
    "2000": N_("{app}: Umeng has disabled the app."),
    "2004": N_("{app}: Umeng does not let this computer's address in. Add it to the app's IP whitelist."),
    "2021": N_("{app}: Umeng knows no such app key."),
    "2027": N_("{app}: The app master secret is wrong."),
    "2028": N_("{app}: This computer's clock is wrong."),
}


def check(settings: UmengSettings, secrets: Mapping[str, str], ask: Ask) -> Verdict:
    """Every app on every system that has a key; the first that fails is told. Raises `NotReached`."""
    base = with_scheme(settings.endpoint) if settings.endpoint else ENDPOINT
    place = urlsplit(base).netloc
    apps = [app for app in settings.apps if isinstance(app, App)]
    keys = [(app, system, getattr(app, f"{system}_key")) for app in apps for system in ("android", "ios")]
    keys = [(app, system, key) for app, system, key in keys if key]
    if not keys:
        return Verdict(False, Message(N_("Enter an app with its key first.")))
    for app, system, key in keys:
        secret = secrets.get(f"{app.id}/{system}", "")
        answer = ask(call(base, "/api/status", key, secret, {"task_id": "us00000000000000000000"}))
        data = answer.json().get("data")
        code = str(data.get("error_code", "")) if isinstance(data, dict) else ""
        if answer.json().get("ret") == "SUCCESS" or code == _NO_SUCH_TASK:
            continue
        name = f"{app.name or app.id} ({'iOS' if system == 'ios' else 'Android'})"
        if code in _REASONS:
            return Verdict(False, Message(_REASONS[code], app=name))
        if isinstance(data, dict) and code:
            reason = str(data.get("error_msg", ""))[:200]
            text = N_("{place} refuses: {reason} ({code})")
            return Verdict(False, Message(text, place=place, reason=reason, code=code[:20]))
        trouble = judged(answer, place)
        return Verdict(
            False,
            trouble or Message(N_("{place} does not answer like Umeng. Check the endpoint."), place=place),
        )
    return Verdict(True, Message(N_("{place} knows the apps."), place=place))
