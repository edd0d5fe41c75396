"""What a performer types, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.asked import read_operations
from loopmind_live.repl.grammar import parse, read
from loopmind_live.repl.lexicon import ROLE_PHRASES, SECTIONS
from loopmind_live.repl.verbs import PATTERNS
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import COMMANDS, Command, When, check


def operations(text: str) -> list[dict[str, object]]:
    """Return what `text` means to other programs, "none" where it is refused."""
    return read_operations(text).operations


NOW, NEXT_SECTION = When("now"), When("section")


def one(text: str) -> Command:
    """Return the only command that `text` means."""
    commands = parse(text)
    assert len(commands) == 1, commands
    return commands[0]


def said(text: str) -> tuple[str, dict[str, object], When | None]:
    command = one(text)
    return command.name, dict(command.arguments), command.when


@pytest.mark.parametrize(
    ("spec", "phrase"),
    [(spec, phrase) for spec in COMMANDS for phrase in spec.phrases],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_phrase_of_the_table_means_its_own_row(spec, phrase):
    command = one(phrase)
    assert command.name == spec.name
    assert command.text == phrase
    assert check(command) is spec


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_every_row_is_known_by_its_name(spec):
    first = spec.phrases[0].removeprefix(spec.name.replace("_", " "))
    arguments = first.split(" ", 1)[1:] if spec.name != "arrange" else [first]
    assert one(" ".join([spec.name, *arguments])).name == spec.name


EFFECTS = [
    ("reverb size 80", "reverb_size", {"size": 80.0}, None),
    ("reverb size 0.8", "reverb_size", {"size": 80.0}, None),
    ("set the reverb size to 35 percent", "reverb_size", {"size": 35.0}, None),
    ("reverb size 1 in 4 bars", "reverb_size", {"size": 1.0}, When("bar", 4)),
    ("verb damping 30 %", "reverb_damp", {"damp": 30.0}, None),
    ("delay time 3/4 beat", "delay_time", {"beats": 0.75}, None),
    ("delay time to 1/8 beats", "delay_time", {"beats": 0.125}, None),
    ("echo time 2 beats next bar", "delay_time", {"beats": 2.0}, When("bar")),
    ("delay time 0.5", "delay_time", {"beats": 0.5}, None),
    ("delay feedback 40 %", "delay_feedback", {"feedback": 40.0}, None),
    ("feedback 0.4", "delay_feedback", {"feedback": 40.0}, None),
    ("level drums -3 in 4 bars", "level", {"roles": ("drums",), "db": -3.0}, When("bar", 4)),
]


EDITS = [
    ("longer outro", "resize", {"section": "outro", "rel": "longer"}, None),
    ("make the hook 16 bars", "resize", {"section": "hook", "bars": 16}, None),
    ("extend verse 2 by 4 bars in 2 bars", "resize",
     {"section": "verse", "number": 2, "delta": 4, "rel": "longer"}, When("bar", 2)),
    ("put a 4 bar build before the drop", "insert_section",
     {"section": "build", "bars": 4, "before": "drop"}, None),
    ("insert bridge after hook 2", "insert_section",
     {"section": "bridge", "after": "hook", "number": 2}, None),
    ("get rid of the second verse", "delete", {"section": "verse", "number": 2}, None),
    ("no drums in the intro", "constrain", {"section": "intro", "roles_out": ("drums",)}, None),
    ("only drums and bass for the breakdown", "constrain",
     {"section": "breakdown", "roles_only": ("drums", "bass")}, None),
    ("make it darker", "restyle", {"moods": ("dark",)}, None),
    ("less dark", "restyle", {"moods_out": ("dark",)}, None),
    ("regenerate hook darker", "regenerate", {"section": "hook", "moods": ("dark",)}, None),
    ("add some vocals to the hook", "add", {"roles": ("vocal",), "section": "hook"}, None),
    ("mute drums for 4 bars", "mute", {"roles": ("drums",), "bars": 4.0}, None),
    ("mute drums in verse 2", "mute", {"roles": ("drums",), "section": "verse", "number": 2}, None),
    ("mute drums in 4 bars", "mute", {"roles": ("drums",)}, When("bar", 4)),
    ("key relative minor", "set_key", {"mode": "relative_minor"}, None),
    ("why hook 2", "why", {"section": "hook", "number": 2}, None),
    ("alternatives for bass", "alternatives", {"roles": ("bass",)}, None),
    ("take 2", "take", {"number": 2}, None),
    ("favorite bass off", "favorite", {"roles": ("bass",), "on": False}, None),
    ("forget it", "cancel", {}, None),
    ("forget taste", "forget", {"what": "taste"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "arguments", "when"), EDITS)
def test_phrases_about_the_arrangement(text, name, arguments, when):
    assert said(text) == (name, arguments, when)


@pytest.mark.parametrize(("text", "name", "arguments", "when"), EFFECTS)
def test_phrases_about_the_shared_effects(text, name, arguments, when):
    assert said(text) == (name, arguments, when)


@pytest.mark.parametrize("text", ["delay time 1/0 beat", "delay time 9 beats", "feedback 95"])
def test_an_effect_out_of_its_range_is_refused_by_name(text):
    with pytest.raises(SessionError, match="delay"):
        parse(text)


PARTS = [
    ("kill the hats", "mute", ("hats",), None),
    ("drop the kick", "mute", ("kick",), None),
    ("no kick for now", "mute", ("kick",), NOW),
    ("lose the vocals in 2 measures", "mute", ("vocal",), When("bar", 2)),
    ("take the bass out in eight bars", "mute", ("bass",), When("bar", 8)),
    ("turn the pad off", "mute", ("pad",), None),
    ("hats off", "mute", ("hats",), None),
    ("stop the drums", "mute", ("drums",), None),
    ("cut the beat right now", "mute", ("drums",), NOW),
    ("mute hi-hats, 808s & percussion", "mute", ("hats", "bass", "perc"), None),
    ("mute drums+bass in 4", "mute", ("drums", "bass"), When("bar", 4)),
    ("in 4 bars mute the lead", "mute", ("melody",), When("bar", 4)),
    ("mute in four bars the arp", "mute", ("melody",), When("bar", 4)),
    ("MUTE Drums!", "mute", ("drums",), None),
    ("bring back the drums", "unmute", ("drums",), None),
    ("bring the drums back in next bar", "unmute", ("drums",), When("bar")),
    ("drums back in", "unmute", ("drums",), None),
    ("put the vox back", "unmute", ("vocal",), None),
    ("unmute all", "unmute", ROLES, None),
    ("mute everything but the drums", "solo", ("drums",), None),
    ("only drums and bass", "solo", ("drums", "bass"), None),
    ("let's hear only the vocals", "solo", ("vocal",), None),
    ("synth only", "solo", ("melody",), None),
    ("swap the bass", "swap", ("bass",), None),
    ("give me a different bassline", "swap", ("bass",), None),
    ("regenerate the bass", "swap", ("bass",), None),
    ("new drums after this section", "swap", ("drums",), NEXT_SECTION),
    ("keep the bass and the drums", "lock", ("bass", "drums"), None),
    ("let go of the bass", "unlock", ("bass",), None),
]


@pytest.mark.parametrize(("text", "name", "roles", "when"), PARTS, ids=[row[0] for row in PARTS])
def test_phrases_about_parts(text, name, roles, when):
    assert said(text) == (name, {"roles": roles}, when)


PLACES = [
    ("regen hook", "regenerate", {"section": "hook"}, None),
    ("new hook", "regenerate", {"section": "hook"}, None),
    ("give me another chorus, this one's boring", "regenerate", {"section": "hook"}, None),
    ("regenerate this section", "regenerate", {"section": "current"}, None),
    ("redo the hook", "regenerate", {"section": "hook"}, None),
    ("reroll verse two", "regenerate", {"section": "verse", "number": 2}, None),
    ("go to the hook", "goto", {"section": "hook"}, None),
    ("jump to verse 2", "goto", {"section": "verse", "number": 2}, None),
    ("goto 2nd verse", "goto", {"section": "verse", "number": 2}, None),
    ("back to the second verse", "goto", {"section": "verse", "number": 2}, None),
    ("hook next", "goto", {"section": "hook"}, NEXT_SECTION),
    ("go to the pre-chorus next", "goto", {"section": "prechorus"}, NEXT_SECTION),
    ("drop now", "goto", {"section": "drop"}, NOW),
    ("cut to the drop", "goto", {"section": "drop"}, None),
    ("bring back the verse", "goto", {"section": "verse"}, None),
    ("jump to the bridge after this section", "goto", {"section": "bridge"}, NEXT_SECTION),
    ("at the end of the section go to the outro", "goto", {"section": "outro"}, NEXT_SECTION),
    ("play the refrain on the next bar", "goto", {"section": "hook"}, When("bar")),
    ("previous hook", "previous", {"section": "hook"}, None),
    ("bring back the old hook", "previous", {"section": "hook"}, None),
    ("loop", "loop", {}, None),
    ("loop hook", "loop", {"section": "hook"}, None),
    ("loop this section", "loop", {"section": "current"}, None),
    ("loop off", "loop", {"on": False}, None),
    ("stop looping", "loop", {"on": False}, None),
    (
        "swap the hi-hats in verse 2 in 8 bars", "swap",
        {"roles": ("hats",), "section": "verse", "number": 2}, When("bar", 8),
    ),
    ("different drums in the verse pls", "swap", {"roles": ("drums",), "section": "verse"}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name", "arguments", "when"),
    PLACES,
    ids=[row[0] for row in PLACES],
)
def test_phrases_about_sections(text, name, arguments, when):
    assert said(text) == (name, arguments, when)


AMOUNTS = [
    ("tempo 128", "set_tempo", {"bpm": 128.0}),
    ("128", "set_tempo", {"bpm": 128.0}),
    ("128.5 bpm", "set_tempo", {"bpm": 128.5}),
    ("drop the tempo to 128", "set_tempo", {"bpm": 128.0}),
    ("go to 90 bpm", "set_tempo", {"bpm": 90.0}),
    ("tempo -4", "set_tempo", {"delta": -4.0}),
    ("tempo up 5", "set_tempo", {"delta": 5.0}),
    ("bump it up 5 bpm", "set_tempo", {"delta": 5.0}),
    ("slow it down by six bpm", "set_tempo", {"delta": -6.0}),
    ("faster", "set_tempo", {"delta": 4.0}),
    ("a bit slower", "set_tempo", {"delta": -4.0}),
    ("key F# minor", "set_key", {"key": "F#:min"}),
    ("change key to Eb minor", "set_key", {"key": "D#:min"}),
    ("key of A", "set_key", {"key": "A:maj"}),
    ("Bb minor", "set_key", {"key": "A#:min"}),
    ("key +2", "set_key", {"semitones": 2}),
    ("up 2 semitones", "set_key", {"semitones": 2}),
    ("down a semitone", "set_key", {"semitones": -1}),
    ("pitch it up an octave", "set_key", {"semitones": 12}),
    ("transpose down a whole step", "set_key", {"semitones": -2}),
    ("level drums -3", "level", {"roles": ("drums",), "db": -3.0}),
    ("level drums by -3", "level", {"roles": ("drums",), "delta_db": -3.0}),
    ("drums at -6 db", "level", {"roles": ("drums",), "db": -6.0}),
    ("set the drums to minus 6 dB", "level", {"roles": ("drums",), "db": -6.0}),
    ("turn the drums down to -6", "level", {"roles": ("drums",), "db": -6.0}),
    ("bass -3 db", "level", {"roles": ("bass",), "delta_db": -3.0}),
    ("drums up", "level", {"roles": ("drums",), "delta_db": 3.0}),
    ("turn the pad down a bit", "level", {"roles": ("pad",), "delta_db": -3.0}),
    ("pull the pad down by 4", "level", {"roles": ("pad",), "delta_db": -4.0}),
    ("louder drums", "level", {"roles": ("drums",), "delta_db": 3.0}),
    ("make the bass quieter", "level", {"roles": ("bass",), "delta_db": -3.0}),
    ("drop the bass by 3 db", "level", {"roles": ("bass",), "delta_db": -3.0}),
    ("drums filter -50%", "filter", {"roles": ("drums",), "sweep": -50.0}),
    ("filter bass -40", "filter", {"roles": ("bass",), "sweep": -40.0}),
    ("filter off", "filter", {"sweep": 0.0}),
    ("filter bass low 30", "filter", {"roles": ("bass",), "sweep": -30.0}),
    ("close the filter on the pad", "filter", {"roles": ("pad",), "sweep": -60.0}),
    ("high-pass the drums 20%", "filter", {"roles": ("drums",), "sweep": 20.0}),
    ("pan hats left", "pan", {"roles": ("hats",), "place": -100.0}),
    ("pan the hats 30 to the right", "pan", {"roles": ("hats",), "place": 30.0}),
    ("pan pad -30", "pan", {"roles": ("pad",), "place": -30.0}),
    ("hats center", "pan", {"roles": ("hats",), "place": 0.0}),
    ("send vocal to reverb -6", "send", {"roles": ("vocal",), "to": "reverb", "db": -6.0}),
    ("more reverb on the vocal", "send", {"roles": ("vocal",), "to": "reverb", "delta_db": 3.0}),
    ("echo on the snare -10", "send", {"roles": ("snare",), "to": "delay", "db": -10.0}),
    ("add some reverb to the pad", "send", {"roles": ("pad",), "to": "reverb", "delta_db": 3.0}),
    ("send drums to delay off", "send", {"roles": ("drums",), "to": "delay", "db": -60.0}),
    ("no delay", "send", {"to": "delay", "db": -60.0}),
    ("fade out over 8 bars", "fade", {"bars": 8.0}),
    ("cancel #3", "cancel", {"change": 3}),
    ("cancel all", "cancel", {"all": True}),
]


@pytest.mark.parametrize(("text", "name", "arguments"), AMOUNTS, ids=[row[0] for row in AMOUNTS])
def test_phrases_with_amounts(text, name, arguments):
    assert said(text) == (name, arguments, None)


PLAIN = [
    ("start", "play"), ("stop the music", "stop"), ("stop everything", "stop"), ("pause", "stop"),
    ("undo that", "undo"), ("take that back", "undo"), ("redo", "redo"), ("never mind", "cancel"),
    ("fade everything out", "fade"), ("solo off", "unsolo"), ("silence", "panic"),
    ("what's playing?", "status"), ("?", "help"), ("exit", "quit"), (":q", "quit"),
    ("rec", "record"), ("save", "save"), ("undo now", "undo"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), PLAIN, ids=[row[0] for row in PLAIN])
def test_phrases_that_need_nothing_more(text, name):
    assert said(text) == (name, {}, None)


@pytest.mark.parametrize(
    ("text", "name", "file", "when"),
    [
        ("record take.wav", "record", "take.wav", None),
        ('record "My Take 1.wav"', "record", "My Take 1.wav", None),
        ("SAVE Tonight.JSON", "save", "Tonight.JSON", None),
        ("save as 'friday; night then.json'", "save", "friday; night then.json", None),
        ("save the set as in-4.json", "save", "in-4.json", None),
        ('save "now" now', "save", "now", None),
        ("load ~/sets/one-two.json in 4 bars", "load", "~/sets/one-two.json", When("bar", 4)),
        ('load "stop"', "load", "stop", None),
        ("load ein/Übel.json", "load", "ein/Übel.json", None),
    ],
)
def test_a_file_name_is_kept_as_it_is_typed(text, name, file, when):
    assert said(text) == (name, {"file": file}, when)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("record stems", {"stems": True}),
        ("rec stems", {"stems": True}),
        ("record stems take.wav", {"stems": True, "file": "take.wav"}),
        ("record stems to Tonight", {"stems": True, "file": "Tonight"}),
        ("record 'stems'", {"file": "stems"}),
        ("record stems.wav", {"file": "stems.wav"}),
        ("record stems-2", {"file": "stems-2"}),
        ("record stems off", {"stems": True, "on": False}),
    ],
)
def test_every_part_is_recorded_where_stems_are_asked_for(text, arguments):
    assert said(text) == ("record", arguments, None)


@pytest.mark.parametrize("text", ["record off", "record stop", "stop recording", "rec stop"])
def test_recording_is_ended_in_several_ways(text):
    assert said(text) == ("record", {"on": False}, None)


@pytest.mark.parametrize(
    "text",
    [
        "dark trap 140 bpm", "chill lofi beat in f# minor, 82bpm", "drum and bass 174 bpm",
        "house 124 Am intro 8 bars then drop 16", "boom bap 90 bpm: intro 4, verse 16, outro 4",
        "play dark trap 140 bpm", "solo piano jazz 90 bpm", "bass house 126",
        "something dark and chill", "techno 132, no vocals", "trap",
        "lofi beats to study to", "new trap 140 bpm", "something in F# minor",
    ],
)  # fmt: skip
def test_a_description_is_arranged_with_its_own_words(text):
    assert said(text) == ("arrange", {"prompt": text}, None)


def test_a_description_may_say_when_it_lands():
    assert said("dark trap 140 bpm in 4 bars") == (
        "arrange", {"prompt": "dark trap 140 bpm"}, When("bar", 4),
    )  # fmt: skip
    assert said("arrange Whatever I Like") == ("arrange", {"prompt": "Whatever I Like"}, None)


@pytest.mark.parametrize(
    "text",
    [
        "what time is it in tokyo", "my house is on fire", "i feel sad today", "rock the drums",
        "mute trap", "regnerate trap",
        "don't mute the drums", "tempo fast", "is this dark trap 140 bpm", "verse 99",
        "stop techno", "goto dark trap 140 bpm",
        "hook", "drums", "next section", "in 4 bars", "+2", "drums 50%", "quit loop", "mute",
        "level", "…",
    ],
)  # fmt: skip
def test_what_is_no_command_is_refused_in_one_line(text):
    with pytest.raises(SessionError) as refused:
        parse(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("sotp", "did you mean: stop? It is not guessed: type it out"),
        ("delte the bridge", "did you mean: delete the bridge?"),
        ("goto 7", "sections are intro, verse"),
        ("mute theremin", "parts are drums, kick"),
        ("hook", "did you mean goto hook?"),
        ("tempo 0", "bpm 0 is out of range: choose 40 to 240 bpm"),
        ("tempo 999", "bpm 999 is out of range: choose 40 to 240 bpm"),
        ("tempo fast", "tempo: 'fast' is no number: choose 40 to 240 bpm"),
        ("tempo", "say how much"),
        ("tempo nan", "no number"),
        ("key H", "no key"),
        ("transpose 1.5", "1.5 is not whole"),
        ("goto verse 99", "number 99 is out of range: choose 1 to 64"),
        ("mute drums in 300 bars", "300 bars ahead: choose 1 to 256"),
        ("mute drums in 2.5 bars", "whole number of bars"),
        ("mute drums now in 4 bars", "said twice"),
        ("undo in 4 bars", "takes effect at once"),
        ("load my set.json", "quote a name with spaces"),
        ('load "tonight.json', "close the quotes"),
        ("load", "load needs a file"),
        ("help foo", "no command 'foo'"),
        ("dark trap 999 bpm", "tempo 999 bpm"),
        ("blorp the fizz", "type help for the list"),
        ("mute \x1b[2J", "control character"),
        ("x" * 5000, "5000 characters"),
        (";".join(["undo"] * 40), "more than 32 commands"),
    ],
)
def test_a_refusal_says_what_was_wrong_and_what_to_do(text, hint):
    with pytest.raises(LoopMindError) as refused:
        parse(text)
    assert hint in str(refused.value)


SLIPS = [
    ("regnerate hook", "regenerate hook", [("regnerate", "regenerate")]),
    ("mtue drums", "mute drums", [("mtue", "mute")]),
    ("undoo", "undo", [("undoo", "undo")]),
    ("gotoo hook", "goto hook", [("gotoo", "goto")]),
    ("goto bridg", "goto bridge", [("bridg", "bridge")]),
    ("mute dumrs in 4 bras", "mute drums in 4 bars", [("dumrs", "drums")]),
    ("drak trpa 140 bpm", None, [("drak", "dark"), ("trpa", "trap")]),
]


@pytest.mark.parametrize(("text", "meant", "slips"), SLIPS, ids=[row[0] for row in SLIPS])
def test_a_slip_of_the_keyboard_is_mended_and_told(text, meant, slips):
    reading = read(text)
    assert list(reading.corrected) == slips
    if meant is not None:
        kept = [(one.name, one.arguments, one.when) for one in reading.commands]
        assert kept == [(one.name, one.arguments, one.when) for one in parse(meant)]


REAL_WORDS = [
    "book a table", "look at the hooks on the wall", "lock the door", "cook the bass", "play chess",
    "open the window", "stop the car", "turn on the lights", "kill the bass player",
    "save water", "drop me a line", "go to the shops", "add milk to the list",
    "loop me into the email",
    "garage sale on sunday", "break a leg", "repeat after me", "how do i change the oil",
    "drop dead", "noch ein Bier bitte", "otra cerveza por favor", "monte les escaliers",
    "tira o lixo", "stop being so loud", "bass fishing", "rock climbing this weekend",
    "the bridge is closed", "my house is a mess", "set a timer for 10 minutes", "arrange flowers",
    "bring the kids back at 5", "i like that hook", "techno is dead", "where is the drop",
]  # fmt: skip


@pytest.mark.parametrize("text", REAL_WORDS)
def test_words_of_everyday_life_do_nothing(text):
    assert operations(text) == [{"intent": "none"}]


@pytest.mark.parametrize("text", ["", "   ", ";", " ; then ; ", "\n"])
def test_an_empty_line_means_nothing(text):
    assert parse(text) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("mute drums; goto hook", ["mute", "goto"]),
        ("mute drums then goto hook in 4 bars", ["mute", "goto"]),
        ("swap the melody, then go to the drop", ["swap", "goto"]),
        ("mute drums and go to hook", ["mute", "goto"]),
        ("mute drums and bass in 4 bars and solo pad now", ["mute", "solo"]),
        ("mute drums, bass, goto hook", ["mute", "goto"]),
        ("drums up 3 and bass down 2", ["level", "level"]),
        ("mute drums\ngoto hook", ["mute", "goto"]),
        ("dark trap 140 bpm; record", ["arrange", "record"]),
    ],
)
def test_commands_are_joined_where_that_is_plain(text, names):
    assert [command.name for command in parse(text)] == names


def test_each_joined_command_keeps_its_own_time():
    first, second = parse("mute drums and bass in 4 bars and solo pad now")
    assert first.arguments["roles"] == ("drums", "bass")
    assert (first.when, second.when) == (When("bar", 4), NOW)


def test_a_line_with_one_bad_command_means_nothing_at_all():
    with pytest.raises(SessionError, match="blorp"):
        parse("mute drums; blorp hook")


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("when", [None, "now", "in 4 bars", "next bar", "after this section"])
def test_every_label_can_be_gone_to_at_every_time(label, when):
    name, arguments, _ = said(f"goto {label} 3 {when or ''}")
    assert (name, arguments) == ("goto", {"section": label, "number": 3})


def test_every_word_for_a_part_can_be_muted_and_every_word_for_a_section_gone_to():
    for phrase, role in ROLE_PHRASES.items():
        assert one(f"mute {' '.join(phrase)}").arguments["roles"] == (role,), phrase
    for phrase, label in SECTIONS.items():
        assert one(f"goto {' '.join(phrase)}").arguments["section"] == label, phrase


def test_every_synonym_names_a_row_of_the_table():
    assert {pattern.command for pattern in PATTERNS} == {spec.name for spec in COMMANDS}


ODDS = "in 4 bars -3 db F# minor and then ; , 128 all but next after dark trap 1e9 # '"
WORDS = st.sampled_from(
    sorted(
        {word for pattern in PATTERNS for word in (*pattern.head, *pattern.tail)}
        | {word for phrase in (*ROLE_PHRASES, *SECTIONS) for word in phrase}
    )
    + ODDS.split()
)


def _only_understandable_errors(text: str) -> None:
    try:
        commands = parse(text)
    except LoopMindError as error:
        assert "\n" not in str(error)
        assert 0 < len(str(error)) < 400
    else:
        for command in commands:
            check(command)
            assert command.text


@given(st.text(max_size=4200))
def test_any_text_is_understood_or_refused(text):
    _only_understandable_errors(text)


@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_any_heap_of_known_words_is_understood_or_refused(text):
    _only_understandable_errors(text)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_case_and_spaces_change_no_meaning(text):
    def meaning(typed: str) -> list[tuple[str, object, object]] | None:
        try:
            commands = parse(typed)
        except LoopMindError:
            return None
        return [
            (command.name, command.when, {
                name: value for name, value in command.arguments.items()
                if name not in ("file", "prompt", "what")  # text, taken as it is typed
            })
            for command in commands
        ]  # fmt: skip

    plain = meaning(text)
    assert meaning(f"  {text.replace(' ', '   ')} ") == plain
    loud = meaning(text.upper())
    # Keys keep their case, and so do descriptions: "CM" is major, "Cm" minor.
    if not any(name in ("arrange", "set_key") for name, _, _ in (plain or []) + (loud or [])):
        assert loud == plain


@pytest.mark.parametrize("word", ["all but ", "mute and ", "in 4 bars ", "a ", "- ", '"', "x"])
def test_a_line_of_full_length_does_not_exhaust_the_stack(word):
    _only_understandable_errors((word * 4096)[:4096])
