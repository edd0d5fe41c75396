"""The doctor's rules: from facts to findings. Pure; how to mend each comes with it, in one line."""

import os
from pathlib import Path

from loopmind_live import config
from loopmind_live.app.finding import Finding
from loopmind_live.app.machine import Folder, Limits, Machine, Versions
from loopmind_live.engine.devices import Granted, Jack, Kernel, NoAnswer, PipeWire, PortAudio
from loopmind_live.workers.realtime import SLEEP_FILE

ARENA_BYTES = 600 * config.DEFAULT_RATE_HZ * 8
"""What an engine allocates for its clips: ten minutes of stereo float32."""
BESIDE_BYTES = 64 << 20
"""What lies beside them: rings of audio, the status."""
ARENA_SPARE = 1.05
RECORDING_S, SHORT_RECORDING_S = 3600, 600
AWAKE_REMEDY = f"let the group audio write {SLEEP_FILE}: REALTIME.md has the rule"
LIMITS_REMEDY = (
    "sudo apt install jackd2 && sudo dpkg-reconfigure -p high jackd2 (answer yes), "
    "sudo usermod -aG audio $USER, then log out and in; in a container: "
    "--ulimit rtprio=95 --ulimit memlock=-1 --cap-add SYS_NICE"
)
CUE_CHANNELS = 4
_START_JACK = (
    "start one: jackd -R -d alsa -d hw:0 -r 48000 -p 256 -n 2, or PipeWire and pw-jack loopmind"
)


def check_jack(jack: Jack | NoAnswer, portaudio: PortAudio | NoAnswer, linux: bool) -> Finding:
    """Judge the JACK server; where portaudio serves, a missing one is no fault."""
    if isinstance(jack, NoAnswer):
        if jack.fault:
            return Finding("jack", "FAIL", jack.reason, "end the JACK server and start it again")
        if not linux and _can_sound(portaudio):
            return Finding("jack", "ok", f"{jack.reason}: not needed here")
        return Finding("jack", "warn", jack.reason, _START_JACK)
    value = (
        f"{jack.rate_hz} Hz, {jack.block} frames, "
        f"{'real time' if jack.real_time else 'not real time'}, version {jack.version}, "
        f"outputs {len(jack.playback)}, inputs {len(jack.capture)}"
    )
    if jack.rate_hz not in config.SAMPLE_RATES:
        rates = ", ".join(map(str, config.SAMPLE_RATES))
        return Finding("jack", "FAIL", value, f"start JACK at one of {rates} Hz")
    if jack.block not in config.BLOCK_SIZES:
        sizes = config.BLOCK_SIZES
        remedy = f"start JACK with -p {sizes.start} to {sizes.stop - 1}"
        return Finding("jack", "FAIL", value, remedy)
    if len(jack.playback) < 2:
        remedy = "start JACK on a card with two outputs (aplay -l lists cards), or connect by hand"
        return Finding("jack", "warn", value, remedy)
    if not jack.real_time:
        remedy = "start JACK with -R, once real-time priority is granted"
        return Finding("jack", "warn", value, remedy)
    return Finding("jack", "ok", value)


def check_portaudio(portaudio: PortAudio | NoAnswer, jack: Jack | NoAnswer) -> Finding:
    """Judge portaudio's devices; where JACK runs, none is needed."""
    needed = isinstance(jack, NoAnswer)
    if isinstance(portaudio, NoAnswer):
        remedy = "install loopmind-live again, or see what its python says to: import pyo64"
        if portaudio.fault:
            remedy = "unplug the sound devices one by one and run this again, or use JACK"
        return Finding("portaudio", "FAIL" if needed else "warn", portaudio.reason, remedy)
    if portaudio.default_output is None:
        value = f"no default output ({len(portaudio.outputs)} outputs)"
        remedy = "plug in a sound device and choose it in the system's sound settings"
        return Finding("portaudio", "warn" if needed else "ok", value, remedy if needed else None)
    names = [
        f"{each.name} ({each.rate_hz} Hz{', default' if each == portaudio.default_output else ''})"
        for each in portaudio.outputs
    ]
    value = f"outputs: {', '.join(names)}"
    if portaudio.inputs:
        value += f"; inputs: {', '.join(each.name for each in portaudio.inputs)}"
    return Finding("portaudio", "ok", value)


def check_pipewire(pipewire: PipeWire, jack: Jack | NoAnswer) -> Finding:
    """Judge PipeWire: it matters only where it has to stand in for JACK."""
    if pipewire.socket is None:
        return Finding("pipewire", "ok", "does not run")
    if not pipewire.answers:
        remedy = "systemctl --user restart pipewire"
        return Finding("pipewire", "warn", f"{pipewire.socket} does not answer", remedy)
    if isinstance(jack, NoAnswer):
        remedy = "pw-jack -p 256 loopmind perform --audio jack"
        if not pipewire.pw_jack:
            remedy = f"sudo apt install pipewire-jack, then {remedy}"
        return Finding("pipewire", "warn", "runs, but not in JACK's place", remedy)
    return Finding("pipewire", "ok", f"runs at {pipewire.socket}")


