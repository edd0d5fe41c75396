"""A timeline's shelves are heard in a wet mix, left out of a dry one, and come back in a replay."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.app.offline import OfflineShow, Request
from loopmind_live.app.replay import replay
from loopmind_live.app.stage import Sound

BPM, RATE_HZ = 120.0, 48000
BAR = 2 * RATE_HZ

pytestmark = pytest.mark.usefixtures("home")


def write_set(folder: Path, **shelves: float) -> Path:
    """Write two bars of a hum at 50 Hz and a tone at 1 kHz, as a pad, and return the timeline."""
    at = np.arange(2 * BAR) / RATE_HZ
    sound = 0.1 * np.sin(2 * np.pi * 50 * at) + 0.1 * np.sin(2 * np.pi * 1000 * at)
    soundfile.write(folder / "pad.wav", np.stack([sound, sound], axis=1), RATE_HZ, subtype="FLOAT")
    source = {"kind": "loop", "duration_s": 4.0, "bpm_confidence": 1.0}
    clip = {"role": "pad", "gain_db": 0.0, "bpm": BPM, "beats": 8, "source": source, **shelves}
    section = {"name": "hook", "bars": 3, "loops": ["pad.wav"], "clips": [clip]}
    path = folder / "timeline.json"
    path.write_text(json.dumps({"bpm": BPM, "key": None, "sections": [section]}))
    return path


def perform(folder: Path, timeline: Path, dry: bool) -> np.ndarray:
    out, events = folder / "mix.wav", folder / "events.jsonl"
    out.unlink(missing_ok=True)
    events.unlink(missing_ok=True)
    sound = Sound("offline", dry=dry)
    OfflineShow(
        Request(folder / "none.sqlite", sound, timeline, None, out, events), lambda _line: None
    ).run()
    return np.asarray(soundfile.read(out)[0])


def levels_db(audio: np.ndarray) -> tuple[float, float]:
    """Return the levels at 50 Hz and 1 kHz over the second and third bar."""
    power = np.abs(np.fft.rfft(audio[BAR : 3 * BAR, 0]))
    return tuple(20 * np.log10(power[round(hz * 2 * BAR / RATE_HZ)]) for hz in (50, 1000))


def test_shelves_are_heard_wet_and_replayed_and_dry_there_are_none(tmp_path: Path) -> None:
    timeline = write_set(tmp_path, low_db=-6.0)
    mix = perform(tmp_path, timeline, dry=False)
    low_db, high_db = levels_db(mix)
    assert low_db - high_db == pytest.approx(-6.0, abs=0.5)
    replay(tmp_path / "events.jsonl", tmp_path / "again.wav", [])
    assert np.array_equal(soundfile.read(tmp_path / "again.wav")[0], mix)
    low_db, high_db = levels_db(perform(tmp_path, timeline, dry=True))
    assert low_db == pytest.approx(high_db, abs=0.01)
