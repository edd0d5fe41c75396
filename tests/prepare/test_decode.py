from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.errors import PrepareError
from loopmind_live.prepare.decode import decode, resample, resampling_step

Write = Callable[..., Path]


def test_mono_is_doubled_sample_by_sample(write: Write) -> None:
    mono = np.linspace(-1, 1, 1000, dtype=np.float32)
    audio, rate_hz = decode(write(mono, 44100), 10.0)
    assert rate_hz == 44100
    assert np.array_equal(audio, np.stack([mono, mono], axis=1))


def test_four_channels_are_folded_to_two(write: Write) -> None:
    quad = np.random.default_rng(0).uniform(-1, 1, (500, 4)).astype(np.float32)
    audio, _ = decode(write(quad), 10.0)
    assert np.allclose(audio[:, 0], (quad[:, 0] + quad[:, 2]) / 2)
    assert np.allclose(audio[:, 1], (quad[:, 1] + quad[:, 3]) / 2)


def test_three_channels_put_the_last_on_both_sides(write: Write) -> None:
    audio, _ = decode(write(np.float32([[0.2, 0.4, 0.6]] * 10)), 1.0)
    assert np.allclose(audio, [[0.4, 0.5]] * 10)


def test_only_as_much_is_read_as_asked_for(write: Write) -> None:
    audio, _ = decode(write(np.zeros((480000, 2), np.float32)), 1.0)
    assert 48000 <= len(audio) <= 48001


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers_are_refused(write: Write, bad: float) -> None:
    audio = np.zeros((100, 2), np.float32)
    audio[50, 1] = bad
    with pytest.raises(PrepareError, match=r"loop\.wav: holds samples that are not numbers"):
        decode(write(audio), 1.0)


def test_a_file_that_vanished_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PrepareError, match=r"gone\.wav: is gone .*`loopmind scan ") as caught:
        decode(tmp_path / "gone.wav", 1.0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"this is no audio at all" * 100])
def test_a_file_that_is_no_audio_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(content)
    with pytest.raises(PrepareError, match=r"odd\.wav: cannot be read.*loopmind scan"):
        decode(path, 1.0)


def test_a_folder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PrepareError):
        decode(tmp_path, 1.0)


def test_a_file_of_no_frames_is_refused(write: Write) -> None:
    with pytest.raises(PrepareError, match="holds no audio"):
        decode(write(np.zeros((0, 2), np.float32)), 1.0)


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(22050) / 44100)
    path = tmp_path / "tone.ogg"
    soundfile.write(path, tone, 44100)
    audio, _ = decode(path, 1.0)
    assert audio.shape == (22050, 2)
    assert np.abs(audio[:, 0] - tone).max() < 0.05


def test_every_odd_file_gives_audio_or_one_line(test_data: Path) -> None:
    folder = test_data / "loops" / "edge"
    if not folder.is_dir():
        pytest.skip(f"test data: no folder {folder}")
    for path in sorted(folder.iterdir()):
        try:
            audio, rate_hz = decode(path, 2.0)
        except PrepareError as error:
            assert path.name in str(error)
            assert "\n" not in str(error)
        else:
            assert audio.shape[1] == 2
            assert audio.dtype == np.float32
            assert len(audio) <= 2.0 * rate_hz + 1
            assert np.isfinite(audio).all()


def test_the_same_rate_leaves_audio_alone() -> None:
    audio = np.zeros((10, 2), np.float32)
    assert resample(audio, 48000, 48000) is audio


@pytest.mark.parametrize(("source", "target"), [(44100, 48000), (48000, 44100), (11025, 96000)])
def test_a_tone_keeps_its_place_and_level_at_another_rate(source: int, target: int) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(source) / source).astype(np.float32)
    made = resample(np.stack([tone, tone], axis=1), source, target)
    wanted = np.sin(2 * np.pi * 1000 * np.arange(target) / target)
    assert len(made) == target
    middle = slice(target // 4, -target // 4)
    assert np.abs(made[middle, 0] - wanted[middle]).max() < 1e-3


@pytest.mark.parametrize("source", [8000, 11025, 22050, 44100, 47999, 192000])
def test_context_becomes_whole_frames(source: int) -> None:
    step = resampling_step(source, 48000, 1)
    assert step * 48000 % source == 0
