"""The words of descriptions by what they mean, in all languages that are known."""

from collections.abc import Mapping
from typing import cast

from loopmind_live.arranger.vocabulary import named
from loopmind_live.score.loop import Role

GENRE_WORDS: Mapping[str, tuple[str, ...]] = named("genre")
MOOD_WORDS: Mapping[str, tuple[str, ...]] = {
    mood: (*words, *named("darker").get(mood, ())) for mood, words in named("mood").items()
}
ROLE_WORDS = cast(Mapping[Role, tuple[str, ...]], named("role"))
