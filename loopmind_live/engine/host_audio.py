"""The host's audio libraries, put before the copies that pyo's wheel brings.

The wheel's ALSA looks for plugins where another distribution has them, so that it finds no
PipeWire; its JACK knows jackd alone, so that `pw-jack` cannot lead it to PipeWire.
"""

import contextlib
import io
import logging
import os
from collections.abc import Iterator

from loopmind_live.workers.host_libraries import ALSA, JACK, load_host_library

_LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def pyo_import() -> Iterator[None]:
    """Bind pyo, imported within, to the host's libraries, and keep what it prints off stdout.

    It tells there of GUI toolkits that it misses, in the midst of a command's JSON.
    """
    os.environ.setdefault("PYO_GUI_WX", "0")
    for name in (ALSA, JACK):
        load_host_library(name)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        yield
    if printed.getvalue():
        _LOG.debug("pyo: %s", printed.getvalue().strip())
