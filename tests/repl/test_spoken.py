"""What is said besides the verb and its object: until when, which of several, what comes next."""

import pytest

from loopmind_live.repl.asked import read_operations
from loopmind_live.score.loop import ROLES


def operations(text: str) -> list[dict[str, object]]:
    return read_operations(text).operations


UNTIL = [
    "mute the drums until the hook", "mute drums till the chorus",
    "keep the drums out until the hook",
    "silencia la batería hasta el estribillo", "coupe la batterie jusqu'au refrain",
    "schlagzeug stumm bis zum refrain", "muta a bateria até o refrão",
]  # fmt: skip


@pytest.mark.parametrize("text", UNTIL)
def test_what_lasts_until_a_section_names_it(text):
    assert operations(text) == [{"intent": "mute", "roles": ["drums"], "until": "hook"}]


@pytest.mark.parametrize("text", ["no bass until the drop", "mute the bass before the drop"])
def test_what_stays_out_before_a_drop_stays_out_of_its_build(text):
    assert operations(text) == [{"intent": "constrain", "section": "build", "roles_out": ["bass"]}]


@pytest.mark.parametrize(
    "text",
    ["delete the last bridge", "elimina el último puente", "supprime le dernier pont",
     "lösche die letzte bridge", "apaga a última ponte"],
)  # fmt: skip
def test_the_last_of_a_label_has_a_number_of_its_own(text):
    assert operations(text) == [{"intent": "delete", "section": "bridge", "index": -1}]


def test_which_one_is_next_is_not_known():
    assert operations("delete the next verse") == [{"intent": "none"}]


@pytest.mark.parametrize(
    ("text", "way"),
    [("louder", "up"), ("turn it up", "up"), ("más fuerte", "up"), ("plus fort", "up"),
     ("lauter bitte", "up"), ("mais alto", "up"), ("quieter", "down"), ("leiser", "down")],
)  # fmt: skip
def test_louder_alone_is_all_that_plays(text, way):
    assert operations(text) == [{"intent": "level", "roles": list(ROLES), "dir": way}]


@pytest.mark.parametrize(
    "text", ["can you speak louder", "it's too loud in here", "turn it up to 11"]
)
def test_what_is_loud_beside_the_music_does_nothing(text):
    assert operations(text) == [{"intent": "none"}]


@pytest.mark.parametrize("text", ["surprise me", "roll the dice", "sorpréndeme", "überrasch mich"])
def test_a_surprise_is_another_choice_for_what_plays(text):
    assert operations(text) == [{"intent": "regenerate", "section": "current"}]


@pytest.mark.parametrize(
    "text",
    ["back to the top", "from the top", "start over", "desde el principio", "reprends du début",
     "nochmal von vorne", "volta pro começo"],
)  # fmt: skip
def test_the_top_is_the_intro(text):
    assert operations(text) == [{"intent": "goto", "section": "intro"}]


def test_what_is_said_to_come_next_queues_up_section_by_section():
    at = [{"unit": "section", "n": n} for n in (1, 2, 3)]
    assert operations("hook next, then go to the bridge, then outro") == [
        {"intent": "goto", "section": "hook", "when": at[0]},
        {"intent": "goto", "section": "bridge", "when": at[1]},
        {"intent": "goto", "section": "outro", "when": at[2]},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "take the second one",
        "toma la segunda",
        "prends la deuxième",
        "nimm die zweite",
        "pega a segunda",
    ],
)
def test_an_alternative_is_taken_by_its_place(text):
    assert operations(text) == [{"intent": "take", "index": 2}]


@pytest.mark.parametrize(
    "text", ["scrap that last change", "anula el último cambio", "annule ce changement"]
)
def test_a_change_that_is_taken_back_is_undone(text):
    assert operations(text) == [{"intent": "undo"}]


@pytest.mark.parametrize("text", ["quita", "coupe", "tira", "entferne"])
def test_a_verb_of_another_language_is_no_slip_of_an_english_one(text):
    answer = read_operations(text)
    assert answer.operations == [{"intent": "none"}]
    assert answer.complaint == (
        f"{text!r} alone does not say what: name a part or a section, as in: {text} bass"
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("shove the pads down a bit", {"intent": "level", "roles": ["pad"], "dir": "down"}),
        ("whack the hats up", {"intent": "level", "roles": ["hats"], "dir": "up"}),
        ("bung the drums out", {"intent": "mute", "roles": ["drums"]}),
    ],
)
def test_a_verb_that_is_not_known_is_read_by_the_way_it_goes(text, meant):
    assert operations(text) == [meant]


@pytest.mark.parametrize(
    "text",
    ["pack the drums away", "carry the keys out", "drums are stacked up backstage",
     "tape the pads down",
     "SELECT * FROM loops WHERE bpm > 120;", "git checkout -b drop", "x = 128", "mute() {}",
     "if bass: mute(drums)", "it's too dark in here", "i don't like this melody"],
)  # fmt: skip
def test_what_is_done_to_gear_remarked_or_told_to_machines_does_nothing(text):
    assert operations(text) == [{"intent": "none"}]


