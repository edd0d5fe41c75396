"""The engine as the performer sees it: rows and parameters out, status and events back.

Every table of rows is computed here and installed whole over there, so that the engine builds
nothing in its callback.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loopmind_live.engine import protocol
from loopmind_live.engine.base import EngineEvent, EngineStatus, Row
from loopmind_live.engine.connection import EngineConnection
from loopmind_live.engine.engine_files import EngineFiles
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.engine.guard import check_parameter, check_rows
from loopmind_live.engine.launch import Launch
from loopmind_live.engine.ledger import Ledger, Proposal
from loopmind_live.engine.outputs import STEREO
from loopmind_live.engine.protocol import ANY_TIME, Hello, Kind, Message
from loopmind_live.engine.recorder import MasterRecorder, StemRecorder
from loopmind_live.engine.recorders import Recorders
from loopmind_live.engine.rows import pack, places_of, unpack
from loopmind_live.engine.schedule import last_frame
from loopmind_live.engine.status import next_frame
from loopmind_live.engine.wav import Encoding
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Patch

START_S = 120.0
"""How long a first start may take: it may have to compile the kernel."""
STALE_S = 1.0
_MOST_ASKED = 4096
_PAUSE_S = 0.5


class ProcessEngine:
    """A playing engine in processes of its own. See engine.base.Engine."""

    def __init__(self, options: EngineOptions, folder: Path | None = None) -> None:
        """Start the engine and wait until it plays; EngineError where it cannot.

        With the `folder` of an engine that plays on though its performer is gone, take that one
        up: its rows and faders are this one's, and the places of its rows count as taken.
        """
        self._options = options
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._ledger = Ledger()
        self._parameters: dict[str, float] = {}
        self._events: deque[EngineEvent] = deque(maxlen=10_000)
        self._connection: EngineConnection | None = None
        self._launch: Launch | None = None
        self._hello: Hello | None = None
        self._reason: str | None = None
        self._closing = False
        self._attached = folder is not None
        self._table = b""
        self._moved: dict[str, bytes] = {}
        self._patches: dict[int, Message] = {}
        self._asked: dict[int, Message] = {}
        self._asked_number = 0
        self._gap_before: tuple[int, int] | None = None
        self.stand_by: int | None = None
        self.supervisor_pid: int | None = None
        self._files = (
            EngineFiles.create(options.arena_frames)
            if folder is None
            else EngineFiles.adopt(folder)
        )
        self._status, self._tap, self.arena = (
            self._files.status, self._files.tap, self._files.arena
        )  # fmt: skip
        self.input, self.link = self._files.input, self._files.link
        if self._attached:
            self._recall()
        self._recorders = Recorders(self._tap, self._files.tracks)
        self._encoding: Encoding = "float32" if options.dry else "pcm24"
        try:
            self._connection = EngineConnection(self._files.folder, self._heard, self._failed)
            self._launch = self._start()
            self._facts = self._wait_for_hello()
        except BaseException:
            self.close()
            raise

    @property
    def rate_hz(self) -> int:
        """Return the sample rate of the device."""
        return self._facts.rate_hz

    @property
    def block(self) -> int:
        """Return the block size of the device, in frames."""
        return self._facts.block

    @property
    def latency_frames(self) -> int:
        """Return by how much the master's limiter delays the sound."""
        return self._facts.latency_frames

    @property
    def backend(self) -> str:
        """Return "jack" or "portaudio"."""
        return self._facts.backend

    @property
    def has_cue(self) -> bool:
        """Tell whether there is a cue bus: it was asked for, and the device has the channels."""
        return self._facts.has_cue

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the newest rows that the engine was told."""
        with self._lock:
            return self._ledger.rows

    @property
    def parameters(self) -> dict[str, float]:
        """Return where each live parameter that was ever moved stands."""
        with self._lock:
            return dict(self._parameters)

    def frame(self) -> int:
        """Return the first frame that a change sent now still meets."""
        return next_frame(self._status.read(), time.monotonic_ns(), self.block, self.rate_hz)

    def splice(self, frame: int, rows: Sequence[Row], latest: int | None = None) -> None:
        """Replace all that plays from `frame` on by `rows`: see engine.base.Engine."""
        with self._lock:
            proposal = self._ledger.propose(frame, rows, self._status.read().frame, latest)
            try:
                self._send_table(proposal)
            except EngineError:
                self._ledger.withdraw(proposal)
                raise

    def set_parameter(
        self, name: str, value: float, ramp_s: float = 0.02, frame: int | None = None
    ) -> None:
        """Move a live parameter over `ramp_s`, from the next block, or `frame`, on.

        It is kept over a restart of the engine, which does not wait for `frame`; a "param" event
        tells where it begins.
        """
        check_parameter(name, value, ramp_s)
        with self._lock:
            if not name.endswith("/note"):
                self._parameters[name] = value
                self._moved[name] = protocol.parameter(ANY_TIME, name, value, 0.0).encode()
            self._asked_number += 1
            at = ANY_TIME if frame is None else frame
            asked = protocol.parameter(at, name, value, ramp_s, self._asked_number)
            self._asked[self._asked_number] = asked
            if len(self._asked) > _MOST_ASKED:  # nothing has answered for long
                del self._asked[min(self._asked)]
            self._send(asked)
            self._keep_newest()

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Let a patch be mounted by its number; engines to come will know it, too."""
        with self._lock:
            self._patches[number] = protocol.patch(number, patch, instead_of)
            if instead_of is not None:
                self._patches.pop(instead_of, None)
            self._send(self._patches[number])
            self._files.patches.write(b"".join(one.encode() for one in self._patches.values()))

    def record(self, path: Path, start_frame: int, stop_frame: int | None = None) -> MasterRecorder:
        """Record the master, 24 bit or, dry, float32; what goes wrong comes as an event."""
        return self._recorders.record_master(
            path, self.rate_hz, self.latency_frames, start_frame, stop_frame, self._encoding
        )

    def record_tracks(
        self, folder: Path, names: Sequence[str], start_frame: int, stop_frame: int | None = None
    ) -> StemRecorder:
        """Record each track that sounds to a file of its name in `folder`, as the master is.

        Where `start_frame` lies in the past, `ask_for_tracks` must have been called before it.
        """
        return self._recorders.record_tracks(
            folder, names, self.rate_hz, start_frame, stop_frame, self._encoding
        )

    def ask_for_tracks(self) -> None:
        """Keep the tracks' newest seconds from now on, until a recording of them has ended."""
        self._recorders.ask_for_tracks()

    def places_in_use(self) -> frozenset[int]:
        """Return the arena offsets (of bodies) that a row in the engine can still reach."""
        now = self._status.read().frame
        with self._lock:
            rows = self._ledger.reachable()
        return frozenset(row.offset for row in rows if last_frame(row) > now)

    def status(self) -> EngineStatus:
        """Return the newest status; not running where nothing was computed for a second."""
        facts = self._status.read()
        fresh = time.monotonic_ns() - facts.time_ns < STALE_S * 1e9
        return EngineStatus(
            facts.frame, facts.load, facts.xruns, facts.peak, facts.track_peaks, fresh,
            facts.time_ns / 1e9, *self._status.relief(), facts.device_frame,
        )  # fmt: skip

    def events(self) -> list[EngineEvent]:
        """Return what happened since the last call, oldest first."""
        with self._lock:
            self._tell_gap()
            events = list(self._events)
            self._events.clear()
        return events + self._recorders.events()

    def close(self) -> None:
        """Finish the recordings, end the processes, and remove the shared files."""
        if self._closing:
            return
        self._recorders.finish()
        with self._lock:
            self._closing = True
        if self._connection is not None:
            self._connection.close()
        if self._launch is not None:
            self._launch.end()
        self._files.close()

    def _recall(self) -> None:
        """Take rows, parameters and patches from where the performer before left them."""
        for message in self._files.patches.read():
            self._patches[protocol.read_patch(message)[0]] = message
        for message in self._files.newest.read():
            if message.kind is Kind.TABLE:
                rows = unpack(protocol.read_table(message)[3])
                self._ledger.recall(rows)
                self._table = message.encode()
                for offset, frames in places_of(rows):
                    self.arena.places.reserve(offset, frames)
            else:
                _, name, value, _ = protocol.read_parameter(message)
                self._parameters[name] = value
                self._moved[name] = message.encode()

    def _start(self) -> Launch:
        options = self._options
        arguments = [
            "--audio", options.audio, "--rate", str(options.rate_hz), "--block", str(options.block)
        ]  # fmt: skip
        if options.dry:
            arguments.append("--dry")
        if options.input:
            arguments.append("--input")
        if options.outputs != STEREO:
            arguments += ["--outputs", str(options.outputs)]
        return Launch(
            self._files.folder, options.keep_s, arguments, options.log, options.kernel_cache,
            self._supervised,
        )  # fmt: skip

    def _wait_for_hello(self) -> Hello:
        """Return what the engine says of itself, once it has played its first block."""
        end = time.monotonic() + START_S
        with self._changed:
            while self._hello is None or self._status.read().time_ns == 0:
                if self._reason is not None or time.monotonic() > end:
                    raise EngineError(
                        self._reason
                        or f"the engine did not start within {START_S:g} s: see {self._options.log}"
                    )
                self._changed.wait(0.02)
            return self._hello

    def _supervised(self, told: dict[str, Any] | None) -> None:
        """Take what the supervisor tells, in its thread: an engine started or ended."""
        if told is not None and told["kind"] != "died":
            if told["kind"] in ("ready", "unready"):
                self.stand_by = told.get("pid")
            elif told["kind"] == "watching":
                self.supervisor_pid = told["pid"]
            return
        reason = "the engine's supervisor ended: another one is started, the music plays on"
        if told is not None:
            reason = str(told["reason"])
        with self._changed:
            if self._closing:
                return
            # Where an engine is taken up it plays already: its supervisor's end is no failure.
            again = told is None and (self._attached or self._hello is not None)
            self._reason = None if again else reason
            if told is not None:
                self._gap_before = self._tap.gap() if told["stand_by"] else None
            self.stand_by = None
            self._tell("error", reason)
            self._changed.notify_all()
        if again:
            time.sleep(_PAUSE_S)
            with self._lock:
                if not self._closing:
                    self._launch = self._start()

    def _failed(self, reason: str) -> None:
        """Take a connection that cannot be used, in its thread."""
        with self._lock:
            if not self._closing:
                self._tell("error", reason)

    def _heard(self, message: Message) -> None:
        """Take a message from the engine, in the connection's thread."""
        with self._changed:
            if message.kind is Kind.HELLO:
                self._greet(protocol.read_hello(message))
            elif message.kind is Kind.ACK:
                self._accepted(message.sequence, protocol.read_answer(message))
            elif message.kind is Kind.MOVED and message.sequence in self._asked:
                asked = protocol.read_parameter(self._asked.pop(message.sequence))
                at = protocol.read_answer(message)
                self._events.append(EngineEvent("param", at, asked[1], asked[2]))
            elif message.kind in (Kind.LATE, Kind.STALE):
                reached = protocol.read_answer(message)
                lost, again = self._ledger.refused(
                    message.sequence, message.kind is Kind.LATE, reached
                )
                if lost is not None:
                    passed = f"frame {lost} had passed by {reached - lost} frames"
                    self._events.append(EngineEvent("late", lost, passed))
                for each in again:
                    self._send_table(each)
                self._keep_rows(message.sequence)
            elif message.kind is Kind.EVENT:
                self._events.append(protocol.read_event(message))
            self._changed.notify_all()

    def _accepted(self, sequence: int, frame: int) -> None:
        """Take the engine's yes to a table; where it could move, tell where it begins."""
        landed = self._ledger.accepted(sequence, frame)
        if landed is not None:
            self._events.append(EngineEvent("landed", landed))
            self._keep_rows(sequence)

    def _greet(self, hello: Hello) -> None:
        """Bring an engine that has just been reached to where the last one was."""
        first, self._hello = self._hello is None, hello
        self._reason = None
        if first and not self._attached:
            return
        if not first and hello.rate_hz != self._facts.rate_hz:
            self._tell(
                "error",
                f"the device now runs at {hello.rate_hz} Hz, the set at {self._facts.rate_hz}: "
                "set it back, or save and start again",
            )
            return
        self._facts = hello
        self._events += [EngineEvent("landed", frame) for frame in self._ledger.may_move()]
        self._send_table(self._ledger.restart())
        for patch in self._patches.values():
            self._send(patch)
        for name, value in self._parameters.items():
            self._send(protocol.parameter(ANY_TIME, name, value, 0.0))
        for asked in self._asked.values():  # what the engine before did not live to answer
            self._send(asked)
        if self._gap_before is None and not first:
            self._tell("restarted", "the engine was started again; the music goes on in phase")

    def _tell_gap(self) -> None:
        """Say, once the stand-by plays, how much was lost."""
        begin, end = self._tap.gap()
        if self._gap_before not in (None, (begin, end)):
            lost_ms = 1000 * (end - begin) / self.rate_hz
            self._gap_before = None
            self._tell("restarted", f"the stand-by plays on in phase: {lost_ms:.0f} ms were lost")

    def _tell(self, kind: str, text: str) -> None:
        self._events.append(EngineEvent(kind, self._status.read().frame, text))

    def _send_table(self, table: Proposal) -> None:
        """Send a table, checked, then leave it for engines to come; EngineError where it is bad."""
        rows = pack(table.rows)
        check_rows(rows, self.arena.frames)
        message = protocol.table(table.sequence, table.based_on, table.frame, rows, table.latest)
        self._send(message)
        self._table = protocol.table(table.sequence, 0, ANY_TIME, rows).encode()
        self._keep_newest()

    def _keep_rows(self, sequence: int) -> None:
        rows = pack(self._ledger.rows)
        self._table = protocol.table(sequence, 0, ANY_TIME, rows).encode()
        self._keep_newest()

    def _keep_newest(self) -> None:
        """Leave the newest rows and parameters where an engine finds them without this process."""
        self._files.newest.write(self._table + b"".join(self._moved.values()))

    def _send(self, message: Message) -> None:
        # Without a connection nothing is lost: `_greet` sends all of it once there is one.
        if self._connection is not None:
            self._connection.send(message)
