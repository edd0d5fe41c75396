"""Help, which is derived from the table."""

import pytest

from loopmind_live.errors import SessionError
from loopmind_live.repl.help import help_text
from loopmind_live.repl.lexicon import TOPICS
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import COMMANDS


def test_the_list_shows_every_command_with_its_help():
    lines = help_text().splitlines()
    for spec in COMMANDS:
        assert any(spec.phrases[0] in line and line.endswith(spec.help) for line in lines), (
            spec.name
        )
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.name)
def test_each_command_is_explained_with_its_phrases_and_ranges(spec):
    text = help_text(spec.name)
    assert spec.help in text
    for phrase in spec.phrases:
        assert phrase in text
    for argument in spec.arguments:
        if argument.kind in ("number", "integer"):
            assert f"{argument.minimum:g} to {argument.maximum:g}" in text
    assert ("undo takes it back" in text) == spec.undoable


def test_help_is_found_by_what_people_say():
    assert help_text("tempo") == help_text("set_tempo") == help_text("bpm")
    assert help_text("kill") == help_text("mute")
    assert help_text(" ") == help_text()


def test_times_sections_and_parts_are_explained():
    assert "in 4 bars" in help_text("when")
    for label in LABELS:
        assert label in help_text("sections")
    for role in ROLES:
        assert role in help_text("parts")


def test_help_on_an_unknown_word_names_the_nearest_command():
    with pytest.raises(SessionError, match="did you mean regenerate"):
        help_text("regenrate")


def test_code_is_explained():
    lines = help_text("code").splitlines()
    for words in ("live.tracks.bass.mute()", "@loop(every=2)", "@at(33)", "yield", "end("):
        assert any(words in line for line in lines)
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_has_an_example_that_fits_a_line(topic: str) -> None:
    text = help_text(topic)
    assert text.startswith(f"{topic}: ")
    assert "as in" in text or ">>>" in text or topic == "view"
    assert max(map(len, text.splitlines())) <= 100


def test_what_code_has_beside_a_command_stands_in_its_help() -> None:
    assert "@loop(every=2)" in help_text("loop")
    assert "x(3,8)" in help_text("mask")
    assert "help knob" in help_text("patch")
