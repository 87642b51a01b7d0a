"""Publishing where several people do: nobody publishes over what he has not seen, or what nobody approved."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection

from engine.campaign.rules import Severity, problems
from engine.i18n import N_, Message
from engine.server.answering import publish_answer
from engine.server.identity import proposals
from engine.server.identity.callers import note, present_caller
from engine.server.lacks import lacks
from engine.server.problems import NotPublished
from engine.server.service import Service
from engine.server.wire.base import Conflict, VersionTag
from engine.server.wire.campaigns import BundleCheck, PublishAnswer, etag
from engine.shapes.time import from_milliseconds, utc_text
from engine.store import versions
from engine.store.versions import PublishedVersion
from engine.workspace.bundle import Bundle
from engine.workspace.secrets import Secrets

ANY = "*"


def publish(service: Service, bundle: Bundle, if_match: str | None) -> PublishAnswer:
    """Publish a bundle. if_match: the version that its publisher knew, as `ETag` says it.

    Raises `NotPublished` where it is another one by now, or where nobody has approved; `Refused`.
    """
    id, caller = bundle.campaign.attributes.id, present_caller()
    with service.engine.together() as connection:
        before = versions.present_version(connection, id)
        if before is None or before.hash != bundle.hash:  # else nothing changes
            _refuse_overtaken(connection, id, before, if_match, needed=service.team is not None)
            if service.team is not None and service.team.four_eyes:
                now = service.clock.now()
                proposals.use(connection, bundle.hash, caller.name, now, service.team.approval_ms)
        answer = publish_answer(service.engine, service.database, bundle, _secrets(service))
        if service.team is not None and (before is None or before.version != answer.version):
            versions.sign(connection, id, answer.version, caller.name)
    note(target=id, version=answer.version, hash=answer.hash)
    return answer


def check(service: Service, bundle: Bundle) -> BundleCheck:
    """What would come of publishing a bundle now; nothing is changed."""
    now = service.clock.now()
    found = problems(bundle.campaign, bundle, from_milliseconds(now))
    errors = [str(one.message) for one in found if one.severity is Severity.ERROR]
    with service.database.read() as connection:
        present = versions.present_version(connection, bundle.campaign.attributes.id)
        team, approved = service.team, None
        if team is not None and team.four_eyes:
            by = present_caller().name
            approved = proposals.approval(connection, bundle.hash, by, now, team.approval_ms) is not None
    return BundleCheck(
        hash=bundle.hash,
        current=None if present is None else _tag(present),
        same=present is not None and present.hash == bundle.hash,
        approved=approved,
        problems=list(dict.fromkeys(errors)),
        lacks=lacks(service.database, bundle, _secrets(service)),
    )


def _secrets(service: Service) -> Secrets | None:
    """Where several people publish, accounts' secrets may lack: those were entered on other computers."""
    return None if service.team is None else Secrets(service.folder)


def _refuse_overtaken(
    connection: Connection, id: str, present: PublishedVersion | None, if_match: str | None, *, needed: bool
) -> None:
    """Raises `NotPublished`. needed: a new version of a campaign must say which one it follows."""
    known = [tag.strip() for tag in (if_match or "").split(",") if tag.strip()]
    if not known:
        if present is None or not needed:
            return
        text = N_("Say which version this one follows: send its ETag in the header If-Match.")
        raise NotPublished(
            428, "precondition_required", Message(text), Conflict(base=None, current=_tag(present))
        )
    if present is not None and (ANY in known or _tag(present).etag in known):
        return
    conflict = Conflict(base=_base(connection, id, known), current=None if present is None else _tag(present))
    if present is None:
        raise NotPublished(412, "deleted", Message(N_("The campaign was deleted here meanwhile.")), conflict)
    text = N_("Version {version} was published meanwhile. Look at what it changes, and publish again.")
    raise NotPublished(412, "overtaken", Message(text, version=present.version), conflict)


def _base(connection: Connection, id: str, known: list[str]) -> VersionTag | None:
    """The version that the publisher knew, if there is one."""
    for one in known:
        with suppress(ValueError):
            found = versions.version_of(connection, id, int(one.strip('"').partition("-")[0][:9]))
            if found is not None and _tag(found).etag == one:
                return _tag(found)
    return None


def _tag(one: PublishedVersion) -> VersionTag:
    return VersionTag(
        version=one.version,
        hash=one.hash,
        published_at=utc_text(one.published_at),
        published_by=one.published_by,
        etag=etag(one.version, one.hash),
    )
