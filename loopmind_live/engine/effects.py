"""The two effects that all tracks share: a reverb, and a delay in time with the beat.

Each is stopped while nothing is sent to it and its tail has rung out: then it costs nothing. Where
the engine sheds work the reverb is first made of one room for both sides, then nothing is sent any
more: the room is closed, the delay rings out.

    reverb send -> thin -+-> room, left ---+----> left
                         |                 + - -> right, while there is but one
                         +-> room, right --------> right
    delay send --> thin ---> delay --------------> left, right

What only sheds work stands still, and costs nothing, while none is shed.
"""

import math

import numpy as np
import numpy.typing as npt

from loopmind_live.config import DEFAULT_BPM, MIN_BPM
from loopmind_live.engine.guard import MAX_DELAY_BEATS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.overload import Relief
from loopmind_live.engine.strip_kernel import thin

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
SHED_S, RETURN_S = 0.1, 0.5
"""How fast effects are shed, and how fast they come back."""
_DEFAULTS = {
    "reverb/size": 0.7,
    "reverb/damp": 0.5,
    "delay/beats": 0.75,
    "delay/feedback": 0.4,
    "tempo": DEFAULT_BPM,
}
Samples = npt.NDArray[np.float64]


class Effects:
    """The shared effects behind the send buses; `returns` are left and right of each.

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
        self._open, self._both, self._one = (
            pyo.SigTo(value, time=SHED_S, init=value).stop() for value in (1.0, 1.0, 0.0)
        )
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
        self._other = pyo.Sig(self._rooms[0], mul=self._one).stop()
        right = pyo.Mix([self._rooms[1], self._other], voices=1)
        self.returns = {"reverb": [self._rooms[0], right], "delay": list(self._echoes)}
        self._left = [0, 0]
        self._relief = Relief.NORMAL
        self._narrow, self._given = 0.0, 1.0
        self._fading = 0
        self._stale = False
        self.sheds = False

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

    def relieve(self, relief: Relief) -> None:
        """Shed as much as `relief` says, or take it up again, from this block on, faded."""
        before, self._relief = self._relief, relief
        fade_s = SHED_S if relief > before else RETURN_S
        self.sheds = True
        for signal in (self._open, self._both, self._one, self._other):
            signal.play()
        self._rooms[0].mul, self._rooms[1].mul = self._open, self._both
        self._other.mul = self._one
        reduced, bare = self._is_reduced, self._is_bare
        for signal, wanted in (
            (self._open, not bare), (self._both, not reduced), (self._one, reduced)
        ):  # fmt: skip
            signal.time = fade_s
            signal.value = float(wanted)
        if before >= Relief.REDUCED > relief and self._left[0] and not self._fading:
            self._rooms[1].reset()
            self._rooms[1].play()
        self._fading = round(fade_s * self._rate_hz) + 2 * self._block

    def thin_sends(self, reverb: tuple[Samples, Samples], delay: tuple[Samples, Samples]) -> None:
        """Thin what is sent in this block, while `sheds`. Each: left and right, [block]."""
        step = self._block / (SHED_S * self._rate_hz)
        narrow, given = self._narrow, self._given
        self._narrow = _towards(float(self._is_reduced), narrow, step)
        self._given = _towards(float(not self._is_bare), given, step)
        if (narrow, given, self._narrow) != (0.0, 1.0, 0.0) or self._given != given:
            thin(*reverb, narrow, self._narrow, given, self._given)
        if (given, self._given) != (1.0, 1.0):
            thin(*delay, 0.0, 0.0, given, self._given)

    def wake(self, sent: npt.NDArray[np.bool_]) -> None:
        """Start what is sent to in this block, and stop what has rung out or was shed.

        sent: bool [2], whether anything goes to the reverb and to the delay.
        """
        if self._fading:
            self._fading = max(0, self._fading - self._block)
            if not self._fading:
                self._settle()
        given = not self.sheds or self._given > 0.0 or not self._is_bare
        for effect in range(2):
            if sent[effect] and given:
                if not self._left[effect]:
                    self._start(effect)
                self._left[effect] = self._tail_frames(effect)
            elif self._left[effect]:
                self._left[effect] = max(0, self._left[effect] - self._block)
                if not self._left[effect]:
                    self._stop(effect)

    def close(self) -> None:
        """Free the effects, before the server that they live in."""
        self.returns.clear()
        self._other = None
        self._rooms.clear()
        self._echoes.clear()
        self._size = self._damp = self._time = self._feedback = self._wider = None
        self._open = self._both = self._one = None

    @property
    def _is_reduced(self) -> bool:
        return self._relief >= Relief.REDUCED

    @property
    def _is_bare(self) -> bool:
        return self._relief >= Relief.BARE

    def _settle(self) -> None:
        """Stop what a fade has made silent, and what faded it."""
        for signal in (self._open, self._both, self._one):
            signal.stop()
        self._rooms[0].mul = float(not self._is_bare)
        if self._is_reduced:
            self._stale = self._stale or self._left[0] > 0
            self._rooms[1].stop()
            self._other.mul = 1.0
        else:
            self.sheds = False
            self._rooms[1].mul = 1.0
            self._other.stop()
        if self._is_bare:
            if self._left[0]:
                self._stop(0)
                self._left[0] = 0
            # What its line still holds from long ago must have passed before it may stop.
            ring_s = max(MAX_DELAY_S, self._delay_s() * self._repeats())
            self._left[1] = min(self._left[1], round(ring_s * self._rate_hz))

    def _start(self, effect: int) -> None:
        if effect == 1:
            for echo in self._echoes:
                echo.play()
            return
        for room in self._rooms:
            if self._stale:
                room.reset()  # it was stopped before its tail had rung out
        self._stale = False
        self._rooms[0].play()
        if not self._is_reduced or self._fading:
            self._rooms[1].play()

    def _stop(self, effect: int) -> None:
        self._stale = self._stale or (effect == 0 and self._is_bare)
        for signal in self._rooms if effect == 0 else self._echoes:
            signal.stop()

    def _delay_s(self) -> float:
        return min(MAX_DELAY_S, self._values["delay/beats"] * 60.0 / self._values["tempo"])

    def _repeats(self) -> float:
        """Return how often the delay repeats until nothing is heard, and twice more."""
        return SILENT_DB / (20.0 * math.log10(max(0.05, self._values["delay/feedback"]))) + 2.0

    def _tail_frames(self, effect: int) -> int:
        if effect == 0:
            return round(REVERB_TAIL_S * self._rate_hz)
        return round(MAX_DELAY_S * self._repeats() * self._rate_hz)


def _towards(wanted: float, value: float, step: float) -> float:
    """Return `value` moved towards `wanted` by at most `step`."""
    return max(wanted, value - step) if wanted < value else min(wanted, value + step)