def check_sound(jack: Jack | NoAnswer, portaudio: PortAudio | NoAnswer) -> Finding:
    """Say where `perform` will sound."""
    if isinstance(jack, Jack):
        return Finding("sound", "ok", "perform plays through JACK")
    if isinstance(portaudio, PortAudio) and portaudio.default_output is not None:
        device = portaudio.default_output.name
        return Finding("sound", "ok", f"perform plays through portaudio: {device}")
    remedy = "start JACK or PipeWire, or plug in a sound device; without: perform --audio offline"
    return Finding("sound", "FAIL", "nothing to play through", remedy)


def check_cue(jack: Jack | NoAnswer, portaudio: PortAudio | NoAnswer) -> Finding:
    """Say how many channels there are to play on, and whether a cue bus fits beside the master."""
    if isinstance(jack, Jack):
        channels, ports = len(jack.playback), "; its ports output_3 and output_4 can be linked"
    elif isinstance(portaudio, PortAudio) and portaudio.default_output is not None:
        channels, ports = portaudio.default_output.channels, ""
    else:
        return Finding("cue", "ok", "no channels to play on")
    if channels >= CUE_CHANNELS:
        value = f"{channels} channels: perform --outputs master=1-2,cue=3-4"
        return Finding("cue", "ok", value)
    return Finding("cue", "ok", f"{channels} channels: the master alone{ports}")


def check_round_trip(jack: Jack | NoAnswer, portaudio: PortAudio | NoAnswer) -> Finding:
    """Tell the round trip as JACK reports it. To measure it takes a cable, and makes a noise."""
    name, cable = "round trip", "to measure it, cable an output to an input and run jack_iodelay"
    if isinstance(jack, Jack):
        out, back = jack.playback_frames, jack.capture_frames
        if out is None or back is None:
            side = "outputs" if out is None else "inputs"
            return Finding(name, "ok", f"not measured: JACK's card has no {side}")
        total, rate = out + back, jack.rate_hz
        return Finding(
            name, "ok",
            f"{1000 * total / rate:.1f} ms as JACK reports it ({out} frames out, {back} in), "
            f"not measured: {cable}",
        )  # fmt: skip
    if isinstance(portaudio, PortAudio) and portaudio.default_output is not None:
        suggested = 1000 * portaudio.default_output.latency_s
        return Finding(
            name, "ok",
            f"not measured: portaudio only suggests {suggested:.1f} ms out; {cable} under JACK",
        )  # fmt: skip
    return Finding(name, "ok", "not measured: there is nothing to play through")


def check_priority(granted: Granted | NoAnswer, limits: Limits, linux: bool) -> Finding:
    """Judge whether an engine gets real-time priority."""
    name = "real-time priority"
    if isinstance(granted, NoAnswer):
        return Finding(name, "warn", granted.reason, "run loopmind doctor again")
    limit = "unlimited" if limits.priority is None else limits.priority
    if granted.priority.startswith("SCHED_FIFO"):
        return Finding(name, "ok", f"granted: {granted.priority} (limit {limit})")
    if not linux:
        return Finding(name, "ok", "left to the system's own sound threads")
    return Finding(name, "warn", f"{granted.priority} (limit {limit})", LIMITS_REMEDY)


def check_memory(granted: Granted | NoAnswer, limits: Limits, linux: bool) -> Finding:
    """Judge whether an engine can keep its memory, clips and all, from being swapped out."""
    name = "locked memory"
    if isinstance(granted, NoAnswer):
        return Finding(name, "warn", granted.reason, "run loopmind doctor again")
    if not linux:
        return Finding(name, "ok", "not needed here")
    limit = limits.locked_bytes
    told = "unlimited" if limit is None else megabytes(limit)
    if limits.may_lock:
        return Finding(name, "ok", f"granted (by right, whatever the limit: {told})")
    enough = limit is None or limit >= 2 * ARENA_BYTES
    if enough and granted.memory == "memory locked":
        return Finding(name, "ok", f"granted (limit {told})")
    return Finding(name, "warn", f"{granted.memory} (limit {told})", LIMITS_REMEDY)


def check_sleep(file: Path, linux: bool) -> Finding:
    """Judge whether an engine may keep the processors from sleeping, by `file` (see realtime)."""
    name = "processors"
    if not linux or not file.exists():
        return Finding(name, "ok", "their sleep is left to the system")
    if os.access(file, os.W_OK):
        return Finding(name, "ok", "kept from sleeping while a set plays")
    value = "may sleep between blocks, and wake too late for small ones"
    return Finding(name, "warn", value, AWAKE_REMEDY)


def check_machine(machine: Machine) -> list[Finding]:
    """Judge the processor and the kernel."""
    return [_governor(machine), _preemption(machine), _cores(machine)]


