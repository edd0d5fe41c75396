"""The clock that patches hear: how long a beat is, and how far bar and beat have come."""

import numpy as np

from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.shell_kernel import ramp

with pyo_import():
    import pyo64 as pyo

CONTROLS = ("tempo", "grid", "meter")
"""In bpm, the frame of a bar line, and the beats of a bar."""


class Clock:
    """The signals of `score.patch.CLOCK`, counted from one bar line at one tempo.

    What comes before that line counts, too: the grid has no beginning.
    """

    def __init__(self, place: pyo.PyoObject, rate_hz: int, block: int) -> None:
        self._rate_hz = rate_hz
        self._facts = {"tempo": DEFAULT_BPM, "grid": 0.0, "meter": 4.0}
        self._tables = {name: pyo.DataTable(size=block) for name in ("bar", "beat")}
        self._samples = {name: np.asarray(one.getBuffer()) for name, one in self._tables.items()}
        readers = {name: pyo.TableIndex(one, place).stop() for name, one in self._tables.items()}
        self._beat_s = pyo.Sig(60.0 / DEFAULT_BPM).stop()
        self.signals = {"beat_s": self._beat_s, **readers}
        self._runs = False
        for samples in self._samples.values():
            ramp(samples, 0.0, 1.0)  # compiles: never inside the callback

    def run(self) -> None:
        """Count from now on: somebody listens. Not in the audio callback."""
        if not self._runs:
            self._runs = True
            for signal in self.signals.values():
                signal.play()

    def move(self, control: str, value: float) -> None:
        """Set one of `CONTROLS`."""
        self._facts[control] = value
        if control == "tempo":
            self._beat_s.value = 60.0 / value

    def begin(self, frame: int) -> None:
        """Write the block that begins at `frame`."""
        if not self._runs:
            return
        beat = 60.0 * self._rate_hz / self._facts["tempo"]
        passed = frame - self._facts["grid"]
        ramp(self._samples["beat"], passed, beat)
        ramp(self._samples["bar"], passed, beat * self._facts["meter"])

    def close(self) -> None:
        """Free everything, consumers first."""
        self._samples.clear()
        self.signals.clear()
        self._tables.clear()
