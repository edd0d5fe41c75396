"""The stand-by engine: `python -m loopmind_live.engine.standby` takes what engine.process takes.

What is slow about a start (pyo, the compiled kernel) is done in a thread that steps back, so that
the music is not disturbed; the threads of the engine to be come from the main one.
"""

import sys
import threading

from loopmind_live.workers import realtime


def main() -> None:
    """Load everything in the background, then wait for the turn to play."""
    thread = threading.Thread(target=_load, name="load")
    thread.start()
    thread.join()
    from loopmind_live.engine import process

    process.main([*sys.argv[1:], "--stand-by"])


def _load() -> None:
    realtime.step_back()
    import numpy as np

    from loopmind_live.engine import graph, process  # noqa: F401 - for what they import
    from loopmind_live.engine.player import Player

    pool = np.zeros((16, 2), np.float32)
    pool.flags.writeable = False  # as the arena is there: the kernel is compiled for such
    Player(pool, 48000, 64)


if __name__ == "__main__":
    main()
