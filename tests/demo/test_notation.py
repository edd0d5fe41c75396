import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.demo.notation import OPEN_HAT, hits, length_beats, line, repeat
from loopmind_live.errors import ScoreError


@given(st.text(alphabet="Xxop.2345678", min_size=1, max_size=32))
def test_every_stroke_of_a_pattern_lies_in_its_step(pattern: str) -> None:
    notes = hits(pattern, step_beats=0.25)
    count = sum(int(sign) if sign.isdigit() else sign != "." for sign in pattern)
    assert len(notes) == count
    for note in notes:
        assert pattern[int(note.beat / 0.25 + 1e-9)] != "."
        assert 0.0 <= note.beat < len(pattern) * 0.25


def test_swing_delays_every_second_step_only() -> None:
    assert [note.beat for note in hits("xxx", 0.5, swing=0.2)] == [0.0, 0.6, 1.0]


def test_an_open_hat_has_its_own_pitch() -> None:
    assert [note.pitch for note in hits("xp")] == [42, OPEN_HAT]


@pytest.mark.parametrize("pattern", ["x1", "y", "x-"])
def test_an_unknown_drum_step_is_refused(pattern: str) -> None:
    with pytest.raises(ScoreError, match="drum step"):
        hits(pattern)


def test_degrees_follow_the_mode() -> None:
    assert [note.pitch for note in line("1 3 7", "C:maj", 4)] == [60, 64, 71]
    assert [note.pitch for note in line("1 3 7", "C:min", 4)] == [60, 63, 70]


def test_bars_lines_are_only_for_the_eye_and_slides_are_marked() -> None:
    notes = line("1:2 | ~5,:2!", "A:min", 3)
    assert [(note.beat, note.pitch, note.slide) for note in notes] == [
        (0.0, 57, False),
        (2.0, 52, True),
    ]
    assert notes[1].velocity == 1.0


@pytest.mark.parametrize("text", ["8", "1:x", "1+", "c:1", "1:1:1", "+"])
def test_a_word_that_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ScoreError):
        line(text, "C:maj", 4)


@given(st.lists(st.sampled_from(["1:.5", "-:1", "3+5", "~2:.25?"]), min_size=1, max_size=12))
def test_a_line_never_sounds_past_its_length(words: list[str]) -> None:
    text = " ".join(words)
    total = length_beats(text)
    assert all(note.beat + note.length_beats <= total for note in line(text, "D:min", 4))


def test_repeating_shifts_each_pass() -> None:
    notes = repeat(hits("x..."), 3, 2.0)
    assert [note.beat for note in notes] == [0.0, 2.0, 4.0]
