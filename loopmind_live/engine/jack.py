"""What pyo does not tell of JACK: whether a server runs, and its xruns. By ctypes."""

import ctypes
import ctypes.util
import importlib.util
from pathlib import Path

from loopmind_live.errors import EngineError

_NO_START_SERVER = 0x01
_XRUN_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_MESSAGE_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_char_p)


def library_path() -> str | None:
    """Return the libjack that pyo itself uses (its wheel brings one), else the system's."""
    spec = importlib.util.find_spec("pyo64")
    if spec is not None and spec.origin:
        bundled = sorted((Path(spec.origin).parent.parent / "pyo.libs").glob("libjack-*.so*"))
        if bundled:
            return str(bundled[0])
    return ctypes.util.find_library("jack")


class JackWatch:
    """A silent client that counts the server's xruns. JACK_DEFAULT_SERVER names the server."""

    def __init__(self) -> None:
        """Join the running server; EngineError where none runs. Never starts one."""
        path = library_path()
        if path is None:
            raise EngineError("JACK is not installed: install jackd2, or use --audio portaudio")
        self.xruns = 0
        self._library = _load(path)
        self._quiet = _MESSAGE_CALLBACK(lambda _: None)
        self._library.jack_set_error_function(self._quiet)
        self._library.jack_set_info_function(self._quiet)
        self._client = self._library.jack_client_open(b"loopmind-watch", _NO_START_SERVER, None)
        if not self._client:
            raise EngineError(
                "no JACK server runs: start one (jackd, or PipeWire with pw-jack), or use "
                "--audio portaudio"
            )
        self.rate_hz = int(self._library.jack_get_sample_rate(self._client))
        self.block = int(self._library.jack_get_buffer_size(self._client))
        self._callback = _XRUN_CALLBACK(self._on_xrun)

    def start(self) -> None:
        """Begin to count."""
        self._library.jack_set_xrun_callback(self._client, self._callback, None)
        self._library.jack_activate(self._client)

    def load(self) -> float:
        """Return the share of a block's time that all clients together take, 0..1."""
        return float(self._library.jack_cpu_load(self._client)) / 100.0

    def close(self) -> None:
        """Leave the server."""
        if self._client:
            self._library.jack_client_close(self._client)
            self._client = None

    def _on_xrun(self, _: object) -> int:
        self.xruns += 1
        return 0


def _load(path: str) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise EngineError(f"{path}: cannot be loaded ({error}): install JACK again") from error
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_client_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.jack_get_sample_rate.restype = ctypes.c_uint32
    library.jack_get_buffer_size.restype = ctypes.c_uint32
    library.jack_cpu_load.restype = ctypes.c_float
    for name in (
        "jack_get_sample_rate", "jack_get_buffer_size", "jack_activate", "jack_cpu_load",
        "jack_client_close",
    ):  # fmt: skip
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.jack_set_xrun_callback.argtypes = [ctypes.c_void_p, _XRUN_CALLBACK, ctypes.c_void_p]
    library.jack_set_error_function.argtypes = [_MESSAGE_CALLBACK]
    library.jack_set_info_function.argtypes = [_MESSAGE_CALLBACK]
    return library
