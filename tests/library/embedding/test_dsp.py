"""The default embedding: what it holds, and what lies near what."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_loops import RATE_HZ, chord_loop, drum_loop, one_hit

from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio
from loopmind_live.library.embedding import dsp, maker_named
from loopmind_live.library.embedding.dsp import BLOCKS, NAME, WIDTH, embed, features
from loopmind_live.library.embedding.scale import CENTERS, SPREADS
from loopmind_live.library.sound import BANDS, FLOOR_DB, measure

CADENCE = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 64, 69]]


def vector(samples: np.ndarray, rate_hz: int = RATE_HZ) -> np.ndarray:
    return maker_named("dsp").of_audio(Audio(samples.astype(np.float32), rate_hz))


def block(name: str, samples: np.ndarray) -> np.ndarray:
    start = 0
    for each, size, _ in BLOCKS:
        if each == name:
            return features(measure(Audio(samples.astype(np.float32), RATE_HZ)))[start:][:size]
        start += size
    raise KeyError(name)


@pytest.fixture(scope="module")
def drums() -> np.ndarray:
    return drum_loop(126, 8)


@pytest.fixture(scope="module")
def chords() -> np.ndarray:
    return chord_loop(120, CADENCE)


def test_a_vector_has_length_one_and_its_width(drums: np.ndarray) -> None:
    maker = maker_named("dsp")
    found = vector(drums)
    assert found.shape == (maker.width,) == (WIDTH,)
    assert found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)
    assert maker.name == NAME
    assert not maker.knows_text


def test_the_scale_has_a_center_and_a_spread_for_each_number() -> None:
    assert CENTERS.shape == SPREADS.shape == (WIDTH,)
    assert (SPREADS > 0.0).all()


def test_the_same_sound_gives_the_same_vector(drums: np.ndarray) -> None:
    assert np.array_equal(vector(drums), vector(drums.copy()))


def test_loudness_channels_and_rate_hardly_count(chords: np.ndarray) -> None:
    import soxr

    wanted = vector(chords)
    assert vector(chords * 0.25) @ wanted > 0.999
    assert vector(chords[:, :1]) @ wanted > 0.999
    assert vector(soxr.resample(chords, RATE_HZ, 48000), 48000) @ wanted > 0.99


def test_drums_are_nearer_to_other_drums_than_to_chords(
    drums: np.ndarray, chords: np.ndarray
) -> None:
    others = vector(drum_loop(100, 8, seed=5))
    higher = vector(chord_loop(90, [[note + 2 for note in chord] for chord in CADENCE]))
    assert vector(drums) @ others > 0.6 > 0.3 > vector(drums) @ vector(chords)
    assert vector(chords) @ higher > 0.6 > 0.3 > others @ higher


def test_harmony_is_the_same_in_every_key(chords: np.ndarray) -> None:
    higher = chord_loop(120, [[note + 5 for note in chord] for chord in CADENCE])
    minor_to_cluster = chord_loop(120, [[57, 58, 59], [60, 61, 62], [57, 58, 59], [60, 61, 62]])
    here = block("harmony", chords)
    moved = np.abs(block("harmony", higher) - here).max()
    other = np.abs(block("harmony", minor_to_cluster) - here).max()
    assert moved < 0.1 < other


def test_a_rhythm_is_periodic_at_its_own_lags() -> None:
    slow, fast = block("rhythm", drum_loop(90, 8)), block("rhythm", drum_loop(175, 8))
    assert np.abs(slow - fast).max() > 0.2
    assert (np.abs(slow) <= 1.0).all()
    assert np.abs(block("rhythm", np.full((RATE_HZ, 1), 0.5))).max() < 0.05


@pytest.mark.parametrize(
    "samples",
    [
        one_hit()[:1] + 0.1,
        one_hit()[:30] + 0.1,
        np.full((RATE_HZ, 1), 0.5),
        one_hit() * 1e12,
        one_hit() * 1e-3,
        np.eye(2000, 1),
    ],
    ids=["one frame", "30 frames", "constant", "huge", "faint", "a click"],
)
def test_odd_sounds_have_a_vector_too(samples: np.ndarray) -> None:
    found = vector(samples)
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)


def test_one_number_cannot_put_a_sound_far_from_all_others(drums: np.ndarray) -> None:
    sound = measure(Audio(drums, RATE_HZ))
    odd = replace(sound, extent=replace(sound.extent, duration_s=1e9))
    assert embed(odd) @ embed(sound) > 0.7


def test_levels_are_those_of_the_bands_over_the_loudest(drums: np.ndarray) -> None:
    levels = measure(Audio(drums, RATE_HZ)).levels_db
    assert levels.shape[1] == BANDS
    assert levels.max() == pytest.approx(0.0, abs=0.01)
    assert levels.min() >= FLOOR_DB


def test_words_are_refused_in_one_line() -> None:
    with pytest.raises(LibraryError, match=r"'dusty drums'.*clap"):
        maker_named("dsp").of_text("dusty drums")


@given(st.lists(st.floats(-1e6, 1e6), min_size=WIDTH, max_size=WIDTH))
@settings(max_examples=50)
def test_whatever_is_measured_the_vector_has_length_one(
    values: list[float],
) -> None:
    sound = measure(Audio(one_hit(), RATE_HZ))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dsp, "features", lambda _sound: np.array(values))
        assert np.linalg.norm(embed(sound)) == pytest.approx(1.0, abs=1e-4)


def test_a_file_is_heard_with_its_vector(tmp_path: Path, drums: np.ndarray) -> None:
    from made_loops import write

    from loopmind_live.library.analysis import hear
    from loopmind_live.library.embedding import unpack

    heard = hear(write(tmp_path / "x.wav", drums, subtype="FLOAT"), "hash")
    assert heard.maker == NAME and heard.vector is not None
    assert unpack(heard.vector, WIDTH) == pytest.approx(vector(drums), abs=1e-3)
    (tmp_path / "y.wav").write_text("no audio")
    assert hear(tmp_path / "y.wav", "hash").vector is None
