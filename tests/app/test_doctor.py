"""The doctor: its rules on made-up facts, and the whole of it on this machine."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loopmind_live.app.doctor import Examination, examine, together
from loopmind_live.app.finding import Finding, as_json, as_lines, failed, show
from loopmind_live.app.preflight import look_at_files, look_for_clips, read_set
from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rules import Meter
from loopmind_live.errors import ConfigError, ScoreError
from loopmind_live.library.store import Library
from tests.app.test_checks import ROOT, told

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
        env={**os.environ, **env, "LOOPMIND_HOME": str(home), "PYTHONPATH": str(ROOT)},
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
