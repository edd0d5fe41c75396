"""The engine process: `python -m loopmind_live.engine.process FOLDER --audio jack ...`.

It maps the arena, the status block and the tap that lie in FOLDER, takes up the newest rows and
parameters there, listens on a socket, and plays until it is told to end, its device stops, or
nobody has watched over it for long. It outlives its supervisor: another one may adopt it. Nothing
else runs in it: pyo takes the interpreter for every block.
"""

import argparse
import ctypes
import logging
import os
import select
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from loopmind_live.engine import link, protocol, shared
from loopmind_live.engine.arena import FILE_NAME as ARENA_NAME
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.capture import FILE_NAME as INPUT_NAME
from loopmind_live.engine.capture import InputRing
from loopmind_live.engine.connection import SOCKET_NAME
from loopmind_live.engine.graph import Graph, compile_graph, device_input, output_latency_s
from loopmind_live.engine.guard import check_parameter, check_rows
from loopmind_live.engine.jack import JackWatch
from loopmind_live.engine.link_block import FILE_NAME as LINK_NAME
from loopmind_live.engine.link_block import LinkBlock
from loopmind_live.engine.live import Change, GapCount, LivePlayer, Table
from loopmind_live.engine.live_input import CHANNELS, InputLinks, LiveInput
from loopmind_live.engine.newest import FILE_NAME as NEWEST_NAME
from loopmind_live.engine.newest import PATCHES_NAME, PATCHES_ROOM, Newest
from loopmind_live.engine.outputs import STEREO, Outputs, parse_outputs
from loopmind_live.engine.patchbay import Patchbay
from loopmind_live.engine.player import Player
from loopmind_live.engine.protocol import Decoder, Hello, Kind, Message
from loopmind_live.engine.shedding import Shedder
from loopmind_live.engine.status import FILE_NAME as STATUS_NAME
from loopmind_live.engine.status import UNKNOWN, StatusBlock
from loopmind_live.engine.tap import FILE_NAME as TAP_NAME
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import FILE_NAME as TRACKS_NAME
from loopmind_live.engine.track_writer import TrackWriter
from loopmind_live.engine.waiting import Watched, wait_to_play
from loopmind_live.errors import EngineError
from loopmind_live.workers import realtime

ERROR_NAME = "error"
FAILED = 3
"""The exit status where `FOLDER/error` says why in one line."""
STALLED_S = 2.0
ADOPTION_S = 10.0
"""How long an engine waits for another supervisor, at the least."""
_LOG = logging.getLogger(__name__)


