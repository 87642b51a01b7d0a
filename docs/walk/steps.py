"""The whole walk: the start page, the sample shop, one campaign from nothing and one from a template."""

from __future__ import annotations

from collections.abc import Mapping

from docs.walk import eyes
from docs.walk.first_campaign import FirstCampaign
from docs.walk.person import Person
from docs.walk.second_campaign import SecondCampaign
from engine.i18n import current_language, tr

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "campaign": "Second order by SMS",
        "folder": "Retention",
        "group": "With an SMS",
        "random": "rand",
        "shop": "Sample shop",
    },
    "zh": {
        "campaign": "二次购买短信",
        "folder": "老客复购",
        "group": "发送短信",
        "random": "sjfz",
        "shop": "示例商城",
    },
}
"""What the person types and chooses. `random` finds Random Grouping, in Chinese by its pinyin's initials."""
AUDIENCE = "a_once"
CHINESE = "中文"


def walk(person: Person, language: str, theme: str) -> None:
    """Take every step. Raises `Failed` at the first that does not come to what it should."""
    start(person, language, theme)
    open_the_sample_shop(person)
    audience = person.see(lambda: eyes.called(AUDIENCE))
    FirstCampaign(person, {**WORDS[language], "audience": audience}).go()
    SecondCampaign(person, WORDS[language]).go()


def start(person: Person, language: str, theme: str) -> None:
    """The start page, in the language and theme that the person likes."""
    person.expect_words("Open the sample shop")
    if language == "zh":
        person.click_on(CHINESE)
        person.expect("everything in Chinese", lambda: current_language() == "zh")
    if theme == "dark":
        person.click_on(tr("Menu"))
        person.click_on(tr("View"))
        person.click_on(tr("Dark"))
        person.expect("a dark window", lambda: eyes.window().preferences.theme == "dark")
    person.point_at(tr("Open the sample shop"))
    person.shot("start")


def open_the_sample_shop(person: Person) -> None:
    """It is made when it is first opened."""
    person.click_on(tr("Open the sample shop"))
    person.expect("three campaigns in the list", lambda: len(eyes.statuses()) == 3)
    person.shot("list")
