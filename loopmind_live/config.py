"""Limits of the product, and where its files live. The only module that knows folders."""

import os
from importlib import resources
from pathlib import Path

import platformdirs

from loopmind_live.errors import ConfigError

APP_NAME = "loopmind"

MAX_TRACKS = 16
MAX_ROWS = 512
MAX_SECTIONS = 64
MIN_BPM, MAX_BPM = 40.0, 240.0
MIN_LEVEL_DB, MAX_LEVEL_DB = -60.0, 12.0
MAX_BARS_AHEAD = 256
MAX_SECTION_BARS = 256
SAMPLE_RATES = (44100, 48000, 88200, 96000)
BLOCK_SIZES = range(16, 4097)
LINE_MARGIN_S = 0.030
"""A bar line closer than this counts as passed."""
FADE_S = 0.005
"""An old clip fades this long after the line at which it is replaced."""
DEFAULT_BPM = 120.0
DEFAULT_RATE_HZ = 48000
DEFAULT_BLOCK = 256
SHELLS = 2
"""How many inserts a track takes, one after the other."""
BUSES = ("reverb", "delay", "master")
"""What takes a patch beside the tracks, in the order in which they are computed."""
INSERTS = ("crush", "drive", "fold")
"""The inserts there are; the engine's parameters number them from 1, and 0 is none."""
FIRST_PATCH, LAST_PATCH = 16, 1 << 20
"""The numbers of patches, which the performer gives out: each version of a file has its own."""
MOST_PATCHES = 64
"""So many versions of patches an engine holds."""
PIECE_BYTES = 1 << 16
"""Files are read and written in pieces of this size while music plays.

Many kernels finish a call before they let even a real-time thread run.
"""


def data_folder() -> Path:
    """Return the folder for libraries and sets, made if missing. LOOPMIND_HOME moves it."""
    return _folder("data", platformdirs.user_data_dir(APP_NAME))


def cache_folder() -> Path:
    """Return the folder for prepared clips and compiled kernels, made if missing."""
    return _folder("cache", platformdirs.user_cache_dir(APP_NAME))


def kernel_folder() -> Path:
    """Return the folder in which engines find their kernel compiled. NUMBA_CACHE_DIR moves it."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    return Path(named) if named else cache_folder() / "numba"


def log_folder() -> Path:
    """Return the folder for logs, made if missing."""
    return _folder("log", platformdirs.user_log_dir(APP_NAME))


def default_library() -> Path:
    """Return the library file used when none is named."""
    return data_folder() / "library.sqlite"


def shipped_folder(name: str) -> Path:
    """Return the folder of shipped files `name` ("patches", "models", "controllers").

    Installed, they lie inside the package; in a checkout, beside it.
    """
    inside = Path(str(resources.files("loopmind_live"))) / name
    beside = inside.parent.parent / name
    for candidate in (inside, beside):
        if candidate.is_dir():
            return candidate
    raise ConfigError(f"{name}/ is missing from this installation: install loopmind-live again")


def _folder(kind: str, default: str) -> Path:
    home = os.environ.get("LOOPMIND_HOME")
    path = Path(home) / kind if home else Path(default)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be made ({error.strerror}): set LOOPMIND_HOME to one you can write"
        ) from error
    return path
