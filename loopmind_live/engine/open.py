"""Open an engine: one that sounds, or one that is driven block by block."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live import config
from loopmind_live.engine.outputs import STEREO, Outputs
from loopmind_live.errors import EngineError

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine
    from loopmind_live.engine.offline import OfflineEngine

AUDIO = ("auto", "jack", "portaudio")
LOG_NAME = "engine.log"


def open_engine(
    audio: str,
    rate_hz: int = config.DEFAULT_RATE_HZ,
    block: int = config.DEFAULT_BLOCK,
    dry: bool = False,
    arena_frames: int = 600 * config.DEFAULT_RATE_HZ,
    keep_s: float = 0.0,
    folder: Path | None = None,
    with_input: bool = False,
    outputs: Outputs = STEREO,
) -> "ProcessEngine":
    """Return an engine that plays, in processes of its own, for `keep_s` without this one.

    With a `folder` it is the one that plays there, whose performer is gone.
    "auto" takes JACK where a server runs, else the system's default device (portaudio). A JACK
    server's own rate and block win, and its inputs are there always; `with_input` asks for those of
    another device. `outputs` is the channel map. Raises EngineError, with the remedy, where nothing
    can sound.
    """
    if audio not in AUDIO:
        raise EngineError(f"--audio {audio}: choose from {', '.join(AUDIO)}, offline")
    _check(rate_hz, block)
    _use_kernel_cache()
    from loopmind_live.engine.client import ProcessEngine
    from loopmind_live.engine.engine_options import EngineOptions

    return ProcessEngine(
        EngineOptions(
            audio, rate_hz, arena_frames, config.log_folder() / LOG_NAME,
            config.kernel_folder(), block, dry, keep_s, with_input, outputs=outputs,
        ),
        folder,
    )  # fmt: skip


def open_offline(
    rate_hz: int = config.DEFAULT_RATE_HZ,
    block: int = config.DEFAULT_BLOCK,
    dry: bool = False,
    arena_frames: int = 600 * config.DEFAULT_RATE_HZ,
) -> "OfflineEngine":
    """Return an engine in this process, whose clock is its `render`."""
    _check(rate_hz, block)
    _use_kernel_cache()
    from loopmind_live.engine.arena import Arena
    from loopmind_live.engine.offline import OfflineEngine

    arena = Arena.create(arena_frames)
    try:
        return OfflineEngine(rate_hz, block, arena, dry)
    except BaseException:
        arena.close()
        raise


def _check(rate_hz: int, block: int) -> None:
    if rate_hz not in config.SAMPLE_RATES:
        rates = ", ".join(map(str, config.SAMPLE_RATES))
        raise EngineError(f"--rate {rate_hz}: choose from {rates}")
    if block not in config.BLOCK_SIZES:
        sizes = config.BLOCK_SIZES
        raise EngineError(f"--block {block}: choose from {sizes.start} to {sizes.stop - 1}")


def _use_kernel_cache() -> None:
    """Name numba's folder before numba is imported; a folder that was named already stays."""
    os.environ["NUMBA_CACHE_DIR"] = str(config.kernel_folder())
