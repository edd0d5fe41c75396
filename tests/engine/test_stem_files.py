from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.engine.stem_files import StemFiles
from loopmind_live.engine.wav import WavWriter, new_folder
from loopmind_live.errors import EngineError

NAMES = ("drums", "bass")


def block(frames: int, **tracks: float) -> np.ndarray:
    audio = np.zeros((4, frames, 2), np.float32)
    for name, value in tracks.items():
        audio[int(name[1:])] = value
    return audio


def test_tracks_that_sound_have_files_of_one_length_silent_where_they_are(tmp_path: Path) -> None:
    files = StemFiles(tmp_path / "stems", NAMES, 48000, "float32")
    files.write(block(100, t0=0.5))
    files.write(block(50, t3=0.25))
    files.write(block(30, t0=0.125, t3=0.25))
    assert files.frames == 180
    files.close()
    assert sorted(p.name for p in files.path.iterdir()) == ["drums.wav", "track 4.wav"]
    drums, _ = soundfile.read(files.path / "drums.wav")
    fourth, rate = soundfile.read(files.path / "track 4.wav")
    assert rate == 48000 and drums.shape == fourth.shape == (180, 2)
    assert np.array_equal(drums[:, 0], np.repeat([0.5, 0.0, 0.125], [100, 50, 30]))
    assert np.array_equal(fourth[:, 1], np.repeat([0.0, 0.25], [100, 80]))


def test_the_files_are_24_bit_and_valid_at_any_moment(tmp_path: Path) -> None:
    files = StemFiles(tmp_path / "stems", NAMES, 44100, "pcm24")
    files.write(block(1000))
    assert list(files.path.iterdir()) == []
    for written in range(1, 4):
        files.write(block(777, t1=0.5))
        # As whoever looks would find it after the process was killed here.
        assert soundfile.info(files.path / "bass.wav").frames == 1000 + 777 * written
        assert soundfile.info(files.path / "bass.wav").subtype == "PCM_24"
    files.write(block(500))
    assert soundfile.info(files.path / "bass.wav").frames == 1000 + 777 * 3 + 500
    files.close()


def test_a_track_that_comes_in_after_an_hour_takes_little_room(tmp_path: Path) -> None:
    files = StemFiles(tmp_path / "stems", NAMES, 48000, "pcm24")
    files.frames = 3600 * 48000
    files.write(block(100, t0=0.5))
    files.close()
    facts = (files.path / "drums.wav").stat()
    assert facts.st_size == 80 + (3600 * 48000 + 100) * 6
    if facts.st_blocks * 512 >= facts.st_size:
        pytest.skip("platform: files here have no holes")
    assert facts.st_blocks * 512 < 1 << 20
    with soundfile.SoundFile(files.path / "drums.wav") as file:
        file.seek(3600 * 48000 - 10)
        assert np.array_equal(file.read()[:, 0], np.repeat([0.0, 0.5], [10, 100]))


def test_a_folder_with_files_is_left_alone_and_an_empty_one_is_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert new_folder(tmp_path / "empty") == tmp_path / "empty"
    full = tmp_path / "take 1.05 stems"
    full.mkdir()
    (full / "drums.wav").write_bytes(b"precious")
    (tmp_path / "take 1.05 stems 2").write_bytes(b"a file")
    files = StemFiles(full, NAMES, 48000, "pcm24")
    assert files.path.name == "take 1.05 stems 3"
    files.write(block(10, t0=0.5))
    files.close()
    assert (full / "drums.wav").read_bytes() == b"precious"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EngineError, match=r"file/stems: cannot be made"):
        StemFiles(tmp_path / "file" / "stems", NAMES, 48000, "pcm24")


def test_a_full_disk_while_silence_is_written_leaves_a_valid_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = WavWriter(tmp_path / "a.wav", 48000, "pcm24")
    writer.write(np.full((100, 2), 0.5, np.float32))
    real = writer._file

    class Full:
        """A file on a disk without holes, and without room."""

        def truncate(self, size: int) -> int:
            if size > 80 + 100 * 6:
                raise OSError(28, "No space left on device")
            return real.truncate(size)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(EngineError, match=r"recording stopped after 0\.0 s .*No space left"):
        writer.write_silence(1000)
    real.close()
    assert soundfile.info(tmp_path / "a.wav").frames == 100
