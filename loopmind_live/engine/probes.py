"""Questions that may crash, hang or print: `python -m loopmind_live.engine.probes WHAT`.

Run in a process of its own by `devices`. Prints one JSON object, the answer; where there is none
for a reason that a user can mend, {"reason": ...}. Whatever the libraries print goes to stderr.
"""

import ctypes
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from loopmind_live.errors import EngineError
from loopmind_live.workers.host_libraries import load_libjack
from loopmind_live.workers.realtime import ask_for_priority, die_with_parent, settle

_CLIENT_NAME = b"loopmind-doctor"
_NO_START_SERVER = 0x01
_IS_INPUT, _IS_OUTPUT, _IS_PHYSICAL = 0x1, 0x2, 0x4
_CAPTURE, _PLAYBACK = 0, 1
_AUDIO = b"32 bit float mono audio"


class _LatencyRange(ctypes.Structure):
    _fields_ = (("min", ctypes.c_uint32), ("max", ctypes.c_uint32))


def jack() -> dict[str, Any]:
    """Join the JACK server, ask it for its settings and its card's ports, and leave."""
    library = load_libjack()
    if library is None:
        raise EngineError("JACK is not installed")
    _declare(library)
    client = library.jack_client_open(_CLIENT_NAME, _NO_START_SERVER, None)
    if not client:
        raise EngineError("no JACK server runs")
    playback = _ports(library, client, _IS_INPUT | _IS_PHYSICAL)
    capture = _ports(library, client, _IS_OUTPUT | _IS_PHYSICAL)
    told = {
        "rate_hz": int(library.jack_get_sample_rate(client)),
        "block": int(library.jack_get_buffer_size(client)),
        "real_time": bool(library.jack_is_realtime(client)),
        "version": os.fsdecode(library.jack_get_version_string()),
        "playback": playback,
        "capture": capture,
        "playback_frames": _latency(library, client, playback, _PLAYBACK),
        "capture_frames": _latency(library, client, capture, _CAPTURE),
    }
    library.jack_client_close(client)
    return told


def portaudio() -> dict[str, Any]:
    """List what portaudio can open, as pyo sees it."""
    from loopmind_live.engine.host_audio import pyo_import

    with pyo_import():
        import pyo64 as pyo

    inputs, outputs = pyo.pa_get_devices_infos()
    return {
        "inputs": [
            _device(index, facts, pyo.pa_get_input_max_channels(index))
            for index, facts in sorted(inputs.items())
        ],
        "outputs": [
            _device(index, facts, pyo.pa_get_output_max_channels(index))
            for index, facts in sorted(outputs.items())
        ],
        "default_output": int(pyo.pa_get_default_output()),
    }


def priority() -> dict[str, Any]:
    """Ask for what the engine asks for, in a process that does nothing with it."""
    return {"priority": ask_for_priority("jack"), "memory": settle()}


def kernel() -> dict[str, Any]:
    """Compile the voice kernel, or load it from numba's cache, as an engine does at its start."""
    start = time.monotonic()
    try:
        from loopmind_live.engine.kernel import compile_kernel, mix

        compile_kernel()
    except RuntimeError as error:  # numba's word for a cache folder that it cannot write
        raise EngineError(str(error)) from error
    stats = mix.stats
    return {
        "cached": bool(stats.cache_hits),
        "folder": str(stats.cache_path),
        "seconds": time.monotonic() - start,
    }


PROBES: dict[str, Callable[[], dict[str, Any]]] = {
    "jack": jack,
    "portaudio": portaudio,
    "priority": priority,
    "kernel": kernel,
}


def main(arguments: list[str]) -> None:
    """Answer one question on the standard output, which is kept for the answer alone."""
    die_with_parent()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        told = PROBES[arguments[0]]()
    except EngineError as error:
        told = {"reason": str(error)}
    with answers:
        json.dump(told, answers)


def _device(index: int, facts: dict[str, Any], channels: int) -> dict[str, Any]:
    return {
        "index": int(index),
        "name": str(facts["name"]),
        "rate_hz": int(facts["default sr"]),
        "latency_s": float(facts["latency"]),
        "channels": int(channels),
    }


def _ports(library: ctypes.CDLL, client: int, flags: int) -> list[str]:
    names = library.jack_get_ports(client, None, _AUDIO, flags)
    found: list[str] = []
    while names and (name := names[len(found)]) is not None:
        found.append(os.fsdecode(name))
    if names:
        library.jack_free(names)
    return found


def _latency(library: ctypes.CDLL, client: int, ports: list[str], mode: int) -> int | None:
    """Return the longest latency in frames that the server reports of `ports`, None without any."""
    longest = None
    for name in ports:
        reported = _LatencyRange()
        port = library.jack_port_by_name(client, os.fsencode(name))
        library.jack_port_get_latency_range(port, mode, ctypes.byref(reported))
        longest = max(longest or 0, int(reported.max))
    return longest


def _declare(library: ctypes.CDLL) -> None:
    """Tell ctypes what the functions take and give."""
    client, text = ctypes.c_void_p, ctypes.c_char_p
    signatures: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "jack_client_open": (client, (text, ctypes.c_int, ctypes.c_void_p)),
        "jack_client_close": (ctypes.c_int, (client,)),
        "jack_get_sample_rate": (ctypes.c_uint32, (client,)),
        "jack_get_buffer_size": (ctypes.c_uint32, (client,)),
        "jack_is_realtime": (ctypes.c_int, (client,)),
        "jack_get_version_string": (text, ()),
        "jack_get_ports": (ctypes.POINTER(text), (client, text, text, ctypes.c_ulong)),
        "jack_port_by_name": (ctypes.c_void_p, (client, text)),
        "jack_port_get_latency_range": (None, (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)),
        "jack_free": (None, (ctypes.c_void_p,)),
    }
    for name, (gives, takes) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes


if __name__ == "__main__":
    main(sys.argv[1:])
