import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.demo.catalog import all_recipes
from loopmind_live.demo.loops import COLUMNS, DemoLoop, make_demo_loops
from loopmind_live.demo.notation import hits
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import Layer, Recipe
from loopmind_live.dsp.loudness import lufs, true_peak_dbtp
from loopmind_live.errors import ConfigError, PrepareError
from loopmind_live.score.loop import ROLES
from loopmind_live.units import split_key

_SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11), "min": (0, 2, 3, 5, 7, 8, 10)}


def _hats(name: str, **settings: object) -> Recipe:
    return Recipe(name, "hats", "hat", 133.0, 4, None, (Layer("hats", hits("X..x"), settings),))


def _read(loop: DemoLoop) -> tuple[np.ndarray, int]:
    return soundfile.read(loop.path, dtype="float32", always_2d=True)


def _loops(loops: list[DemoLoop]) -> list[DemoLoop]:
    return [loop for loop in loops if loop.kind == "loop"]


def test_every_loop_is_exactly_its_beats_long(demo_loops: list[DemoLoop]) -> None:
    for loop in _loops(demo_loops):
        info = soundfile.info(loop.path)
        assert loop.beats is not None and loop.bpm is not None
        assert info.frames == round(loop.beats * 60.0 / loop.bpm * info.samplerate), loop.path.name
        assert info.channels == 2


def test_two_sample_rates_occur(demo_loops: list[DemoLoop]) -> None:
    assert {soundfile.info(loop.path).samplerate for loop in demo_loops} == {44100, 48000}


def test_the_seam_makes_no_step_larger_than_those_around_it(demo_loops: list[DemoLoop]) -> None:
    for loop in _loops(demo_loops):
        audio, rate_hz = _read(loop)
        near = round(0.005 * rate_hz)
        steps = np.abs(np.diff(np.roll(audio, near, axis=0)[: 2 * near + 1], axis=0)).max(axis=1)
        seam, inner = steps[near - 1], np.delete(steps, near - 1).max()
        assert seam <= 1.1 * inner, (loop.path.name, seam, inner)


def test_tails_go_round_the_seam(demo_loops: list[DemoLoop]) -> None:
    held = [loop for loop in _loops(demo_loops) if loop.role == "pad"]
    for loop in held:
        audio, rate_hz = _read(loop)
        # A pad that began from silence would be far softer in its first 50 ms than at its end.
        edge = round(0.05 * rate_hz)
        before, after = np.abs(audio[-edge:]).mean(), np.abs(audio[:edge]).mean()
        assert after > 0.25 * before, loop.path.name
    assert held


def test_drums_begin_at_frame_zero(demo_loops: list[DemoLoop]) -> None:
    drums = [loop for loop in _loops(demo_loops) if loop.role in ("drums", "kick")]
    for loop in drums:
        audio, _ = _read(loop)
        loud = np.flatnonzero(np.abs(audio).max(axis=1) > 0.02 * np.abs(audio).max())
        # 0.25 ms: a beater's own rise.
        assert loud[0] <= 12, loop.path.name
    assert len(drums) >= 6


def test_a_stroke_sounds_first_at_the_rounded_frame_of_its_beat(tmp_path: Path) -> None:
    beats = (0.0, 0.37, 1.9, 3.11)
    notes = tuple(Note(beat, 42, 1.0, 0.1) for beat in beats)
    recipe = Recipe("strokes", "hats", "hat", 133.0, 4, None, (Layer("hats", notes),))
    (loop,) = make_demo_loops(tmp_path, recipes=[recipe])
    audio, rate_hz = _read(loop)
    rest = np.median(audio, axis=0)
    sounding = np.abs(audio - rest).max(axis=1) > 1e-5
    for beat in beats:
        frame = round(beat * 60.0 / 133.0 * rate_hz)
        assert sounding[frame], beat
        assert not sounding[frame - 200 : frame].any(), beat


def test_levels_are_finite_without_offset_and_below_full_scale(demo_loops: list[DemoLoop]) -> None:
    for loop in demo_loops:
        audio, rate_hz = _read(loop)
        assert np.isfinite(audio).all()
        assert true_peak_dbtp(audio, rate_hz) <= -1.0, loop.path.name
        if loop.kind == "loop":
            assert np.abs(audio.mean(axis=0)).max() < 1e-4, loop.path.name


def test_roles_are_balanced(demo_loops: list[DemoLoop]) -> None:
    by_role: dict[str, list[float]] = {}
    for loop in _loops(demo_loops):
        audio, rate_hz = _read(loop)
        level = lufs(np.tile(audio, (2, 1)), rate_hz)
        assert level is not None
        by_role.setdefault(loop.role, []).append(level)
    for role, levels in by_role.items():
        assert max(levels) - min(levels) < 4.0, (role, levels)
    assert np.mean(by_role["drums"]) > np.mean(by_role["bass"]) > np.mean(by_role["pad"])


