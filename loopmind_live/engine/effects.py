"""The two effects that all tracks share: a reverb, and a delay in time with the beat.

Each is stopped while nothing is sent to it and its tail has rung out: then it costs nothing.
"""

import math

import numpy as np
import numpy.typing as npt

from loopmind_live.config import DEFAULT_BPM, MIN_BPM
from loopmind_live.engine.guard import MAX_DELAY_BEATS
from loopmind_live.engine.host_audio import pyo_import

with pyo_import():
    import pyo64 as pyo

REVERB_TAIL_S = 20.0
"""How long the largest room is heard at most: its combs repeat by 0.98, 1,600 frames apart."""
SILENT_DB = -100.0
WIDTH = 0.03
"""How much larger the room is on the right, so that the two sides differ."""
MAX_DELAY_S = MAX_DELAY_BEATS * 60.0 / MIN_BPM
GLIDE_S = 0.05
"""A new delay time is reached in this time: heard as a short bend, as of a tape."""
_DEFAULTS = {
    "reverb/size": 0.7,
    "reverb/damp": 0.5,
    "delay/beats": 0.75,
    "delay/feedback": 0.4,
    "tempo": DEFAULT_BPM,
}


class Effects:
    """The shared effects behind the send buses; `returns` is [left, right], each of [signals].

    `reverb` and `delay` are left and right of what is sent.
    """

    def __init__(
        self, reverb: list[pyo.PyoObject], delay: list[pyo.PyoObject], rate_hz: int, block: int
    ) -> None:
        self._rate_hz, self._block = rate_hz, block
        self._values = dict(_DEFAULTS)
        self._size, self._damp, self._time, self._feedback = (
            pyo.SigTo(value, time=0.02, init=value)
            for value in (
                self._values["reverb/size"], self._values["reverb/damp"], self._delay_s(),
                self._values["delay/feedback"],
            )
        )  # fmt: skip
        self._wider = pyo.Sig(self._size, mul=1.0 - WIDTH, add=WIDTH)
        self._rooms = [
            pyo.Freeverb(sent, size=size, damp=self._damp, bal=1.0).stop()
            for sent, size in zip(reverb, (self._size, self._wider), strict=True)
        ]
        self._echoes = [
            pyo.Delay(
                sent, delay=self._time, feedback=self._feedback, maxdelay=MAX_DELAY_S + 0.1
            ).stop()
            for sent in delay
        ]
        self.returns = list(zip(self._rooms, self._echoes, strict=True))
        self._left = [0, 0]

    def move(self, name: str, value: float, ramp_s: float) -> None:
        """Move an effect's parameter over `ramp_s`, from the next block on."""
        self._values[name] = value
        match name:
            case "reverb/size":
                signal, wanted = self._size, value
            case "reverb/damp":
                signal, wanted = self._damp, value
            case "delay/feedback":
                signal, wanted = self._feedback, value
            case _:
                signal, wanted, ramp_s = self._time, self._delay_s(), max(ramp_s, GLIDE_S)
        signal.time = max(ramp_s, 1.0 / self._rate_hz)
        signal.value = wanted

    def wake(self, sent: npt.NDArray[np.bool_]) -> None:
        """Start what is sent to in this block, and stop what has rung out.

        sent: bool [2], whether anything goes to the reverb and to the delay.
        """
        for effect, signals in enumerate((self._rooms, self._echoes)):
            if sent[effect]:
                if not self._left[effect]:
                    for signal in signals:
                        signal.play()
                self._left[effect] = self._tail_frames(effect)
            elif self._left[effect]:
                self._left[effect] = max(0, self._left[effect] - self._block)
                if not self._left[effect]:
                    for signal in signals:
                        signal.stop()

    def close(self) -> None:
        """Free the effects, before the server that they live in."""
        self.returns.clear()
        self._rooms.clear()
        self._echoes.clear()
        self._size = self._damp = self._time = self._feedback = self._wider = None

    def _delay_s(self) -> float:
        return min(MAX_DELAY_S, self._values["delay/beats"] * 60.0 / self._values["tempo"])

    def _tail_frames(self, effect: int) -> int:
        if effect == 0:
            return round(REVERB_TAIL_S * self._rate_hz)
        repeats = SILENT_DB / (20.0 * math.log10(max(0.05, self._values["delay/feedback"])))
        return round(MAX_DELAY_S * (repeats + 2.0) * self._rate_hz)
