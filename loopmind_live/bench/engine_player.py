"""The program's own side of the bench "engine": run as a process that plays one mix, offline.

    python -m loopmind_live.bench.engine_player CLIPS.npy SPEC.json OUT.wav

It prints the CPU seconds that the blocks took, starting not counted.
"""

import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.mix_spec import CLIP_FRAMES, SPARE_FRAMES, MixSpec
from loopmind_live.engine.base import Row

if TYPE_CHECKING:
    from loopmind_live.engine.offline import OfflineEngine

CLIP_BARS = 4.0


def play(clips: Path, spec: MixSpec, out: Path) -> float:
    """Write what the engine makes of `spec` to `out`; return the CPU seconds of the blocks."""
    import soundfile

    from loopmind_live.engine.open import open_offline

    engine = open_offline(spec.rate_hz, arena_frames=16 * (CLIP_FRAMES + SPARE_FRAMES))
    try:
        _set_up(engine, np.load(clips), spec)
        blocks = math.ceil((spec.seconds * spec.rate_hz + engine.latency_frames) / engine.block)
        made = np.zeros((blocks, engine.block, 2), np.float32)
        before = time.process_time()
        for block in made:
            block[:] = engine.render()
        cpu_s = time.process_time() - before
        audio = made.reshape(-1, 2)[engine.latency_frames :]
        soundfile.write(out, audio, spec.rate_hz, subtype="FLOAT")
        return cpu_s
    finally:
        engine.close()


def _set_up(engine: "OfflineEngine", clips: NDArray[np.float32], spec: MixSpec) -> None:
    offsets = []
    for clip in clips:
        offset = engine.arena.allocate(len(clip))
        assert offset is not None
        engine.arena.write(offset, clip)
        offsets.append(offset)
    sweep = math.log(spec.filter_hz / 20_000.0) / math.log(80.0 / 20_000.0) if spec.send else 0.0
    settings = {"reverb/size": spec.room, "reverb/damp": spec.damp, "delay/beats": 0.75}
    settings |= {"delay/feedback": spec.feedback, "tempo": 60.0 * 0.75 / spec.delay_s}
    for track in range(spec.tracks):
        settings[f"track/{track}/filter"] = -sweep
        settings[f"track/{track}/reverb"] = settings[f"track/{track}/delay"] = spec.send
    for name, value in settings.items():
        engine.set_parameter(name, value, 0.0)
    for _ in range(64):
        engine.render()
    now = engine.frame()
    rows = []
    for number, voice in enumerate(spec.voices()):
        row = Row(
            voice.track, number, offsets[voice.clip], CLIP_FRAMES + SPARE_FRAMES,
            float(CLIP_FRAMES), float(now - voice.start), now, gain=spec.gain,
        )  # fmt: skip
        if spec.speed != 1.0:
            row = replace(
                row, clip_bars=CLIP_BARS, origin_bar=-voice.start / CLIP_FRAMES * CLIP_BARS,
                clock_frame=float(now), clock_bar_frames=CLIP_FRAMES / CLIP_BARS / spec.speed,
            )  # fmt: skip
        rows.append(row)
    engine.splice(now, rows)


if __name__ == "__main__":
    given, wanted, written = map(Path, sys.argv[1:4])
    print(play(given, MixSpec(**json.loads(wanted.read_text())), written))
