"""The place of a performance among the programs of a machine."""

import os

PERFORMER = -10
"""Before what else is busy; workers, started from here and five behind, still are before it."""


def come_first() -> bool:
    """Let this process, and those it starts, go before other programs; say whether that may be.

    Clips have to be there by their line, and what is typed must land at once, whatever else runs.
    Most users may not ask for it: then all stays as it is. The engine asks for more by itself.
    """
    if not hasattr(os, "setpriority"):
        return False
    try:
        os.setpriority(os.PRIO_PROCESS, 0, PERFORMER)
    except PermissionError:
        return False
    return True
