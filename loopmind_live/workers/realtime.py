"""Make this process as punctual as the system allows: all of it is asked for, none required."""

import ctypes
import gc
import os
import signal
import struct
import sys
from pathlib import Path

SWITCH_INTERVAL_S = 0.0001
PRIORITIES = {"jack": 4, "portaudio": 60}
"""Below JACK's own clients (5 and more), above everything without real-time priority."""
SLEEP_FILE = Path("/dev/cpu_dma_latency")
_MCL_CURRENT = 1
_NICE = 15
_PR_SET_PDEATHSIG = 1


def ask_for_priority(backend: str, alone: bool = False) -> str:
    """Ask for real-time priority for this process's threads; return what was granted.

    Each of them may hold the interpreter, so none may be kept waiting by other programs. With
    `alone` only this thread asks, and what it starts gets none.
    """
    if not hasattr(os, "sched_setscheduler"):
        return "normal priority (this system has no SCHED_FIFO)"
    priority = PRIORITIES.get(backend, 4)
    try:
        policy = os.SCHED_FIFO | (os.SCHED_RESET_ON_FORK if alone else 0)
        for thread in (0,) if alone else _threads():
            if os.sched_getscheduler(thread) == os.SCHED_OTHER:
                os.sched_setscheduler(thread, policy, os.sched_param(priority))
    except OSError as error:
        return f"normal priority (SCHED_FIFO {priority}: {error.strerror})"
    return f"SCHED_FIFO {priority}"


def _threads() -> tuple[int, ...]:
    """Return the ids of this process's threads, this one first (0)."""
    try:
        return (0, *(int(task.name) for task in Path("/proc/self/task").iterdir()))
    except OSError:
        return (0,)  # a system without /proc: what this thread starts inherits from it


def settle() -> str:
    """Stop the garbage collector, switch threads fast, lock memory; return what was granted.

    Called once everything is built: what exists by then is never looked at again by the collector.
    """
    if gc.isenabled():
        gc.collect()
        gc.freeze()
        gc.disable()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    if not sys.platform.startswith("linux"):
        return "memory not locked"
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(_MCL_CURRENT) != 0:
        return f"memory not locked ({os.strerror(ctypes.get_errno())})"
    return "memory locked"


def keep_awake(file: Path = SLEEP_FILE) -> str:
    """Keep processors from sleeping as long as this process lives; return what was granted.

    One that sleeps wakes up too late for a small block. Linux lets programs say how late is too
    late (PM QoS, Documentation/power/pm_qos_interface.rst): it counts while they hold the file.
    """
    try:
        held = os.open(file, os.O_WRONLY)  # and never closed
        os.write(held, struct.pack("=i", 0))
    except OSError as error:
        return f"processors may sleep ({file}: {error.strerror})"
    return "processors kept awake"


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, where it can (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def step_back() -> None:
    """Let everything else go before this thread alone, where the system can (Linux)."""
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
