"""A live performance through JACK that records its master and every part."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rules import Meter
from tests.jack.harness import end

pytestmark = pytest.mark.live

LIMIT_S = 60.0
RATE = 48000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    made = make_code_set(
        tmp_path_factory.mktemp("made") / "set", Meter.of(200.0, RATE),
        tracks=("drums", "bass", "pad"), loops_per_track=2,
        sections=(("intro", 4), ("hook", 32)), clip_bars=(1, 2),
    )  # fmt: skip
    fill_library(made, made.folder / "library.sqlite")
    return made


Perform = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def perform(made: CodeSet, jack: dict[str, str], tmp_path: Path) -> Iterator[Perform]:
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, script: str = "", resume: bool = False) -> subprocess.Popen[str]:
        (tmp_path / "set.txt").write_text(script)
        asked = [
            "--audio", "jack", "--dry", "--timeline", str(made.timeline),
            "--library", str(made.folder / "library.sqlite"),
            "--script", str(tmp_path / "set.txt"), *words,
        ]  # fmt: skip
        started.append(
            subprocess.Popen(
                [*PROGRAM, "perform", "--headless", *(["--resume"] if resume else asked)],
                env={**jack, "LOOPMIND_HOME": str(made.folder / "home")}, cwd=tmp_path,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
        )  # fmt: skip
        return started[-1]

    yield run
    for process in started:
        end(process)


def stems_of(folder: Path) -> dict[str, np.ndarray]:
    return {path.stem: soundfile.read(path)[0] for path in folder.iterdir()}


def test_a_set_is_recorded_with_every_part_to_the_sample(perform: Perform, tmp_path: Path) -> None:
    show = perform(
        "--record", "set.wav", "--stems", "parts", "--until", "6",
        script="@2.3 mute bass\n@3.2 record off\n@4 record stems\n@5 record off\n",
    )  # fmt: skip
    output, _ = show.communicate(timeout=LIMIT_S)
    assert show.returncode == 0 and "Traceback" not in output, output
    (take,) = tmp_path.glob("take *.wav")
    takes = ((tmp_path / "set.wav", tmp_path / "parts"), (take, tmp_path / f"{take.stem} stems"))
    for (file, folder), parts in zip(
        takes, (["bass", "drums", "pad"], ["drums", "pad"]), strict=True
    ):
        mix, _ = soundfile.read(file)
        stems = stems_of(folder)
        assert sorted(stems) == parts
        assert {len(stem) for stem in stems.values()} == {len(mix)}
        assert len(mix) > RATE // 2 and np.abs(mix).max() > 0.05
        assert np.abs(sum(stems.values()) - mix).max() < 1e-6


def test_a_disk_full_of_stems_is_told_once_and_the_music_and_its_recording_go_on(
    perform: Perform, tmp_path: Path, small_disk: Path
) -> None:
    show = perform("--record", "set.wav", "--stems", str(small_disk / "parts"), "--until", "5")
    output, _ = show.communicate(timeout=LIMIT_S)
    assert show.returncode == 0 and "Traceback" not in output, output
    told = [line for line in output.splitlines() if str(small_disk) in line]
    assert len(told) == 1 and "recording stopped after" in told[0], output
    assert "No space left" in told[0] and "make room" in told[0]
    four_bars = round(4 * 4 * 60 * RATE / 200)
    mix, _ = soundfile.read(tmp_path / "set.wav")
    assert len(mix) >= four_bars
    stems = stems_of(small_disk / "parts")
    shortest = min(map(len, stems.values()))
    assert shortest > 1000
    total = sum(stem[:shortest] for stem in stems.values())
    assert np.abs(total - mix[:shortest]).max() < 1e-6


def test_a_killed_performer_leaves_all_files_whole_and_the_next_goes_on_with_them(
    perform: Perform, tmp_path: Path
) -> None:
    show = perform("--record", "set.wav", "--stems", "parts", "--until", "16")
    paths = [tmp_path / "set.wav", *(tmp_path / "parts" / f"{n}.wav" for n in ("drums", "pad"))]
    limit = time.monotonic() + LIMIT_S
    while not all(p.exists() and p.stat().st_size > 8 * 3 * RATE for p in paths):
        assert time.monotonic() < limit and show.poll() is None
        time.sleep(0.01)
    show.send_signal(signal.SIGKILL)
    ended = time.time()
    show.communicate(timeout=LIMIT_S)
    mix, _ = soundfile.read(tmp_path / "set.wav")
    stems = stems_of(tmp_path / "parts")
    output, _ = perform(resume=True).communicate(timeout=LIMIT_S)
    assert "parts was cut off: it goes on in" in output, output
    assert sorted(stems) == ["bass", "drums", "pad"]
    for path in paths:
        assert ended - path.stat().st_mtime < 1.0, "its newest second is there"
    shortest = min(len(audio) for audio in (mix, *stems.values()))
    longest = max(len(audio) for audio in (mix, *stems.values()))
    assert shortest > 2.5 * RATE and longest - shortest < RATE
    total = sum(stem[:shortest] for stem in stems.values())
    assert np.abs(total - mix[:shortest]).max() < 1e-6
    rest, _ = soundfile.read(tmp_path / "set 2.wav")
    stems = stems_of(tmp_path / "parts 2")
    assert {len(stem) for stem in stems.values()} == {len(rest)}
    assert np.abs(sum(stems.values()) - rest).max() < 1e-6, "what played meanwhile is there"
    assert np.array_equal(rest[: len(mix) - shortest], mix[shortest:])
    assert len(rest) > 2 * RATE
