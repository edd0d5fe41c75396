import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine import wav
from loopmind_live.engine.wav import WavWriter, free_path
from loopmind_live.errors import EngineError

rng = np.random.default_rng(3)
NOISE = rng.uniform(-1.0, 1.0, (1000, 2)).astype(np.float32)


def test_float_audio_comes_back_bit_by_bit_even_beyond_full_scale(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 44100, "float32")
    writer.write(NOISE[:300] * 7)
    writer.write(NOISE[300:] * 7)
    writer.close()
    audio, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == 44100
    assert np.array_equal(audio, NOISE * 7)
    assert soundfile.info(tmp_path / "a.wav").subtype == "FLOAT"


def test_24_bit_audio_is_within_half_a_step_and_clips(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 48000, "pcm24")
    writer.write(NOISE)
    writer.write(np.array([[2.0, -2.0]], np.float32))
    writer.close()
    audio, _ = soundfile.read(tmp_path / "a.wav", dtype="float64")
    assert np.abs(audio[:-1] - NOISE).max() <= 0.5 / (1 << 23) + 1e-12
    assert audio[-1].tolist() == [1 - 2**-23, -1.0]
    assert soundfile.info(tmp_path / "a.wav").subtype == "PCM_24"


def test_a_file_that_was_never_closed_is_playable(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 48000, "pcm24")
    writer.write(NOISE)
    assert soundfile.info(tmp_path / "a.wav").frames == 1000
    writer.close()


def test_a_full_disk_stops_with_one_line_and_keeps_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = WavWriter(tmp_path / "a.wav", 48000, "pcm24")
    writer.write(NOISE)
    full = writer._file
    room = [1000]

    class Full:
        """A file on a disk with a little room left, which then fills up in mid-block."""

        def write(self, data: bytes) -> int:
            if room[0] == 0:
                raise OSError(28, "No space left on device")
            room[0], size = 0, room[0]
            return full.write(data[:size])

        def __getattr__(self, name: str) -> object:
            return getattr(full, name)

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(EngineError, match=r"recording stopped .*No space left.*make room"):
        writer.write(NOISE)
    full.close()
    audio, _ = soundfile.read(tmp_path / "a.wav")
    assert len(audio) == 1000


def test_a_long_recording_becomes_rf64(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "a.wav", 48000, "float32")
    writer.write(NOISE)
    writer.frames += 1 << 30  # as if hours had gone by: 8 GiB
    writer.write(NOISE)
    writer.close()
    head = (tmp_path / "a.wav").read_bytes()[:80]
    assert head[:4] == b"RF64"
    riff, data, frames = struct.unpack_from("<QQQ", head, 20)
    assert (frames, data) == ((1 << 30) + 2000, ((1 << 30) + 2000) * 8)
    assert riff == data + wav._HEADER_BYTES - 8


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    for name in ("a.wav", "a 2.wav"):
        (tmp_path / name).write_text("mine")
    assert free_path(tmp_path / "a.wav") == tmp_path / "a 3.wav"
    with pytest.raises(EngineError, match="cannot be written"):
        WavWriter(tmp_path / "a.wav", 48000, "pcm24")
    assert (tmp_path / "a.wav").read_text() == "mine"


def test_a_folder_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="nowhere"):
        WavWriter(tmp_path / "nowhere" / "a.wav", 48000, "pcm24")


@given(st.lists(st.floats(-1.0, 1.0, width=32), min_size=2, max_size=50))
def test_pcm24_keeps_every_24_bit_number(values: list[float]) -> None:
    writer = WavWriter.__new__(WavWriter)
    writer._encoding = "pcm24"
    steps = np.rint(np.array(values) * ((1 << 23) - 1)).astype(int)
    data = writer._encode((steps / (1 << 23)).astype(np.float64))  # type: ignore[arg-type]
    back = [int.from_bytes(data[i : i + 3], "little", signed=True) for i in range(0, len(data), 3)]
    assert back == steps.tolist()
