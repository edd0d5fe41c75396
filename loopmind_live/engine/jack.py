"""What pyo does not do with JACK: find a server, count its xruns, connect ports. By ctypes."""

import ctypes
import os
from collections import deque

from loopmind_live.errors import EngineError
from loopmind_live.workers.host_libraries import load_libjack

_NO_START_SERVER = 0x01
_IS_INPUT, _IS_OUTPUT, _IS_PHYSICAL = 0x1, 0x2, 0x4
_CAPTURE, _PLAYBACK = 0, 1
_MOST_PORTS = 1000
_AUDIO = b"32 bit float mono audio"
_XRUN_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_PORT_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p)
_CONNECT_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p
)
_MESSAGE_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
_Names = ctypes.POINTER(ctypes.c_char_p)


class _LatencyRange(ctypes.Structure):
    _fields_ = (("min", ctypes.c_uint32), ("max", ctypes.c_uint32))


class JackWatch:
    """A silent client that counts the server's xruns and connects ports.

    JACK_DEFAULT_SERVER names the server. `changed` is set whenever a port comes, goes, or is
    connected otherwise; `changes` counts that.
    """

    def __init__(self) -> None:
        """Join the running server; EngineError where none runs. Never starts one."""
        library = load_libjack()
        if library is None:
            raise EngineError("JACK is not installed: install jackd2, or use --audio portaudio")
        _declare(library)
        self._library = library
        # Asked in the audio callback, which must not lose the interpreter by it.
        self._last_frame_time = ctypes.PyDLL(library._name, handle=library._handle)[
            "jack_last_frame_time"
        ]
        self._last_frame_time.restype = ctypes.c_uint32
        self._last_frame_time.argtypes = (ctypes.c_void_p,)
        self.xruns = 0
        self.changed = True
        self.changes = 0
        self._came: deque[int] = deque(maxlen=_MOST_PORTS)
        # Any thread of JACK's may have something to say while pyo, opening its client, holds the
        # interpreter and waits for that thread: so what listens must not be Python.
        quiet = _MESSAGE_CALLBACK(("strlen", ctypes.CDLL(None)))
        self._library.jack_set_error_function(quiet)
        self._library.jack_set_info_function(quiet)
        self._client = self._library.jack_client_open(b"loopmind-watch", _NO_START_SERVER, None)
        if not self._client:
            raise EngineError(
                "no JACK server runs: start one (jackd, or PipeWire with pw-jack), or use "
                "--audio portaudio"
            )
        self.rate_hz = int(self._library.jack_get_sample_rate(self._client))
        self.block = int(self._library.jack_get_buffer_size(self._client))
        # JACK calls these for as long as the client is open: they must not be collected.
        self._on_xrun = _XRUN_CALLBACK(self._count_xrun)
        self._on_port = _PORT_CALLBACK(self._note_port)
        self._on_connect = _CONNECT_CALLBACK(self._note_change)

    def start(self) -> None:
        """Begin to count, and to see what changes."""
        self._library.jack_set_xrun_callback(self._client, self._on_xrun, None)
        self._library.jack_set_port_registration_callback(self._client, self._on_port, None)
        self._library.jack_set_port_connect_callback(self._client, self._on_connect, None)
        self._library.jack_activate(self._client)
        self.changed = True

    def load(self) -> float:
        """Return the share of a block's time that all clients together take, 0..1."""
        return float(self._library.jack_cpu_load(self._client)) / 100.0

    def frame_time(self) -> int:
        """Return the server's count of frames as this block began, of 32 bits: it wraps."""
        return int(self._last_frame_time(self._client))

    def client_names(self) -> frozenset[str]:
        """Return the names of the clients that have ports."""
        names = self._library.jack_get_ports(self._client, None, None, 0)
        return frozenset(name.partition(":")[0] for name in self._take(names))

    def inputs(self, physical: bool = False) -> tuple[str, ...]:
        """Return the audio inputs of all clients; with `physical`, those of the sound card."""
        flags = _IS_INPUT | (_IS_PHYSICAL if physical else 0)
        return self._take(self._library.jack_get_ports(self._client, None, _AUDIO, flags))

    def outputs(self, physical: bool = False) -> tuple[str, ...]:
        """Return the audio outputs of all clients; with `physical`, those of the sound card."""
        flags = _IS_OUTPUT | (_IS_PHYSICAL if physical else 0)
        return self._take(self._library.jack_get_ports(self._client, None, _AUDIO, flags))

    def latency_frames(self, port: str, capture: bool) -> int:
        """Return the longest way, in frames, from outside to `port`, or from it to the outside.

        As the server reports it; 0 where the port is unknown or linked to nothing.
        """
        found = self._library.jack_port_by_name(self._client, os.fsencode(port))
        if not found:
            return 0
        reported = _LatencyRange()
        mode = _CAPTURE if capture else _PLAYBACK
        self._library.jack_port_get_latency_range(found, mode, ctypes.byref(reported))
        return int(reported.max)

    def new_ports(self) -> tuple[str, ...]:
        """Return the ports that came since the last call and are there."""
        names = []
        while self._came:
            port = self._library.jack_port_by_id(self._client, self._came.popleft())
            if port:
                names.append(os.fsdecode(self._library.jack_port_name(port)))
        return tuple(names)

    def connections(self, port: str) -> tuple[str, ...]:
        """Return the ports that `port` is connected to; none where it is unknown."""
        found = self._library.jack_port_by_name(self._client, os.fsencode(port))
        if not found:
            return ()
        return self._take(self._library.jack_port_get_all_connections(self._client, found))

    def connect(self, output: str, target: str) -> bool:
        """Connect `output` with the input `target`; return whether JACK took it."""
        names = os.fsencode(output), os.fsencode(target)
        return bool(self._library.jack_connect(self._client, *names) == 0)

    def close(self) -> None:
        """Leave the server."""
        if self._client:
            self._library.jack_client_close(self._client)
            self._client = None

    def _count_xrun(self, _: object) -> int:
        self.xruns += 1
        return 0

    def _note_change(self, *_: object) -> None:
        self.changed = True
        self.changes += 1

    def _note_port(self, number: int, came: int, _: object) -> None:
        if came:
            self._came.append(number)
        self.changed = True
        self.changes += 1

    def _take(self, names: "ctypes._Pointer[ctypes.c_char_p]") -> tuple[str, ...]:
        """Return the names of a list that JACK made, and give its memory back."""
        if not names:
            return ()
        taken: list[str] = []
        while (name := names[len(taken)]) is not None:
            taken.append(os.fsdecode(name))
        self._library.jack_free(names)
        return tuple(taken)


