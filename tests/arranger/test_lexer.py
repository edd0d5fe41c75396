"""Words, numbers, times and keys in five languages, and slips of the keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.arranger.lexer import lex
from loopmind_live.arranger.spelling import distance, meant_by
from loopmind_live.arranger.vocabulary import (
    CONTENT,
    LANGUAGES,
    LONGEST,
    lexicon,
    likely_languages,
    named,
    plain,
    table,
)
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_has_all_tables_of_the_english_one(language):
    written, english = table(language), table("english")
    assert set(written) == set(english)
    for kind in ("verb", "more", "less"):
        assert set(written[kind]) == set(english[kind]), kind
    assert set(english["time"]) >= set(written["time"]) >= {"now", "next_bar", "in", "for"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_those_of_the_music(language):
    written = table(language)
    assert set(written["role"]) == set(ROLES)
    assert set(written["section"]) == {*LABELS, "current"}
    assert {*written["mood"], *MOOD_DIRECTIONS} >= set(written["darker"])
    assert set(written["genre"]) <= set(table("english")["genre"])
    assert set(written["mood"]) == set(table("english")["mood"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_longer_than_what_is_looked_up(language):
    assert max(len(phrase) for phrase in lexicon(language).senses) <= LONGEST


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_known_as_words_up_to_64(language):
    numbers = {
        sense.number
        for senses in lexicon(language).senses.values()
        for sense in senses
        if sense.kind == "number"
    }
    assert numbers >= {float(n) for n in range(65)}


@pytest.mark.parametrize(
    ("text", "bars"),
    [("mute drums in thirty two bars", 32), ("mute drums in twenty-four bars", 24),
     ("silencia el bajo en treinta y dos compases", 32),
     ("coupe la basse dans vingt et une mesures", 21),
     ("Bass aus in vierundsechzig Takten", 64), ("tira o baixo em vinte e quatro compassos", 24)],
)  # fmt: skip
def test_spoken_numbers_say_when(text, bars):
    when = [item for item in lex(text).items if item.kind == "when"]
    assert [(item.name, item.number) for item in when] == [("bar", bars)]


KEYS = [
    ("en fa# mineur", "F#:min"), ("in Fis-Moll", "F#:min"), ("in B-Dur", "A#:maj"),
    ("in h-moll", "B:min"), ("en si bemol mayor", "A#:maj"), ("em ré menor", "D:min"),
    ("en la mineur", "A:min"), ("Es-Dur", "D#:maj"), ("em dó sustenido menor", "C#:min"),
    ("en sol majeur", "G:maj"), ("C sharp minor", "C#:min"), ("key of E flat major", "D#:maj"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), KEYS, ids=[text for text, _ in KEYS])
def test_keys_are_read_as_their_languages_write_them(text, key):
    assert [item.name for item in lex(text).items if item.kind == "key"] == [key]


@pytest.mark.parametrize(
    ("text", "language"),
    [("mute the drums", "english"), ("quita el bajo", "spanish"), ("enlève la basse", "french"),
     ("mach den Bass leiser", "german"), ("tira o baixo", "portuguese"), ("", "english"),
     ("drop", "english")],
)  # fmt: skip
def test_the_language_is_the_one_that_knows_most_words(text, language):
    assert likely_languages(plain(text))[0] == language


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("regnrate", "regenerate"), ("cohrus", "chorus"), ("vrese", "verse"), ("bas", "bass"),
     ("brekdown", "breakdown"), ("agresive", "aggressive"), ("tehcno", "techno")],
)  # fmt: skip
def test_slips_are_mended(wrong, meant):
    found = meant_by(wrong, "english", ())
    assert found is not None
    assert lexicon("english").senses[found,][0].name in (
        lexicon("english").senses[meant,][0].name, meant,
    )  # fmt: skip


@pytest.mark.parametrize("word", ["look", "book", "cook", "rope", "hours", "tap", "mouse", "milk"])
def test_real_words_are_no_slips(word):
    assert meant_by(word, "english", lexicon("english").words) is None


WORDS = st.text("abcdefghij", max_size=9)


@given(WORDS, WORDS)
def test_the_distance_is_symmetric_and_bounded(one, other):
    found = distance(one, other, 9)
    assert found == distance(other, one, 9)
    assert abs(len(one) - len(other)) <= found <= max(len(one), len(other))
    assert (found == 0) == (one == other)


PIECES = st.sampled_from(
    [
        " ".join(phrase)
        for language in LANGUAGES
        for phrase, senses in list(lexicon(language).senses.items())[::40]
        if senses[0].kind not in CONTENT or senses[0].name in named("role")
    ]
    + ["drums", "hook", "4", "8 bars", "in", ",", ";", "xyzzy", "#", "3:30", "-2", "F#m", "%"]
)


@given(st.lists(PIECES, max_size=20).map(" ".join))
def test_items_lie_in_the_text_in_their_order(text):
    lexed = lex(text)
    places = [(item.start, item.end) for item in lexed.items]
    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text(max_size=300))
def test_any_text_is_cut_into_items(text):
    assert isinstance(lex(text).items, tuple)
