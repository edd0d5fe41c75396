"""Decoding: what comes out, and what is refused in one line."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_loops import RATE_HZ, drum_loop, write

from loopmind_live.errors import LibraryError
from loopmind_live.library import decode as decoding
from loopmind_live.library.decode import Audio, decode


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "FLOAT"), ("a.flac", "PCM_16"),
     ("a.aiff", "PCM_16"), ("a.ogg", "VORBIS"), ("a.mp3", "MPEG_LAYER_III")],
)  # fmt: skip
def test_every_usual_format_comes_out_as_float_frames(
    tmp_path: Path, name: str, subtype: str
) -> None:
    sound = drum_loop(120, 4)
    audio = decode(write(tmp_path / name, sound, subtype=subtype))
    assert audio.samples.dtype == np.float32
    assert audio.rate_hz == RATE_HZ
    assert len(audio.samples) == pytest.approx(len(sound), abs=2400)
    assert audio.samples.std() == pytest.approx(sound.std(), rel=0.05)


def test_lossless_formats_keep_every_sample(tmp_path: Path) -> None:
    sound = drum_loop(120, 4)
    audio = decode(write(tmp_path / "a.wav", sound, subtype="FLOAT"))
    assert np.array_equal(audio.samples, sound)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_U8"), ("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "PCM_32"),
     ("a.flac", "PCM_16"), ("a.flac", "PCM_24"), ("a.aiff", "PCM_16"), ("a.aiff", "PCM_24")],
)  # fmt: skip
def test_whole_numbers_become_the_floats_that_libsndfile_makes_of_them(
    tmp_path: Path, name: str, subtype: str
) -> None:
    sound = np.random.default_rng(1).uniform(-1.0, 1.0, (5000, 2)).astype(np.float32)
    sound[:2] = [[-1.0, 1.0], [0.0, 2.0**-15]]
    path = write(tmp_path / name, sound, subtype=subtype)
    wanted, _rate_hz = soundfile.read(path, dtype="float32")
    assert np.array_equal(decode(path).samples, wanted)


def test_samples_that_are_not_finite_become_silence(tmp_path: Path) -> None:
    sound = drum_loop(120, 4)
    sound[100], sound[200], sound[300] = np.nan, np.inf, -np.inf
    audio = decode(write(tmp_path / "a.wav", sound, subtype="FLOAT"))
    assert np.isfinite(audio.samples).all()
    assert audio.samples[[100, 200, 300]].tolist() == [[0.0], [0.0], [0.0]]


def test_more_than_two_channels_are_kept(tmp_path: Path) -> None:
    audio = decode(write(tmp_path / "a.wav", np.zeros((100, 6), np.float32)))
    assert audio.samples.shape == (100, 6)


def refusal(path: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        decode(path)
    message = str(caught.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    return message


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    assert "no audio" in refusal(write(tmp_path / "a.wav", np.zeros((0, 1), np.float32)))


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not audio at all " * 100, bytes(5000)])
def test_bytes_that_are_no_audio_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert "cannot be decoded" in refusal(path)


def test_a_file_cut_in_the_middle_is_refused_or_read_in_part(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", drum_loop(120, 8))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cannot be decoded" in refusal(path)


def test_what_is_far_too_long_for_a_loop_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_DURATION_S", 1.5)
    decode(write(tmp_path / "short.wav", np.zeros((RATE_HZ, 1), np.float32)))
    long = write(tmp_path / "long.wav", np.zeros((2 * RATE_HZ, 1), np.float32))
    assert "longer than" in refusal(long)


def test_an_impossible_rate_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros((100, 1), np.float32), rate_hz=1000)
    assert "1000 Hz" in refusal(path)


def test_a_header_that_promises_too_much_costs_no_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", drum_loop(120, 4))
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = (0x7FFFFFF0).to_bytes(4, "little")
    path.write_bytes(content)
    audio = decode(path)
    assert len(audio.samples) == len(drum_loop(120, 4))


def test_a_folder_or_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    for name in ("folder.wav", "missing.wav"):
        refusal(tmp_path / name)


def test_soundfile_is_what_reads(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", drum_loop(90, 4))
    assert decode(path).duration_s == soundfile.info(path).duration


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_mono_is_the_mean_of_the_channels_and_leaves_them_alone(channels: int) -> None:
    samples = np.random.default_rng(1).standard_normal((500, channels)).astype(np.float32)
    audio = Audio(samples.copy(), RATE_HZ)
    assert audio.mono() == pytest.approx(samples.mean(axis=1), abs=1e-6)
    assert np.array_equal(audio.samples, samples)
