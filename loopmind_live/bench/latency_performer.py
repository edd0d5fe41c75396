"""The performing side of the bench "latency": types at random moments and notes what became of it.

    python -m loopmind_live.bench.latency_performer FOLDER --commands N --regenerations N ...

It is a process of its own, as a performer is, so that its clip workers, its socket and its garbage
are those of a performance. It prints one line of JSON (see `Measured`).
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live import config
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.bench.jack_server import hogs
from loopmind_live.bench.many_loops import MAX_BPM, MIN_BPM, forget_files, make_loops
from loopmind_live.engine.open import open_engine
from loopmind_live.errors import LoopMindError
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.loop import Loop
from loopmind_live.session.commands import Command, When
from loopmind_live.session.session import Options, Session
from loopmind_live.workers.niceness import answer_quickly, ask_for_small_pages, come_first

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine

RATE_HZ, BLOCK = 48000, 256
TICK_S = 0.004
GUARD_S = 0.006
WORKERS = 2
"""Tick, guard and workers as in a performance."""
NOTICE_S = 1.0
_LOOK_S = 0.0002
_GIVE_UP_S = 2.0
_START_S = 60.0
_PER_TEMPO = 8
_SPARE_S = 0.01
_ROLE = "drums"


@dataclass
class Measured:
    """What came out: latencies in ms, None where a command did not land; regenerations by fate."""

    mutes_ms: list[float | None] = field(default_factory=list)
    faders_ms: list[float | None] = field(default_factory=list)
    on_line: int = 0
    moved: list[str] = field(default_factory=list)
    refused: int = 0
    xruns: int = 0


class Notes:
    """Keeps what a session writes down, so that landings can be found."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []

    def write(self, kind: str, frame: int, bar: float, **fields: object) -> None:
        """Keep one event."""
        self.events.append({"kind": kind, "frame": frame, "bar": bar, **fields})

    def of(self, kind: str, since: int) -> list[dict[str, object]]:
        """Return the events of `kind` from the `since`-th event on."""
        return [event for event in self.events[since:] if event["kind"] == kind]


