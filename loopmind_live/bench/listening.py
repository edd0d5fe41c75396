"""Listen to a performance from outside: a JACK server of its own, a capture, an idle client, load.

Everything that is started is ended by its process id.
"""

import json
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopmind_live.bench.captured import PIECE_FRAMES, Captured
from loopmind_live.bench.control_flood import flood
from loopmind_live.bench.jack_clients import Clients
from loopmind_live.bench.jack_server import LOG_NAME, end, hogs, ranked_server
from loopmind_live.errors import LoopMindError
from loopmind_live.workers.niceness import ask_for_small_pages

RATE_HZ, BLOCK = 48000, 256
CLIENT, PEER = "loopmind", "peer"
PEER_US = 300
"""So long the engine computes in a block, in the median, on the machine where this was set."""
_LATE = re.compile(r"client = (\S+) was not finished")
_IN_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 1 << 30
_SETTLE_S = 0.5


@dataclass(frozen=True)
class Player:
    """What performs: its command line, and what is typed into it a second (0: nothing)."""

    command: Sequence[str]
    controls_per_s: float = 0.0


@dataclass(frozen=True)
class Heard:
    """What was counted while a program played.

    Counts of both clients: cycles, gaps, missed_frames, xruns (overruns of the capture's disk), and
    when: JACK's time of the first cycle, of each gap and each xrun. JACK tells every client of
    every xrun; `late_clients` are the ones that its server names as the cause. `peer` is what was
    counted behind a C client that computes for a while in each cycle, where one was asked for.
    """

    capture: dict[str, Any]
    idle: dict[str, Any]
    late_clients: dict[str, int]
    real_time: bool
    status: int
    output: str
    peer: dict[str, Any] = field(default_factory=dict)


@contextmanager
def capture_folder(folder: Path) -> Iterator[Path]:
    """Give a folder for a capture: in memory where there is room, as a disk may hold up the sound.

    Elsewhere it lies in `folder`. It is deleted in the end.
    """
    roomy = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM_BYTES
    with tempfile.TemporaryDirectory(
        prefix="loopmind-capture-", dir=_IN_MEMORY if roomy else folder
    ) as name:
        yield Path(name)


def listen(
    player: Player,
    folder: Path,
    captured: Path,
    seconds: float,
    clients: Clients,
    busy: int = 2,
    look: Callable[[int, float], None] = lambda _pid, _seconds: None,
    every_s: float = 2.0,
    peer_us: int = 0,
) -> Heard:
    """Run `player`, which plays as the JACK client `CLIENT`, and capture it until it ends.

    `seconds` is how long it may take; it is ended then. `look` is called every `every_s` meanwhile,
    with its process id and the seconds since it was started. With `peer_us`, a C client beside it
    is busy for so many microseconds of each cycle, and is captured in the same way.
    """
    ask_for_small_pages()  # before anything is started: all that is inherits it
    stop = folder / "stop"
    stop.unlink(missing_ok=True)
    limit = str(seconds + 60.0)
    with ExitStack() as stack:
        env, real_time = stack.enter_context(ranked_server(folder, RATE_HZ, BLOCK))
        stack.enter_context(hogs(busy, seconds + 60.0))
        idle = [str(clients.idle), limit, str(stop)]
        commands = [_capture(clients, captured, limit, CLIENT, stop), idle]
        if peer_us:
            place = stack.enter_context(capture_folder(folder))
            commands.append(_capture(clients, place, limit, PEER, stop))
            commands.append([*idle, PEER, str(peer_us)])
        listeners = []
        for words in commands:
            listeners.append(subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True))
            stack.callback(end, listeners[-1])
        time.sleep(_SETTLE_S)
        status = _play(player, folder, env, seconds, look, every_s)
        stop.touch()
        counts = [json.loads(one.communicate(timeout=20)[0] or "{}") for one in listeners]
    if not all(counts):
        raise LoopMindError("a client that listens through JACK ended early")
    return Heard(
        capture=counts[0] | {"gap_frames": [gap.frame for gap in Captured(captured).gaps()]},
        idle=counts[1],
        late_clients=dict(Counter(_LATE.findall((folder / LOG_NAME).read_text(errors="replace")))),
        real_time=real_time,
        status=status,
        output=(folder / "perform.log").read_text(errors="replace")[-20_000:],
        peer=counts[2] if peer_us else {},
    )


def _capture(clients: Clients, captured: Path, limit: str, client: str, stop: Path) -> list[str]:
    """Return the command line that captures `client` into `captured`."""
    return [str(clients.capture), str(captured), str(PIECE_FRAMES), limit, client, str(stop)]


def _play(
    player: Player,
    folder: Path,
    env: Mapping[str, str],
    seconds: float,
    look: Callable[[int, float], None],
    every_s: float,
) -> int:
    """Run the player to its end, or for `seconds`; return its exit status, -1 where it had none."""
    with ExitStack() as stack:
        log = stack.enter_context((folder / "perform.log").open("w"))
        typing: Any = subprocess.DEVNULL
        if player.controls_per_s:
            typing = stack.enter_context(flood(player.controls_per_s, seconds + 60.0))
        process = subprocess.Popen(
            list(player.command), env=dict(env), stdin=typing, stdout=log, stderr=log, cwd=folder
        )
        stack.callback(end, process)
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            try:
                return process.wait(min(every_s, seconds - passed))
            except subprocess.TimeoutExpired:
                look(process.pid, time.monotonic() - began)
    return -1