@pytest.mark.parametrize(
    ("text", "bpm"),
    [("tempo one twenty eight", 128), ("tempo a hundred and thirty", 130), ("ninety two bpm", 92),
     ("tempo cent vingt-huit", 128), ("tempo hundertachtundzwanzig", 128),
     ("tempo cento e vinte e oito", 128), ("tempo ciento veintiocho", 128)],
)  # fmt: skip
def test_a_tempo_is_said_in_words(text, bpm):
    assert operations(text) == [{"intent": "set_tempo", "bpm": bpm}]


def test_a_complaint_and_its_remedy_are_one_command():
    assert operations("this is too slow, double time") == [{"intent": "set_tempo", "factor": 2}]
    assert operations("the drums are burying the vocals, pull them down") == [
        {"intent": "level", "roles": ["drums"], "dir": "down"}
    ]
    assert operations("the hook is too dark, make it brighter") == [
        {"intent": "regenerate", "section": "hook", "moods": ["bright"]}
    ]
    assert operations("go back, undo") == [{"intent": "undo"}]
    assert operations("undo, undo") == [{"intent": "undo"}] * 2


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mute bd in 2b", {"intent": "mute", "roles": ["kick"], "when": {"unit": "bar", "n": 2}}),
        ("regen v2", {"intent": "regenerate", "section": "verse", "index": 2}),
        ("goto brdg", {"intent": "goto", "section": "bridge"}),
        ("para o loop", {"intent": "loop", "section": "current", "on": False}),
        ("take it down a minor third", {"intent": "set_key", "semitones": -3}),
        ("next up, the breakdown",
         {"intent": "goto", "section": "breakdown", "when": {"unit": "section", "n": 1}}),
    ],
)  # fmt: skip
def test_shorthand_and_words_that_two_languages_share(text, meant):
    assert operations(text) == [meant]


def test_a_word_before_a_key_or_a_section_belongs_to_it():
    assert operations("pop in C major 110")[0]["genre"] == "pop"
    assert operations("lofi 84, no kick in the intro")[0]["sections"] == [
        {"label": "intro", "roles_out": ["kick"]}
    ]


def test_very_dark_is_dark_and_too_dark_a_remark():
    assert operations("algo muy oscuro y tranquilo") == [
        {"intent": "arrange", "moods": ["dark", "chill"]}
    ]
    assert operations("too dark") == [{"intent": "none"}]


TALKED = [
    ("my hands are cold can we go a little slower", {"intent": "set_tempo", "rel": "slower"}),
    ("i'm not feeling the second verse give me a new one",
     {"intent": "regenerate", "section": "verse", "index": 2}),
    ("singer says it's too low so take the whole thing up three semitones",
     {"intent": "set_key", "semitones": 3}),
    ("solo the drums for the next sixteen bars i wanna rap over it",
     {"intent": "solo", "roles": ["drums"], "duration": {"unit": "bar", "n": 16}}),
    ("you know what we don't need the prechorus anymore just delete it",
     {"intent": "delete", "section": "prechorus"}),
    ("whew it's getting hot in here slow it down by ten bpm",
     {"intent": "set_tempo", "delta": -10}),
    ("oh no that was awful undo that please", {"intent": "undo"}),
    ("mach mal den Gesang lauter", {"intent": "level", "roles": ["vocal"], "dir": "up"}),
    ("set the tempo to one oh eight please", {"intent": "set_tempo", "bpm": 108}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), TALKED)
def test_a_request_is_found_within_talk_where_no_comma_stands(text, meant):
    assert operations(text) == [meant]


def test_requests_in_one_breath_are_told_apart():
    assert operations("lose the pads bring the tempo up to one thirty then go to the drop") == [
        {"intent": "mute", "roles": ["pad"]}, {"intent": "set_tempo", "bpm": 130},
        {"intent": "goto", "section": "drop"},
    ]  # fmt: skip
    assert operations("ditch the hats and let's do the drop next") == [
        {"intent": "mute", "roles": ["hats"]},
        {"intent": "goto", "section": "drop", "when": {"unit": "section", "n": 1}},
    ]


@pytest.mark.parametrize(
    "text",
    ["i love this song can we stop for pizza", "louder please said the old man",
     "stop by my place at 9", "my dog is sick can we go home", "i love to play",
     "i think the singer wants to mute her phone", "just stop it you two",
     "it's fun to mute the drums", "there's a bridge near my house",
     "my mom is coming play something she likes"],
)  # fmt: skip
def test_talk_that_only_sounds_like_a_request_does_nothing(text):
    assert operations(text) == [{"intent": "none"}]