class Performer:
    """A session under way, driven as a performance drives it."""

    def __init__(self, engine: "ProcessEngine", pool: ClipPool, loops: list[Loop], seed: int):
        self.chance = random.Random(seed)
        self.notes = Notes()
        self.engine = engine
        self._loops = loops
        guard = engine.block + round(GUARD_S * engine.rate_hz)
        self.session = Session(
            engine, pool, RuleArranger(loops), self.notes,
            Options(seed, live=True, guard_frames=guard), lambda _text: None,
        )  # fmt: skip

    def run_for(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Tick for `seconds`, or until something holds; return whether it does."""
        end = time.monotonic() + seconds
        while not (held := until()) and time.monotonic() < end:
            self.session.advance()
            time.sleep(max(0.0, min(TICK_S, end - time.monotonic())))
        return held

    def set_up(self, bpm: int) -> None:
        """Play a new arrangement at `bpm`, none of it prepared; raise where it never begins."""
        forget_files(self._loops)
        reply = self.session.submit(Command("arrange", {"prompt": f"house {bpm} bpm"}))
        if not reply.ok:
            raise LoopMindError(f"nothing to play at {bpm} bpm: {reply.lines}")
        if not self.run_for(_START_S, lambda: self._plays(bpm)):
            raise LoopMindError(f"a set at {bpm} bpm did not begin within {_START_S:g} s")
        self.run_for(1.0)

    def _plays(self, bpm: int) -> bool:
        state = self.session.state
        document = state.arrangement
        return state.playing and not state.pending and document is not None and document.bpm == bpm

    def command_ms(self, command: Command, kind: str) -> float | None:
        """Type a command that lands now; return when the engine took it up, in ms after.

        That is when it began to compute the block in which the command is heard, by its own clock.
        """
        self.run_for(self.chance.uniform(0.02, 0.06))
        since = len(self.notes.events)
        typed = time.monotonic()
        self.session.submit(command)
        self.session.advance()
        while time.monotonic() < typed + _GIVE_UP_S:
            if kind == "result" and self._was_moved(since):
                return None
            if landed := self.notes.of(kind, since):
                break
            time.sleep(_LOOK_S)
            self.session.advance()
        else:
            return None
        return (self._computed_s(int(str(landed[-1]["frame"]))) - typed) * 1000.0

    def _computed_s(self, frame: int) -> float:
        """Wait for the block of `frame`, and return when the engine began to compute it."""
        end = time.monotonic() + _GIVE_UP_S
        while self.engine.status().frame <= frame and time.monotonic() < end:
            time.sleep(_LOOK_S)
        status = self.engine.status()
        blocks = (status.frame - 1 - frame) // self.engine.block  # since that one
        return status.time_s - blocks * self.engine.block / self.engine.rate_hz

    def _was_moved(self, since: int) -> bool:
        """Say whether a change came too late; a part that enters later is another matter."""
        return any("section" not in event for event in self.notes.of("late", since))

    def regenerate(self) -> tuple[bool | None, str]:
        """Type a regeneration at least a second before a line; say whether it landed there.

        None where the arranger refused.
        """
        tempo, rate = self.session.state.tempo, self.engine.rate_hz
        now = self.engine.frame()
        bar = math.ceil(tempo.bar(now + (NOTICE_S + _SPARE_S) * rate)) + self.chance.randrange(2)
        first = max(now, tempo.line(bar - 1))  # typed before that, it would land there
        last = max(first, tempo.line(bar) - (NOTICE_S + _SPARE_S) * rate)
        self.run_for((self.chance.uniform(first, last) - now) / rate)
        since, section = len(self.notes.events), self.session.state.section
        assert section is not None
        reply = self.session.submit(Command("regenerate", {"section": section.label}))
        if not reply.ok:
            return None, str(reply.lines)
        wanted = tempo.line(bar)
        self.run_for(30.0, lambda: not self.session.state.pending)
        results = [int(str(event["frame"])) for event in self.notes.of("result", since)]
        late = [str(event) for event in self.notes.of("late", since) if "section" not in event]
        if results == [wanted] and not late:
            return True, ""
        bars = [tempo.bar(frame) - bar for frame in results]
        return False, f"{tempo.bpm_at(bar):g} bpm, {bars} bars late; {late[:1]}"


def measure(
    folder: Path,
    commands: int,
    regenerations: int,
    loops: int,
    limit_s: float,
    busy: int,
    seed: int,
) -> Measured:
    """Perform and measure. `limit_s` ends the regenerations early; they are counted."""
    known = make_loops(folder / "loops", loops, seed)
    with hogs(busy, limit_s + 1800.0):
        return _measure(known, commands, regenerations, limit_s, seed)


def _measure(
    known: list[Loop], commands: int, regenerations: int, limit_s: float, seed: int
) -> Measured:
    found = Measured()
    come_first()  # as a performance does
    ask_for_small_pages()
    engine = open_engine("jack", RATE_HZ, BLOCK)
    try:
        pool = ClipPool(config.cache_folder() / "clips", engine.arena, WORKERS)
        try:
            performer = Performer(engine, pool, known, seed)
            answer_quickly()
            performer.set_up(128)
            _commands(performer, commands, found)
            _regenerations(performer, regenerations, limit_s, found)
            found.xruns = engine.status().xruns
        finally:
            pool.close()
    finally:
        engine.close()
    return found


def _commands(performer: Performer, count: int, found: Measured) -> None:
    """Mute and unmute, and move a fader, by turns."""
    now = When("now", 1)
    for number in range(count):
        if number % 2:
            level = Command("level", {"roles": (_ROLE,), "db": -3.0 - number % 5})
            found.faders_ms.append(performer.command_ms(level, "param"))
        else:
            name = "unmute" if number % 4 else "mute"
            command = Command(name, {"roles": (_ROLE,)}, now)
            found.mutes_ms.append(performer.command_ms(command, "result"))


def _regenerations(performer: Performer, count: int, limit_s: float, found: Measured) -> None:
    end = time.monotonic() + limit_s
    for number in range(count):
        if time.monotonic() > end:
            return
        if number % _PER_TEMPO == 0:
            performer.set_up(performer.chance.randint(MIN_BPM, MAX_BPM))
        landed, why = performer.regenerate()
        if landed is None:
            found.refused += 1
        elif landed:
            found.on_line += 1
        else:
            found.moved.append(why)


def main() -> int:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commands", type=int, required=True)
    parser.add_argument("--regenerations", type=int, required=True)
    parser.add_argument("--loops", type=int, required=True)
    parser.add_argument("--limit", type=float, required=True)
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    try:
        found = measure(
            asked.folder, asked.commands, asked.regenerations, asked.loops, asked.limit,
            asked.busy, asked.seed,
        )  # fmt: skip
    except LoopMindError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
