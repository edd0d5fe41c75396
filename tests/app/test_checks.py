"""What each check of the doctor says, by what was found."""

import inspect
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live import config
from loopmind_live.app import checks
from loopmind_live.app.finding import Finding
from loopmind_live.app.machine import Folder, Limits, Machine, Versions, folder, machine, versions
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


def test_processors_may_sleep_where_nothing_can_be_done_about_it(tmp_path):
    file = tmp_path / "latency"
    told(checks.check_sleep(file, linux=True), "ok")
    file.touch()
    told(checks.check_sleep(file, linux=True), "ok")
    told(checks.check_sleep(file, linux=False), "ok")
    assert "kept from sleeping" in checks.check_sleep(file, linux=True).value


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
