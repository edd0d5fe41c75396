"""What the performer and the process that holds the MIDI ports tell each other: bytes, and back.

    performer                              MIDI process
       | -> MidiOut                            |   sent in this order at each port
       | <- MidiIn                             |   with the time of its arrival
       | <- PortCame, PortGone                 |   open from then on, closed by then
       | <- MidiNotice                         |   a line for the performer
       | -> ClockPlan, ClockAnchor             |   what clock is sent by, and where the engine is
       | -> ClockListen                        |   whose ticks come as MidiIn, too

A message is a header (size of the body, version, kind), then the body. It is binary, as most of it
is bytes and times, a thousand a second where pads are played: no quoting, and a bound on each. What
is rare, and has parts, is JSON within.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loopmind_live.control.clock_plan import (
    MOST_SEGMENTS,
    MOST_TURNS,
    ClockAnchor,
    ClockListen,
    ClockPlan,
    Turn,
)
from loopmind_live.control.midi_messages import (
    Direction,
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
)
from loopmind_live.errors import ControlError
from loopmind_live.timing.tempo_map import TempoMap, TempoSegment

VERSION = 1
MAX_NAME_BYTES = 255
MAX_TEXT_BYTES = 1024
MAX_BODY = 32 * 1024
_HEADER = struct.Struct("=HBB")
_TIME = struct.Struct("=q")
_ANCHOR = struct.Struct("=qqqqq")
_MOST_OUTPUTS = 64
_DIRECTIONS: tuple[Direction, Direction] = ("in", "out")

Wire = MidiIn | MidiOut | PortCame | PortGone | MidiNotice | ClockPlan | ClockAnchor | ClockListen


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of message is written and read."""

    kind: int
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Wire]


def encode(message: Wire) -> bytes:
    """Return the bytes of a message.

    >>> Decoder().feed(encode(PortCame("pads", "in")))
    [PortCame(port='pads', direction='in')]
    """
    form = _FORMS[type(message)]
    body = form.write(message)
    return _HEADER.pack(len(body), VERSION, form.kind) + body


class Decoder:
    """Cut a stream of bytes into messages."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[Wire]:
        """Return the messages that `data` completes; ControlError where it is none of ours."""
        data = self._left + data
        found: list[Wire] = []
        at = 0
        while len(data) - at >= _HEADER.size:
            size, version, kind = _HEADER.unpack_from(data, at)
            form = _BY_KIND.get(kind)
            if version != VERSION or form is None or size > MAX_BODY:
                raise ControlError(
                    f"the MIDI process speaks otherwise (version {version}, kind {kind}, "
                    f"{size} bytes): install loopmind-live again"
                )
            end = at + _HEADER.size + size
            if end > len(data):
                break
            body = data[at + _HEADER.size : end]
            try:
                found.append(form.read(body))
            except (struct.error, LookupError, TypeError, ValueError) as error:
                raise ControlError(f"a broken message about MIDI, kind {kind}: {error}") from error
            at = end
        self._left = data[at:]
        return found


def _name(text: str) -> bytes:
    """Return a name with its length before it, cut where it is too long."""
    data = text.encode(errors="replace")[:MAX_NAME_BYTES]
    return bytes((len(data),)) + data


def _take_name(body: bytes, at: int) -> tuple[str, int]:
    """Return the name at `at` of `body`, and where it ends."""
    end = at + 1 + body[at]
    if end > len(body):
        raise IndexError(f"a name of {body[at]} bytes in {len(body) - at - 1}")
    return body[at + 1 : end].decode(errors="replace"), end


def _write_in(message: MidiIn) -> bytes:
    return _TIME.pack(message.time_ns) + _name(message.port) + bytes(message.data)


def _read_in(body: bytes) -> MidiIn:
    port, at = _take_name(body, _TIME.size)
    return MidiIn(port, tuple(body[at:]), _TIME.unpack_from(body, 0)[0])


def _write_out(message: MidiOut) -> bytes:
    return _name(message.port) + bytes(message.data)


def _read_out(body: bytes) -> MidiOut:
    port, at = _take_name(body, 0)
    return MidiOut(port, tuple(body[at:]))


def _write_port(message: PortCame | PortGone) -> bytes:
    return bytes((_DIRECTIONS.index(message.direction),)) + _name(message.port)


def _read_came(body: bytes) -> PortCame:
    return PortCame(_take_name(body, 1)[0], _DIRECTIONS[body[0]])


def _read_gone(body: bytes) -> PortGone:
    return PortGone(_take_name(body, 1)[0], _DIRECTIONS[body[0]])


def _write_notice(message: MidiNotice) -> bytes:
    return message.text.encode(errors="replace")[:MAX_TEXT_BYTES]


def _read_notice(body: bytes) -> MidiNotice:
    return MidiNotice(body.decode(errors="replace"))


def _write_plan(plan: ClockPlan) -> bytes:
    tempo = plan.tempo
    segments = () if tempo is None else tempo.segments[-MOST_SEGMENTS:]
    return json.dumps(
        {
            "tempo": None if tempo is None else [tempo.rate_hz, tempo.beats_per_bar],
            "segments": [
                [each.bar, each.frame, each.bpm, each.slope, each.recount] for each in segments
            ],
            "turns": [[turn.bar, turn.plays] for turn in plan.turns[-MOST_TURNS:]],
            "outputs": [name[:MAX_NAME_BYTES] for name in plan.outputs[:_MOST_OUTPUTS]],
        }
    ).encode()


def _read_plan(body: bytes) -> ClockPlan:
    told = json.loads(body)
    tempo = None
    if told["tempo"] is not None:
        rate_hz, beats_per_bar = told["tempo"]
        segments = tuple(TempoSegment(*each) for each in told["segments"])
        tempo = TempoMap(rate_hz, beats_per_bar, segments)
    turns = tuple(Turn(bar, plays) for bar, plays in told["turns"])
    return ClockPlan(tempo, turns, tuple(told["outputs"]))


def _write_anchor(anchor: ClockAnchor) -> bytes:
    return _ANCHOR.pack(
        anchor.frame, anchor.time_ns, anchor.device_frame, anchor.delay_frames,
        anchor.heard_after_ns,
    )  # fmt: skip


def _write_listen(listen: ClockListen) -> bytes:
    return b"" if listen.port is None else _name(listen.port)


def _read_listen(body: bytes) -> ClockListen:
    return ClockListen(_take_name(body, 0)[0] if body else None)


def _read_anchor(body: bytes) -> ClockAnchor:
    return ClockAnchor(*_ANCHOR.unpack(body))


_FORMS: Mapping[type, _Form] = {
    MidiOut: _Form(1, _write_out, _read_out),
    MidiIn: _Form(2, _write_in, _read_in),
    PortCame: _Form(3, _write_port, _read_came),
    PortGone: _Form(4, _write_port, _read_gone),
    MidiNotice: _Form(5, _write_notice, _read_notice),
    ClockPlan: _Form(6, _write_plan, _read_plan),
    ClockAnchor: _Form(7, _write_anchor, _read_anchor),
    ClockListen: _Form(8, _write_listen, _read_listen),
}
_BY_KIND = {form.kind: form for form in _FORMS.values()}
