"""The engine's peer in an Ableton Link session: sees its beat, commits what the performer changes.

The session is captured in the audio callback, for the moment at which the block is heard. Nothing
joins before it is asked for.
"""

import importlib.util
import math
from collections.abc import Callable
from typing import Any

from loopmind_live.engine.host_clock import HostClock
from loopmind_live.engine.link_block import Asked, LinkBlock, Stage
from loopmind_live.engine.status import UNKNOWN

PACKAGE = "link"
LOOK_S = 2.0
"""So long others are looked for before a session of our own is founded: a peer that commits too
early would change the tempo of the session that it is about to join."""
SETTLE_S = 0.3
"""Once another peer is seen, so long nothing is committed: its session has come by then."""
AHEAD_S = 0.01
"""A tempo is told so long before its block: others have it by then, and hardly move till then."""
_DEVICE_FRAMES = 1 << 32


def is_installed() -> bool:
    """Tell whether the package that speaks Link is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def load() -> None:
    """Load the package, where it is there: later, beside the music, that might cost a block."""
    if is_installed():
        import link  # noqa: F401 - for what it loads


class LinkPeer:
    """One peer, off until the block asks for it.

    `look` is called now and then beside the music, `capture` in the audio callback of each block.
    `latency_s` returns how long after its block's beginning a frame is heard. `tell` is given one
    line where the peer cannot be.
    """

    def __init__(
        self,
        block: LinkBlock,
        rate_hz: int,
        block_frames: int,
        latency_s: Callable[[], float],
        device_frame: Callable[[], int],
        tell: Callable[[str], None],
    ) -> None:
        self._block, self._tell = block, tell
        self._rate_hz, self._block_frames = rate_hz, block_frames
        self._latency_s, self._device_frame = latency_s, device_frame
        self._ahead_frames = round(AHEAD_S * rate_hz)
        self._clock = HostClock(rate_hz)
        self._counted, self._device_before = 0, UNKNOWN
        self._peer: Any = None
        self._micros: Callable[[], int] = int
        self._stage = Stage.OFF
        self._since_s = 0.0
        self._peers = 0
        self._late_s = 0.0
        said = block.said()
        self._tempo_number, self._playing_number = said.tempo_number, said.playing_number

    def look(self, now_s: float) -> None:
        """Join or leave as asked, and see who else is there. `now_s`: by time.monotonic."""
        asked = self._block.asked()
        self._late_s = self._latency_s() + asked.early_s
        if asked.on != (self._stage is not Stage.OFF):
            if asked.on:
                self._open(asked, now_s)
            else:
                self.close()
        peer = self._peer
        if peer is None:
            return
        if peer.startStopSyncEnabled != asked.start_stop:
            peer.startStopSyncEnabled = asked.start_stop
        peers = int(peer.numPeers())
        if peers and not self._peers:
            self._since_s = min(self._since_s, now_s - LOOK_S + SETTLE_S)
        self._peers = peers
        if self._stage is Stage.LOOKING and now_s - self._since_s >= LOOK_S:
            self._stage = Stage.JOINED

    def capture(self, frame: int) -> None:
        """Say where the session is as the block at `frame` is heard. For the audio callback."""
        peer = self._peer
        if peer is None:
            return
        asked = self._block.asked()
        host_us = self._heard_us()
        state = peer.captureSessionState()
        if self._stage is Stage.JOINED and self._commit(state, asked, frame, host_us):
            peer.commitSessionState(state)
        since_us = state.timeForIsPlaying()
        since = frame + round((since_us - host_us) * self._rate_hz / 1e6) if since_us > 0 else frame
        self._block.say(
            self._stage, frame, self._peers, state.beatAtTime(round(host_us), asked.quantum),
            state.tempo(), state.isPlaying(), since, self._tempo_number, self._playing_number,
        )  # fmt: skip

    def close(self) -> None:
        """Leave the session."""
        if self._peer is not None:
            self._peer.enabled = False
        self._peer, self._stage, self._peers = None, Stage.OFF, 0
        self._say_stage()

    def _open(self, asked: Asked, now_s: float) -> None:
        try:
            import link
        except ImportError as error:
            self._stage = Stage.FAILED
            self._say_stage()
            self._tell(f"Link: {error}: install it with pip install LinkPython-extern")
            return
        peer = link.Link(asked.bpm)
        peer.startStopSyncEnabled = asked.start_stop
        peer.enabled = True
        self._since_s, self._peers, self._stage = now_s, 0, Stage.LOOKING
        self._clock = HostClock(self._rate_hz)
        self._micros = peer.clock().micros
        self._peer = peer

    def _say_stage(self) -> None:
        self._block.say(
            self._stage, 0, tempo_number=self._tempo_number, playing_number=self._playing_number
        )

    def _heard_us(self) -> float:
        """Return when the block that begins now is heard, by Link's clock, in microseconds."""
        now_us = self._micros()
        device = self._device_frame()
        if UNKNOWN in (device, self._device_before):
            self._counted += self._block_frames
        else:
            self._counted += (device - self._device_before) % _DEVICE_FRAMES
        self._device_before = device
        return self._clock.block_at(self._counted, now_us) + self._late_s * 1e6

    def _commit(self, state: Any, asked: Asked, frame: int, host_us: float) -> bool:
        """Put into `state` what was asked for and is due in the block at `frame`; tell if any."""
        end = frame + self._block_frames
        tempo, playing = asked.tempo, asked.playing
        changed = False
        if tempo.number > self._tempo_number and tempo.frame < end + self._ahead_frames:
            self._tempo_number = tempo.number
            at_us = self._at_us(tempo.frame, frame, host_us)
            founds = not math.isnan(tempo.beat)
            changed = not (founds and self._peers)  # somebody came: theirs is the session
            if changed:
                state.setTempo(tempo.bpm, at_us)
            if changed and founds:
                state.forceBeatAtTime(tempo.beat, at_us, asked.quantum)
        if playing.number > self._playing_number and playing.frame < end:
            self._playing_number = playing.number
            state.setIsPlaying(playing.on, self._at_us(playing.frame, frame, host_us))
            changed = True
        return changed

    def _at_us(self, frame: int, block_frame: int, host_us: float) -> int:
        return round(host_us + (frame - block_frame) * 1e6 / self._rate_hz)
