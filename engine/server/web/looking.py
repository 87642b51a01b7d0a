"""What pages show of campaigns: read from the engine, drawn once a version and language."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from engine.campaign.measuring import goal_words
from engine.i18n import current_language, use_language
from engine.report.effect import effect_of
from engine.run.answers import CampaignStatus
from engine.run.lifecycle import number_of
from engine.server.campaigns import stored
from engine.server.service import Service
from engine.server.web.figures import Figures
from engine.server.web.picture import Picture, picture
from engine.workspace.bundle import Bundle

MOST_KEPT = 64
"""Campaigns and drawings that are kept: the ones that somebody looked at last."""

T = TypeVar("T")


class Looking:
    """Any thread may look."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._bundles: _Kept[Bundle] = _Kept()
        self._pictures: _Kept[Picture] = _Kept()

    def figures(self, campaign: str) -> Figures:
        """A campaign at this moment. Raises `UnknownCampaign`."""
        engine = self._service.engine
        status = engine.campaign(campaign)
        bundle = self._bundle(status)
        effect, goal = None, bundle.campaign.attributes.goal
        if goal is not None:
            with self._service.database.read() as connection:
                effect = effect_of(connection, number_of(connection, campaign))
        words = None if goal is None else goal_words(goal, bundle)
        counts = engine.counts(campaign)
        zone, now = self._service.zone, self._service.clock.now()
        return Figures(bundle.campaign, status, counts, zone, now, effect, words)

    def picture(self, campaign: str) -> Picture:
        """Its present version, drawn in the language in force. Raises `UnknownCampaign`."""
        status = self._service.engine.campaign(campaign)
        bundle = self._bundle(status)
        key = (status.campaign, status.version, status.published_at, current_language())
        return self._pictures.of(key, lambda: picture(bundle.campaign, bundle))

    def frames(self, campaign: str, languages: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """All that changes on its page, in each language. Raises `UnknownCampaign`."""
        figures = self.figures(campaign)
        found = {}
        for language in languages:
            with use_language(language):
                found[language] = {**figures.live(), "version": str(figures.status.version)}
        return found

    def _bundle(self, status: CampaignStatus) -> Bundle:
        key = (status.campaign, status.version, status.published_at)
        return self._bundles.of(key, lambda: stored(self._service, status.campaign, status.version))


class _Kept(Generic[T]):
    """What was made for a key, for some of them."""

    def __init__(self) -> None:
        self._made: OrderedDict[object, T] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()  # two at once may make it: nobody else waits meanwhile
        with self._lock:
            self._made[key] = made
            while len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
        return made
