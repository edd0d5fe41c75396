"""What a performer asks of an engine."""

from dataclasses import dataclass
from pathlib import Path

from loopmind_live.config import DEFAULT_BLOCK
from loopmind_live.engine.outputs import STEREO, Outputs


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What to ask of an engine. JACK's own rate and block win over these.

    `log` takes what the processes print; `kernel_cache` is numba's folder for them alone. Where
    this process goes without a word they play on for `keep_s` seconds. `input` asks for the input
    of the device, too; through JACK it is there always. `outputs` is the channel map.
    """

    audio: str
    rate_hz: int
    arena_frames: int
    log: Path
    kernel_cache: Path
    block: int = DEFAULT_BLOCK
    dry: bool = False
    keep_s: float = 0.0
    input: bool = False
    outputs: Outputs = STEREO
