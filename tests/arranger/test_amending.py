"""Lines in which a performer takes back what was just said."""

import pytest

from loopmind_live.repl.asked import read_operations


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mute the bass, no wait, the drums", "mute the drums"),
        ("mute the drums, no, the bass", "mute the bass"),
        ("delete the hook, i mean the bridge", "delete the bridge"),
        ("go to the hook, no sorry, the bridge", "go to the bridge"),
        ("tempo 126, no, 128", "tempo 128"),
        ("trap 140, no wait, 150 bpm", "trap 150 bpm"),
        ("mute the bass, no wait, swap it", "swap the bass"),
        ("swap the hats and mute the bass, no wait, the drums", "swap the hats and mute the drums"),
        ("sube la voz, no espera, el bajo", "sube el bajo"),
        ("coupe la basse, non attends, la batterie", "coupe la batterie"),
        ("mach den bass lauter, nein warte, die drums", "mach die drums lauter"),
        ("tira o baixo, não espera, a bateria", "tira a bateria"),
    ],
)
def test_what_was_taken_back_is_not_done(text, meant):
    assert read_operations(text).operations == read_operations(meant).operations


@pytest.mark.parametrize("text", ["no, mute the drums", "wait, mute the drums"])
def test_a_refusal_before_anything_was_asked_takes_nothing_back(text):
    assert read_operations(text).operations == [{"intent": "mute", "roles": ["drums"]}]


def test_a_part_is_dropped_for_the_section_that_plays():
    assert read_operations("drop the bass for one section").operations == [
        {"intent": "mute", "roles": ["bass"], "duration": {"unit": "section", "n": 1}}
    ]


def test_parts_left_out_in_a_row_are_no_correction():
    asked = read_operations("no drums, no bass").operations
    assert [one["roles"] for one in asked] == [["drums"], ["bass"]]


@pytest.mark.parametrize(
    "text", ["is it raining, no wait, snowing", "i mean it", "tea, no, coffee", "sorry, i mean you"]
)
def test_small_talk_that_is_taken_back_does_nothing(text):
    assert read_operations(text).operations == [{"intent": "none"}]