def check_folder(name: str, folder: Folder, note: str = "") -> Finding:
    """Judge a folder of the program's files."""
    value = (
        f"{folder.path}{note}: {megabytes(folder.used_bytes)}, {megabytes(folder.free_bytes)} free"
    )
    if folder.refused is not None:
        remedy = f"make {folder.path} writable, or set LOOPMIND_HOME to a folder that is"
        return Finding(name, "FAIL", f"{folder.path}: cannot be written ({folder.refused})", remedy)
    return Finding(name, "ok", value)


def check_arena(shm_bytes: int | None, temp: Path, temp_bytes: int, linux: bool) -> Finding:
    """Judge where an engine's clips will lie: in memory (/dev/shm) or in the temp folder."""
    wanted, name = (ARENA_BYTES + BESIDE_BYTES) * ARENA_SPARE, "clip arena"
    need = f"of {megabytes(ARENA_BYTES)} wanted"
    if shm_bytes is not None and shm_bytes > wanted:
        return Finding(name, "ok", f"/dev/shm: {megabytes(shm_bytes)} free {need}")
    remedy = "sudo mount -o remount,size=1G /dev/shm; in a container: --shm-size 1g"
    if temp_bytes > wanted:
        value = f"{temp}: {megabytes(temp_bytes)} free {need}"
        if not linux:
            return Finding(name, "ok", value)
        return Finding(name, "warn", f"{value}, on disk: /dev/shm is too small", remedy)
    value = f"{megabytes(max(shm_bytes or 0, temp_bytes))} free {need}, /dev/shm and {temp}"
    return Finding(name, "FAIL", value, remedy if linux else f"make room in {temp}")


def check_recording(folder: Path, free: int, rate_hz: int) -> Finding:
    """Judge whether an hour of the master, 24 bit and stereo, fits into `folder`.

    Each part that is recorded beside it takes as much again.
    """
    second = rate_hz * 6
    minutes = free / second / 60
    told = f"{folder}: {megabytes(free)} free"
    value = f"{told}: {minutes:.0f} min" if free < RECORDING_S * second else f"{told}: over an hour"
    value += " of the master"
    if free >= RECORDING_S * second:
        return Finding("recording", "ok", value)
    remedy = f"free {megabytes(RECORDING_S * second - free)} there, or record to another disk"
    state = "FAIL" if free < SHORT_RECORDING_S * second else "warn"
    return Finding("recording", state, value, remedy)  # type: ignore[arg-type]


def check_versions(versions: Versions) -> Finding:
    """Judge what is installed."""
    value = ", ".join(f"{name} {version}" for name, version in versions.installed.items())
    if versions.missing:
        remedy = "python -m pip install --force-reinstall loopmind-live"
        return Finding("versions", "FAIL", f"missing: {', '.join(versions.missing)}", remedy)
    if versions.other:
        remedy = f"python -m pip install {' '.join(versions.other)}"
        return Finding("versions", "warn", value, remedy)
    return Finding("versions", "ok", value)


def check_kernel(kernel: Kernel | NoAnswer, cache: Path) -> Finding:
    """Judge the voice kernel, without which no engine starts."""
    name = "voice kernel"
    if isinstance(kernel, NoAnswer):
        remedy = f"remove {cache} and run this again; if it stays, install numba and numpy again"
        return Finding(name, "FAIL", f"cannot be compiled: {kernel.reason}", remedy)
    if kernel.cached:
        value = f"compiled, in {kernel.folder} (loaded in {kernel.seconds:.1f} s)"
        return Finding(name, "ok", value)
    value = f"compiled just now in {kernel.seconds:.1f} s, kept in {kernel.folder}"
    return Finding(name, "ok", value)


def megabytes(size: int) -> str:
    """Return a size as people read it.

    >>> megabytes(230_400_000), megabytes(1_500_000_000), megabytes(1_000)
    ('230 MB', '1.5 GB', '1 kB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{size / 1e3:.0f} kB"


def _can_sound(portaudio: PortAudio | NoAnswer) -> bool:
    return isinstance(portaudio, PortAudio) and portaudio.default_output is not None


def _governor(machine: Machine) -> Finding:
    name = "cpu governor"
    if not machine.governors:
        return Finding(name, "ok", "not told by this system")
    value = ", ".join(machine.governors)
    if machine.governors == ("performance",):
        return Finding(name, "ok", value)
    remedy = (
        "powerprofilesctl set performance, or sudo cpupower frequency-set --governor performance"
    )
    return Finding(name, "warn", value, remedy)


def _preemption(machine: Machine) -> Finding:
    name = "kernel preemption"
    if machine.system != "Linux" or machine.real_time_kernel or "PREEMPT" in machine.kernel:
        return Finding(name, "ok", machine.kernel)
    remedy = "boot a kernel with PREEMPT or PREEMPT_DYNAMIC, or use --block 512 and more"
    return Finding(name, "warn", machine.kernel, remedy)


def _cores(machine: Machine) -> Finding:
    if machine.cores > 1:
        return Finding("cores", "ok", str(machine.cores))
    remedy = "give this machine two or more: preparing clips competes with the sound"
    return Finding("cores", "warn", str(machine.cores), remedy)
