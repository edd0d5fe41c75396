"""The functions of libjack that MIDI ports take, by ctypes."""

import ctypes
from typing import Any

from loopmind_live.errors import ControlError
from loopmind_live.workers.host_libraries import load_libjack

IS_INPUT, IS_OUTPUT = 0x1, 0x2
NO_START_SERVER, EXACT_NAME = 0x01, 0x02
MIDI_TYPE = b"8 bit raw midi"
PROCESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
SHUTDOWN = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
MESSAGE = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
_Names = ctypes.POINTER(ctypes.c_char_p)


class MidiEvent(ctypes.Structure):
    """A message in a port's buffer, at a frame of the cycle."""

    _fields_ = (
        ("time", ctypes.c_uint32),
        ("size", ctypes.c_size_t),
        ("buffer", ctypes.c_void_p),
    )


def load() -> tuple[Any, Any]:
    """Return libjack twice: for any thread, and for the audio callback.

    The second keeps the interpreter during a call, so that the callback never waits to have it
    again. ControlError where JACK is not installed.
    """
    library = load_libjack()
    if library is None:
        raise ControlError("JACK is not installed")
    within = ctypes.PyDLL(library._name, handle=library._handle)
    for each in (library, within):
        _declare(each)
    quiet = MESSAGE(("strlen", ctypes.CDLL(None)))  # what listens must not be Python
    library.jack_set_error_function(quiet)
    library.jack_set_info_function(quiet)
    return library, within


def port_names(library: Any, client: int, flags: int) -> tuple[str, ...]:
    """Return the MIDI ports of all clients that have `flags`."""
    names = library.jack_get_ports(client, None, MIDI_TYPE, flags)
    found: list[str] = []
    while names and (name := names[len(found)]) is not None:
        found.append(name.decode(errors="replace"))
    if names:
        library.jack_free(names)
    return tuple(found)


def _declare(library: Any) -> None:
    """Tell ctypes what the functions take and give."""
    client, port, text = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p
    number = ctypes.c_uint32
    signatures: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "jack_client_open": (client, (text, ctypes.c_int, ctypes.c_void_p)),
        "jack_client_close": (ctypes.c_int, (client,)),
        "jack_activate": (ctypes.c_int, (client,)),
        "jack_deactivate": (ctypes.c_int, (client,)),
        "jack_get_client_name": (text, (client,)),
        "jack_get_sample_rate": (number, (client,)),
        "jack_get_ports": (_Names, (client, text, text, ctypes.c_ulong)),
        "jack_free": (None, (ctypes.c_void_p,)),
        "jack_port_register": (port, (client, text, text, ctypes.c_ulong, ctypes.c_ulong)),
        "jack_port_unregister": (ctypes.c_int, (client, port)),
        "jack_port_name": (text, (port,)),
        "jack_connect": (ctypes.c_int, (client, text, text)),
        "jack_set_process_callback": (ctypes.c_int, (client, PROCESS, ctypes.c_void_p)),
        "jack_on_shutdown": (None, (client, SHUTDOWN, ctypes.c_void_p)),
        "jack_set_error_function": (None, (MESSAGE,)),
        "jack_set_info_function": (None, (MESSAGE,)),
        "jack_port_get_buffer": (ctypes.c_void_p, (port, number)),
        "jack_midi_clear_buffer": (None, (ctypes.c_void_p,)),
        "jack_midi_get_event_count": (number, (ctypes.c_void_p,)),
        "jack_midi_event_get": (
            ctypes.c_int, (ctypes.POINTER(MidiEvent), ctypes.c_void_p, number)
        ),
        "jack_midi_event_write": (
            ctypes.c_int, (ctypes.c_void_p, number, text, ctypes.c_size_t)
        ),
        "jack_last_frame_time": (number, (client,)),
    }  # fmt: skip
    for name, (gives, takes) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
