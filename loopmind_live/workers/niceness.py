"""The place of a performance among the programs of a machine."""

import ctypes
import gc
import os
import sys

_PR_SET_THP_DISABLE = 41
SWITCH_S = 0.0005
"""How long another thread may keep the interpreter while one waits for it."""
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


def answer_quickly() -> None:
    """Have what is typed in this process wait neither for its threads nor for its garbage.

    To be called once all is loaded: what there is by then is not looked through for garbage again.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()


def ask_for_small_pages() -> bool:
    """Have this process, and those it starts, get memory in small pages; say whether it will.

    Many kernels finish a call or a page fault before they let even a real-time thread run, and to
    clear or join 2 MiB takes milliseconds: the sound would wait for a worker's memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0)