class EngineProcess:
    """Everything that the process holds, from its device to its socket."""

    def __init__(
        self,
        folder: Path,
        audio: str,
        rate_hz: int,
        block: int,
        dry: bool,
        hears: bool = False,
        outputs: Outputs = STEREO,
    ) -> None:
        self.folder = folder
        self._hears = hears
        self._outputs = outputs
        self._ring = InputRing(folder / INPUT_NAME, writable=True)
        self._arena = Arena(folder / ARENA_NAME, writable=False)
        self.status = StatusBlock(folder / STATUS_NAME, writable=True)
        self._tap = MasterTap(folder / TAP_NAME, writable=True)
        self._tracks = TrackWriter(folder / TRACKS_NAME)
        self.watch, self.backend = _choose(audio)
        self._patchbay: Patchbay | None = None
        self._asked = rate_hz, block, dry
        self._settled: str | None = None
        self.hold = shared.hold(folder)
        # Compiled before this process takes priority, and long before a stand-by takes over.
        Player(self._arena.view, rate_hz, block)
        compile_graph(rate_hz, block)
        self._ring.compile(block)
        link.load()

    def settle(self) -> None:
        """Do what is slow about `start`, well before it."""
        self._settled = realtime.settle()

    def take(self) -> None:
        """Take the device, and be the one engine that writes the status and the tap."""
        rate_hz, block, dry = self._asked
        self.status.claim(os.getpid())
        self.priority = realtime.ask_for_priority(self.backend)
        if self.watch is not None:
            rate_hz, block = self.watch.rate_hz, self.watch.block
            self._patchbay = Patchbay(self.watch, self.folder, self._outputs)
            client = self._patchbay.client
            self._graph = Graph(
                self.backend, rate_hz, block, dry, client=client, inputs=CHANNELS,
                outputs=self._outputs,
            )  # fmt: skip
            self._patchbay.join()
            links = InputLinks(self.watch, self.folder, client)
            self._input = LiveInput(self._ring, self._graph.input, links=links)
        else:
            channels, way_s = device_input() if self._hears else (0, 0.0)
            self._graph = Graph(
                self.backend, rate_hz, block, dry, inputs=channels, outputs=self._outputs
            )
            way_frames = round(way_s * self._graph.rate_hz)
            self._input = LiveInput(self._ring, self._graph.input, way_frames)
        self._dry = dry
        self._player = Player(self._arena.view, self._graph.rate_hz, self._graph.block)
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._write = _system_write()
        device_frame = (lambda: UNKNOWN) if self.watch is None else self.watch.frame_time
        self._link = link.LinkPeer(
            LinkBlock(self.folder / LINK_NAME), self._graph.rate_hz, self._graph.block,
            self._heard_after(), device_frame, self._tell_error,
        )  # fmt: skip
        self.live = LivePlayer(
            self._graph, self._player, self.status, self._tap, self._tracks, self._wake,
            self._xrun_count(), device_frame, self._begin_block,
        )  # fmt: skip
        device_load = (lambda: 0.0) if self.watch is None else self.watch.load
        self.shedder = Shedder(self.live, self.status, device_load, self._tell)
        learned = Newest(self.folder / PATCHES_NAME, writable=False, room=PATCHES_ROOM)
        for message in (*learned.read(), *Newest(self.folder / NEWEST_NAME, writable=False).read()):
            self._accept(message)
        self._listener = _listen(self.folder / SOCKET_NAME)

    def start(self) -> None:
        """Start the sound and the socket."""
        threading.Thread(target=self._serve, name="socket", daemon=True).start()
        granted = f"{self._settled or realtime.settle()}, {realtime.keep_awake()}"
        self._graph.start(self.live.before_block)
        if self.watch is not None:
            self.watch.start()
        _LOG.info(
            "playing through %s at %d Hz, %d frames; %s; %s", self.backend, self._graph.rate_hz,
            self._graph.block, self.priority, granted,
        )  # fmt: skip

    def look_around(self) -> None:
        """Follow what others do to this engine's connections."""
        if self._patchbay is not None:
            self._patchbay.look()
        self._input.look()
        self._link.look(time.monotonic())

    def close(self) -> None:
        """Stop the sound."""
        self._graph.close()
        self._link.close()
        if self.watch is not None:
            self.watch.close()

    def _begin_block(self, frame: int) -> None:
        """Take the input of the block at `frame`, and where a Link session is by then."""
        self._input.take(frame)
        self._link.capture(frame)

    def _heard_after(self) -> Callable[[], float]:
        """Return what tells how long after its block's beginning a frame is heard, in seconds."""
        graph, watch, patchbay = self._graph, self.watch, self._patchbay
        limiter_s = graph.latency_frames / graph.rate_hz
        if watch is None or patchbay is None:
            heard_s = limiter_s + output_latency_s()
            return lambda: heard_s
        port = f"{patchbay.client}:output_1"
        return lambda: limiter_s + watch.latency_frames(port, capture=False) / graph.rate_hz

    def _tell_error(self, text: str) -> None:
        self._tell(EngineEvent("error", self._player.frame, text))

    def _xrun_count(self) -> Callable[[], int]:
        watch = self.watch
        if watch is not None:
            return lambda: watch.xruns
        gaps = GapCount(self._graph.rate_hz, self._graph.block)
        return lambda: gaps.block_at(time.monotonic_ns())

    def _wake(self) -> None:
        # A pipe that is full has reasons enough to wake up: what this returns tells nothing.
        self._write(self._wake_write, b"!", 1)

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                try:
                    self._talk(connection)
                except (OSError, EngineError) as error:
                    _LOG.warning("connection ended: %s", error)

    def _talk(self, connection: socket.socket) -> None:
        decoder = Decoder()
        facts = Hello(
            self._graph.rate_hz, self._graph.block, self._graph.latency_frames,
            self._player.frame, self._dry, self.backend, self._graph.cue is not None,
        )  # fmt: skip
        self.live.outbox.clear()
        connection.sendall(protocol.hello(facts).encode())
        while True:
            ready, _, _ = select.select([connection.fileno(), self._wake_read], [], [])
            if self._wake_read in ready:
                os.read(self._wake_read, 4096)
                while self.live.outbox:
                    connection.sendall(self.live.outbox.popleft().encode())
            if connection.fileno() in ready:
                messages = protocol.receive(connection, decoder)
                if messages is None:
                    return
                for message in messages:
                    self._accept(message)

    def _accept(self, message: Message) -> None:
        """Check a message and put it where the audio callback finds it; refuse it with an event."""
        try:
            if message.kind is Kind.TABLE:
                based_on, frame, latest, rows = protocol.read_table(message)
                check_rows(rows, self._arena.frames)
                self.live.inbox.append(Table(message.sequence, based_on, frame, latest, rows))
            elif message.kind is Kind.PARAMETER:
                frame, name, value, ramp_s = protocol.read_parameter(message)
                moved = check_parameter(name, value, ramp_s)
                self._graph.prepare(moved)  # in this thread: it takes longer than a block may
                self.live.inbox.append(Change(frame, moved, message.sequence))
            elif message.kind is Kind.PATCH:
                self._graph.learn(*protocol.read_patch(message))
            elif message.kind is Kind.SHUTDOWN:
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                raise EngineError(f"the engine takes no {message.kind.name}")
        except EngineError as error:
            self._tell(EngineEvent("error", self._player.frame, str(error)))

    def _tell(self, happened: EngineEvent) -> None:
        self.live.outbox.append(protocol.event(happened))
        self._wake()


