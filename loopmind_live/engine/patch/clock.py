"""The clock that patches hear: how long a beat is, and how far bar and beat have come."""

import numpy as np

from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.shell_kernel import ramp
from loopmind_live.score.patch import PHRASE_BARS

with pyo_import():
    import pyo64 as pyo

CONTROLS = ("tempo", "grid", "meter")
"""In bpm, the frame at which a phrase begins, and the beats of a bar."""
_RAMPS = ("beat", "bar", "phrase")


class Clock:
    """The signals of `score.patch.CLOCK`, counted from where one phrase begins, at one tempo.

    What comes before that line counts, too: the grid has no beginning.
    """

    def __init__(self, place: pyo.PyoObject, rate_hz: int, block: int) -> None:
        self._rate_hz = rate_hz
        self._facts = {"tempo": DEFAULT_BPM, "grid": 0.0, "meter": 4.0}
        self._tables = {name: pyo.DataTable(size=block) for name in _RAMPS}
        self._samples = {name: np.asarray(one.getBuffer()) for name, one in self._tables.items()}
        readers = {name: pyo.TableIndex(one, place).stop() for name, one in self._tables.items()}
        self._lengths = {name: pyo.Sig(1.0).stop() for name in ("beat_s", "bar_s")}
        self.signals = {**self._lengths, **readers}
        self._runs = False
        ramp(self._samples["beat"], 0.0, 1.0)  # compiles: never inside the callback
        self.move("tempo", DEFAULT_BPM)

    def run(self) -> None:
        """Count from now on: somebody listens. Not in the audio callback."""
        if not self._runs:
            self._runs = True
            for signal in self.signals.values():
                signal.play()

    def move(self, control: str, value: float) -> None:
        """Set one of `CONTROLS`."""
        self._facts[control] = value
        beat_s = 60.0 / self._facts["tempo"]
        self._lengths["beat_s"].value = beat_s
        self._lengths["bar_s"].value = beat_s * self._facts["meter"]

    def begin(self, frame: int) -> None:
        """Write the block that begins at `frame`."""
        if not self._runs:
            return
        passed = frame - self._facts["grid"]
        length = 60.0 * self._rate_hz / self._facts["tempo"]
        ramp(self._samples["beat"], passed, length)
        length *= self._facts["meter"]
        ramp(self._samples["bar"], passed, length)
        ramp(self._samples["phrase"], passed, length * PHRASE_BARS)

    def close(self) -> None:
        """Free everything, consumers first."""
        self._samples.clear()
        self.signals.clear()
        self._lengths.clear()
        self._tables.clear()
