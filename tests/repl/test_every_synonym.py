"""Every word of every language's table means what its place in the table says."""

from collections.abc import Iterator

import pytest

from loopmind_live.arranger.vocabulary import LANGUAGES, table
from loopmind_live.repl.asked import read_operations
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES

BASS = dict(zip(LANGUAGES, ("the bass", "el bajo", "la basse", "den bass", "o baixo"), strict=True))
BRIDGE = dict(
    zip(LANGUAGES, ("the bridge", "el puente", "le pont", "die bridge", "a ponte"), strict=True)
)
BEFORE = dict(
    zip(
        LANGUAGES,
        ("before the outro", "antes de la salida", "avant la fin", "vor dem outro", "antes do fim"),
        strict=True,
    )
)
ON_PARTS = {
    "mute": {"intent": "mute"}, "remove": {"intent": "mute"}, "return": {"intent": "unmute"},
    "add": {"intent": "add"}, "renew": {"intent": "swap"}, "solo": {"intent": "solo"},
    "raise": {"intent": "level", "dir": "up"}, "louder": {"intent": "level", "dir": "up"},
    "lower": {"intent": "level", "dir": "down"}, "quieter": {"intent": "level", "dir": "down"},
}  # fmt: skip
ON_SECTIONS = {
    "go": {"intent": "goto"}, "loop": {"intent": "loop", "on": True},
    "renew": {"intent": "regenerate"}, "longer": {"intent": "resize", "rel": "longer"},
    "shorter": {"intent": "resize", "rel": "shorter"},
}  # fmt: skip
ALONE = {
    "faster": {"intent": "set_tempo", "rel": "faster"}, "undo": {"intent": "undo"},
    "slower": {"intent": "set_tempo", "rel": "slower"}, "redo": {"intent": "redo"},
    "half_time": {"intent": "set_tempo", "factor": 0.5}, "stop": {"intent": "stop"},
    "double_time": {"intent": "set_tempo", "factor": 2}, "play": {"intent": "play"},
    "unloop": {"intent": "loop", "on": False}, "restart": {"intent": "goto", "section": "intro"},
    "surprise": {"intent": "regenerate", "section": "current"},
}  # fmt: skip
OTHERWISE = frozenset(
    {
        # What they mean beside that object: other words go before.
        "drop the bass in", "sub out the bridge", "sub the bass out", "sub the bridge out",
        "solo out the bass", "kick off the bridge", "bring the bass back a bit", "kick off",
        "drop the beat", "stop beat", "hold it", "nevermind that change", "2x speed", "ya para",
        "balance la basse", "balance le pont", "dreh auf den bass", "los", "do zero",
        "pop the bridge before the outro",
    }
)  # fmt: skip


def lines(language: str, kind: str) -> Iterator[tuple[str, tuple[str, ...], dict[str, object]]]:
    """Yield each verb of a language with the ways to say it with an object, and what is meant."""
    verbs = table(language)["verb"]
    wanted, thing = {
        "parts": (ON_PARTS, BASS[language]), "sections": (ON_SECTIONS, BRIDGE[language]),
        "alone": (ALONE, ""),
    }[kind]  # fmt: skip
    for verb, meant in wanted.items():
        for phrase in verbs[verb]:
            if "*" in phrase:
                if thing:
                    yield verb, (phrase.replace("*", thing),), meant
            else:
                yield verb, (f"{phrase} {thing}".strip(), f"{thing} {phrase}".strip()), meant


def means(text: str, meant: dict[str, object]) -> bool:
    operations = read_operations(text).operations
    return len(operations) == 1 and meant.items() <= operations[0].items()


@pytest.mark.parametrize("kind", ["parts", "sections", "alone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_means_its_command_before_or_after_its_object(language, kind):
    wrong = [
        (verb, orders[0])
        for verb, orders, meant in lines(language, kind)
        if not any(means(text, meant) for text in orders) and orders[0] not in OTHERWISE
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_that_puts_a_section_in_takes_one_beside_another(language):
    wrong = []
    for phrase in table(language)["verb"]["insert"]:
        said = (
            phrase.replace("*", BRIDGE[language])
            if "*" in phrase
            else f"{phrase} {BRIDGE[language]}"
        )
        text = f"{said} {BEFORE[language]}"
        if text not in OTHERWISE and not means(
            text, {"intent": "insert", "section": "bridge", "before": "outro"}
        ):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_word_for_a_part_is_that_part_in_its_language(language, role):
    verb = dict(zip(LANGUAGES, ("swap", "cambia", "change", "tausche", "troca"), strict=True))
    words = table(language)["role"].get(role, ())
    meant = {"intent": "swap", "roles": [role]}
    wrong = [word for word in words if not means(f"{verb[language]} {word}", meant)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", LABELS)
def test_every_word_for_a_section_is_that_section_in_its_language(language, label):
    verb = dict(zip(LANGUAGES, ("go to", "salta al", "va au", "geh zum", "vai pro"), strict=True))
    words = table(language)["section"].get(label, ())
    meant = {"intent": "goto", "section": label}
    wrong = [word for word in words if not means(f"{verb[language]} {word}", meant)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_for_what_comes_last_and_until_when_is_understood(language):
    cut = dict(zip(LANGUAGES, ("mute", "silencia", "coupe", "mute", "silencia"), strict=True))
    go = dict(zip(LANGUAGES, ("go to the", "salta al", "va au", "geh zum", "vai pro"), strict=True))
    bridge = BRIDGE[language].split()[-1]
    written = table(language)
    wrong = [
        word
        for word in written["word"]["until"]
        if not means(f"{cut[language]} {BASS[language]} {word} {bridge}", {"until": "bridge"})
    ]
    wrong += [
        word
        for word in written["numbers"]["last"]
        if not means(f"{go[language]} {word} {bridge}", {"section": "bridge", "index": -1})
    ]
    assert wrong == []
