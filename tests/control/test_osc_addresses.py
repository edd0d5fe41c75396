"""From OSC messages to commands: every row of the table, every way a surface sends it."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.osc_addresses import (
    BY_ADDRESS,
    FADERS,
    PROMPT,
    Typed,
    check_sent,
    meaning,
)
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import ControlError, LoopMindError
from loopmind_live.session.commands import COMMANDS, Command, check

TRACK = "/loopmind/track"


def command(address: str, *arguments: object) -> Command:
    asked = meaning(Message(address, arguments))  # type: ignore[arg-type]
    assert isinstance(asked, Command)
    return asked


def test_each_command_has_an_address_of_its_own() -> None:
    assert len(BY_ADDRESS) == len(COMMANDS)


@pytest.mark.parametrize(
    ("address", "arguments", "name", "expected"),
    [
        ("/loopmind/section/regenerate", ("hook",), "regenerate", {"section": "hook"}),
        ("/loopmind/section/regenerate", ("Chorus",), "regenerate", {"section": "hook"}),
        (
            "/loopmind/section/goto", ("verse 2",), "goto", {"section": "verse", "number": 2},
        ),
        ("/loopmind/section/goto", ("verse", 2), "goto", {"section": "verse", "number": 2}),
        ("/loopmind/section/goto", ("hook", 2.0), "goto", {"section": "hook", "number": 2}),
        ("/loopmind/section/goto", ("hook", 1.0), "goto", {"section": "hook"}),
        ("/loopmind/section/loop", ("hook", 1.0), "loop", {"section": "hook", "number": 1}),
        ("/loopmind/section/regenerate", ("hook", "dark"), "regenerate",
         {"section": "hook", "moods": ("dark",)}),
        ("/loopmind/arrangement/restyle", ("Bright, busy",), "restyle",
         {"moods": ("bright", "busy")}),
        ("/loopmind/section/resize", ("hook", 16), "resize", {"section": "hook", "bars": 16}),
        ("/loopmind/section/insert", ("bridge", 4, "hook 2"), "insert_section",
         {"section": "bridge", "bars": 4, "before": "hook", "number": 2}),
        ("/loopmind/section/delete", ("verse 2",), "delete", {"section": "verse", "number": 2}),
        (f"{TRACK}/add", ("pad", "hook"), "add", {"roles": ("pad",), "section": "hook"}),
        (f"{TRACK}/take", (2,), "take", {"number": 2}),
        ("/loopmind/section/loop", (1.0,), "loop", {"on": True}),
        ("/loopmind/section/loop", (0,), "loop", {"on": False}),
        (f"{TRACK}/mute", ("bass", 1), "mute", {"roles": ("bass",)}),
        (f"{TRACK}/mute", ("bass", 1.0), "mute", {"roles": ("bass",)}),
        (f"{TRACK}/mute", ("bass", True), "mute", {"roles": ("bass",)}),
        (f"{TRACK}/mute", ("bass",), "mute", {"roles": ("bass",)}),
        (f"{TRACK}/mute", ("bass", 0), "unmute", {"roles": ("bass",)}),
        (f"{TRACK}/mute", ("bass", "hats", False), "unmute", {"roles": ("bass", "hats")}),
        (f"{TRACK}/mute", ("Drums, bass", 1), "mute", {"roles": ("drums", "bass")}),
        (f"{TRACK}/solo", ("pad", 0.0), "unsolo", {}),
        (f"{TRACK}/level", ("bass", -3), "level", {"roles": ("bass",), "db": -3.0}),
        ("/loopmind/transport/tempo", (128,), "set_tempo", {"bpm": 128.0}),
        ("/loopmind/transport/key", ("F# minor",), "set_key", {"key": "F#:min"}),
        ("/loopmind/transport/play", (1.0,), "play", {}),
        ("/loopmind/transport/stop", (), "stop", {}),
        ("/loopmind/undo", (1,), "undo", {}),
        ("/loopmind/save", ("tonight.json",), "save", {"file": "tonight.json"}),
    ],
)  # fmt: skip
def test_a_message_is_the_command_of_its_address(
    address: str, arguments: tuple[object, ...], name: str, expected: dict[str, object]
) -> None:
    asked = command(address, *arguments)
    assert (asked.name, dict(asked.arguments)) == (name, expected)
    check(asked)


def test_a_button_let_go_asks_for_nothing() -> None:
    assert meaning(Message("/loopmind/undo", (0.0,))) is None


def test_a_prompt_is_words() -> None:
    assert meaning(Message(PROMPT, ("dark trap 140 bpm",))) == Typed("dark trap 140 bpm")


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("/loopmind/none", ()),
        ("/loopmind/quit", ()),
        (PROMPT, ()),
        (PROMPT, (7,)),
        (PROMPT, ("a", "b")),
        ("/loopmind/undo", ("hook",)),
        ("/loopmind/undo", (0.5,)),
        ("/loopmind/transport/tempo", (math.nan,)),
        ("/loopmind/transport/tempo", (math.inf,)),
        ("/loopmind/transport/tempo", (9999,)),
        ("/loopmind/transport/tempo", ("fast",)),
        (f"{TRACK}/mute", ()),
        (f"{TRACK}/mute", ("tuba", 1)),
        (f"{TRACK}/mute", (1,)),
        ("/loopmind/section/goto", ("nowhere",)),
        ("/loopmind/section/goto", ("verse 99999999999",)),
        ("/loopmind/save", ("/etc/passwd",)),
        ("/loopmind/save", ("../x",)),
        ("/loopmind/load", ("~root",)),
        ("/loopmind/record", ("C:\\x.wav",)),
    ],
)
def test_what_is_no_command_is_refused_in_one_line(
    address: str, arguments: tuple[object, ...]
) -> None:
    with pytest.raises(LoopMindError, match=r"^[^\n]+$"):
        meaning(Message(address, arguments))  # type: ignore[arg-type]


def test_what_words_ask_for_is_held_to_the_same_rules() -> None:
    check_sent(Command("load", {"file": "tonight.json"}))
    with pytest.raises(ControlError, match="own prompt"):
        check_sent(Command("quit"))
    with pytest.raises(ControlError, match="folder"):
        check_sent(Command("load", {"file": "/etc/passwd"}))


def test_faders_are_what_is_moved_and_no_button_is() -> None:
    assert {f"{TRACK}/level", f"{TRACK}/pan", f"{TRACK}/filter", f"{TRACK}/send"} <= FADERS
    names = {BY_ADDRESS[address].name for address in FADERS}
    assert not names & {"mute", "undo", "regenerate", "set_tempo", "nudge", "panic", "goto"}


sent = st.one_of(
    st.integers(), st.floats(), st.text(max_size=20), st.booleans(), st.none(),
    st.binary(max_size=4), st.sampled_from(["bass", "hook", "all", "verse 2", "off", "reverb"]),
    st.tuples(st.integers()),
)  # fmt: skip


@given(st.sampled_from(sorted(BY_ADDRESS)), st.lists(sent, max_size=5))
def test_whatever_comes_is_a_command_in_its_ranges_or_refused(
    address: str, arguments: list[object]
) -> None:
    try:
        asked = meaning(Message(address, tuple(arguments)))  # type: ignore[arg-type]
    except LoopMindError as error:
        assert "\n" not in str(error)
        return
    if isinstance(asked, Command):
        check(asked)


def test_random_values_never_make_a_command_that_quits() -> None:
    rng = random.Random(3)
    for spec in COMMANDS:
        for _ in range(20):
            values = tuple(rng.choices([0, 1, 0.5, "bass", "quit"], k=rng.randrange(4)))
            try:
                asked = meaning(Message(spec.osc, values))  # type: ignore[arg-type]
            except LoopMindError:
                continue
            assert not isinstance(asked, Command) or asked.name != "quit"
