"""The engine's side of its live input: blocks into the ring, links from the sound card, facts.

Through JACK the inputs are there always, linked to the card at the first start and afterwards as
the performer has it; they are found again by the next engine.
"""

import json
from pathlib import Path

import numpy as np

from loopmind_live.engine.capture import Input, InputFacts, InputRing
from loopmind_live.engine.jack import JackWatch
from loopmind_live.engine.patchbay import Wiring, follow

FILE_NAME = "input-links"
CHANNELS = 2
STEP_FRAMES = 200
"""numpy copies so few without letting another thread have the interpreter meanwhile."""


class LiveInput:
    """Carries an engine's input into the ring.

    block: float64 [frames, channels], which the device fills before every callback; None without an
    input. A single channel becomes both sides. `latency_frames` is the device's own word.
    """

    def __init__(
        self,
        ring: InputRing,
        block: Input | None,
        latency_frames: int = 0,
        links: "InputLinks | None" = None,
    ) -> None:
        self._ring, self._links = ring, links
        self._facts = InputFacts()
        self._block: Input | None = None
        if block is not None:
            frames, channels = block.shape
            self._block = block[np.newaxis] if channels == 2 else np.zeros((1, frames, 2))
            self._mono = block[:, 0] if channels == 1 else None
            self._facts = InputFacts(channels, 0 if links else channels, latency_frames)
            ring.compile(frames)
        ring.tell(self._facts)

    def take(self, frame: int) -> None:
        """Write the block that begins at `frame`. Called from the audio callback."""
        if self._block is None:
            return
        if self._mono is not None:
            for begin in range(0, len(self._mono), STEP_FRAMES):
                step = slice(begin, begin + STEP_FRAMES)
                self._block[0, step, 0] = self._mono[step]
                self._block[0, step, 1] = self._mono[step]
        self._ring.write(frame, self._block)

    def look(self) -> None:
        """Follow what is linked, and say so in the ring. Not for the audio callback."""
        if self._links is not None:
            self._links.look()
            told = InputFacts(CHANNELS, self._links.standing, self._links.latency_frames)
            if told != self._facts:
                self._facts = told
                self._ring.tell(told)


class InputLinks:
    """Keeps what is linked to the inputs of a JACK client, in a file that the next engine finds."""

    def __init__(self, watch: JackWatch, folder: Path, client: str) -> None:
        self._watch, self._path = watch, folder / FILE_NAME
        self._inputs = [f"{client}:input_{i + 1}" for i in range(CHANNELS)]
        self._outputs = [f"{client}:output_{i + 1}" for i in range(CHANNELS)]
        self._seen = -1
        self._sources: frozenset[str] = frozenset()
        self._again = True
        self.standing = 0
        self.latency_frames = 0
        kept = _read(self._path)
        if kept is None:
            card = watch.outputs(physical=True)[:CHANNELS]
            kept = frozenset(enumerate(card * 2 if len(card) == 1 else card))
        self._wiring = Wiring(awaited=kept)

    def look(self) -> None:
        """Follow what was linked and cut, where anything changed; link what came back."""
        changes = self._watch.changes
        changed, self._seen = changes != self._seen, changes
        if not (changed or self._again):
            return
        before = self._wiring
        standing = frozenset(
            (channel, source)
            for channel, port in enumerate(self._inputs)
            for source in self._watch.connections(port)
        )
        sources = frozenset(self._watch.outputs())
        fresh, self._sources = sources - self._sources, sources
        self._wiring, to_make = follow(before, standing, sources, fresh, bool(before.doubtful))
        for channel, source in sorted(to_make):
            if self._watch.connect(source, self._inputs[channel]):
                self._wiring = self._wiring.with_made((channel, source))
        # What seems to be cut is looked at once more; a program takes links once it is active; and
        # JACK works latencies out after it has told of a link.
        self._again = changed or bool(self._wiring.doubtful or (to_make & self._wiring.awaited))
        self.standing = len({channel for channel, _ in self._wiring.standing})
        self.latency_frames = self._round_trip()
        if self._wiring.wanted != before.wanted or not self._path.exists():
            _write(self._path, self._wiring.wanted)

    def _round_trip(self) -> int:
        """Return the frames from the outputs to the ear and from a mouth back to the inputs."""
        heard = max(self._watch.latency_frames(port, capture=False) for port in self._outputs)
        taken = max(self._watch.latency_frames(port, capture=True) for port in self._inputs)
        return heard + taken


def _read(path: Path) -> frozenset[tuple[int, str]] | None:
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return frozenset((int(channel), str(source)) for channel, source in kept)


def _write(path: Path, links: frozenset[tuple[int, str]]) -> None:
    """Replace the file whole: an engine may end at any moment."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(sorted(links)))
    new.replace(path)
