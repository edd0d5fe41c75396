"""A performer to be killed: `python -m loopmind_live.bench.survival_performer FOLDER PLAYING`.

It logs to FOLDER. It plays a tone, or takes up what plays in the folder PLAYING where that is not
empty. Each time that a stand-by is ready it says the engine's folder and the supervisor's process
id. It ends with its standard input.
"""

import json
import select
import sys
from pathlib import Path

import numpy as np

from loopmind_live import config
from loopmind_live.engine.base import Row
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions

_RATE_HZ = 48000
_KEEP_S = 120.0
_LOOK_S = 0.01


def main() -> None:
    """Perform until standard input ends."""
    folder, playing = Path(sys.argv[1]), sys.argv[2]
    options = EngineOptions(
        "jack", _RATE_HZ, 600 * _RATE_HZ, folder / "engine.log",
        config.kernel_folder(), keep_s=_KEEP_S,
    )  # fmt: skip
    engine = ProcessEngine(options, Path(playing) if playing else None)
    if not playing:
        _play_tone(engine)
    said: int | None = None
    while not select.select([sys.stdin], [], [], _LOOK_S)[0]:
        engine.events()
        if engine.stand_by not in (None, said):
            said = engine.stand_by
            print(json.dumps([str(engine.arena.path.parent), engine.supervisor_pid]), flush=True)
    engine.close()


def _play_tone(engine: ProcessEngine) -> None:
    offset = engine.arena.allocate(_RATE_HZ)
    if offset is None:
        return
    tone = 0.25 * np.sin(2.0 * np.pi * 220.0 * np.arange(_RATE_HZ) / _RATE_HZ)
    engine.arena.write(offset, np.stack((tone, tone), axis=1).astype(np.float32))
    first = engine.frame() + _RATE_HZ // 10
    engine.splice(first, [Row(0, 1, offset, _RATE_HZ, float(_RATE_HZ), float(first), first)])


if __name__ == "__main__":
    main()
