import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.words import GENRE_WORDS, MOOD_WORDS, ROLE_WORDS
from loopmind_live.errors import ArrangerError


def request_of(text: str) -> Request:
    return read_prompt(text).request


def test_genre_mood_and_tempo_are_read() -> None:
    request = request_of("dark trap 140 bpm")
    assert (request.genre, request.moods, request.bpm) == ("trap", ("dark",), 140.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("lofi in f# minor", "F#:min"),
        ("house 124 Am", "A:min"),
        ("pop in Bb maj", "A#:maj"),
        ("pop Fm", "F:min"),
        ("pop in F", "F:maj"),
        ("pop key of A", "A:maj"),
        ("pop key: D minor", "D:min"),
        ("pop in e flat minor", "D#:min"),
        ("techno en la menor", "A:min"),
        ("techno in fis moll", "F#:min"),
        ("techno en fa# mineur", "F#:min"),
        ("trance C♯m", "C#:min"),
    ],
)
def test_keys_are_read_as_people_write_them(text: str, key: str) -> None:
    assert request_of(text).key == key


@pytest.mark.parametrize("text", ["techno in a dark mood", "a dark trap beat", "I am happy"])
def test_an_article_or_a_verb_is_no_key(text: str) -> None:
    assert request_of(text).key is None


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("trap 140", 140.0),
        ("trap at 142", 142.0),
        ("trap 87.5bpm", 87.5),
        ("trap bpm: 105", 105.0),
        ("tempo 96 trap", 96.0),
        ("trap 140bmp", 140.0),
        ("trap 120-128 bpm", 124.0),
    ],
)
def test_tempi_are_read_as_people_write_them(text: str, bpm: float) -> None:
    assert request_of(text).bpm == bpm


@pytest.mark.parametrize("text", ["trap 0 bpm", "trap 5 bpm", "trap 999", "tempo 300 trap"])
def test_a_tempo_out_of_range_is_one_clear_line(text: str) -> None:
    with pytest.raises(ArrangerError, match=r"^tempo \d+ bpm: choose one from 40 to 240$"):
        read_prompt(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("techno 6 minutes", 360.0), ("techno 90 seconds", 90.0), ("techno 3:30 long", 210.0),
     ("ambient for 1 hour", 3600.0), ("techno 5 minutos", 300.0)],
)  # fmt: skip
def test_lengths_are_read(text: str, seconds: float) -> None:
    assert request_of(text).duration_s == seconds


@pytest.mark.parametrize("text", ["techno 1 second", "techno 9 hours"])
def test_a_length_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ArrangerError, match="choose 5 seconds to 120 minutes"):
        read_prompt(text)


def test_bars_stand_before_or_behind_their_section() -> None:
    behind = (SectionWish("intro", 8), SectionWish("drop", 16))
    assert request_of("intro 8 bars then drop 16").sections == behind
    assert request_of("8 bar intro, 16 bar drop").sections == behind
    assert request_of("intro (8 bars), drop: 16 bars").sections == behind


def test_a_small_number_behind_a_section_says_which_one_and_not_how_long() -> None:
    assert request_of("verse 2 hook 8").sections == (SectionWish("verse"), SectionWish("hook", 8))


@pytest.mark.parametrize("text", ["house, 0 bar intro", "house, 999 bar intro", "intro 2.5 bars"])
def test_bars_out_of_range_are_refused(text: str) -> None:
    with pytest.raises(ArrangerError, match="choose 1 to 256 whole bars"):
        read_prompt(text)


def test_roles_go_to_the_section_they_are_said_of() -> None:
    assert request_of("jungle, no drums in the intro").sections == (
        SectionWish("intro", roles_out=("drums",)),
    )
    assert request_of("house, only pads and fx in the breakdown").sections == (
        SectionWish("breakdown", roles_only=("pad", "fx")),
    )
    assert request_of("verse 16 bars with drums and bass; hook").sections == (
        SectionWish("verse", 16, roles_in=("drums", "bass")),
        SectionWish("hook"),
    )
    assert request_of("house, no bass before the drop").sections == (
        SectionWish("build", roles_out=("bass",)),
    )


def test_roles_of_no_section_go_to_the_whole_piece() -> None:
    request = request_of("synthwave with pads and arps but no vocals")
    assert (request.roles_in, request.roles_out) == (("pad", "melody"), ("vocal",))
    assert request_of("rock without drums, bass and vocals").roles_out == ("drums", "bass", "vocal")
    mixed = request_of("rock no drums, piano")
    assert (mixed.roles_in, mixed.roles_out) == (("chords",), ("drums",))


