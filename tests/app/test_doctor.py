"""The doctor: its rules on made-up facts, and the whole of it on this machine."""

import inspect
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live import config
from loopmind_live.app import checks
from loopmind_live.app.doctor import Examination, examine, together
from loopmind_live.app.finding import Finding, as_json, as_lines, failed, show
from loopmind_live.app.machine import Folder, Limits, Machine, Versions, folder, machine, versions
from loopmind_live.app.preflight import look_at_files, look_for_clips, read_set
from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rules import Meter
from loopmind_live.engine.arena import BESIDE_BYTES
from loopmind_live.engine.devices import (
    Device,
    Granted,
    Jack,
    Kernel,
    NoAnswer,
    PipeWire,
    PortAudio,
)
from loopmind_live.engine.open import open_engine
from loopmind_live.errors import ConfigError, ScoreError
from loopmind_live.library.store import Library
from tests.jack.harness import jack_server, missing

ROOT = Path(__file__).resolve().parents[2]
JACK = Jack(48000, 256, True, "1.9.22", ("p:1", "p:2"), ("c:1",), 512, 256)
NO_JACK = NoAnswer("no JACK server runs")
SPEAKER = Device(3, "Speaker", 48000, 0.0087)
PORTAUDIO = PortAudio((), (SPEAKER,), SPEAKER)
NO_DEVICE = PortAudio((), (), None)
GRANTED = Granted("SCHED_FIFO 4", "memory locked")
REFUSED = Granted("normal priority (SCHED_FIFO 4: Operation not permitted)", "memory not locked")
MACHINE = Machine("Linux", 4, ("performance",), "6.1.0 #1 SMP PREEMPT_DYNAMIC", False)
HOUR = 3600 * 48000 * 6


def told(finding: Finding, state: str, *words: str) -> None:
    """Hold that a finding says so, and what to do exactly where something is wrong."""
    assert finding.state == state, finding
    assert (finding.remedy is None) == (state == "ok"), finding
    text = f"{finding.value} {finding.remedy}"
    assert "\n" not in text
    for word in words:
        assert word in text, finding


# The rules


@pytest.mark.parametrize(
    ("jack", "state", "word"),
    [
        (JACK, "ok", "48000 Hz, 256 frames, real time"),
        (replace(JACK, real_time=False), "warn", "-R"),
        (replace(JACK, playback=("p:1",)), "warn", "outputs 1"),
        (replace(JACK, rate_hz=192000), "FAIL", "96000"),
        (replace(JACK, block=8192), "FAIL", "4096"),
        (NO_JACK, "warn", "jackd"),
        (NoAnswer("no answer within 10 s", fault=True), "FAIL", "start it again"),
    ],
)
def test_a_jack_server_is_judged_by_what_an_engine_can_use(jack, state, word):
    told(checks.check_jack(jack, PORTAUDIO, linux=True), state, word)


def test_elsewhere_than_on_linux_a_missing_jack_is_no_fault():
    told(checks.check_jack(NO_JACK, PORTAUDIO, linux=False), "ok")
    told(checks.check_jack(NO_JACK, NO_DEVICE, linux=False), "warn")


@pytest.mark.parametrize(
    ("portaudio", "jack", "state"),
    [
        (PORTAUDIO, NO_JACK, "ok"),
        (NO_DEVICE, NO_JACK, "warn"),
        (NO_DEVICE, JACK, "ok"),
        (NoAnswer("crashed (signal 11)", fault=True), NO_JACK, "FAIL"),
        (NoAnswer("crashed (signal 11)", fault=True), JACK, "warn"),
    ],
)
def test_portaudio_is_needed_only_where_no_jack_runs(portaudio, jack, state):
    told(checks.check_portaudio(portaudio, jack), state)


def test_sound_goes_where_perform_would_send_it_and_fails_where_it_can_go_nowhere():
    told(checks.check_sound(JACK, PORTAUDIO), "ok", "JACK")
    told(checks.check_sound(NO_JACK, PORTAUDIO), "ok", "portaudio: Speaker")
    told(checks.check_sound(NO_JACK, NO_DEVICE), "FAIL", "offline")


