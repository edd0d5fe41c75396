"""The part of AbletonOSC's namespace that a set of loops has an answer to. Pure.

So that templates made for AbletonOSC (github.com/ideoforms/AbletonOSC) work: `/live/...`. Methods
and setters are not answered; a getter answers at its own address, the numbers it was asked with
first; after `start_listen` the same comes whenever it changes, at the getter's address; what goes
wrong comes as `/live/error` with a text. Tracks and scenes count from 0: scenes are the sections of
the arrangement, tracks the parts that there can be. Volumes are Live's: 0.85 is 0 dB, 1 is +6 dB.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loopmind_live.config import MIN_LEVEL_DB
from loopmind_live.control.fader_law import SEND, Law, level_db, position_of
from loopmind_live.control.fixed_addresses import CONTROLS, pad, track
from loopmind_live.control.osc_packet import Argument, Message
from loopmind_live.errors import ControlError
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.commands import Command, check
from loopmind_live.session.panel import Pad, Panel, Strip

TEST, ERROR = "/live/test", "/live/error"
PORT, REPLY_PORT = 11000, 11001
"""AbletonOSC listens on the one, and answers on the other of whoever asks."""
VOLUME = Law((0.0, 0.4, 0.85, 1.0), (MIN_LEVEL_DB, -18.0, 0.0, 6.0))
"""Live's faders: 40 dB a whole way down to -18 dB, and ever steeper below."""
SENDS = ("reverb", "delay")
Ids = tuple[int, ...]
Get = Callable[[Panel, Ids], tuple[Argument, ...]]
Set = Callable[[Panel, Ids, float], Command]


@dataclass(frozen=True, slots=True)
class Property:
    """What can be asked for, of so many numbers (a track's; a track's and a send's), and set."""

    ids: int
    get: Get
    set: Set | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell a property whenever it changes, at its getter's `address`; or no more where not `on`."""

    address: str
    ids: Ids
    on: bool = True


def live(message: Message, panel: Panel) -> Command | Message | Watch:
    """Return what a message asks for: a command, its answer, or to be told of changes.

    Raise ControlError where it is none of `ADDRESSES`, or its numbers are out of range.

    >>> from loopmind_live.engine.base import EngineStatus
    >>> from loopmind_live.session.panel import panel_of
    >>> from loopmind_live.session.state import State
    >>> from loopmind_live.timing.tempo_map import TempoMap
    >>> panel = panel_of(State(TempoMap.constant(128.0, 48000)), EngineStatus(0), 0)
    >>> live(Message("/live/song/get/tempo"), panel).arguments
    (128.0,)
    >>> live(Message("/live/track/set/mute", (5, 1)), panel).text
    'mute bass now'
    """
    address, sent = message.address, message.arguments
    if address == TEST:
        return Message(TEST, ("ok",))
    if (method := METHODS.get(address)) is not None:
        count, make = method
        return _checked(make(panel, _ids(message, count)))
    kind, verb, name = _split(address)
    known = PROPERTIES.get(f"{kind}/{name}")
    if known is None or (verb == "set" and known.set is None):
        raise ControlError(f"OSC: no address {address:.60}")
    if verb == "set" and known.set is not None:
        if len(sent) != known.ids + 1:
            raise ControlError(f"OSC: {address} takes {known.ids + 1} numbers")
        ids = _ids(Message(address, sent[:-1]), known.ids)
        return _checked(known.set(panel, ids, _number(address, sent[-1])))
    ids = _ids(message, known.ids)
    asked = Watch(f"/live/{kind}/get/{name}", ids, verb == "start_listen")
    return value(asked, panel) if verb == "get" else asked


def value(watch: Watch, panel: Panel) -> Message:
    """Return what a property is now, as it is told."""
    kind, _, name = _split(watch.address)
    return Message(watch.address, (*watch.ids, *PROPERTIES[f"{kind}/{name}"].get(panel, watch.ids)))


def _split(address: str) -> tuple[str, str, str]:
    """Return ("track", "get", "mute") of "/live/track/get/mute"; ControlError where it is none."""
    parts = address.split("/")
    if len(parts) != 5 or parts[1] != "live" or parts[3] not in VERBS:
        raise ControlError(f"OSC: no address {address:.60}")
    return parts[2], parts[3], parts[4]


def _checked(command: Command) -> Command:
    check(command)
    return command


def _ids(message: Message, count: int) -> Ids:
    ids = tuple(_number(message.address, one) for one in message.arguments[:count])
    if len(ids) != count or any(not one.is_integer() for one in ids):
        raise ControlError(f"OSC: {message.address} takes {count} whole numbers, from 0")
    return tuple(int(one) for one in ids)


def _number(address: str, sent: Argument) -> float:
    if not isinstance(sent, int | float) or not math.isfinite(sent) or abs(sent) > 1e6:
        raise ControlError(f"OSC: {address} {sent!r:.40}: send a number")
    return float(sent)


def _strip(panel: Panel, ids: Ids) -> Strip:
    if not 0 <= ids[0] < len(panel.strips):
        raise ControlError(f"OSC: no track {ids[0]}: there are 0 to {len(panel.strips) - 1}")
    return panel.strips[ids[0]]