def test_only_leaves_every_other_role_out() -> None:
    request = request_of("techno, only drums and bass")
    assert request.roles_in == ("drums", "bass")
    assert "melody" in request.roles_out and "bass" not in request.roles_out


def test_dropping_a_part_is_not_a_drop() -> None:
    request = request_of("house, drop the kick")
    assert (request.roles_out, request.sections) == (("kick",), ())


@pytest.mark.parametrize(
    ("text", "genre"),
    [("drum & bass", "dnb"), ("r'n'b", "rnb"), ("lo-fi hip hop", "lofi"), ("boom-bap", "boombap"),
     ("disco house", "house"), ("UK garage", "garage"), ("deep house", "deephouse"),
     ("drak trpa", "trap")],
)  # fmt: skip
def test_genres_are_known_by_their_other_names(text: str, genre: str) -> None:
    assert request_of(text).genre == genre


def test_other_languages_say_the_same() -> None:
    spanish = request_of("trap oscuro a 140 bpm sin voces")
    assert (spanish.moods, spanish.bpm, spanish.roles_out) == (("dark",), 140.0, ("vocal",))
    french = request_of("lo-fi détendu 80 bpm sans voix")
    assert (french.moods, french.roles_out) == (("chill",), ("vocal",))
    german = request_of("techno 130 ohne Gesang, Intro 16 Takte")
    assert (german.roles_out, german.sections) == (("vocal",), (SectionWish("intro", 16),))


def test_what_is_not_understood_is_told() -> None:
    reading = read_prompt("purple trap 140 bpm for my grandmother, not sad")
    assert reading.unknown == ("purple", "grandmother", "no sad")
    assert reading.request.moods == ()


@pytest.mark.parametrize(
    "text", ["", "   ", "what time is it in tokyo", "hello world", "???", "5 + 60"]
)
def test_a_prompt_without_music_is_refused(text: str) -> None:
    with pytest.raises(ArrangerError) as caught:
        read_prompt(text if text != "5 + 60" else "what is 5 + 60")
    assert "\n" not in str(caught.value)
    assert "names no music" in str(caught.value)


def test_an_endless_prompt_is_refused() -> None:
    with pytest.raises(ArrangerError, match="at most 4096"):
        read_prompt("trap " * 2000)
    with pytest.raises(ArrangerError, match="at most 64"):
        read_prompt("verse hook " * 40)


TABLES = (*GENRE_WORDS.values(), *MOOD_WORDS.values(), *ROLE_WORDS.values())
PIECES = [word for words in TABLES for word in words] + [
    "intro", "drop", "no", "only", "with", "in", "the", ",", "8", "bars", "140", "bpm", "before",
    "and", "f#", "Am", "(", "3:30", "-", "xyzzy",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_any_mix_of_words_is_read_or_refused_in_one_line(pieces: list[str]) -> None:
    try:
        request = request_of(" ".join(pieces))
    except ArrangerError as error:
        assert "\n" not in str(error)
        return
    assert request.bpm is None or 40 <= request.bpm <= 240
    assert not set(request.roles_in) & set(request.roles_out)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        request_of(text)
    except ArrangerError as error:
        assert "\n" not in str(error)


def test_the_development_prompts_that_ask_for_music_are_read_as_expected(test_data: Path) -> None:
    rows = [
        json.loads(line)
        for line in (test_data / "prompts/prompts_dev.jsonl").read_text().splitlines()
    ]
    asked = [row for row in rows if row["expect"][0]["intent"] == "arrange"]
    wrong = [row["text"] for row in asked if _plain(request_of(row["text"])) != row["expect"][0]]
    assert asked and not wrong


def _plain(request: Request) -> dict[str, Any]:
    """Return what a request asks for as an operation, empty fields left out."""

    def filled(values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value not in (None, [])}

    return {
        "intent": "arrange",
        **filled(
            {
                "genre": request.genre,
                "moods": list(request.moods),
                "bpm": request.bpm,
                "key": request.key,
                "sections": [
                    filled(
                        {
                            "label": wish.label,
                            "bars": wish.bars,
                            "roles_in": list(wish.roles_in),
                            "roles_out": list(wish.roles_out),
                            "roles_only": list(wish.roles_only),
                        }
                    )
                    for wish in request.sections
                ],
                "roles_in": list(request.roles_in),
                "roles_out": list(request.roles_out),
                "duration_s": request.duration_s,
            }
        ),
    }