def test_the_channels_are_counted_and_a_cue_is_offered_where_it_fits():
    four = replace(JACK, playback=("p:1", "p:2", "p:3", "p:4"))
    told(checks.check_cue(four, NO_DEVICE), "ok", "4 channels", "--outputs master=1-2,cue=3-4")
    told(checks.check_cue(JACK, NO_DEVICE), "ok", "the master alone", "output_3")
    wide = replace(SPEAKER, channels=8)
    eight = PortAudio((), (wide,), wide)
    told(checks.check_cue(NO_JACK, eight), "ok", "8 channels", "cue=3-4")
    narrow = replace(SPEAKER, channels=2)
    finding = checks.check_cue(NO_JACK, PortAudio((), (narrow,), narrow))
    told(finding, "ok", "2 channels: the master alone")
    told(checks.check_cue(NO_JACK, NO_DEVICE), "ok", "no channels")


def test_the_round_trip_is_what_jack_reports_and_never_called_measured():
    finding = checks.check_round_trip(JACK, NO_DEVICE)
    told(finding, "ok", "16.0 ms", "512 frames out", "256 in", "not measured", "jack_iodelay")
    mute = replace(JACK, capture=(), capture_frames=None)
    for jack, portaudio in ((mute, NO_DEVICE), (NO_JACK, PORTAUDIO), (NO_JACK, NO_DEVICE)):
        told(checks.check_round_trip(jack, portaudio), "ok", "not measured")


def test_pipewire_that_runs_beside_jack_programs_is_shown_to_them():
    here = Path("/run/pipewire-0")
    told(checks.check_pipewire(PipeWire(None, False, False), NO_JACK), "ok")
    told(checks.check_pipewire(PipeWire(here, True, True), JACK), "ok")
    told(checks.check_pipewire(PipeWire(here, True, True), NO_JACK), "warn", "pw-jack")
    told(checks.check_pipewire(PipeWire(here, True, False), NO_JACK), "warn", "apt install")
    told(checks.check_pipewire(PipeWire(here, False, True), JACK), "warn", "restart")


@pytest.mark.parametrize(
    ("granted", "limits", "priority", "memory"),
    [
        (GRANTED, Limits(95, None, False), "ok", "ok"),
        (REFUSED, Limits(0, 8 << 20, False), "warn", "warn"),
        (GRANTED, Limits(95, 64 << 20, False), "ok", "warn"),
        (GRANTED, Limits(0, 8 << 20, True), "ok", "ok"),
        (NoAnswer("crashed (signal 9)", fault=True), Limits(0, 0, False), "warn", "warn"),
    ],
)
def test_rights_count_by_what_was_granted_and_locked_memory_must_hold_the_clips(
    granted, limits, priority, memory
):
    told(checks.check_priority(granted, limits, linux=True), priority)
    told(checks.check_memory(granted, limits, linux=True), memory)


def test_the_processor_and_the_kernel_are_judged():
    assert [finding.state for finding in checks.check_machine(MACHINE)] == ["ok"] * 3
    slow = Machine("Linux", 1, ("performance", "powersave"), "5.0 #1 SMP", False)
    for finding, word in zip(
        checks.check_machine(slow), ("cpupower", "PREEMPT", "two"), strict=True
    ):
        told(finding, "warn", word)
    real_time = checks.check_machine(replace(slow, real_time_kernel=True))
    assert real_time[1].state == "ok"
    assert checks.check_machine(replace(MACHINE, governors=()))[0].state == "ok"


def test_the_kernel_and_governors_are_read_from_the_systems_files(tmp_path):
    for core, governor in enumerate(("powersave", "performance")):
        place = tmp_path / f"devices/system/cpu/cpu{core}/cpufreq"
        place.mkdir(parents=True)
        (place / "scaling_governor").write_text(f"{governor}\n")
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "realtime").write_text("1\n")
    found = machine(tmp_path)
    assert found.governors == ("performance", "powersave")
    assert found.real_time_kernel
    assert not machine(tmp_path / "nowhere").real_time_kernel


