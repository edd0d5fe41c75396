"""The surfaces of a performance: what has hands on it beside the prompt."""

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from loopmind_live.app.beside import Beside
from loopmind_live.app.link import LinkFollower
from loopmind_live.app.livecode import Livecode
from loopmind_live.app.midi import open_midi, ports_here
from loopmind_live.app.midi_clock import MidiClock
from loopmind_live.app.monitor import Monitor
from loopmind_live.app.onlookers import Onlookers
from loopmind_live.app.osc import OscSurface
from loopmind_live.app.osc_feedback import OscFeedback
from loopmind_live.app.osc_live import OscLive
from loopmind_live.app.osc_names import OscNames
from loopmind_live.app.osc_query import OscQuery
from loopmind_live.app.patches import Patches
from loopmind_live.app.performance import Performance
from loopmind_live.app.questions import Questions
from loopmind_live.app.surface_options import SurfaceOptions
from loopmind_live.control.access import allowed
from loopmind_live.control.announcement import OSC, OSCQUERY
from loopmind_live.engine.link_block import LinkBlock
from loopmind_live.errors import LoopMindError

MOST_SAVES = 4
SAVES_BUSY = f"save: {MOST_SAVES} sets are being written already: save again in a moment"
log = logging.getLogger(__name__)


class Surface(Protocol):
    """Something that plays a performance from outside, and shows what it does."""

    def advance(self) -> None:
        """Carry out what came and tell what changed; each tick, within 2 ms."""
        ...

    def close(self) -> None:
        """Let go of ports and devices."""
        ...


@runtime_checkable
class Described(Protocol):
    """A surface that has something to tell of itself."""

    def described(self) -> Sequence[str]:
        """Return lines of ports, devices and who is there, for the doctor and the monitor."""
        ...


Opened = TypeVar("Opened", bound=Surface)


class Surfaces:
    """All that are open. One that fails is told of; the others, and the music, go on."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.monitor = Monitor()
        """Where surfaces note what comes in."""
        self._open: list[Surface] = []
        self._hands = 0
        self._failed: set[int] = set()

    def __bool__(self) -> bool:
        """Tell whether anything is open that has hands on the set."""
        return self._hands > 0

    def open(self, surface: Callable[[], Opened], hands: bool = True) -> Opened | None:
        """Open one more and return it; where it cannot be, say why."""
        try:
            opened = surface()
        except LoopMindError as error:
            self._tell(str(error))
            return None
        self._open.append(opened)
        self._hands += hands
        return opened

    def described(self) -> list[str]:
        """Return what all surfaces tell of themselves."""
        there = (one for one in self._open if isinstance(one, Described))
        return [text for one in there for text in one.described()]

    def advance(self) -> None:
        """Give each surface its turn."""
        for surface in self._open:
            self.turn(surface)

    def turn(self, surface: Surface) -> None:
        """Give one surface its turn."""
        try:
            surface.advance()
        except Exception as error:
            if id(surface) in self._failed:
                return  # told once: a tick comes every few milliseconds
            self._failed.add(id(surface))
            log.exception("%s failed", type(surface).__name__)
            self._tell(f"{type(surface).__name__}: {error}: this is a fault, see the log")

    def close(self) -> None:
        """Close them all."""
        while self._open:
            self._open.pop().close()


def open_surfaces(
    options: SurfaceOptions,
    show: Performance,
    tell: Callable[[str], None],
    link: LinkBlock,
    folder: Path,
    patches_in: Sequence[Path],
) -> Surfaces:
    """Open what is asked for; what cannot be opened is told, and the music plays all the same.

    `link` is where the engine's Link peer is asked, which may be wanted only later; `folder` the
    engine's, where programs that look at the surfaces find them; patches are files of `patches_in`.
    """
    surfaces = Surfaces(tell)

    def described() -> list[str]:
        """Return all lines, each once: what a status tells beside may be a surface's own."""
        beside = (line() for line in show.told_beside)
        lines = (*surfaces.described(), *(text for text in beside if text is not None))
        return list(dict.fromkeys(lines))

    surfaces.open(lambda: Onlookers(folder, surfaces.monitor, described), hands=False)
    follower = surfaces.open(lambda: LinkFollower(show, link, tell, options.link), hands=False)
    surfaces.open(lambda: Livecode(show, tell), hands=False)
    surfaces.open(lambda: Patches(show, patches_in, tell), hands=False)
    _work_beside(surfaces, show, tell)
    if options.osc_port is not None:
        _open_osc(surfaces, options.osc_port, options, show, tell)
    if options.midi:
        leads = (lambda: follower.told() is not None) if follower is not None else lambda: False
        _open_midi(surfaces, show, tell, leads)
    return surfaces


def _work_beside(surfaces: Surfaces, show: Performance, tell: Callable[[str], None]) -> None:
    """Write sets, and ask a language model where there is one, without holding up the tick."""
    writing = surfaces.open(lambda: Beside(tell, MOST_SAVES, SAVES_BUSY), hands=False)
    if writing is not None:
        show.write_beside = writing.start
    if (model := show.model) is not None:
        surfaces.open(lambda: Questions(show, model, tell), hands=False)


def _open_midi(
    surfaces: Surfaces,
    show: Performance,
    tell: Callable[[str], None],
    others_lead: Callable[[], bool],
) -> None:
    """Open MIDI, and the clock that goes out and comes in there."""
    ports = ports_here()
    midi = surfaces.open(lambda: open_midi(show, tell, ports, surfaces.turn, surfaces.monitor))
    if midi is not None:
        clock = time.monotonic
        surfaces.open(lambda: MidiClock(show, midi, ports, tell, clock, others_lead), hands=False)


def _open_osc(
    surfaces: Surfaces,
    port: int,
    options: SurfaceOptions,
    show: Performance,
    tell: Callable[[str], None],
) -> None:
    """Open OSC, and what stands on it."""
    who = allowed(options.lan)
    osc = surfaces.open(
        lambda: OscSurface(port, show, tell, time.perf_counter, who, surfaces.monitor)
    )
    if osc is None:
        return
    surfaces.open(lambda: OscFeedback(osc, show, tell, time.monotonic))
    surfaces.open(lambda: OscLive(osc, show, time.monotonic))
    ports = {OSC: osc.server.port}
    if (query_port := options.oscquery_port) is not None:
        query = surfaces.open(lambda: OscQuery(query_port, osc.server.port, show, tell, who))
        ports |= {} if query is None else {OSCQUERY: query.port}
    if who:
        surfaces.open(lambda: OscNames(ports, who, tell))