def test_pitched_loops_hold_the_notes_of_their_key(demo_loops: list[DemoLoop]) -> None:
    pitched = [loop for loop in demo_loops if loop.key is not None]
    for loop in pitched:
        audio, rate_hz = _read(loop)
        power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2
        frequency_hz = np.fft.rfftfreq(len(audio), 1.0 / rate_hz)
        band = (frequency_hz > 30.0) & (frequency_hz < 4000.0)
        pitch = np.round(69 + 12 * np.log2(frequency_hz[band] / 440.0)).astype(int) % 12
        chroma = np.bincount(pitch, power[band], 12) / power[band].sum()
        assert loop.key is not None
        tonic, mode = split_key(loop.key)
        share = sum(chroma[(tonic + step) % 12] for step in _SCALES[mode])
        assert share > 0.65, (loop.path.name, share)
        assert chroma[tonic] > 0.1, (loop.path.name, chroma[tonic])
    assert len(pitched) >= 9


def test_the_manifest_tells_the_truth_of_every_file(
    demo_loops: list[DemoLoop], demo_folder: Path
) -> None:
    with (demo_folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["file"] for row in rows] == [loop.path.name for loop in demo_loops]
    for row, loop in zip(rows, demo_loops, strict=True):
        assert row["key"] == (loop.key or "")
        assert row["bpm"] == ("" if loop.bpm is None else f"{loop.bpm:g}")
        assert row["kind"] == loop.kind


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    demo_loops: list[DemoLoop], tmp_path: Path
) -> None:
    fast = [recipe for recipe in all_recipes() if recipe.bpm > 150.0]
    wanted = ("drums", "bass", "pad")
    recipes = list({recipe.role: recipe for recipe in fast if recipe.role in wanted}.values())
    first = make_demo_loops(tmp_path / "a", seed=5, workers=1, recipes=recipes)
    # In another order and other processes.
    again = make_demo_loops(tmp_path / "b", seed=5, workers=2, recipes=recipes[::-1])[::-1]
    for one, two in zip(first, again, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes(), one.path.name
    (other,) = make_demo_loops(tmp_path / "c", seed=6, recipes=recipes[:1])
    assert other.path.read_bytes() != first[0].path.read_bytes()


def test_the_catalog_offers_a_choice_in_every_role() -> None:
    recipes = all_recipes()
    names = [recipe.name for recipe in recipes]
    assert len(set(names)) == len(names) >= 60
    trap = [recipe.role for recipe in recipes if recipe.bpm == 140.0]
    assert all(trap.count(role) >= 3 for role in ROLES)
    tempi = {recipe.bpm for recipe in recipes if recipe.kind == "loop"}
    assert tempi >= {85.0, 124.0, 140.0, 174.0}


def test_no_note_of_the_catalog_lies_outside_its_loop() -> None:
    for recipe in all_recipes():
        for layer in recipe.layers:
            assert layer.notes, recipe.name
            for note in layer.notes:
                assert 0.0 <= note.beat < recipe.beats, (recipe.name, note)
                assert 0.0 < note.velocity <= 1.0


def test_patterns_fill_their_loops() -> None:
    for recipe in all_recipes():
        last = max(note.beat + note.length_beats for layer in recipe.layers for note in layer.notes)
        assert recipe.kind == "one_shot" or last > recipe.beats * 0.6, (recipe.name, last)


def test_progress_counts_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    recipes = [_hats("one"), _hats("two")]
    make_demo_loops(
        tmp_path, workers=1, progress=lambda *counts: told.append(counts), recipes=recipes
    )
    assert told == [(1, 2), (2, 2)]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    (loop,) = make_demo_loops(tmp_path / "new" / "folder", recipes=[_hats("one")])
    assert loop.path.is_file()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="choose a folder that you can write"):
        make_demo_loops(tmp_path / "file" / "loops", recipes=[_hats("one")])


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "one.wav").mkdir()
    with pytest.raises(PrepareError, match=r"one\.wav: cannot be written"):
        make_demo_loops(tmp_path, recipes=[_hats("one")])


def test_a_patch_that_goes_wrong_is_named_and_leaves_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("of an earlier run")
    with pytest.raises(PrepareError, match="bad: the patch made samples that are not finite"):
        make_demo_loops(tmp_path, recipes=[_hats("bad", metal=float("nan"))])
    assert not (tmp_path / "manifest.csv").exists()


def test_an_unknown_patch_is_one_clear_error(tmp_path: Path) -> None:
    recipe = Recipe("x", "fx", "fx", 120.0, 4, None, (Layer("theremin", (Note(0, 60),)),))
    with pytest.raises(ConfigError, match="theremin"):
        make_demo_loops(tmp_path, recipes=[recipe])
