"""Look at everything that a performance depends on, and say of each what to do where it is wrong.

Every question has a time limit, and no answer is an answer too: a hung server, disk or library
never hangs the doctor.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live import config
from loopmind_live.app import checks, midi_doctor, preflight, surface_checks
from loopmind_live.app.files import clip_cache
from loopmind_live.app.finding import Finding
from loopmind_live.app.machine import Folder, Room, folder, free_bytes, limits, machine, versions
from loopmind_live.app.memory import NAME as TASTE
from loopmind_live.app.midi_mappings import all_mappings
from loopmind_live.engine import devices
from loopmind_live.engine.devices import Jack, NoAnswer
from loopmind_live.engine.open import LOG_NAME
from loopmind_live.errors import ConfigError, LoopMindError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import Loop
from loopmind_live.workers.realtime import SLEEP_FILE

FILES_S = 20.0
"""How long a disk may take for each question about it."""
SET_S = 60.0
"""How long reading a set and comparing its files may take."""
_PATIENCE_S = 5.0
_SHM = Path("/dev/shm")
_FOLDERS = {
    "data": config.data_folder, "cache": config.cache_folder, "log": config.log_folder
}  # fmt: skip
_NOTES = {
    "log": f" (loopmind.log, {LOG_NAME})",
    "data": f" ({TASTE}: what was learned of your taste)",
}
"""What lies in a folder of the program's files."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examination:
    """What to look at: `library` is None for the one in the user's data folder."""

    timeline: Path | None = None
    library: Path | None = None
    recordings: Path = Path()
    linux: bool = True


@dataclass(frozen=True, slots=True)
class Rooms:
    """The free bytes where clips and recordings go; `shm_bytes` is None without a /dev/shm."""

    shm_bytes: int | None
    temp: Path
    temp_bytes: int
    recordings: Path
    recording_bytes: int


def examine(
    request: Examination, environment: Mapping[str, str], room: Room = free_bytes
) -> list[Finding]:
    """Return all findings, in the order in which they are read."""
    numba = _kernel_folder()
    asked: dict[str, tuple[Callable[[], Any], float]] = {
        "jack": (devices.ask_jack, devices.ASK_S),
        "portaudio": (devices.ask_portaudio, devices.ASK_S),
        "pipewire": (lambda: devices.find_pipewire(environment), devices.ASK_S),
        "granted": (devices.ask_priority, devices.ASK_S),
        "library": (lambda: _library(request), FILES_S),
        "rooms": (lambda: _rooms(request, room), FILES_S),
        "midi": (midi_doctor.ask_midi, midi_doctor.ASK_S),
        "surfaces": (surface_checks.ask_surfaces, surface_checks.ASK_S),
        **{name: (_folder(find, room), FILES_S) for name, find in _FOLDERS.items()},
    }
    if isinstance(numba, Path):
        asked["kernel"] = (lambda: devices.ask_kernel(numba), devices.COMPILE_S)
    answers = together(asked)
    rate_hz = answers["jack"].rate_hz if isinstance(answers["jack"], Jack) else None
    rate_hz = rate_hz or config.DEFAULT_RATE_HZ
    findings = [
        *_sound(answers, request.linux),
        *_real_time(answers, request.linux),
        *_files(answers, request, rate_hz),
        checks.check_versions(versions()),
    ]
    findings += _midi(answers)
    findings += surface_checks.check_surfaces(answers["surfaces"])
    if isinstance(numba, Path):
        findings.append(checks.check_kernel(answers["kernel"], numba))
    if request.timeline is not None:
        loops = answers["library"]
        known = loops if isinstance(loops, list) else []
        findings += _preflight(request.timeline, known, rate_hz, room)
    return findings


def together(asked: Mapping[str, tuple[Callable[[], Any], float]]) -> dict[str, Any]:
    """Ask all questions at a time and return the answers, NoAnswer for those that took too long.

    A question comes with how many seconds it may take. An error of ours is its answer.
    """
    answers: dict[str, Any] = {}

    def ask(name: str, question: Callable[[], Any]) -> None:
        try:
            answers[name] = question()
        except LoopMindError as error:
            answers[name] = error
        except OSError as error:
            answers[name] = NoAnswer(str(error), fault=True)
        except Exception as error:
            log.exception("the check %s failed", name)
            answers[name] = NoAnswer(f"{type(error).__name__}: {error}", fault=True)

    begun = time.monotonic()
    threads = {}
    for name, (question, _) in asked.items():
        threads[name] = threading.Thread(target=ask, args=(name, question), daemon=True)
        threads[name].start()
    for name, (_, seconds) in asked.items():
        threads[name].join(max(0.0, begun + seconds + _PATIENCE_S - time.monotonic()))
    late = {
        name: NoAnswer(f"no answer within {seconds + _PATIENCE_S:g} s", fault=True)
        for name, (_, seconds) in asked.items()
    }
    return late | answers


