"""Figures on instruments: what is counted, and that names do not help."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live import cli
from loopmind_live.errors import ConfigError
from loopmind_live.library.instrument_model import shipped_model
from loopmind_live.training.instruments import InstrumentFigures, Told, evaluate

RATE_HZ = 44100
HEAD = "file,source_repo,bpm,beats,bpm_tier,key,instrument,kind"


def kick() -> np.ndarray:
    time_s = np.arange(RATE_HZ // 3) / RATE_HZ
    sweep = 50 * time_s + 2 * (1 - np.exp(-40 * time_s))
    return 0.9 * np.sin(2 * np.pi * sweep) * np.exp(-9 * time_s)


def hat() -> np.ndarray:
    noise = np.diff(np.random.default_rng(2).standard_normal(RATE_HZ // 4), n=3, prepend=[0] * 3)
    return 0.1 * noise * np.exp(-np.arange(len(noise)) / 1200)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "snare_that_is_a_kick.wav", kick(), RATE_HZ)
    soundfile.write(tmp_path / "x.wav", hat(), RATE_HZ)
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    lines = [
        HEAD, "snare_that_is_a_kick.wav,,,,,,Kick,oneshot", "x.wav,,,,,,hat,oneshot",
        "broken.wav,,,,,,bass,oneshot", "x.wav,,,,,,,oneshot", "x.wav,,,,,,fx,edge",
    ]  # fmt: skip
    (tmp_path / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_instruments_are_told_by_ear_alone(data: Path) -> None:
    told: list[tuple[int, int]] = []
    figures = evaluate(data, lambda done, total: told.append((done, total))).to_json()
    assert figures["confusion"] == {"kick": {"kick": 1}, "hat": {"hat": 1}}
    assert (figures["accuracy"], figures["macro_f1"]) == (1.0, 1.0)
    assert (figures["sounds"], figures["left_out"]) == (2, 2)
    assert told[-1] == (4, 4)


def test_what_is_sure_is_counted_apart() -> None:
    answers = [Told("kick", "kick", 0.9), Told("hat", "snare", 0.4), Told("bass", "synth", 0.8)]
    figures = InstrumentFigures(answers, 1).to_json()
    assert (figures["accuracy"], figures["accuracy_families"]) == (0.3333, 0.6667)
    assert (figures["sure"], figures["sure_accuracy"]) == (0.6667, 0.5)
    low, high = figures["interval"]
    assert low < 0.33 < high
    assert figures["confusion_families"]["hit"] == {"hit": 2}


def test_the_command_prints_figures_and_draws_them(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "confusion.svg"
    assert cli.main(["evaluate", "instruments", str(data), "--json", "--picture", str(drawn)]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1.0
    assert drawn.read_text(encoding="utf-8").startswith("<svg")
    assert cli.main(["evaluate", "instruments", str(data), "--picture", str(data)]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_sounds_of_packs_that_were_learned_from_are_told_of(data: Path) -> None:
    pack = sorted(shipped_model().packs)[0]
    manifest = data / "manifest.csv"
    told = manifest.read_text(encoding="utf-8").replace("x.wav,,,,,,hat", f"x.wav,{pack},,,,,hat")
    manifest.write_text(told, encoding="utf-8")
    figures = evaluate(data, lambda _done, _total: None)
    assert figures.to_json()["learned"] == 1
    assert "1 are of packs that the model has learned from" in str(figures)


def test_figures_that_are_no_table_are_not_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "x.wav", kick(), RATE_HZ)
    (tmp_path / "manifest.csv").write_text(f"{HEAD}\nx.wav,,,,,Am,bass,loop\n", encoding="utf-8")
    words = ["evaluate", "key", str(tmp_path), "--picture", str(tmp_path / "x.svg")]
    assert cli.main(words) == 1
    assert "the figures of key are not drawn" in capsys.readouterr().err


def test_a_folder_without_known_instruments_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(f"{HEAD}\nx.wav,,,,,,theremin,loop\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no sound in its manifest"):
        evaluate(tmp_path, lambda _done, _total: None)
