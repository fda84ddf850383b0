"""What people call the groups of statistics, in their language."""

from collections.abc import Mapping
from typing import Final

from app.core.base.messages import Message
from app.core.base.translations import Language
from app.core.tables.regions import Region
from app.organisations.schemas import Level
from app.statistics.schemas.groups import Division, Experience
from app.statistics.service.counting import UNKNOWN

NOT_SAID: Final = Message("not stated")
_WORDS: Final = {
    Division.LEVEL: Level,
    Division.EXPERIENCE: Experience,
}


def name_of_group(by: Division, key: str, into: Language, themes: Mapping[str, str]) -> str:
    """Return what people call a group.

    Parameters
    ----------
    into : Language
    themes : mapping of str to str
        What they call each theme, by its key.
    """
    if key == UNKNOWN:
        return into.say(NOT_SAID)
    if by in {Division.COUNTRY, Division.REGION}:
        # CLDR knows regions by the same codes, but for one that is a territory as well.
        return into.country("AQ" if key == Region.ANTARCTICA else key)
    if by is Division.LANGUAGE:
        return into.language_name(key)
    if by is Division.THEME:
        return themes.get(key, key)
    return into.word(_WORDS[by](key))