def test_the_arena_that_is_checked_is_the_one_that_an_engine_allocates():
    frames = inspect.signature(open_engine).parameters["arena_frames"].default
    assert frames * 8 == checks.ARENA_BYTES
    assert BESIDE_BYTES == checks.BESIDE_BYTES


@pytest.mark.parametrize(
    ("shm", "temp", "linux", "state"),
    [
        (1 << 30, 0, True, "ok"),
        (64 << 20, 1 << 30, True, "warn"),
        (None, 1 << 30, False, "ok"),
        (64 << 20, 64 << 20, True, "FAIL"),
        (None, 0, False, "FAIL"),
    ],
)
def test_the_arena_lies_in_memory_else_in_the_temp_folder(shm, temp, linux, state):
    told(checks.check_arena(shm, Path("/tmp"), temp, linux), state)


@pytest.mark.parametrize(
    ("free", "state", "word"),
    [
        (HOUR, "ok", "over an hour"),
        (HOUR - 1, "warn", "60 min"),
        (HOUR // 6, "warn", "10 min"),
        (HOUR // 6 - 1, "FAIL", "free"),
        (0, "FAIL", "0 min"),
    ],
)
def test_an_hour_of_recording_must_fit(free, state, word):
    told(checks.check_recording(Path("/takes"), free, 48000), state, word)


@given(st.integers(0, 1 << 42), st.integers(0, 1 << 42), st.sampled_from(config.SAMPLE_RATES))
def test_more_room_is_never_judged_worse(one, other, rate_hz):
    order = ("FAIL", "warn", "ok")
    less, more = sorted((one, other))
    states = [checks.check_recording(Path("/"), free, rate_hz).state for free in (less, more)]
    assert order.index(states[0]) <= order.index(states[1])


def test_a_folder_that_cannot_be_written_fails(tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 1000)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"x" * 500)
    found = folder(tmp_path, lambda _: 7)
    assert found == Folder(tmp_path, 1500, 7)
    told(checks.check_folder("data", found), "ok", str(tmp_path))
    gone = folder(tmp_path / "gone", lambda _: 7)
    told(checks.check_folder("data", gone), "FAIL", "LOOPMIND_HOME")


def test_what_is_missing_or_of_another_version_is_named():
    found = versions(["numpy>=2", "pyo==0.0.1", "no-such-thing>=1", 'x; extra == "dev"'])
    assert found.missing == ("no-such-thing",)
    assert found.other == ("pyo==0.0.1",)
    assert "x" not in found.installed
    told(checks.check_versions(found), "FAIL", "no-such-thing")
    told(checks.check_versions(replace(found, missing=())), "warn", "pip install pyo==0.0.1")
    told(checks.check_versions(Versions({"python": "3.11"})), "ok", "python 3.11")


def test_a_kernel_that_cannot_be_compiled_fails():
    told(checks.check_kernel(Kernel(True, "/cache", 0.5), Path("/cache")), "ok", "0.5 s")
    told(checks.check_kernel(Kernel(False, "/cache", 3.0), Path("/cache")), "ok", "just now")
    told(checks.check_kernel(NoAnswer("no locator"), Path("/cache")), "FAIL", "/cache")


# How it is told


def test_plain_text_is_aligned_and_json_holds_the_same():
    findings = [Finding("a", "ok", "1"), Finding("longer", "FAIL", "no", "do so")]
    assert as_lines(findings)[1].index("no") == as_lines(findings)[0].index("1")
    assert [list(each) for each in json.loads(as_json(findings))] == [
        ["check", "state", "value", "remedy"]
    ] * 2
    assert failed(findings) and not failed(findings[:1])
    out = io.StringIO()
    show(findings, out)
    assert out.getvalue().splitlines() == as_lines(findings)
    assert as_lines([]) == []


def test_a_terminal_gets_colors(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    show([Finding("sound [left]", "FAIL", "none [at all]", "buy one")], out)
    assert "\x1b[" in out.getvalue()
    assert "sound [left]" in out.getvalue() and "none [at all]" in out.getvalue()


def test_a_question_that_never_ends_or_fails_does_not_hold_up_the_others():
    import threading

    never = threading.Event()

    def refuse() -> None:
        raise ConfigError("no")

    def fault() -> None:
        raise ZeroDivisionError("oops")

    answers = together(
        {
            "hangs": (never.wait, -5.0),
            "refuses": (refuse, 20.0),
            "fails": (fault, 20.0),
            "works": (lambda: 42, 20.0),
        }
    )
    never.set()
    assert answers["hangs"].fault
    assert str(answers["refuses"]) == "no"
    assert "ZeroDivisionError: oops" in answers["fails"].reason
    assert answers["works"] == 42


# The whole of it


@pytest.fixture(scope="module")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose kernel is compiled once for all."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with jack_server(tmp_path_factory.mktemp("jack")) as (env, _):
        yield env


@pytest.fixture
def doctor(
    kept_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, list[Finding]]]:
    """Return a function that examines without a JACK server; findings by check."""
    monkeypatch.setenv("LOOPMIND_HOME", str(kept_home))
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "loopmind-test-that-nobody-starts")

    def run(room=lambda _: 1 << 40, **request) -> dict[str, list[Finding]]:
        findings = examine(Examination(**request), {}, room)
        by_check: dict[str, list[Finding]] = {}
        for finding in findings:
            assert (finding.remedy is None) == (finding.state == "ok"), finding
            by_check.setdefault(finding.check, []).append(finding)
        return by_check

    return run


