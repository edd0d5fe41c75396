from loopmind_live.arranger.filling import usual_bars
from loopmind_live.score.arrangement import Part
from tests.arranger.synthetic_loops import make_loop


def test_a_section_ends_with_its_longest_loop() -> None:
    long = Part("bass", make_loop("bass", beats=48))
    assert usual_bars("hook", (long, Part("drums", make_loop("drums", beats=8))), 4) == 12
    assert usual_bars("verse", (long,), 4) == 24


def test_a_loop_as_long_as_a_song_does_not_make_the_section_endless() -> None:
    assert usual_bars("hook", (Part("bass", make_loop("bass", beats=4096)),), 4) == 8


def test_a_loop_without_beats_asks_for_nothing() -> None:
    assert usual_bars("intro", (Part("fx", make_loop("fx", beats=None)),), 4) == 4