def run(engine: EngineProcess, keep_s: float, stop: threading.Event) -> str | None:
    """Play until `stop` (None) or a failure, whose one line is returned."""
    engine.start()
    watched = Watched(engine.folder)
    blocks, since = -1, time.monotonic()
    while not stop.wait(0.1):
        if engine.live.deposed:
            return None
        if watched.alone_s() > max(keep_s, ADOPTION_S):
            shutil.rmtree(engine.folder, ignore_errors=True)
            return None
        if engine.live.blocks != blocks:
            blocks, since = engine.live.blocks, time.monotonic()
            engine.shedder.look(since)
            engine.look_around()  # only while the server lives: what it takes down was not cut
        elif time.monotonic() - since > STALLED_S:
            return (
                f"{engine.backend} has asked for no sound for {STALLED_S:g} s: is the device or "
                "server still there?"
            )
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run the engine; return its exit status."""
    parser = argparse.ArgumentParser(prog="loopmind-engine")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--audio", choices=("auto", "jack", "portaudio"), default="auto")
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--block", type=int, required=True)
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--input", action="store_true")
    parser.add_argument("--outputs", type=parse_outputs, default=STEREO)
    parser.add_argument("--keep", type=float, default=0.0)
    parser.add_argument("--stand-by", action="store_true")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    error_file: Path = options.folder / ERROR_NAME
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        engine = EngineProcess(
            options.folder, options.audio, options.rate, options.block, options.dry, options.input,
            options.outputs,
        )  # fmt: skip
        if options.stand_by and not stand_by(engine, stop):
            os._exit(0)
        engine.take()
    except EngineError as error:
        reason: str | None = str(error)
    else:
        reason = run(engine, options.keep, stop)
        if reason is None:
            engine.close()
    if reason is not None:
        _LOG.error("%s", reason)
        error_file.write_text(reason)
    sys.stdout.flush()
    sys.stderr.flush()
    # A device that hangs must not keep the process: nothing is left that needs an orderly end.
    os._exit(FAILED if reason is not None else 0)


def stand_by(engine: EngineProcess, stop: threading.Event) -> bool:
    """Wait, all prepared, until the engine that plays is gone; return whether to play on."""
    if engine.watch is None:
        return False
    engine.settle()
    realtime.ask_for_priority(engine.backend)  # its turn comes when all else is busy
    return wait_to_play(engine.status, engine.watch, stop)


def _choose(audio: str) -> tuple[JackWatch | None, str]:
    """Return the JACK watch, or None, and the back-end that `audio` means on this machine."""
    if audio == "portaudio":
        return None, "portaudio"
    try:
        return JackWatch(), "jack"
    except EngineError:
        if audio == "jack":
            raise
        return None, "portaudio"


def _system_write() -> Callable[[int, bytes, int], int]:
    """Return the system's write(), for which the audio callback does not lose the interpreter."""
    write = ctypes.PyDLL(None).write
    write.restype = ctypes.c_ssize_t
    write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
    return write


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
    except OSError as error:
        raise EngineError(f"{path}: cannot listen there ({error}): set TMPDIR shorter") from error
    path.chmod(0o600)
    listener.listen(4)
    return listener


if __name__ == "__main__":
    main()