@pytest.fixture
def made(tmp_path: Path) -> CodeSet:
    made = make_code_set(
        tmp_path / "set", Meter.of(240, 48000), tracks=("drums", "bass"), loops_per_track=2,
        sections=(("intro", 4), ("hook", 4)), clip_bars=(1,),
    )  # fmt: skip
    fill_library(made, made.folder / "library.sqlite")
    return made


def loopmind(home: Path, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, words)], cwd=home, text=True, capture_output=True, timeout=300,
        env={**os.environ, "LOOPMIND_HOME": str(home), "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def loop_files(made: CodeSet) -> list[Path]:
    sections = json.loads(made.timeline.read_text())["sections"]
    names = {name for section in sections for name in section["loops"]}
    return [made.timeline.parent / name for name in sorted(names)]


@pytest.mark.skipif(sys.platform != "linux", reason="platform: JACK's dummy driver")
def test_with_a_jack_server_all_is_told_as_json(kept_home, jack):
    done = loopmind(kept_home, "doctor", "--json", **jack)
    findings = {each["check"]: each for each in json.loads(done.stdout)}
    assert done.stderr == ""
    assert done.returncode == int(any(each["state"] == "FAIL" for each in findings.values()))
    assert "48000 Hz, 256 frames" in findings["jack"]["value"]
    assert findings["sound"]["state"] == "ok"
    assert "as JACK reports it" in findings["round trip"]["value"]
    assert findings["log"]["value"].startswith(str(kept_home / "log"))
    assert findings["library"]["state"] == "warn"
    assert findings["voice kernel"]["state"] == "ok"


def test_without_any_sound_it_fails_in_plain_lines_with_a_remedy(kept_home):
    env = {"JACK_DEFAULT_SERVER": "loopmind-test-that-nobody-starts", "HOME": str(kept_home)}
    done = loopmind(kept_home, "doctor", **env)
    states = [line.split()[0] for line in done.stdout.splitlines()]
    if "FAIL  sound" not in done.stdout:
        pytest.skip("platform: this machine has a sound device")
    assert done.returncode == 1
    assert done.stderr == ""
    assert set(states) <= {"ok", "warn", "FAIL", "->"}
    assert states.count("->") == states.count("warn") + states.count("FAIL")


def test_a_set_that_was_rendered_is_ready_until_a_clip_is_damaged(doctor, made, kept_home):
    library = made.folder / "library.sqlite"
    before = doctor(timeline=made.timeline, library=library)
    assert before["timeline"][0].state == "ok"
    assert before["loop files"][0].value.startswith(f"all {len(loop_files(made))} are there")
    assert before["library"][0].state == "ok"
    assert before["clips"][0].state == "warn"
    assert before["clips"][0].value.startswith("0 of ")
    done = loopmind(
        kept_home, "render", made.timeline, "--library", library, "-o", made.folder / "mix.wav"
    )
    assert done.returncode == 0, done.stderr
    (clips,) = doctor(timeline=made.timeline, library=library)["clips"]
    assert clips.state == "ok"
    assert "(0 at 44100 Hz)" in clips.value
    clip = next((kept_home / "cache" / "clips").glob("*.npy"))
    clip.write_bytes(clip.read_bytes()[:-100])
    prepared = look_for_clips(read_set(made.timeline, []), 48000, kept_home / "cache" / "clips")
    assert prepared.there == prepared.clips - 1
    assert prepared.missing_bytes > 0


def test_without_its_library_a_set_is_read_by_its_own_facts(doctor, made):
    found = doctor(timeline=made.timeline, library=made.folder / "gone.sqlite")
    assert found["library"][0].state == "FAIL"
    assert not (made.folder / "gone.sqlite").exists()
    assert found["timeline"][0].state == "ok"
    assert found["loop files"][0].state == "ok"


def test_a_changed_and_a_missing_loop_are_each_named(doctor, made):
    changed, gone = loop_files(made)[:2]
    with changed.open("ab") as file:
        file.write(b"more")
    gone.unlink()
    found = doctor(timeline=made.timeline, library=made.folder / "library.sqlite")
    values = sorted(finding.value for finding in found["loop file"])
    assert values == sorted(
        [f"{changed.resolve()} has changed since it was arranged", f"{gone} is not there"]
    )
    assert {finding.state for finding in found["loop file"]} == {"FAIL"}


def test_loops_that_no_time_is_left_for_are_told_not_passed_over(made):
    ticks = iter(range(100))
    looked = look_at_files(read_set(made.timeline, []), 1.5, lambda: next(ticks))
    assert [file.trouble is None for file in looked] == [True] + [False] * (len(looked) - 1)
    assert "not looked at" in str(looked[-1].trouble)


def test_a_timeline_by_hand_is_judged_by_the_librarys_facts(made):
    with Library(made.folder / "library.sqlite") as library:
        loops = library.loops()
    data = json.loads(made.timeline.read_text())
    for section in data["sections"]:
        del section["clips"]
    by_hand = made.timeline.with_name("hand.json")
    by_hand.write_text(json.dumps(data))
    files = look_at_files(read_set(by_hand, loops), 60.0)
    assert len(files) == len(loop_files(made))
    assert not [file for file in files if file.trouble]
    loop_files(made)[0].write_bytes(b"other")
    assert [
        file.path for file in look_at_files(read_set(by_hand, loops), 60.0) if file.trouble
    ] == [loop_files(made)[0].resolve()]


def test_a_missing_timeline_and_a_library_that_is_none_fail_in_one_line(doctor, tmp_path):
    library = tmp_path / "library.sqlite"
    library.write_text("not a database, but long enough to be taken for one")
    found = doctor(timeline=tmp_path / "no.json", library=library)
    told(found["timeline"][0], "FAIL", "no such timeline", "arrange")
    told(found["library"][0], "FAIL", "is not a loop library", "--library")


def test_a_timeline_that_is_none_is_refused(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ScoreError, match="not a timeline"):
        read_set(tmp_path / "bad.json", [])


def test_a_tiny_disk_fails_for_recordings_clips_and_arena(doctor, made):
    found = doctor(room=lambda _: 1000, timeline=made.timeline)
    for check in ("recording", "clip arena", "clips"):
        assert found[check][0].state == "FAIL", found[check]


def test_a_cache_that_cannot_be_made_fails_and_the_rest_is_still_told(
    doctor, made, tmp_path, monkeypatch
):
    home = tmp_path / "other home"
    home.mkdir()
    (home / "cache").write_text("a file")
    monkeypatch.setenv("LOOPMIND_HOME", str(home))
    found = doctor(timeline=made.timeline, library=made.folder / "library.sqlite")
    assert found["cache"][0].state == "FAIL"
    assert str(home / "cache") in found["cache"][0].value
    assert found["clips"][0].state == "FAIL"
    assert found["data"][0].state == found["loop files"][0].state == "ok"