def _pad(panel: Panel, ids: Ids) -> Pad:
    if not 0 <= ids[0] < len(panel.pads):
        raise ControlError(f"OSC: no scene {ids[0]}: the arrangement has {len(panel.pads)}")
    return panel.pads[ids[0]]


def _plain(name: str, **arguments: Value) -> Callable[[Panel, Ids], Command]:
    return lambda _panel, _ids: Command(name, arguments, text=name.replace("_", " "))


def _fixed(address: str, value: float, panel: Panel) -> Command:
    """Return what the control of that address asks for (see `fixed_addresses`)."""
    made = CONTROLS[address].make(value, panel)
    assert isinstance(made, Command)  # what is typed alone is not one
    return made


def _fire(panel: Panel, ids: Ids) -> Command:
    _pad(panel, ids)
    return _fixed(pad(ids[0] + 1), 1.0, panel)


def _tempo(_panel: Panel, _ids: Ids, bpm: float) -> Command:
    return Command("set_tempo", {"bpm": bpm}, text=f"tempo {bpm:g}")


def _switch(name: str) -> Set:
    return lambda panel, ids, on: _fixed(
        track(_strip(panel, ids).role, name), 1.0 if on else 0.0, panel
    )


def _volume(panel: Panel, ids: Ids, position: float) -> Command:
    role, db = _strip(panel, ids).role, level_db(position, VOLUME)
    return Command("level", {"roles": (role,), "db": db}, text=f"level {role} {db:+.1f}")


def _panning(panel: Panel, ids: Ids, place: float) -> Command:
    return _fixed(track(_strip(panel, ids).role, "pan"), (place + 1.0) / 2.0, panel)


def _send(panel: Panel, ids: Ids, position: float) -> Command:
    return _fixed(track(_strip(panel, ids).role, _send_of(ids)), position, panel)


def _send_of(ids: Ids) -> str:
    if not 0 <= ids[1] < len(SENDS):
        raise ControlError(f"OSC: no send {ids[1]}: 0 is the reverb, 1 the delay")
    return SENDS[ids[1]]


def _sent(panel: Panel, ids: Ids) -> tuple[Argument, ...]:
    strip = _strip(panel, ids)
    db = strip.reverb_db if _send_of(ids) == "reverb" else strip.delay_db
    return (position_of(db, SEND),)


def _beats(panel: Panel) -> float:
    return (panel.bar - 1.0) * panel.beats_per_bar


VERBS = ("get", "set", "start_listen", "stop_listen")
METHODS: Mapping[str, tuple[int, Callable[[Panel, Ids], Command]]] = {
    "/live/song/start_playing": (0, _plain("play")),
    "/live/song/continue_playing": (0, _plain("play")),
    "/live/song/stop_playing": (0, _plain("stop")),
    "/live/song/stop_all_clips": (0, _plain("stop")),
    "/live/song/tap_tempo": (0, _plain("tap")),
    "/live/song/undo": (0, _plain("undo")),
    "/live/song/redo": (0, _plain("redo")),
    "/live/scene/fire": (1, _fire),
}
"""What is done at once: how many numbers it takes, and the command that it is."""
PROPERTIES: Mapping[str, Property] = {
    "song/tempo": Property(0, lambda panel, _: (round(panel.bpm, 3),), _tempo),
    "song/is_playing": Property(0, lambda panel, _: (panel.playing,)),
    "song/beat": Property(0, lambda panel, _: (int(_beats(panel)),)),
    "song/current_song_time": Property(0, lambda panel, _: (round(_beats(panel), 3),)),
    "song/signature_numerator": Property(0, lambda panel, _: (panel.beats_per_bar,)),
    "song/signature_denominator": Property(0, lambda _panel, _: (4,)),
    "song/num_tracks": Property(0, lambda panel, _: (len(panel.strips),)),
    "song/num_scenes": Property(0, lambda panel, _: (len(panel.pads),)),
    "song/track_names": Property(0, lambda panel, _: tuple(one.role for one in panel.strips)),
    "scene/name": Property(1, lambda panel, ids: (_pad(panel, ids).name,)),
    "scene/is_triggered": Property(
        1, lambda panel, ids: (_pad(panel, ids).launch == "play_queued",)
    ),
    "track/name": Property(1, lambda panel, ids: (_strip(panel, ids).role,)),
    "track/mute": Property(1, lambda panel, ids: (_strip(panel, ids).muted,), _switch("mute")),
    "track/solo": Property(1, lambda panel, ids: (_strip(panel, ids).soloed,), _switch("solo")),
    "track/volume": Property(
        1, lambda panel, ids: (position_of(_strip(panel, ids).level_db, VOLUME),), _volume
    ),
    "track/panning": Property(
        1, lambda panel, ids: (round(_strip(panel, ids).pan / 100.0, 3),), _panning
    ),
    "track/send": Property(2, _sent, _send),
}
"""What can be asked for, by "kind/name"."""
ADDRESSES: tuple[str, ...] = (
    TEST,
    *METHODS,
    *(
        f"/live/{kind}/{verb}/{name}"
        for kind, name in (one.split("/") for one in PROPERTIES)
        for verb in VERBS
        if verb != "set" or PROPERTIES[f"{kind}/{name}"].set is not None
    ),
)
FADER_ADDRESSES = frozenset(f"/live/track/set/{name}" for name in ("volume", "panning", "send"))
"""Of these only the newest value of each track counts while several wait."""