def _declare(library: ctypes.CDLL) -> None:
    """Tell ctypes what the functions take and give."""
    client, text = ctypes.c_void_p, ctypes.c_char_p
    signatures = {
        "jack_client_open": (client, (text, ctypes.c_int, ctypes.c_void_p)),
        "jack_client_close": (ctypes.c_int, (client,)),
        "jack_activate": (ctypes.c_int, (client,)),
        "jack_get_sample_rate": (ctypes.c_uint32, (client,)),
        "jack_get_buffer_size": (ctypes.c_uint32, (client,)),
        "jack_cpu_load": (ctypes.c_float, (client,)),
        "jack_get_ports": (_Names, (client, text, text, ctypes.c_ulong)),
        "jack_port_by_name": (ctypes.c_void_p, (client, text)),
        "jack_port_by_id": (ctypes.c_void_p, (client, ctypes.c_uint32)),
        "jack_port_name": (text, (ctypes.c_void_p,)),
        "jack_port_get_all_connections": (_Names, (client, ctypes.c_void_p)),
        "jack_connect": (ctypes.c_int, (client, text, text)),
        "jack_port_get_latency_range": (
            None, (ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_LatencyRange))
        ),
        "jack_free": (None, (ctypes.c_void_p,)),
        "jack_set_xrun_callback": (ctypes.c_int, (client, _XRUN_CALLBACK, ctypes.c_void_p)),
        "jack_set_port_registration_callback": (
            ctypes.c_int, (client, _PORT_CALLBACK, ctypes.c_void_p)
        ),
        "jack_set_port_connect_callback": (
            ctypes.c_int, (client, _CONNECT_CALLBACK, ctypes.c_void_p)
        ),
        "jack_set_error_function": (None, (_MESSAGE_CALLBACK,)),
        "jack_set_info_function": (None, (_MESSAGE_CALLBACK,)),
    }  # fmt: skip
    for name, (gives, takes) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
