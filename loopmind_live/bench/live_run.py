"""A random script played live through JACK, and whether each change is heard at its frame."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.bench.captured import Captured
from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.events import EventTail
from loopmind_live.bench.following import Following
from loopmind_live.bench.jack_clients import Clients, compile_clients
from loopmind_live.bench.listening import (
    BLOCK,
    CLIENT,
    RATE_HZ,
    Heard,
    Player,
    capture_folder,
    listen,
)
from loopmind_live.bench.performing import PROGRAM, Order
from loopmind_live.bench.random_script import Script, random_script
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.verify import Report

FIRST_BAR = 4
"""Nothing is typed before it: there the set is found in what was captured."""
CLEAR_S = 0.2
"""Live typing comes a little late; so much earlier than the last moment is early enough."""
_START_S = 60.0

Look = Callable[[int, float, Following], None]
"""Told, now and then while it plays: the performer's process id, the seconds, what was heard."""
PlayerCommand = Callable[[CodeSet, Script, Order], list[str]]


@dataclass(frozen=True)
class Piece:
    """What is to be played: so many changes, so dense, beside so many busy processes.

    `controls_per_s` faders, filters, pans and sends are typed all the while. A dry engine, whose
    sound can be told to the sample, takes and checks them and leaves its sound alone. A C client
    beside it is busy for `peer_us` microseconds of each cycle, where that is not 0.
    """

    commands: int = 200
    per_bar: float = 2.0
    busy: int = 2
    bpm: float = 140.0
    seed: int = 1
    controls_per_s: float = 0.0
    peer_us: int = 0

    @property
    def seconds(self) -> float:
        """Return about how long it plays."""
        bars = FIRST_BAR + self.commands / self.per_bar + 2
        return bars * 240.0 / self.bpm


@dataclass(frozen=True)
class Live:
    """What came out of a live run.

    `controls_per_s` parameters were told to the engine; for the rest see `Following`.
    """

    report: Report | None
    heard: Heard
    start: int | None
    moved: int = 0
    lost_bars: frozenset[int] = frozenset()
    untold_frames: int = 0
    behind_frames: int = 0
    controls_per_s: float = 0.0

    @property
    def passed(self) -> bool:
        """Return whether all is at its frame, and no more was lost than by doing nothing.

        Frames around a cycle that the capture itself lost tell nothing; the program must not be
        the one for whom the server waited.
        """
        return (
            self.report is not None
            and self.report.wrong_bars == 0
            and not self.report.findings
            and not self.report.unanswered
            and self.behind_frames == 0
            and CLIENT not in self.heard.late_clients
            and self.heard.status == 0
            and self.heard.capture["overruns"] == 0
            and all(self.more_than_idle(kind) <= 0 for kind in ("gap", "xrun"))
        )

    def more_than_idle(self, kind: str) -> int:
        """Return how many more gaps or xruns than the idle client the capture met."""
        return self.while_playing(self.heard.capture, kind) - self.while_playing(
            self.heard.idle, kind
        )

    def while_playing(self, counts: dict[str, Any], kind: str) -> int:
        """Return how many gaps or xruns a client met from the first bar to the last.

        Starting and ending a client costs every other one a cycle now and then; that is not music.
        """
        times = counts[f"{kind}_times"]
        if self.start is None or self.report is None:
            return len(times)
        # Before the music the capture may have missed cycles, so its frames lag JACK's time.
        earlier = self.heard.capture["missed_frames"]
        begin = self.heard.capture["first"] + self.start
        end = begin + earlier + self.report.expected_frames
        return sum(begin <= time < end for time in times)

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        report = self.report
        return {
            "passed": self.passed,
            "commands": report.commands if report else None,
            "verified": report.verified if report else 0,
            "moved": self.moved,
            "lost_bars": sorted(self.lost_bars),
            "untold_frames": self.untold_frames,
            "behind_frames": self.behind_frames,
            "wrong_bars": report.wrong_bars if report else None,
            "controls_per_s": self.controls_per_s,
            "status": self.heard.status,
            "playing": {
                f"{client} {kind}": self.while_playing(counts, kind)
                for client, counts in (
                    ("capture", self.heard.capture),
                    ("idle", self.heard.idle),
                    ("peer", self.heard.peer),
                )
                if counts
                for kind in ("gap", "xrun")
            },
            "real_time": self.heard.real_time,
            "late_clients": self.heard.late_clients,
            "capture": self.heard.capture,
            "idle": self.heard.idle,
            "peer": self.heard.peer,
        }

    def __str__(self) -> str:
        if self.report is None:
            return f"the set was not heard; its last words: {self.heard.output[-2000:]}"
        return str(self.report)


def perform_command(made: CodeSet, script: Script, order: Order) -> list[str]:  # noqa: ARG001
    """Return the command line that performs an order, its library made."""
    assert order.library is not None
    fill_library(made, order.library)
    return [*PROGRAM, *order.arguments()]


def check_live(
    folder: Path,
    piece: Piece,
    player: PlayerCommand = perform_command,
    clients: Clients | None = None,
    look: Look = lambda _pid, _seconds, _following: None,
    every_s: float = 2.0,
) -> Live:
    """Play `piece` through JACK and compare what is heard while it plays.

    It is ended where it takes a minute longer than it should.
    """
    meter = Meter.of(piece.bpm, RATE_HZ)
    made = make_code_set(folder / "loops", meter, piece.seed)
    script = random_script(
        made.plan, meter, piece.commands, piece.seed, piece.per_bar, clear_s=CLEAR_S,
        from_bar=FIRST_BAR,
    )  # fmt: skip
    order = Order(
        timeline=made.timeline,
        script=folder / "set.txt",
        events=folder / "set.jsonl",
        until_bar=script.until_bar,
        library=folder / "library.sqlite",
        audio="jack",
        rate_hz=RATE_HZ,
        block=BLOCK,
        seed=piece.seed,
        typed_into=piece.controls_per_s > 0.0,
    )
    order.script.write_text(script.text(), encoding="utf-8")
    seconds = meter.line(script.until_bar) / RATE_HZ + _START_S
    with capture_folder(folder) as place:
        following = Following(Captured(place), EventTail(order.events), made, script, FIRST_BAR)

        def follow(pid: int, passed_s: float) -> None:
            following.look()
            look(pid, passed_s, following)

        heard = listen(
            Player(player(made, script, order), piece.controls_per_s), folder, place, seconds,
            clients or compile_clients(folder), piece.busy, follow, every_s,
            piece.peer_us,
        )  # fmt: skip
        following.look(ended=True)
    return Live(
        following.report(), heard, following.start, len(following.moved),
        frozenset(following.lost_bars), following.untold_frames, following.behind_frames,
        _a_second(following.tail),
    )  # fmt: skip


def _a_second(tail: EventTail) -> float:
    """Return how many parameters were told a second."""
    first, last = tail.control_frames
    return (tail.controls - 1) * RATE_HZ / (last - first) if last > first else 0.0
