"""Partners are learned, found among others, and counted; what hinders that is told in a line."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.arranger.pairing_features import features
from loopmind_live.arranger.pairing_model import PairModel, shipped_model
from loopmind_live.arranger.pairing_shapes import shapes_of
from loopmind_live.cli import main
from loopmind_live.dsp.profile import Profile
from loopmind_live.errors import ConfigError
from loopmind_live.score.loop import Loop
from loopmind_live.training.compatibility import (
    CHOICES,
    CompatibilityFigures,
    Heard,
    chosen_passages,
    evaluate,
    measured,
)
from loopmind_live.training.compatibility_lesson import Lesson, in_one_key, matches_of
from loopmind_live.training.compatibility_material import BEATS, passages_of, takes
from loopmind_live.training.compatibility_network import Matches, Recipe, train
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song, Span
from loopmind_live.training.sound_fonts import find_fonts
from loopmind_live.training.synthesis import PROGRAM
from loopmind_live.units import PITCH_CLASSES
from tests.arranger.made_profiles import Chords, chords_profile, melody_profile
from tests.training.test_synthesis import FONTS, needs_fluidsynth

TRIADS = ((0, 4, 7), (2, 5, 9), (4, 7, 11), (5, 9, 0), (7, 11, 2), (9, 0, 4))


def progression(random: np.random.Generator, tonic: int = 0) -> Chords:
    return [
        tuple((note + tonic) % 12 for note in TRIADS[k])
        for k in random.integers(len(TRIADS), size=8)
    ]


def heard(number: int, voice: str, tonic: int, profile: Profile | None) -> Heard:
    key = f"{PITCH_CLASSES[tonic]}:maj"
    loop = Loop(Path(f"{number}.wav"), f"{number}{voice}", key=key)
    return Heard(f"song {number}", f"{number}.0", voice, tonic, loop, profile)  # type: ignore[arg-type]


def pool(songs: int) -> list[Heard]:
    random = np.random.default_rng(3)
    found = []
    for number in range(songs):
        tonic = int(random.integers(12))
        bars = progression(random, tonic)
        found.append(heard(number, "chords", tonic, chords_profile(bars)))
        found.append(heard(number, "melody", tonic, melody_profile(bars)))
    return found


def song(name: str = "1", bars: int = 24, tonic: int = 0) -> Song:
    """Return a song of two-second bars, with enough of everything."""
    random = np.random.default_rng(int(name))
    chords = [*progression(random, tonic)] * 3
    piano = [
        Note(2.0 * bar + beat, 2.0 * bar + beat + 0.9, 48 + pitch, 80)
        for bar in range(bars)
        for beat in (0, 1)
        for pitch in chords[bar]
    ]
    melody = [Note(t / 2 - 0.01, t / 2 + 0.4, 72 + t % 5, 90) for t in range(4 * bars)]
    tracks = {"MELODY": melody, "PIANO": piano, "BRIDGE": melody[:4]}
    lines = [2.0 * bar for bar in range(bars + 1)]
    return Song(name, tracks, [Span(f"{PITCH_CLASSES[tonic]}:maj", lines)])


def test_true_partners_are_found_where_the_key_tells_nothing() -> None:
    ranks = measured(pool(70), shipped_model(), 60, np.random.default_rng(1))
    told = CompatibilityFigures(ranks, ["a.sf2"]).to_json()
    assert told["queries"] == 60
    assert told["r_at_1"] > 0.6  # of made-up songs, easier than real ones
    assert told["mrr"] >= told["r_at_1"]
    assert told["key_distance_r_at_1"] < 0.1  # all are in one key, as each is moved to it
    assert told["kinds"]["chords, melody"]["r_at_1"] == told["r_at_1"]


def test_chance_finds_one_in_fifty() -> None:
    random = np.random.default_rng(4)
    strangers = [
        replace(each, profile=melody_profile(progression(random, each.tonic)))
        if each.voice == "melody"
        else each
        for each in pool(70)
    ]
    ranks = measured(strangers, shipped_model(), 60, np.random.default_rng(1))["chords, melody"]
    assert ranks.to_json()["r_at_1"] < 0.15
    assert 15 < np.mean(ranks.ranker) < 36


def test_what_was_not_heard_is_not_found() -> None:
    for there in ("chords", "melody"):
        deaf = [each if each.voice == there else replace(each, profile=None) for each in pool(60)]
        ranks = measured(deaf, shipped_model(), 10, np.random.default_rng(1))["chords, melody"]
        assert set(ranks.ranker) == {(CHOICES + 1) / 2}  # a tie is worth the middle of it


def test_too_few_songs_to_choose_among_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"2 songs with 6 passages .* too few to choose among 50"):
        chosen_passages([song("1"), song("2")], 10, np.random.default_rng(0))


def test_passages_are_eight_bars_of_one_key_in_beats() -> None:
    found = passages_of(song(bars=20), 9, np.random.default_rng(0))
    assert [passage.place for passage in found] == [0, 16]
    for passage in found:
        assert set(passage.voices) == {"melody", "chords", "bass"}  # the bridge has too few notes
        assert len(passage.voices["melody"]) == BEATS
        times = [note.start_s for note in passage.voices["melody"]]
        assert times == pytest.approx(np.arange(BEATS), abs=0.03)
    assert len(passages_of(song(), 2, np.random.default_rng(0))) == 2


@needs_fluidsynth
def test_every_part_is_played_once_at_a_tempo_of_its_own() -> None:
    passages = passages_of(song(), 1, np.random.default_rng(0))
    played = list(takes(passages, FONTS[:1], np.random.default_rng(0)))
    assert {take.voice for take in played} == {"melody", "chords", "bass"}
    assert len({take.bpm for take in played}) > 1
    for take in played:
        assert len(take.mono) == pytest.approx(BEATS * 60.0 / take.bpm * 22050, abs=1)
        assert np.abs(take.mono).max() > 1e-3


def test_a_network_learns_who_belongs_together() -> None:
    random = np.random.default_rng(5)
    bars = [progression(random) for _ in range(90)]
    profiles = [chords_profile(each) for each in bars] + [melody_profile(each) for each in bars]
    shapes = shapes_of(profiles, [0.5] * len(profiles))
    ground, above = np.arange(60), np.arange(90, 150)
    matches = Matches("made", ground, above, np.array([str(n) for n in ground]), 1.0)
    recipe = Recipe(units=8, steps=60, others=24)
    network = train(shapes, [matches], features, recipe, np.random.default_rng(1))
    table = PairModel([network], []).scores(
        shapes.take(np.arange(60, 90)), shapes.take(np.arange(150, 180))
    )
    assert (table.argmax(axis=1) == np.arange(30)).mean() > 0.7
    chance = table[~np.eye(30, dtype=bool)]
    assert np.median(chance) < 0.0 < np.median(np.diag(table))
    again = train(shapes, [matches], features, recipe, np.random.default_rng(1))
    assert all(np.array_equal(getattr(network, n), getattr(again, n)) for n in network.__slots__)


def test_lessons_in_any_key_are_learned_in_one() -> None:
    random = np.random.default_rng(2)
    lessons = []
    for tonic in (0, 5):
        bars = progression(np.random.default_rng(9), tonic)
        lessons.append(Lesson(str(tonic), f"{tonic}.0", "chords", tonic, chords_profile(bars)))
        lessons.append(Lesson(str(tonic), f"{tonic}.0", "melody", tonic, melody_profile(bars)))
    lessons.append(Lesson("7", "7.0", "bass", 7, chords_profile(progression(random))))
    shapes = in_one_key(lessons)
    assert np.allclose(shapes.harmony[0], shapes.harmony[2], atol=1e-4)
    (matches,) = matches_of(lessons)  # a bass without a melody teaches nothing
    assert (matches.name, matches.ground.tolist(), matches.above.tolist()) == (
        "chords, melody", [0, 2], [1, 3],
    )  # fmt: skip


def test_sound_fonts_are_found_once_each(tmp_path: Path) -> None:
    (tmp_path / "b.sf2").write_bytes(b"font")
    (tmp_path / "a.sf3").write_bytes(b"font")
    (tmp_path / "default.sf2").symlink_to(tmp_path / "b.sf2")
    (tmp_path / "gone.sf2").symlink_to(tmp_path / "nowhere.sf2")
    assert find_fonts([tmp_path, tmp_path / "no"]) == [tmp_path / "a.sf3", tmp_path / "b.sf2"]
    with pytest.raises(ConfigError, match="no sound font is installed: install one"):
        find_fonts([tmp_path / "no"])


def test_without_songs_or_fluidsynth_a_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    font = tmp_path / "a.sf2"
    font.write_bytes(b"font")
    with pytest.raises(ConfigError, match="no songs in it"):
        evaluate(tmp_path, lambda _done, _total: None, fonts=[font])
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ConfigError, match=f"{PROGRAM} is not installed"):
        list(
            takes(
                passages_of(song(), 1, np.random.default_rng(0)), [font], np.random.default_rng(0)
            )
        )


def test_options_of_this_task_are_refused_for_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "key", str(tmp_path), "--queries", "5"]) == 1
    assert "are for compatibility alone" in capsys.readouterr().err
