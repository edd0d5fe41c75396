"""Instruments: what is heard and what the name says, taken together."""

from pathlib import Path

import numpy as np
import pytest
from made_loops import RATE_HZ, chord_loop, drum_loop, one_hit

from loopmind_live.errors import LibraryError
from loopmind_live.library.classes import CLASS_OF, CLASSES, FAMILIES
from loopmind_live.library.decode import Audio
from loopmind_live.library.instrument_model import (
    FAR,
    InstrumentModel,
    load_model,
    shipped_model,
    softmax,
)
from loopmind_live.library.instruments import SURE, InstrumentJudgment, judge_instrument
from loopmind_live.library.names import NameHints, read_name
from loopmind_live.library.sound import Sound, measure
from loopmind_live.library.timbre import timbre

NO_NAME = NameHints()


def sound_of(samples: np.ndarray) -> Sound:
    return measure(Audio(samples.astype(np.float32), RATE_HZ))


def kick() -> Sound:
    time_s = np.arange(RATE_HZ // 3) / RATE_HZ
    sweep = 50 * time_s + 2 * (1 - np.exp(-40 * time_s))
    return sound_of((0.9 * np.sin(2 * np.pi * sweep) * np.exp(-9 * time_s))[:, None])


def hat() -> Sound:
    noise = np.diff(np.random.default_rng(2).standard_normal(RATE_HZ // 4), n=3, prepend=[0] * 3)
    return sound_of((0.1 * noise * np.exp(-np.arange(len(noise)) / 1200))[:, None])


def test_plain_sounds_are_told_without_a_name() -> None:
    assert judge_instrument(kick(), NO_NAME).instrument == "kick"
    assert judge_instrument(hat(), NO_NAME).instrument == "hat"
    assert judge_instrument(sound_of(drum_loop(126, 16)), NO_NAME).instrument == "drums"


def test_what_is_heard_has_a_chance_of_each_class() -> None:
    chances = shipped_model().probabilities(timbre(kick()))
    assert chances.shape == (len(CLASSES),)
    assert chances.min() >= 0.0
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_name_that_agrees_makes_it_surer_and_gives_the_finer_word() -> None:
    sound = sound_of(chord_loop(120, [[57, 60, 64], [62, 65, 69]]))
    named = judge_instrument(sound, read_name(Path("rhodes 120 bpm.wav")))
    assert (named.instrument, named.role) == ("piano", "chords")
    plain = judge_instrument(sound, NO_NAME)
    if plain.instrument == "synth":
        assert named.confidence > plain.confidence


def test_a_name_does_not_make_a_kick_of_a_hat() -> None:
    judged = judge_instrument(hat(), read_name(Path("pads/dreamy pad.wav")))
    assert judged.instrument == "hat"
    assert judged.role == "hats"


def test_a_name_decides_where_the_sound_leaves_it_open() -> None:
    snare = judge_instrument(sound_of(one_hit()), read_name(Path("snare 3.wav")))
    assert (snare.instrument, snare.role) == ("snare", "snare")


def test_no_role_is_told_where_the_instrument_is_not_sure() -> None:
    assert InstrumentJudgment("perc", SURE + 0.01, "perc").sure_role == "perc"
    assert InstrumentJudgment("perc", SURE - 0.01, "perc").sure_role is None


def test_every_class_has_a_family_of_six_and_every_word_a_class() -> None:
    assert len({FAMILIES.get(label, label) for label in CLASSES}) == 6
    assert set(CLASS_OF.values()) == set(CLASSES)
    words = "kick_1 snare hh conga break reese rhodes strings vox riser trumpet flute bell lead"
    for word in words.split():
        assert read_name(Path(f"{word}.wav")).instrument in CLASS_OF


def test_numbers_far_from_usual_count_as_far_only() -> None:
    layer = (np.eye(2, 10, dtype=np.float32), np.zeros(10, np.float32))
    model = InstrumentModel(np.zeros(2, np.float32), np.ones(2, np.float32), [[layer]], 1.0)
    far, further = (model.probabilities(np.array([at, 0.0], np.float32)) for at in (FAR, 1e9))
    assert (far == further).all()
    both = model.probabilities(np.zeros((3, 2), np.float32))
    assert both.shape == (3, 10)
    assert both == pytest.approx(0.1)


def test_shares_of_huge_scores_are_still_shares() -> None:
    assert softmax(np.array([1e4, 0.0], np.float32)).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("content", [b"", b"no tensors", b"\x10\0\0\0\0\0\0\0{}"])
def test_a_file_that_holds_no_model_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "instruments.safetensors"
    path.write_bytes(content)
    with pytest.raises(LibraryError, match="no usable model of instruments") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_a_model_of_other_classes_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    tensors = shipped_model().tensors()
    path = tmp_path / "instruments.safetensors"
    save_file({name: np.ascontiguousarray(part) for name, part in tensors.items()}, path)
    kept = load_model(path).probabilities(timbre(kick()))
    assert kept == pytest.approx(shipped_model().probabilities(timbre(kick())), abs=1e-6)
    del tensors["center"]
    save_file({name: np.ascontiguousarray(part) for name, part in tensors.items()}, path)
    with pytest.raises(LibraryError, match="no usable model"):
        load_model(path)
