"""The place of a performance among the programs of a machine."""

import asyncio
import ctypes
import gc
import os
import sys

_PR_SET_THP_DISABLE = 41
SWITCH_S = 0.0005
"""How long another thread may keep the interpreter while one waits for it."""
TIDY_S = 30.0
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


async def keep_tidy() -> None:
    """Give back what is used no more, twice a minute, until it is cancelled.

    Python keeps thousands of small objects of each size for their next use, and looks for cycles
    only once much is new: over a night that adds up. After `answer_quickly` little is looked
    through, so that it costs a few milliseconds.
    """
    while True:
        await asyncio.sleep(TIDY_S)
        gc.collect()


def ask_for_small_pages() -> bool:
    """Have this process, and those it starts, get memory in small pages; say whether it will.

    Many kernels finish a call or a page fault before they let even a real-time thread run, and to
    clear or join 2 MiB takes milliseconds: the sound would wait for a worker's memory.
    """
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0)
