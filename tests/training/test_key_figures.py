"""Figures on keys: what counts as right, and what is counted."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live import cli
from loopmind_live.errors import ConfigError
from loopmind_live.training.intervals import wilson
from loopmind_live.training.key import evaluate, mirex_score
from loopmind_live.units import MODES, PITCH_CLASSES, transpose_key

RATE_HZ = 22050
HEAD = "file,source_repo,bpm,beats,bpm_tier,key,instrument,kind"
KEYS = [f"{tonic}:{mode}" for tonic in PITCH_CLASSES for mode in MODES]
A_MINOR = [[45, 57, 60, 64], [50, 62, 65, 69], [52, 64, 68, 71], [45, 57, 60, 64]]


def chords(semitones: int = 0) -> np.ndarray:
    time_s = np.arange(RATE_HZ) / RATE_HZ
    return np.concatenate(
        [
            sum(
                np.sin(2 * np.pi * 440.0 * 2 ** ((note + semitones - 69) / 12) * k * time_s) / k
                for note in chord
                for k in (1, 2, 3)
            )
            * np.exp(-2.0 * time_s)
            * 0.1
            for chord in A_MINOR
        ]
    )


def clicks() -> np.ndarray:
    hit = np.random.default_rng(1).standard_normal(RATE_HZ // 4)
    hit *= np.exp(-np.arange(len(hit)) / 400.0) * 0.3
    return np.concatenate([np.pad(hit, (0, RATE_HZ // 4)) for _ in range(8)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, sound in (("a", chords()), ("b", chords(2)), ("drums", clicks())):
        soundfile.write(tmp_path / f"{name}.wav", sound, RATE_HZ)
    (tmp_path / "Fsharp_major.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    lines = [
        HEAD, "a.wav,,,,,Am,piano,loop", "b.wav,,,,,B:min,piano,loop", "a.wav,,,,,A,pad,loop",
        "Fsharp_major.wav,,,,,Am,piano,loop", "drums.wav,,,,,,drums,loop",
        "drums.wav,,,,,,fx,loop", "broken.wav,,,,,Em,bass,loop",
    ]  # fmt: skip
    (tmp_path / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_answers_are_counted_by_what_is_known_of_them(data: Path) -> None:
    figures = evaluate(data, lambda _done, _total: None).to_json()
    assert figures["files"] == {"keyed": 5, "with_mode": 4, "unpitched": 1}
    # The name that tells another key is not read, and what cannot be decoded counts as wrong.
    assert (figures["mirex"], figures["exact"], figures["root"]) == (0.75, 0.75, 0.8)
    assert figures["unpitched"] == 1.0
    assert figures["kinds"]["piano"]["exact"] == 1.0
    assert figures["kinds"]["pad"]["exact"] is None
    assert figures["kinds"]["bass"]["told"] == 0.0
    assert sum(row["files"] for row in figures["calibration"]) == 3


def test_the_command_prints_the_figures(
    data: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["evaluate", "key", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mirex"] == 0.75
    assert cli.main(["evaluate", "key", str(data)]) == 0
    assert "mirex 0.750 (" in capsys.readouterr().out


def test_a_manifest_without_keys_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(f"{HEAD}\na.wav,,,,,,fx,loop\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no file with a key"):
        evaluate(tmp_path, lambda _done, _total: None)


def test_points_are_the_same_in_every_transposition() -> None:
    for truth in KEYS:
        scores = sorted((mirex_score(truth, key) for key in KEYS), reverse=True)
        assert scores == [1.0, 0.5, 0.3, 0.2] + [0.0] * 20
        for key in KEYS:
            moved = mirex_score(transpose_key(truth, 5), transpose_key(key, 5))
            assert moved == mirex_score(truth, key)


@pytest.mark.parametrize(("hits", "count"), [(0, 0), (0, 10), (10, 10), (7, 10), (300, 400)])
def test_an_interval_holds_its_share(hits: int, count: int) -> None:
    low, high = wilson(hits, count)
    share = hits / count if count else 0.5
    assert 0.0 <= low <= share <= high <= 1.0
    assert high - low > wilson(hits * 4, count * 4)[1] - wilson(hits * 4, count * 4)[0] or not count