def _sound(answers: Mapping[str, Any], linux: bool) -> list[Finding]:
    jack, portaudio, pipewire = answers["jack"], answers["portaudio"], answers["pipewire"]
    findings = [
        checks.check_jack(jack, portaudio, linux),
        checks.check_portaudio(portaudio, jack),
    ]
    if linux and not isinstance(pipewire, NoAnswer):
        findings.append(checks.check_pipewire(pipewire, jack))
    return [
        *findings,
        checks.check_sound(jack, portaudio),
        checks.check_cue(jack, portaudio),
        checks.check_round_trip(jack, portaudio),
    ]


def _real_time(answers: Mapping[str, Any], linux: bool) -> list[Finding]:
    granted, mine = answers["granted"], limits()
    return [
        checks.check_priority(granted, mine, linux),
        checks.check_memory(granted, mine, linux),
        checks.check_sleep(SLEEP_FILE, linux),
        *checks.check_machine(machine()),
    ]


def _files(answers: Mapping[str, Any], request: Examination, rate_hz: int) -> list[Finding]:
    findings = []
    for name in _FOLDERS:
        found = answers[name]
        note = _NOTES.get(name, "")
        if isinstance(found, Folder):
            findings.append(checks.check_folder(name, found, note))
        else:
            remedy = "set LOOPMIND_HOME to a folder that you can write"
            findings.append(Finding(name, "FAIL", _told(found), remedy))
    rooms = answers["rooms"]
    if isinstance(rooms, Rooms):
        findings += [
            checks.check_arena(rooms.shm_bytes, rooms.temp, rooms.temp_bytes, request.linux),
            checks.check_recording(rooms.recordings, rooms.recording_bytes, rate_hz),
        ]
    else:
        remedy = "wait until the disk answers, or start from a folder on another one"
        findings.append(Finding("recording", "FAIL", _told(rooms), remedy))
    library = request.library or _default_library()
    if library is not None:
        loops = answers["library"]
        loops = LoopMindError(loops.reason) if isinstance(loops, NoAnswer) else loops
        findings.append(preflight.check_library(library, loops, request.library is not None))
    return findings


def _midi(answers: Mapping[str, Any]) -> list[Finding]:
    try:
        return midi_doctor.check_midi(answers["midi"], all_mappings())
    except ConfigError as error:
        return [Finding("midi", "FAIL", str(error), "mend that folder first")]


def _rooms(request: Examination, room: Room) -> Rooms:
    temp, place = Path(tempfile.gettempdir()), request.recordings.absolute()
    shm_bytes = room(_SHM) if _SHM.is_dir() else None
    return Rooms(shm_bytes, temp, room(temp), place, room(place))


def _preflight(timeline: Path, loops: list[Loop], rate_hz: int, room: Room) -> list[Finding]:
    """Look at a set, once the rate at which it would play is known."""
    remedy = "mend it as told, or arrange again: loopmind arrange PROMPT -o FILE"
    read = together({"set": (lambda: preflight.read_set(timeline, loops), SET_S)})["set"]
    if not isinstance(read, Arrangement):
        return [Finding("timeline", "FAIL", _told(read), remedy)]
    sections = len(read.sections)
    findings = [Finding("timeline", "ok", f"{timeline}: {sections} sections, {read.bars} bars")]
    rates = (rate_hz, *(rate for rate in preflight.RATES_HZ if rate != rate_hz))
    looked: dict[str, tuple[Callable[[], Any], float]] = {
        "files": (lambda: preflight.look_at_files(read, SET_S), SET_S),
        "clips": (
            lambda: [preflight.look_for_clips(read, rate, clip_cache()) for rate in rates], SET_S
        ),
    }  # fmt: skip
    answers = together(looked)
    files, clips = answers["files"], answers["clips"]
    if isinstance(files, list):
        findings += preflight.check_files(files)
    else:
        wait = "wait until their disk answers, or bring the loops to another one"
        findings.append(Finding("loop files", "FAIL", _told(files), wait))
    if isinstance(clips, list):
        findings.append(preflight.check_clips(clips, timeline, clip_cache(), room))
    else:
        mend = "mend the cache folder first"
        findings.append(Finding("clips", "FAIL", _told(clips), mend))
    return findings


def _library(request: Examination) -> list[Loop]:
    return preflight.read_library(request.library or config.default_library())


def _default_library() -> Path | None:
    try:
        return config.default_library()
    except ConfigError:
        return None  # told already: the data folder has a line of its own


def _kernel_folder() -> Path | None:
    try:
        return config.kernel_folder()
    except ConfigError:
        return None  # told already: the cache folder has a line of its own


def _folder(find: Callable[[], Path], room: Room) -> Callable[[], Folder]:
    return lambda: folder(find(), room)


def _told(answer: NoAnswer | Exception) -> str:
    return answer.reason if isinstance(answer, NoAnswer) else str(answer)
