"""A set that clicks: one loop of a bar, a click on each beat, played on and on."""

import json
from pathlib import Path
from typing import Any

CLICK_FRAMES = 96


def write_click_set(folder: Path, bpm: float, rate_hz: int) -> Path:
    """Write the loop and a timeline that plays it into `folder`; return the timeline."""
    import numpy as np
    import soundfile

    frames = round(4 * 60 * rate_hz / bpm)
    audio = np.zeros((frames, 2), np.float32)
    for beat in range(4):
        at = round(beat * 60 * rate_hz / bpm)
        audio[at : at + CLICK_FRAMES] = 0.8
    soundfile.write(folder / "click.wav", audio, rate_hz, subtype="FLOAT")
    clip = {
        "role": "hats", "gain_db": 0.0, "semitones": 0, "stretch": 1.0, "bpm": bpm, "beats": 4,
        "start_s": 0.0,
    }  # fmt: skip
    section = {
        "name": "hook", "label": "hook", "bars": 8, "start_bar": 1, "start": 0,
        "loops": ["click.wav"], "clips": [clip],
    }  # fmt: skip
    timeline = {
        "format": 1, "bpm": bpm, "key": None, "meter": "4/4", "seed": 0, "prompt": "",
        "sections": [section],
    }  # fmt: skip
    path = folder / "clicks.json"
    path.write_text(json.dumps(timeline))
    return path


def onsets(audio: Any) -> Any:
    """Return the frames at which clicks begin in `audio` (float32 [frames])."""
    import numpy as np

    loud = np.flatnonzero(np.abs(audio) > 0.05)
    if not len(loud):
        return loud
    first = np.r_[True, np.diff(loud) > 1500]
    found = loud[first]
    return found[found > 100]
