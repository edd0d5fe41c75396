"""Libraries of the host, loaded by name, and which libjack is used."""

import ctypes
import ctypes.util
import importlib.util
import logging
from pathlib import Path

ALSA, JACK = "libasound.so.2", "libjack.so.0"
_LOG = logging.getLogger(__name__)


def load_host_library(name: str) -> ctypes.CDLL | None:
    """Load the host's library `name` for all that is loaded later; None where it has none."""
    try:
        return ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        _LOG.debug("%s: the bundled one serves (%s)", name, error)
        return None


def load_libjack(host: str = JACK) -> ctypes.CDLL | None:
    """Return the libjack that pyo uses: the host's, else the one that its wheel brings, or None."""
    return load_host_library(host) or _load_bundled() or _load_found()


def _load_bundled() -> ctypes.CDLL | None:
    spec = importlib.util.find_spec("pyo64")
    if spec is None or not spec.origin:
        return None
    bundled = sorted((Path(spec.origin).parent.parent / "pyo.libs").glob("libjack-*.so*"))
    return load_host_library(str(bundled[0])) if bundled else None


def _load_found() -> ctypes.CDLL | None:
    path = ctypes.util.find_library("jack")
    return load_host_library(path) if path else None
